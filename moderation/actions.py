"""What someone may ask for. Who may ask for which is the table in `rules`."""

from dataclasses import dataclass
from datetime import datetime

from moderation.model import ChatMode, Feature, Mark, PersonId, RemovalReason, ReturnWord, SeatId


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
    """Take a parent from the room back to the waiting room, with a word."""

    person: PersonId
    word: ReturnWord = ReturnWord.NONE


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


@dataclass(frozen=True, slots=True)
class AdmitAnyway:
    """Let one waiting seat in though it is late, the room is full, or someone is to be kept apart."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class MuteAllBut:
    """Hold every present parent's microphone muted, except this one's."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class Suspend:
    """Put a parent out until a date, or until a talk where there is none."""

    person: PersonId
    reason: RemovalReason
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Eject:
    """Close one broken tab; its person may come again."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class Pause:
    """Freeze all sound, picture, chat and hands."""


@dataclass(frozen=True, slots=True)
class ResumeFeature:
    """Let one of them come back."""

    feature: Feature


@dataclass(frozen=True, slots=True)
class HoldFloor:
    """Microphones by invitation: nobody speaks whom a host has not given the word."""


@dataclass(frozen=True, slots=True)
class OpenFloor:
    """Everyone may use their microphone again."""


@dataclass(frozen=True, slots=True)
class GiveWord:
    """Let one parent use the microphone while the floor is held."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class TakeWord:
    """End the speaker's turn."""


@dataclass(frozen=True, slots=True)
class StartRound:
    """Give the word to one present parent after the other."""


@dataclass(frozen=True, slots=True)
class NextInRound:
    """Pass the word on in a round."""


@dataclass(frozen=True, slots=True)
class LowerHand:
    """Lower a parent's hand."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class LowerAllHands:
    """Lower every hand."""


@dataclass(frozen=True, slots=True)
class ClearMark:
    """Say that a host has seen to what a parent told the hosts."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class SetChat:
    """Say who reads what parents write."""

    mode: ChatMode


@dataclass(frozen=True, slots=True)
class AllowScreen:
    """Let one parent share the screen, for once."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class StopScreen:
    """Stop the parent's shared screen."""


@dataclass(frozen=True, slots=True)
class InviteAside:
    """Ask a parent into the side room with the asking host."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class JoinAside:
    """Join the side room as witness."""


@dataclass(frozen=True, slots=True)
class EndAside:
    """End the side room: both return to the group."""


@dataclass(frozen=True, slots=True)
class RevealLocation:
    """Look at where a parent said they are joining from."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class CallDanger:
    """A parent is in danger: everyone else goes to the waiting room."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class StartClosing:
    """Say goodbye: the door is locked, and those who wish stay behind for a while."""


@dataclass(frozen=True, slots=True)
class RaiseHand:
    """The actor asks to speak."""


@dataclass(frozen=True, slots=True)
class LowerOwnHand:
    """The actor no longer asks to speak."""


@dataclass(frozen=True, slots=True)
class PassWord:
    """The actor has the word and passes it on."""


@dataclass(frozen=True, slots=True)
class TellHosts:
    """The actor tells the hosts something with one tap; Mark.NONE takes it back."""

    mark: Mark


@dataclass(frozen=True, slots=True)
class AcceptAside:
    """The actor goes along to the side room."""


@dataclass(frozen=True, slots=True)
class LeaveAside:
    """The actor does not want the side room, or has had enough of it."""


@dataclass(frozen=True, slots=True)
class KeepApart:
    """Two people have been marked never to meet."""

    person: PersonId
    other: PersonId


@dataclass(frozen=True, slots=True)
class TimeUp:
    """End a session whose time is over."""


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
    | AdmitAnyway
    | MuteAllBut
    | Suspend
    | Eject
    | Pause
    | ResumeFeature
    | HoldFloor
    | OpenFloor
    | GiveWord
    | TakeWord
    | StartRound
    | NextInRound
    | LowerHand
    | LowerAllHands
    | ClearMark
    | SetChat
    | AllowScreen
    | StopScreen
    | InviteAside
    | JoinAside
    | EndAside
    | RevealLocation
    | CallDanger
    | StartClosing
    | RaiseHand
    | LowerOwnHand
    | PassWord
    | TellHosts
    | AcceptAside
    | LeaveAside
    | KeepApart
    | TimeUp
)
