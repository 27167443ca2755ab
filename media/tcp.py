"""The engine's other socket: ICE over TCP on the same port number, for networks that let nothing else out.

The engine is the passive side (RFC 6544); packets are framed by their length (RFC 4571). A connection that
does not show soon that it belongs to a peer is closed, and one that does not read loses packets rather than
holding anybody up.
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Iterable
from typing import cast

from media.engine import Engine
from media.peer import MAX_DATAGRAM
from media.stun import Address

MAX_CONNECTIONS = 500
PROVE_WITHIN = 10.0
"""Seconds after which a connection must have brought an authentic connectivity check."""
MAX_UNSENT = 128 * 1024
"""Bytes that may wait for a client that does not read; what comes on top is dropped."""
LENGTH = 2


class Stream(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, engine: Engine, streams: "set[Stream]", contain: Callable[[], None]) -> None:
        self._engine = engine
        self._streams = streams
        self._contain = contain
        self._transport: asyncio.Transport | None = None
        self._address: Address = ("", 0, "tcp")
        self._received = bytearray()
        self._proof: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """From asyncio."""
        self._transport = transport = cast(asyncio.Transport, transport)
        host, port = transport.get_extra_info("peername")[:2]
        self._address = (host, port, "tcp")
        if len(self._streams) >= MAX_CONNECTIONS:
            transport.abort()
            return
        self._streams.add(self)
        self._proof = asyncio.get_running_loop().call_later(PROVE_WITHIN, self._expect_proof)

    def data_received(self, data: bytes) -> None:
        """From asyncio: whole packets go to the engine, a part waits for its rest."""
        self._received += data
        while len(self._received) >= LENGTH:
            end = LENGTH + int.from_bytes(self._received[:LENGTH], "big")
            if end - LENGTH > MAX_DATAGRAM:
                self.close()
                return
            if len(self._received) < end:
                return
            packet = self._received[LENGTH:end]
            del self._received[:end]
            self._deliver(packet)

    def connection_lost(self, problem: Exception | None) -> None:
        """From asyncio."""
        self._streams.discard(self)
        if self._proof is not None:
            self._proof.cancel()
        self._engine.forget(self._address)

    def send(self, packet: memoryview | bytes, _: Address) -> None:
        """Queue one packet, as a socket's `sendto` would send it."""
        transport = self._transport
        if transport is None or transport.is_closing() or transport.get_write_buffer_size() > MAX_UNSENT:
            raise BlockingIOError
        transport.write(len(packet).to_bytes(LENGTH, "big") + packet)

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.abort()

    def _deliver(self, packet: bytearray) -> None:
        self._engine.inbox.bytes[: len(packet)] = packet
        now = time.monotonic()
        try:
            self._engine.receive(len(packet), self._address, now, self.send)
            self._engine.flush(now)
        except Exception:  # one bad packet never ends another's call
            self._contain()

    def _expect_proof(self) -> None:
        if not self._engine.knows(self._address):
            self.close()


class StreamPort:
    """Listens for clients that can do no better than TCP."""

    def __init__(self, engine: Engine, contain: Callable[[], None]) -> None:
        self._engine = engine
        self._contain = contain
        self._streams: set[Stream] = set()
        self._servers: list[asyncio.Server] = []

    async def start(self, listening: Iterable[socket.socket]) -> None:
        """Begin to take connections on these bound sockets."""
        loop = asyncio.get_running_loop()
        for one in listening:
            self._servers.append(
                await loop.create_server(lambda: Stream(self._engine, self._streams, self._contain), sock=one)
            )

    def close(self) -> None:
        """Stop listening and end every connection at once."""
        for server in self._servers:
            server.close()
        for stream in list(self._streams):
            with contextlib.suppress(RuntimeError):  # the loop may be closing
                stream.close()
