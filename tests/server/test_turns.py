"""Everybody gets a turn, however much somebody else asks for."""

import asyncio
import io
import json
import logging
from itertools import pairwise

import pytest
from argon2.profiles import CHEAPEST

from server import logs
from server.passwords import AT_ONCE, MOST_WAITING, Hasher, TooBusy
from server.turns import Crowded, Turns
from tests.server.conftest import Place


class Crowd:
    """People at one counter: each goes when told to."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.served: list[str] = []
        self.now: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []
        self._go = asyncio.Event()

    def come(self, address: str, count: int = 1) -> None:
        self.tasks += [asyncio.create_task(self._one(address)) for _ in range(count)]

    async def _one(self, address: str) -> None:
        async with self._turns.turn(address):
            self.served.append(address)
            self.now.append(address)
            await self._go.wait()
            self.now.remove(address)

    async def settled(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    async def all_go(self) -> None:
        self._go.set()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def test_a_few_of_one_address_and_a_few_in_all_have_their_turn_at_once() -> None:
    crowd = Crowd(Turns(at_once=5, of_one=2))
    for address in ("", "a", "b", "c"):
        crowd.come(address, 10)
    await crowd.settled()
    assert sorted(crowd.now) == ["", "", "a", "a", "b"]
    await crowd.all_go()
    assert len(crowd.served) == 40


async def test_whoever_sends_a_thousand_waits_behind_themself() -> None:
    crowd = Crowd(Turns(at_once=3, of_one=2, most_waiting=1000))
    crowd.come("flood", 1000)
    await crowd.settled()
    crowd.come("sam")
    await crowd.settled()
    assert crowd.now.count("sam") == 1, "there is always a place that one address cannot take"
    await crowd.all_go()


async def test_addresses_that_wait_take_turns() -> None:
    crowd = Crowd(Turns(at_once=1, of_one=1))
    for address in ("a", "b", "c"):
        crowd.come(address, 4)
    await crowd.settled()
    await crowd.all_go()
    assert all(one != other for one, other in pairwise(crowd.served[1:]))


async def test_somebody_who_goes_away_while_waiting_keeps_nobody_waiting() -> None:
    crowd = Crowd(Turns(at_once=1, of_one=1))
    crowd.come("a", 3)
    crowd.come("b", 3)
    await crowd.settled()
    for waiting in (crowd.tasks[1], crowd.tasks[4]):
        waiting.cancel()
    await crowd.all_go()
    assert sorted(crowd.served) == ["a", "a", "b", "b"]


async def test_no_more_of_one_address_wait_than_there_is_room_for() -> None:
    turns = Turns(at_once=1, of_one=1, most_waiting=2)
    crowd = Crowd(turns)
    crowd.come("a", 3)
    await crowd.settled()
    with pytest.raises(Crowded):
        async with turns.turn("a"):
            pass
    await crowd.all_go()


def test_one_address_has_no_more_than_its_share_of_connections() -> None:
    turns = Turns()
    with turns.open("a", 2), turns.open("a", 2), turns.open("b", 2):
        with pytest.raises(Crowded), turns.open("a", 2):
            pass
    with turns.open("a", 1):
        pass


async def test_a_body_that_comes_too_slowly_is_not_waited_for(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.pages.guard.BODY_WITHIN", 0.1)
    host, port = place.origin.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /staff/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na")
    async with asyncio.timeout(20):
        assert await reader.read() == b""
    writer.close()


async def test_few_guesses_wait_to_be_hashed_and_whoever_is_known_waits_all_the_same() -> None:
    hasher = Hasher(CHEAPEST)
    room = AT_ONCE + MOST_WAITING
    guesses = [hasher.fits("", "guess", anybody=True) for _ in range(room + 5)]
    known = hasher.fits(await hasher.hash("mine"), "mine")
    *found, mine = await asyncio.gather(*guesses, known, return_exceptions=True)
    assert mine is True
    assert found[:room] == [False] * room
    assert all(isinstance(one, TooBusy) for one in found[room:])


def test_lines_of_one_kind_are_thinned_out_and_counted() -> None:
    now, written = 0.0, io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.SievedFormatter())
    handler.addFilter(logs.Thinned(most=3, seconds=lambda: now))
    library = logging.Logger("aiohttp.server")
    library.addHandler(handler)

    def say(times: int) -> None:
        for _ in range(times):
            library.warning("from %s", "192.0.2.1")

    say(10)
    library.warning("another kind")
    now = 61.0
    say(10)
    now = 122.0
    say(1)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert len(lines) == 3 + 1 + 3 + 1
    assert [line.get("unsaid") for line in lines] == [None] * 4 + [7, None, None, 7]
    assert "192.0.2.1" not in written.getvalue()
