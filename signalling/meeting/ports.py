"""What the wire needs from outside, as protocols. `server` implements them, `tests/fakes.py` in memory."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from moderation.events import Event
from moderation.grants import Grant
from moderation.model import Actor, Meeting, MeetingId, PersonId, Role, SeatId


class Clock(Protocol):
    """The time of day."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a meeting's journal: what happened, when, and on whose word."""

    at: datetime
    actor: Actor
    event: Event


class Journal(Protocol):
    """The append-only record of meetings. The meeting is what its journal replays to.

    The head of a journal is the sequence number of its last entry, 0 when it is empty; numbers have no gaps.
    """

    def exclusively(self, meeting: MeetingId) -> AbstractAsyncContextManager[None]:
        """Be the only applier of this meeting, over all processes. Not reentrant. Leaving never raises.

        Raises:
            JournalDown: on entering, where the lock lives in the database and that is down.
        """
        ...

    async def load(self, meeting: MeetingId) -> tuple[Meeting, int]:
        """The replayed meeting and its head.

        Raises:
            UnknownMeeting, JournalDown
        """
        ...

    async def since(self, meeting: MeetingId, head: int) -> Sequence[Event]:
        """The events after `head`, in order; empty where that is still the head.

        Raises:
            JournalDown
        """
        ...

    async def append(self, meeting: MeetingId, head: int, entries: Sequence[Entry]) -> int:
        """Append all of these after `head`, or none of them; the new head.

        Raises:
            HeadMoved: the head is not `head` any more.
            JournalDown
        """
        ...

    async def running(self) -> Sequence[MeetingId]:
        """The meetings that have begun to exist (something is in their journal) and have not ended.

        Raises:
            JournalDown
        """
        ...


class SeatRefusal(Enum):
    """Why a browser has no seat here. The values are stable identifiers on the wire."""

    NO_SEAT = "no_seat"
    SEAT_ENDED = "seat_ended"
    NOT_YOUR_SESSION = "not_your_session"


@dataclass(frozen=True, slots=True)
class SeatHolder:
    """Who sits on a seat, checked at this moment. `agreed` is the agreement version they accepted last."""

    seat: SeatId
    person: PersonId
    role: Role
    meeting: MeetingId
    agreed: int | None


class Readiness(Enum):
    """What the readiness check found, for the hosts' list. Not checked is never passed."""

    READY = "ready"
    SOUND_ONLY = "sound_only"
    NEEDS_HELP = "needs_help"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class SeatLabel:
    """What the rules do not know about a seat and people must see."""

    person: PersonId
    name: str
    first_visit: bool = False
    readiness: Readiness = Readiness.NOT_CHECKED
    ring_me: bool = False


@dataclass(frozen=True, slots=True)
class MeetingLabels:
    """What the rules do not know about a meeting. `hosts`: the names of the group's facilitators.

    `seats` has an entry for every seat that ever arrived at this meeting, ended seats included.
    """

    title: str
    theme: str
    starts: datetime
    ends: datetime
    hosts: Sequence[str]
    seats: Mapping[SeatId, SeatLabel]


class Seats(Protocol):
    """Who holds which seat. Everything here raises JournalDown where the database is down."""

    async def holder(self, cookies: Mapping[str, str], meeting: MeetingId) -> SeatHolder | SeatRefusal:
        """Authenticate a request now: cookie known, seat not ended, invite still valid, right group."""
        ...

    async def check_seat(self, cookies: Mapping[str, str]) -> SeatId | SeatRefusal:
        """Authenticate a request of the readiness check, which needs a seat and no meeting."""
        ...

    async def labels(self, meeting: MeetingId) -> MeetingLabels:
        """Names and readiness for the views of this meeting."""
        ...


class Connection(Enum):
    """The two connections that a seat can have."""

    EVENTS = "events"
    MEDIA = "media"


@dataclass(frozen=True, slots=True)
class Connected:
    """Which seats have which connection, by leases younger than five seconds."""

    events: frozenset[SeatId] = frozenset()
    media: frozenset[SeatId] = frozenset()


class Presence(Protocol):
    """Who is connected to any process. Leases are renewed every two seconds and hold for five.

    So a process that dies is noticed by the others. Everything here raises JournalDown where the database
    is down.
    """

    async def beat(self, meeting: MeetingId, events: AbstractSet[SeatId], media: AbstractSet[SeatId]) -> None:
        """Renew this process's leases for these seats."""
        ...

    async def connected(self, meeting: MeetingId) -> Connected:
        """The leases that hold at this moment, of every process."""
        ...

    async def drop(self, meeting: MeetingId, seat: SeatId, connection: Connection) -> None:
        """End this process's lease on the seat at once: the connection was closed, or silent for long enough.

        Another process's lease on the same seat stays: the person has reconnected there.
        """
        ...

    async def clear(self) -> None:
        """End every lease. For the start of the only process: what its predecessor held means nothing."""
        ...


class MediaEngine(Protocol):
    """The embedded engine or a LiveKit cluster. Identities are seat ids, rooms are meeting ids."""

    @property
    def signalling_url(self) -> str:
        """Where the engine's signalling listens, private: `ws://host:port`, without a path.

        Raises:
            MediaDown: there is no engine at the moment.
        """
        ...

    async def push(self, meeting: MeetingId, grants: Mapping[SeatId, Grant]) -> None:
        """Make the room equal to these grants: permissions updated, everyone absent from them removed.

        On return what was taken away is gone: the next packet finds no route. Idempotent; a room that does
        not exist has nobody in it and is not created.

        Raises:
            MediaDown: not everything could be done.
        """
        ...

    async def close(self, meeting: MeetingId) -> None:
        """End the room.

        Raises:
            MediaDown
        """
        ...

    def token(self, room: str, identity: str, grant: Grant) -> str:
        """A token for joining with these grants, valid for 60 seconds. It never leaves the platform."""
        ...
