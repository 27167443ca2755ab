"""Connecting: who is let on, and what they are shown first."""

import asyncio

import aiohttp
import pytest
from socketio.exceptions import ConnectionError as ConnectionFailed

from moderation import actions as a
from moderation import events as e
from moderation.model import MeetingId, RemovalReason, Role
from signalling.meeting import sittings as sittings_module
from signalling.meeting.ports import SeatHolder
from tests.signalling.meeting.gateway.page import Site, raw_page
from tests.signalling.meeting.house import JO, ORIGIN, SAM, SAM_TABLET, TUESDAY, eventually


async def test_a_parent_who_connects_waits_and_is_shown_so(site: Site) -> None:
    sam = await site.page(SAM)
    await sam.sees("phase", "scheduled")
    assert sam.views[-1]["you"]["place"] == "waiting"
    assert site.house.journal.events(TUESDAY) == [e.Arrived(SAM.seat, SAM.person, 3)]


async def test_the_host_sees_at_once_who_comes_and_who_goes(site: Site) -> None:
    jo = await site.page(JO)
    sam = await site.page(SAM)
    await eventually(lambda: [w["connected"] for w in jo.views[-1]["waiting"]] == [True])
    await sam.leaves()
    await eventually(lambda: [w["connected"] for w in jo.views[-1]["waiting"]] == [False])


async def test_a_dropped_connection_keeps_the_place(in_session: Site) -> None:
    sam = await in_session.page(SAM)
    await sam.client.disconnect()
    again = await in_session.page(SAM)
    await again.sees("phase", "open")
    assert again.views[-1]["you"]["place"] == "present"


async def test_a_removed_parent_may_connect_and_is_told_so(in_session: Site) -> None:
    await in_session.house.done((JO, a.Remove(SAM.person, RemovalReason.OTHER)))
    sam = await in_session.page(SAM_TABLET)
    await sam.sees("people", [])
    assert sam.views[-1]["you"]["standing"] == "removed"


async def test_a_connection_without_a_seat_is_refused(site: Site) -> None:
    del site.house.seats.holders["sam-phone"]
    assert "no_seat" == await site.refused(SAM)


async def test_a_seat_that_connects_again_and_again_is_too_fast(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sittings_module, "KNOCKS_BURST", 3)
    for _ in range(3):
        await site.page(SAM)
    assert "too_fast" == await site.refused(SAM)
    jo = await site.page(JO)
    await jo.sees("phase", "scheduled")


@pytest.mark.parametrize(
    ("auth", "error"),
    [
        ({"meeting": "friday"}, "not_your_session"),
        ({"meeting": 7}, "malformed"),
        (["tuesday"], "malformed"),
        ({"room": "tuesday"}, "malformed"),
    ],
)
async def test_a_connection_about_anything_else_is_refused(site: Site, auth: object, error: str) -> None:
    assert error == await site.refused(SAM, auth=auth)


async def test_a_meeting_nobody_knows_is_not_yours(site: Site) -> None:
    friday = MeetingId("friday")
    site.house.seats.holders["sam-phone"] = SeatHolder(SAM.seat, SAM.person, Role.PARENT, friday, 3)
    assert "not_your_session" == await site.refused(SAM, auth={"meeting": friday})


async def test_the_agreement_comes_first(site: Site) -> None:
    old = SeatHolder(SAM.seat, SAM.person, Role.PARENT, TUESDAY, 2)
    site.house.seats.holders["sam-phone"] = old
    assert "agreement_needed" == await site.refused(SAM)


async def test_someone_suspended_is_refused(site: Site) -> None:
    site.house.seats.suspended.add(SAM.person)
    assert "suspended" == await site.refused(SAM)


async def test_an_admin_does_not_enter(site: Site) -> None:
    site.house.seats.holders["sam-phone"] = SeatHolder(SAM.seat, SAM.person, Role.ADMIN, TUESDAY, 3)
    assert "not_allowed" == await site.refused(SAM)


async def test_nobody_connects_while_the_database_is_down(site: Site) -> None:
    site.house.seats.down = True
    assert "not_recorded" == await site.refused(SAM)
    site.house.seats.down, site.house.journal.down = False, True
    assert "not_recorded" == await site.refused(SAM)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
async def test_another_origin_is_refused(site: Site, origin: str) -> None:
    with pytest.raises(ConnectionFailed):
        await site.page(SAM, origin=origin)
    assert site.house.journal.events(TUESDAY) == []


async def test_only_websockets_are_served(site: Site) -> None:
    async with aiohttp.ClientSession(headers={"Origin": ORIGIN}) as http:
        for path in ("?EIO=4&transport=polling", "?EIO=4&transport=websocket", ""):
            async with http.get(f"{site.url}socket.io/{path}") as answer:
                assert answer.status == 400


async def test_a_connection_says_once_whose_it_is(in_session: Site) -> None:
    async with aiohttp.ClientSession() as http:
        socket = await raw_page(in_session, http, SAM)
        await socket.send_str("41")
        await socket.send_str('40{"meeting":"tuesday"}')
        async with asyncio.timeout(3):
            while not (frame := await socket.receive_str()).startswith("44"):
                pass
        assert "malformed" in frame
        await socket.close()


async def test_a_bug_in_connecting_is_refused_as_failed(
    in_session: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_session.house.seats, "holder", None)
    assert await in_session.refused(SAM) == "failed"
