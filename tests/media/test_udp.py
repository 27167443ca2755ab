"""The engine's UDP socket: every datagram is taken, and none keeps whoever else waits from its turn."""

import asyncio
import socket
import time

import pytest

from media import udp
from media.udp import MediaPort

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
