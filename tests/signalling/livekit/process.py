"""The engine as the platform starts it: a child process with a line on its standard input."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from livekit import api

KEY, SECRET = "test-key", "test-secret-of-thirty-two-bytes-and-more"
WITHIN = 20.0


class Child:
    """A running engine."""

    def __init__(self, process: asyncio.subprocess.Process, ports: dict[str, int]) -> None:
        self.process = process
        self.port = ports["signalling_port"]
        self.media_port = ports["media_port"]
        self.http = f"http://127.0.0.1:{self.port}"
        self.ws = f"ws://127.0.0.1:{self.port}"

    def token(self, identity: str, **grants: Any) -> str:
        video = api.VideoGrants(room_join=True, room=grants.pop("room", "room"), **grants)
        return api.AccessToken(KEY, SECRET).with_identity(identity).with_grants(video).to_jwt()

    def command(self, **grants: Any) -> dict[str, str]:
        token = api.AccessToken(KEY, SECRET).with_grants(api.VideoGrants(**grants)).to_jwt()
        return {"Authorization": f"Bearer {token}"}

    async def stats(self) -> dict[str, Any]:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{self.http}/stats", headers=self.command(room_list=True)) as answer,
        ):
            stats: dict[str, Any] = await answer.json()
            return stats

    async def routes(self) -> list[dict[str, Any]]:
        rooms = (await self.stats())["rooms"]
        return [route for room in rooms for route in room["routes"]]


async def start(**settings: Any) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "signalling.livekit",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps({"api_key": KEY, "api_secret": SECRET} | settings).encode() + b"\n")
    await process.stdin.drain()
    return process


@asynccontextmanager
async def engine(**settings: Any) -> AsyncIterator[Child]:
    """An engine for as long as the block lasts; it must end by itself when its standard input does."""
    process = await start(**settings)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), WITHIN)
        yield Child(process, json.loads(line))
        process.stdin.close()
        await asyncio.wait_for(process.wait(), WITHIN)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
