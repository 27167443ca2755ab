"""Opening, attending, leaving and ending."""

from dataclasses import dataclass

from moderation.model import SeatId


@dataclass(frozen=True, slots=True)
class Open:
    """Open the session. It stays frozen until a facilitator attends."""


@dataclass(frozen=True, slots=True)
class Leave:
    """The actor's own seat leaves."""


@dataclass(frozen=True, slots=True)
class Exit:
    """A seat was ended by the quick exit."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class Lapse:
    """Nobody has been connected to a parent's place in the room for too long."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class HostAttending:
    """A facilitator's seat now has both the event connection and media in this room."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class HostAway:
    """A facilitator's seat has lost one of the two."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class StartClosing:
    """Say goodbye: the door is locked, and those who wish stay behind for a while."""


@dataclass(frozen=True, slots=True)
class End:
    """End the session for everyone."""


@dataclass(frozen=True, slots=True)
class Close:
    """End a session that nobody has attended for too long."""


@dataclass(frozen=True, slots=True)
class TimeUp:
    """End a session whose time is over."""
