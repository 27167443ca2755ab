"""Ending the platform without ending anybody's session: it is asked to stop, and stops once nobody meets.

Sessions under way go on, with everything that holds in them, and people may drop out and come back. No other
one gets media any more. Being asked a second time ends it at once, and so does the time running out.
"""

import asyncio
import signal
from collections.abc import Callable
from typing import Final

from aiohttp import web

from server import logs
from signalling.meeting.gate import Gate

COMES_BACK: Final = 30.0
"""Seconds without anybody's media after which nobody is thought to come back."""
LOOK_EVERY: Final = 0.5

log = logs.get(__name__)


class Draining:
    """`minutes`: how long it may take. `end` is called when it is over."""

    def __init__(self, gate: Gate, minutes: float, end: Callable[[], None]) -> None:
        self._gate = gate
        self._seconds = 60 * minutes
        self._end = end
        self._task: asyncio.Task[None] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether the platform has been asked to stop."""
        return self._task is not None

    def begin(self) -> None:
        """The platform is asked to stop: by a signal, again and again if need be."""
        if self._task is not None:
            self._end()
            return
        self._gate.drain()
        log.info("draining", sessions=len(self._gate.under_way()))
        self._task = asyncio.create_task(self._until_nobody_meets(), name="draining")

    async def _until_nobody_meets(self) -> None:
        clock = asyncio.get_running_loop().time
        until, seen = clock() + self._seconds, clock()
        if not self._gate.under_way():
            seen -= COMES_BACK
        while clock() < until and clock() - seen < COMES_BACK:
            await asyncio.sleep(LOOK_EVERY)
            if self._gate.under_way():
                seen = clock()
        self._end()


def drain_when_asked(draining: Draining) -> None:
    """From now on a request to end (SIGTERM) begins it. Ctrl-C still ends the platform at once."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, draining.begin)


def end_platform() -> None:
    """What `web.run_app` takes as the order to stop; called from the event loop."""

    def stop() -> None:
        raise web.GracefulExit

    asyncio.get_running_loop().call_soon(stop)
