"""The door: who comes to it, who is let in, who is not."""

from collections.abc import Iterator
from datetime import datetime

from moderation import actions as a
from moderation import events as e
from moderation.decisions import Decision, Reason, Refused, unless_there
from moderation.model import (
    Actor,
    Meeting,
    Override,
    PersonId,
    Phase,
    Place,
    ReturnWord,
    Role,
    Seat,
    SeatId,
    Standing,
)

_STANDING = {Standing.REMOVED: Reason.REMOVED, Standing.DECLINED: Reason.DECLINED}
_AGAINST = {
    Override.LATE: Reason.LATE,
    Override.FULL: Reason.FULL,
    Override.KEPT_APART: Reason.KEPT_APART,
}


def arrive(meeting: Meeting, actor: Actor, action: a.Arrive, now: datetime) -> Decision:
    """A parent waits, a facilitator comes in; who is there already keeps the place."""
    seat = meeting.seats.get(actor.seat)
    if seat is not None and seat.person != actor.person:
        return Refused(Reason.NOT_ALLOWED)
    here = seat is not None and seat.place is not Place.OUTSIDE
    if actor.role is Role.FACILITATOR:
        entered = (*_left_behind(meeting, actor), e.HostEntered(actor.seat, actor.person))
        return unless_there(entered, there=here)
    person = meeting.people.get(actor.person)
    if person is not None and person.standing is not Standing.WELCOME:
        return Refused(_STANDING[person.standing])
    if action.agreed != meeting.agreement:
        return Refused(Reason.AGREEMENT_NEEDED)
    # Before a session opens its agreement can change: whoever waits accepts the newer one in the same place.
    there = here and person is not None and person.agreed == meeting.agreement
    return unless_there((e.Arrived(actor.seat, actor.person, meeting.agreement),), there=there)


def admit(meeting: Meeting, actor: Actor, action: a.Admit, now: datetime) -> Decision:
    """Let one seat in, if nothing speaks against it."""
    seat = _at_the_door(meeting, action.seat)
    if isinstance(seat, Refused) or seat.place is Place.PRESENT:
        return seat if isinstance(seat, Refused) else ()
    against = next(overrides_needed(meeting, seat.person, now), None)
    return Refused(_AGAINST[against]) if against else _let_in(meeting, seat)


def admit_anyway(meeting: Meeting, actor: Actor, action: a.AdmitAnyway, now: datetime) -> Decision:
    """Let one seat in, and record what was set aside for it."""
    seat = _at_the_door(meeting, action.seat)
    if isinstance(seat, Refused) or seat.place is Place.PRESENT:
        return seat if isinstance(seat, Refused) else ()
    overridden = (
        e.DoorOverridden(seat.id, against) for against in overrides_needed(meeting, seat.person, now)
    )
    return (*overridden, *_let_in(meeting, seat))


def admit_all(meeting: Meeting, actor: Actor, action: a.AdmitAll, now: datetime) -> Decision:
    """Let in whoever waits and has nothing against them; second devices are let in one by one."""
    closed = _closed(meeting)
    if closed is not None:
        return closed
    chosen: dict[PersonId, Seat] = {}
    room = meeting.terms.capacity - _heads(meeting)
    for seat in meeting.in_place(Place.WAITING):
        if seat.person in chosen or len(chosen) >= room or meeting.is_present(seat.person):
            continue
        together = (frozenset({seat.person, other}) for other in chosen)
        if (
            _agreed(meeting, seat)
            and not any(overrides_needed(meeting, seat.person, now))
            and not any(pair in meeting.terms.apart for pair in together)
        ):
            chosen[seat.person] = seat
    return tuple(e.Admitted(seat.id) for seat in chosen.values())


def decline(meeting: Meeting, actor: Actor, action: a.Decline, now: datetime) -> Decision:
    """Declining someone who is in the room already turns away only the other device that knocks."""
    waiting = [seat for seat in meeting.seats_of(action.person) if seat.place is Place.WAITING]
    if not waiting:
        return Refused(Reason.NOT_HERE)
    if meeting.is_present(action.person):
        return tuple(e.Replaced(seat.id) for seat in waiting)
    return (e.Declined(action.person),)


