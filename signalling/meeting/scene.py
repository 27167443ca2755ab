"""What the views of one moment are made of. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moderation.model import Meeting, PersonId, SeatId
from signalling.meeting.departures import Departed
from signalling.meeting.ports import MeetingLabels, SeatLabel

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """A meeting at one moment, for everyone who looks at it.

    `seq` is the journal's head, `connected` the seats that have an event connection.
    """

    meeting: Meeting
    seq: int
    labels: MeetingLabels
    connected: frozenset[SeatId]
    now: datetime
    departed: Sequence[Departed] = ()

    def name(self, seat: SeatId) -> str:
        """What its holder is called; nothing where that was erased meanwhile."""
        return self.label(seat).name

    def label(self, seat: SeatId) -> SeatLabel:
        """The seat's label; without a name where it was erased meanwhile."""
        found = self.labels.seats.get(seat)
        return found or SeatLabel(self.meeting.seats[seat].person, "")

    def name_of(self, person: PersonId) -> str:
        """What a person is called, whether they came or not."""
        of_seats = (self.name(seat.id) for seat in self.meeting.seats_of(person))
        of_members = (member.name for member in self.labels.members if member.person == person)
        return next((name for name in (*of_members, *of_seats) if name), "")
