"""The same site for every test here."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from signalling.meeting.gate import Gate
from tests.signalling.meeting.gate.site import FakeEngine, Site
from tests.signalling.meeting.house import ORIGIN, House, Served


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    house, engine = House(), FakeEngine()
    engine_app = web.Application()
    engine_app.router.add_get("/rtc", engine.rtc)
    engine_app.router.add_get("/rtc/v1", engine.rtc)
    async with TestServer(engine_app) as engine_server:
        house.media.address = str(engine_server.make_url("")).replace("http", "ws").rstrip("/")
        gate = Gate(
            house.applier,
            house.seats,
            house.media,
            house.attendance,
            origins={ORIGIN},
            seconds=house.clock.seconds,
        )
        app = web.Application()
        app.add_routes(gate.routes())
        await gate.start()
        gate.open()
        async with TestClient(Served(app)) as client:
            yield Site(house, gate, engine, client)
            await gate.close()


@pytest.fixture
async def in_session(site: Site) -> Site:
    await site.house.in_session()
    return site
