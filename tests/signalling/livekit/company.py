"""People by hand who talk to a running engine, and what the engine takes of the machine meanwhile."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import linear_regression

import aiohttp
import psutil

from tests.bench.kit.link import Certificate
from tests.signalling.livekit.performer import Performer
from tests.signalling.livekit.process import Child

TICK = 0.005
CHECK_EVERY = 2.5
WEIGHED_EVERY = 1.0
LOG_KEPT = 100_000
HEAR_WITHIN = 60.0
MIB = 1 << 20


@dataclass
class Company:
    """Everybody who is there now: `talking` keeps them talking."""

    child: Child
    http: aiohttp.ClientSession
    chance: random.Random
    performers: list[Performer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.certificate = Certificate()

    async def join(self, name: str, room: str) -> Performer:
        """Somebody new, who talks from now on."""
        token = self.child.token(name, room=room)
        one = Performer(self.http, self.child.ws, self.certificate, token, self.chance)
        await one.join()
        self.performers.append(one)
        return one

    async def leave(self, one: Performer) -> None:
        """Somebody goes."""
        self.performers.remove(one)
        await one.leave()

    async def talk(self) -> None:
        """Until cancelled."""
        checked = 0.0
        while True:
            now = time.monotonic()
            is_due = now - checked > CHECK_EVERY
            checked = now if is_due else checked
            for one in self.performers:
                one.talk(now)
                if is_due:
                    one.check()
            await asyncio.sleep(TICK)


@asynccontextmanager
async def company(child: Child, chance: random.Random) -> AsyncIterator[Company]:
    """Nobody yet; who has come by then goes with the end of the block."""
    async with aiohttp.ClientSession() as http:
        everybody = Company(child, http, chance)
        talking = asyncio.create_task(everybody.talk())
        try:
            yield everybody
            if talking.done():
                talking.result()
        finally:
            talking.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await talking
            await asyncio.gather(*(one.close() for one in everybody.performers))


async def all_hear(performers: Sequence[Performer], others: int) -> None:
    """Wait until each of them gets sound and picture of so many others. Raises: TimeoutError."""
    async with asyncio.timeout(HEAR_WITHIN):
        while True:
            if all(len(one.heard) >= 2 * others for one in performers):
                return
            await asyncio.sleep(0.05)


class Scales:
    """Weighs the engine each second, and keeps what it says on standard error."""

    def __init__(self, child: Child) -> None:
        self._process = child.process
        self.weights: list[tuple[float, float]] = []
        """When, in seconds, and how many MiB are resident."""
        self.said = b""
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """From now on."""
        self._tasks = [asyncio.create_task(self._weigh()), asyncio.create_task(self._listen())]

    async def stop(self) -> None:
        """No more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def __str__(self) -> str:
        every = [weight for _, weight in self.weights[:: max(1, len(self.weights) // 10)]]
        tenths = " ".join(f"{weight:.1f}" for weight in [*every, self.weights[-1][1]])
        return f"{tenths} MiB"

    @property
    def slope(self) -> float:
        """MiB a minute over the second half."""
        later = self.weights[len(self.weights) // 2 :]
        return linear_regression([at for at, _ in later], [weight for _, weight in later]).slope * 60

    async def _weigh(self) -> None:
        process = psutil.Process(self._process.pid)
        while True:
            self.weights.append((time.monotonic(), process.memory_info().rss / MIB))
            await asyncio.sleep(WEIGHED_EVERY)

    async def _listen(self) -> None:
        assert self._process.stderr is not None
        while said := await self._process.stderr.read(65536):
            self.said = (self.said + said)[:LOG_KEPT]
