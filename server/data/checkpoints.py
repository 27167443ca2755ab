"""Lines that leave the journal when their time is over. A signed checkpoint stands for each run of them.

It has the hash of the last line it stands for, so that the line after it still links to something. The
database lets no line go without one, and only the platform's key makes a checkpoint that counts.
"""

import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.crypto import KeyRing
from server.data.tables import checkpoint, journal

START = ""
"""What stands before the first line of a stream."""

_AT_ONCE = 500


@dataclass(frozen=True, order=True)
class Run:
    """Lines that are gone, from the first number to the last, which had this hash."""

    first: int
    last: int
    hash: str


async def head(connection: AsyncConnection, stream: str) -> tuple[int, str]:
    """The number and hash that the next line of a stream goes on from."""
    lines = select(journal.c.sequence, journal.c.hash).where(journal.c.stream == stream)
    newest = (await connection.execute(lines.order_by(journal.c.sequence.desc()).limit(1))).first()
    gone = max(await _of_stream(connection, stream), key=lambda run: run.last, default=None)
    at, before = (0, START) if newest is None else (newest.sequence, newest.hash)
    return (gone.last, gone.hash) if gone is not None and gone.last > at else (at, before)


async def take_out(
    connection: AsyncConnection, keys: KeyRing, stream: str, numbers: Sequence[int], now: datetime
) -> int:
    """Remove these lines of a stream, with checkpoints in their place; how many there were.

    Checkpoints that touch become one.
    """
    going: list[Run] = []
    for some in _few(numbers):
        lines = select(journal.c.sequence, journal.c.hash).where(
            journal.c.stream == stream, journal.c.sequence.in_(some)
        )
        rows = await connection.execute(lines)
        going += (Run(row.sequence, row.sequence, row.hash) for row in rows)
    if not going:
        return 0
    known = await _of_stream(connection, stream)
    wanted = _joined([*known, *going])
    fresh = [_row(keys, stream, run, now) for run in wanted if run not in known]
    await connection.execute(checkpoint.insert(), fresh)
    for run in set(known) - set(wanted):
        this = (checkpoint.c.stream == stream) & (checkpoint.c.first == run.first)
        await connection.execute(checkpoint.delete().where(this & (checkpoint.c.last == run.last)))
    for some in _few([run.first for run in going]):
        these = (journal.c.stream == stream) & journal.c.sequence.in_(some)
        await connection.execute(journal.delete().where(these))
    return len(going)


async def genuine(connection: AsyncConnection, keys: KeyRing) -> dict[str, list[Run]]:
    """Every checkpoint that one of our keys has signed, by stream and in order."""
    found: dict[str, list[Run]] = {}
    for row in await connection.execute(select(checkpoint).order_by(checkpoint.c.stream, checkpoint.c.first)):
        run = Run(row.first, row.last, row.hash)
        marks = keys.checkpoint_marks(_told(row.stream, run, row.at))
        if any(hmac.compare_digest(mark, row.signature) for mark in marks):
            found.setdefault(row.stream, []).append(run)
    return found


async def sign_anew(connection: AsyncConnection, keys: KeyRing) -> int:
    """Sign every genuine checkpoint with the newest key, so that older keys can go; how many there were."""
    signed = 0
    known = await genuine(connection, keys)
    for row in (await connection.execute(select(checkpoint))).all():
        run = Run(row.first, row.last, row.hash)
        if run in known.get(row.stream, ()):
            made = _row(keys, row.stream, run, row.at)
            this = (checkpoint.c.stream == row.stream) & (checkpoint.c.first == run.first)
            change = checkpoint.update().where(this & (checkpoint.c.last == run.last))
            await connection.execute(change.values(signature=made["signature"]))
            signed += 1
    return signed


async def _of_stream(connection: AsyncConnection, stream: str) -> list[Run]:
    rows = await connection.execute(select(checkpoint).where(checkpoint.c.stream == stream))
    return [Run(row.first, row.last, row.hash) for row in rows]


def _joined(runs: Iterable[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in sorted(runs):
        if joined and run.first <= joined[-1].last + 1:
            if run.last > joined[-1].last:
                joined[-1] = Run(joined[-1].first, run.last, run.hash)
        else:
            joined.append(run)
    return joined


def _row(keys: KeyRing, stream: str, run: Run, at: datetime) -> dict[str, object]:
    signature = keys.checkpoint_marks(_told(stream, run, at))[0]
    told = {"stream": stream, "first": run.first, "last": run.last, "hash": run.hash}
    return {**told, "at": at, "signature": signature}


def _told(stream: str, run: Run, at: datetime) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps([stream, run.first, run.last, run.hash, moment], separators=(",", ":"))


def _few(numbers: Sequence[int]) -> Iterable[Sequence[int]]:
    """So few at a time that a database takes them in one question."""
    return (numbers[begin : begin + _AT_ONCE] for begin in range(0, len(numbers), _AT_ONCE))
