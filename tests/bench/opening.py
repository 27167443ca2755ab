"""From opening the waiting room to its first words, on a slow line with a slow processor.

The browser's own throttling: 400 kb/s, 400 ms for each answer, a four times slower processor. In turn cold,
with nothing kept, and by a parent on the way in, whose browser has what the pages before brought.
"""

from collections.abc import Sequence
from typing import Any

from tests.bench.kit.evening import evening
from tests.bench.kit.figures import busyness, progress, quantile, tell
from tests.bench.kit.limits import is_time_for_another, run
from tests.browsers import PHONE, Chromium, ChromiumTab, chromium, until
from tests.journeys.people import Parent

ROUNDS = 10
AIM = 1000.0
"""Milliseconds."""
LINE = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SLOWER = 4
FIRST_WORDS = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
# When each answer that the first words waited for was there, in milliseconds after the opening.
WAITED_FOR = """
(() => {
  const [page] = performance.getEntriesByType("navigation");
  const sheets = performance.getEntriesByType("resource")
    .filter(({ name, renderBlockingStatus }) => name.endsWith(".css") && renderBlockingStatus === "blocking");
  return [page, ...sheets].map((one) => [one.name.split("/").at(-1), one.responseEnd, one.transferSize]);
})()
"""


async def slowed(tab: ChromiumTab) -> None:
    devtools = await tab.page.context.new_cdp_session(tab.page)
    await devtools.send("Network.enable")
    await devtools.send("Network.emulateNetworkConditions", LINE)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


async def opened(browser: Chromium, cookies: Any, origin: str, before: str) -> tuple[float, list[Any]]:
    """Milliseconds until the waiting room's first words, opened after `before`, and what they waited for."""
    tab = await browser.tab(PHONE)
    await tab.page.context.add_cookies(cookies)
    if before:
        await tab.page.goto(f"{origin}{before}", wait_until="networkidle")
    await slowed(tab)
    await tab.page.goto(f"{origin}/session", wait_until="commit")
    moment = await until(lambda: tab.evaluate(FIRST_WORDS), "the first words are shown")
    waited_for = await tab.evaluate(WAITED_FOR)
    await tab.close()
    return float(moment), waited_for


def told(name: str, how: str, moments: Sequence[float], waited_for: Sequence[Any]) -> None:
    tell(
        name, quantile(moments, 0.5), "ms", f"median of the first words of the waiting room, {how}",
        aim=AIM, shortest=min(moments), longest=max(moments), rounds=len(moments), busyness=busyness(),
        waited_for=[f"{file}: {size} bytes, there after {end:.0f} ms" for file, end, size in waited_for],
    )  # fmt: skip


async def main() -> None:
    async with evening(parents=1) as (platform, seed), chromium() as browser:
        tab = await browser.tab(PHONE)
        await Parent(tab, "Sam").come_in(seed.parents[0])
        cookies = await tab.page.context.cookies()
        await tab.close()
        progress(f"{ROUNDS} openings with nothing kept, and as many on the way in.")
        cold, on_the_way = [], []
        for _ in range(ROUNDS):
            if not is_time_for_another():
                break
            cold.append(await opened(browser, cookies, platform.origin, ""))
            on_the_way.append(await opened(browser, cookies, platform.origin, "/joining-from"))
    for name, how, rounds in (
        ("opening_cold", "opened first of all, with nothing kept", cold),
        ("opening", "by a parent on the way in", on_the_way),
    ):
        told(name, how, [moment for moment, _ in rounds], rounds[-1][1])


if __name__ == "__main__":
    run(main())
