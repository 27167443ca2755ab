"""The side room."""

from dataclasses import dataclass

from moderation.model import PersonId


@dataclass(frozen=True, slots=True)
class InviteAside:
    """Ask a parent into the side room with the asking host."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class AcceptAside:
    """The actor goes along to the side room."""


@dataclass(frozen=True, slots=True)
class LeaveAside:
    """The actor does not want the side room, or has had enough of it."""


@dataclass(frozen=True, slots=True)
class JoinAside:
    """Join the side room as witness."""


@dataclass(frozen=True, slots=True)
class EndAside:
    """End the side room: both return to the group."""
