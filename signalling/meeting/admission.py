"""Whether a seat may have media at this moment, and what to tell it if not. No sockets, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from moderation.grants import Grant, grants
from moderation.model import Meeting, Person, Phase, Place, Role, Standing
from signalling.meeting.ports import SeatHolder, SeatRefusal
from signalling.meeting.words import GATE


@dataclass(frozen=True, slots=True)
class Turned:
    """Turned away at the gate. `reason` is a stable identifier, its sentence is in `words`."""

    status: int
    reason: str

    def response(self) -> web.Response:
        """The answer to the browser; livekit-client shows its text."""
        return web.Response(
            status=self.status, text=GATE[self.reason], headers={"Hearth-Refusal": self.reason}
        )


NOT_READY = Turned(503, "not_ready")
TOO_FAST = Turned(429, "too_fast")
TURNED_SEATS: Mapping[SeatRefusal, Turned] = {
    SeatRefusal.NO_SEAT: Turned(401, "no_seat"),
    SeatRefusal.SEAT_ENDED: Turned(401, "seat_ended"),
    SeatRefusal.NOT_YOUR_SESSION: Turned(403, "not_your_session"),
    SeatRefusal.SUSPENDED: Turned(403, "suspended"),
}


def may_enter(meeting: Meeting, holder: SeatHolder) -> Grant | Turned:
    """The grant of this seat at this moment, or why it has none."""
    grant = grants(meeting).get(holder.seat)
    if grant is None or meeting.seats[holder.seat].person != holder.person:
        return Turned(403, _why_not(meeting, holder))
    if holder.role is Role.PARENT and holder.agreed != meeting.agreement:
        return Turned(403, "agreement_needed")
    return grant


def _why_not(meeting: Meeting, holder: SeatHolder) -> str:
    if meeting.phase is Phase.ENDED:
        return "ended"
    person = meeting.people.get(holder.person) or Person(holder.person, holder.role)
    if person.standing is not Standing.WELCOME:
        return "removed" if person.standing is Standing.REMOVED else "declined"
    if holder.role not in (Role.PARENT, Role.FACILITATOR):
        return "not_allowed"
    if meeting.phase is Phase.SCHEDULED:
        return "not_open"
    seat = meeting.seats.get(holder.seat)
    if seat is None or seat.person != holder.person or seat.place is Place.OUTSIDE:
        return "not_here"
    if seat.place is Place.WAITING:
        return "not_admitted"
    return "agreement_needed"
