"""What platform processes tell each other over Redis: that something changed, and to whom.

News is small, carries opaque ids only, and may get lost: every process finds out by polling too.
"""

import asyncio
import json
import logging
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

CHANNEL = "hearth"
LONGEST_QUEUE = 1000
AGAIN_AFTER = 1.0
"""Seconds until Redis is tried again."""

News = Mapping[str, str]


class NewsOverRedis:
    """Tells every other process, and hears what they tell. `hear` returns at once."""

    def __init__(self, url: str, hear: Callable[[News], None]) -> None:
        self._redis: Redis = Redis.from_url(url, socket_connect_timeout=2)
        self._hear = hear
        self._me = uuid.uuid4().hex
        self._unsent: asyncio.Queue[News] = asyncio.Queue(LONGEST_QUEUE)
        self._tasks: list[asyncio.Task[None]] = []
        # The client can turn being cancelled into an error of its own, so cancelling alone ends nothing.
        self._closing = False

    def start(self) -> None:
        """Begin to tell and to listen."""
        self._tasks = [asyncio.create_task(self._send()), asyncio.create_task(self._listen())]

    def tell(self, news: News) -> None:
        """Tell the others, soon and in order."""
        with suppress(asyncio.QueueFull):
            self._unsent.put_nowait(news)

    async def close(self) -> None:
        """Stop."""
        self._closing = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(RedisError, OSError):
            await self._redis.aclose()

    async def _send(self) -> None:
        while not self._closing:
            news = await self._unsent.get()
            with suppress(RedisError, OSError):
                await self._redis.publish(CHANNEL, json.dumps({"from": self._me, "news": dict(news)}))

    async def _listen(self) -> None:
        while not self._closing:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(CHANNEL)
                    async for message in channel.listen():
                        self._read(message["data"])
            except (RedisError, OSError) as error:
                log.warning("redis not reached", extra={"error": type(error).__name__})
                await asyncio.sleep(AGAIN_AFTER)

    def _read(self, data: bytes) -> None:
        try:
            told = json.loads(data)
        except ValueError:
            told = None
        match told:
            case {"from": str(sender), "news": dict(news)}:
                if sender != self._me:
                    self._hear(news)
            case _:
                log.warning("news not understood")
