"""Everything that the views of one moment are made of, also while the database is down."""

from dataclasses import dataclass

from moderation.model import MeetingId, SeatId
from signalling.meeting.applier import Applier, Read
from signalling.meeting.attendance import Attendance
from signalling.meeting.errors import JournalDown
from signalling.meeting.ports import MeetingLabels, SeatHolder, Seats
from signalling.meeting.views import View, view


@dataclass(frozen=True, slots=True)
class Scene:
    """A meeting at one moment, for everyone who looks at it."""

    read: Read
    labels: MeetingLabels
    connected: frozenset[SeatId]

    def seen_by(self, holder: SeatHolder) -> View:
        """What this seat sees of it."""
        return view(self.read.meeting, self.read.head, self.labels, self.connected, holder)


class Scenes:
    """Puts scenes together, from what was known last where the database does not answer."""

    def __init__(self, applier: Applier, seats: Seats, attendance: Attendance) -> None:
        self._applier = applier
        self._seats = seats
        self._attendance = attendance
        self._labels: dict[MeetingId, MeetingLabels] = {}

    async def now(self, meeting: MeetingId) -> Scene | None:
        """The scene of this moment; None where too little is known.

        Raises:
            UnknownMeeting
        """
        read: Read | None
        try:
            read = await self._applier.current(meeting)
            self._labels[meeting] = await self._seats.labels(meeting)
        except JournalDown:
            read = self._applier.remembered(meeting)
        labels = self._labels.get(meeting)
        if read is None or labels is None:
            return None
        connected = await self._attendance.connected(meeting)
        return Scene(read, labels, connected.events)

    def forget(self, meeting: MeetingId) -> None:
        """Nobody here looks at it any more."""
        self._labels.pop(meeting, None)
