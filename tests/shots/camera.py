"""Takes pictures of whatever a tab shows."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.async_api import Page

from tests.browsers import LAPTOP, PHONE, ChromiumTab, Tab
from tests.shots.trials import AMISS, DRESS, TRIALS, UNDRESS

SETTLE = 0.6  # seconds for pictures and transitions to come to rest
FADE = 0.3  # seconds from one set of colours to the other
TABLET = (768, 1024)
NARROW = (320, 640)  # the narrowest that a page must bear (WCAG 2.2, 1.4.10)
COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# The room and the desk are dark whatever the device prefers.
ALWAYS_DARK = "document.documentElement.classList.contains('room')"


@dataclass
class Camera:
    """In three sizes, and where it makes a difference in both colours. The tab stays as wide as it was.

    With `tries`, in one colour and under every trial instead: from right to left, with long words and names,
    with large text. What does not fit is told.
    """

    folder: Path
    tries: bool = False
    count: int = 0
    amiss: int = 0

    async def take(self, tab: Tab, screen: str) -> None:
        assert isinstance(tab, ChromiumTab)
        self.count += 1
        page = tab.page
        before = page.viewport_size
        name = f"{self.count:02}-{screen}"
        if self.tries:
            await self._try(page, name)
        else:
            await self._picture(page, name)
        if before is not None:
            await page.set_viewport_size(before)
        print(f"  {screen}", flush=True)

    async def _picture(self, page: Page, name: str) -> None:
        for width, height in (PHONE, TABLET, LAPTOP):
            await page.set_viewport_size({"width": width, "height": height})
            await asyncio.sleep(SETTLE)
            if await page.evaluate(ALWAYS_DARK):
                await page.screenshot(path=self.folder / f"{name}-{width}.png")
                continue
            for colours in COLOURS:
                await page.emulate_media(color_scheme=colours)
                await asyncio.sleep(FADE)
                await page.screenshot(path=self.folder / f"{name}-{width}-{colours}.png", full_page=True)
            await page.emulate_media(color_scheme="light")

    async def _try(self, page: Page, name: str) -> None:
        for width, height in (NARROW, PHONE, TABLET, LAPTOP):
            await page.set_viewport_size({"width": width, "height": height})
            await asyncio.sleep(FADE)
            await self._tell(f"{name}-{width}", await page.evaluate(AMISS))
            if width == NARROW[0]:
                continue
            for trial, how in TRIALS.items():
                await page.evaluate(DRESS, dict(how))
                await asyncio.sleep(FADE)
                whole = not await page.evaluate(ALWAYS_DARK)
                await page.screenshot(path=self.folder / f"{name}-{width}-{trial}.png", full_page=whole)
                await self._tell(f"{name}-{width}-{trial}", await page.evaluate(AMISS))
                await page.evaluate(UNDRESS)

    async def _tell(self, picture: str, amiss: list[str]) -> None:
        self.amiss += len(amiss)
        for line in amiss:
            print(f"    {picture}: {line}", flush=True)
