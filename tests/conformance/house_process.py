"""A platform in a process of its own, to be killed by a test: `python -m tests.conformance.house_process`.

It reads one line of JSON: the LiveKit server to use (`url`, `key`, `secret`), or `{}` for an embedded engine
of its own. It opens a session, prints one line of JSON about it, and serves until it is killed.
"""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from moderation.model import MeetingId
from tests.conformance.engines import EMBEDDED, LIVEKIT, Engine, free_port, running
from tests.conformance.house import open_house, webhook_url
from tests.conformance.session import begin


@asynccontextmanager
async def _engine(told: dict[str, str], port: int) -> AsyncIterator[Engine]:
    if not told:
        async with running(EMBEDDED, webhook_url(port)) as engine:
            yield engine
    else:
        yield Engine(LIVEKIT, told["key"], told["secret"], lambda: told["url"])


async def _serve(told: dict[str, str]) -> None:
    port = free_port(socket.SOCK_STREAM)
    async with _engine(told, port) as engine, open_house(engine, port) as house:
        cookies = await begin(house, meeting := MeetingId(f"doomed{port}"))
        print(json.dumps({"origin": house.origin, "meeting": meeting, "cookies": cookies}), flush=True)
        await asyncio.Event().wait()


asyncio.run(_serve(json.loads(sys.stdin.readline())))
