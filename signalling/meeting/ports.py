"""What the wire needs from outside, as protocols. `server` implements them, `tests/fakes.py` in memory."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from moderation.events import Event
from moderation.grants import Grant
from moderation.model import Actor, Meeting, MeetingId, PersonId, RemovalReason, Role, SeatId


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
        """The replayed meeting and its head. What it replays from has the session's terms.

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

    async def entries(self, meeting: MeetingId, after: int) -> Sequence[Entry]:
        """The same with when and on whose word, for what looks back at times.

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
    SUSPENDED = "suspended"


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


class HostKind(Enum):
    """The two kinds of facilitator."""

    WORKER = "worker"
    LIVED_EXPERIENCE = "lived_experience"


class Plan(Enum):
    """What a parent wishes to happen if they are suddenly gone."""

    WAIT = "wait"
    TEXT = "text"
    RING = "ring"
    RING_CONTACT = "ring_contact"


@dataclass(frozen=True, slots=True)
class Member:
    """A parent who is expected: someone of the group with an invite.

    `similar_name`: someone else of the group is called the same, or nearly.
    """

    person: PersonId
    name: str
    plan: Plan = Plan.WAIT
    similar_name: bool = False


class TaskKind(Enum):
    """Why somebody has to follow something up."""

    REMOVED = "removed"
    SUSPENDED = "suspended"
    DEPARTED = "departed"
    CALL = "call"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Task:
    """An open follow-up of the group: about whom, why, and by when. Never what was said."""

    id: str
    kind: TaskKind
    person: PersonId
    name: str
    due: datetime


@dataclass(frozen=True, slots=True)
class MeetingLabels:
    """What the rules do not know about a meeting. `hosts`: the names of the group's facilitators.

    `seats` has an entry for every seat that ever arrived at this meeting, ended seats included. `kinds` has
    every facilitator of the group; `wants_both_kinds`: the session asks for a host of each kind. `members`
    are the parents of the group, in the order of their names. `note` says what may be hard to hear.
    """

    title: str
    theme: str
    starts: datetime
    ends: datetime
    hosts: Sequence[str]
    seats: Mapping[SeatId, SeatLabel]
    members: Sequence[Member] = ()
    kinds: Mapping[PersonId, HostKind] = field(default_factory=dict)
    wants_both_kinds: bool = False
    tasks: Sequence[Task] = ()
    note: str = ""


class Seats(Protocol):
    """Who holds which seat. Everything here raises JournalDown where the database is down."""

    async def holder(self, cookies: Mapping[str, str], meeting: MeetingId) -> SeatHolder | SeatRefusal:
        """Authenticate a request now: cookie known, seat not ended, invite still valid, right group.

        A person who is suspended is answered so for every session but the one they were suspended in: there
        the meeting itself knows.
        """
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


class Departure(Enum):
    """How someone went: they said so, their connection was lost, or by the quick exit. For hosts only."""

    LEFT = "left"
    LOST = "lost"
    EXITED = "exited"


class Aftercare(Protocol):
    """What follows from a session outside it. Everything here raises JournalDown where the database is down.

    The wire tries again until it has succeeded, so doing one of these a second time must do no more.
    """

    async def put_out(
        self,
        meeting: MeetingId,
        person: PersonId,
        by: PersonId,
        reason: RemovalReason,
        *,
        suspended: bool,
        until: date | None,
        note: str,
    ) -> None:
        """Removed or suspended: keep the note encrypted, open a follow-up with a deadline.

        `until`: from that day on they may come again; None, where suspended, is until a talk. From then on
        `Seats.holder` answers SUSPENDED. `note` is empty or at most 2,000 characters.
        """
        ...

    async def restored(self, meeting: MeetingId, person: PersonId, by: PersonId) -> None:
        """A removal, suspension or refusal was undone: close the follow-up, lift the suspension."""
        ...

    async def departed(self, meeting: MeetingId, person: PersonId, how: Departure) -> None:
        """Gone for two minutes: open a follow-up, one for this person and meeting however often it is told.

        After a quick exit it must not ask for a call or a message.
        """
        ...

    async def danger(self, meeting: MeetingId, person: PersonId, by: PersonId) -> None:
        """A host acted on a parent being in danger: a safeguarding entry with the time, and a follow-up."""
        ...

    async def location(self, meeting: MeetingId, person: PersonId) -> str | None:
        """What the parent said they are joining from, for this session. Asked once it is in the journal."""
        ...


class MediaEngine(Protocol):
    """The embedded engine or a LiveKit cluster. Identities are seat ids; `rooms` has the names of rooms."""

    def signalling_url(self, room: str) -> str:
        """Where the signalling of the engine that has this room, or is to have it, listens.

        Private: `ws://host:port`, without a path. Ask for it at each connection: a room may move.

        Raises:
            MediaDown: there is no engine at the moment.
        """
        ...

    async def push(self, meeting: MeetingId, grants: Mapping[SeatId, Grant]) -> None:
        """Make the meeting's rooms equal to these grants: permissions updated, everyone else removed.

        Each grant says in which of the meeting's two rooms its seat belongs; it is removed from the other.

        On return what was taken away is gone: the next packet finds no route. Idempotent; a room that does
        not exist has nobody in it and is not created.

        Raises:
            MediaDown: not everything could be done.
        """
        ...

    async def holds(self, meeting: MeetingId, grants: Mapping[SeatId, Grant]) -> bool:
        """Whether these grants were pushed last from here, and the engine's rooms are still equal to them.

        Only looks. False where that is not certain.
        """
        ...

    async def close(self, meeting: MeetingId) -> None:
        """End the meeting's rooms.

        Raises:
            MediaDown
        """
        ...

    async def silent(self, meeting: MeetingId) -> AbstractSet[SeatId]:
        """Those who are in one of the meeting's rooms and have sent no packet at all for five seconds.

        However alive their signalling is. Whoever has yet to connect their media is among them.

        Raises:
            MediaDown
        """
        ...

    def token(self, room: str, identity: str, grant: Grant) -> str:
        """A token for joining with these grants, valid for 60 seconds. It never leaves the platform."""
        ...
