"""What has happened in a meeting. Events are journalled, and replaying them gives the meeting.

An event is a restriction (it takes something away) or it is not. Rule 12: a restriction takes effect before
it is recorded; everything else is recorded before it takes effect.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from moderation.model import PersonId, RemovalReason, SeatId


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
class Opened:
    """The session was opened; it is unattended from then until a facilitator attends."""

    restricts: ClassVar[bool] = False
    at: datetime


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
class MutedByHost:
    """A parent's microphone is held muted."""

    restricts: ClassVar[bool] = True
    person: PersonId


@dataclass(frozen=True, slots=True)
class MuteLifted:
    """A parent may use the microphone again."""

    restricts: ClassVar[bool] = False
    person: PersonId


@dataclass(frozen=True, slots=True)
class CameraHeld:
    """A parent's camera is held off."""

    restricts: ClassVar[bool] = True
    person: PersonId


@dataclass(frozen=True, slots=True)
class CameraLifted:
    """A parent may use the camera again."""

    restricts: ClassVar[bool] = False
    person: PersonId


@dataclass(frozen=True, slots=True)
class ReturnedToWaiting:
    """A parent was taken back to the waiting room."""

    restricts: ClassVar[bool] = True
    person: PersonId


@dataclass(frozen=True, slots=True)
class Removed:
    """A parent was put out for this session."""

    restricts: ClassVar[bool] = True
    person: PersonId
    reason: RemovalReason


@dataclass(frozen=True, slots=True)
class Restored:
    """A removal or a refusal was undone."""

    restricts: ClassVar[bool] = False
    person: PersonId


@dataclass(frozen=True, slots=True)
class Locked:
    """The door was locked."""

    restricts: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Unlocked:
    """The door was unlocked."""

    restricts: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class HostAttended:
    """A facilitator's seat has the event connection and media."""

    restricts: ClassVar[bool] = False
    seat: SeatId


@dataclass(frozen=True, slots=True)
class HostLost:
    """A facilitator's seat has lost the event connection or media."""

    restricts: ClassVar[bool] = True
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Frozen:
    """The last attending facilitator is gone: nobody hears or sees anybody."""

    restricts: ClassVar[bool] = True
    at: datetime


@dataclass(frozen=True, slots=True)
class Resumed:
    """A facilitator attends: the room goes on as it was."""

    restricts: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Left:
    """A seat left. `quick` tells a quick exit from a goodbye; only hosts may know the difference."""

    restricts: ClassVar[bool] = True
    seat: SeatId
    quick: bool


@dataclass(frozen=True, slots=True)
class Revoked:
    """A person's invite was revoked: all their seats are out."""

    restricts: ClassVar[bool] = True
    person: PersonId


@dataclass(frozen=True, slots=True)
class Ended:
    """The session is over. `unattended` tells a closing by deadline from a host's own ending."""

    restricts: ClassVar[bool] = True
    unattended: bool


Event = (
    Arrived
    | HostEntered
    | Opened
    | Admitted
    | Replaced
    | Declined
    | MutedByHost
    | MuteLifted
    | CameraHeld
    | CameraLifted
    | ReturnedToWaiting
    | Removed
    | Restored
    | Locked
    | Unlocked
    | HostAttended
    | HostLost
    | Frozen
    | Resumed
    | Left
    | Revoked
    | Ended
)
