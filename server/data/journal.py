"""The Journal port on SQL: append-only, and one applier at a time for a meeting."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import exists, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from moderation.events import Ended, Event, Opened
from moderation.lifecycle import replay
from moderation.model import Meeting, MeetingId
from moderation.records import from_record, to_record
from server.agreements import current_version
from server.data.store import Database, down_is_down
from server.data.tables import journal, meeting
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
        """The meeting as its journal replays, and the head.

        Raises:
            UnknownMeeting, JournalDown
        """
        async with self._database.reading() as connection:
            planned = select(meeting.c.group, meeting.c.agreement).where(meeting.c.id == wanted)
            row = (await connection.execute(planned)).first()
            if row is None:
                raise UnknownMeeting(wanted)
            version = row.agreement or await current_version(connection, row.group)
            events = await _events(connection, wanted, 0)
        return replay(Meeting(wanted, version), events), len(events)

    async def since(self, wanted: MeetingId, head: int) -> Sequence[Event]:
        """The events after `head`, in order.

        Raises:
            JournalDown
        """
        async with self._database.reading() as connection:
            return await _events(connection, wanted, head)

    async def append(self, to: MeetingId, head: int, entries: Sequence[Entry]) -> int:
        """Append all of these after `head`, or none. Opening a session fixes its agreement's version.

        Raises:
            HeadMoved, JournalDown
        """
        if not entries:
            return head
        try:
            async with self._database.writing() as connection:
                await connection.execute(
                    journal.insert(),
                    [_line(to, number, entry) for number, entry in enumerate(entries, start=head + 1)],
                )
                if any(isinstance(entry.event, Opened) for entry in entries):
                    await _fix_agreement(connection, to)
        except IntegrityError:
            raise HeadMoved(to, head) from None
        return head + len(entries)

    async def running(self) -> Sequence[MeetingId]:
        """The meetings with a journal that has no end.

        Raises:
            JournalDown
        """
        begun = exists().where(journal.c.stream == meeting.c.id)
        ended = exists().where(journal.c.stream == meeting.c.id, journal.c.event == Ended.__name__)
        async with self._database.reading() as connection:
            found = await connection.execute(select(meeting.c.id).where(begun, ~ended))
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


async def _events(connection: AsyncConnection, of: MeetingId, head: int) -> list[Event]:
    wanted = (
        select(journal.c.record)
        .where(journal.c.stream == of, journal.c.sequence > head)
        .order_by(journal.c.sequence)
    )
    return [from_record(json.loads(record)) for record in (await connection.execute(wanted)).scalars()]


async def _fix_agreement(connection: AsyncConnection, of: MeetingId) -> None:
    wanted = select(meeting.c.group).where(meeting.c.id == of)
    version = await current_version(connection, (await connection.execute(wanted)).scalar_one())
    unfixed = (meeting.c.id == of) & meeting.c.agreement.is_(None)
    await connection.execute(meeting.update().where(unfixed).values(agreement=version))


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
