"""What a meeting is: its people, their seats and how far it has come.

A *person* is a member of the group or a facilitator. A *seat* is one device of a person: the device that
redeemed the invite, or the browser a facilitator signed in with. Moderation falls on persons, admission on
seats.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import NewType

MeetingId = NewType("MeetingId", str)
PersonId = NewType("PersonId", str)
SeatId = NewType("SeatId", str)


class Role(Enum):
    """Who is asking. The house is the platform itself: attendance, deadlines, revoked invites."""

    PARENT = "parent"
    FACILITATOR = "facilitator"
    ADMIN = "admin"
    HOUSE = "house"


class Phase(Enum):
    """How far a meeting has come. Unattended means frozen: nobody hears or sees anybody."""

    SCHEDULED = "scheduled"
    UNATTENDED = "unattended"
    OPEN = "open"
    ENDED = "ended"


class Place(Enum):
    """Where a seat is."""

    WAITING = "waiting"
    PRESENT = "present"
    OUTSIDE = "outside"


class Standing(Enum):
    """Whether a person may be in this meeting at all."""

    WELCOME = "welcome"
    DECLINED = "declined"
    REMOVED = "removed"


class Feature(Enum):
    """What "Pause everything" freezes, and what comes back one by one."""

    SOUND = "sound"
    PICTURE = "picture"
    CHAT = "chat"
    HANDS = "hands"


MEDIA = frozenset({Feature.SOUND, Feature.PICTURE})


class ChatMode(Enum):
    """Who reads what parents write: nobody, the hosts, or everyone in the room."""

    OFF = "off"
    HOSTS = "hosts"
    EVERYONE = "everyone"


class FloorMode(Enum):
    """Who may use a microphone: everyone, the one a host invites, or one after the other in a round."""

    OPEN = "open"
    INVITATION = "invitation"
    ROUND = "round"


class Mark(Enum):
    """What a parent has quietly told the hosts with one tap."""

    NONE = "none"
    MOMENT = "moment"
    CHECK_ON_ME = "check_on_me"


class ReturnWord(Enum):
    """What a host says with a return to the waiting room: a code, its sentence is in the catalogue."""

    NONE = "none"
    BREATHER = "breather"
    TALK_ALONE = "talk_alone"
    SORT_SOUND = "sort_sound"
    SAFETY = "safety"


class Override(Enum):
    """What a host has deliberately set aside to let someone in."""

    LATE = "late"
    FULL = "full"
    KEPT_APART = "kept_apart"


class RemovalReason(Enum):
    """Why a host removed someone: a code, never a sentence about a person."""

    BROKE_AGREEMENT = "broke_agreement"
    UNSAFE = "unsafe"
    NOT_EXPECTED = "not_expected"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for something, from which seat. The house has neither person nor seat of its own."""

    role: Role
    person: PersonId
    seat: SeatId


HOUSE = Actor(Role.HOUSE, PersonId("house"), SeatId("house"))


@dataclass(frozen=True, slots=True)
class Person:
    """What holds for a person on every device: standing, holds, the agreement version accepted."""

    id: PersonId
    role: Role
    agreed: int | None = None
    standing: Standing = Standing.WELCOME
    removal_reason: RemovalReason | None = None
    suspended: bool = False
    microphone_held: bool = False
    camera_held: bool = False
    has_been_in: bool = False
    mark: Mark = Mark.NONE
    returned_with: ReturnWord = ReturnWord.NONE


@dataclass(frozen=True, slots=True)
class Seat:
    """One device of a person, and where it is."""

    id: SeatId
    person: PersonId
    place: Place


@dataclass(frozen=True, slots=True)
class Terms:
    """What the house knows about a session before it begins.

    After `late_after` whoever has not been in needs a host's deliberate step; after `ends` the session is
    wound up. At `closes` it ends, whatever goes on: only a practice call has that. `apart` holds the pairs of
    people who are never to meet.
    """

    late_after: datetime | None = None
    ends: datetime | None = None
    capacity: int = 16
    apart: frozenset[frozenset[PersonId]] = frozenset()
    closes: datetime | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """Who has the word, since when, and in a round who has had it."""

    mode: FloorMode = FloorMode.OPEN
    speaker: PersonId | None = None
    since: datetime | None = None
    spoken: frozenset[PersonId] = frozenset()


@dataclass(frozen=True, slots=True)
class Aside:
    """A side room: one host, one parent, and a second host as witness if wanted."""

    host: SeatId
    parent: PersonId
    accepted: bool = False
    witness: SeatId | None = None

    @property
    def hosts(self) -> frozenset[SeatId]:
        """The hosts' seats in it."""
        return frozenset({self.host} if self.witness is None else {self.host, self.witness})


@dataclass(frozen=True, slots=True)
class Meeting:
    """One session's state: everything that the rules need and nothing else.

    `agreement` is the version that every parent must have accepted. `attending` holds the facilitators'
    seats that have both the event connection and media in this room. `unattended_since` is set while the
    phase is UNATTENDED. `withdrawn` had not come back of an earlier pause when all was paused again. `hands`
    are in the order the server saw them; `screen` is the parent who may share theirs; `closing_since` is when
    the hosts said goodbye and those who wish stayed behind.
    """

    id: MeetingId
    agreement: int
    phase: Phase = Phase.SCHEDULED
    locked: bool = False
    people: Mapping[PersonId, Person] = field(default_factory=lambda: MappingProxyType({}))
    seats: Mapping[SeatId, Seat] = field(default_factory=lambda: MappingProxyType({}))
    attending: frozenset[SeatId] = frozenset()
    unattended_since: datetime | None = None
    terms: Terms = Terms()
    paused: frozenset[Feature] = frozenset()
    withdrawn: frozenset[Feature] = frozenset()
    floor: Floor = Floor()
    hands: tuple[PersonId, ...] = ()
    chat: ChatMode = ChatMode.OFF
    screen: PersonId | None = None
    aside: Aside | None = None
    closing_since: datetime | None = None

    def seats_of(self, person: PersonId) -> Iterator[Seat]:
        """Every seat of a person, in the order of arrival."""
        return (seat for seat in self.seats.values() if seat.person == person)

    def is_present(self, person: PersonId) -> bool:
        """Whether any seat of the person is in the room."""
        return any(seat.place is Place.PRESENT for seat in self.seats_of(person))

    def in_place(self, place: Place) -> Iterator[Seat]:
        """Every seat in that place, in the order of arrival."""
        return (seat for seat in self.seats.values() if seat.place is place)

    def attended(self) -> bool:
        """Whether a facilitator attends the main room; one in the side room does not count."""
        away = self.aside.hosts if self.aside is not None and self.aside.accepted else frozenset()
        return bool(self.attending - away)

    def is_aside(self, seat: Seat) -> bool:
        """Whether the seat is in the side room rather than the main room."""
        aside = self.aside
        if aside is None or not aside.accepted or seat.place is not Place.PRESENT:
            return False
        return seat.person == aside.parent or seat.id in aside.hosts

    def kept_apart_from(self, person: PersonId) -> Iterator[PersonId]:
        """Those in the room whom this person is never to meet."""
        return (
            other.id
            for other in self.people.values()
            if frozenset({person, other.id}) in self.terms.apart and self.is_present(other.id)
        )
