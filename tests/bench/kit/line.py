"""A poor line between browsers and the media engine: loses, delays and holds back datagrams in user space."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

QUEUE = 0.4
"""Seconds of packets that wait for a narrow line before more are dropped, as at a home router."""
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Quality:
    """What a line does to each way. `loss` is a share, `delay` seconds one way, `rate` bits a second."""

    loss: float = 0.0
    delay: float = 0.0
    rate: float | None = None
    dead: bool = False


GOOD = Quality()


class Direction:
    """One way along the line, for everybody who uses it."""

    def __init__(self, quality: Quality, seed: int) -> None:
        self._quality = quality
        self._dice = random.Random(seed)
        self._busy_until = 0.0

    def pass_on(self, datagram: bytes, deliver: Callable[[bytes], None]) -> None:
        """Deliver it when its time has come, or never."""
        quality, loop = self._quality, asyncio.get_running_loop()
        now = loop.time()
        if quality.dead or self._dice.random() < quality.loss:
            return
        gone = now
        if quality.rate is not None:
            begins = max(now, self._busy_until)
            if begins - now > QUEUE:
                return
            gone = self._busy_until = begins + 8 * len(datagram) / quality.rate
        if gone + quality.delay <= now:
            deliver(datagram)
        else:
            loop.call_at(gone + quality.delay, deliver, datagram)


@dataclass
class _Inner(asyncio.DatagramProtocol):
    """The engine's side of one browser's socket."""

    answer: Callable[[bytes], None]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.answer(data)


@dataclass
class Line(asyncio.DatagramProtocol):
    """Everything that arrives at `port` goes on to the engine, and its answers back."""

    engine_port: int
    quality: Quality
    port: int = 0
    _outer: asyncio.DatagramTransport | None = None
    _inner: dict[tuple[str, int], asyncio.DatagramTransport] = field(default_factory=dict)
    _opening: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._up, self._down = Direction(self.quality, 1), Direction(self.quality, 2)

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._outer = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        inner = self._inner.get(addr)
        if inner is not None:
            self._up.pass_on(data, inner.sendto)
            return
        # The first datagram of a socket is lost while the way on is made: ICE asks again.
        task = asyncio.ensure_future(self._open(addr))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(self, addr: tuple[str, int]) -> None:
        outer = self._outer
        assert outer is not None
        inner, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Inner(lambda data: self._down.pass_on(data, lambda late: outer.sendto(late, addr))),
            remote_addr=(LOOPBACK, self.engine_port),
        )
        kept = self._inner.setdefault(addr, inner)
        if kept is not inner:
            inner.close()

    def close(self) -> None:
        for transport in (*self._inner.values(), self._outer):
            if transport is not None:
                transport.close()


@asynccontextmanager
async def line(engine_port: int, quality: Quality) -> AsyncIterator[Line]:
    """A line of this quality for as long as the block lasts."""
    loop = asyncio.get_running_loop()
    made = Line(engine_port, quality)
    transport, _ = await loop.create_datagram_endpoint(lambda: made, local_addr=(LOOPBACK, 0))
    made.port = transport.get_extra_info("sockname")[1]
    try:
        yield made
    finally:
        made.close()
