"""One publisher of a made-up picture, at whatever rate is asked for: 1,000-byte VP8 packets."""

import asyncio
import contextlib
import struct
import time
from typing import Any

import aiohttp

from media.packets import HEADER
from tests.bench.kit.lines import serve
from tests.bench.kit.wire import Unsent, Wire, offer_only_gcm
from tests.peers import Peer

SIZE = 1000
"""Bytes of the RTP packet before encryption."""
FRAME = 8
"""Packets of one picture."""
TICK = 0.001
STAMP = struct.Struct("!Q")
KEYFRAME = bytes([0x50, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00])
"""The start of a VP8 keyframe of 320 × 240 (RFC 6386, 9.1)."""
BETWEEN = bytes([0x51, 0x02, 0x00])


class Stream:
    """The packets of one SSRC, numbered as a browser numbers them."""

    def __init__(self, ssrc: int, payload_type: int) -> None:
        self._ssrc, self._type = ssrc, payload_type
        self._sequence = 1
        self._in_frame = 0
        self._picture = 0
        self.keyframe = True

    def packet(self, now: int) -> bytes:
        """The next packet; `now`, in nanoseconds, travels in its payload."""
        first, last = self._in_frame == 0, self._in_frame == FRAME - 1
        # X and S bits, then I, then a picture id of 15 bits (RFC 7741, 4.2).
        descriptor = bytes(
            [0x90 if first else 0x80, 0x80, 0x80 | self._picture >> 8 & 0x7F, self._picture & 0xFF]
        )
        start = (KEYFRAME if self.keyframe else BETWEEN) if first else b""
        stamp = now // 1_000_000 * 90 & 0xFFFFFFFF
        marker = 0x80 if last else 0
        head = HEADER.pack(0x80, marker | self._type, self._sequence & 0xFFFF, stamp, self._ssrc)
        self._sequence += 1
        self._in_frame = (self._in_frame + 1) % FRAME
        if last:
            self._picture = self._picture + 1 & 0x7FFF
            self.keyframe = False
        written = head + descriptor + start
        return written + bytes(SIZE - STAMP.size - len(written)) + STAMP.pack(now)


class Publisher:
    """Joins, declares its camera, and sends when told."""

    def __init__(self) -> None:
        self._peer: Peer | None = None
        self._wire: Wire | None = None
        self._stream: Stream | None = None

    async def answer(self, asked: dict[str, Any]) -> object:
        match asked["do"]:
            case "join":
                return await self._join(asked["url"], asked["token"])
            case "send":
                return await self._send(asked["rate"], asked["seconds"])
            case other:
                raise ValueError(other)

    async def _join(self, url: str, token: str) -> object:
        self._peer = peer = Peer(aiohttp.ClientSession(), url, token)
        await peer.join()
        sending = await peer.publish(Unsent("video"))
        assert sending.info is not None, "the track is taken"
        assert await peer._until(lambda: peer.publisher.connectionState == "connected"), "it connects"
        codecs = peer.publisher.getTransceivers()[0]._codecs
        number = next(codec.payloadType for codec in codecs if codec.mimeType == "video/VP8")
        assert number is not None
        self._wire = Wire(peer.transport(peer.publisher))
        self._stream = Stream(sending.sender._ssrc, number)
        return {"joined": peer.sid}

    async def _send(self, rate: int, seconds: float) -> object:
        """Send `rate` packets a second, evenly; how many left.

        The first picture is a keyframe, and so is one of every second: this camera does not listen to who
        asks for one, and an engine that was overrun begins anew with nothing else.
        """
        assert self._wire
        assert self._stream
        wire, stream = self._wire, self._stream
        send, protect, remote, now = wire.socket.sendto, wire.protect, wire.remote, time.monotonic_ns
        begun, sent, total, keyframes = time.monotonic(), 0, int(rate * seconds), 0
        while sent < total:
            passed = time.monotonic() - begun
            if passed >= keyframes:
                stream.keyframe = True
                keyframes += 1
            due = min(total, int(passed * rate) + 1)
            for _ in range(due - sent):
                with contextlib.suppress(BlockingIOError):
                    send(protect(stream.packet(now())), remote)
            sent = max(sent, due)
            await asyncio.sleep(TICK)
        return {"sent": sent, "seconds": time.monotonic() - begun}

    async def close(self) -> None:
        if self._peer is not None:
            await self._peer.close()
            await self._peer.http.close()


async def main() -> None:
    offer_only_gcm()
    publisher = Publisher()
    try:
        await serve(publisher.answer)
    finally:
        await publisher.close()


if __name__ == "__main__":
    asyncio.run(main())
