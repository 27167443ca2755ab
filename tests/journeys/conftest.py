"""One evening for all journeys of a file: a platform, a Chromium, a Firefox, and people in front of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.browsers import LAPTOP, PHONE, Chromium, chromium, firefox
from tests.journeys.people import Admin, Host, Parent
from tools.platform import Platform, SignIn

ALI = SignIn("admin", "ali@charity.example", "a long enough password")
JO = SignIn("facilitator", "jo@charity.example", "another long password")


@dataclass
class Evening:
    """Where the evening takes place, and everybody who has a part in it."""

    platform: Platform
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
    """A platform with two accounts and nothing else."""
    folder: Path = tmp_path_factory.mktemp("platform")
    async with Platform(folder) as running:
        for account, name in ((ALI, "Ali"), (JO, "Jo")):
            typed = ("--email", account.email, "--name", name, "--password", account.password)
            await running.run(f"create-{account.role}", *typed)
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def evening(platform: Platform) -> AsyncIterator[Evening]:
    """Everybody in front of their own blank page: Ana uses Firefox, the others Chromium."""
    async with chromium() as chrome, firefox() as fox:
        yield Evening(
            platform,
            Admin(await chrome.tab(LAPTOP), "Ali"),
            Host(await chrome.tab(LAPTOP), "Jo"),
            Parent(await chrome.tab(PHONE), "Sam"),
            Parent(await fox.tab(PHONE), "Ana"),
            chrome,
        )
