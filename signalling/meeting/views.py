"""What one seat sees of a meeting, whole. Pure; web/src/room/protocol.ts has the same shapes.

Whoever waits gets nothing about anyone but the hosts' names and themself. Only hosts get the waiting list,
who is out, and the title.
"""

from collections.abc import Set as AbstractSet
from typing import Any

from moderation.model import Meeting, Person, Place, Role, Seat, SeatId, Standing
from signalling.meeting.ports import MeetingLabels, SeatHolder, SeatLabel

View = dict[str, Any]


def view(
    meeting: Meeting,
    seq: int,
    labels: MeetingLabels,
    connected: AbstractSet[SeatId],
    holder: SeatHolder,
) -> View:
    """The view of the seat's holder.

    `seq` is the journal's head, `connected` the seats that have an event connection.
    """
    seat = meeting.seats.get(holder.seat)
    place = Place.OUTSIDE if seat is None else seat.place
    shown: View = {
        "seq": seq,
        "phase": meeting.phase.value,
        "you": _you(meeting, labels, holder, place),
        "hosts": list(labels.hosts),
        "theme": labels.theme,
        "starts": labels.starts.isoformat(),
        "ends": labels.ends.isoformat(),
        "locked": meeting.locked,
        "people": _people(meeting, labels, connected) if place is Place.PRESENT else [],
    }
    if holder.role is Role.FACILITATOR:
        shown["title"] = labels.title
        if place is Place.PRESENT:
            shown["waiting"] = _waiting(meeting, labels, connected)
            shown["out"] = _out(meeting, labels)
    return shown


def _you(meeting: Meeting, labels: MeetingLabels, holder: SeatHolder, place: Place) -> View:
    person = meeting.people.get(holder.person) or Person(holder.person, holder.role)
    label = labels.seats.get(holder.seat) or SeatLabel(holder.person, "")
    return {
        "seat": holder.seat,
        "person": holder.person,
        "name": label.name,
        "role": holder.role.value,
        "place": place.value,
        "standing": person.standing.value,
        "microphone_held": person.microphone_held,
        "camera_held": person.camera_held,
    }


def _people(meeting: Meeting, labels: MeetingLabels, connected: AbstractSet[SeatId]) -> list[View]:
    return [
        _someone(seat, meeting.people[seat.person], _label(labels, seat), seat.id in connected)
        for seat in meeting.in_place(Place.PRESENT)
    ]


def _someone(seat: Seat, person: Person, label: SeatLabel, connected: bool) -> View:
    return {
        "seat": seat.id,
        "person": seat.person,
        "name": label.name,
        "role": person.role.value,
        "microphone_held": person.microphone_held,
        "camera_held": person.camera_held,
        "connected": connected,
    }


def _waiting(meeting: Meeting, labels: MeetingLabels, connected: AbstractSet[SeatId]) -> list[View]:
    return [
        _one_waiting(seat, _label(labels, seat), _has_another(meeting, seat), seat.id in connected)
        for seat in meeting.in_place(Place.WAITING)
    ]


def _one_waiting(seat: Seat, label: SeatLabel, second_device: bool, connected: bool) -> View:
    return {
        "seat": seat.id,
        "person": seat.person,
        "name": label.name,
        "first_visit": label.first_visit,
        "second_device": second_device,
        "readiness": label.readiness.value,
        "ring_me": label.ring_me,
        "connected": connected,
    }


def _has_another(meeting: Meeting, seat: Seat) -> bool:
    others = (other for other in meeting.seats_of(seat.person) if other.id != seat.id)
    return any(other.place is not Place.OUTSIDE for other in others)


def _out(meeting: Meeting, labels: MeetingLabels) -> list[View]:
    return [
        {
            "person": person.id,
            "name": _label(labels, next(meeting.seats_of(person.id))).name,
            "standing": person.standing.value,
            "reason": None if person.removal_reason is None else person.removal_reason.value,
        }
        for person in meeting.people.values()
        if person.standing is not Standing.WELCOME
    ]


def _label(labels: MeetingLabels, seat: Seat) -> SeatLabel:
    """The seat's label; without a name where it was erased meanwhile."""
    return labels.seats.get(seat.id) or SeatLabel(seat.person, "")
