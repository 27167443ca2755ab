"""Contact sheets: all pictures of one size and kind beside each other, so that one look finds what is odd."""

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.browsers import Chromium

ACROSS = 8  # pictures in a row
WIDE = 220  # pixels of each
AT_ONCE = 24  # pictures on a sheet
_KIND = re.compile(r"\d+-.+?-(\d+(?:-(?:light|dark|rtl|long|large))?)\.png")
_STYLE = f"""
body {{ margin: 8px; background: #777; font: 12px sans-serif; display: grid; gap: 8px; align-items: start;
  grid-template-columns: repeat({ACROSS}, {WIDE}px) }}
figure {{ margin: 0 }} img {{ width: {WIDE}px; display: block }} figcaption {{ color: #fff }}
"""


async def lay_out(browser: Chromium, folder: Path) -> None:
    """Sheets for the pictures in the folder, beside them."""
    kinds = _by_kind(folder)
    tab = await browser.tab((ACROSS * (WIDE + 8) + 8, 800))
    for kind, names in kinds.items():
        for first in range(0, len(names), AT_ONCE):
            page = folder / "sheet.html"
            page.write_text(_html(names[first : first + AT_ONCE]))
            await tab.goto(page.as_uri())
            await tab.page.screenshot(
                path=folder / f"sheet-{kind}-{first // AT_ONCE + 1}.png", full_page=True
            )
            page.unlink()
    await tab.close()


def _by_kind(folder: Path) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = defaultdict(list)
    for file in sorted(folder.glob("*.png")):
        if (kind := _KIND.fullmatch(file.name)) is not None:
            kinds[kind[1]].append(file.name)
    return kinds


def _html(names: Sequence[str]) -> str:
    figures = "".join(f'<figure><img src="{name}"><figcaption>{name}</figcaption></figure>' for name in names)
    return f"<!doctype html><style>{_STYLE}</style>{figures}"
