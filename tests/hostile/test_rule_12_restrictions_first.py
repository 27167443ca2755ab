"""A restriction takes effect first and is recorded next; a permission the other way round.

Shown where recording fails: another process holds the database's only pen.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.hostile.doors import gate_says
from tests.hostile.people import Person
from tests.hostile.premises import Evening, Premises
from tests.peers import Peer
from tests.reels import tone

ANSWERED_WITHIN = 20.0
"""Seconds: the database is given five to answer, more than once."""


@contextmanager
def _pen_taken(premises: Premises) -> Iterator[None]:
    """Nobody else can write to the database for as long as the block lasts; reading goes on."""
    taker = sqlite3.connect(premises.database, isolation_level=None, timeout=30)
    taker.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        taker.execute("ROLLBACK")
        taker.close()


def _recorded(evening: Evening, event: str) -> list[tuple[str, str, str]]:
    """Role, person and whom of each such line in the journal."""
    database = sqlite3.connect(f"file:{evening.premises.database}?mode=ro", uri=True)
    wanted = "SELECT role, person, whom FROM journal WHERE stream = ? AND event = ? ORDER BY sequence"
    try:
        return list(database.execute(wanted, (evening.meeting, event)))
    finally:
        database.close()


async def _act(actor: Person, do: str, **fields: object) -> dict[str, Any]:
    answer = await actor.wire.ask("act", {"do": do, **fields}, wait=ANSWERED_WITHIN)
    assert isinstance(answer, dict)
    return answer


async def _in_the_room(evening: Evening) -> tuple[Person, Peer, Person, Peer]:
    host, host_media = await evening.host()
    (asha,) = await evening.admitted(host, "Asha")
    media = await asha.joins()
    await media.publish(tone())
    await host_media.hears(media.sid, "audio")
    return host, host_media, asha, media


async def test_a_mute_stands_though_it_cannot_be_recorded(tonight: Evening) -> None:
    host, host_media, asha, media = await _in_the_room(tonight)
    with _pen_taken(tonight.premises):
        pressed = asyncio.get_running_loop().time()
        asked = asyncio.create_task(_act(host, "mute", person=asha.person))
        await asyncio.sleep(1)
        assert host_media.last_from(media.sid, "audio") < pressed + 1, "it took effect only once recorded"
        await host_media.hears_nothing(1, media.sid, "audio")
        answer = await asked
        assert answer == {"ok": False, "error": "not_recorded", "stands": True}
        await host_media.hears_nothing(1, media.sid, "audio")
        assert (await media.publish(tone())).info is None
    await _until_recorded(tonight, "MutedByHost", ("facilitator", host.person, asha.person))
    await host_media.hears_nothing(1, media.sid, "audio")


async def test_a_lift_that_cannot_be_recorded_does_not_happen(tonight: Evening) -> None:
    host, host_media, asha, media = await _in_the_room(tonight)
    await host.must("mute", person=asha.person)
    with _pen_taken(tonight.premises):
        assert (await _act(host, "lift", person=asha.person))["error"] == "not_recorded"
        assert (await media.publish(tone())).info is None
        await host_media.hears_nothing(0.5, media.sid, "audio")
    assert not _recorded(tonight, "MuteLifted")
    await host.must("lift", person=asha.person)
    assert (await media.publish(tone())).info is not None
    await host_media.hears(media.sid, "audio")


async def test_an_admission_that_cannot_be_recorded_lets_nobody_in(tonight: Evening) -> None:
    host, _ = await tonight.host()
    asha = await tonight.waiting("Asha")
    with _pen_taken(tonight.premises):
        assert (await _act(host, "admit", seat=asha.seat))["error"] == "not_recorded"
        assert await gate_says(asha.media()) == "not_admitted"
    assert not _recorded(tonight, "Admitted")
    assert asha.place == "waiting"


async def test_a_removal_stands_though_it_cannot_be_recorded(tonight: Evening) -> None:
    host, host_media, asha, media = await _in_the_room(tonight)
    with _pen_taken(tonight.premises):
        pressed = asyncio.get_running_loop().time()
        asked = asyncio.create_task(_act(host, "remove", person=asha.person, reason="unsafe"))
        await asyncio.sleep(1)
        assert host_media.last_from(media.sid) < pressed + 1
        assert (await asked)["error"] == "not_recorded"
        assert await gate_says(asha.media()) == "removed"
    assert await media.ended()
    await _until_recorded(tonight, "Removed", ("facilitator", host.person, asha.person))
    assert await gate_says(asha.media()) == "removed"


async def test_a_host_who_goes_while_nothing_can_be_recorded_leaves_a_frozen_room(tonight: Evening) -> None:
    host, _, _, media = await _in_the_room(tonight)
    (ben,) = await tonight.admitted(host, "Ben")
    ben_media = await ben.joins()
    await ben_media.hears(media.sid, "audio")
    with _pen_taken(tonight.premises):
        gone = asyncio.get_running_loop().time()
        await host.wire.close()
        await asyncio.sleep(7)
        assert ben_media.last_from() < gone + 6
    await _until_recorded(tonight, "Frozen", ("house", "house", ""))


async def _until_recorded(evening: Evening, event: str, line: tuple[str, str, str]) -> None:
    for _ in range(100):
        if line in _recorded(evening, event):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{line} is not among {_recorded(evening, event)}")
