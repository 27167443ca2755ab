"""The engine's sockets and clock: one port number for every peer of the process, over UDP and TCP."""

import asyncio
import contextlib
import fcntl
import logging
import socket
import struct
import time
from collections.abc import Sequence

from media.engine import TICK, Engine
from media.tcp import StreamPort

DRAIN, TURN = 64, 200
"""Datagrams taken in one wake-up, and those taken or sent on: neither a flood nor many voices keep a host's
word waiting.

Not a length of time: where other processes take the machine, that would be over after a datagram or two, and
what waits in the socket would grow older and older.
"""
LATE, IN_TIME = 0.5, 0.2
"""Seconds that datagrams have waited in the socket from which on pictures are left out, and below which no
more: an engine that gets less of the machine than it needs is to be late for nobody's voice."""
SIOCGSTAMPNS, STAMP = 0x8907, struct.Struct("qq")
"""Asks Linux when what was read last had come: seconds since 1970 and nanoseconds (socket(7))."""
SOCKET_BUFFER = 4 << 20
LOGGED_FAULTS = 5
BIND_TRIES = 20
"""How often another port is tried that is free everywhere, when any will do."""
LOG = logging.getLogger(__name__)


class MediaPort:
    """Binds UDP at construction (Raises: OSError); serves from `start` to `close`, in one event loop."""

    def __init__(self, hosts: Sequence[str], port: int, *, streams: bool) -> None:
        """`hosts`: an IPv4 address, an IPv6 address or one of each; `streams`: take TCP as well."""
        kinds = (socket.SOCK_DGRAM, socket.SOCK_STREAM) if streams else (socket.SOCK_DGRAM,)
        bound = _bound_together([(host, kind) for kind in kinds for host in hosts], port)
        self._sockets, self._listening = bound[: len(hosts)], bound[len(hosts) :]
        self.port: int = self._sockets[0].getsockname()[1]
        self.engine = Engine(self._sockets[0].sendto)
        self._streams = StreamPort(self.engine, self._contain)
        self._ticks: asyncio.TimerHandle | None = None
        self._late: set[socket.socket] = set()
        """Where what is read has waited too long."""

    async def start(self) -> None:
        """Begin to read and to tick, in the running event loop."""
        loop = asyncio.get_running_loop()
        await self._streams.start(self._listening)
        for one in self._sockets:
            loop.add_reader(one.fileno(), self._readable, one)
        self._ticks = loop.call_later(TICK, self._tick, loop)

    def close(self) -> None:
        """Stop at once. Nothing is sent after this."""
        self._streams.close()
        if self._ticks is not None:
            self._ticks.cancel()
            for one in self._sockets:
                asyncio.get_running_loop().remove_reader(one.fileno())
            self._ticks = None
        for one in (*self._sockets, *self._listening):
            one.close()

    def _readable(self, source: socket.socket) -> None:
        clock, transmit = time.monotonic, source.sendto
        receive, engine, inbox = source.recvfrom_into, self.engine, self.engine.inbox.bytes
        now = clock()
        left, emptied = TURN, False
        engine.late = source in self._late
        for _ in range(DRAIN):
            try:
                length, origin = receive(inbox)
            except BlockingIOError:
                emptied = True
                break
            except OSError:  # an ICMP error of an earlier send; there is nothing to read
                continue
            now = clock()
            try:
                left -= 1 + engine.receive(length, origin, now, transmit)
            except Exception:  # one bad datagram never ends another's call
                self._contain()
            if left <= 0:
                break
        engine.flush(now)
        waits = 0.0 if emptied else waited(source)
        if waits > LATE:
            self._late.add(source)
        elif waits < IN_TIME:
            self._late.discard(source)

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


def waited(source: socket.socket) -> float:
    """Seconds for which the datagram that was read last had waited in its socket; 0.0 where nobody tells."""
    try:
        seconds, nanoseconds = STAMP.unpack(fcntl.ioctl(source, SIOCGSTAMPNS, bytes(STAMP.size)))
    except OSError:  # not Linux, or nothing was read yet
        return 0.0
    return time.time() - (int(seconds) + int(nanoseconds) / 1e9)


def _bound_together(wanted: Sequence[tuple[str, int]], port: int) -> list[socket.socket]:
    """A socket for each host and kind, all on one port number. Raises: OSError."""
    for _ in range(BIND_TRIES):
        sockets: list[socket.socket] = []
        try:
            for host, kind in wanted:
                sockets.append(_bound(host, kind, sockets[0].getsockname()[1] if sockets else port))
        except OSError:
            for one in sockets:
                one.close()
            if port or len(sockets) == 0:
                raise
        else:
            return sockets
    raise OSError("no port is free at every address")


def _bound(host: str, kind: int, port: int) -> socket.socket:
    one = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
    one.setblocking(False)
    if kind == socket.SOCK_STREAM:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if one.family == socket.AF_INET6:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        with contextlib.suppress(OSError):  # the kernel's own size will do
            one.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER)
    try:
        one.bind((host, port))
    except OSError:
        one.close()
        raise
    return one
