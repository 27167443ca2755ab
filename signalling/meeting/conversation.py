"""What is passed on and never kept: who may say what to whom, who reads it, who sees a reaction.

Pure. Nothing here has a place in the meeting or its journal; who comes later gets nothing of it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from moderation.model import (
    ChatMode,
    Feature,
    Meeting,
    Phase,
    Place,
    Role,
    Seat,
    SeatId,
)
from signalling.meeting.errors import Malformed
from signalling.meeting.messages import Fields, an_object, one_of, plain_text, seat_id
from signalling.meeting.ports import SeatHolder

LONGEST_TEXT = 500
LONGEST_CAPTION = 200
_MESSAGE_ID = re.compile(r"[0-9a-f]{16}")
ALL = "all"
"""Instead of a message's id: every message."""


class Audience(Enum):
    """To whom something is said, if not to one seat."""

    EVERYONE = "everyone"
    HOSTS = "hosts"
    WAITING = "waiting"


class Reaction(Enum):
    """The few there are."""

    HEART = "heart"
    THANKS = "thanks"
    WITH_YOU = "with_you"
    TEAR = "tear"


class Unheard(Enum):
    """Why something is not passed on. The values are stable identifiers on the wire."""

    ENDED = "ended"
    NOT_HERE = "not_here"
    NOT_ALLOWED = "not_allowed"
    UNATTENDED = "unattended"
    PAUSED = "paused"
    CHAT_OFF = "chat_off"


@dataclass(frozen=True, slots=True)
class Saying:
    """Some words to somebody."""

    to: Audience | SeatId
    text: str = field(repr=False)


Address = str | Mapping[str, str]
"""To whom a message is shown to be: `you`, an audience, or for hosts `{"seat": id}`."""
Hearers = Mapping[SeatId, Address]


def parse_say(data: object) -> Saying:
    """What a `say` message says.

    Raises:
        Malformed
    """
    fields = _exactly(data, "say", {"to", "text"})
    text = plain_text(fields, "text", LONGEST_TEXT)
    if not text:
        raise Malformed("text must not be empty")
    to = fields["to"]
    if isinstance(to, dict):
        return Saying(seat_id(_exactly(to, "to", {"seat"})), text)
    return Saying(one_of(fields, "to", Audience), text)


def parse_unsay(data: object) -> str:
    """Which message an `unsay` takes back: its id, or ALL.

    Raises:
        Malformed
    """
    said = _exactly(data, "unsay", {"id"})["id"]
    if not isinstance(said, str) or not (said == ALL or _MESSAGE_ID.fullmatch(said)):
        raise Malformed("id must be a message's id, or all")
    return said


def parse_react(data: object) -> Reaction:
    """Which reaction a `react` message shows.

    Raises:
        Malformed
    """
    return one_of(_exactly(data, "react", {"reaction"}), "reaction", Reaction)


def parse_caption(data: object) -> str:
    """What a `caption` message has for those who read along.

    Raises:
        Malformed
    """
    text = plain_text(_exactly(data, "caption", {"text"}), "text", LONGEST_CAPTION)
    if not text:
        raise Malformed("text must not be empty")
    return text


def _exactly(data: object, what: str, names: set[str]) -> Fields:
    fields = an_object(data, what)
    if fields.keys() != names:
        raise Malformed(f"{what} takes {', '.join(sorted(names))}")
    return fields


def hearers(meeting: Meeting, speaker: SeatHolder, to: Audience | SeatId) -> Hearers | Unheard:
    """Which seats read what this one says, the speaker's own among them, and how it is addressed for each."""
    seat = _place(meeting, speaker)
    if isinstance(seat, Unheard):
        return seat
    if speaker.role is Role.FACILITATOR:
        return _from_host(meeting, seat, to)
    match to:
        case Audience.HOSTS:
            return _private_line(meeting, seat)
        case Audience.EVERYONE:
            return _to_the_group(meeting, seat)
        case _:
            return Unheard.NOT_ALLOWED


