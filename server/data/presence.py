"""The Presence port on SQL: leases, so that a process that died is noticed by the others."""

from collections.abc import Set as AbstractSet
from datetime import timedelta

from sqlalchemy import select, tuple_

from moderation.model import MeetingId, SeatId
from server.data.store import Database, new_id
from server.data.tables import presence
from signalling.meeting.ports import Clock, Connected, Connection

LEASE = timedelta(seconds=5)


class SqlPresence:
    """The leases of every process; this one writes its own only."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._process = new_id()

    async def beat(self, meeting: MeetingId, events: AbstractSet[SeatId], media: AbstractSet[SeatId]) -> None:
        """Renew this process's leases for these seats. Others keep theirs until it runs out.

        Raises:
            JournalDown
        """
        now = self._clock.now()
        held = [(seat, Connection.EVENTS) for seat in events] + [(seat, Connection.MEDIA) for seat in media]
        if not held:
            return
        rows = [
            {"meeting": meeting, "seat": seat, "kind": kind.value, "process": self._process, "seen_at": now}
            for seat, kind in held
        ]
        own = (presence.c.meeting == meeting) & (presence.c.process == self._process)
        renewed = own & tuple_(presence.c.seat, presence.c.kind).in_(
            [(seat, kind.value) for seat, kind in held]
        )
        dead = presence.c.seen_at < now - 12 * LEASE
        async with self._database.writing() as connection:
            await connection.execute(presence.delete().where(renewed | dead))
            await connection.execute(presence.insert(), rows)

    async def clear(self) -> None:
        """End every lease: the only process starts, so whoever held them is dead.

        Raises:
            JournalDown
        """
        async with self._database.writing() as connection:
            await connection.execute(presence.delete())

    async def connected(self, meeting: MeetingId) -> Connected:
        """The leases that hold at this moment.

        Raises:
            JournalDown
        """
        fresh = presence.c.seen_at > self._clock.now() - LEASE
        wanted = select(presence.c.seat, presence.c.kind).where(presence.c.meeting == meeting, fresh)
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        return Connected(
            *(
                frozenset(SeatId(row.seat) for row in rows if row.kind == kind.value)
                for kind in (Connection.EVENTS, Connection.MEDIA)
            )
        )

    async def drop(self, meeting: MeetingId, seat: SeatId, connection: Connection) -> None:
        """End this process's lease for the seat at once. Another process may hold it by now.

        Raises:
            JournalDown
        """
        own = (presence.c.meeting == meeting) & (presence.c.process == self._process)
        this = (presence.c.seat == seat) & (presence.c.kind == connection.value)
        async with self._database.writing() as open_connection:
            await open_connection.execute(presence.delete().where(own & this))
