"""Fifteen people for ten minutes (or `--minutes`), who come and go and look at each other as they like."""

import asyncio
import random
import time

import pytest
from livekit.protocol.models import VideoQuality

from tests.signalling.livekit.company import Company, Scales, all_hear, company
from tests.signalling.livekit.process import engine

PEOPLE = 15
ROOM = "soak"
HAPPENS_EVERY = 1.0
"""Seconds between two things that somebody does."""
LIPS = 0.045
"""Seconds by which sound and picture may be apart (ITU-R BT.1359 finds it noticed from there on).

One in a thousand may: where the machine stands still for seconds while a layer begins, the layer's clock is
guessed wrong until the next report.
"""
MOST_GROWTH = 2.0
"""MiB a minute."""


async def _come_and_go(people: Company, chance: random.Random, until: float) -> int:
    """Somebody leaves and somebody else comes, or looks at a picture in another size; how many have come."""
    come = PEOPLE
    while time.monotonic() < until:
        await asyncio.sleep(HAPPENS_EVERY)
        one = chance.choice(people.performers)
        if chance.random() < 0.3:
            await people.leave(one)
            come += 1
            await people.join(f"person-{come}", ROOM)
        elif one.pictures:
            quality = chance.choice((VideoQuality.LOW, VideoQuality.HIGH))
            await one.look(chance.choice(one.pictures), quality, disabled=chance.random() < 0.2)
    return come


@pytest.mark.long
@pytest.mark.timeout(0)
async def test_fifteen_people_who_come_and_go_leave_nothing_behind_and_stay_in_step(
    minutes: float, seed: int
) -> None:
    chance = random.Random(seed)
    async with engine() as child, company(child, chance) as people:
        scales = Scales(child)
        for number in range(PEOPLE):
            await people.join(f"person-{number + 1}", ROOM)
        await all_hear(people.performers, PEOPLE - 1)
        scales.start()
        come = await _come_and_go(people, chance, time.monotonic() + 60 * minutes)
        stats = await child.stats()
        await scales.stop()
        skews = sorted(abs(skew) for one in people.performers for skew in one.skews)
        half, most = skews[len(skews) // 2], skews[len(skews) * 999 // 1000]
        last, pause = skews[-1], max(one.longest_pause for one in people.performers)
        print(f"\n--seed {seed}\n{come} people; {scales}, {scales.slope:+.3f} a minute")
        print(f"  of {len(skews)} pictures half within {1000 * half:.2f} ms of their sound, p99.9", end=" ")
        print(f"{1000 * most:.2f}, the last {1000 * last:.2f}; our longest pause {pause:.2f} s")
    assert len(skews) > 1000
    assert most < LIPS
    assert scales.slope < MOST_GROWTH
    assert stats["faults"] == 0
    assert scales.said == b""
