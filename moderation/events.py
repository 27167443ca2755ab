"""What has happened in a meeting. Events are journalled, and replaying them gives the meeting.

An event is a restriction (it takes something away) or it is not. Rule 12: a restriction takes effect before
it is recorded; everything else is recorded before it takes effect.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from moderation.model import (
    ChatMode,
    Feature,
    FloorMode,
    Mark,
    Override,
    PersonId,
    RemovalReason,
    ReturnWord,
    SeatId,
)


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
class Suspended:
    """A parent was put out until a date, or until a talk where there is none."""

    restricts: ClassVar[bool] = True
    person: PersonId
    reason: RemovalReason
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Ejected:
    """A broken tab was closed; its person may come again."""

    restricts: ClassVar[bool] = True
    seat: SeatId


@dataclass(frozen=True, slots=True)
class DoorOverridden:
    """A host deliberately let someone in against this."""

    restricts: ClassVar[bool] = False
    seat: SeatId
    against: Override


@dataclass(frozen=True, slots=True)
class KeptApart:
    """Two people were marked never to meet."""

    restricts: ClassVar[bool] = False
    person: PersonId
    other: PersonId


@dataclass(frozen=True, slots=True)
class Paused:
    """All sound, picture, chat and hands were frozen."""

    restricts: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class FeatureResumed:
    """One of what was paused came back."""

    restricts: ClassVar[bool] = False
    feature: Feature


@dataclass(frozen=True, slots=True)
class FloorHeld:
    """Microphones need a host's word, one at a time."""

    restricts: ClassVar[bool] = True
    mode: FloorMode


@dataclass(frozen=True, slots=True)
class FloorOpened:
    """Everyone may use their microphone again."""

    restricts: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class WordGiven:
    """One parent may use the microphone while the floor is held."""

    restricts: ClassVar[bool] = False
    person: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class WordTaken:
    """That parent's turn is over."""

    restricts: ClassVar[bool] = True
    person: PersonId


@dataclass(frozen=True, slots=True)
class HandRaised:
    """A parent asks to speak."""

    restricts: ClassVar[bool] = False
    person: PersonId


@dataclass(frozen=True, slots=True)
class HandLowered:
    """A parent no longer asks to speak, or was heard."""

    restricts: ClassVar[bool] = False
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
class ChatNarrowed:
    """Fewer people read what parents write."""

    restricts: ClassVar[bool] = True
    mode: ChatMode


@dataclass(frozen=True, slots=True)
class ChatWidened:
    """More people read what parents write."""

    restricts: ClassVar[bool] = False
    mode: ChatMode


@dataclass(frozen=True, slots=True)
class ScreenAllowed:
    """A parent may share the screen, for once."""

    restricts: ClassVar[bool] = False
    person: PersonId


@dataclass(frozen=True, slots=True)
class ScreenStopped:
    """A parent's screen is no longer shared."""

    restricts: ClassVar[bool] = True
    person: PersonId


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
    | Suspended
    | Ejected
    | DoorOverridden
    | KeptApart
    | Paused
    | FeatureResumed
    | FloorHeld
    | FloorOpened
    | WordGiven
    | WordTaken
    | HandRaised
    | HandLowered
    | MarkSet
    | MarkCleared
    | ChatNarrowed
    | ChatWidened
    | ScreenAllowed
    | ScreenStopped
    | AsideInvited
    | AsideAccepted
    | AsideJoined
    | AsideEnded
    | LocationRevealed
    | DangerCalled
    | ClosingStarted
    | Ended
)
