"""What each seat may publish and receive, and in which room, computed whole from the meeting.

A seat that is absent has no media connection.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from moderation.model import MEDIA, Feature, FloorMode, Meeting, Person, Phase, Place, Role, SeatId, Standing


class Source(Enum):
    """What a track shows, in LiveKit's terms."""

    MICROPHONE = "microphone"
    CAMERA = "camera"
    SCREEN_SHARE = "screen_share"


class Room(Enum):
    """Where a seat's media is."""

    MAIN = "main"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Grant:
    """What one seat may do with media. No sources: it may publish nothing."""

    can_subscribe: bool
    sources: frozenset[Source]
    room: Room = Room.MAIN


_FEATURE = {
    Source.MICROPHONE: Feature.SOUND,
    Source.CAMERA: Feature.PICTURE,
    Source.SCREEN_SHARE: Feature.PICTURE,
}


def grants(meeting: Meeting) -> Mapping[SeatId, Grant]:
    """The grant of every seat that may have a media connection at this moment.

    While the session is unattended or all is paused the connections stay and nobody receives anything. What
    they publish survives, so that resuming is exact; what a pause had withdrawn already stays so.
    """
    if meeting.phase not in (Phase.OPEN, Phase.UNATTENDED):
        return {}
    hearing = meeting.phase is Phase.OPEN and not meeting.paused >= MEDIA
    found = {}
    for seat in meeting.in_place(Place.PRESENT):
        person = meeting.people[seat.person]
        if _may_be_here(meeting, person):
            room = Room.ASIDE if meeting.is_aside(seat) else Room.MAIN
            found[seat.id] = Grant(hearing, _sources(meeting, person, room), room)
    return found


def _may_be_here(meeting: Meeting, person: Person) -> bool:
    if person.role is Role.FACILITATOR:
        return True
    return person.standing is Standing.WELCOME and person.agreed == meeting.agreement


def _sources(meeting: Meeting, person: Person, room: Room) -> frozenset[Source]:
    may = {
        Source.MICROPHONE: not person.microphone_held and (room is Room.ASIDE or _has_floor(meeting, person)),
        Source.CAMERA: not person.camera_held,
        Source.SCREEN_SHARE: person.role is Role.FACILITATOR or meeting.screen == person.id,
    }
    frozen = meeting.withdrawn if meeting.paused >= MEDIA else meeting.paused
    return frozenset(source for source, allowed in may.items() if allowed and _FEATURE[source] not in frozen)


def _has_floor(meeting: Meeting, person: Person) -> bool:
    return (
        person.role is Role.FACILITATOR
        or meeting.floor.mode is FloorMode.OPEN
        or meeting.floor.speaker == person.id
    )
