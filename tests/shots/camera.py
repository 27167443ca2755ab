"""Takes pictures of whatever a tab shows."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.browsers import LAPTOP, PHONE, ChromiumTab, Tab

SETTLE = 0.6  # seconds for pictures and transitions to come to rest
# The room and the desk are dark whatever the device prefers.
ALWAYS_DARK = "document.documentElement.classList.contains('room')"


@dataclass
class Camera:
    """In both sizes, and where it makes a difference in both colours. The tab stays as wide as it was."""

    folder: Path
    count: int = 0

    async def take(self, tab: Tab, screen: str) -> None:
        assert isinstance(tab, ChromiumTab)
        self.count += 1
        page = tab.page
        before = page.viewport_size
        name = f"{self.count:02}-{screen}"
        for width, height in (PHONE, LAPTOP):
            await page.set_viewport_size({"width": width, "height": height})
            await asyncio.sleep(SETTLE)
            await page.screenshot(path=self.folder / f"{name}-{width}.png")
            if not await tab.evaluate(ALWAYS_DARK):
                await self._dark(tab, f"{name}-{width}-dark.png")
        if before is not None:
            await page.set_viewport_size(before)
        print(f"  {screen}", flush=True)

    async def _dark(self, tab: ChromiumTab, name: str) -> None:
        colours: tuple[Literal["dark", "light"], ...] = ("dark", "light")
        for colour in colours:
            await tab.page.emulate_media(color_scheme=colour)
            if colour == "dark":
                await tab.page.screenshot(path=self.folder / name)
