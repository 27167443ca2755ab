"""LiveKit's SDK for Python sends neither cookies nor an Origin. This relay adds both on the way to the gate.

It changes nothing else, so that the SDK's clients pass the same door as any browser.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from yarl import URL

from tests.conformance.engines import LOOPBACK

Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse


@dataclass
class Relay:
    """A relay to one platform. A client's seat is the first part of the path it asks for."""

    origin: str
    http: aiohttp.ClientSession
    port: int = 0
    _open: defaultdict[str, set[asyncio.Transport]] = field(default_factory=lambda: defaultdict(set))

    def url(self, seat: str, meeting: str) -> str:
        """What a client of this seat calls the media server."""
        return f"ws://{LOOPBACK}:{self.port}/{seat}/media/{meeting}"

    def drop(self, seat: str) -> None:
        """Lose the sockets of this seat without a word, as on a train."""
        for transport in self._open.pop(seat, set()):
            transport.abort()

    def _headers(self, request: web.Request) -> dict[str, str]:
        return {"Cookie": f"seat={request.match_info['seat']}", "Origin": self.origin}

    def _there(self, request: web.Request) -> URL:
        path = request.match_info["rest"]
        return URL(f"{self.origin}/{path}?{request.query_string}", encoded=True)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Pass on one request of either kind."""
        if request.headers.get("Upgrade", "").lower() != "websocket":
            async with self.http.get(self._there(request), headers=self._headers(request)) as told:
                return web.Response(status=told.status, text=await told.text())
        try:
            up = await self.http.ws_connect(self._there(request), headers=self._headers(request))
        except aiohttp.WSServerHandshakeError as refusal:
            return web.Response(status=refusal.status)
        down = web.WebSocketResponse()
        await down.prepare(request)
        if request.transport is not None:
            self._open[request.match_info["seat"]].add(request.transport)
        ways = {asyncio.create_task(_pump(up, down)), asyncio.create_task(_pump(down, up))}
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        await up.close()
        await down.close()
        await asyncio.wait(ways)
        return down


async def _pump(source: Socket, sink: Socket) -> None:
    with suppress(ConnectionError, aiohttp.ClientError):
        async for message in source:
            if message.type is aiohttp.WSMsgType.BINARY:
                await sink.send_bytes(message.data)
            elif message.type is aiohttp.WSMsgType.TEXT:
                await sink.send_str(message.data)


@asynccontextmanager
async def relay_to(origin: str) -> AsyncIterator[Relay]:
    """Run a relay for as long as the block lasts."""
    async with aiohttp.ClientSession() as http:
        relay = Relay(origin, http)
        app = web.Application()
        app.router.add_get("/{seat}/{rest:.*}", relay.answer)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, 0).start()
        relay.port = runner.addresses[0][1]
        try:
            yield relay
        finally:
            await runner.cleanup()
