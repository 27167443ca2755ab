"""Who was in a session, from when to when: read from its journal after the event. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from moderation.events import Ended
from moderation.lifecycle import apply
from moderation.model import Meeting, PersonId, Place, Role
from signalling.meeting.ports import Entry


@dataclass(frozen=True)
class Attended:
    """One person in the room. `went` is None where they stayed to the end."""

    person: PersonId
    role: Role
    came: datetime
    went: datetime | None


@dataclass(frozen=True)
class Attendance:
    """Everyone who was in the room, in the order they came; and who only waited."""

    inside: tuple[Attended, ...]
    only_waited: tuple[PersonId, ...]


def attendance(meeting: Meeting, entries: Iterable[Entry]) -> Attendance:
    """Follow the journal of a meeting. `meeting` is what it replays from."""
    inside: dict[PersonId, Attended] = {}
    waited: dict[PersonId, None] = {}
    for entry in entries:
        before, meeting = meeting, apply(meeting, entry.event)
        here, was = _in(meeting, Place.PRESENT), _in(before, Place.PRESENT)
        waited |= dict.fromkeys(_in(meeting, Place.WAITING))
        for person in here - was:
            first = Attended(person, meeting.people[person].role, entry.at, None)
            inside[person] = replace(inside.get(person, first), went=None)
        for person in was - here:
            # Whom the end of the session puts outside has stayed to the end.
            inside[person] = replace(
                inside[person], went=None if isinstance(entry.event, Ended) else entry.at
            )
    return Attendance(tuple(inside.values()), tuple(person for person in waited if person not in inside))


def _in(meeting: Meeting, place: Place) -> frozenset[PersonId]:
    return frozenset(seat.person for seat in meeting.in_place(place))
