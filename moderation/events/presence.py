"""Opening, attending, leaving and ending."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from moderation.model import SeatId


@dataclass(frozen=True, slots=True)
class Opened:
    """The session was opened; it is unattended from then until a facilitator attends."""

    restricts: ClassVar[bool] = False
    at: datetime


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
class Lapsed:
    """A parent's place in the room was given up: nobody had been connected to it for too long."""

    restricts: ClassVar[bool] = True
    seat: SeatId


@dataclass(frozen=True, slots=True)
class ClosingStarted:
    """The hosts said goodbye; those who wish stay behind for a while."""

    restricts: ClassVar[bool] = False
    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """The session is over. `unattended` tells a closing by deadline from a host's own ending."""

    restricts: ClassVar[bool] = True
    unattended: bool
