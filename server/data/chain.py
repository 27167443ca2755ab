"""The journal's chain: every line carries a hash over itself and the hash of the line before.

So whoever changes, removes or slips in a line of a stream has to change every line after it too. What a chain
cannot show is that its newest lines are missing: for that `Verdict.mark` can be written down and compared.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from server.data.store import Database
from server.data.tables import journal

START = ""
"""What stands before the first line of a stream."""

_TOLD = ("stream", "sequence", "role", "person", "seat", "event", "whom", "record")


@dataclass(frozen=True)
class Break:
    """The first line of a stream that does not follow from the one before."""

    stream: str
    sequence: int


@dataclass(frozen=True)
class Verdict:
    """What a look at every stream has found. `mark` stands for all of them at this moment."""

    streams: int
    lines: int
    mark: str
    breaks: tuple[Break, ...]


def link(before: str, line: Mapping[str, Any]) -> str:
    """The hash of a line that follows one with the hash `before`."""
    at: datetime = line["at"]
    told = [before, at.astimezone(UTC).isoformat(timespec="microseconds"), *(line[name] for name in _TOLD)]
    canonical = json.dumps(told, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def linked(before: str, lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """These lines, each with its hash, after a line with the hash `before`."""
    made = []
    for line in lines:
        before = link(before, line)
        made.append({**line, "hash": before})
    return made


async def verify(database: Database) -> Verdict:
    """Follow every stream from its first line.

    Raises:
        DatabaseDown
    """
    heads: dict[str, tuple[int, str]] = {}
    breaks: dict[str, Break] = {}
    lines = 0
    async with database.reading() as connection:
        found = await connection.stream(select(journal).order_by(journal.c.stream, journal.c.sequence))
        async for mapping in found.mappings():
            row = {str(name): value for name, value in mapping.items()}
            lines += 1
            stream, sequence = row["stream"], row["sequence"]
            head, before = heads.get(stream, (0, START))
            if stream not in breaks and (sequence != head + 1 or row["hash"] != link(before, row)):
                breaks[stream] = Break(stream, min(sequence, head + 1))
            heads[stream] = sequence, row["hash"]
    told = json.dumps(sorted((stream, *head) for stream, head in heads.items()))
    mark = hashlib.sha256(told.encode()).hexdigest()[:16]
    return Verdict(len(heads), lines, mark, tuple(breaks.values()))
