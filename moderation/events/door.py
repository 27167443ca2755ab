"""The door: who came, who was let in, who was not."""

from dataclasses import dataclass
from typing import ClassVar

from moderation.model import Override, PersonId, SeatId


@dataclass(frozen=True, slots=True)
class Arrived:
    """A parent's seat came to the waiting room."""

    restricts: ClassVar[bool] = False
    seat: SeatId
    person: PersonId
    agreed: int


@dataclass(frozen=True, slots=True)
class HostEntered:
    """A facilitator's seat came in."""

    restricts: ClassVar[bool] = False
    seat: SeatId
    person: PersonId


@dataclass(frozen=True, slots=True)
class Admitted:
    """A seat was let into the room."""

    restricts: ClassVar[bool] = False
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Replaced:
    """A seat was put out in favour of another device of the same person."""

    restricts: ClassVar[bool] = True
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Declined:
    """A waiting person was not let in."""

    restricts: ClassVar[bool] = True
    person: PersonId


@dataclass(frozen=True, slots=True)
class DoorOverridden:
    """A host deliberately let someone in against this."""

    restricts: ClassVar[bool] = False
    seat: SeatId
    against: Override


@dataclass(frozen=True, slots=True)
class Locked:
    """The door was locked."""

    restricts: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Unlocked:
    """The door was unlocked."""

    restricts: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class KeptApart:
    """Two people were marked never to meet."""

    restricts: ClassVar[bool] = True
    person: PersonId
    other: PersonId


@dataclass(frozen=True, slots=True)
class MayMeet:
    """Two people need not be kept apart any more."""

    restricts: ClassVar[bool] = False
    person: PersonId
    other: PersonId
