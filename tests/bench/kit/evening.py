"""A platform with a session under way, for as long as a bench lasts."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType

from tests.browsers import LAPTOP, Chromium, until
from tests.journeys.people import Host, Someone
from tests.platform import Platform
from tools.platform import Seed


@asynccontextmanager
async def evening(
    parents: int, settings: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[tuple[Platform, Seed]]:
    """The real process on a fresh database, with one unused link for each parent."""
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(Path(folder), settings=settings)
        await platform.migrate()
        seed = await platform.seed(parents)
        await platform.start()
        try:
            yield platform, seed
        finally:
            await platform.stop()


async def host_at_the_desk(browser: Chromium, platform: Platform, seed: Seed) -> Host:
    """The facilitator, in a browser, with the session open."""
    host = Host(await browser.tab(LAPTOP), "Jo")
    await host.sign_in(platform.origin, seed.facilitator)
    await host.tab.goto(f"{platform.origin}/staff/sessions/{seed.meeting}")
    await host.shows("The room is not open yet")
    await host.open_session()
    await until(partial(is_connected, host), "the host's media connects")
    return host


async def is_connected(someone: Someone) -> bool:
    """Whether sound and picture can flow at this person's page."""
    standing = "window.peersOfThisPage().some((peer) => peer.connectionState === 'connected')"
    return bool(await someone.tab.evaluate(standing))
