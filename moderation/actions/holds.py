"""What is done about one person, and what a parent tells the hosts."""

from dataclasses import dataclass
from datetime import datetime

from moderation.model import Mark, PersonId, RemovalReason, ReturnWord, SeatId


@dataclass(frozen=True, slots=True)
class Mute:
    """Hold a parent's microphone muted until a facilitator lifts it."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class MuteAll:
    """Hold every present parent's microphone muted."""


@dataclass(frozen=True, slots=True)
class MuteAllBut:
    """Hold every present parent's microphone muted, except this one's."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class Lift:
    """Lift a held mute. The parent chooses when to unmute."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class LiftAll:
    """Lift every held mute."""


@dataclass(frozen=True, slots=True)
class HoldCamera:
    """Hold a parent's camera off until a facilitator lifts it."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class LiftCamera:
    """Lift a held camera. The parent chooses when to show their picture."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class ReturnToWaiting:
    """Take a parent from the room back to the waiting room, with a word."""

    person: PersonId
    word: ReturnWord = ReturnWord.NONE


@dataclass(frozen=True, slots=True)
class Remove:
    """Put a parent out for this session, on every device."""

    person: PersonId
    reason: RemovalReason


@dataclass(frozen=True, slots=True)
class Suspend:
    """Put a parent out until a date, or until a talk where there is none."""

    person: PersonId
    reason: RemovalReason
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Restore:
    """Undo a removal or a refusal at the door: the person waits again, and needs a fresh admission."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class Eject:
    """Close one broken tab; its person may come again."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class Revoke:
    """A person's invite has been revoked: every seat of theirs goes."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class TellHosts:
    """The actor tells the hosts something with one tap; Mark.NONE takes it back."""

    mark: Mark


@dataclass(frozen=True, slots=True)
class ClearMark:
    """Say that a host has seen to what a parent told the hosts."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class RevealLocation:
    """Look at where a parent said they are joining from."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class CallDanger:
    """A parent is in danger: everyone else goes to the waiting room."""

    person: PersonId
