"""A parent who only notes when the last packet came."""

import asyncio
import time
from typing import Any

from tests.bench.kit.lines import serve
from tests.bench.kit.wire import Wire, offer_only_gcm
from tests.hostile.people import Person


class Listener:
    """Walks in, is admitted by somebody else, and listens."""

    def __init__(self) -> None:
        self._person: Person | None = None
        self._wire: Wire | None = None
        self._count = 0
        self._last = 0.0

    async def answer(self, asked: dict[str, Any]) -> object:
        match asked["do"]:
            case "walk in":
                self._person = Person(asked["origin"], asked["meeting"], asked["name"])
                await self._person.walks_in(asked["link"])
                await self._person.listen()
                await self._person.sees_itself("waiting")
            case "listen":
                await self._listen()
            case "tell":
                pass
            case other:
                raise ValueError(other)
        return {"count": self._count, "last": self._last}

    async def _listen(self) -> None:
        """Once there is something to hear."""
        assert self._person is not None
        await self._person.sees_itself("present")
        peer = await self._person.joins()
        await peer.hears()
        self._wire = Wire(peer.transport(peer.subscriber))
        self._wire.read(self._take)

    def _take(self, _packet: memoryview) -> None:
        self._count += 1
        self._last = time.time()

    async def close(self) -> None:
        if self._wire is not None:
            self._wire.close()
        if self._person is not None:
            await self._person.close()


async def main() -> None:
    offer_only_gcm()
    listener = Listener()
    try:
        await serve(listener.answer)
    finally:
        await listener.close()


if __name__ == "__main__":
    asyncio.run(main())
