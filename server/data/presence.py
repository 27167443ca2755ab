"""The Presence port: leases, so that a process that died is noticed by the others."""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from sqlalchemy import select

from moderation.model import MeetingId, SeatId
from server.data.store import Database, new_id
from server.data.tables import presence
from signalling.meeting.ports import Clock, Connected, Connection

LEASE = timedelta(seconds=5)


class OwnPresence:
    """The leases of the only process, in its memory: nobody else asks, and they end with it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._leases: dict[MeetingId, dict[tuple[SeatId, Connection], datetime]] = {}

    async def beat(self, meeting: MeetingId, events: AbstractSet[SeatId], media: AbstractSet[SeatId]) -> None:
        """Renew the leases of these seats."""
        now = self._clock.now()
        fresh = {key: at for key, at in self._leases.get(meeting, {}).items() if now - at < LEASE}
        fresh |= {(seat, Connection.EVENTS): now for seat in events}
        fresh |= {(seat, Connection.MEDIA): now for seat in media}
        self._leases[meeting] = fresh

    async def clear(self) -> None:
        """End every lease."""
        self._leases.clear()

    async def connected(self, meeting: MeetingId) -> Connected:
        """The leases that hold at this moment."""
        now = self._clock.now()
        leases = self._leases.get(meeting, {})
        fresh = [key for key, at in leases.items() if now - at < LEASE]
        if leases and not fresh:
            del self._leases[meeting]
        return _connected(fresh)

    async def drop(self, meeting: MeetingId, seat: SeatId, connection: Connection) -> None:
        """End the lease for the seat at once."""
        self._leases.get(meeting, {}).pop((seat, connection), None)


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
        # In the order of the key: of two who renew the same leases at one moment, one waits for the other.
        rows.sort(key=lambda row: (row["seat"], row["kind"]))
        lease = self._database.insert(presence)
        renewed = lease.on_conflict_do_update(
            index_elements=list(presence.primary_key), set_={"seen_at": lease.excluded.seen_at}
        )
        dead = presence.c.seen_at < now - 12 * LEASE
        async with self._database.writing() as connection:
            await connection.execute(presence.delete().where(dead))
            await connection.execute(renewed, rows)

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
        return _connected([(SeatId(row.seat), Connection(row.kind)) for row in rows])

    async def drop(self, meeting: MeetingId, seat: SeatId, connection: Connection) -> None:
        """End this process's lease for the seat at once. Another process may hold it by now.

        Raises:
            JournalDown
        """
        own = (presence.c.meeting == meeting) & (presence.c.process == self._process)
        this = (presence.c.seat == seat) & (presence.c.kind == connection.value)
        async with self._database.writing() as open_connection:
            await open_connection.execute(presence.delete().where(own & this))


def _connected(held: Collection[tuple[SeatId, Connection]]) -> Connected:
    events, media = (
        frozenset(seat for seat, kind in held if kind is wanted)
        for wanted in (Connection.EVENTS, Connection.MEDIA)
    )
    return Connected(events, media)