def lock(meeting: Meeting, actor: Actor, action: a.Lock, now: datetime) -> Decision:
    """Nobody is let in while the door is locked; those inside stay."""
    return unless_there((e.Locked(),), there=meeting.locked)


def unlock(meeting: Meeting, actor: Actor, action: a.Unlock, now: datetime) -> Decision:
    """People can be let in again."""
    return unless_there((e.Unlocked(),), there=not meeting.locked)


def keep_apart(meeting: Meeting, actor: Actor, action: a.KeepApart, now: datetime) -> Decision:
    """Two people marked never to meet, while the session runs.

    Where both are in the room the one who came later waits: together again is for a host to decide.
    """
    pair = frozenset({action.person, action.other})
    if len(pair) < 2 or pair in meeting.terms.apart:
        return ()
    inside = [seat.person for seat in meeting.in_place(Place.PRESENT) if seat.person in pair]
    parents = [person for person in inside if meeting.people[person].role is Role.PARENT]
    together = parents and set(inside) == pair
    parted = (e.ReturnedToWaiting(parents[-1], ReturnWord.SAFETY),) if together else ()
    return (e.KeptApart(action.person, action.other), *parted)


def let_meet(meeting: Meeting, actor: Actor, action: a.LetMeet, now: datetime) -> Decision:
    """The mark was taken back, while the session runs."""
    pair = frozenset({action.person, action.other})
    return unless_there((e.MayMeet(action.person, action.other),), there=pair not in meeting.terms.apart)


def _at_the_door(meeting: Meeting, target: SeatId) -> Seat | Refused:
    closed = _closed(meeting)
    if closed is not None:
        return closed
    seat = meeting.seats.get(target)
    if seat is None or seat.place is Place.OUTSIDE:
        return Refused(Reason.NOT_HERE)
    return seat if _agreed(meeting, seat) else Refused(Reason.AGREEMENT_NEEDED)


def _closed(meeting: Meeting) -> Refused | None:
    match meeting.phase:
        case Phase.OPEN:
            return Refused(Reason.LOCKED) if meeting.locked else None
        case Phase.UNATTENDED:
            return Refused(Reason.UNATTENDED)
        case _:
            return Refused(Reason.NOT_OPEN)


def _agreed(meeting: Meeting, seat: Seat) -> bool:
    """The agreement can have changed between someone's arrival and the opening."""
    person = meeting.people[seat.person]
    return person.role is Role.FACILITATOR or person.agreed == meeting.agreement


def overrides_needed(meeting: Meeting, person: PersonId, now: datetime) -> Iterator[Override]:
    """What a host would have to set aside to let this person in, the gravest first."""
    if any(meeting.kept_apart_from(person)):
        yield Override.KEPT_APART
    late_after = meeting.terms.late_after
    if late_after is not None and now > late_after and not meeting.people[person].has_been_in:
        yield Override.LATE
    if _heads(meeting) >= meeting.terms.capacity and not meeting.is_present(person):
        yield Override.FULL


def _heads(meeting: Meeting) -> int:
    return len({seat.person for seat in meeting.in_place(Place.PRESENT)})


def _left_behind(meeting: Meeting, host: Actor) -> Iterator[e.Event]:
    """A host's other devices that keep nothing attended: a page left open elsewhere, or a lost one.

    One that does is spared: signing in again somewhere never leaves the group without a host.
    """
    for other in meeting.seats_of(host.person):
        if other.place is Place.PRESENT and other.id not in {host.seat, *meeting.attending}:
            yield e.Replaced(other.id)


def _let_in(meeting: Meeting, seat: Seat) -> tuple[e.Event, ...]:
    others = (s for s in meeting.seats_of(seat.person) if s.place is Place.PRESENT and s.id != seat.id)
    return (*(e.Replaced(other.id) for other in others), e.Admitted(seat.id))
