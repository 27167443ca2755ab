"""The quick exit in a real browser: what Back shows afterwards, with JavaScript and without."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browsers import PATIENCE, Chromium, ChromiumTab, chromium, until
from tests.journeys.neutral import WEATHER, neutral
from tests.journeys.people import Parent
from tests.platform import Platform

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

# Which came first: the devices stopped, or the page blank. Told before the page is gone; the seat stays.
ORDER = """
window.order = [];
const { stop } = MediaStreamTrack.prototype;
MediaStreamTrack.prototype.stop = function () { window.order.push("device"); return stop.call(this); };
Navigator.prototype.sendBeacon = function () {
  window.order.push(document.documentElement.hidden ? "blank" : "not blank");
  window.tell(window.order.join(", "));
  return true;
};
"""


@dataclass
class Scene:
    """A platform whose neutral page is on this machine, a browser, and links."""

    platform: Platform
    weather: str
    chromium: Chromium
    links: list[str]

    @property
    def browser(self) -> Browser:
        return self.chromium.browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("exit")
    async with neutral() as weather:
        platform = Platform(folder, settings={"HEARTH_EXIT_URL": weather})
        await platform.migrate()
        seed = await platform.seed(3)
        await platform.start()
        try:
            async with chromium() as browser:
                yield Scene(platform, weather, browser, list(seed.parents))
        finally:
            await platform.stop()


async def is_at_the_weather(page: Page) -> bool:
    return "/weather" in page.url and WEATHER in await page.inner_text("body")


async def back_five_times(page: Page) -> list[str]:
    """Where each Back leads; nowhere, once there is nothing before."""
    seen = []
    for _ in range(5):
        await page.go_back(timeout=PATIENCE * 1000)
        seen.append(page.url)
    return seen


async def test_five_backs_after_an_exit_show_nothing_of_ours(scene: Scene) -> None:
    tab = await scene.chromium.tab()
    assert isinstance(tab, ChromiumTab)
    sam = Parent(tab, "Sam")
    await sam.reach_the_check(scene.links[0])
    await tab.press("Exit quickly")
    await until(lambda: is_at_the_weather(tab.page), "the neutral page has taken our place")
    for address in await back_five_times(tab.page):
        assert address in {scene.weather, "about:blank"}
    await tab.goto(f"{scene.platform.origin}/ready")
    await sam.shows("Please open your link again")
    await tab.close()


async def test_shift_three_times_is_the_same_and_devices_stop_before_the_page_is_blank(scene: Scene) -> None:
    tab = await scene.chromium.tab()
    assert isinstance(tab, ChromiumTab)
    told: list[str] = []
    await tab.page.expose_function("tell", lambda order: told.append(order))
    await tab.page.add_init_script(ORDER)
    ana = Parent(tab, "Ana")
    await ana.reach_the_check(scene.links[1])
    await tab.press("Skip this")
    await tab.press("Try my voice")
    await ana.shows("Say hello.")
    for _ in range(3):
        await tab.page.keyboard.press("Shift")
    await until(lambda: is_at_the_weather(tab.page), "the neutral page has taken our place")
    assert told == ["device, blank"]
    await tab.close()


async def test_without_javascript_the_button_ends_the_seat_and_back_shows_no_name(scene: Scene) -> None:
    context = await scene.browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(scene.links[2])
    for _ in range(2):
        await page.get_by_role("button", name="Carry on").click()
    await page.get_by_label("Name", exact=True).fill("Nightingale")
    await page.get_by_role("button", name="Carry on").click()
    await page.get_by_role("button", name="Exit quickly").click()
    assert await is_at_the_weather(page)
    assert await context.cookies(scene.platform.origin) == []
    for _ in range(5):
        await page.go_back()
        assert "Nightingale" not in await page.content()
    await context.close()
