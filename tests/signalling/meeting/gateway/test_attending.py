"""When a host attends, as their page tells; and the end of a process."""

import asyncio
from collections.abc import Mapping

import aiohttp
import pytest

from moderation import actions as a
from moderation.grants import Grant
from moderation.model import MeetingId, Phase, SeatId
from signalling.meeting import showing as showing_module
from signalling.meeting import sittings as sittings_module
from signalling.meeting.ports import SeatHolder
from signalling.meeting.scene import Scene
from signalling.meeting.views import view
from tests.signalling.meeting.gateway.page import Page, Site, raw_page, serving
from tests.signalling.meeting.house import JO, ORIGIN, SAM, TUESDAY, House, eventually, until_phase


async def attended(site: Site) -> tuple[Page, Page]:
    """An open session with the host's and a parent's page."""
    await site.house.in_session()
    jo, sam = await site.page(JO), await site.page(SAM)
    await sam.sees("phase", "open")
    return jo, sam


async def test_a_host_who_closes_the_page_leaves_a_frozen_room_at_once(site: Site) -> None:
    jo, sam = await attended(site)
    await jo.leaves()
    await sam.sees("phase", "unattended")
    again = await site.page(JO)
    await sam.sees("phase", "open")
    await again.sees("phase", "open")


@pytest.mark.parametrize(("code", "frozen"), [(1001, True), (1000, False)])
async def test_a_closing_tab_is_told_from_a_connection_that_broke(
    site: Site, code: int, frozen: bool
) -> None:
    await site.house.in_session()
    sam = await site.page(SAM)
    async with aiohttp.ClientSession() as http:
        socket = await raw_page(site, http, JO)
        await socket.close(code=code)
    await eventually(lambda: not any(key[1] == JO.seat for key in site.gateway._sittings.current))
    await asyncio.sleep(0.1)
    await sam.sees("phase", "unattended" if frozen else "open")


async def test_a_host_who_falls_silent_is_gone_until_the_next_answer(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.gateway._sio.eio, "ping_interval", 0.1)
    monkeypatch.setattr(sittings_module, "SWEEP_EVERY", 0.05)
    await site.house.in_session()
    async with aiohttp.ClientSession() as http:
        silent = await raw_page(site, http, JO)
        await asyncio.sleep(0.15)
        assert (await site.house.meeting()).phase is Phase.OPEN
        monkeypatch.setattr(sittings_module, "SILENCE", 0.3)
        await until_phase(site.house, Phase.UNATTENDED)
        monkeypatch.setattr(site.gateway._sio.eio, "ping_interval", 60)  # One answer is enough.
        await silent.send_str("3")
        await until_phase(site.house, Phase.OPEN)
        await silent.close()


async def test_a_browser_that_lets_everything_pile_up_is_dropped(
    in_session: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    sam = await in_session.page(SAM)
    assert sam.client.connected
    monkeypatch.setattr(sittings_module, "LONGEST_QUEUE", -1)
    await sam.is_away()


async def test_the_engines_webhooks_make_a_host_attend_and_push_the_grants_again(site: Site) -> None:
    await site.house.in_session()
    await site.gateway.media_left(TUESDAY, JO.seat, "PA_1")
    assert (await site.house.meeting()).phase is Phase.UNATTENDED
    site.house.media.rooms.clear()
    await site.gateway.media_joined(TUESDAY, JO.seat, "PA_2")
    assert SAM.seat in site.house.media.rooms[TUESDAY]
    await site.gateway.media_joined(MeetingId("check-sam-phone"), SAM.seat, "PA_3")


async def test_a_connection_that_never_says_whose_it_is_is_dropped(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sittings_module, "CONNECT_WITHIN", 0.1)
    async with aiohttp.ClientSession() as http:
        socket = await http.ws_connect(
            f"{site.url}socket.io/?EIO=4&transport=websocket", headers={"Origin": ORIGIN}
        )
        async with asyncio.timeout(3):
            while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass


async def test_shutting_down_looks_like_a_broken_connection_so_that_pages_come_back() -> None:
    process = serving(House())
    site = await process.__aenter__()
    sam = await site.page(SAM)
    await process.__aexit__()
    await sam.is_away()
    assert sam.gone == []
    assert sam.reasons == ["transport error"]


async def test_what_nobody_decided_is_shown_after_a_decision_that_is_on_its_way(
    in_session: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_session.page(SAM)
    made: list[Scene] = []
    released = asyncio.Event()
    push = in_session.house.media.push

    def counted(scene: Scene, holder: SeatHolder) -> object:
        made.append(scene)
        return view(scene, holder)

    async def slow(meeting: MeetingId, grants: Mapping[SeatId, Grant]) -> None:
        await released.wait()
        await push(meeting, grants)

    monkeypatch.setattr(showing_module, "view", counted)
    monkeypatch.setattr(in_session.house.media, "push", slow)
    muting = asyncio.create_task(in_session.house.applier.act(TUESDAY, JO, a.Mute(SAM.person)))
    await eventually(lambda: in_session.house.applier.is_deciding(TUESDAY))
    made.clear()
    in_session.gateway.labels_changed(TUESDAY)
    await asyncio.sleep(2 * showing_module.GATHER)
    assert not made, "the decision comes first"
    await eventually(lambda: len(made) > 0)
    assert not muting.done(), "but it is not waited for without end"
    released.set()
    await muting
