# mypy: implicit-reexport
"""What has happened in a meeting. Events are journalled, and replaying them gives the meeting.

An event is a restriction (it takes something away) or it is not. Rule 12: a restriction takes effect before
it is recorded; everything else is recorded before it takes effect.
"""

from moderation.events.aside import AsideAccepted, AsideEnded, AsideInvited, AsideJoined
from moderation.events.door import (
    Admitted,
    Arrived,
    Declined,
    DoorOverridden,
    HostEntered,
    KeptApart,
    Locked,
    MayMeet,
    Replaced,
    Unlocked,
)
from moderation.events.floor import (
    ChatNarrowed,
    ChatWidened,
    FeatureResumed,
    FloorHeld,
    FloorOpened,
    HandLowered,
    HandRaised,
    Paused,
    ScreenAllowed,
    ScreenStopped,
    WordGiven,
    WordTaken,
)
from moderation.events.holds import (
    CameraHeld,
    CameraLifted,
    DangerCalled,
    Ejected,
    LocationRevealed,
    MarkCleared,
    MarkSet,
    MutedByHost,
    MuteLifted,
    Removed,
    Restored,
    ReturnedToWaiting,
    Revoked,
    Suspended,
)
from moderation.events.presence import (
    ClosingStarted,
    Ended,
    Frozen,
    HostAttended,
    HostLost,
    Lapsed,
    Left,
    Opened,
    Resumed,
)

Event = (
    Arrived
    | HostEntered
    | Admitted
    | Replaced
    | Declined
    | DoorOverridden
    | Locked
    | Unlocked
    | KeptApart
    | MayMeet
    | MutedByHost
    | MuteLifted
    | CameraHeld
    | CameraLifted
    | ReturnedToWaiting
    | Removed
    | Suspended
    | Restored
    | Ejected
    | Revoked
    | MarkSet
    | MarkCleared
    | LocationRevealed
    | DangerCalled
    | Paused
    | FeatureResumed
    | FloorHeld
    | FloorOpened
    | WordGiven
    | WordTaken
    | HandRaised
    | HandLowered
    | ChatNarrowed
    | ChatWidened
    | ScreenAllowed
    | ScreenStopped
    | AsideInvited
    | AsideAccepted
    | AsideJoined
    | AsideEnded
    | Opened
    | HostAttended
    | HostLost
    | Frozen
    | Resumed
    | Left
    | Lapsed
    | ClosingStarted
    | Ended
)
