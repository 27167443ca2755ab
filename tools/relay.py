"""Lets the LiveKit SDK for Python through the gate: a WebSocket relay on loopback that adds the cookie.

The gate knows people by their cookie, and the SDK cannot send one. Pages in a browser need no such thing.
"""

import asyncio
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

from tools.visitor import Visitor

LARGEST_MESSAGE = 2**18


class Relay:
    """One visitor's way to one room. Use as an async context manager; `url` is what the SDK connects to."""

    def __init__(self, visitor: Visitor, room: str) -> None:
        self._visitor = visitor
        self._gate = f"{visitor.origin}/media/{room}"
        app = web.Application()
        app.router.add_get("/{rest:.*}", self._pass_on)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        self.url = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"ws://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        target = f"{self._gate}/{request.match_info['rest']}"
        if request.headers.get("Upgrade", "").lower() != "websocket":
            async with self._visitor.http.get(target, params=request.query) as answer:
                return web.Response(status=answer.status, text=await answer.text())
        try:
            inner = await self._visitor.http.ws_connect(
                target, params=request.query, max_msg_size=LARGEST_MESSAGE
            )
        except aiohttp.WSServerHandshakeError as refusal:
            return web.Response(status=refusal.status, text=refusal.message)
        outer = web.WebSocketResponse(max_msg_size=LARGEST_MESSAGE)
        await outer.prepare(request)
        ways = [asyncio.create_task(_pump(outer, inner)), asyncio.create_task(_pump(inner, outer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            await inner.close()
            await outer.close()
        return outer


Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse


async def _pump(source: Socket, sink: Socket) -> None:
    async for message in source:
        if message.type is aiohttp.WSMsgType.BINARY:
            await sink.send_bytes(message.data)
        elif message.type is aiohttp.WSMsgType.TEXT:
            await sink.send_str(message.data)
