"""What one seat sees of a meeting, whole. Pure; web/src/room/protocol.ts has the same shapes.

Whoever waits gets nothing about anyone but the hosts' names and themself. What only hosts get is in
`host_views`.
"""

from moderation.model import Mark, Person, Place, Role, Seat
from signalling.meeting import host_views
from signalling.meeting.ports import SeatHolder, SeatLabel
from signalling.meeting.scene import Scene, View


def view(scene: Scene, holder: SeatHolder) -> View:
    """The view of the seat's holder."""
    meeting, labels = scene.meeting, scene.labels
    seat = meeting.seats.get(holder.seat)
    place = Place.OUTSIDE if seat is None else seat.place
    shown: View = {
        "seq": scene.seq,
        "phase": meeting.phase.value,
        "you": _you(scene, holder, place),
        "hosts": list(labels.hosts),
        "theme": labels.theme,
        "note": labels.note,
        "starts": labels.starts.isoformat(),
        "ends": labels.ends.isoformat(),
        "locked": meeting.locked,
        "people": [],
    }
    if place is Place.PRESENT:
        shown |= _room(scene, holder)
    if holder.role is Role.FACILITATOR:
        shown["title"] = labels.title
        if place is Place.PRESENT:
            shown |= host_views.desk(scene)
    return shown


def _you(scene: Scene, holder: SeatHolder, place: Place) -> View:
    meeting = scene.meeting
    person = meeting.people.get(holder.person) or Person(holder.person, holder.role)
    label = scene.labels.seats.get(holder.seat) or SeatLabel(holder.person, "")
    here = place is Place.PRESENT
    return {
        "seat": holder.seat,
        "person": holder.person,
        "name": label.name,
        "role": holder.role.value,
        "place": place.value,
        "standing": person.standing.value,
        "suspended": person.suspended,
        "returned_with": person.returned_with.value,
        "microphone_held": person.microphone_held,
        "camera_held": person.camera_held,
        "mark": (person.mark if _is_the_one(scene, holder) else Mark.NONE).value,
        "hand_up": here and person.id in meeting.hands,
        "has_word": here and meeting.floor.speaker == person.id,
        "may_share": here and (person.role is Role.FACILITATOR or meeting.screen == person.id),
        "aside": _aside(scene, holder) if here else None,
    }


def _is_the_one(scene: Scene, holder: SeatHolder) -> bool:
    """Whether this is the device in the room, or the only one that waits: others may be in others' hands."""
    places = {seat.id: seat.place for seat in scene.meeting.seats_of(holder.person)}
    if Place.PRESENT in places.values():
        return places.get(holder.seat) is Place.PRESENT
    return [seat for seat, place in places.items() if place is Place.WAITING] == [holder.seat]


def _aside(scene: Scene, holder: SeatHolder) -> View | None:
    """The side room that this seat is asked into or is in, and with whom."""
    aside = scene.meeting.aside
    if aside is None or (holder.person != aside.parent and holder.seat not in aside.hosts):
        return None
    hosts = [scene.name(seat) for seat in (aside.host, aside.witness) if seat and seat != holder.seat]
    parent = [scene.name_of(aside.parent)] if holder.person != aside.parent else []
    return {"state": "in" if aside.accepted else "invited", "with": [*hosts, *parent]}


def _room(scene: Scene, holder: SeatHolder) -> View:
    """What everyone in the room sees of it; hosts also see what a parent has quietly told them."""
    meeting, for_host = scene.meeting, holder.role is Role.FACILITATOR
    floor, closing = meeting.floor, meeting.closing_since
    return {
        "people": [_someone(scene, seat, for_host=for_host) for seat in meeting.in_place(Place.PRESENT)],
        "paused": sorted(feature.value for feature in meeting.paused),
        "floor": {
            "mode": floor.mode.value,
            "speaker": floor.speaker,
            "since": None if floor.since is None else floor.since.isoformat(),
        },
        "hands": list(meeting.hands),
        "chat": meeting.chat.value,
        "closing_since": None if closing is None else closing.isoformat(),
    }


def _someone(scene: Scene, seat: Seat, *, for_host: bool) -> View:
    meeting = scene.meeting
    person = meeting.people[seat.person]
    return {
        "seat": seat.id,
        "person": seat.person,
        "name": scene.name(seat.id),
        "role": person.role.value,
        "microphone_held": person.microphone_held,
        "camera_held": person.camera_held,
        "connected": seat.id in scene.connected,
        "stepped_out": meeting.is_aside(seat),
        "hand": meeting.hands.index(person.id) + 1 if person.id in meeting.hands else None,
        **({"mark": person.mark.value} if for_host else {}),
    }
