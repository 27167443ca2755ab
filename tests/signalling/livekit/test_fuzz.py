"""A live engine with two rooms in which all is well, and intruders who say almost what clients say.

A run that failed is tried again, as far as sockets and clocks allow, with the `--seed` that it printed.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field

import aiohttp
import pytest

from tests.signalling.livekit.company import Company, Scales, all_hear, company
from tests.signalling.livekit.intruder import (
    Intruder,
    NewerIntruder,
    Spoils,
    send_from_outside,
    stream_from_outside,
)
from tests.signalling.livekit.performer import Performer
from tests.signalling.livekit.process import Child, engine

INTRUDERS = 4
STAYS = (0.5, 6.0)
"""Seconds, at least and at most, until an intruder is replaced by the next."""
LONGEST_GAP = 5.0
"""Seconds in which rooms where all is well may hear nothing, beside our own pauses: processors are shared."""
FEWEST = 0.8
"""Of the packets that were sent to them."""
ON_THEIR_WAY = 10
KINDS = ("STUN", "DTLS", "SRTP", "SRTCP", "RTP", "RTCP", "SCTP", "signals", "from outside", "over TCP")
ENOUGH = 10
"""Spoilt messages of each kind, however slow the machine is."""
SLOWEST = 100.0
"""Seconds that this may take it."""
MOST_GROWTH = 2.0
"""MiB a minute."""


@dataclass
class Trouble:
    """What has happened."""

    spoils: Spoils = field(default_factory=Spoils)
    stays: int = 0
    since: float = field(default_factory=time.monotonic)

    @property
    def is_thorough(self) -> bool:
        """Whether everything has been tried."""
        return all(self.spoils.sent.get(kind, 0) >= ENOUGH for kind in KINDS)

    def __str__(self) -> str:
        sent = ", ".join(f"{count} {kind}" for kind, count in sorted(self.spoils.sent.items()))
        return f"{self.stays} intruders in {time.monotonic() - self.since:.0f} s: {sent}"


async def _intrude(people: Company, number: int, trouble: Trouble) -> None:
    """One intruder after the other, in rooms of their own: in each both dialects, in one they heckle."""
    chance, spoils = random.Random(people.chance.random()), trouble.spoils
    kind = NewerIntruder if number % 2 else Intruder
    while True:
        trouble.stays += 1
        token = people.child.token(f"intruder-{number}", room=f"den-{number // 2}")
        one = kind(
            people.http, people.child.ws, people.certificate, token, chance, spoils, heckles=number < 2
        )
        people.performers.append(one)
        with contextlib.suppress(aiohttp.ClientError):
            await one.join()
        until = time.monotonic() + chance.uniform(*STAYS)
        while True:
            await asyncio.sleep(0.05)
            if one.ended or time.monotonic() >= until:
                break
        await (one.leave() if chance.random() < 0.3 and not one.ended else one.close())
        people.performers.remove(one)


async def make_trouble(people: Company, seconds: float) -> Trouble:
    """For so long, and until it is thorough. Raises: TimeoutError."""
    trouble, port = Trouble(), people.child.media_port
    work: list[Coroutine[None, None, None]] = [
        *(_intrude(people, number, trouble) for number in range(INTRUDERS)),
        send_from_outside(port, trouble.spoils, random.Random(people.chance.random())),
        stream_from_outside(port, trouble.spoils, random.Random(people.chance.random())),
    ]
    tasks = [asyncio.create_task(one) for one in work]
    try:
        async with asyncio.timeout(seconds + SLOWEST):
            while not trouble.is_thorough or time.monotonic() - trouble.since < seconds:
                done, _ = await asyncio.wait(tasks, timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
                for task in done:  # none ends by itself
                    task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return trouble


class Listener:
    """One of two in a room where all is well, from the moment at which they hear each other."""

    def __init__(self, one: Performer, other: Performer) -> None:
        self._one, self._other = one, other
        self._heard_before, self._sent_before = one.sounds_heard, other.sounds

    def assert_well(self) -> None:
        """It has heard the other all the time."""
        assert not self._one.ended
        heard = self._one.sounds_heard - self._heard_before
        sent = self._other.sounds - self._sent_before
        gap = max(heard.longest_gap for heard in self._one.heard.values())
        pause = max(self._one.longest_pause, self._other.longest_pause)
        print(f"  {heard} of {sent} sounds, {gap:.2f} s without; our own longest pause {pause:.2f} s")
        assert gap < LONGEST_GAP + pause
        assert heard + ON_THEIR_WAY > FEWEST * sent


async def _survives(child: Child, chance: random.Random, seconds: float) -> Scales:
    """Raises: AssertionError, when anything is amiss but the memory."""
    async with company(child, chance) as people:
        well = [await people.join(f"{who}", f"well-{room}") for room in range(2) for who in ("sam", "jo")]
        await all_hear(well, 1)
        sam, jo, kim, lee = well
        listeners = [Listener(*pair) for pair in ((sam, jo), (jo, sam), (kim, lee), (lee, kim))]
        scales = Scales(child)
        scales.start()
        trouble = await make_trouble(people, seconds)
        print(f"\n{trouble}")
        stats = await child.stats()
        await scales.stop()
        print(f"  {scales}")
        assert child.process.returncode is None
        print(scales.said.decode())
        assert scales.said == b""
        assert stats["faults"] == 0
        for listener in listeners:
            listener.assert_well()
        return scales


@pytest.mark.timeout(300)
async def test_a_few_seconds_of_almost_valid_messages_upset_nobody() -> None:
    async with engine() as child:
        await _survives(child, random.Random(1), 2.0)


@pytest.mark.long
@pytest.mark.timeout(0)
async def test_minutes_of_almost_valid_messages_upset_nobody_and_leave_nothing_behind(
    minutes: float, seed: int
) -> None:
    print(f"\n--seed {seed}")
    async with engine() as child:
        scales = await _survives(child, random.Random(seed), 60 * minutes)
        print(f"  {scales.slope:+.3f} MiB a minute")
        assert scales.slope < MOST_GROWTH
