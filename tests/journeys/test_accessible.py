"""Every screen that `dev.py shots` takes a picture of, held against WCAG 2.2 AA by axe, and narrow.

The walk is the same; instead of a camera there is an inspector.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.browsers import WEB, ChromiumTab, Tab, chromium
from tests.journeys.stage import stage
from tests.platform import Platform
from tests.shots import pages, room
from tests.shots.camera import ALWAYS_DARK, Camera

pytestmark = pytest.mark.timeout(400)

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
ASK = """
async (only) => {
  const found = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
  const told = (id, { target, failureSummary }) => `${id} ${target.join(" ")} ${failureSummary}`;
  return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => told(id, node)));
}
"""
NARROW = 320  # CSS pixels: WCAG 2.2, 1.4.10
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Inspector(Camera):
    """Looks for what keeps people out, in both colours, and for what a narrow phone would have to scroll."""

    def __init__(self) -> None:
        super().__init__(Path())
        self.found: list[str] = []

    async def take(self, tab: Tab, screen: str) -> None:
        assert isinstance(tab, ChromiumTab)
        self.count += 1
        await tab.page.emulate_media(reduced_motion="reduce")  # no colour is judged on its way to another
        await self._ask(tab, screen, EVERYTHING)
        if not await tab.evaluate(ALWAYS_DARK):
            await tab.page.emulate_media(color_scheme="dark")
            await self._ask(tab, f"{screen}, dark", COLOURS)
            await tab.page.emulate_media(color_scheme="light")
        await self._make_narrow(tab, screen)

    async def _ask(self, tab: ChromiumTab, screen: str, rules: Sequence[str]) -> None:
        if not await tab.evaluate("'axe' in window"):
            await tab.evaluate(AXE.read_text())
        faults: Sequence[str] = await tab.page.evaluate(ASK, rules)
        self.found += [f"{screen}: {fault}" for fault in faults]

    async def _make_narrow(self, tab: ChromiumTab, screen: str) -> None:
        before = tab.page.viewport_size
        assert before is not None
        await tab.page.set_viewport_size({"width": NARROW, "height": before["height"]})
        if (wider := await tab.evaluate(WIDER)) > 0:
            self.found.append(f"{screen}: {wider} px too wide for {NARROW}")
        await tab.page.set_viewport_size(before)


async def test_nothing_on_the_pages_keeps_anyone_out(tmp_path: Path) -> None:
    inspector = Inspector()
    async with Platform(tmp_path) as platform, chromium() as browser:
        await pages.take_all(inspector, platform, browser)
    assert inspector.count > 15
    assert not inspector.found, "\n".join(inspector.found)


async def test_nothing_in_the_room_or_at_the_desk_keeps_anyone_out(tmp_path: Path) -> None:
    inspector = Inspector()
    async with chromium() as browser, stage(tmp_path, browser, room.PARENTS) as night:
        await room.take_all(inspector, night)
    assert inspector.count > 15
    assert not inspector.found, "\n".join(inspector.found)
