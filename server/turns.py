"""Who is served next: everybody gets a turn, however much somebody else asks for.

A few requests are answered at the same time, fewer still for any one address, and addresses take turns. So
whoever sends ten thousand waits behind themself.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

AT_ONCE = 6
"""Each takes a millisecond or two of the one processor that also carries everybody's mute."""
OF_ONE_ADDRESS = 3
"""A whole charity may sit behind one address: it waits for itself, not for ever."""
MOST_WAITING = 400
MOST_OPEN = 400
"""Connections for events and media of one address: each person has up to three."""


class Crowded(Exception):
    """So much is asked for from one address that no more of it can wait."""


class Turns:
    """Turns of the requests of one process. `address` is for counting only."""

    def __init__(
        self, at_once: int = AT_ONCE, of_one: int = OF_ONE_ADDRESS, most_waiting: int = MOST_WAITING
    ) -> None:
        self._at_once, self._of_one, self._most_waiting = at_once, of_one, most_waiting
        self._busy: Counter[str] = Counter()
        self._open: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        """Wait for one's turn, and have it.

        Raises:
            Crowded
        """
        if self._is_free(address) and address not in self._waiting:
            self._busy[address] += 1
        else:
            await self._wait(address)
        try:
            yield
        finally:
            self._hand_on(address)

    @contextmanager
    def open(self, address: str, most: int = MOST_OPEN) -> Iterator[None]:
        """Have one connection more for as long as the block lasts.

        Raises:
            Crowded
        """
        if self._open[address] >= most:
            raise Crowded
        self._open[address] += 1
        try:
            yield
        finally:
            _less(self._open, address)

    async def _wait(self, address: str) -> None:
        queue = self._waiting.setdefault(address, deque())
        if len(queue) >= self._most_waiting:
            raise Crowded
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # it came in the same moment
                self._hand_on(address)
            else:
                self._forget(address, mine)
            raise

    def _is_free(self, address: str) -> bool:
        return self._busy.total() < self._at_once and self._busy[address] < self._of_one

    def _hand_on(self, address: str) -> None:
        _less(self._busy, address)
        while (found := next((one for one in self._waiting if self._is_free(one)), None)) is not None:
            queue = self._waiting[found]
            queue.popleft().set_result(None)
            self._busy[found] += 1
            self._waiting.move_to_end(found)
            if not queue:
                del self._waiting[found]

    def _forget(self, address: str, one: asyncio.Future[None]) -> None:
        queue = self._waiting[address]
        queue.remove(one)
        if not queue:
            del self._waiting[address]


def _less(counts: Counter[str], address: str) -> None:
    counts[address] -= 1
    if not counts[address]:
        del counts[address]
