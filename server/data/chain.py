"""The journal's chain: every line carries a hash over itself and the hash of the line before.

So whoever changes, removes or slips in a line of a stream has to change every line after it too. What a chain
cannot show is that its newest lines are missing: for that `Verdict.mark` can be written down and compared.
Lines whose time is over leave it with signed checkpoints in their place (`checkpoints`).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from server.crypto import KeyRing
from server.data import checkpoints
from server.data.checkpoints import START, Run
from server.data.store import Database
from server.data.tables import journal

_TOLD = ("stream", "sequence", "role", "person", "seat", "event", "whom", "record")


@dataclass(frozen=True)
class Break:
    """The first line of a stream that does not follow from the one before."""

    stream: str
    sequence: int


@dataclass(frozen=True)
class Verdict:
    """What a look at every stream has found. `mark` stands for all of them at this moment.

    `purged` lines are gone, with signed checkpoints in their place.
    """

    streams: int
    lines: int
    mark: str
    breaks: tuple[Break, ...]
    purged: int = 0


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


async def verify(database: Database, keys: KeyRing | None = None) -> Verdict:
    """Follow every stream from its first line. Without keys no checkpoint counts.

    Raises:
        DatabaseDown
    """
    async with database.reading() as connection:
        runs = {} if keys is None else await checkpoints.genuine(connection, keys)
        streams = {stream: _Follower(stream, gone) for stream, gone in runs.items()}
        lines = 0
        found = await connection.stream(select(journal).order_by(journal.c.stream, journal.c.sequence))
        async for mapping in found.mappings():
            row = {str(name): value for name, value in mapping.items()}
            lines += 1
            streams.setdefault(row["stream"], _Follower(row["stream"], [])).see(row)
    for follower in streams.values():
        follower.pass_over()
    told = json.dumps(sorted((one.stream, one.head, one.before) for one in streams.values()))
    mark = hashlib.sha256(told.encode()).hexdigest()[:16]
    breaks = tuple(one.broken for one in streams.values() if one.broken is not None)
    return Verdict(len(streams), lines, mark, breaks, sum(one.purged for one in streams.values()))


class _Follower:
    """Follows one stream: its lines in order, and the checkpoints where lines are gone."""

    def __init__(self, stream: str, gone: Sequence[Run]) -> None:
        self.stream = stream
        self.head, self.before = 0, START
        self.purged = 0
        self.broken: Break | None = None
        self._gone = gone

    def see(self, row: Mapping[str, Any]) -> None:
        """The next line there is."""
        if row["sequence"] != self.head + 1:
            self.pass_over()
        holds = row["sequence"] == self.head + 1 and row["hash"] == link(self.before, row)
        if not holds and self.broken is None:
            self.broken = Break(self.stream, min(row["sequence"], self.head + 1))
        self.head, self.before = row["sequence"], row["hash"]

    def pass_over(self) -> None:
        """Go over the lines that a checkpoint stands for, if one does here."""
        for run in self._gone:
            if run.first <= self.head + 1 <= run.last:
                self.purged += run.last - self.head
                self.head, self.before = run.last, run.hash
