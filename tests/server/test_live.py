"""The house and the wire together: cookies, seats over Socket.IO, what pages tell a running session."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import socketio

from moderation import events as e
from moderation.model import MeetingId, SeatId
from server import aftercare, invites, tasks
from server.auth import Role
from server.data.journal import SqlJournal
from server.livekit import News, Notice
from tests.server.conftest import Place
from tools.visitor import Visitor


@asynccontextmanager
async def connected(
    place: Place, visitor: Visitor, meeting: str = ""
) -> AsyncIterator[tuple[Any, list[Any]]]:
    """An event connection with this browser's cookies; and the views it was sent."""
    client = socketio.AsyncClient(reconnection=False)
    views: list[Any] = []
    client.on("view", views.append)
    await client.connect(
        place.origin,
        headers={"Origin": place.origin, "Cookie": visitor.cookies},
        auth={"meeting": meeting or place.meeting},
        transports=["websocket"],
        wait_timeout=20,
    )
    try:
        yield client, views
    finally:
        await client.disconnect()
        await asyncio.sleep(0.05)


async def until(so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    for _ in range(1000):
        if so():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


async def happened(place: Place) -> list[e.Event]:
    return list(await SqlJournal(place.house.database).since(MeetingId(place.meeting), 0))


async def test_a_parent_waits_and_a_host_opens_and_sees_who(place: Place) -> None:
    parent, host = await place.parent("Sam"), await place.staff(Role.FACILITATOR)
    async with connected(place, host) as (desk, desk_views), connected(place, parent) as (_, views):
        assert (await desk.call("act", {"do": "open"}))["ok"]
        await until(lambda: any(view.get("waiting") for view in desk_views))
        (waiting,) = next(view["waiting"] for view in reversed(desk_views) if view.get("waiting"))
        assert waiting["name"] == "Sam"
        assert waiting["first_visit"] is True
        assert waiting["readiness"] == "not_checked"
        await until(lambda: bool(views))
        assert views[-1]["hosts"] == ["Jo"]
        assert views[-1]["you"]["name"] == "Sam"
        assert views[-1]["theme"] == "Talking with school"
        assert "waiting" not in views[-1]


@pytest.mark.parametrize(("share", "shown"), [(False, "not_checked"), (True, "sound_only")])
async def test_the_hosts_list_has_the_check_only_if_it_was_shared(
    place: Place, share: bool, shown: str
) -> None:
    parent, host = await place.parent("Sam"), await place.staff(Role.FACILITATOR)
    async with connected(place, host) as (desk, views), connected(place, parent):
        await desk.call("act", {"do": "open"})
        page = await parent.open("/ready")
        sent = {"verdict": "sound_only", "share": share, "ring_me": True}
        headers = {"X-CSRF-Token": page.data["data-csrf"]}
        async with parent.http.post(f"{place.origin}/ready", json=sent, headers=headers) as answer:
            assert await answer.json() == {"next": "/session"}
        await until(lambda: any(one["ring_me"] for one in views[-1]["waiting"]))
        assert views[-1]["waiting"][0]["readiness"] == shown


async def test_strangers_and_other_groups_do_not_connect(place: Place) -> None:
    parent = await place.parent()
    for visitor, meeting, error in (
        (place.visitor(), place.meeting, "no_seat"),
        (parent, "0" * 24, "not_your_session"),
        (await place.staff(Role.ADMIN), place.meeting, "not_your_session"),
    ):
        refusals: list[Any] = []
        client = socketio.AsyncClient(reconnection=False)
        client.on("connect_error", refusals.append)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(
                place.origin,
                headers={"Origin": place.origin, "Cookie": visitor.cookies},
                auth={"meeting": meeting},
                transports=["websocket"],
                wait_timeout=20,
            )
        await client.disconnect()
        assert error in str(refusals)


async def test_a_quick_exit_is_told_to_the_session(place: Place) -> None:
    parent, host = await place.parent(), await place.staff(Role.FACILITATOR)
    async with connected(place, host) as (desk, _), connected(place, parent) as (client, _):
        await desk.call("act", {"do": "open"})
        gone = asyncio.Event()
        client.on("disconnect", lambda *_: gone.set())
        async with parent.http.post(f"{place.origin}/exit", allow_redirects=False):
            pass
        async with asyncio.timeout(5):
            await gone.wait()
    assert any(isinstance(event, e.Left) and event.quick for event in await happened(place))


async def test_revoking_puts_a_person_out_of_the_running_session(place: Place) -> None:
    parent, host = await place.parent(), await place.staff(Role.FACILITATOR)
    admin = await place.staff(Role.ADMIN)
    (line,) = await invites.of_group(place.house, place.group)
    async with connected(place, host) as (desk, _), connected(place, parent):
        await desk.call("act", {"do": "open"})
        await admin.submit(await admin.open(f"/staff/invites/{line.invite}/revoke"))
    assert any(isinstance(event, e.Revoked) for event in await happened(place))


async def test_a_new_link_puts_the_old_seats_out(place: Place) -> None:
    parent, host = await place.parent(), await place.staff(Role.FACILITATOR)
    admin = await place.staff(Role.ADMIN)
    (line,) = await invites.of_group(place.house, place.group)
    async with connected(place, host) as (desk, _), connected(place, parent):
        await desk.call("act", {"do": "open"})
        await admin.submit(await admin.open(f"/staff/invites/{line.invite}/reissue"))
    assert any(isinstance(event, e.Left) for event in await happened(place))


async def test_only_the_engine_can_tell_of_media(place: Place) -> None:
    notice = Notice(News.JOINED, MeetingId(place.meeting), SeatId("5" * 24), "stay")
    place.engine.notices[b"joined"] = notice
    stranger = place.visitor()
    for authorization, status in (("forged", 401), ("", 401), ("signed", 200)):
        headers = {"Authorization": authorization}
        url = f"{place.origin}/livekit/webhook"
        async with stranger.http.post(url, data=b"joined", headers=headers) as answer:
            assert answer.status == status


async def test_suspending_leaves_a_talk_to_have_and_closes_other_sessions(place: Place) -> None:
    parent, host = await place.parent("Sam"), await place.staff(Role.FACILITATOR)
    (line,) = await invites.of_group(place.house, place.group)
    await parent.submit(await parent.open("/joining-from"), place="12 Mill Lane")
    async with connected(place, host) as (desk, views), connected(place, parent):
        await desk.call("act", {"do": "open"})
        told = await desk.call("act", {"do": "reveal_location", "person": line.member})
        assert told["location"] == "12 Mill Lane"
        suspend = {"do": "suspend", "person": line.member, "reason": "unsafe", "until": None}
        assert (await desk.call("act", {**suspend, "note": "Talk on Friday."}))["ok"]
        await until(lambda: bool(views[-1]["tasks"]))
        assert views[-1]["tasks"][0]["kind"] == "suspended"
    assert await aftercare.is_suspended(place.house, line.member) is True
    (one,) = await tasks.of_meeting(place.house, place.meeting)
    out = await tasks.put_out(place.house, one)
    assert out is not None
    assert (out.note, out.reason, out.by) == ("Talk on Friday.", "unsafe", "Jo")
    records = [str(event) for event in await happened(place)]
    assert not any("Friday" in record or "Mill" in record for record in records)
