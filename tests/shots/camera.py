"""Takes pictures of whatever a tab shows."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.browsers import LAPTOP, PHONE, ChromiumTab, Tab

SETTLE = 0.6  # seconds for pictures and transitions to come to rest
FADE = 0.3  # seconds from one set of colours to the other
COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
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
            if await tab.evaluate(ALWAYS_DARK):
                await page.screenshot(path=self.folder / f"{name}-{width}.png")
                continue
            for colours in COLOURS:
                await page.emulate_media(color_scheme=colours)
                await asyncio.sleep(FADE)
                await page.screenshot(path=self.folder / f"{name}-{width}-{colours}.png", full_page=True)
            await page.emulate_media(color_scheme="light")
        if before is not None:
            await page.set_viewport_size(before)
        print(f"  {screen}", flush=True)
