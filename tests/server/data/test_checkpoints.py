"""Lines leave the journal with a signed checkpoint in their place, or not at all; on both databases."""

from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from moderation import events as e
from moderation.model import Actor, MeetingId, PersonId, Role, SeatId
from server.crypto import KeyRing
from server.data import chain, checkpoints
from server.data.chain import Break, Verdict
from server.data.journal import SqlJournal
from server.data.tables import checkpoint, journal
from server.house import House
from signalling.meeting.errors import UnknownMeeting
from signalling.meeting.ports import Entry
from tests.server.conftest import KEY
from tests.server.data.conftest import NOW

HOST = Actor(Role.FACILITATOR, PersonId("a" * 24), SeatId("b" * 24))
LINES = [
    Entry(NOW, HOST, event)
    for event in (e.Opened(NOW), e.Locked(), e.Unlocked(), e.Locked(), e.Unlocked(), e.Locked())
]
OTHER_KEY = bytes(reversed(range(32)))


@pytest.fixture
async def stream(kept: House, meeting: MeetingId) -> MeetingId:
    """A stream of six lines."""
    await SqlJournal(kept.database).append(meeting, 0, LINES)
    return meeting


async def take_out(kept: House, stream: str, *numbers: int) -> int:
    async with kept.database.writing() as connection:
        return await checkpoints.take_out(connection, kept.keys, stream, numbers, NOW)


async def verify(kept: House, *keys: bytes) -> Verdict:
    return await chain.verify(kept.database, KeyRing(keys or (KEY,)))


async def numbers_left(kept: House) -> list[int]:
    async with kept.database.reading() as connection:
        found = await connection.execute(select(journal.c.sequence).order_by(journal.c.sequence))
        return list(found.scalars())


async def runs(kept: House) -> list[tuple[int, int]]:
    wanted = select(checkpoint.c.first, checkpoint.c.last).order_by(checkpoint.c.first)
    async with kept.database.reading() as connection:
        return [(row.first, row.last) for row in await connection.execute(wanted)]


@pytest.mark.parametrize(
    ("taken", "left", "gone"),
    [
        ([(1, 2, 3)], [4, 5, 6], [(1, 3)]),
        ([(2, 4)], [1, 3, 5, 6], [(2, 2), (4, 4)]),
        ([(2, 4), (3,)], [1, 5, 6], [(2, 4)]),
        ([(5, 6)], [1, 2, 3, 4], [(5, 6)]),
        ([(2,), (1, 3, 4, 5, 6)], [], [(1, 6)]),
    ],
    ids=["the first", "here and there", "what is between", "the last", "all"],
)
async def test_the_chain_holds_whatever_was_taken_out(
    kept: House, stream: MeetingId, taken: list[tuple[int, ...]], left: list[int], gone: list[tuple[int, int]]
) -> None:
    for numbers in taken:
        assert await take_out(kept, stream, *numbers) == len(numbers)
    assert await numbers_left(kept) == left
    assert await runs(kept) == gone
    found = await verify(kept)
    assert (found.streams, found.lines, found.purged, found.breaks) == (1, len(left), 6 - len(left), ())
    assert await take_out(kept, stream, 1) == (1 if 1 in left else 0)


async def test_the_mark_does_not_change_with_what_was_taken_out(kept: House, stream: MeetingId) -> None:
    before = await verify(kept)
    await take_out(kept, stream, 1, 2, 6)
    assert (await verify(kept)).mark == before.mark


async def test_a_stream_goes_on_after_its_last_line_was_taken_out(kept: House, stream: MeetingId) -> None:
    await take_out(kept, stream, 4, 5, 6)
    async with kept.database.writing() as connection:
        head, before = await checkpoints.head(connection, stream)
        assert head == 6
        line = {
            **{"stream": stream, "sequence": 7, "at": NOW, "role": "house", "person": "house"},
            **{"seat": "house", "event": "Locked", "whom": "", "record": "{}"},
        }
        await connection.execute(journal.insert(), chain.linked(before, [line]))
    found = await verify(kept)
    assert (found.lines, found.purged, found.breaks) == (4, 3, ())


