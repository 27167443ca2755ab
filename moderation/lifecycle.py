"""What an event makes of a meeting. Replaying a journal is applying its events in order.

The phases are a literal table. An event that does not fit the meeting raises and changes nothing: the journal
holds decisions only, so this means that it is damaged or that two appliers worked at once.
"""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from moderation import events as e
from moderation.model import (
    MEDIA,
    Aside,
    Feature,
    Floor,
    Mark,
    Meeting,
    Person,
    PersonId,
    Phase,
    Place,
    ReturnWord,
    Role,
    Seat,
    SeatId,
    Standing,
)


class IllegalEvent(Exception):
    """The event cannot have happened in this meeting."""

    def __init__(self, meeting: Meeting, event: e.Event) -> None:
        super().__init__(f"{type(event).__name__} cannot happen in phase {meeting.phase.value}")
        self.phase = meeting.phase
        self.event = event


_InTheRoom = (
    e.MutedByHost
    | e.MuteLifted
    | e.CameraHeld
    | e.CameraLifted
    | e.MarkSet
    | e.MarkCleared
    | e.Locked
    | e.Unlocked
    | e.Paused
    | e.FeatureResumed
    | e.FloorHeld
    | e.FloorOpened
    | e.WordGiven
    | e.WordTaken
    | e.HandRaised
    | e.HandLowered
    | e.ChatNarrowed
    | e.ChatWidened
    | e.ScreenAllowed
    | e.ScreenStopped
    | e.AsideInvited
    | e.AsideAccepted
    | e.AsideJoined
    | e.AsideEnded
    | e.KeptApart
    | e.MayMeet
    | e.ClosingStarted
)

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
        case e.Opened() | e.Frozen() | e.Resumed() | e.Ended():
            return _to_another_phase(meeting, event)
        case e.Arrived(seat, person, agreed):
            return _arrived(meeting, Seat(seat, person, Place.WAITING), Role.PARENT, agreed)
        case e.HostEntered(seat, person):
            return _arrived(meeting, Seat(seat, person, Place.PRESENT), Role.FACILITATOR, None)
        case e.Admitted(seat):
            return _admitted(meeting, seat)
        case e.Replaced(seat) | e.Left(seat) | e.Lapsed(seat) | e.Ejected(seat):
            return _without_the_absent(_with_seat(meeting, seat, Place.OUTSIDE))
        case e.ReturnedToWaiting(person, word):
            returned = _move_seats(meeting, person, Place.PRESENT, Place.WAITING)
            return _without_the_absent(_with_person(returned, person, returned_with=word))
        case e.Declined(person):
            return _put_out(meeting, person, standing=Standing.DECLINED)
        case e.Removed(person, reason):
            return _put_out(meeting, person, standing=Standing.REMOVED, removal_reason=reason)
        case e.Suspended(person, reason):
            return _put_out(meeting, person, standing=Standing.REMOVED, removal_reason=reason, suspended=True)
        case e.Revoked(person):
            return _put_out(meeting, person)
        case e.Restored(person):
            return _restored(meeting, person)
        case e.HostAttended(seat):
            return replace(meeting, attending=meeting.attending | {meeting.seats[seat].id})
        case e.HostLost(seat):
            return replace(meeting, attending=meeting.attending - {seat})
        case e.DoorOverridden() | e.LocationRevealed() | e.DangerCalled():
            return meeting
        case _:
            return _in_the_room(meeting, event)


def _in_the_room(meeting: Meeting, event: _InTheRoom) -> Meeting:
    match event:
        case e.MutedByHost(person) | e.MuteLifted(person):
            return _with_person(meeting, person, microphone_held=isinstance(event, e.MutedByHost))
        case e.CameraHeld(person) | e.CameraLifted(person):
            return _with_person(meeting, person, camera_held=isinstance(event, e.CameraHeld))
        case e.MarkSet(person, mark):
            return _with_person(meeting, person, mark=mark)
        case e.MarkCleared(person):
            return _with_person(meeting, person, mark=Mark.NONE)
        case e.Locked() | e.Unlocked():
            return replace(meeting, locked=isinstance(event, e.Locked))
        case e.Paused():
            withdrawn = meeting.withdrawn if meeting.paused >= MEDIA else meeting.paused & MEDIA
            return replace(meeting, paused=frozenset(Feature), withdrawn=withdrawn)
        case e.FeatureResumed(feature):
            return replace(meeting, paused=meeting.paused - {feature})
        case e.FloorHeld() | e.FloorOpened() | e.WordGiven() | e.WordTaken():
            return replace(meeting, floor=_floor(meeting.floor, event))
        case e.HandRaised(person):
            return replace(meeting, hands=(*meeting.hands, meeting.people[person].id))
        case e.HandLowered(person):
            return replace(meeting, hands=tuple(hand for hand in meeting.hands if hand != person))
        case e.ChatNarrowed(mode) | e.ChatWidened(mode):
            return replace(meeting, chat=mode)
        case e.ScreenAllowed(person):
            return replace(meeting, screen=meeting.people[person].id)
        case e.ScreenStopped():
            return replace(meeting, screen=None)
        case e.AsideInvited() | e.AsideAccepted() | e.AsideJoined():
            return replace(meeting, aside=_aside(meeting, event))
        case e.AsideEnded():
            return _without_aside(meeting)
        case e.KeptApart(person, other) | e.MayMeet(person, other):
            pair = frozenset({frozenset({person, other})})
            before = meeting.terms.apart
            apart = before | pair if isinstance(event, e.KeptApart) else before - pair
            return replace(meeting, terms=replace(meeting.terms, apart=apart))
        case e.ClosingStarted(at):
            return replace(meeting, closing_since=at)


