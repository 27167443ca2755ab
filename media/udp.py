"""The engine's socket and clock: one UDP port for every peer of the process."""

import asyncio
import contextlib
import logging
import socket
import time

from media.engine import TICK, Engine
from media.stun import Address

DRAIN = 64
"""Datagrams taken in one wake-up, so that a flood does not starve signalling."""
SOCKET_BUFFER = 4 << 20
LOGGED_FAULTS = 5
LOG = logging.getLogger(__name__)


class MediaPort:
    """Binds at construction (Raises: OSError); serves from `start` to `close`, in one event loop."""

    def __init__(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            with contextlib.suppress(OSError):  # the kernel's own size will do
                self._socket.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER)
        try:
            self._socket.bind((host, port))
        except OSError:
            self._socket.close()
            raise
        self.engine = Engine(self._socket.sendto)
        self._ticks: asyncio.TimerHandle | None = None

    @property
    def address(self) -> Address:
        """Where it is bound."""
        host, port = self._socket.getsockname()[:2]
        return host, port

    def start(self) -> None:
        """Begin to read and to tick, in the running event loop."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._socket.fileno(), self._readable)
        self._ticks = loop.call_later(TICK, self._tick, loop)

    def close(self) -> None:
        """Stop at once. Nothing is sent after this."""
        if self._ticks is not None:
            self._ticks.cancel()
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._ticks = None
        self._socket.close()

    def _readable(self) -> None:
        clock = time.monotonic
        receive, engine, inbox = self._socket.recvfrom_into, self.engine, self.engine.inbox.bytes
        for _ in range(DRAIN):
            try:
                length, origin = receive(inbox)
            except BlockingIOError:
                break
            except OSError:  # an ICMP error of an earlier send; there is nothing to read
                continue
            try:
                engine.receive(length, origin, clock())
            except Exception:  # one bad datagram never ends another's call
                self._contain()
        engine.flush(clock())

    def _contain(self) -> None:
        self.engine.faults += 1
        if self.engine.faults <= LOGGED_FAULTS:
            LOG.exception("handling a datagram or a tick failed")

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        pause = TICK
        try:
            pause = self.engine.tick(time.monotonic())
        except Exception:
            self._contain()
        self._ticks = loop.call_later(pause, self._tick, loop)
