"""The engine's UDP socket: every datagram is taken, and none keeps whoever else waits from its turn."""

import asyncio
import socket
import time

import pytest

from media import udp
from media.udp import MediaPort

DATAGRAMS = 60
SLOW = 0.002
"""Seconds that each of them takes to deal with."""


async def test_commands_get_their_turn_between_the_datagrams_of_a_flood(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = MediaPort(["127.0.0.1"], 0, streams=False)
    taken: list[int] = []

    def receive(length: int, *_: object) -> None:
        time.sleep(SLOW)
        taken.append(length)

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
    most = udp.TURN // SLOW + 1
    assert turns >= DATAGRAMS / most