@pytest.mark.parametrize("keys", [(OTHER_KEY,), ()], ids=["another key's", "no key's"])
async def test_a_checkpoint_that_we_did_not_sign_counts_for_nothing(
    kept: House, stream: MeetingId, keys: tuple[bytes, ...]
) -> None:
    await take_out(kept, stream, 2, 3)
    found = await chain.verify(kept.database, KeyRing(keys) if keys else None)
    assert found.breaks == (Break(stream, 2),)


async def test_whoever_owns_the_database_cannot_make_one(kept: House, stream: MeetingId) -> None:
    """They can put lines out of the way, and it shows."""
    async with kept.database.writing() as connection:
        told = {"stream": stream, "first": 2, "last": 3, "hash": "0" * 64, "at": NOW, "signature": "f" * 64}
        await connection.execute(insert(checkpoint).values(**told))
        await connection.execute(delete(journal).where(journal.c.sequence.in_((2, 3))))
    assert (await verify(kept)).breaks == (Break(stream, 2),)


@pytest.mark.parametrize(
    "tampering",
    [
        delete(journal).where(journal.c.sequence == 4),
        update(checkpoint).values(last=4),
        update(checkpoint).values(hash="0" * 64),
        delete(checkpoint),
        update(journal).values(event="Unlocked"),
        insert(journal).values(
            **{"stream": "x", "sequence": 2, "at": NOW, "role": "house", "person": "", "seat": ""},
            **{"event": "", "whom": "", "record": "{}"},
        ),
    ],
    ids=["a line without one", "one made longer", "its hash", "one removed", "a line", "a gap"],
)
async def test_the_database_itself_refuses(kept: House, stream: MeetingId, tampering: Any) -> None:
    await take_out(kept, stream, 2, 3)
    with pytest.raises(DBAPIError, match="journal"):
        async with kept.database.writing() as connection:
            await connection.execute(tampering)
    assert (await verify(kept)).breaks == ()


@pytest.mark.parametrize("number", [2, 3, 8])
async def test_a_number_that_was_taken_out_is_not_given_again(
    kept: House, stream: MeetingId, number: int
) -> None:
    await take_out(kept, stream, 2, 3)
    copy = text(
        "INSERT INTO journal SELECT stream, :number, at, role, person, seat, event, whom, record, hash "
        "FROM journal WHERE sequence = 1"
    )
    with pytest.raises(DBAPIError, match="goes on from its head"):
        async with kept.database.writing() as connection:
            await connection.execute(copy, {"number": number})


async def test_a_backup_is_restored_line_by_line_with_its_gaps(kept: House, stream: MeetingId) -> None:
    await take_out(kept, stream, 2, 3, 5, 6)
    async with kept.database.reading() as connection:
        lines = [dict(row) for row in (await connection.execute(select(journal))).mappings()]
        gone = [dict(row) for row in (await connection.execute(select(checkpoint))).mappings()]
    other = "d" * 24
    async with kept.database.writing() as connection:
        await connection.execute(checkpoint.insert(), [{**row, "stream": other} for row in gone])
        for line in sorted(lines, key=lambda line: int(line["sequence"])):
            await connection.execute(journal.insert().values(**{**line, "stream": other}))
    assert len(await numbers_left(kept)) == 4


async def test_with_a_new_key_checkpoints_are_signed_anew(kept: House, stream: MeetingId) -> None:
    await take_out(kept, stream, 2, 3)
    async with kept.database.writing() as connection:
        assert await checkpoints.sign_anew(connection, KeyRing((OTHER_KEY, KEY))) == 1
    assert (await verify(kept, OTHER_KEY)).breaks == ()
    assert (await verify(kept, KEY)).breaks == (Break(stream, 2),)


async def test_a_session_with_lines_gone_is_not_a_session_any_more(kept: House, stream: MeetingId) -> None:
    record = SqlJournal(kept.database)
    await record.load(stream)
    await take_out(kept, stream, 1)
    with pytest.raises(UnknownMeeting):
        await record.load(stream)
