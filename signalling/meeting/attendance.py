"""Who is connected, and whether a facilitator attends: has the event connection and media in their room.

A connection that closes cleanly is gone at once. One that breaks off without a word keeps its lease, which is
renewed no longer, so that it counts for five seconds at most. This process's own connections are known here;
those of others by their leases.
"""

import asyncio
import logging
import time
from collections import defaultdict
from dataclasses import replace
from weakref import WeakValueDictionary

from moderation import actions as a
from moderation.model import HOUSE, Meeting, MeetingId, Phase, Place, Role, SeatId
from signalling.meeting.applier import Applier, Read
from signalling.meeting.errors import JournalDown, MediaDown, UnknownMeeting
from signalling.meeting.ports import Connected, Connection, MediaEngine, Presence

log = logging.getLogger(__name__)

GRACE = 5.0
"""Seconds that what was last read of the leases counts for while they cannot be read."""

LISTEN_WITHIN = 0.7
"""Seconds that the engine has to say who is silent: every meeting is looked at each second."""


class Attendance:
    """This process's connections, everyone's leases, and the house's word on who hosts. One per process."""

    def __init__(self, applier: Applier, presence: Presence, media: MediaEngine) -> None:
        self._applier = applier
        self._presence = presence
        self._media = media
        self._open: defaultdict[tuple[MeetingId, Connection], set[SeatId]] = defaultdict(set)
        self._in_room: dict[tuple[MeetingId, SeatId], str] = {}
        self._awaited: set[tuple[MeetingId, SeatId]] = set()
        self._silent: dict[MeetingId, frozenset[SeatId]] = {}
        self._leases: dict[MeetingId, tuple[float, Connected]] = {}
        self._told: dict[MeetingId, frozenset[SeatId]] = {}
        self._reviews: WeakValueDictionary[MeetingId, asyncio.Lock] = WeakValueDictionary()

    # --- What happens to connections ---

    async def opened(self, meeting: MeetingId, seat: SeatId, connection: Connection) -> None:
        """A connection of this seat is open in this process."""
        self._open[meeting, connection].add(seat)
        await self._beat(meeting, only=seat)
        await self._changed(meeting, seat)

    async def closed(
        self, meeting: MeetingId, seat: SeatId, connection: Connection, *, at_once: bool
    ) -> None:
        """It is closed. `at_once`: on purpose or after silence; else it may come back within its lease."""
        seats = self._open[meeting, connection]
        seats.discard(seat)
        if not seats:
            del self._open[meeting, connection]
        if at_once:
            await self._drop(meeting, seat, connection)
        await self._changed(meeting, seat)

    async def joined(self, meeting: MeetingId, seat: SeatId, session: str) -> None:
        """The media engine says that this seat's media is connected. `session`: its id for this stay."""
        self._in_room[meeting, seat] = session
        self._silent[meeting] = self._silent.get(meeting, frozenset()) - {seat}
        self._awaited.discard((meeting, seat))
        await self._beat(meeting, only=seat)
        await self._changed(meeting, seat)

    async def left(self, meeting: MeetingId, seat: SeatId, session: str) -> None:
        """The media engine says that a stay is over. An older one's end says nothing about a newer one."""
        if self._in_room.get((meeting, seat)) not in (session, ""):
            return
        del self._in_room[meeting, seat]
        await self._drop(meeting, seat, Connection.MEDIA)
        await self._changed(meeting, seat)

    def begins_stay(self, meeting: MeetingId, seat: SeatId) -> None:
        """The seat joins anew: until the engine says so again, its media is not connected."""
        self._in_room.pop((meeting, seat), None)
        self._awaited.add((meeting, seat))

    async def resumes_stay(self, meeting: MeetingId, seat: SeatId) -> None:
        """The engine goes on with a stay. A process that did not see it begin learns of it only here."""
        if (meeting, seat) not in self._in_room and (meeting, seat) not in self._awaited:
            await self.joined(meeting, seat, session="")

    async def listen(self, meeting: MeetingId) -> None:
        """Ask the engine whose packets have stopped: such a host does not attend, alive as their page may be.

        A stay that began while the engine was answering is not meant.
        """
        asked_of = {key: session for key, session in self._in_room.items() if key[0] == meeting}
        if not asked_of:
            return
        try:
            async with asyncio.timeout(LISTEN_WITHIN):
                silent = await self._media.silent(meeting)
        except (MediaDown, TimeoutError):
            return
        self._silent[meeting] = frozenset(
            seat
            for seat in silent
            if (key := (meeting, seat)) not in self._in_room or self._in_room[key] == asked_of.get(key)
        )

    def is_in_room(self, meeting: MeetingId, seat: SeatId) -> bool:
        """Whether the media engine has said so."""
        return (meeting, seat) in self._in_room

    # --- Leases ---

    async def beat(self) -> None:
        """Renew the leases of this process's connections. Called every two seconds."""
        for meeting in self.meetings():
            await self._beat(meeting)
        for meeting in [meeting for meeting in self._leases if not self._recent_leases(meeting)]:
            del self._leases[meeting]

    def meetings(self) -> frozenset[MeetingId]:
        """The meetings that someone is connected to in this process."""
        return frozenset(meeting for meeting, _ in self._open)

    async def connected(self, meeting: MeetingId) -> Connected:
        """Who has which connection, to any process."""
        try:
            leases = await self._presence.connected(meeting)
        except JournalDown:
            leases = self._recent_leases(meeting) or Connected()
        else:
            self._leases[meeting] = (time.monotonic(), leases)
        mine = self._mine(meeting)
        return Connected(leases.events | mine.events, leases.media | mine.media)

    async def begin(self) -> None:
        """The only process starts: nobody is connected, whatever its predecessor wrote."""
        await self._presence.clear()

    def forget(self, meeting: MeetingId) -> None:
        """The meeting is over."""
        self._leases.pop(meeting, None)
        self._silent.pop(meeting, None)
        self._told.pop(meeting, None)
        for key in [key for key in self._in_room if key[0] == meeting]:
            del self._in_room[key]
        self._awaited = {key for key in self._awaited if key[0] != meeting}

    def _mine(self, meeting: MeetingId) -> Connected:
        sockets = self._open.get((meeting, Connection.MEDIA), set())
        return Connected(
            events=frozenset(self._open.get((meeting, Connection.EVENTS), set())),
            media=frozenset(seat for seat in sockets if self.is_in_room(meeting, seat)),
        )

    def _recent_leases(self, meeting: MeetingId) -> Connected | None:
        at, leases = self._leases.get(meeting, (0.0, None))
        return leases if time.monotonic() - at < GRACE else None

    async def _beat(self, meeting: MeetingId, only: SeatId | None = None) -> None:
        mine = self._mine(meeting)
        seats = mine.events | mine.media if only is None else {only}
        try:
            await self._presence.beat(meeting, mine.events & seats, mine.media & seats)
        except JournalDown:
            log.warning("leases not renewed", extra={"meeting": meeting})

    async def _drop(self, meeting: MeetingId, seat: SeatId, connection: Connection) -> None:
        if meeting in self._leases:
            at, leases = self._leases[meeting]
            if connection is Connection.EVENTS:
                rest = replace(leases, events=leases.events - {seat})
            else:
                rest = replace(leases, media=leases.media - {seat})
            self._leases[meeting] = (at, rest)
        try:
            await self._presence.drop(meeting, seat, connection)
        except JournalDown:
            log.warning("lease not ended", extra={"meeting": meeting})

    # --- Hosts ---

    async def _changed(self, meeting: MeetingId, seat: SeatId) -> None:
        self._applier.announce(meeting)
        if self._is_parent(meeting, seat):  # Whether somebody attends does not hang on them.
            self._told[meeting] = (await self.connected(meeting)).events
        else:
            await self.review(meeting)

    def _is_parent(self, meeting: MeetingId, seat: SeatId) -> bool:
        """Whether this process knows it for a parent's."""
        read = self._applier.remembered(meeting)
        if read is None or seat not in read.meeting.seats:
            return False
        return read.meeting.people[read.meeting.seats[seat].person].role is Role.PARENT

    async def review(self, meeting: MeetingId) -> Read | None:
        """Say on the house's behalf which facilitators attend now and which are away.

        Gives the meeting as it stands then; None where the journal could not be read, and what is remembered
        of the meeting had to do.
        """
        async with self._one_review(meeting):
            try:
                read: Read | None = await self._applier.current(meeting)
            except (JournalDown, UnknownMeeting):
                read = None
            known = read or self._applier.remembered(meeting)
            if known is not None and known.meeting.phase is not Phase.ENDED:
                await self._judge(known.meeting)
        return None if read is None else self._applier.remembered(meeting)

    async def _judge(self, meeting: Meeting) -> None:
        connected = await self.connected(meeting.id)
        if self._told.get(meeting.id) != connected.events:  # A lease runs out without a word.
            self._told[meeting.id] = connected.events
            self._applier.announce(meeting.id)
        attend = (connected.events & connected.media) - self._silent.get(meeting.id, frozenset())
        for seat in meeting.attending - attend:
            await self._applier.act(meeting.id, HOUSE, a.HostAway(seat))
        hosts = {
            seat.id
            for seat in meeting.in_place(Place.PRESENT)
            if meeting.people[seat.person].role is Role.FACILITATOR
        }
        for seat in (hosts & attend) - meeting.attending:
            await self._applier.act(meeting.id, HOUSE, a.HostAttending(seat))

    def _one_review(self, meeting: MeetingId) -> asyncio.Lock:
        lock = self._reviews.get(meeting)
        if lock is None:
            lock = self._reviews[meeting] = asyncio.Lock()
        return lock
