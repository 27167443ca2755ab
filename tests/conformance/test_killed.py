"""No media outlives the platform, however the platform ends."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest

from server.embedded import HOME
from tests.conformance.engines import EMBEDDED, LIVEKIT, Engine
from tests.conformance.house import House
from tests.conformance.session import ANNA, BELA
from tests.peers import Peer
from tests.reels import tone

pytestmark = pytest.mark.asyncio(loop_scope="session")

SILENT_WITHIN = {EMBEDDED: 0.5, LIVEKIT: 2.0}
"""Seconds from the platform's end to the last packet, on a busy machine."""


@dataclass(frozen=True)
class Doomed:
    """A platform process, and two clients without manners who talk through it."""

    process: asyncio.subprocess.Process
    anna: Peer
    bela: Peer


@asynccontextmanager
async def doomed(engine: Engine) -> AsyncIterator[Doomed]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.conformance.house_process"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=HOME,
    )
    assert process.stdin
    assert process.stdout
    server = {"url": engine.endpoint(), "key": engine.key, "secret": engine.secret}
    process.stdin.write(json.dumps(server if engine.name == LIVEKIT else {}).encode() + b"\n")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(_end, process)
        told = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        peers = []
        for seat in (ANNA, BELA):
            headers = {"Cookie": f"seat={told['cookies'][seat]}", "Origin": told["origin"]}
            http = await stack.enter_async_context(aiohttp.ClientSession(headers=headers))
            url = f"{told['origin'].replace('http', 'ws', 1)}/media/{told['meeting']}"
            peers.append(peer := Peer(http, url))
            stack.push_async_callback(peer.close)
            await peer.join()
        await peers[0].publish(tone())
        await peers[1].hears()
        yield Doomed(process, *peers)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()


async def test_when_the_platform_is_killed_nobody_hears_anybody(platform: tuple[Engine, House]) -> None:
    engine, _ = platform
    async with doomed(engine) as house:
        house.process.kill()
        await asyncio.sleep(SILENT_WITHIN[engine.name])
        await house.bela.hears_nothing(2.0)
