"""The rules: what an actor's action means for a meeting, or why it is refused.

`MAY` says who may ask for what: a literal table with an entry for every action. The functions below it say
what else must hold. A decision is a tuple of events, empty where there is nothing to do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from moderation import actions as a
from moderation import events as e
from moderation.model import (
    Actor,
    Meeting,
    Person,
    PersonId,
    Phase,
    Place,
    Role,
    Seat,
    SeatId,
    Standing,
)


class Reason(Enum):
    """Why something is refused. The values are stable identifiers on the wire."""

    NOT_ALLOWED = "not_allowed"
    NOT_HERE = "not_here"
    NOT_OPEN = "not_open"
    UNATTENDED = "unattended"
    ENDED = "ended"
    LOCKED = "locked"
    AGREEMENT_NEEDED = "agreement_needed"
    REMOVED = "removed"
    DECLINED = "declined"
    TARGET_IS_HOST = "target_is_host"


@dataclass(frozen=True, slots=True)
class Refused:
    """The action does not take place, and this is why."""

    reason: Reason


Decision = tuple[e.Event, ...] | Refused

_HOSTS = frozenset({Role.FACILITATOR})
_THOSE_IN_IT = frozenset({Role.PARENT, Role.FACILITATOR})
_HOUSE = frozenset({Role.HOUSE})

MAY: dict[type[a.Action], frozenset[Role]] = {
    a.Arrive: _THOSE_IN_IT,
    a.Leave: _THOSE_IN_IT,
    a.Open: _HOSTS,
    a.Admit: _HOSTS,
    a.AdmitAll: _HOSTS,
    a.Decline: _HOSTS,
    a.Mute: _HOSTS,
    a.MuteAll: _HOSTS,
    a.Lift: _HOSTS,
    a.LiftAll: _HOSTS,
    a.HoldCamera: _HOSTS,
    a.LiftCamera: _HOSTS,
    a.ReturnToWaiting: _HOSTS,
    a.Remove: _HOSTS,
    a.Restore: _HOSTS,
    a.Lock: _HOSTS,
    a.Unlock: _HOSTS,
    a.End: _HOSTS,
    a.HostAttending: _HOUSE,
    a.HostAway: _HOUSE,
    a.Close: _HOUSE,
    a.Revoke: _HOUSE,
    a.Exit: _HOUSE,
}


def decide(meeting: Meeting, actor: Actor, action: a.Action, now: datetime) -> Decision:
    """What follows from `action` at `now` (an aware time): events in order, or the reason for refusing."""
    if actor.role not in MAY[type(action)]:
        return Refused(Reason.NOT_ALLOWED)
    if meeting.phase is Phase.ENDED:
        return () if actor.role is Role.HOUSE else Refused(Reason.ENDED)
    if actor.role is Role.FACILITATOR and not _may_host(meeting, actor, action):
        return Refused(Reason.NOT_HERE)
    return _decide(meeting, actor, action, now)


def _may_host(meeting: Meeting, actor: Actor, action: a.Action) -> bool:
    """A facilitator acts from a seat that is in this meeting; arriving is how a seat gets there."""
    seat = meeting.seats.get(actor.seat)
    return isinstance(action, a.Arrive | a.Leave) or (seat is not None and seat.place is Place.PRESENT)


def _decide(meeting: Meeting, actor: Actor, action: a.Action, now: datetime) -> Decision:
    match action:
        case a.Arrive(agreed):
            return _arrive(meeting, actor, agreed)
        case a.Leave():
            return _gone(meeting, actor.seat, now, quick=False)
        case a.Open():
            return (e.Opened(now), *_resume(meeting)) if meeting.phase is Phase.SCHEDULED else ()
        case a.Admit(seat):
            return _admit(meeting, seat)
        case a.AdmitAll():
            return _admit_all(meeting)
        case a.Decline(person):
            return _decline(meeting, person)
        case a.Mute(person):
            return _to_parent(meeting, person, lambda p: () if p.microphone_held else (e.MutedByHost(p.id),))
        case a.MuteAll():
            return tuple(e.MutedByHost(p.id) for p in _present_parents(meeting) if not p.microphone_held)
        case a.Lift(person):
            return _to_parent(meeting, person, lambda p: (e.MuteLifted(p.id),) if p.microphone_held else ())
        case a.LiftAll():
            return tuple(e.MuteLifted(p.id) for p in meeting.people.values() if p.microphone_held)
        case a.HoldCamera(person):
            return _to_parent(meeting, person, lambda p: () if p.camera_held else (e.CameraHeld(p.id),))
        case a.LiftCamera(person):
            return _to_parent(meeting, person, lambda p: (e.CameraLifted(p.id),) if p.camera_held else ())
        case a.ReturnToWaiting(person):
            return _to_parent(meeting, person, lambda p: _return(meeting, p))
        case a.Remove(person, reason):
            return _to_parent(meeting, person, lambda p: _remove(p, e.Removed(p.id, reason)))
        case a.Restore(person):
            return _to_parent(meeting, person, _restore)
        case a.Lock():
            return () if meeting.locked else (e.Locked(),)
        case a.Unlock():
            return (e.Unlocked(),) if meeting.locked else ()
        case a.End():
            return (e.Ended(unattended=False),)
        case a.HostAttending(seat):
            return _host_attending(meeting, seat)
        case a.HostAway(seat):
            return _host_away(meeting, seat, now)
        case a.Close():
            return (e.Ended(unattended=True),) if meeting.phase is Phase.UNATTENDED else ()
        case a.Revoke(person):
            return _revoke(meeting, person)
        case a.Exit(seat):
            return _gone(meeting, seat, now, quick=True)


def _arrive(meeting: Meeting, actor: Actor, agreed: int | None) -> Decision:
    seat = meeting.seats.get(actor.seat)
    if seat is not None and seat.person != actor.person:
        return Refused(Reason.NOT_ALLOWED)
    here = seat is not None and seat.place is not Place.OUTSIDE
    if actor.role is Role.FACILITATOR:
        return () if here else (e.HostEntered(actor.seat, actor.person),)
    person = meeting.people.get(actor.person)
    if person is not None and person.standing is Standing.REMOVED:
        return Refused(Reason.REMOVED)
    if person is not None and person.standing is Standing.DECLINED:
        return Refused(Reason.DECLINED)
    if agreed != meeting.agreement:
        return Refused(Reason.AGREEMENT_NEEDED)
    return () if here else (e.Arrived(actor.seat, actor.person, meeting.agreement),)


def _admit(meeting: Meeting, target: SeatId) -> Decision:
    closed = _door_closed(meeting)
    if closed is not None:
        return closed
    seat = meeting.seats.get(target)
    if seat is None or seat.place is Place.OUTSIDE:
        return Refused(Reason.NOT_HERE)
    if not _agreed(meeting, seat):
        return Refused(Reason.AGREEMENT_NEEDED)
    return _let_in(meeting, seat) if seat.place is Place.WAITING else ()


def _admit_all(meeting: Meeting) -> Decision:
    closed = _door_closed(meeting)
    if closed is not None:
        return closed
    first_seats: dict[PersonId, Seat] = {}
    for seat in meeting.in_place(Place.WAITING):
        if _agreed(meeting, seat) and not meeting.is_present(seat.person):
            first_seats.setdefault(seat.person, seat)
    return tuple(e.Admitted(seat.id) for seat in first_seats.values())


def _door_closed(meeting: Meeting) -> Refused | None:
    match meeting.phase:
        case Phase.OPEN:
            return Refused(Reason.LOCKED) if meeting.locked else None
        case Phase.UNATTENDED:
            return Refused(Reason.UNATTENDED)
        case _:
            return Refused(Reason.NOT_OPEN)


def _agreed(meeting: Meeting, seat: Seat) -> bool:
    """The agreement can have changed between someone's arrival and the opening."""
    return meeting.people[seat.person].agreed == meeting.agreement


