"""The journal, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from moderation import events as e
from moderation.model import HOUSE as THE_HOUSE
from moderation.model import Actor, MeetingId, PersonId, Phase, Role, SeatId
from server import groups, meetings
from server.config import Config
from server.crypto import KeyRing
from server.data.journal import SqlJournal
from server.data.store import Database, DatabaseDown, migrate, new_id
from server.data.tables import agreement, journal
from server.house import House
from signalling.meeting.errors import HeadMoved, UnknownMeeting
from signalling.meeting.ports import Entry
from tests.fakes import FakeClock
from tests.server.conftest import KEY

NOW = datetime(2026, 3, 3, 19, 0, tzinfo=UTC)
HOST = Actor(Role.FACILITATOR, PersonId("a" * 24), SeatId("b" * 24))
OPENED = Entry(NOW, HOST, e.Opened(NOW))
LOCKED = Entry(NOW, HOST, e.Locked())
ENDED = Entry(NOW, THE_HOUSE, e.Ended(unattended=True))


@pytest.fixture(params=["sqlite", "postgresql"])
def prepared(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{request.getfixturevalue('database_file')}"
    return str(request.getfixturevalue("migrated_postgresql"))


@pytest.fixture
async def kept(prepared: str) -> AsyncIterator[House]:
    """A house on a fresh database of each kind."""
    url = prepared if prepared.startswith("sqlite") else await _fresh_copy(prepared)
    config = Config(key=(KEY,), database_url=url)
    house = House(config, Database(url), KeyRing(config.key), FakeClock(NOW))
    yield house
    await house.database.close()


@pytest.fixture(scope="module")
def migrated_postgresql(postgresql: str) -> str:
    """A database with this version's tables, to be copied."""
    asyncio.run(_on_server(postgresql, "CREATE DATABASE empty"))
    url = postgresql.rsplit("/", 1)[0] + "/empty"
    migrate(url)
    return url


async def _fresh_copy(url: str) -> str:
    name = f"copy_{new_id()}"
    server = url.rsplit("/", 1)[0]
    await _on_server(f"{server}/postgres", f"CREATE DATABASE {name} TEMPLATE empty")
    return f"{server}/{name}"


async def _on_server(url: str, statement: str) -> None:
    database = Database(url)
    assert database.locks is not None
    async with database.locks.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(text(statement))
    await database.close()


@pytest.fixture
async def meeting(kept: House) -> MeetingId:
    """A planned session."""
    group = await groups.create(kept, await groups.create_area(kept, "Somewhere"), "Tuesday", ())
    return MeetingId(await meetings.plan(kept, group, NOW, 90, "Hello"))


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
        "SELECT stream, sequence, at, 'admin', person, seat, event, whom, record FROM journal"
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