def _to_another_phase(meeting: Meeting, event: e.Opened | e.Frozen | e.Resumed | e.Ended) -> Meeting:
    phase = NEXT_PHASE[meeting.phase, type(event)]
    match event:
        case e.Opened(at) | e.Frozen(at):
            return replace(meeting, phase=phase, unattended_since=at)
        case e.Resumed():
            return replace(meeting, phase=phase, unattended_since=None)
        case e.Ended():
            seats = {key: replace(seat, place=Place.OUTSIDE) for key, seat in meeting.seats.items()}
            empty = replace(meeting, phase=phase, seats=MappingProxyType(seats), attending=frozenset())
            return _without_the_absent(replace(empty, unattended_since=None))


def _floor(floor: Floor, event: e.FloorHeld | e.FloorOpened | e.WordGiven | e.WordTaken) -> Floor:
    match event:
        case e.FloorHeld(mode):
            return Floor(mode)
        case e.FloorOpened():
            return Floor()
        case e.WordGiven(person, at):
            return replace(floor, speaker=person, since=at)
        case e.WordTaken(person):
            return replace(floor, speaker=None, since=None, spoken=floor.spoken | {person})


def _aside(meeting: Meeting, event: e.AsideInvited | e.AsideAccepted | e.AsideJoined) -> Aside:
    match event:
        case e.AsideInvited(seat, person):
            return Aside(meeting.seats[seat].id, meeting.people[person].id)
        case e.AsideAccepted():
            return replace(_there_is(meeting.aside), accepted=True)
        case e.AsideJoined(seat):
            return replace(_there_is(meeting.aside), witness=meeting.seats[seat].id)


def _without_aside(meeting: Meeting) -> Meeting:
    """Its hosts have no media in the main room yet: they attend it when the house says so."""
    aside = meeting.aside
    away = aside.hosts if aside is not None and aside.accepted else frozenset()
    return replace(meeting, aside=None, attending=meeting.attending - away)


def _there_is(aside: Aside | None) -> Aside:
    if aside is None:
        raise KeyError
    return aside


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


def _admitted(meeting: Meeting, seat: SeatId) -> Meeting:
    person = meeting.seats[seat].person
    known = _with_person(meeting, person, has_been_in=True, returned_with=ReturnWord.NONE)
    return _with_seat(known, seat, Place.PRESENT)


def _put_out(meeting: Meeting, person: PersonId, **change: Any) -> Meeting:
    meeting = _with_person(meeting, person, **change)
    for place in (Place.WAITING, Place.PRESENT):
        meeting = _move_seats(meeting, person, place, Place.OUTSIDE)
    return _without_the_absent(meeting)


def _restored(meeting: Meeting, person: PersonId) -> Meeting:
    """Back to the waiting room, on the device that came last: hosts see them there and admit them afresh."""
    welcome = _with_person(meeting, person, standing=Standing.WELCOME, removal_reason=None, suspended=False)
    latest = list(welcome.seats_of(person))[-1]
    return _with_seat(welcome, latest.id, Place.WAITING)


def _without_the_absent(meeting: Meeting) -> Meeting:
    """Whoever is not in the room has no hand up, no word, no screen and no part in the side room."""
    meeting = _without_the_absent_aside(meeting)
    floor, screen = meeting.floor, meeting.screen
    if floor.speaker is not None and not meeting.is_present(floor.speaker):
        floor = replace(floor, speaker=None, since=None)
    if screen is not None and not meeting.is_present(screen):
        screen = None
    hands = tuple(hand for hand in meeting.hands if meeting.is_present(hand))
    return replace(meeting, floor=floor, screen=screen, hands=hands)


def _without_the_absent_aside(meeting: Meeting) -> Meeting:
    aside = meeting.aside
    if aside is None:
        return meeting
    if not (meeting.is_present(aside.parent) and _is_in(meeting, aside.host)):
        return _without_aside(meeting)
    if aside.witness is not None and not _is_in(meeting, aside.witness):
        return replace(meeting, aside=replace(aside, witness=None))
    return meeting


def _is_in(meeting: Meeting, seat: SeatId) -> bool:
    return meeting.seats[seat].place is Place.PRESENT


def _move_seats(meeting: Meeting, person: PersonId, source: Place, target: Place) -> Meeting:
    for seat in list(meeting.seats_of(person)):
        if seat.place is source:
            meeting = _with_seat(meeting, seat.id, target)
    return meeting


def _with_seat(meeting: Meeting, seat: SeatId, place: Place) -> Meeting:
    moved = replace(meeting.seats[seat], place=place)
    return replace(meeting, seats=MappingProxyType({**meeting.seats, seat: moved}))


def _with_person(meeting: Meeting, person: PersonId, **change: Any) -> Meeting:
    changed = replace(meeting.people[person], **change)
    return replace(meeting, people=MappingProxyType({**meeting.people, person: changed}))
