"""What rooms are called in the media engine. Pure."""

from moderation.grants import Room
from moderation.model import MeetingId, SeatId

_ASIDE = "-aside"
_CHECK = "check-"


def room_name(meeting: MeetingId, room: Room) -> str:
    """The name of one of the meeting's rooms."""
    return meeting if room is Room.MAIN else f"{meeting}{_ASIDE}"


def check_room(seat: SeatId) -> str:
    """The name of the throw-away room in which this seat tries its media."""
    return f"{_CHECK}{seat}"


def is_check(name: str) -> bool:
    """Whether a room is for trying alone. Ids of meetings never begin like that."""
    return name.startswith(_CHECK)


def meeting_of(name: str) -> MeetingId:
    """The meeting that a room of this name belongs to. Ids of meetings never end like a side room's name."""
    return MeetingId(name.removesuffix(_ASIDE))
