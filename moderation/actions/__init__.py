# mypy: implicit-reexport
"""What someone may ask for. Who may ask for which is the table in `rules`."""

from moderation.actions.aside import AcceptAside, EndAside, InviteAside, JoinAside, LeaveAside
from moderation.actions.door import (
    Admit,
    AdmitAll,
    AdmitAnyway,
    Arrive,
    Decline,
    KeepApart,
    LetMeet,
    Lock,
    Unlock,
)
from moderation.actions.floor import (
    AllowScreen,
    GiveWord,
    HoldFloor,
    LowerAllHands,
    LowerHand,
    LowerOwnHand,
    NextInRound,
    OpenFloor,
    PassWord,
    Pause,
    RaiseHand,
    ResumeFeature,
    SetChat,
    StartRound,
    StopScreen,
    TakeWord,
)
from moderation.actions.holds import (
    CallDanger,
    ClearMark,
    Eject,
    HoldCamera,
    Lift,
    LiftAll,
    LiftCamera,
    Mute,
    MuteAll,
    MuteAllBut,
    Remove,
    Restore,
    ReturnToWaiting,
    RevealLocation,
    Revoke,
    Suspend,
    TellHosts,
)
from moderation.actions.presence import (
    Close,
    End,
    Exit,
    HostAttending,
    HostAway,
    Lapse,
    Leave,
    Open,
    StartClosing,
    TimeUp,
)

Action = (
    Arrive
    | Admit
    | AdmitAnyway
    | AdmitAll
    | Decline
    | Lock
    | Unlock
    | KeepApart
    | LetMeet
    | Mute
    | MuteAll
    | MuteAllBut
    | Lift
    | LiftAll
    | HoldCamera
    | LiftCamera
    | ReturnToWaiting
    | Remove
    | Suspend
    | Restore
    | Eject
    | Revoke
    | TellHosts
    | ClearMark
    | RevealLocation
    | CallDanger
    | Pause
    | ResumeFeature
    | HoldFloor
    | OpenFloor
    | GiveWord
    | TakeWord
    | PassWord
    | StartRound
    | NextInRound
    | RaiseHand
    | LowerOwnHand
    | LowerHand
    | LowerAllHands
    | SetChat
    | AllowScreen
    | StopScreen
    | InviteAside
    | AcceptAside
    | LeaveAside
    | JoinAside
    | EndAside
    | Open
    | Leave
    | Exit
    | Lapse
    | HostAttending
    | HostAway
    | StartClosing
    | End
    | Close
    | TimeUp
)
