"""The door: coming to it, letting in, not letting in."""

from dataclasses import dataclass

from moderation.model import PersonId, SeatId


@dataclass(frozen=True, slots=True)
class Arrive:
    """The actor's own seat comes to the door, having accepted this version of the agreement (or none)."""

    agreed: int | None


@dataclass(frozen=True, slots=True)
class Admit:
    """Let one waiting seat into the room."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class AdmitAnyway:
    """Let one waiting seat in though it is late, the room is full, or someone is to be kept apart."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class AdmitAll:
    """Let everyone who waits into the room, except second devices: those are admitted one by one."""


@dataclass(frozen=True, slots=True)
class Decline:
    """Not let a waiting person in, for this session."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class Lock:
    """Lock the door: nobody is admitted while it is locked."""


@dataclass(frozen=True, slots=True)
class Unlock:
    """Unlock the door."""


@dataclass(frozen=True, slots=True)
class KeepApart:
    """Two people have been marked never to meet."""

    person: PersonId
    other: PersonId


@dataclass(frozen=True, slots=True)
class LetMeet:
    """Two people need not be kept apart any more."""

    person: PersonId
    other: PersonId
