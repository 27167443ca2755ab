"""Each conformance test runs against every engine that this machine can have."""

import socket
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from tests.browsers import Chromium, chromium
from tests.conformance.engines import (
    LIVEKIT,
    LIVEKIT_VERSION,
    Engine,
    available,
    build_livekit,
    free_port,
    running,
)
from tests.conformance.house import House, open_house, webhook_url
from tests.conformance.relay import relay_to
from tests.conformance.session import Session, session_in

ENGINES = available()


def pytest_report_collectionfinish() -> Sequence[str]:
    if LIVEKIT in ENGINES:
        return [f"conformance: against {' and '.join(ENGINES)} (LiveKit server {LIVEKIT_VERSION})"]
    return ["conformance: against the embedded engine only; a LiveKit server needs Go to be built"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Here, because no test's time limit has room for building a server."""
    if any(f"[{LIVEKIT}" in item.nodeid for item in items):
        build_livekit()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Chromium]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=ENGINES)
async def platform(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Engine, House]]:
    """An engine and the house it works for."""
    port = free_port(socket.SOCK_STREAM)
    async with running(request.param, webhook_url(port)) as engine, open_house(engine, port) as house:
        yield engine, house


@pytest_asyncio.fixture(loop_scope="session")
async def session(platform: tuple[Engine, House], browser: Chromium) -> AsyncIterator[Session]:
    """A session of its own for each test."""
    engine, house = platform
    async with relay_to(house.origin) as relay, session_in(house, relay, browser, engine) as session:
        yield session
