"""The same site for every test here."""

from collections.abc import AsyncIterator

import pytest

from tests.signalling.meeting.gateway.page import Site, serving
from tests.signalling.meeting.house import House


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving(House()) as site:
        yield site


@pytest.fixture
async def in_session(site: Site) -> Site:
    await site.house.in_session()
    return site
