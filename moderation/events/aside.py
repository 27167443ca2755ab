"""The side room."""

from dataclasses import dataclass
from typing import ClassVar

from moderation.model import PersonId, SeatId


@dataclass(frozen=True, slots=True)
class AsideInvited:
    """A host asked a parent into the side room."""

    restricts: ClassVar[bool] = False
    seat: SeatId
    person: PersonId


@dataclass(frozen=True, slots=True)
class AsideAccepted:
    """The parent went along."""

    restricts: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class AsideJoined:
    """A second host joined the side room as witness."""

    restricts: ClassVar[bool] = False
    seat: SeatId


@dataclass(frozen=True, slots=True)
class AsideEnded:
    """The side room is over, or the parent did not want it."""

    restricts: ClassVar[bool] = False
