"""A network between clients and an engine that can swallow every packet while signalling goes on."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from media.stun import Address

ADVERTISED = "127.0.0.2"
"""Where clients send packets to; the engine itself is at 127.0.0.1."""


class Network:
    """Carries datagrams both ways, each client's from a port of its own. `hushed`: it carries nothing."""

    def __init__(self, engine: Address) -> None:
        self.hushed = False
        self._engine = engine
        self._clients: dict[Address, socket.socket] = {}
        self._outside = _bound((ADVERTISED, engine[1]))
        asyncio.get_running_loop().add_reader(self._outside, self._from_clients)

    def close(self) -> None:
        """Stop."""
        for end in (self._outside, *self._clients.values()):
            asyncio.get_running_loop().remove_reader(end)
            end.close()

    def _from_clients(self) -> None:
        datagram, client = self._outside.recvfrom(2048)
        if client not in self._clients:
            inside = self._clients[client] = _bound(("127.0.0.1", 0))
            asyncio.get_running_loop().add_reader(inside, self._back, inside, client)
        self._send(self._clients[client], datagram, self._engine)

    def _back(self, inside: socket.socket, client: Address) -> None:
        with contextlib.suppress(OSError):
            self._send(self._outside, inside.recv(2048), client)

    def _send(self, end: socket.socket, datagram: bytes, to: Address) -> None:
        if not self.hushed:
            with contextlib.suppress(OSError):
                end.sendto(datagram, to)


def _bound(address: Address) -> socket.socket:
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    end.setblocking(False)
    end.bind(address)
    return end


@asynccontextmanager
async def network(media_port: int) -> AsyncIterator[Network]:
    """For an engine that advertises ADVERTISED and listens at 127.0.0.1 on this port."""
    carrier = Network(("127.0.0.1", media_port))
    try:
        yield carrier
    finally:
        carrier.close()
