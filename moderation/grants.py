"""What each seat may publish and receive, computed whole from the meeting.

A seat that is absent has no media connection.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from moderation.model import Meeting, Person, Phase, Place, Role, SeatId, Standing


class Source(Enum):
    """What a track shows, in LiveKit's terms."""

    MICROPHONE = "microphone"
    CAMERA = "camera"
    SCREEN_SHARE = "screen_share"


@dataclass(frozen=True, slots=True)
class Grant:
    """What one seat may do with media. No sources: it may publish nothing."""

    can_subscribe: bool
    sources: frozenset[Source]


_PARENT_SOURCES = frozenset({Source.MICROPHONE, Source.CAMERA})
_HOST_SOURCES = _PARENT_SOURCES | {Source.SCREEN_SHARE}


def grants(meeting: Meeting) -> Mapping[SeatId, Grant]:
    """The grant of every seat that may have a media connection at this moment.

    While the session is unattended the connections stay and nobody receives anything. What they publish
    survives, so that resuming is exact.
    """
    if meeting.phase not in (Phase.OPEN, Phase.UNATTENDED):
        return {}
    attended = meeting.phase is Phase.OPEN
    return {
        seat.id: Grant(can_subscribe=attended, sources=_sources(person))
        for seat in meeting.in_place(Place.PRESENT)
        if _may_be_here(meeting, person := meeting.people[seat.person])
    }


def _may_be_here(meeting: Meeting, person: Person) -> bool:
    if person.role is Role.FACILITATOR:
        return True
    return person.standing is Standing.WELCOME and person.agreed == meeting.agreement


def _sources(person: Person) -> frozenset[Source]:
    if person.role is Role.FACILITATOR:
        return _HOST_SOURCES
    held = {Source.MICROPHONE: person.microphone_held, Source.CAMERA: person.camera_held}
    return frozenset(source for source in _PARENT_SOURCES if not held[source])