def _let_in(meeting: Meeting, seat: Seat) -> tuple[e.Event, ...]:
    others = (s for s in meeting.seats_of(seat.person) if s.place is Place.PRESENT and s.id != seat.id)
    return (*(e.Replaced(other.id) for other in others), e.Admitted(seat.id))


def _decline(meeting: Meeting, target: PersonId) -> Decision:
    """Declining someone who is in the room already turns away only the other device that knocks."""
    waiting = [seat for seat in meeting.seats_of(target) if seat.place is Place.WAITING]
    if not waiting:
        return Refused(Reason.NOT_HERE)
    if meeting.is_present(target):
        return tuple(e.Replaced(seat.id) for seat in waiting)
    return (e.Declined(target),)


def _to_parent(
    meeting: Meeting, target: PersonId, then: Callable[[Person], tuple[e.Event, ...] | Refused]
) -> Decision:
    person = meeting.people.get(target)
    if person is None:
        return Refused(Reason.NOT_HERE)
    if person.role is not Role.PARENT:
        return Refused(Reason.TARGET_IS_HOST)
    return then(person)


def _present_parents(meeting: Meeting) -> list[Person]:
    return [p for p in meeting.people.values() if p.role is Role.PARENT and meeting.is_present(p.id)]


def _return(meeting: Meeting, person: Person) -> Decision:
    return (e.ReturnedToWaiting(person.id),) if meeting.is_present(person.id) else Refused(Reason.NOT_HERE)


def _remove(person: Person, removed: e.Removed) -> tuple[e.Event, ...]:
    return () if person.standing is Standing.REMOVED else (removed,)


def _restore(person: Person) -> tuple[e.Event, ...]:
    return () if person.standing is Standing.WELCOME else (e.Restored(person.id),)


def _revoke(meeting: Meeting, target: PersonId) -> tuple[e.Event, ...]:
    here = any(seat.place is not Place.OUTSIDE for seat in meeting.seats_of(target))
    return (e.Revoked(target),) if here else ()


def _host_attending(meeting: Meeting, target: SeatId) -> tuple[e.Event, ...]:
    seat = meeting.seats.get(target)
    if seat is None or seat.place is not Place.PRESENT or target in meeting.attending:
        return ()
    if meeting.people[seat.person].role is not Role.FACILITATOR:
        return ()
    resumed = (e.Resumed(),) if meeting.phase is Phase.UNATTENDED else ()
    return (e.HostAttended(target), *resumed)


def _host_away(meeting: Meeting, target: SeatId, now: datetime) -> tuple[e.Event, ...]:
    if target not in meeting.attending:
        return ()
    last = meeting.phase is Phase.OPEN and meeting.attending == {target}
    return (e.HostLost(target), *((e.Frozen(now),) if last else ()))


def _gone(meeting: Meeting, target: SeatId, now: datetime, *, quick: bool) -> tuple[e.Event, ...]:
    seat = meeting.seats.get(target)
    if seat is None or seat.place is Place.OUTSIDE:
        return ()
    return (*_host_away(meeting, target, now), e.Left(target, quick))


def _resume(meeting: Meeting) -> tuple[e.Event, ...]:
    """A session opened by a host who attends already is not unattended for a moment."""
    return (e.Resumed(),) if meeting.attending else ()
