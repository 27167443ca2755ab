"""People of one room: some send a picture at whatever rate is asked for, all count what comes of others.

They count without decrypting, but for one packet in sixteen: to see that it is real, and how old it is.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import aiohttp
from aiortc.rtcdtlstransport import RTCDtlsTransport

from tests.bench.kit import janus
from tests.bench.kit.lines import serve
from tests.bench.kit.picture import SIZE, STAMP, Stream
from tests.bench.kit.wire import Unsent, Wire, offer_only_gcm, payload_type
from tests.peers import Peer

TICK = 0.001
SAMPLED = 15
"""Packets whose number has none of these bits are decrypted."""
CONNECTED_WITHIN = 15.0


class Person(Protocol):
    """How somebody comes into a room of one kind of server."""

    async def come(self) -> None:
        """Through the door."""

    async def publish(self) -> tuple[RTCDtlsTransport, Stream]:
        """Announce a picture; once connected, where it goes out and its packets."""

    async def receive(self, pictures: int) -> RTCDtlsTransport:
        """Where others' pictures come in, once that is connected and so many of them are announced."""

    async def close(self) -> None:
        """End everything on this side."""


class AtLiveKit:
    """A person of the embedded engine or of a LiveKit server."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self._peer = Peer(http, url, token)

    async def come(self) -> None:
        await self._peer.join()

    async def publish(self) -> tuple[RTCDtlsTransport, Stream]:
        peer = self._peer
        sending = await peer.publish(Unsent("video"))
        ready = await peer._until(
            lambda: peer._taken(sending.track) is not None and peer.publisher.connectionState == "connected",
            CONNECTED_WITHIN,
        )
        assert ready, "the track is taken, and it connects"
        stream = Stream(sending.sender._ssrc, payload_type(peer.publisher, "video/VP8"))
        return peer.transport(peer.publisher), stream

    async def receive(self, pictures: int) -> RTCDtlsTransport:
        connection = self._peer.subscriber
        ready = await self._peer._until(
            lambda: (
                connection.connectionState == "connected" and len(connection.getTransceivers()) >= pictures
            ),
            CONNECTED_WITHIN,
        )
        assert ready, "it connects, and every picture is announced"
        return self._peer.transport(connection)

    async def close(self) -> None:
        await self._peer.close()


class Outgoing(NamedTuple):
    """Somebody's picture, ready to be sent."""

    wire: Wire
    stream: Stream


class People:
    """Everybody of this process."""

    def __init__(self) -> None:
        self._http = aiohttp.ClientSession()
        self._people: list[Person] = []
        self._pictures: list[Outgoing] = []
        self._incoming: list[Wire] = []
        self._received = 0
        self._ages: list[float] = []

    async def answer(self, asked: dict[str, Any]) -> object:
        match asked["do"]:
            case "come":
                return await self._come(asked["server"], asked["url"], asked["token"], asked["publishes"])
            case "receive":
                return await self._receive(asked["pictures"])
            case "send":
                return await self._send(asked["rate"], asked["seconds"])
            case "begin":
                self._received, self._ages = 0, []
                return {}
            case "end":
                return {"received": self._received, "ages_ms": self._ages}
            case other:
                raise ValueError(other)

    async def _come(self, server: str, url: str, token: str, publishes: bool) -> object:
        at = janus.AtJanus if server == janus.NAME else AtLiveKit
        person: Person = at(self._http, url, token)
        self._people.append(person)
        await person.come()
        if publishes:
            transport, stream = await person.publish()
            self._pictures.append(Outgoing(Wire(transport), stream))
        return {}

    async def _receive(self, pictures: int) -> object:
        """Wait until everybody's connection stands, for so many pictures each, and take them over."""
        if pictures:
            self._incoming = [Wire(await person.receive(pictures)) for person in self._people]
        for wire in self._incoming:
            wire.read(self._counter(wire.unprotect))
        return {"profiles": sorted({wire.profile for wire in self._incoming})}

    def _counter(self, unprotect: Callable[[bytes], bytes]) -> Callable[[memoryview], None]:
        def take(packet: memoryview) -> None:
            if len(packet) < SIZE:
                return  # padding, with which a server tries what a line carries
            self._received += 1
            if not packet[3] & SAMPLED:
                arrived = time.monotonic_ns()
                clear = unprotect(bytes(packet))
                sent = STAMP.unpack_from(clear, len(clear) - STAMP.size)[0]
                self._ages.append((arrived - sent) / 1e6)

        return take

    async def _send(self, rate: int, seconds: float) -> object:
        """Send `rate` packets a second in all, evenly, a packet of each picture in turn; how many left.

        The first frame is a keyframe, and so is one of every second: these cameras do not listen to who
        asks for one, and an engine that was overrun begins anew with nothing else.
        """
        ways = [
            (picture.stream, picture.wire.protect, picture.wire.socket.sendto, picture.wire.remote)
            for picture in self._pictures
        ]
        now = time.monotonic_ns
        begun, sent, total, keyframes = time.monotonic(), 0, int(rate * seconds), 0
        while sent < total:
            passed = time.monotonic() - begun
            if passed >= keyframes:
                for stream, *_ in ways:
                    stream.keyframe = True
                keyframes += 1
            due = max(sent, min(total, int(passed * rate) + 1))
            for number in range(sent, due):
                stream, protect, send, remote = ways[number % len(ways)]
                with contextlib.suppress(BlockingIOError):
                    send(protect(stream.packet(now())), remote)
            sent = due
            await asyncio.sleep(TICK)
        return {"sent": sent, "seconds": time.monotonic() - begun}

    async def close(self) -> None:
        for wire in self._incoming:
            wire.close()
        await asyncio.gather(*(person.close() for person in self._people))
        await self._http.close()


async def main() -> None:
    offer_only_gcm()
    people = People()
    try:
        await serve(people.answer)
    finally:
        await people.close()


if __name__ == "__main__":
    asyncio.run(main())
