"""How often somebody may try: counted over all processes where Redis is set, or else by this one alone.

While Redis does not answer each process counts for itself: nobody is locked out, and nobody guesses freely.
What is counted is kept as a keyed hash for as long as it counts, so that no address stands in Redis.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from server import logs
from server.house import House

PREFIX = "hearth-tries"
ANSWERS_WITHIN = 1.0  # seconds that Redis is given
RESTS_FOR = 5.0  # seconds for which it is not asked again after that

Told = TypeVar("Told")

log = logs.get(__name__)


class Tries:
    """Counts tries within the last minutes. `close` it in the end."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._here = MovingWindowRateLimiter(MemoryStorage())
        self._everywhere: MovingWindowRateLimiter | None = None
        self._pool: ConnectionPool | None = None
        self._rests_until = 0.0
        if house.config.redis_url:
            patience = {"socket_connect_timeout": ANSWERS_WITHIN, "socket_timeout": ANSWERS_WITHIN}
            at_once = Retry(NoBackoff(), 0)
            self._pool = ConnectionPool.from_url(house.config.redis_url, retry=at_once, **patience)
            storage = RedisStorage(
                f"async+{house.config.redis_url}",
                wrap_exceptions=True,
                implementation="redispy",
                key_prefix=PREFIX,
                connection_pool=self._pool,  # type: ignore[arg-type]  # its documentation has it so
            )
            self._everywhere = MovingWindowRateLimiter(storage)

    async def one_more(self, limit: RateLimitItem, *counted: str) -> bool:
        """Whether one more is not too many. It counts, unless it is."""
        key = self._hidden(counted)
        told = await self._ask(lambda everywhere: everywhere.hit(limit, key))
        return await self._here.hit(limit, key) if told is None else told

    async def forget(self, limit: RateLimitItem, *counted: str) -> None:
        """Begin to count anew."""
        key = self._hidden(counted)
        await self._here.clear(limit, key)
        await self._ask(lambda everywhere: everywhere.clear(limit, key))

    async def _ask(self, what: Callable[[MovingWindowRateLimiter], Awaitable[Told]]) -> Told | None:
        """Ask Redis, if there is one and it answers."""
        if self._everywhere is None or time.monotonic() < self._rests_until:
            return None
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                return await what(self._everywhere)
        except (StorageError, TimeoutError) as error:
            log.error("Redis does not count", why=error)
            self._rests_until = time.monotonic() + RESTS_FOR
            return None

    async def close(self) -> None:
        """Let Redis go."""
        if self._pool is not None:
            await self._pool.disconnect()

    def _hidden(self, counted: tuple[str, ...]) -> str:
        """By the oldest key: it is the one that processes have in common while the ring is being changed."""
        return self._house.keys.lookups("\n".join(("tries", *counted)))[-1]
