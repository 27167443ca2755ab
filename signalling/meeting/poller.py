"""What must happen though nobody asks: leases, hosts who fell silent, deadlines, and the grants pushed again.

Every process polls for every meeting that runs; doing it twice does nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from moderation import deadlines
from moderation.model import HOUSE, MeetingId, Phase
from signalling.meeting.aftermath import Aftermath
from signalling.meeting.applier import Applier
from signalling.meeting.attendance import Attendance
from signalling.meeting.errors import JournalDown, UnknownMeeting
from signalling.meeting.lookout import Lookout
from signalling.meeting.ports import Clock, Journal

log = logging.getLogger(__name__)

WATCH_EVERY = 1.0
PUSH_EVERY = 2.0
BEAT_EVERY = 2.0


class Poller:
    """Four loops: renew leases, watch hosts and deadlines, push grants, tell the house. One per process.

    `start` returns when no meeting counts as attended by someone who is not connected; open the gate after
    it. `alone`: this is the only platform process, so whatever leases there are belong to a dead one.
    """

    def __init__(
        self,
        journal: Journal,
        applier: Applier,
        attendance: Attendance,
        lookout: Lookout,
        aftermath: Aftermath,
        clock: Clock,
        *,
        alone: bool,
    ) -> None:
        self._journal = journal
        self._applier = applier
        self._attendance = attendance
        self._lookout = lookout
        self._aftermath = aftermath
        self._clock = clock
        self._alone = alone
        self._watched: set[MeetingId] = set()
        self._loops: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Freeze what nobody attends any more, then begin.

        Raises:
            JournalDown
        """
        if self._alone:
            await self._attendance.begin()
        for meeting in await self._journal.running():
            await self._attendance.review(meeting)
        self._loops = [
            asyncio.create_task(_every(BEAT_EVERY, self._attendance.beat)),
            asyncio.create_task(_every(WATCH_EVERY, self.watch)),
            asyncio.create_task(_every(PUSH_EVERY, self.push)),
            asyncio.create_task(_every(WATCH_EVERY, self._aftermath.retry)),
        ]

    async def stop(self) -> None:
        """End the loops."""
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)

    async def watch(self) -> None:
        """Look at every meeting once: who hosts it, who is gone, what is due, what others changed."""
        await _for_each(await self._running(), self._watch_one)

    async def push(self) -> None:
        """Push every running meeting's grants once more, and settle what is still to settle."""
        await _for_each(await self._running(), self._push_one)
        self._applier.forget_what_is_over()

    async def _running(self) -> frozenset[MeetingId]:
        unsettled = self._applier.unsettled()
        try:
            running = frozenset(await self._journal.running())
        except JournalDown:
            return unsettled | self._attendance.meetings()
        for over in self._watched - running - unsettled:
            self._watched.discard(over)
            self._attendance.forget(over)
            self._lookout.forget(over)
        return running | unsettled

    async def _watch_one(self, meeting: MeetingId) -> None:
        await self._attendance.listen(meeting)
        self._watched.add(meeting)
        read = await self._attendance.review(meeting) or await self._applier.current(meeting)
        due = deadlines.due(read.meeting, self._clock.now())
        if due is not None:
            await self._applier.act(meeting, HOUSE, due)
        if not self._applier.is_announced(meeting, read.head):
            self._applier.announce(meeting)
        await self._lookout.watch(read)

    async def _push_one(self, meeting: MeetingId) -> None:
        settled = meeting not in self._applier.unsettled()
        remembered = self._applier.remembered(meeting)
        if settled and remembered is not None and remembered.meeting.phase is Phase.SCHEDULED:
            return
        await self._applier.enforce(meeting)


async def _every(seconds: float, turn: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await turn()
        except Exception:  # A loop that ended would leave meetings unwatched.
            log.exception("poller turn failed")
        await asyncio.sleep(seconds)


async def _for_each(meetings: frozenset[MeetingId], what: Callable[[MeetingId], Awaitable[None]]) -> None:
    """One meeting's trouble is no other's."""

    async def one(meeting: MeetingId) -> None:
        try:
            await what(meeting)
        except JournalDown:
            log.warning("journal not reached", extra={"meeting": meeting})
        except UnknownMeeting:
            pass
        except Exception:
            log.exception("poller failed", extra={"meeting": meeting})

    await asyncio.gather(*(one(meeting) for meeting in meetings))
