"""What only hosts see: who waits and what speaks against them, who is expected, gone or out, what is to do.

Pure.
"""

from moderation.door import overrides_needed
from moderation.model import Meeting, Override, PersonId, Phase, Place, Role, Seat, Standing
from signalling.meeting.departures import Departed
from signalling.meeting.ports import Departure, HostKind
from signalling.meeting.scene import Scene, View


def desk(scene: Scene) -> View:
    """The hosts' part of the view of a host in the room."""
    meeting = scene.meeting
    missing = missing_kind(scene)
    return {
        "waiting": [_one_waiting(scene, seat) for seat in meeting.in_place(Place.WAITING)],
        "out": _out(scene),
        "expected": [
            {"person": member.person, "name": member.name, "state": _state(meeting, member.person)}
            for member in scene.labels.members
        ],
        "departed": [_departed(scene, gone) for gone in scene.departed],
        "attending": len(meeting.attending - _hosts_aside(meeting)),
        "missing_kind": None if missing is None else missing.value,
        "side_room": _side_room(meeting),
        "tasks": [
            {
                "id": task.id,
                "kind": task.kind.value,
                "person": task.person,
                "name": task.name,
                "due": task.due.isoformat(),
            }
            for task in scene.labels.tasks
        ],
    }


def missing_kind(scene: Scene) -> HostKind | None:
    """The kind of host that the session asks for and nobody of has come in."""
    if not scene.labels.wants_both_kinds or scene.meeting.phase is Phase.ENDED:
        return None
    here = {
        scene.labels.kinds.get(seat.person)
        for seat in scene.meeting.in_place(Place.PRESENT)
        if scene.meeting.people[seat.person].role is Role.FACILITATOR and seat.id in scene.connected
    }
    return next((kind for kind in HostKind if kind not in here), None)


def _hosts_aside(meeting: Meeting) -> frozenset[str]:
    aside = meeting.aside
    return aside.hosts if aside is not None and aside.accepted else frozenset()


def _one_waiting(scene: Scene, seat: Seat) -> View:
    meeting = scene.meeting
    label, person = scene.label(seat.id), meeting.people[seat.person]
    against = set(overrides_needed(meeting, seat.person, scene.now))
    others = (other for other in meeting.seats_of(seat.person) if other.id != seat.id)
    return {
        "seat": seat.id,
        "person": seat.person,
        "name": label.name,
        "first_visit": label.first_visit,
        "second_device": any(other.place is not Place.OUTSIDE for other in others),
        "readiness": label.readiness.value,
        "ring_me": label.ring_me,
        "connected": seat.id in scene.connected,
        "mark": person.mark.value,
        "late": Override.LATE in against,
        "full": Override.FULL in against,
        "kept_apart_from": sorted({scene.name_of(other) for other in meeting.kept_apart_from(seat.person)}),
        "similar_name": any(
            member.similar_name for member in scene.labels.members if member.person == seat.person
        ),
    }


def _out(scene: Scene) -> list[View]:
    return [
        {
            "person": person.id,
            "name": scene.name_of(person.id),
            "standing": person.standing.value,
            "suspended": person.suspended,
            "reason": None if person.removal_reason is None else person.removal_reason.value,
        }
        for person in scene.meeting.people.values()
        if person.standing is not Standing.WELCOME
    ]


def _state(meeting: Meeting, person: PersonId) -> str:
    known = meeting.people.get(person)
    if known is not None and known.standing is not Standing.WELCOME:
        return "out"
    places = {seat.place for seat in meeting.seats_of(person)}
    if Place.PRESENT in places:
        return "present"
    return "waiting" if Place.WAITING in places else "not_here"


def _departed(scene: Scene, gone: Departed) -> View:
    plans = {member.person: member.plan for member in scene.labels.members}
    is_due = gone.how is not Departure.EXITED and gone.is_overdue(scene.now)
    plan = plans.get(gone.person) if is_due else None
    return {
        "person": gone.person,
        "name": scene.name_of(gone.person),
        "how": gone.how.value,
        "since": gone.since.isoformat(),
        "plan": None if plan is None else plan.value,
    }


def _side_room(meeting: Meeting) -> View | None:
    """Every host sees it, so that one can come along as witness or end it."""
    aside = meeting.aside
    if aside is None:
        return None
    return {
        "state": "in" if aside.accepted else "invited",
        "person": aside.parent,
        "host": aside.host,
        "witness": aside.witness,
    }
