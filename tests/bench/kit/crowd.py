"""Many parents who all arrive within a few seconds, each by every page of the way in, without a browser."""

import asyncio
import json
import time
from typing import Any

from tests.bench.kit.lines import serve
from tests.hostile.wire import Wire
from tools.parents import STEPS, _next
from tools.visitor import LostTheWay, Visitor

PATIENCE = 20.0
"""Seconds that socket.io-client waits for a connection before it tries again."""


class Crowd:
    """Everybody stays, with an event connection open, until the process ends."""

    def __init__(self) -> None:
        self._visitors: list[Visitor] = []
        self._wires: list[Wire] = []

    async def answer(self, asked: dict[str, Any]) -> object:
        """Let them arrive evenly over so many seconds: the milliseconds of each step, and what went wrong."""
        parents, over = asked["parents"], asked["seconds"]
        arrivals = [
            self._arrive(asked["origin"], meeting, link, number, number * over / len(parents))
            for number, (meeting, link) in enumerate(parents)
        ]
        begun = time.monotonic()
        steps: dict[str, list[float]] = {}
        errors: list[str] = []
        for result in await asyncio.gather(*arrivals, return_exceptions=True):
            if isinstance(result, BaseException):
                errors.append(f"{type(result).__name__}: {result}")
                continue
            for step, took in result.items():
                steps.setdefault(step, []).append(took)
        return {"steps": steps, "errors": errors, "seconds": time.monotonic() - begun}

    async def _arrive(
        self, origin: str, meeting: str, link: str, number: int, after: float
    ) -> dict[str, float]:
        await asyncio.sleep(after)
        visitor = Visitor(origin)
        self._visitors.append(visitor)
        took: dict[str, float] = {}
        begun = last = time.monotonic()

        def note(step: str) -> None:
            nonlocal last
            now = time.monotonic()
            took[step], last = (now - last) * 1000, now

        page = await visitor.open(link)
        note("landing")
        for _ in range(STEPS):
            if page.status != 200:
                raise LostTheWay(page.url, f"the answer was {page.status}")
            if "data-meeting" in page.data:
                break
            step = "redeem" if page.path.startswith("/i/") else page.path.strip("/")
            page = await _next(visitor, page, f"Parent {number}")
            note(step)
        wire = await Wire.knock(visitor.http, origin)
        self._wires.append(wire)
        await wire.say(f"40{json.dumps({'meeting': meeting})}")
        if not await wire.until(lambda: any(name == "view" for name, _ in wire.events), PATIENCE):
            raise LostTheWay(page.url, f"no view came: {wire.frames}")
        view = next(data for name, data in wire.events if name == "view")
        if view["you"]["place"] != "waiting":
            raise LostTheWay(page.url, f"in the end the place was {view['you']['place']}")
        note("events")
        took["whole"] = (last - begun) * 1000
        return took

    async def close(self) -> None:
        await asyncio.gather(*(wire.close() for wire in self._wires))
        await asyncio.gather(*(visitor.http.close() for visitor in self._visitors))


async def main() -> None:
    crowd = Crowd()
    try:
        await serve(crowd.answer)
    finally:
        await crowd.close()


if __name__ == "__main__":
    asyncio.run(main())