def may_unsay(meeting: Meeting, host: SeatHolder) -> Unheard | None:
    """Only hosts take messages back, their own and others'."""
    seat = _place(meeting, host)
    if isinstance(seat, Unheard):
        return seat
    return None if host.role is Role.FACILITATOR else Unheard.NOT_ALLOWED


def readers(meeting: Meeting, typing: SeatHolder) -> frozenset[SeatId] | Unheard:
    """Which seats read the captions of this one. Only a host puts words into others' mouths."""
    return onlookers(meeting, typing) if typing.role is Role.FACILITATOR else Unheard.NOT_ALLOWED


def onlookers(meeting: Meeting, active: SeatHolder) -> frozenset[SeatId] | Unheard:
    """Which seats see a reaction of this one: those in the same room."""
    seat = _place(meeting, active)
    if isinstance(seat, Unheard):
        return seat
    if seat.place is not Place.PRESENT:
        return Unheard.NOT_HERE
    hushed = _hushed(meeting)
    return hushed or frozenset(other.id for other in _same_room(meeting, seat))


def _place(meeting: Meeting, holder: SeatHolder) -> Seat | Unheard:
    if meeting.phase is Phase.ENDED:
        return Unheard.ENDED
    seat = meeting.seats.get(holder.seat)
    if seat is None or seat.person != holder.person or seat.place is Place.OUTSIDE:
        return Unheard.NOT_HERE
    return seat


def _hushed(meeting: Meeting) -> Unheard | None:
    """Whether parents can reach each other at all at this moment."""
    if meeting.phase is not Phase.OPEN:
        return Unheard.UNATTENDED
    return Unheard.PAUSED if Feature.CHAT in meeting.paused else None


def _from_host(meeting: Meeting, seat: Seat, to: Audience | SeatId) -> Hearers | Unheard:
    match to:
        case Audience.EVERYONE:
            return _addressed("everyone", _same_room(meeting, seat))
        case Audience.HOSTS:
            return _addressed("hosts", _hosts(meeting))
        case Audience.WAITING:
            waiting = _addressed("you", meeting.in_place(Place.WAITING))
            return {**waiting, **_addressed("waiting", _hosts(meeting))}
        case one:
            return _to_one(meeting, one)


def _to_one(meeting: Meeting, to: SeatId) -> Hearers | Unheard:
    """This device and no other of the same person: that one may be in another's hand.

    The other hosts read it too, so that a parent is not answered twice or not at all.
    """
    theirs = meeting.seats.get(to)
    if theirs is None or theirs.place is Place.OUTSIDE:
        return Unheard.NOT_HERE
    shown = {seat.id: {"seat": str(to)} for seat in _hosts(meeting)}
    return {**shown, to: "you"}


def _private_line(meeting: Meeting, seat: Seat) -> Hearers:
    """Always open: from the waiting room, while all is paused, while nobody attends."""
    return {seat.id: "hosts", **_addressed("hosts", _hosts(meeting))}


def _to_the_group(meeting: Meeting, seat: Seat) -> Hearers | Unheard:
    if seat.place is not Place.PRESENT:
        return Unheard.NOT_HERE
    hushed = _hushed(meeting)
    if hushed is not None:
        return hushed
    match meeting.chat:
        case ChatMode.OFF:
            return Unheard.CHAT_OFF
        case ChatMode.HOSTS:
            return _private_line(meeting, seat)
        case ChatMode.EVERYONE:
            return _addressed("everyone", _same_room(meeting, seat))


def _same_room(meeting: Meeting, seat: Seat) -> Iterable[Seat]:
    aside = meeting.is_aside(seat)
    return (other for other in meeting.in_place(Place.PRESENT) if meeting.is_aside(other) is aside)


def _hosts(meeting: Meeting) -> Iterable[Seat]:
    return (
        seat
        for seat in meeting.in_place(Place.PRESENT)
        if meeting.people[seat.person].role is Role.FACILITATOR
    )


def _addressed(address: str, seats: Iterable[Seat]) -> dict[SeatId, Address]:
    return {seat.id: address for seat in seats}
