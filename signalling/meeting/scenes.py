"""Puts together everything that the views of one moment are made of, also while the database is down."""

from moderation.model import MeetingId, PersonId
from signalling.meeting.applier import Applier, Read
from signalling.meeting.attendance import Attendance
from signalling.meeting.errors import JournalDown
from signalling.meeting.lookout import Lookout
from signalling.meeting.ports import Clock, Departure, MeetingLabels, Seats
from signalling.meeting.scene import Scene


class Scenes:
    """Makes scenes, from what was known last where the database does not answer."""

    def __init__(
        self, applier: Applier, seats: Seats, attendance: Attendance, lookout: Lookout, clock: Clock
    ) -> None:
        self._applier = applier
        self._seats = seats
        self._attendance = attendance
        self._lookout = lookout
        self._clock = clock
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
        departed = await self._lookout.departed(read)
        return Scene(read.meeting, read.head, labels, connected.events, self._clock.now(), departed)

    async def away(self, meeting: MeetingId) -> frozenset[PersonId]:
        """Whose connection is lost, as hosts see it; nobody's where too little is known.

        Raises:
            UnknownMeeting
        """
        scene = await self.now(meeting)
        gone = () if scene is None else scene.departed
        return frozenset(each.person for each in gone if each.how is Departure.LOST)

    def forget(self, meeting: MeetingId) -> None:
        """Nobody here looks at it any more."""
        self._labels.pop(meeting, None)
