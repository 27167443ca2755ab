"""Subscribers who only count, and decrypt one packet in sixteen to see that it is real and how old it is."""

import asyncio
import struct
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import aiohttp

from tests.bench.kit.figures import quantile
from tests.bench.kit.lines import serve
from tests.bench.kit.wire import Wire, offer_only_gcm
from tests.peers import Peer

SAMPLED = 15
"""Packets whose number has none of these bits are decrypted."""
STAMP = struct.Struct("!Q")
CONNECTED_WITHIN = 15.0


class Subscribers:
    """All of them, in one process."""

    def __init__(self) -> None:
        self._http = aiohttp.ClientSession()
        self._peers: list[Peer] = []
        self._wires: list[Wire] = []
        self._counts: list[int] = []
        self._ages: list[int] = []

    async def answer(self, asked: dict[str, Any]) -> object:
        match asked["do"]:
            case "join":
                return await self._join(asked["url"], asked["token"])
            case "listen":
                return await self._listen()
            case "begin":
                self._counts = [0] * len(self._wires)
                self._ages = []
                return {}
            case "end":
                return self._heard()
            case other:
                raise ValueError(other)

    async def _join(self, url: str, token: str) -> object:
        peer = Peer(self._http, url, token)
        self._peers.append(peer)
        await peer.join()
        return {"joined": peer.sid}

    async def _listen(self) -> object:
        """Once the publisher is there: wait until everybody's connection stands, and take them over."""
        for peer in self._peers:
            ready = await peer._until(partial(_receives, peer), CONNECTED_WITHIN)
            assert ready, "everybody's connection stands"
        self._wires = [Wire(peer.transport(peer.subscriber)) for peer in self._peers]
        self._counts = [0] * len(self._wires)
        for place, wire in enumerate(self._wires):
            wire.read(self._counter(place, wire.unprotect))
        return {"profile": self._wires[0].profile}

    def _counter(self, place: int, unprotect: Callable[[bytes], bytes]) -> Callable[[memoryview], None]:
        def take(packet: memoryview) -> None:
            self._counts[place] += 1
            if not packet[3] & SAMPLED:
                arrived = time.monotonic_ns()
                clear = unprotect(bytes(packet))
                self._ages.append(arrived - STAMP.unpack_from(clear, len(clear) - STAMP.size)[0])

        return take

    def _heard(self) -> object:
        ages = [age / 1e6 for age in self._ages] or [0.0]
        return {
            "received": sum(self._counts),
            "fewest": min(self._counts, default=0),
            "samples": len(self._ages),
            "p50_ms": quantile(ages, 0.5),
            "p99_ms": quantile(ages, 0.99),
        }

    async def close(self) -> None:
        for wire in self._wires:
            wire.close()
        await asyncio.gather(*(peer.close() for peer in self._peers))
        await self._http.close()


def _receives(peer: Peer) -> bool:
    return peer.subscriber.connectionState == "connected" and bool(peer.subscriber.getTransceivers())


async def main() -> None:
    offer_only_gcm()
    subscribers = Subscribers()
    try:
        await serve(subscribers.answer)
    finally:
        await subscribers.close()


if __name__ == "__main__":
    asyncio.run(main())
