"""What hosts do about one person: mutes, the camera, back to the waiting room, out, and undoing it."""

from datetime import datetime

from moderation import actions as a
from moderation import events as e
from moderation.decisions import Decision, Reason, Refused, about_parent, present_parents, unless_there
from moderation.model import Actor, Mark, Meeting, Place, ReturnWord, Standing


def mute(meeting: Meeting, actor: Actor, action: a.Mute, now: datetime) -> Decision:
    """Hold one microphone."""
    return about_parent(
        meeting, action.person, lambda p: unless_there((e.MutedByHost(p.id),), there=p.microphone_held)
    )


def mute_all(meeting: Meeting, actor: Actor, action: a.MuteAll, now: datetime) -> Decision:
    """Hold every present parent's microphone."""
    return tuple(e.MutedByHost(p.id) for p in present_parents(meeting) if not p.microphone_held)


def mute_all_but(meeting: Meeting, actor: Actor, action: a.MuteAllBut, now: datetime) -> Decision:
    """Hold every present parent's microphone but this one's, which stays as it is."""
    others = (p for p in present_parents(meeting) if p.id != action.person)
    events = tuple(e.MutedByHost(p.id) for p in others if not p.microphone_held)
    return about_parent(meeting, action.person, lambda _: events, present=True)


def lift(meeting: Meeting, actor: Actor, action: a.Lift, now: datetime) -> Decision:
    """The parent may unmute again."""
    return about_parent(
        meeting, action.person, lambda p: unless_there((e.MuteLifted(p.id),), there=not p.microphone_held)
    )


def lift_all(meeting: Meeting, actor: Actor, action: a.LiftAll, now: datetime) -> Decision:
    """Everyone may unmute again."""
    return tuple(e.MuteLifted(p.id) for p in meeting.people.values() if p.microphone_held)


def hold_camera(meeting: Meeting, actor: Actor, action: a.HoldCamera, now: datetime) -> Decision:
    """Hold one camera off."""
    return about_parent(
        meeting, action.person, lambda p: unless_there((e.CameraHeld(p.id),), there=p.camera_held)
    )


def lift_camera(meeting: Meeting, actor: Actor, action: a.LiftCamera, now: datetime) -> Decision:
    """The parent may show their picture again."""
    return about_parent(
        meeting, action.person, lambda p: unless_there((e.CameraLifted(p.id),), there=not p.camera_held)
    )


def return_to_waiting(meeting: Meeting, actor: Actor, action: a.ReturnToWaiting, now: datetime) -> Decision:
    """From the room back to the waiting room."""
    return about_parent(
        meeting, action.person, lambda p: (e.ReturnedToWaiting(p.id, action.word),), present=True
    )


def remove(meeting: Meeting, actor: Actor, action: a.Remove, now: datetime) -> Decision:
    """Out for this session."""
    removed = (e.Removed(action.person, action.reason),)
    return about_parent(
        meeting, action.person, lambda p: unless_there(removed, there=p.standing is Standing.REMOVED)
    )


def suspend(meeting: Meeting, actor: Actor, action: a.Suspend, now: datetime) -> Decision:
    """Out for longer. Suspending someone who was removed already goes one step further."""
    suspended = (e.Suspended(action.person, action.reason, action.until),)
    if action.until is not None and action.until <= now:
        return Refused(Reason.NOT_ALLOWED)
    return about_parent(meeting, action.person, lambda p: unless_there(suspended, there=p.suspended))


def restore(meeting: Meeting, actor: Actor, action: a.Restore, now: datetime) -> Decision:
    """Undo: the person waits again, and needs a fresh admission."""
    return about_parent(
        meeting,
        action.person,
        lambda p: unless_there((e.Restored(p.id),), there=p.standing is Standing.WELCOME),
    )


def eject(meeting: Meeting, actor: Actor, action: a.Eject, now: datetime) -> Decision:
    """Close a broken tab of a parent."""
    seat = meeting.seats.get(action.seat)
    if seat is None or seat.place is Place.OUTSIDE:
        return Refused(Reason.NOT_HERE)
    return about_parent(meeting, seat.person, lambda _: (e.Ejected(seat.id),))


def tell_hosts(meeting: Meeting, actor: Actor, action: a.TellHosts, now: datetime) -> Decision:
    """One tap that only hosts see, from the waiting room or the room."""
    seat = meeting.seats.get(actor.seat)
    if seat is None or seat.place is Place.OUTSIDE:
        return Refused(Reason.NOT_HERE)
    person = meeting.people[actor.person]
    if person.mark is action.mark:
        return ()
    cleared = action.mark is Mark.NONE
    return (e.MarkCleared(person.id) if cleared else e.MarkSet(person.id, action.mark),)


def clear_mark(meeting: Meeting, actor: Actor, action: a.ClearMark, now: datetime) -> Decision:
    """A host has seen to it."""
    return about_parent(
        meeting,
        action.person,
        lambda p: unless_there((e.MarkCleared(p.id),), there=p.mark is Mark.NONE),
    )


def reveal_location(meeting: Meeting, actor: Actor, action: a.RevealLocation, now: datetime) -> Decision:
    """Recorded each time, also when it was looked at before."""
    return about_parent(meeting, action.person, lambda p: (e.LocationRevealed(p.id),))


def call_danger(meeting: Meeting, actor: Actor, action: a.CallDanger, now: datetime) -> Decision:
    """Everyone else goes to the waiting room, so that a host and this parent are alone."""
    from_room = (
        e.ReturnedToWaiting(p.id, ReturnWord.SAFETY)
        for p in present_parents(meeting)
        if p.id != action.person
    )
    return about_parent(meeting, action.person, lambda p: (*from_room, e.DangerCalled(p.id)))
