"""What someone may ask for. Who may ask for which is the table in `rules`."""

from dataclasses import dataclass

from moderation.model import PersonId, RemovalReason, SeatId


@dataclass(frozen=True, slots=True)
class Arrive:
    """The actor's own seat comes to the door, having accepted this version of the agreement (or none)."""

    agreed: int | None


@dataclass(frozen=True, slots=True)
class Leave:
    """The actor's own seat leaves."""


@dataclass(frozen=True, slots=True)
class Open:
    """Open the session. It stays frozen until a facilitator attends."""


@dataclass(frozen=True, slots=True)
class Admit:
    """Let one waiting seat into the room."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class AdmitAll:
    """Let everyone who waits into the room, except second devices: those are admitted one by one."""


@dataclass(frozen=True, slots=True)
class Decline:
    """Not let a waiting person in, for this session."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class Mute:
    """Hold a parent's microphone muted until a facilitator lifts it."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class MuteAll:
    """Hold every present parent's microphone muted."""


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
    """Take a parent from the room back to the waiting room."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class Remove:
    """Put a parent out for this session, on every device."""

    person: PersonId
    reason: RemovalReason


@dataclass(frozen=True, slots=True)
class Restore:
    """Undo a removal or a refusal at the door: the person waits again, and needs a fresh admission."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class Lock:
    """Lock the door: nobody is admitted while it is locked."""


@dataclass(frozen=True, slots=True)
class Unlock:
    """Unlock the door."""


@dataclass(frozen=True, slots=True)
class End:
    """End the session for everyone."""


@dataclass(frozen=True, slots=True)
class HostAttending:
    """A facilitator's seat now has both the event connection and media in this room."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class HostAway:
    """A facilitator's seat has lost one of the two."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class Close:
    """End a session that nobody has attended for too long."""


@dataclass(frozen=True, slots=True)
class Revoke:
    """A person's invite has been revoked: every seat of theirs goes."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class Exit:
    """A seat was ended by the quick exit."""

    seat: SeatId


Action = (
    Arrive
    | Leave
    | Open
    | Admit
    | AdmitAll
    | Decline
    | Mute
    | MuteAll
    | Lift
    | LiftAll
    | HoldCamera
    | LiftCamera
    | ReturnToWaiting
    | Remove
    | Restore
    | Lock
    | Unlock
    | End
    | HostAttending
    | HostAway
    | Close
    | Revoke
    | Exit
)
