"""The platform dies in the middle of a session. The journal brings everybody back exactly as they were.

This platform is started as whoever runs one does it, from the command line.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.browsers import LAPTOP, PHONE, Chromium, chromium, until
from tests.journeys.people import MICROPHONE_OFF, Host, Parent, receives_media
from tools.platform import Platform, Seed

pytestmark = pytest.mark.timeout(240)

ENGINE_ENDS_WITHIN = 2.0  # seconds, on a machine where it waits for its turn


@dataclass
class Session:
    """A host and two parents in the room, one of whom is muted; one parent waits, one has been removed."""

    platform: Platform
    seed: Seed
    jo: Host
    sam: Parent
    muted_ana: Parent
    waiting_kim: Parent
    removed_max: Parent


@pytest.fixture
async def browser() -> AsyncIterator[Chromium]:
    async with chromium() as found:
        yield found


@pytest.fixture
async def session(tmp_path: Path, browser: Chromium) -> AsyncIterator[Session]:
    async with Platform(tmp_path / "platform") as platform:
        seed = await platform.seed(parents=4)
        parents = [Parent(await browser.tab(PHONE), name) for name in ("Sam", "Ana", "Kim", "Max")]
        await asyncio.gather(*(one.come_in(link) for one, link in zip(parents, seed.parents, strict=True)))
        jo = Host(await browser.tab(LAPTOP), "Jo")
        await jo.sign_in(platform.origin, seed.facilitator)
        await jo.go_to_desk()
        await jo.open_session()
        for name in ("Sam", "Ana", "Max"):
            await jo.let_in(name)
        sam, ana, kim, max_ = parents
        for someone in (jo, sam, ana):
            await someone.turn_on()
        await jo.tab.press("Mute Ana")
        await jo.remove("Max", "Not safe for them or others")
        await max_.shows("Your place is paused")
        yield Session(platform, seed, jo, sam, ana, kim, max_)
        for one in (jo, *parents):
            await one.tab.close()


async def have_ended(processes: list[psutil.Process]) -> bool:
    return all(not one.is_running() or one.status() == psutil.STATUS_ZOMBIE for one in processes)


async def nothing_comes(*parents: Parent, during: float = 2.0) -> bool:
    return not any(await asyncio.gather(*(receives_media(parent.tab, during) for parent in parents)))


async def test_nothing_flows_until_a_host_is_back_and_then_everyone_is_as_they_were(session: Session) -> None:
    jo, sam, ana = session.jo, session.sam, session.muted_ana
    await asyncio.gather(sam.hears("Jo"), sam.sees("Jo", "Ana"))
    desk = await jo.tab.address()

    assert session.platform.process is not None
    children = psutil.Process(session.platform.process.pid).children()
    session.platform.kill()
    await until(lambda: have_ended(children), "the engine ends with the platform", ENGINE_ENDS_WITHIN)
    assert await nothing_comes(sam, ana)

    await jo.tab.goto("about:blank")
    await session.platform.start()
    await sam.shows("We’ve lost your host. Hang on")
    assert await nothing_comes(sam, ana, during=4)

    await jo.tab.goto(desk)
    await jo.shows("muted by host")
    await jo.tab.press(MICROPHONE_OFF)
    await asyncio.gather(sam.hears("Jo"), sam.sees("Ana"), ana.hears("Jo", "Sam"), ana.sees("Sam"))
    await ana.shows("You are muted by your host")
    await session.waiting_kim.shows("Hello Kim")
    await session.removed_max.shows("Your place is paused")
    assert await sam.names() == {"Jo", "Ana", "You"}
