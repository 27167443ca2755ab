"""One evening for all journeys of a file: a platform, a Chromium, a Firefox, and people in front of them."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.browsers import LAPTOP, PHONE, Chromium, chromium, firefox
from tests.journeys.people import Admin, Host, Parent
from tests.platform import Platform
from tools.joining import join
from tools.platform import SignIn
from tools.visitor import Visitor

ALI, JO = "ali@charity.example", "jo@charity.example"


@dataclass
class Evening:
    """Where the evening takes place, and everybody who has a part in it."""

    platform: Platform
    signs: Mapping[str, SignIn]
    ali: Admin
    jo: Host
    sam: Parent
    ana: Parent
    chromium: Chromium

    def everyone(self) -> tuple[Host, Parent, Parent]:
        """Those who meet in the room."""
        return self.jo, self.sam, self.ana


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    """A platform with nothing in it."""
    folder: Path = tmp_path_factory.mktemp("platform")
    async with Platform(folder) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def signs(platform: Platform) -> Mapping[str, SignIn]:
    """What Ali, an admin, and Jo, a facilitator, chose to sign in with when they opened their links."""
    made = {}
    for role, email, name in (("admin", ALI, "Ali"), ("facilitator", JO, "Jo")):
        link = (await platform.run(f"create-{role}", "--email", email)).strip()
        async with Visitor(platform.origin) as visitor:
            made[email] = await join(visitor, link, role, email, name)
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def evening(platform: Platform, signs: Mapping[str, SignIn]) -> AsyncIterator[Evening]:
    """Everybody in front of their own blank page: Ana uses Firefox, the others Chromium."""
    async with chromium() as chrome, firefox() as fox:
        yield Evening(
            platform,
            signs,
            Admin(await chrome.tab(LAPTOP), "Ali"),
            Host(await chrome.tab(LAPTOP), "Jo"),
            Parent(await chrome.tab(PHONE), "Sam"),
            Parent(await fox.tab(PHONE), "Ana"),
            chrome,
        )
