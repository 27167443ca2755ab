"""Each conformance test runs against every engine that this machine can have, in the dialects of the clients.

The usual run tries the newer dialect with the embedded engine, where `both_dialects` says so.
"""

import socket
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from tests.browsers import Chromium, Firefox, chromium, firefox
from tests.conformance import livekit_server
from tests.conformance.clients import V0, V1
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


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep what is tried in the newer dialect for the long run, but for what `both_dialects` names."""
    if _is_for(V1, item) and not (_is_for(EMBEDDED, item) and item.get_closest_marker("both_dialects")):
        item.add_marker(pytest.mark.long)


def _is_for(wanted: str, item: pytest.Item) -> bool:
    """Whether it is tried against this engine, or in this dialect."""
    parameters = getattr(item, "callspec", None)
    return parameters is not None and wanted in parameters.params.values()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Chromium]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def other_browser() -> AsyncIterator[Firefox]:
    async with firefox() as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=ENGINES)
async def platform(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Engine, House]]:
    """An engine and the house it works for."""
    port = free_port(socket.SOCK_STREAM)
    async with running(request.param, webhook_url(port)) as engine, open_house(engine, port) as house:
        yield engine, house


@pytest.fixture(params=[V0, V1])
def dialect(request: pytest.FixtureRequest) -> str:
    """What all clients of a session speak."""
    return str(request.param)


@pytest_asyncio.fixture(loop_scope="session")
async def session(platform: tuple[Engine, House], browser: Chromium, dialect: str) -> AsyncIterator[Session]:
    """A session of its own for each test."""
    engine, house = platform
    async with (
        relay_to(house.origin) as relay,
        session_in(house, relay, browser, engine, dialect) as session,
    ):
        yield session
