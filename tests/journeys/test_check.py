"""The readiness check in a real browser: what is wrong is named, and what was not checked is not passed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.bench.kit.line import Quality, line
from tests.browsers import until
from tests.journeys.staged import (
    BY_THE_LINE,
    IN_APP,
    NO_MEDIA,
    NO_TCP,
    come_to_the_check,
    phone,
    phones,
)
from tests.platform import Platform

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]


@dataclass
class Scene:
    """A platform, a browser, and the cookies of somebody who stands before the check."""

    platform: Platform
    browser: Browser
    cookies: str

    @property
    def ready(self) -> str:
        return f"{self.platform.origin}/ready"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("check")
    platform = Platform(folder)
    await platform.migrate()
    seed = await platform.seed(1)
    await platform.start()
    try:
        async with phones() as browser:
            cookies = await come_to_the_check(platform.origin, seed.parents[0])
            yield Scene(platform, browser, cookies)
    finally:
        await platform.stop()


async def test_a_refusal_is_named_with_what_undoes_it_here(scene: Scene) -> None:
    async with phone(scene.browser, scene.ready, cookies=scene.cookies, permissions=[]) as there:
        await there.press("Play the chime")
        await there.press("Yes")
        await there.press("Try my voice")
        assert await there.came_out("voice") == "refused"
        assert "Here is how to allow it" in await there.text()
        assert await there.page.locator("[data-part=voice] .how li").count() >= 2


async def test_an_apps_own_browser_is_told_how_to_open_the_page_properly(scene: Scene) -> None:
    how = {"cookies": scene.cookies, "scripts": (NO_MEDIA,), "user_agent": IN_APP}
    async with phone(scene.browser, scene.ready, **how) as there:  # type: ignore[arg-type]
        assert await there.verdict() == "needs_help"
        text = await there.text()
        assert "This app cannot make calls" in text
        assert "Open in Safari" in text


async def test_a_network_that_lets_nothing_through_is_found_and_nothing_untried_is_called_good(
    scene: Scene,
) -> None:
    port = scene.platform.media_port
    async with line(port, Quality(dead=True)) as dead:
        scripts = (BY_THE_LINE % (port, dead.port), NO_TCP)
        async with phone(scene.browser, scene.ready, cookies=scene.cookies, scripts=scripts) as there:
            for _ in range(3):
                await there.press("Skip this")
            assert await there.came_out("internet") == "blocked"
            assert await there.verdict() == "needs_help"
            assert "blocks sound and picture" in await there.text()
            details = await there.details()
            assert details["Straight way (UDP)"] == "does not work"
            assert details["Long way round (TURN)"] == "not checked"
            assert details["Carried out"] == "not checked"


async def test_the_public_page_checks_a_phone_and_tells_nobody(scene: Scene) -> None:
    asked: list[str] = []
    async with phone(scene.browser, f"{scene.platform.origin}/check") as there:
        there.page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
        await there.press("Check my phone")
        await there.press("Skip this")
        await there.press("Try my voice")
        assert await there.came_out("voice") == ""
        await there.press("Skip this")
        assert await there.came_out("internet") in {"", "not_measured", "narrow"}
        assert await there.verdict() == "not_checked", "sound was passed over"
        assert (await there.details())["Straight way (UDP)"] == "works"
        assert "Tell my host" not in await there.text()
        await until(partial(_is_still, there.page), "the devices are let go")
    assert [one for one in asked if one.startswith("POST") and "/check" not in one] == []


async def _is_still(page: Page) -> bool:
    return bool(await page.evaluate("document.querySelector('video.self')?.srcObject == null"))
