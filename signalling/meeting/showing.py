"""Sends everyone in this process their view, after every change; never an older one after a newer one."""

import asyncio
import logging
from contextlib import suppress

from moderation.model import MeetingId
from signalling.meeting.applier import Applier
from signalling.meeting.background import Background
from signalling.meeting.scenes import Scenes
from signalling.meeting.sittings import Sitting, Sittings
from signalling.meeting.views import view

log = logging.getLogger(__name__)

GATHER, GATHERS = 0.05, 6
"""Seconds in which what nobody decided (who comes and goes, names) is gathered, to be shown in one round; and
how many times as long it waits for a decision that is on its way, which comes first."""
LOOK_AGAIN = 0.01
LOOKS = 1000
"""How often, and how many times, it is looked whether someone has been told that they are connected."""


class Showing:
    """Whatever somebody decided is shown at once, all else a moment later: one arrival changes many things.

    Changes that come while views are being sent are shown in one more round.
    """

    def __init__(self, sittings: Sittings, applier: Applier, scenes: Scenes, background: Background) -> None:
        self._sittings = sittings
        self._applier = applier
        self._scenes = scenes
        self._background = background
        self._dirty: set[MeetingId] = set()
        self._busy: dict[MeetingId, asyncio.Event] = {}

    def show(self, meeting: MeetingId, *, at_once: bool = False) -> None:
        """Send everyone here their view, again if it changes meanwhile."""
        self._dirty.add(meeting)
        if meeting not in self._busy:
            self._busy[meeting] = asyncio.Event()
            self._background.spawn(self._until_clean(meeting, self._busy[meeting]))
        if at_once:
            self._busy[meeting].set()

    async def greet(self, sitting: Sitting) -> None:
        """Its first view, once it has been told that it is connected: before that nothing can be sent."""
        for _ in range(LOOKS):
            if sitting.parted or self._sittings.is_connected(sitting):
                break
            await asyncio.sleep(LOOK_AGAIN)
        self.show(sitting.holder.meeting, at_once=True)

    async def _until_clean(self, meeting: MeetingId, at_once: asyncio.Event) -> None:
        try:
            while meeting in self._dirty:
                await self._gather(meeting, at_once)
                at_once.clear()
                self._dirty.discard(meeting)
                await self._once(meeting)
        except Exception:
            log.exception("views failed", extra={"meeting": meeting})
        finally:
            del self._busy[meeting]

    async def _gather(self, meeting: MeetingId, at_once: asyncio.Event) -> None:
        for _ in range(GATHERS):
            with suppress(TimeoutError):
                await asyncio.wait_for(at_once.wait(), GATHER)
            if at_once.is_set() or not self._applier.is_deciding(meeting):
                return

    async def _once(self, meeting: MeetingId) -> None:
        sittings = self._sittings.of(meeting)
        scene = await self._scenes.now(meeting) if sittings else None
        if scene is None:
            self._scenes.forget(meeting)
            return
        for sitting in sittings:
            if self._sittings.is_connected(sitting):
                shown = view(scene, sitting.holder)
                if sitting.is_news(shown):
                    sitting.shown = shown
                    await self._sittings.emit(sitting, "view", shown)
