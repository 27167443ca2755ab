"""Opening, attending, leaving and ending: the session is never unattended."""

from datetime import datetime

from moderation import actions as a
from moderation import events as e
from moderation.decisions import Decision, Reason, Refused, unless_there
from moderation.lifecycle import replay
from moderation.model import Actor, Meeting, Phase, Place, Role, SeatId


def open_session(meeting: Meeting, actor: Actor, action: a.Open, now: datetime) -> Decision:
    """Unattended until a facilitator attends."""
    if meeting.phase is not Phase.SCHEDULED:
        return ()
    return _with_attendance(meeting, (e.Opened(now),), now)


def leave(meeting: Meeting, actor: Actor, action: a.Leave, now: datetime) -> Decision:
    """The actor says goodbye."""
    return _gone(meeting, actor.seat, now, quick=False)


def exit_quickly(meeting: Meeting, actor: Actor, action: a.Exit, now: datetime) -> Decision:
    """The seat was ended by the quick exit."""
    return _gone(meeting, action.seat, now, quick=True)


def host_attending(meeting: Meeting, actor: Actor, action: a.HostAttending, now: datetime) -> Decision:
    """A facilitator's seat in the room has both connections."""
    seat = meeting.seats.get(action.seat)
    if seat is None or seat.place is not Place.PRESENT or action.seat in meeting.attending:
        return ()
    if meeting.people[seat.person].role is not Role.FACILITATOR:
        return ()
    return _with_attendance(meeting, (e.HostAttended(action.seat),), now)


def host_away(meeting: Meeting, actor: Actor, action: a.HostAway, now: datetime) -> Decision:
    """One of the two connections is gone."""
    if action.seat not in meeting.attending:
        return ()
    return _with_attendance(meeting, (e.HostLost(action.seat),), now)


def start_closing(meeting: Meeting, actor: Actor, action: a.StartClosing, now: datetime) -> Decision:
    """Those who wish stay behind for a while; nobody new comes in."""
    if meeting.phase is Phase.SCHEDULED:
        return Refused(Reason.NOT_OPEN)
    locked = () if meeting.locked else (e.Locked(),)
    return unless_there((*locked, e.ClosingStarted(now)), there=meeting.closing_since is not None)


def end(meeting: Meeting, actor: Actor, action: a.End, now: datetime) -> Decision:
    """Over, for everyone, at once."""
    return (e.Ended(unattended=False),)


def close(meeting: Meeting, actor: Actor, action: a.Close, now: datetime) -> Decision:
    """Nobody has attended for too long."""
    return unless_there((e.Ended(unattended=True),), there=meeting.phase is not Phase.UNATTENDED)


def time_up(meeting: Meeting, actor: Actor, action: a.TimeUp, now: datetime) -> Decision:
    """The session has run as long as it may, or nobody ever opened it."""
    return (e.Ended(unattended=False),)


def lapse(meeting: Meeting, actor: Actor, action: a.Lapse, now: datetime) -> Decision:
    """A parent who is away for so long knocks again: by now the phone may be in other hands."""
    seat = meeting.seats.get(action.seat)
    if seat is None or seat.place is not Place.PRESENT:
        return ()
    return unless_there((e.Lapsed(seat.id),), there=meeting.people[seat.person].role is not Role.PARENT)


def revoke(meeting: Meeting, actor: Actor, action: a.Revoke, now: datetime) -> Decision:
    """An invite or an account that no longer holds takes every seat with it."""
    seats = [seat.id for seat in meeting.seats_of(action.person) if seat.place is not Place.OUTSIDE]
    if not seats:
        return ()
    lost = (e.HostLost(seat) for seat in seats if seat in meeting.attending)
    return _with_attendance(meeting, (*lost, e.Revoked(action.person)), now)


def _gone(meeting: Meeting, target: SeatId, now: datetime, *, quick: bool) -> Decision:
    seat = meeting.seats.get(target)
    if seat is None or seat.place is Place.OUTSIDE:
        return ()
    lost = (e.HostLost(target),) if target in meeting.attending else ()
    return _with_attendance(meeting, (*lost, e.Left(target, quick)), now)


def _with_attendance(meeting: Meeting, events: tuple[e.Event, ...], now: datetime) -> tuple[e.Event, ...]:
    """These events, and the freezing or resuming that follows from them."""
    then = replay(meeting, events)
    if then.phase is Phase.OPEN and not then.attended():
        return (*events, e.Frozen(now))
    if then.phase is Phase.UNATTENDED and then.attended():
        return (*events, e.Resumed())
    return events
