"""The rules: what an actor's action means for a meeting, or why it is refused.

`RULES` is a literal table with an entry for every action: who may ask for it, and which function says what
else must hold. A role that is not named in an entry may not.
"""

from dataclasses import dataclass
from datetime import datetime

from moderation import actions as a
from moderation import aside, door, floor, holds, presence
from moderation.decisions import Decision, Reason, Refused, Rule
from moderation.model import Actor, Meeting, Phase, Place, Role

__all__ = ["RULES", "Decision", "Reason", "Refused", "decide"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Who may ask, and the rule that decides."""

    may: frozenset[Role]
    rule: Rule


_HOSTS = frozenset({Role.FACILITATOR})
_PARENTS = frozenset({Role.PARENT})
_THOSE_IN_IT = _HOSTS | _PARENTS
_HOUSE = frozenset({Role.HOUSE})

RULES: dict[type[a.Action], Entry] = {
    # Coming and going
    a.Arrive: Entry(_THOSE_IN_IT, door.arrive),
    a.Leave: Entry(_THOSE_IN_IT, presence.leave),
    # A parent's own (hosts may stop a shared screen too)
    a.RaiseHand: Entry(_PARENTS, floor.raise_hand),
    a.LowerOwnHand: Entry(_PARENTS, floor.lower_own_hand),
    a.PassWord: Entry(_PARENTS, floor.pass_word),
    a.StopScreen: Entry(_THOSE_IN_IT, floor.stop_screen),
    a.TellHosts: Entry(_PARENTS, holds.tell_hosts),
    a.AcceptAside: Entry(_PARENTS, aside.accept_aside),
    a.LeaveAside: Entry(_PARENTS, aside.leave_aside),
    # The session
    a.Open: Entry(_HOSTS, presence.open_session),
    a.StartClosing: Entry(_HOSTS, presence.start_closing),
    a.End: Entry(_HOSTS, presence.end),
    a.Pause: Entry(_HOSTS, floor.pause),
    a.ResumeFeature: Entry(_HOSTS, floor.resume_feature),
    # The door
    a.Admit: Entry(_HOSTS, door.admit),
    a.AdmitAnyway: Entry(_HOSTS, door.admit_anyway),
    a.AdmitAll: Entry(_HOSTS, door.admit_all),
    a.Decline: Entry(_HOSTS, door.decline),
    a.Lock: Entry(_HOSTS, door.lock),
    a.Unlock: Entry(_HOSTS, door.unlock),
    # One person
    a.Mute: Entry(_HOSTS, holds.mute),
    a.MuteAll: Entry(_HOSTS, holds.mute_all),
    a.MuteAllBut: Entry(_HOSTS, holds.mute_all_but),
    a.Lift: Entry(_HOSTS, holds.lift),
    a.LiftAll: Entry(_HOSTS, holds.lift_all),
    a.HoldCamera: Entry(_HOSTS, holds.hold_camera),
    a.LiftCamera: Entry(_HOSTS, holds.lift_camera),
    a.ReturnToWaiting: Entry(_HOSTS, holds.return_to_waiting),
    a.Remove: Entry(_HOSTS, holds.remove),
    a.Suspend: Entry(_HOSTS, holds.suspend),
    a.Restore: Entry(_HOSTS, holds.restore),
    a.Eject: Entry(_HOSTS, holds.eject),
    a.ClearMark: Entry(_HOSTS, holds.clear_mark),
    a.RevealLocation: Entry(_HOSTS, holds.reveal_location),
    a.CallDanger: Entry(_HOSTS, holds.call_danger),
    # Who speaks, writes, shows
    a.HoldFloor: Entry(_HOSTS, floor.hold_floor),
    a.OpenFloor: Entry(_HOSTS, floor.open_floor),
    a.GiveWord: Entry(_HOSTS, floor.give_word),
    a.TakeWord: Entry(_HOSTS, floor.take_word),
    a.StartRound: Entry(_HOSTS, floor.start_round),
    a.NextInRound: Entry(_HOSTS, floor.next_in_round),
    a.LowerHand: Entry(_HOSTS, floor.lower_hand),
    a.LowerAllHands: Entry(_HOSTS, floor.lower_all_hands),
    a.SetChat: Entry(_HOSTS, floor.set_chat),
    a.AllowScreen: Entry(_HOSTS, floor.allow_screen),
    # The side room
    a.InviteAside: Entry(_HOSTS, aside.invite_aside),
    a.JoinAside: Entry(_HOSTS, aside.join_aside),
    a.EndAside: Entry(_HOSTS, aside.end_aside),
    # The platform itself
    a.HostAttending: Entry(_HOUSE, presence.host_attending),
    a.HostAway: Entry(_HOUSE, presence.host_away),
    a.Close: Entry(_HOUSE, presence.close),
    a.TimeUp: Entry(_HOUSE, presence.time_up),
    a.Exit: Entry(_HOUSE, presence.exit_quickly),
    a.Lapse: Entry(_HOUSE, presence.lapse),
    a.Revoke: Entry(_HOUSE, presence.revoke),
    a.KeepApart: Entry(_HOUSE, door.keep_apart),
    a.LetMeet: Entry(_HOUSE, door.let_meet),
}


def decide(meeting: Meeting, actor: Actor, action: a.Action, now: datetime) -> Decision:
    """What follows from `action` at `now` (an aware time): events in order, or the reason for refusing."""
    entry = RULES[type(action)]
    if actor.role not in entry.may:
        return Refused(Reason.NOT_ALLOWED)
    if meeting.phase is Phase.ENDED:
        return () if actor.role is Role.HOUSE else Refused(Reason.ENDED)
    if actor.role is Role.FACILITATOR and not _may_host(meeting, actor, action):
        return Refused(Reason.NOT_HERE)
    return entry.rule(meeting, actor, action, now)


def _may_host(meeting: Meeting, actor: Actor, action: a.Action) -> bool:
    """A facilitator acts from a seat that is in this meeting; arriving is how a seat gets there."""
    seat = meeting.seats.get(actor.seat)
    return isinstance(action, a.Arrive | a.Leave) or (seat is not None and seat.place is Place.PRESENT)
