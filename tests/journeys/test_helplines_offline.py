"""Help is there without internet, once it has been opened."""

import pytest

from tests.browsers import PHONE, chromium
from tests.platform import Platform

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

KEPT = """
(async () => {
  await navigator.serviceWorker.ready;
  return (await (await caches.open("helplines")).keys()).map((request) => new URL(request.url).pathname);
})()
"""


async def test_the_helplines_open_without_internet_and_nothing_else_is_kept(platform: Platform) -> None:
    async with chromium() as browser:
        tab = await browser.tab(PHONE)
        await tab.goto(f"{platform.origin}/helplines")
        kept = await tab.page.evaluate(KEPT)
        assert "/helplines" in kept
        assert all(path == "/helplines" or path.startswith("/static/assets/") for path in kept)

        await tab.page.context.set_offline(True)
        await tab.goto(f"{platform.origin}/helplines")
        words = await tab.page.locator("main").inner_text()
        for line in ("999", "55", "116 123", "85258", "111"):
            assert line in words
        assert (
            await tab.page.evaluate("getComputedStyle(document.querySelector('.exit')).borderRadius") != "0px"
        )
