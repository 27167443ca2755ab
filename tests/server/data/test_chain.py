"""The journal's chain: whoever tampers with a line is found, on both databases, and so are old lines."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update

from moderation import events as e
from moderation.model import Actor, MeetingId, PersonId, Role, SeatId
from server.data import chain
from server.data.chain import Break, Verdict
from server.data.journal import SqlJournal
from server.data.store import Database, migrate
from server.data.tables import journal
from server.house import House
from signalling.meeting.ports import Entry
from tests.server.data.conftest import NOW

HOST = Actor(Role.FACILITATOR, PersonId("a" * 24), SeatId("b" * 24))
LINES = [
    Entry(NOW, HOST, event) for event in (e.Opened(NOW), e.Locked(), e.Unlocked(), e.Locked(), e.Unlocked())
]
_ASLEEP = {
    True: ("DROP TRIGGER journal_stays_on_update", "DROP TRIGGER journal_stays_on_delete"),
    False: (
        "ALTER TABLE journal DISABLE TRIGGER journal_stays",
        "ALTER TABLE journal DISABLE TRIGGER journal_stays_on_delete",
    ),
}


async def tamper(kept: House, change: object) -> None:
    """As somebody would who owns the database and has put its triggers to sleep."""
    async with kept.database.writing() as connection:
        for statement in _ASLEEP[kept.database.is_sqlite]:
            await connection.execute(text(statement))
        await connection.execute(change)  # type: ignore[call-overload]


async def test_a_journal_that_nobody_touched_holds(kept: House, meeting: MeetingId) -> None:
    record = SqlJournal(kept.database)
    await record.append(meeting, 0, LINES[:2])
    before = await chain.verify(kept.database)
    await record.append(meeting, 2, LINES[2:])
    found = await chain.verify(kept.database)
    assert (found.streams, found.lines, found.breaks) == (1, 5, ())
    assert found.mark != before.mark


@pytest.mark.parametrize(
    ("change", "sequence"),
    [
        (update(journal).where(journal.c.sequence == 3).values(person="c" * 24), 3),
        (update(journal).where(journal.c.sequence == 1).values(at=NOW.replace(second=1)), 1),
        (update(journal).where(journal.c.sequence == 4).values(record="{}"), 4),
        (update(journal).where(journal.c.sequence == 2).values(hash="0" * 64), 2),
        (delete(journal).where(journal.c.sequence == 2), 2),
        (delete(journal).where(journal.c.sequence == 1), 1),
        (update(journal).where(journal.c.sequence == 5).values(sequence=6), 5),
    ],
    ids=["who", "when", "what", "the hash", "one is missing", "the first is missing", "a gap"],
)
async def test_tampering_is_found_where_it_is(
    kept: House, meeting: MeetingId, change: object, sequence: int
) -> None:
    await SqlJournal(kept.database).append(meeting, 0, LINES)
    await tamper(kept, change)
    assert (await chain.verify(kept.database)).breaks == (Break(meeting, sequence),)


async def test_a_missing_end_shows_in_the_mark(kept: House, meeting: MeetingId) -> None:
    await SqlJournal(kept.database).append(meeting, 0, LINES)
    before = await chain.verify(kept.database)
    await tamper(kept, delete(journal).where(journal.c.sequence == 5))
    after = await chain.verify(kept.database)
    assert after.breaks == ()
    assert after.mark != before.mark


def test_what_was_written_before_there_was_a_chain_is_chained(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    url = f"sqlite+aiosqlite:///{path}"
    migrate(url, "0001")
    with sqlite3.connect(path) as old:
        for stream in ("x", "y"):
            for sequence in (1, 2, 3):
                line = (stream, sequence, "2026-03-03 19:00:00.000000", "house", "", "", "Locked", "", "{}")
                old.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", line)
    old.close()
    migrate(url)
    found = asyncio.run(verified(url))
    assert (found.streams, found.lines, found.breaks) == (2, 6, ())
    with sqlite3.connect(path) as new, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        new.execute("UPDATE journal SET person = 'z'")
    new.close()


async def verified(url: str) -> Verdict:
    database = Database(url)
    try:
        return await chain.verify(database)
    finally:
        await database.close()
