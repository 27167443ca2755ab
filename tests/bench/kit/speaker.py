"""A parent who sends sound without a pause, whatever a host does: a packet every few milliseconds."""

import asyncio
import contextlib
import time
from typing import Any

from media.packets import HEADER
from tests.bench.kit.lines import serve
from tests.bench.kit.wire import Unsent, Wire, offer_only_gcm, payload_type
from tests.hostile.people import Person
from tests.peers import Peer

EVERY = 0.004
"""Seconds between packets: how finely the last one can be told."""
PAYLOAD = bytes(80)


class Speaker:
    """Walks in, is admitted by somebody else, and speaks."""

    def __init__(self) -> None:
        self._person: Person | None = None
        self._peer: Peer | None = None
        self._track = Unsent("audio")
        self._talking: asyncio.Task[None] | None = None

    async def answer(self, asked: dict[str, Any]) -> object:
        match asked["do"]:
            case "walk in":
                self._person = Person(asked["origin"], asked["meeting"], asked["name"])
                await self._person.walks_in(asked["link"])
                await self._person.listen()
                await self._person.sees_itself("waiting")
            case "speak":
                await self._speak()
            case other:
                raise ValueError(other)
        return {}

    async def _speak(self) -> None:
        """Publish, the first time and after every mute that was lifted."""
        assert self._person is not None
        await self._person.sees(
            lambda view: not view["you"]["microphone_held"] and view["you"]["place"] == "present"
        )
        if self._peer is None:
            self._peer = await self._person.joins()
            sending = await self._peer.publish(self._track)
            assert sending.info is not None, "the track is taken"
            ready = await self._peer._until(lambda: self._state == "connected")
            assert ready, "it connects"
            number = payload_type(self._peer.publisher, "audio/opus")
            wire = Wire(self._peer.transport(self._peer.publisher))
            self._talking = asyncio.create_task(talk(wire, sending.sender._ssrc, number))
        else:
            assert await self._peer.declare(self._track) is not None, "the track is taken again"
            await self._peer.offer()

    @property
    def _state(self) -> str:
        return "" if self._peer is None else self._peer.publisher.connectionState

    async def close(self) -> None:
        if self._talking is not None:
            self._talking.cancel()
        if self._person is not None:
            await self._person.close()


async def talk(wire: Wire, ssrc: int, payload_type: int) -> None:
    """Send for as long as this task lives."""
    number, begun = 0, time.monotonic()
    while True:
        while number * EVERY <= time.monotonic() - begun:
            packet = (
                HEADER.pack(0x80, payload_type, number & 0xFFFF, int(number * EVERY * 48000), ssrc) + PAYLOAD
            )
            number += 1
            with contextlib.suppress(BlockingIOError):
                wire.socket.sendto(wire.protect(packet), wire.remote)
        await asyncio.sleep(EVERY / 4)


async def main() -> None:
    offer_only_gcm()
    speaker = Speaker()
    try:
        await serve(speaker.answer)
    finally:
        await speaker.close()


if __name__ == "__main__":
    asyncio.run(main())
