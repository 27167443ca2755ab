"""What an event makes of a meeting. Replaying a journal is applying its events in order.

The phases are a literal table. An event that does not fit the meeting raises and changes nothing: the journal
holds decisions only, so this means that it is damaged or that two appliers worked at once.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from types import MappingProxyType

from moderation import events as e
from moderation.model import Meeting, Person, PersonId, Phase, Place, Role, Seat, SeatId, Standing


class IllegalEvent(Exception):
    """The event cannot have happened in this meeting."""

    def __init__(self, meeting: Meeting, event: e.Event) -> None:
        super().__init__(f"{type(event).__name__} cannot happen in phase {meeting.phase.value}")
        self.phase = meeting.phase
        self.event = event


NEXT_PHASE: dict[tuple[Phase, type[e.Event]], Phase] = {
    (Phase.SCHEDULED, e.Opened): Phase.UNATTENDED,
    (Phase.UNATTENDED, e.Resumed): Phase.OPEN,
    (Phase.OPEN, e.Frozen): Phase.UNATTENDED,
    (Phase.SCHEDULED, e.Ended): Phase.ENDED,
    (Phase.UNATTENDED, e.Ended): Phase.ENDED,
    (Phase.OPEN, e.Ended): Phase.ENDED,
}


def replay(meeting: Meeting, happened: Iterable[e.Event]) -> Meeting:
    """The meeting after all these events."""
    for event in happened:
        meeting = apply(meeting, event)
    return meeting


def apply(meeting: Meeting, event: e.Event) -> Meeting:
    """The meeting after this event.

    Raises:
        IllegalEvent: the event does not fit the meeting.
    """
    if meeting.phase is Phase.ENDED:
        raise IllegalEvent(meeting, event)
    try:
        return _apply(meeting, event)
    except KeyError:
        raise IllegalEvent(meeting, event) from None


def _apply(meeting: Meeting, event: e.Event) -> Meeting:
    match event:
        case e.Arrived(seat, person, agreed):
            return _arrived(meeting, Seat(seat, person, Place.WAITING), Role.PARENT, agreed)
        case e.HostEntered(seat, person):
            return _arrived(meeting, Seat(seat, person, Place.PRESENT), Role.FACILITATOR, None)
        case e.Opened(at) | e.Frozen(at):
            return replace(meeting, phase=NEXT_PHASE[meeting.phase, type(event)], unattended_since=at)
        case e.Resumed():
            return replace(meeting, phase=NEXT_PHASE[meeting.phase, type(event)], unattended_since=None)
        case e.Ended():
            return _ended(meeting, event)
        case e.Admitted(seat):
            return _with_seat(meeting, seat, Place.PRESENT)
        case e.Replaced(seat) | e.Left(seat):
            return _with_seat(meeting, seat, Place.OUTSIDE)
        case e.MutedByHost(person) | e.MuteLifted(person):
            held = isinstance(event, e.MutedByHost)
            return _with_person(meeting, person, lambda p: replace(p, microphone_held=held))
        case e.CameraHeld(person) | e.CameraLifted(person):
            off = isinstance(event, e.CameraHeld)
            return _with_person(meeting, person, lambda p: replace(p, camera_held=off))
        case e.ReturnedToWaiting(person):
            return _move_seats(meeting, person, Place.PRESENT, Place.WAITING)
        case e.Declined(person):
            return _put_out(meeting, person, Standing.DECLINED)
        case e.Removed(person, reason):
            barred = _put_out(meeting, person, Standing.REMOVED)
            return _with_person(barred, person, lambda p: replace(p, removal_reason=reason))
        case e.Restored(person):
            return _restored(meeting, person)
        case e.Revoked(person):
            return _all_outside(meeting, person)
        case e.Locked() | e.Unlocked():
            return replace(meeting, locked=isinstance(event, e.Locked))
        case e.HostAttended(seat):
            return replace(meeting, attending=meeting.attending | {meeting.seats[seat].id})
        case e.HostLost(seat):
            return replace(meeting, attending=meeting.attending - {seat})


def _arrived(meeting: Meeting, seat: Seat, role: Role, agreed: int | None) -> Meeting:
    known = meeting.people.get(seat.person) or Person(seat.person, role)
    person = replace(known, agreed=agreed)
    # Arriving again goes to the end of the order: the waiting list shows who came first.
    seats = {key: value for key, value in meeting.seats.items() if key != seat.id}
    return replace(
        meeting,
        people=MappingProxyType({**meeting.people, person.id: person}),
        seats=MappingProxyType({**seats, seat.id: seat}),
    )


def _ended(meeting: Meeting, event: e.Ended) -> Meeting:
    seats = {key: replace(seat, place=Place.OUTSIDE) for key, seat in meeting.seats.items()}
    return replace(
        meeting,
        phase=NEXT_PHASE[meeting.phase, type(event)],
        seats=MappingProxyType(seats),
        attending=frozenset(),
        unattended_since=None,
    )


def _put_out(meeting: Meeting, person: PersonId, standing: Standing) -> Meeting:
    barred = _with_person(meeting, person, lambda p: replace(p, standing=standing))
    return _all_outside(barred, person)


def _restored(meeting: Meeting, person: PersonId) -> Meeting:
    """Back to the waiting room, on the device that came last: hosts see them there and admit them afresh."""
    welcome = _with_person(
        meeting, person, lambda p: replace(p, standing=Standing.WELCOME, removal_reason=None)
    )
    latest = list(welcome.seats_of(person))[-1]
    return _with_seat(welcome, latest.id, Place.WAITING)


def _all_outside(meeting: Meeting, person: PersonId) -> Meeting:
    for place in (Place.WAITING, Place.PRESENT):
        meeting = _move_seats(meeting, person, place, Place.OUTSIDE)
    return meeting


def _move_seats(meeting: Meeting, person: PersonId, source: Place, target: Place) -> Meeting:
    for seat in list(meeting.seats_of(person)):
        if seat.place is source:
            meeting = _with_seat(meeting, seat.id, target)
    return meeting


def _with_seat(meeting: Meeting, seat: SeatId, place: Place) -> Meeting:
    moved = replace(meeting.seats[seat], place=place)
    return replace(meeting, seats=MappingProxyType({**meeting.seats, seat: moved}))


def _with_person(meeting: Meeting, person: PersonId, change: Callable[[Person], Person]) -> Meeting:
    changed = change(meeting.people[person])
    return replace(meeting, people=MappingProxyType({**meeting.people, person: changed}))
