"""A served gateway, and pages on it: the Socket.IO client that everyone uses."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import socketio
from aiohttp import web
from socketio.exceptions import ConnectionError as ConnectionFailed

from moderation.model import Actor
from signalling.meeting.gate import Gate
from signalling.meeting.gateway import Gateway
from tests.signalling.meeting.house import ORIGIN, TUESDAY, House, Served, eventually

View = dict[str, Any]


@dataclass
class Page:
    """A browser's page: what it was shown, and how it asks."""

    client: socketio.AsyncClient
    views: list[View] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    reacted: list[dict[str, Any]] = field(default_factory=list)
    captioned: list[dict[str, Any]] = field(default_factory=list)

    async def call(self, event: str, data: object) -> dict[str, Any]:
        answer: dict[str, Any] = await self.client.call(event, data, timeout=20)
        return answer

    async def say(self, to: object, text: str) -> dict[str, Any]:
        return await self.call("say", {"to": to, "text": text})

    async def ask(self, **message: object) -> dict[str, Any]:
        answer: dict[str, Any] = await self.client.call("act", message, timeout=20)
        return answer

    async def sees(self, what: str, value: object) -> None:
        await eventually(lambda: bool(self.views) and self.views[-1][what] == value)

    async def leaves(self) -> None:
        """Disconnect as pages do: with a word, which this client's own `disconnect` may not wait to send."""
        await self.client.eio.send("1")
        await asyncio.sleep(0.05)
        await self.client.disconnect()

    async def is_away(self) -> None:
        await eventually(lambda: not self.client.connected)


@dataclass
class Site:
    """House and gateway, served, and the pages that are open."""

    house: House
    gateway: Gateway
    gate: Gate
    url: str
    pages: list[Page] = field(default_factory=list)

    async def page(self, actor: Actor, *, origin: str = ORIGIN, auth: object = None) -> Page:
        client = socketio.AsyncClient(reconnection=False)
        page = Page(client)
        client.on("view", page.views.append)
        client.on("gone", lambda data: page.gone.append(data["why"]))
        client.on("disconnect", page.reasons.append)
        client.on("connect_error", page.refusals.append)
        client.on("said", page.said.append)
        client.on("unsaid", lambda data: page.unsaid.append(data["id"]))
        client.on("reacted", page.reacted.append)
        client.on("captioned", page.captioned.append)
        self.pages.append(page)
        await client.connect(
            self.url,
            headers={"Origin": origin, "Cookie": f"seat={actor.seat}"},
            auth={"meeting": TUESDAY} if auth is None else auth,
            transports=["websocket"],
            wait_timeout=20,
        )
        return page

    async def refused(self, actor: Actor, **how: Any) -> str:
        """The error of a refused connection."""
        with pytest.raises(ConnectionFailed):
            await self.page(actor, **how)
        (refusal,) = self.pages[-1].refusals
        error: str = refusal["data"]["error"]
        assert refusal["message"] == error
        return error


def serving(house: House, redis_url: str | None = None) -> "Serving":
    return Serving(house, redis_url)


class Serving:
    """One process of the platform, from start to stop."""

    def __init__(self, house: House, redis_url: str | None) -> None:
        self.house = house
        self.gate = Gate(
            house.applier,
            house.seats,
            house.media,
            house.attendance,
            origins={ORIGIN},
            seconds=house.clock.seconds,
        )
        self.gateway = Gateway(
            house.journal,
            house.applier,
            house.seats,
            house.attendance,
            self.gate,
            house.scenes,
            house.aftermath,
            origins={ORIGIN},
            redis_url=redis_url,
            seconds=house.clock.seconds,
        )

    async def __aenter__(self) -> Site:
        app = web.Application()
        app.add_routes(self.gateway.routes())
        self.server = Served(app)
        await self.server.start_server()
        await self.gateway.start()
        self.site = Site(self.house, self.gateway, self.gate, str(self.server.make_url("/")))
        return self.site

    async def __aexit__(self, *_: object) -> None:
        await self.gateway.close()
        await self.server.close()
        for page in self.site.pages:
            await page.client.disconnect()


async def raw_page(site: Site, http: aiohttp.ClientSession, actor: Actor) -> aiohttp.ClientWebSocketResponse:
    """A connection by hand, connected and past its CONNECT."""
    socket = await http.ws_connect(
        f"{site.url}socket.io/?EIO=4&transport=websocket",
        headers={"Origin": ORIGIN, "Cookie": f"seat={actor.seat}"},
    )
    assert (await socket.receive_str()).startswith("0{")
    await socket.send_str('40{"meeting":"tuesday"}')
    assert (await socket.receive_str()).startswith("40{")
    return socket
