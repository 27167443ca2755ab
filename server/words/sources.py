"""Where the English stands: the areas of this package, and the browser's, read from its own source.

For those who make catalogues: a running house needs none of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract

from server.words import AREAS, agreement
from server.words.languages import BROWSER, Counted, Source

ROOT = Path(__file__).resolve().parent.parent.parent
OF_BROWSER = ROOT / "web" / "src" / "words"
CALLS = {"say": (1,), "say.counted": (1, 2)}
PARENTS = frozenset(
    {"agreement", "base", "errors", "mail", "parent"}
    | {BROWSER + area for area in ("captions", "check", "devices", "ending", "failure", "pages")}
    | {BROWSER + area for area in ("room", "say", "talk", "together", "waiting")}
)
"""The areas from which parents read. Those of staff alone can come later."""


@dataclass(frozen=True)
class Found:
    """One sentence, where it stands, and what its author calls it (a translator's first hint)."""

    area: str
    source: Source
    file: str
    name: str = ""


def everything() -> Iterator[Found]:
    """Every sentence there is."""
    for area, sentences in AREAS.items():
        for name, source in sentences.items():
            yield Found(area, source, f"server/words/{area}.py", name)
    for clause in agreement.DEFAULT_CLAUSES:
        for sentence in clause:
            yield Found(agreement.AREA, sentence, "server/words/agreement.py")
    for file in sorted(OF_BROWSER.glob("*.ts")):
        yield from _of_browser(file)


def _of_browser(file: Path) -> Iterator[Found]:
    with file.open("rb") as opened:
        for _, said, _, _ in extract("javascript", opened, keywords=CALLS):
            source = said if isinstance(said, str) else Counted(*said)
            yield Found(f"{BROWSER}{file.stem}", source, f"web/src/words/{file.name}")
