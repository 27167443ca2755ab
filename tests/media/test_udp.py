"""The engine's UDP socket: every datagram is taken, and none keeps whoever else waits from its turn."""

import asyncio
import socket
import time

import pytest

from media import udp
from media.udp import LATE, MediaPort

DATAGRAMS = 150


async def turns_for_all(monkeypatch: pytest.MonkeyPatch, *, people: int, slow: float = 0) -> int:
    """How often others have their turn while a flood is taken whose datagrams go to so many people each."""
    port = MediaPort(["127.0.0.1"], 0, streams=False)
    taken: list[int] = []

    def receive(length: int, *_: object) -> int:
        time.sleep(slow)
        taken.append(length)
        return people

    monkeypatch.setattr(port.engine, "receive", receive)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for number in range(DATAGRAMS):
            stranger.sendto(bytes(number + 1), ("127.0.0.1", port.port))
    await port.start()
    turns = 0
    async with asyncio.timeout(10):
        while len(taken) < DATAGRAMS:
            await asyncio.sleep(0)
            turns += 1
    port.close()
    assert taken == list(range(1, DATAGRAMS + 1))
    return turns


async def test_commands_get_their_turn_between_the_datagrams_of_a_flood(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await turns_for_all(monkeypatch, people=28) >= DATAGRAMS * 28 / udp.TURN


async def test_a_flood_that_goes_to_nobody_has_its_turns_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await turns_for_all(monkeypatch, people=0) >= DATAGRAMS / udp.DRAIN


async def test_a_machine_that_is_busy_with_other_things_takes_as_much_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await turns_for_all(monkeypatch, people=3, slow=0.01) <= DATAGRAMS * 4 / udp.TURN + 2


async def test_what_has_waited_too_long_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    port = MediaPort(["127.0.0.1"], 0, streams=False)
    was_late: list[bool] = []

    def receive(*_: object) -> int:
        was_late.append(port.engine.late)
        return 28

    async def send(datagrams: int) -> None:
        was_late.clear()
        for _ in range(datagrams):
            stranger.sendto(b"-", ("127.0.0.1", port.port))

    async def taken(datagrams: int) -> None:
        async with asyncio.timeout(10):
            while len(was_late) < datagrams:  # noqa: ASYNC110 - a turn of the loop is what it waits for
                await asyncio.sleep(0)

    monkeypatch.setattr(port.engine, "receive", receive)
    at_a_time = -(-udp.TURN // 29)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        await port.start()
        await send(2 * at_a_time)
        await taken(2 * at_a_time)
        assert not any(was_late)
        await send(5 * at_a_time - 1)
        time.sleep(LATE + 0.05)  # noqa: ASYNC251 - an engine that gets nothing of the machine
        await taken(5 * at_a_time - 1)
        assert was_late == [False] * at_a_time + [True] * (4 * at_a_time - 1)
        await send(at_a_time)
        await taken(at_a_time)
        assert not any(was_late)
    port.close()
