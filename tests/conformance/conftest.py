"""Each conformance test runs against every engine that this machine can have."""

import socket
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from tests.browsers import Chromium, chromium
from tests.conformance import livekit_server
from tests.conformance.engines import (
    EMBEDDED,
    LIVEKIT,
    Engine,
    free_port,
    running,
)
from tests.conformance.house import House, open_house, webhook_url
from tests.conformance.relay import relay_to
from tests.conformance.session import Session, session_in

ENGINES = [EMBEDDED, LIVEKIT] if livekit_server.can_be_had() else [EMBEDDED]
_left_out = "a LiveKit server needs Go to be built"


def pytest_report_collectionfinish(items: Sequence[pytest.Item]) -> Sequence[str]:
    """A line in the run's header: which engines are tried, and why the other is not."""
    chosen = [name for name in ENGINES if any(_is_for(name, item) for item in items)]
    if LIVEKIT in chosen:
        return [f"conformance: {' and '.join(chosen)} (LiveKit server {livekit_server.VERSION})"]
    return [f"conformance: {EMBEDDED} only; {_left_out}"] if chosen and LIVEKIT not in ENGINES else []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Build the server here: no test has time for it. What cannot be built is left out."""
    global _left_out
    for_livekit = [item for item in items if _is_for(LIVEKIT, item)]
    if not for_livekit or livekit_server.find() is not None:
        return
    try:
        livekit_server.build()
    except livekit_server.NotBuilt as problem:
        _left_out = f"Go could not build a LiveKit server: {problem}"
        ENGINES.remove(LIVEKIT)
        items[:] = [item for item in items if item not in for_livekit]
        config.hook.pytest_deselected(items=for_livekit)


def _is_for(engine: str, item: pytest.Item) -> bool:
    parameters = getattr(item, "callspec", None)
    return parameters is not None and parameters.params.get("platform") == engine


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
