"""A bad network in user space: a relay between clients and an engine that loses, delays and narrows.

It is at the address that the engine advertises, so clients know no other. Whoever sends its first packet
gets the conditions of that moment. What is lost is decided by a seeded generator.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from media.stun import Address
from tests.media.conditions import PERFECT, Conditions, Direction

ADVERTISED = "127.0.0.2"
"""Where clients send packets to; the engine itself is at 127.0.0.1."""


@dataclass
class Client:
    """One address that packets come from, and the socket it has towards the engine."""

    address: Address
    inside: socket.socket
    up: Direction
    down: Direction


Carry = Callable[[Client, bytes], None]


@dataclass
class Network:
    """Every client's line."""

    engine: Address
    seed: int = 1
    up: Conditions = field(default_factory=lambda: PERFECT)
    """Of clients that have not sent anything yet."""
    down: Conditions = field(default_factory=lambda: PERFECT)
    hushed: bool = False
    """Nobody's packets pass."""
    clients: dict[Address, Client] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._chance = Random(self.seed)
        self._outside = _bound((ADVERTISED, self.engine[1]))
        self._loop.add_reader(self._outside, self._from_clients)

    def close(self) -> None:
        """Stop."""
        for end in (self._outside, *(client.inside for client in self.clients.values())):
            self._loop.remove_reader(end)
            end.close()

    def become(self, clients: set[Address], up: Conditions, down: Conditions) -> None:
        """From now on these clients' lines are like this."""
        for address in clients:
            self.clients[address].up.conditions = up
            self.clients[address].down.conditions = down

    def move(self, clients: set[Address]) -> None:
        """These clients come from other addresses from now on, as a phone that has left its wifi."""
        for address in clients:
            client = self.clients[address]
            self._loop.remove_reader(client.inside)
            client.inside.close()
            client.inside = self._inside(client)

    def _inside(self, client: Client) -> socket.socket:
        inside = _bound(("127.0.0.1", 0))
        self._loop.add_reader(inside, self._back, inside, client)
        return inside

    def _from_clients(self) -> None:
        for _ in range(64):
            try:
                datagram, address = self._outside.recvfrom(2048)
            except OSError:
                return
            client = self.clients.get(address) or self._newcomer(address)
            due = client.up.due(len(datagram), self._loop.time())
            if due is not None:
                self._at(due, self._carry_up, client, datagram)

    def _newcomer(self, address: Address) -> Client:
        ways = [Direction(way, Random(self._chance.random())) for way in (self.up, self.down)]
        client = Client(address, _bound(("127.0.0.1", 0)), *ways)
        self._loop.add_reader(client.inside, self._back, client.inside, client)
        self.clients[address] = client
        return client

    def _back(self, inside: socket.socket, client: Client) -> None:
        for _ in range(64):
            try:
                datagram = inside.recv(2048)
            except OSError:
                return
            due = client.down.due(len(datagram), self._loop.time())
            if due is not None:
                self._at(due, self._carry_down, client, datagram)

    def _at(
        self, due: float, carry: Callable[[Client, bytes], None], client: Client, datagram: bytes
    ) -> None:
        if due <= self._loop.time():
            carry(client, datagram)
        else:
            self._loop.call_at(due, carry, client, datagram)

    def _carry_up(self, client: Client, datagram: bytes) -> None:
        if not self.hushed:
            with contextlib.suppress(OSError):
                client.inside.sendto(datagram, self.engine)

    def _carry_down(self, client: Client, datagram: bytes) -> None:
        if not self.hushed:
            with contextlib.suppress(OSError):
                self._outside.sendto(datagram, client.address)


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
