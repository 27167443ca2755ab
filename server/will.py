"""The last will of a platform process whose media engine is a LiveKit server: no media outlives the platform.

A LiveKit server keeps a call going when its signalling is gone, for as long as packets flow. So a small child
process is told who got in through this platform process, and waits. The kernel closes its input when the
platform ends, however that comes; then it removes them all, and ends itself. (The embedded engine needs no
will: it is such a child itself.)
"""

import asyncio
import json
import os
import sys
import time
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self, cast

import aiohttp
from livekit import api

from server import logs

HOME: Final = Path(__file__).resolve().parent.parent
EXECUTED_WITHIN = 10.0
PAUSE = 1.0
ATTEMPTS: Final = 5
AT_ONCE: Final = 50
LONGEST_STAY: Final = 12 * 3600.0
"""Seconds after being let in last that someone is remembered: far longer than any session."""

IN, OUT = "in", "out"
Place = tuple[str, str]
"""A room and an identity in it."""

log = logs.get(__name__)


class Will:
    """The platform's side of it. Use it as an async context manager; leaving executes the will."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self._access = {"url": url, "key": key, "secret": secret}
        # When each was let in last, on the monotonic clock.
        self._places: dict[Place, float] = {}
        self._executor: Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._executor = await self._launch()
        self._keeper = asyncio.create_task(self._keep(self._executor), name="keeper of the last will")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._executor is not None:
            cast(StreamWriter, self._executor.stdin).close()
            try:
                await asyncio.wait_for(self._executor.wait(), EXECUTED_WITHIN)
            except TimeoutError:
                self._executor.kill()
                await self._executor.wait()

    def name(self, room: str, identity: str) -> None:
        """Someone is being let into a room: they are to leave it when this process ends."""
        now = time.monotonic()
        self._places[room, identity] = now
        self._tell(IN, (room, identity))
        for old in [old for old, let_in in self._places.items() if now - let_in > LONGEST_STAY]:
            self._drop(old)

    def forget(self, room: str) -> None:
        """A room is over, and everyone's stay in it."""
        for place in [place for place in self._places if place[0] == room]:
            self._drop(place)

    def _drop(self, place: Place) -> None:
        del self._places[place]
        self._tell(OUT, place)

    def _tell(self, way: str, place: Place) -> None:
        if self._executor is not None:
            cast(StreamWriter, self._executor.stdin).write(_line([way, *place]))

    async def _launch(self) -> Process:
        executor = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __name__),
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=DEVNULL,
            cwd=HOME,
            env={"PATH": os.defpath},
            # Neither Ctrl-C nor a signal to the platform's group is meant for it.
            process_group=0,
        )
        writer = cast(StreamWriter, executor.stdin)
        writer.write(_line(self._access))
        for place in self._places:
            writer.write(_line([IN, *place]))
        return executor

    async def _keep(self, executor: Process) -> None:
        """Have an executor at all times."""
        while True:
            log.error("executor of the last will ended", status=await executor.wait())
            await asyncio.sleep(PAUSE)
            try:
                executor = self._executor = await self._launch()
            except OSError:
                log.error("executor of the last will does not start")


def _line(said: object) -> bytes:
    return json.dumps(said).encode() + b"\n"


# --- The executor's side ---


async def _witness(heard: StreamReader) -> None:
    """Listen until the platform is gone, then remove whoever it let in."""
    access = json.loads(await heard.readline())
    places: set[Place] = set()
    while line := await heard.readline():
        way, room, identity = json.loads(line)
        change = places.add if way == IN else places.discard
        change((room, identity))
    await _execute(access, places)


async def _execute(access: dict[str, str], places: Iterable[Place]) -> None:
    timeout = aiohttp.ClientTimeout(total=3)
    async with api.LiveKitAPI(
        access["url"], access["key"], access["secret"], timeout=timeout, failover=False
    ) as livekit:
        few = asyncio.Semaphore(AT_ONCE)

        async def remove(room: str, identity: str) -> None:
            async with few:
                await _remove(livekit, api.RoomParticipantIdentity(room=room, identity=identity))

        await asyncio.gather(*(remove(*place) for place in places))


async def _remove(livekit: api.LiveKitAPI, who: api.RoomParticipantIdentity) -> None:
    for _ in range(ATTEMPTS):
        try:
            await livekit.room.remove_participant(who)
        except api.ServerError as problem:
            if problem.code == api.ServerErrorCode.NOT_FOUND:
                return
        except (aiohttp.ClientError, TimeoutError):
            pass
        else:
            return
        await asyncio.sleep(0.2)


async def _main() -> None:
    heard = StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(heard), sys.stdin)
    await _witness(heard)


if __name__ == "__main__":
    asyncio.run(_main())
