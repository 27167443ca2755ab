"""What the gate carries between a browser and the engine, and what it does not."""

import asyncio

import pytest
from aiohttp import WSMsgType

from signalling.meeting import gate as gate_module
from signalling.meeting import passage, wishes
from signalling.meeting.errors import MediaDown
from tests.fakes import FakeMediaEngine
from tests.signalling.meeting.gate.site import Site
from tests.signalling.meeting.house import KAZ, SAM, eventually


async def test_the_engines_close_reaches_the_browser_with_its_code(in_session: Site) -> None:
    socket = await in_session.enter(SAM)
    await in_session.engine.sockets["sam-phone"].close(code=4001)
    assert (await socket.receive(timeout=2)).data == 4001


async def test_the_browsers_close_reaches_the_engine(in_session: Site) -> None:
    socket = await in_session.enter(SAM)
    await socket.close()
    await eventually(lambda: in_session.engine.closed_with == [1000])


async def test_a_message_too_large_ends_only_this_passage(in_session: Site) -> None:
    sam, kaz = await in_session.enter(SAM), await in_session.enter(KAZ)
    await sam.send_bytes(b"x" * (wishes.MESSAGE + 1))
    assert (await sam.receive(timeout=2)).data == 1009
    await kaz.send_bytes(b"offer")
    assert await kaz.receive_bytes() == b"echo offer"
    await kaz.close()


async def test_a_large_message_from_the_engine_is_carried(in_session: Site) -> None:
    socket = await in_session.enter(SAM)
    await in_session.engine.sockets["sam-phone"].send_bytes(b"x" * 200_000)
    assert len(await socket.receive_bytes()) == 200_000
    await socket.close()


async def test_text_is_not_signalling(in_session: Site) -> None:
    socket = await in_session.enter(SAM)
    await socket.send_str("hello")
    assert (await socket.receive(timeout=2)).data == 1003


async def test_a_flood_ends_the_passage(in_session: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passage, "CLIENT_BURST", 5.0)
    socket = await in_session.enter(SAM)
    for _ in range(20):
        await socket.send_bytes(b"candidate")
    message = await socket.receive(timeout=2)
    while message.type is WSMsgType.BINARY:
        message = await socket.receive(timeout=2)
    assert message.data == 1008
    assert len(in_session.engine.got) <= 5


class NoEngine(FakeMediaEngine):
    """What the port is while its engine is being started again."""

    def signalling_url(self, room: str) -> str:
        raise MediaDown


async def test_while_there_is_no_engine_nobody_passes(
    in_session: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_module, "BACK_WITHIN", 0.2)
    in_session.gate._media = NoEngine.__new__(NoEngine)
    assert await in_session.refused(SAM) == (503, "not_ready")


class BackSoon(FakeMediaEngine):
    """An engine that is being started again."""

    looks = 0

    def signalling_url(self, room: str) -> str:
        self.looks += 1
        if self.looks < 3:
            raise MediaDown
        return self.address


async def test_an_engine_that_is_being_started_again_is_waited_for(in_session: Site) -> None:
    in_session.gate._media = BackSoon(address=in_session.house.media.address)
    socket = await in_session.enter(SAM)
    await socket.close()


async def test_whoever_knocks_too_often_has_to_wait(
    in_session: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_module, "KNOCKS_BURST", 2.0)
    sockets = [await in_session.enter(SAM), await in_session.enter(SAM)]
    assert await in_session.refused(SAM) == (429, "too_fast")
    sockets.append(await in_session.enter(KAZ))
    for socket in sockets:
        await socket.close()


@pytest.mark.parametrize("trouble", ["refuses", "silent", "gone"])
async def test_an_engine_that_does_not_take_the_seat_is_not_ready(
    in_session: Site, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_module, "ENGINE_WITHIN", 0.2)
    in_session.engine.refuses = trouble == "refuses"
    in_session.engine.silent = trouble == "silent"
    if trouble == "gone":
        in_session.house.media.address = "ws://127.0.0.1:9"
    assert await in_session.refused(SAM) == (503, "not_ready")


async def test_shutting_down_closes_everything(in_session: Site) -> None:
    socket = await in_session.enter(SAM)
    closing = asyncio.create_task(in_session.gate.close())
    assert (await socket.receive(timeout=2)).data == 1001
    await closing
    assert await in_session.refused(SAM) == (503, "not_ready")
