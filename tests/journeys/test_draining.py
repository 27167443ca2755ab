"""Asked to stop in the middle of a session, the platform goes on with it until everybody has parted."""

import asyncio
import signal
from pathlib import Path

import pytest

from server.draining import COMES_BACK
from tests.browsers import PATIENCE, chromium, until
from tests.journeys.stage import stage

pytestmark = pytest.mark.timeout(180)


async def test_whoever_meets_goes_on_until_they_have_parted(tmp_path: Path) -> None:
    settings = {"HEARTH_DRAIN_MINUTES": "60"}
    async with chromium() as browser, stage(tmp_path, browser, ("Sam", "Ana"), settings=settings) as night:
        jo, sam, ana = await night.host(), await night.parent("Sam"), await night.parent("Ana")
        await jo.open_session()
        await night.let_in(jo, sam)
        for someone in (jo, sam):
            await someone.turn_on()
        await asyncio.gather(jo.hears_and_sees("Sam"), sam.hears_and_sees("Jo"))

        process = night.platform.process
        assert process is not None
        process.send_signal(signal.SIGTERM)

        async def has_been_asked() -> bool:
            return '"draining"' in night.platform.log.read_text()

        await until(has_been_asked, "the platform knows that it is to stop")
        await sam.tab.goto("about:blank")
        await sam.tab.goto(f"{night.origin}/session")
        await sam.shows("Mic off")
        await night.let_in(jo, ana)
        await ana.turn_on()
        await asyncio.gather(jo.hears_and_sees("Ana"), sam.hears_and_sees("Jo", "Ana"))
        assert process.poll() is None

        await jo.tab.press("End session")
        await jo.tab.press("End for everyone")
        for someone in (jo, sam, ana):
            await someone.shows("That’s it for today")

        async def has_stopped() -> bool:
            return process.poll() is not None

        await until(has_stopped, "the platform stops by itself", COMES_BACK + PATIENCE)
        assert process.poll() == 0
