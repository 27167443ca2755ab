"""How often a parent's way in asks the database: whole groups arrive at once, at the full hour."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

import pytest
from aiohttp import web
from sqlalchemy import event

from server.auth import Role
from server.entry import Handler
from server.pages.context import HOUSE
from tests.server.conftest import Place
from tests.server.test_live import connected, until

READ_AND_WRITTEN, READ_TWICE, READ_ONCE = 2, 2, 1
BY_THE_PAGES = {
    "GET /i/…": 3,  # whose link it is, who meets when, and that it was opened
    "POST /i/…": 3,  # whether it asks for a PIN, the seat, and where they are
    "GET /welcome": READ_ONCE,
    "POST /welcome": READ_AND_WRITTEN,
    "GET /name": READ_ONCE,
    "POST /name": READ_AND_WRITTEN,
    "GET /agreement": READ_TWICE,  # its words
    "POST /agreement": READ_AND_WRITTEN,
    "GET /if-i-leave": READ_TWICE,  # what was wished before
    "POST /if-i-leave": READ_AND_WRITTEN,
    "GET /ready": READ_ONCE,
    "POST /ready": READ_AND_WRITTEN,
    "GET /near": READ_ONCE,
    "POST /near": READ_ONCE,
    "GET /joining-from": READ_TWICE,  # what was said before
    "POST /joining-from": READ_AND_WRITTEN,
    "GET /session": READ_ONCE,
}
BY_THE_EVENTS = 8
"""Who it is, the meeting, the arrival, and what everyone is shown of it: in one round, or in two."""

_asking: ContextVar[str] = ContextVar("_asking")


@web.middleware
async def who_asks(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What a request begins, and whatever it sets going, counts as its own."""
    path = "/i/…" if request.path.startswith("/i/") else request.path
    _asking.set(f"{request.method} {path}")
    return await handler(request)


@pytest.fixture
def begun(app: web.Application) -> Iterator[Counter[str]]:
    """How many transactions each kind of request began. What the platform does by itself is left out."""
    counted: Counter[str] = Counter()
    app.middlewares.insert(0, who_asks)
    engine = app[HOUSE].database._engine.sync_engine

    def note(_connection: object) -> None:
        counted.update(filter(None, [_asking.get("")]))

    event.listen(engine, "begin", note)
    yield counted
    event.remove(engine, "begin", note)


@asynccontextmanager
async def settled(begun: Counter[str]) -> AsyncIterator[None]:
    """Forget what was counted before, and count until nothing has begun for a while."""
    begun.clear()
    yield
    counted = -1
    while counted != begun.total():
        counted = begun.total()
        await asyncio.sleep(0.3)


async def test_a_page_reads_once_and_writes_once(begun: Counter[str], place: Place) -> None:
    await place.parent()
    assert begun.keys() == BY_THE_PAGES.keys(), "every step was taken"
    assert {page: times for page, times in begun.items() if times > BY_THE_PAGES[page]} == {}
    assert begun.total() <= 30


async def test_coming_back_reads_once(begun: Counter[str], place: Place) -> None:
    parent = await place.parent()
    begun.clear()
    for path in ("/session", "/welcome", "/name", "/ready"):
        await parent.open(path)
    assert begun.total() <= 2 + 3 + 1 + 1, "the second and third are sent on"


async def test_an_arrival_is_read_and_shown_in_few_transactions(begun: Counter[str], place: Place) -> None:
    host, parent = await place.staff(Role.FACILITATOR), await place.parent()
    async with connected(place, host) as (_, desk):
        async with settled(begun):
            await until(lambda: bool(desk))
        async with connected(place, parent) as (_, views):
            async with settled(begun):
                await until(lambda: bool(views))
            assert begun.total() <= BY_THE_EVENTS
