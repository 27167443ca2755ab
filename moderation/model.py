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
    microphone_held: bool = False
    camera_held: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """One device of a person, and where it is."""

    id: SeatId
    person: PersonId
    place: Place


@dataclass(frozen=True, slots=True)
class Meeting:
    """One session's state: everything that the rules need and nothing else.

    `agreement` is the version that every parent must have accepted. `attending` holds the facilitators'
    seats that have both the event connection and media in this room. `unattended_since` is set while the
    phase is UNATTENDED.
    """

    id: MeetingId
    agreement: int
    phase: Phase = Phase.SCHEDULED
    locked: bool = False
    people: Mapping[PersonId, Person] = field(default_factory=lambda: MappingProxyType({}))
    seats: Mapping[SeatId, Seat] = field(default_factory=lambda: MappingProxyType({}))
    attending: frozenset[SeatId] = frozenset()
    unattended_since: datetime | None = None

    def seats_of(self, person: PersonId) -> Iterator[Seat]:
        """Every seat of a person, in the order of arrival."""
        return (seat for seat in self.seats.values() if seat.person == person)

    def is_present(self, person: PersonId) -> bool:
        """Whether any seat of the person is in the room."""
        return any(seat.place is Place.PRESENT for seat in self.seats_of(person))

    def in_place(self, place: Place) -> Iterator[Seat]:
        """Every seat in that place, in the order of arrival."""
        return (seat for seat in self.seats.values() if seat.place is place)
