"""Contact sheets: all pictures of one size and kind beside each other, so that one look finds what is odd."""

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.browsers import Chromium

SHEET = 1840  # pixels from side to side
GAP = 8
ROWS = 3
ACROSS = {360: 8, 768: 5, 1280: 4}
"""Pictures in a row, by how wide their screen is."""
TALL = 2.4
"""Of how much of its width a picture shows the height: a long page has its own."""
_KIND = re.compile(r"\d+-.+?-((\d+)(?:-(?:light|dark|rtl|long|large))?)\.png")


async def lay_out(browser: Chromium, folder: Path) -> None:
    """Sheets for the pictures in the folder, beside them."""
    kinds = _by_kind(folder)
    tab = await browser.tab((SHEET, 800))
    for (kind, across), names in kinds.items():
        at_once = ROWS * across
        for first in range(0, len(names), at_once):
            page = folder / "sheet.html"
            page.write_text(_html(names[first : first + at_once], across))
            await tab.goto(page.as_uri())
            await tab.page.screenshot(
                path=folder / f"sheet-{kind}-{first // at_once + 1}.png", full_page=True
            )
            page.unlink()
    await tab.close()


def _by_kind(folder: Path) -> dict[tuple[str, int], list[str]]:
    """The pictures' names by their kind, and how many of it lie in a row."""
    kinds: dict[tuple[str, int], list[str]] = defaultdict(list)
    for file in sorted(folder.glob("*.png")):
        if (kind := _KIND.fullmatch(file.name)) is not None:
            kinds[kind[1], ACROSS[int(kind[2])]].append(file.name)
    return kinds


def _html(names: Sequence[str], across: int) -> str:
    wide = SHEET // across - 2 * GAP
    style = f"""
body {{ margin: {GAP}px; background: #777; font: 12px sans-serif; display: grid; gap: {GAP}px;
  align-items: start; grid-template-columns: repeat({across}, {wide}px) }}
figure {{ margin: 0 }} figcaption {{ color: #fff }}
img {{ display: block; width: {wide}px; max-height: {TALL * wide:.0f}px; object-fit: cover;
  object-position: top }}
"""
    figures = "".join(f'<figure><img src="{name}"><figcaption>{name}</figcaption></figure>' for name in names)
    return f"<!doctype html><style>{style}</style>{figures}"
