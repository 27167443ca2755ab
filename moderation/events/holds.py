"""What hosts did about one person, and what a parent has told them."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from moderation.model import Mark, PersonId, RemovalReason, ReturnWord, SeatId


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
    """A parent was taken back to the waiting room, with a word."""

    restricts: ClassVar[bool] = True
    person: PersonId
    word: ReturnWord


@dataclass(frozen=True, slots=True)
class Removed:
    """A parent was put out for this session."""

    restricts: ClassVar[bool] = True
    person: PersonId
    reason: RemovalReason


@dataclass(frozen=True, slots=True)
class Suspended:
    """A parent was put out until a date, or until a talk where there is none."""

    restricts: ClassVar[bool] = True
    person: PersonId
    reason: RemovalReason
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Restored:
    """A removal or a refusal was undone."""

    restricts: ClassVar[bool] = False
    person: PersonId


@dataclass(frozen=True, slots=True)
class Ejected:
    """A broken tab was closed; its person may come again."""

    restricts: ClassVar[bool] = True
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Revoked:
    """A person's invite was revoked: all their seats are out."""

    restricts: ClassVar[bool] = True
    person: PersonId


@dataclass(frozen=True, slots=True)
class MarkSet:
    """A parent told the hosts something with one tap."""

    restricts: ClassVar[bool] = False
    person: PersonId
    mark: Mark


@dataclass(frozen=True, slots=True)
class MarkCleared:
    """A host has seen to it, or the parent has taken it back."""

    restricts: ClassVar[bool] = False
    person: PersonId


@dataclass(frozen=True, slots=True)
class LocationRevealed:
    """A host looked at where a parent said they were joining from."""

    restricts: ClassVar[bool] = False
    person: PersonId


@dataclass(frozen=True, slots=True)
class DangerCalled:
    """A host acted on a parent being in danger."""

    restricts: ClassVar[bool] = True
    person: PersonId
