"""A small house around the real gate, applier and adapter, with journals and seats in memory.

One house serves many sessions, as the platform does; each test has a session of its own.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from server.livekit import ForgedWebhook, LiveKit, News, Notice
from server.will import Will
from server.workers import Workers
from signalling.meeting.applier import Applier
from signalling.meeting.attendance import Attendance
from signalling.meeting.gate import Gate
from tests.conformance.engines import LIVEKIT, LOOPBACK, Engine
from tests.fakes import FakeClock, FakeJournal, FakePresence, FakeSeats

PAGE: Final = Path(__file__).parent / "page"
LIVEKIT_CLIENT: Final = Path(__file__).parents[2] / "web/node_modules/livekit-client/dist"
SERVED: Final = {
    "/conformance/": (PAGE / "index.html", "text/html"),
    "/conformance/page.js": (PAGE / "page.js", "text/javascript"),
    "/conformance/livekit-client.esm.mjs": (LIVEKIT_CLIENT / "livekit-client.esm.mjs", "text/javascript"),
}


class House:
    """The platform, as far as media is concerned, at this port of loopback."""

    def __init__(self, media: LiveKit | Workers, port: int) -> None:
        self.media = media
        self.origin = origin(port)
        self.hears_webhooks = True
        self.journal, self.seats, clock = FakeJournal(), FakeSeats(), FakeClock()
        self.presence = FakePresence(clock)
        self.applier = Applier(self.journal, media, clock)
        self.attendance = Attendance(self.applier, self.presence, media)
        self.gate = Gate(self.applier, self.seats, media, self.attendance, origins={self.origin})

    async def receive(self, request: web.Request) -> web.Response:
        """A webhook."""
        body = await request.read()
        if not self.hears_webhooks:
            return web.Response()
        try:
            notice = await self.media.receive(body, request.headers.get("Authorization", ""))
        except ForgedWebhook:
            return web.Response(status=401)
        if notice is not None and notice.meeting in self.journal.blank:
            await self._heed(notice)
        return web.Response()

    async def _heed(self, notice: Notice) -> None:
        meeting, seat, session = notice.meeting, notice.seat, notice.session
        if notice.news is News.JOINED:
            await self.attendance.joined(meeting, seat, session)
            await self.applier.enforce(meeting)
        elif notice.news is News.LEFT:
            await self.attendance.left(meeting, seat, session)


def origin(port: int) -> str:
    """What browsers call the house at this port."""
    return f"http://{LOOPBACK}:{port}"


def webhook_url(port: int) -> str:
    """Where an engine sends its news to the house at this port."""
    return f"{origin(port)}/livekit/webhook"


@asynccontextmanager
async def open_house(engine: Engine, port: int) -> AsyncIterator[House]:
    """A house that is open. The engine has been told its port beforehand."""
    async with (
        LiveKit(engine.endpoint, engine.key, engine.secret, will=_will(engine)) as media,
        serving(media, port) as house,
    ):
        yield house


@asynccontextmanager
async def serving(media: LiveKit | Workers, port: int) -> AsyncIterator[House]:
    """A house that is open, with this media."""
    house = House(media, port)
    app = web.Application()
    app.router.add_post("/livekit/webhook", house.receive)
    app.router.add_routes(house.gate.routes())
    for address, (path, content) in SERVED.items():
        app.router.add_get(address, _file(path, content))
    await house.gate.start()
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, port).start()
    house.gate.open()
    try:
        yield house
    finally:
        await house.gate.close()
        await runner.cleanup()


def _will(engine: Engine) -> Will | None:
    """What the composition root does: a will for a server that outlives the platform."""
    url = engine.endpoint()
    return Will(url, engine.key, engine.secret) if engine.name == LIVEKIT and url is not None else None


def _file(path: Path, content: str) -> Handler:
    body = path.read_bytes()

    async def send(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type=content)

    return send
