"""The two engines that the platform can speak to: the embedded one, and a real LiveKit server on loopback."""

import asyncio
import json
import os
import secrets
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp
from livekit import api

from server.embedded import Embedded, Settings
from tests.conformance import livekit_server

EMBEDDED: Final = "embedded"
LIVEKIT: Final = "livekit"
LOOPBACK: Final = "127.0.0.1"
UNTIL_ITS_INPUT_ENDS: Final = '"$0" "$@" & read -r _; kill -9 $!'
"""Runs a program that must not outlive the tests, however these end."""


@dataclass(frozen=True)
class Engine:
    """A running engine and the key to it."""

    name: str
    key: str
    secret: str
    endpoint: Callable[[], str | None]

    async def people(self, room: str) -> Sequence[api.ParticipantInfo]:
        """Who is in a room, asked as anyone with the key can ask."""
        async with api.LiveKitAPI(self.endpoint(), self.key, self.secret) as livekit:
            try:
                answer = await livekit.room.list_participants(api.ListParticipantsRequest(room=room))
            except api.ServerError as problem:
                if problem.code == api.ServerErrorCode.NOT_FOUND:
                    return []
                raise
            return answer.participants

    async def routed(self, room: str, sender: str, receiver: str) -> int | None:
        """How many packets of one participant the embedded engine ever sent to another. A LiveKit server has
        no such counter: None."""
        if self.name != EMBEDDED or (url := self.endpoint()) is None:
            return None
        grants = api.VideoGrants(room_admin=True, room_list=True)
        token = api.AccessToken(self.key, self.secret).with_grants(grants).to_jwt()
        async with (
            aiohttp.ClientSession(url.replace("ws", "http", 1)) as http,
            http.get("/stats", headers={"Authorization": f"Bearer {token}"}) as answer,
        ):
            answer.raise_for_status()
            rooms = (await answer.json())["rooms"]
        routes = [route for told in rooms if told["name"] == room for route in told["routes"]]
        return sum(
            int(route["packets"])
            for route in routes
            if (route["publisher"], route["subscriber"]) == (sender, receiver)
        )


@asynccontextmanager
async def running(name: str, webhook_url: str) -> AsyncIterator[Engine]:
    """Run one of the engines for as long as the block lasts."""
    if name == EMBEDDED:
        async with Embedded(Settings(webhook_url=webhook_url)) as embedded:
            yield Engine(EMBEDDED, embedded.key, embedded.secret, embedded.endpoint)
    else:
        async with _livekit(webhook_url) as engine:
            yield engine


@asynccontextmanager
async def _livekit(webhook_url: str) -> AsyncIterator[Engine]:
    """A LiveKit server that neither listens nor asks anybody outside this machine."""
    secret = secrets.token_urlsafe(32)
    port = free_port(socket.SOCK_STREAM)
    config = {
        "port": port,
        "bind_addresses": [LOOPBACK],
        "keys": {"conformance": secret},
        "rtc": {
            "udp_port": free_port(socket.SOCK_DGRAM),
            "tcp_port": 0,
            "node_ip": LOOPBACK,
            "use_external_ip": False,
            "enable_loopback_candidate": True,
            "interfaces": {"includes": ["lo"]},
            # Without any, clients are told to ask a public one. Browsers refuse many of the low ports.
            "stun_servers": [f"{LOOPBACK}:{free_port(socket.SOCK_DGRAM)}"],
        },
        "webhook": {"api_key": "conformance", "urls": [webhook_url]},
        "logging": {"level": "warn"},
    }
    program = livekit_server.find()
    assert program is not None, "conftest.py builds it"
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", UNTIL_ITS_INPUT_ENDS, program),
        stdin=subprocess.PIPE,
        env={"PATH": os.defpath, "LIVEKIT_CONFIG": json.dumps(config)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    try:
        await until_open(port)
        yield Engine(LIVEKIT, "conformance", secret, lambda: f"ws://{LOOPBACK}:{port}")
    finally:
        if process.stdin:
            process.stdin.close()
        await process.wait()


async def until_open(port: int) -> None:
    """Wait until something listens on this port of loopback. Raises TimeoutError."""
    async with asyncio.timeout(15):
        while True:
            try:
                _, writer = await asyncio.open_connection(LOOPBACK, port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                await writer.wait_closed()
                return


def free_port(kind: socket.SocketKind) -> int:
    """A port of loopback that nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
