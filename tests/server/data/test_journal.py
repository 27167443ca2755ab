"""The journal, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from moderation import events as e
from moderation.model import HOUSE as THE_HOUSE
from moderation.model import Actor, MeetingId, PersonId, Phase, Role, SeatId, Terms
from server import apart, auth, groups, invites, meetings
from server.data.journal import SqlJournal
from server.data.store import Database, DatabaseDown
from server.data.tables import agreement, invite, journal
from server.house import House
from signalling.meeting.errors import HeadMoved, UnknownMeeting
from signalling.meeting.ports import Entry
from tests.server.data.conftest import NOW

HOST = Actor(Role.FACILITATOR, PersonId("a" * 24), SeatId("b" * 24))
OPENED = Entry(NOW, HOST, e.Opened(NOW))
LOCKED = Entry(NOW, HOST, e.Locked())
ENDED = Entry(NOW, THE_HOUSE, e.Ended(unattended=True))


async def test_a_meeting_is_what_its_journal_replays_to(kept: House, meeting: MeetingId) -> None:
    record = SqlJournal(kept.database)
    assert await record.append(meeting, 0, [OPENED, LOCKED]) == 2
    read, head = await record.load(meeting)
    assert (read.phase, read.locked, read.unattended_since, head) == (Phase.UNATTENDED, True, NOW, 2)
    assert await record.since(meeting, 1) == [e.Locked()]


async def test_a_meeting_that_nobody_planned_is_unknown(kept: House) -> None:
    with pytest.raises(UnknownMeeting):
        await SqlJournal(kept.database).load(MeetingId("f" * 24))


async def test_appending_after_a_head_that_moved_adds_nothing(kept: House, meeting: MeetingId) -> None:
    record = SqlJournal(kept.database)
    await record.append(meeting, 0, [OPENED])
    with pytest.raises(HeadMoved):
        await record.append(meeting, 0, [LOCKED])
    with pytest.raises(HeadMoved):
        await record.append(meeting, 5, [LOCKED])
    assert await record.since(meeting, 0) == [e.Opened(NOW)]


async def test_of_many_who_append_at_once_one_wins(kept: House, meeting: MeetingId) -> None:
    record = SqlJournal(kept.database)
    results = await asyncio.gather(
        *(record.append(meeting, 0, [OPENED]) for _ in range(8)), return_exceptions=True
    )
    assert sorted(str(type(result).__name__) for result in results) == ["HeadMoved"] * 7 + ["int"]


@pytest.mark.parametrize(
    "tampering",
    [
        update(journal).values(event="Unlocked"),
        delete(journal),
        insert(journal).values(
            stream="x", sequence=7, at=NOW, role="house", person="", seat="", event="", whom="", record="{}"
        ),
    ],
    ids=["changing", "deleting", "leaving a gap"],
)
async def test_the_database_itself_refuses(kept: House, meeting: MeetingId, tampering: object) -> None:
    await SqlJournal(kept.database).append(meeting, 0, [OPENED])
    with pytest.raises(DBAPIError, match="journal"):
        async with kept.database.writing() as connection:
            await connection.execute(tampering)  # type: ignore[call-overload]
    assert await SqlJournal(kept.database).since(meeting, 0) == [e.Opened(NOW)]


async def test_replacing_a_line_is_refused_too(kept: House, meeting: MeetingId) -> None:
    await SqlJournal(kept.database).append(meeting, 0, [OPENED])
    replace = (
        "INSERT OR REPLACE INTO journal "
        "SELECT stream, sequence, at, 'admin', person, seat, event, whom, record, hash FROM journal"
        if kept.database.is_sqlite
        else "TRUNCATE journal"
    )
    with pytest.raises(DBAPIError, match="journal"):
        async with kept.database.writing() as connection:
            await connection.execute(text(replace))


async def test_opening_fixes_the_agreement(kept: House, meeting: MeetingId) -> None:
    record = SqlJournal(kept.database)
    session = await meetings.find(kept, meeting)
    assert session is not None
    assert session.agreement is None
    await record.append(meeting, 0, [OPENED])
    async with kept.database.writing() as connection:
        newer = {"group": session.group, "version": 2, "clauses": "[]", "created_at": NOW}
        await connection.execute(agreement.insert().values(**newer))
    read, _ = await record.load(meeting)
    assert read.agreement == 1


async def test_before_opening_the_newest_agreement_counts(kept: House, meeting: MeetingId) -> None:
    session = await meetings.find(kept, meeting)
    assert session is not None
    async with kept.database.writing() as connection:
        newer = {"group": session.group, "version": 2, "clauses": "[]", "created_at": NOW}
        await connection.execute(agreement.insert().values(**newer))
    read, head = await SqlJournal(kept.database).load(meeting)
    assert (read.agreement, read.phase, head) == (2, Phase.SCHEDULED, 0)


async def test_a_meeting_runs_from_its_first_line_to_its_end(kept: House, meeting: MeetingId) -> None:
    record = SqlJournal(kept.database)
    assert await record.running() == []
    await record.append(meeting, 0, [OPENED])
    assert await record.running() == [meeting]
    await record.append(meeting, 1, [ENDED])
    assert await record.running() == []
    session = await meetings.find(kept, meeting)
    assert session is not None
    assert session.ended


async def test_one_applier_at_a_time(kept: House, meeting: MeetingId) -> None:
    """Two journals stand for two processes; on SQLite there is one, so it is the same one twice."""
    first = SqlJournal(kept.database)
    second = first if kept.database.is_sqlite else SqlJournal(kept.database)
    inside: list[int] = []
    most = 0

    async def turn(record: SqlJournal, number: int) -> None:
        nonlocal most
        async with record.exclusively(meeting):
            inside.append(number)
            most = max(most, len(inside))
            await asyncio.sleep(0.005)
            inside.remove(number)

    await asyncio.gather(*(turn(first if n % 2 else second, n) for n in range(8)))
    assert most == 1


async def test_two_meetings_do_not_wait_for_each_other(kept: House) -> None:
    record = SqlJournal(kept.database)
    async with asyncio.timeout(5), record.exclusively(MeetingId("one")):
        async with record.exclusively(MeetingId("two")):
            pass


async def test_a_lock_is_given_back_after_a_failure(kept: House, meeting: MeetingId) -> None:
    record = SqlJournal(kept.database)
    with pytest.raises(KeyError):
        async with record.exclusively(meeting):
            raise KeyError
    async with asyncio.timeout(5), record.exclusively(meeting):
        pass


async def test_a_database_that_cannot_be_reached_is_down() -> None:
    record = SqlJournal(Database("postgresql+asyncpg://nobody@127.0.0.1:1/none"))
    with pytest.raises(DatabaseDown):
        await record.running()
    with pytest.raises(DatabaseDown):
        async with record.exclusively(MeetingId("x")):
            pass


async def test_a_meeting_begins_with_the_terms_of_its_session_and_group(kept: House) -> None:
    place = await groups.create_area(kept, "Somewhere")
    group = await groups.create(kept, place, "Tuesday", ())
    told = ("a@example.org", "Ali", "a long password")
    admin = await auth.create_account(kept, place, auth.Role.ADMIN, *told)
    one, other = [await member_of(kept, group, admin, label) for label in ("Sam", "Pat")]
    await apart.keep(kept, group, other, one, "They know each other.", admin)
    options = meetings.Options(capacity=7, late_minutes=20, both_kinds=True)
    planned = MeetingId(await meetings.plan(kept, group, NOW, 60, "Hello", options))
    read, _ = await SqlJournal(kept.database).load(planned)
    assert read.terms == Terms(
        late_after=NOW + timedelta(minutes=20),
        ends=NOW + timedelta(minutes=60),
        capacity=7,
        apart=frozenset({frozenset({one, other})}),
    )


async def member_of(kept: House, group: str, admin: str, label: str) -> PersonId:
    issued = await invites.issue(kept, group, label, admin)
    wanted = select(invite.c.member).where(invite.c.id == issued.invite)
    async with kept.database.reading() as connection:
        return PersonId((await connection.execute(wanted)).scalar_one())


async def test_entries_say_when_and_on_whose_word(kept: House, meeting: MeetingId) -> None:
    record = SqlJournal(kept.database)
    await record.append(meeting, 0, [OPENED, LOCKED])
    assert list(await record.entries(meeting, 0)) == [OPENED, LOCKED]
    assert list(await record.entries(meeting, 1)) == [LOCKED]
    assert list(await record.entries(meeting, 2)) == []
