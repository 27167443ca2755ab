"""The Journal port on SQL: append-only, chained, and one applier at a time for a meeting."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import bindparam, exists, select, text
from sqlalchemy.engine import Row
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from moderation.events import Ended, Event, Opened
from moderation.lifecycle import replay
from moderation.model import Actor, Meeting, MeetingId, PersonId, Role, SeatId, Terms
from moderation.records import from_record, to_record
from server.agreements import current_version
from server.data import chain, checkpoints
from server.data.store import Database, down_is_down
from server.data.tables import apart, checkpoint, journal, meeting, visit
from signalling.meeting.errors import HeadMoved, UnknownMeeting
from signalling.meeting.ports import Entry


class SqlJournal:
    """The record of every meeting. Stored: ids, codes and times."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turns: WeakValueDictionary[MeetingId, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def exclusively(self, of: MeetingId) -> AsyncIterator[None]:
        """Be the only applier of this meeting: a queue in this process, an advisory lock between processes.

        Raises:
            JournalDown: the lock lives in PostgreSQL and that does not answer.
        """
        turn = self._turns.setdefault(of, asyncio.Lock())
        async with turn, AsyncExitStack() as held:
            if self._database.locks is not None:
                await held.enter_async_context(_advisory_lock(self._database, of))
            yield

    async def load(self, wanted: MeetingId) -> tuple[Meeting, int]:
        """The meeting as its journal replays from its terms, and the head.

        Raises:
            UnknownMeeting: nobody planned it, or it is so long over that lines of it are gone.
            JournalDown
        """
        async with self._database.reading() as connection:
            row = (await connection.execute(_MEETING, {"wanted": wanted})).first()
            if row is None or row.has_been_purged:
                raise UnknownMeeting(wanted)
            version = row.agreement or await current_version(connection, row.group)
            terms = await _terms(connection, row)
            events = await _events(connection, wanted, 0)
        return replay(Meeting(wanted, version, terms=terms), events), len(events)

    async def since(self, wanted: MeetingId, head: int) -> Sequence[Event]:
        """The events after `head`, in order.

        Raises:
            JournalDown
        """
        async with self._database.reading() as connection:
            return await _events(connection, wanted, head)

    async def entries(self, wanted: MeetingId, after: int) -> Sequence[Entry]:
        """The lines after `after`, in order, with when and on whose word.

        Raises:
            JournalDown
        """
        lines = (
            select(journal)
            .where(journal.c.stream == wanted, journal.c.sequence > after)
            .order_by(journal.c.sequence)
        )
        async with self._database.reading() as connection:
            return [_entry(row) for row in await connection.execute(lines)]

    async def append(self, to: MeetingId, head: int, entries: Sequence[Entry]) -> int:
        """Append all of these after `head`, or none.

        Opening a session fixes its agreement's version; ending it deletes where people joined from.

        Raises:
            HeadMoved, JournalDown
        """
        if not entries:
            return head
        try:
            async with self._database.writing() as connection:
                before = await _hash_at(connection, to, head)
                if before is None:
                    raise HeadMoved(to, head)
                lines = [_line(to, number, entry) for number, entry in enumerate(entries, start=head + 1)]
                await connection.execute(journal.insert(), chain.linked(before, lines))
                if any(isinstance(entry.event, Opened) for entry in entries):
                    await _fix_agreement(connection, to)
                if any(isinstance(entry.event, Ended) for entry in entries):
                    told = visit.update().where(visit.c.meeting == to, visit.c.place.is_not(None))
                    await connection.execute(told.values(place=None))
        except IntegrityError:
            raise HeadMoved(to, head) from None
        return head + len(entries)

    async def running(self) -> Sequence[MeetingId]:
        """The meetings with a journal that has no end.

        Raises:
            JournalDown
        """
        async with self._database.reading() as connection:
            found = await connection.execute(_RUNNING)
            return [MeetingId(made) for made in found.scalars()]


@asynccontextmanager
async def _advisory_lock(database: Database, of: MeetingId) -> AsyncIterator[None]:
    assert database.locks is not None  # noqa: S101 - asked by the only caller
    number = int.from_bytes(hashlib.sha256(of.encode()).digest()[:8], signed=True)
    async with AsyncExitStack() as held:
        with down_is_down():
            connection = await held.enter_async_context(database.locks.connect())
            await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
        yield
        # A lost connection has lost the lock too; the head guards the journal in any case.
        try:
            await connection.rollback()
        except (DBAPIError, OSError):
            await connection.invalidate()


_HAS_BEEN_PURGED = exists().where(checkpoint.c.stream == meeting.c.id).label("has_been_purged")
_MEETING = select(meeting, _HAS_BEEN_PURGED).where(meeting.c.id == bindparam("wanted"))
_HASH = select(journal.c.hash).where(
    journal.c.stream == bindparam("stream"), journal.c.sequence == bindparam("sequence")
)
_APART = select(apart.c.one, apart.c.other).where(apart.c.group == bindparam("of_group"))
_RECORDS = (
    select(journal.c.record)
    .where(journal.c.stream == bindparam("stream"), journal.c.sequence > bindparam("after"))
    .order_by(journal.c.sequence)
)
_HAS_BEGUN = exists().where(journal.c.stream == meeting.c.id)
_HAS_ENDED = exists().where(journal.c.stream == meeting.c.id, journal.c.event == Ended.__name__)
_RUNNING = select(meeting.c.id).where(_HAS_BEGUN, ~_HAS_ENDED)


async def _hash_at(connection: AsyncConnection, of: MeetingId, head: int) -> str | None:
    """The hash that the next line goes on from; None where there is no such line."""
    if head == 0:
        return checkpoints.START
    return (await connection.execute(_HASH, {"stream": of, "sequence": head})).scalar()


async def _terms(connection: AsyncConnection, row: Row[Any]) -> Terms:
    """What the diary says about a session, and the group about its people."""
    pairs = await connection.execute(_APART, {"of_group": row.group})
    ends = row.starts_at + timedelta(minutes=row.minutes)
    return Terms(
        late_after=row.starts_at + timedelta(minutes=row.late_minutes),
        ends=ends,
        closes=ends if row.practice else None,
        capacity=row.capacity,
        apart=frozenset(frozenset({PersonId(pair.one), PersonId(pair.other)}) for pair in pairs),
    )


async def _events(connection: AsyncConnection, of: MeetingId, head: int) -> list[Event]:
    records = await connection.execute(_RECORDS, {"stream": of, "after": head})
    return [from_record(json.loads(record)) for record in records.scalars()]


async def _fix_agreement(connection: AsyncConnection, of: MeetingId) -> None:
    wanted = select(meeting.c.group).where(meeting.c.id == of)
    version = await current_version(connection, (await connection.execute(wanted)).scalar_one())
    unfixed = (meeting.c.id == of) & meeting.c.agreement.is_(None)
    await connection.execute(meeting.update().where(unfixed).values(agreement=version))


def _entry(row: Row[Any]) -> Entry:
    actor = Actor(Role(row.role), PersonId(row.person), SeatId(row.seat))
    return Entry(row.at, actor, from_record(json.loads(row.record)))


def _line(stream: MeetingId, sequence: int, entry: Entry) -> dict[str, Any]:
    record = to_record(entry.event)
    return {
        "stream": stream,
        "sequence": sequence,
        "at": entry.at,
        "role": entry.actor.role.value,
        "person": entry.actor.person,
        "seat": entry.actor.seat,
        "event": record["event"],
        "whom": record.get("seat") or record.get("person") or "",
        "record": json.dumps(record),
    }
