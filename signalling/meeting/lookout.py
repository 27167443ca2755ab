"""Looks out for who is gone: reads partings from the journal, and remembers since when someone is missed.

Left and exited are as the journal has them, so that a restart changes nothing. Since when a connection is
lost is this process's own memory: after a restart it counts from then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from moderation import actions as a
from moderation.model import HOUSE, Meeting, MeetingId, PersonId, Phase
from signalling.meeting.aftermath import Aftermath
from signalling.meeting.applier import Applier, Read
from signalling.meeting.attendance import Attendance
from signalling.meeting.departures import Departed, Partings, departed, follow, lapsed, missed
from signalling.meeting.errors import JournalDown
from signalling.meeting.ports import Clock, Departure, Journal


@dataclass
class _Watched:
    """What is known of one meeting. `head`: up to where its journal has been read."""

    head: int = 0
    partings: Partings = field(default_factory=dict)
    missed_since: Mapping[PersonId, datetime] = field(default_factory=dict)
    told: frozenset[tuple[PersonId, Departure, datetime]] = frozenset()
    shown: object = None


class Lookout:
    """The departures of every meeting that runs. One per process."""

    def __init__(
        self, journal: Journal, applier: Applier, attendance: Attendance, aftermath: Aftermath, clock: Clock
    ) -> None:
        self._journal = journal
        self._applier = applier
        self._attendance = attendance
        self._aftermath = aftermath
        self._clock = clock
        self._watched: dict[MeetingId, _Watched] = {}

    async def departed(self, read: Read) -> tuple[Departed, ...]:
        """Who is gone from the meeting as it stands."""
        meeting = read.meeting
        if meeting.phase not in (Phase.OPEN, Phase.UNATTENDED):
            return ()
        watched = self._watched.setdefault(meeting.id, _Watched())
        await self._read_on(watched, read)
        connected = (await self._attendance.connected(meeting.id)).events
        now = self._clock.now()
        watched.missed_since = {
            person: watched.missed_since.get(person, now) for person in missed(meeting, connected)
        }
        return departed(meeting, connected, watched.partings, watched.missed_since)

    async def watch(self, read: Read) -> None:
        """Tell the house of whoever is overdue, and announce what has changed by time alone.

        Whoever is away for longer still loses the place in the room, and knocks again.
        """
        gone = await self.departed(read)
        meeting, now = read.meeting, self._clock.now()
        watched = self._watched.get(meeting.id)
        if watched is None:
            return
        overdue = [each for each in gone if each.is_overdue(now)]
        keys = frozenset((each.person, each.how, each.since) for each in overdue)
        for each in overdue:
            if (each.person, each.how, each.since) not in watched.told:
                self._aftermath.departed(meeting.id, each.person, each.how)
        watched.told = keys
        for seat in lapsed(meeting, gone, now):
            await self._applier.act(meeting.id, HOUSE, a.Lapse(seat))
        shown = (gone, keys, _is_late(meeting, now))
        if watched.shown != shown:
            watched.shown = shown
            self._applier.announce(meeting.id)

    def forget(self, meeting: MeetingId) -> None:
        """The meeting is over."""
        self._watched.pop(meeting, None)

    async def _read_on(self, watched: _Watched, read: Read) -> None:
        """Where the journal is down, what was known of it has to do."""
        begun_at = watched.head
        if read.head <= begun_at:
            return
        try:
            entries = await self._journal.entries(read.meeting.id, begun_at)
        except JournalDown:
            return
        if watched.head == begun_at:  # Else somebody else has read on meanwhile.
            watched.partings = follow(watched.partings, entries[: read.head - begun_at], read.meeting)
            watched.head = read.head


def _is_late(meeting: Meeting, now: datetime) -> bool:
    late_after = meeting.terms.late_after
    return late_after is not None and now > late_after
