"""Asked to stop, the platform lets sessions under way go on, and stops once nobody meets."""

import asyncio
import os
import signal

import pytest
from aiohttp import web

from server import draining
from server.draining import Draining, drain_when_asked, end_platform
from signalling.meeting.gate import Gate
from tests.server.test_embedded import eventually
from tests.signalling.meeting.house import ORIGIN, House


class Evening(Gate):
    """A gate without sockets, behind which some meet."""

    def __init__(self, *meeting: str) -> None:
        house = House()
        super().__init__(house.applier, house.seats, house.media, house.attendance, origins={ORIGIN})
        self.meeting = frozenset(meeting)
        self.drained = False

    def drain(self) -> None:
        self.drained = True

    def under_way(self) -> frozenset[str]:  # type: ignore[override]
        return self.meeting


@pytest.fixture(autouse=True)
def hastened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(draining, "COMES_BACK", 0.1)


class Ends:
    """How often the platform was ended."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


async def test_where_nobody_meets_it_stops_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "COMES_BACK", 3600.0)
    gate, end = Evening(), Ends()
    platform = Draining(gate, 60, end)
    platform.begin()
    assert gate.drained
    await eventually(lambda: end.count == 1)


async def test_it_waits_for_whoever_meets_and_for_whoever_may_come_back() -> None:
    gate, end = Evening("monday"), Ends()
    Draining(gate, 60, end).begin()
    await asyncio.sleep(0.3)
    assert end.count == 0
    gate.meeting = frozenset()
    await eventually(lambda: end.count == 1)


async def test_it_does_not_wait_for_ever() -> None:
    end = Ends()
    Draining(Evening("monday"), 0.001, end).begin()
    await eventually(lambda: end.count == 1)


async def test_asked_again_it_stops_at_once() -> None:
    end = Ends()
    platform = Draining(Evening("monday"), 60, end)
    platform.begin()
    platform.begin()
    assert end.count == 1


async def test_a_supervisors_signal_begins_it() -> None:
    platform = Draining(Evening("monday"), 60, Ends())
    drain_when_asked(platform)
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        await eventually(lambda: platform.has_begun)
    finally:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)


def test_the_end_is_what_the_server_takes_for_an_order_to_stop() -> None:
    async def serve() -> None:
        end_platform()
        await asyncio.sleep(60)

    with pytest.raises(web.GracefulExit):
        asyncio.run(serve())
