"""A house with the real gate between real WebSockets: browsers on one side, an engine on the other."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import WSServerHandshakeError, web
from aiohttp.test_utils import TestClient
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.rtc import JoinResponse, ReconnectResponse, SignalResponse

from moderation.model import Actor
from signalling.meeting.gate import Gate
from tests.signalling.meeting.house import ORIGIN, House

Steps = Callable[[], Awaitable[None]]


@dataclass
class FakeEngine:
    """A media engine's signalling: says join (or reconnect), then sends back whatever it gets."""

    refuses: bool = False
    silent: bool = False
    queries: list[dict[str, str]] = field(default_factory=list)
    sockets: dict[str, web.WebSocketResponse] = field(default_factory=dict)
    got: list[bytes] = field(default_factory=list)
    closed_with: list[int | None] = field(default_factory=list)
    on_connect: Steps | None = None

    async def rtc(self, request: web.Request) -> web.StreamResponse:
        self.queries.append(dict(request.query))
        if self.refuses:
            return web.Response(status=401, text="no")
        if self.on_connect is not None:
            await self.on_connect()
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        self.sockets[request.query["access_token"].split("/")[1].split(":")[0]] = socket
        if not self.silent:
            await socket.send_bytes(first_word(resumed=request.query.get("reconnect") == "1"))
        async for message in socket:
            self.got.append(message.data)
            await socket.send_bytes(b"echo " + message.data)
        self.closed_with.append(socket.close_code)
        return socket


def first_word(*, resumed: bool) -> bytes:
    if resumed:
        return SignalResponse(reconnect=ReconnectResponse()).SerializeToString()
    return SignalResponse(join=JoinResponse(participant=ParticipantInfo(sid="PA_1"))).SerializeToString()


@dataclass
class Site:
    """House, gate and engine, served; `client` is where browsers come from."""

    house: House
    gate: Gate
    engine: FakeEngine
    client: TestClient[web.Request, web.Application]

    async def enter(
        self, actor: Actor, *, query: str = "", origin: str | None = ORIGIN, path: str = "tuesday/rtc"
    ) -> aiohttp.ClientWebSocketResponse:
        headers = {"Cookie": f"seat={actor.seat}", **({"Origin": origin} if origin else {})}
        socket = await self.client.ws_connect(f"/media/{path}?{query}", headers=headers)
        assert await socket.receive_bytes() == first_word(resumed="reconnect=1" in query)
        return socket

    async def refused(self, actor: Actor, **how: Any) -> tuple[int, str]:
        """Status and reason of a refused upgrade."""
        with pytest.raises(WSServerHandshakeError) as raised:
            await self.enter(actor, **how)
        headers = raised.value.headers
        return raised.value.status, headers["Hearth-Refusal"] if headers else ""
