"""What a meeting's two rooms are called in the media engine. Pure."""

from moderation.grants import Room
from moderation.model import MeetingId

_ASIDE = "-aside"


def room_name(meeting: MeetingId, room: Room) -> str:
    """The name of one of the meeting's rooms."""
    return meeting if room is Room.MAIN else f"{meeting}{_ASIDE}"


def meeting_of(name: str) -> MeetingId:
    """The meeting that a room of this name belongs to. Ids of meetings never end like a side room's name."""
    return MeetingId(name.removesuffix(_ASIDE))
