"""What is decided while somebody passes, or has passed."""

import pytest
from aiohttp import WSMsgType

from moderation import actions as a
from moderation.model import RemovalReason
from signalling.meeting import gate as gate_module
from tests.signalling.meeting.gate.site import Site
from tests.signalling.meeting.house import JO, KAZ, SAM, TUESDAY


async def test_a_removal_while_the_engine_is_reached_keeps_the_browser_out(in_session: Site) -> None:
    house = in_session.house

    async def remove() -> None:
        await house.done((JO, a.Remove(SAM.person, RemovalReason.UNSAFE)))
        house.media.rooms[TUESDAY] = {SAM.seat: gate_module.CHECK_GRANT}

    in_session.engine.on_connect = remove
    assert await in_session.refused(SAM) == (403, "removed")
    assert SAM.seat not in house.media.rooms[TUESDAY]


async def test_a_mute_while_the_engine_is_reached_is_pushed_again_once_the_seat_is_there(
    in_session: Site,
) -> None:
    house = in_session.house
    pushes = 0

    async def mute() -> None:
        nonlocal pushes
        await house.done((JO, a.Mute(SAM.person)))
        pushes = house.media.pushes

    in_session.engine.on_connect = mute
    socket = await in_session.enter(SAM)
    assert "microphone" in in_session.engine.queries[0]["access_token"]
    assert house.media.pushes == pushes + 1
    await socket.close()


@pytest.mark.parametrize(
    "restriction",
    [a.Remove(SAM.person, RemovalReason.OTHER), a.ReturnToWaiting(SAM.person), a.End()],
    ids=["removed", "returned", "ended"],
)
async def test_whoever_loses_the_place_loses_the_passage(in_session: Site, restriction: a.Action) -> None:
    socket = await in_session.enter(SAM)
    await in_session.house.done((JO, restriction))
    await in_session.engine.sockets["sam-phone"].send_bytes(b"last words")
    assert await socket.receive_bytes() == b"last words"
    await socket.send_bytes(b"more")
    closing = await socket.receive(timeout=2)
    assert (closing.type, closing.data) == (WSMsgType.CLOSE, 4403)
    assert b"more" not in in_session.engine.got
    assert (await in_session.refused(SAM))[0] == 403


async def test_a_removal_closes_the_passage_even_while_the_engine_does_not_answer(
    in_session: Site,
) -> None:
    socket = await in_session.enter(SAM)
    in_session.house.media.down = True
    await in_session.house.act(JO, a.Remove(SAM.person, RemovalReason.OTHER))
    assert (await socket.receive(timeout=2)).data == 4403


async def test_a_seat_that_ends_loses_its_passage(in_session: Site) -> None:
    socket = await in_session.enter(SAM)
    in_session.gate.end_seat(SAM.seat)
    assert (await socket.receive(timeout=2)).data == 4403


async def test_others_keep_their_passage(in_session: Site) -> None:
    socket = await in_session.enter(KAZ)
    await in_session.house.done((JO, a.Remove(SAM.person, RemovalReason.OTHER)))
    await socket.send_bytes(b"offer")
    assert await socket.receive_bytes() == b"echo offer"
    await socket.close()


async def test_a_newer_passage_of_the_same_seat_replaces_the_older(in_session: Site) -> None:
    older = await in_session.enter(SAM)
    newer = await in_session.enter(SAM, query="reconnect=1")
    assert (await older.receive(timeout=2)).data == 4409
    await newer.send_bytes(b"sync")
    assert await newer.receive_bytes() == b"echo sync"
    await newer.close()
