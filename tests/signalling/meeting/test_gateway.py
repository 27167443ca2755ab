"""The gateway, with the Socket.IO client that everyone uses over a real server."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import socketio
from aiohttp import web
from socketio.exceptions import ConnectionError as ConnectionFailed

from moderation import actions as a
from moderation import events as e
from moderation.model import Actor, MeetingId, Phase, RemovalReason, Role
from signalling.meeting import exchange as exchange_module
from signalling.meeting import sittings as sittings_module
from signalling.meeting.gate import Gate
from signalling.meeting.gateway import Gateway
from signalling.meeting.ports import SeatHolder, SeatLabel
from tests.signalling.meeting.house import (
    JO,
    KAZ,
    ORIGIN,
    SAM,
    SAM_TABLET,
    TUESDAY,
    House,
    Served,
    eventually,
    until_phase,
)

View = dict[str, Any]


@dataclass
class Page:
    """A browser's page: what it was shown, and how it asks."""

    client: socketio.AsyncClient
    views: list[View] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    reacted: list[dict[str, Any]] = field(default_factory=list)

    async def call(self, event: str, data: object) -> dict[str, Any]:
        answer: dict[str, Any] = await self.client.call(event, data, timeout=5)
        return answer

    async def say(self, to: object, text: str) -> dict[str, Any]:
        return await self.call("say", {"to": to, "text": text})

    async def ask(self, **message: object) -> dict[str, Any]:
        answer: dict[str, Any] = await self.client.call("act", message, timeout=5)
        return answer

    async def sees(self, what: str, value: object) -> None:
        await eventually(lambda: bool(self.views) and self.views[-1][what] == value)

    async def leaves(self) -> None:
        """Disconnect as pages do: with a word, which this client's own `disconnect` may not wait to send."""
        await self.client.eio.send("1")
        await asyncio.sleep(0.05)
        await self.client.disconnect()

    async def is_away(self) -> None:
        await eventually(lambda: not self.client.connected)


@dataclass
class Site:
    """House and gateway, served, and the pages that are open."""

    house: House
    gateway: Gateway
    gate: Gate
    url: str
    pages: list[Page] = field(default_factory=list)

    async def page(self, actor: Actor, *, origin: str = ORIGIN, auth: object = None) -> Page:
        client = socketio.AsyncClient(reconnection=False)
        page = Page(client)
        client.on("view", page.views.append)
        client.on("gone", lambda data: page.gone.append(data["why"]))
        client.on("disconnect", page.reasons.append)
        client.on("connect_error", page.refusals.append)
        client.on("said", page.said.append)
        client.on("unsaid", lambda data: page.unsaid.append(data["id"]))
        client.on("reacted", page.reacted.append)
        self.pages.append(page)
        await client.connect(
            self.url,
            headers={"Origin": origin, "Cookie": f"seat={actor.seat}"},
            auth={"meeting": TUESDAY} if auth is None else auth,
            transports=["websocket"],
            wait_timeout=3,
        )
        return page

    async def refused(self, actor: Actor, **how: Any) -> str:
        """The error of a refused connection."""
        with pytest.raises(ConnectionFailed):
            await self.page(actor, **how)
        (refusal,) = self.pages[-1].refusals
        error: str = refusal["data"]["error"]
        assert refusal["message"] == error
        return error


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving(House()) as site:
        yield site


def serving(house: House, redis_url: str | None = None) -> "Serving":
    return Serving(house, redis_url)


class Serving:
    """One process of the platform, from start to stop."""

    def __init__(self, house: House, redis_url: str | None) -> None:
        self.house = house
        self.gate = Gate(house.applier, house.seats, house.media, house.attendance, origins={ORIGIN})
        self.gateway = Gateway(
            house.journal,
            house.applier,
            house.seats,
            house.attendance,
            self.gate,
            house.scenes,
            house.aftermath,
            origins={ORIGIN},
            redis_url=redis_url,
        )

    async def __aenter__(self) -> Site:
        app = web.Application()
        app.add_routes(self.gateway.routes())
        self.server = Served(app)
        await self.server.start_server()
        await self.gateway.start()
        self.site = Site(self.house, self.gateway, self.gate, str(self.server.make_url("/")))
        return self.site

    async def __aexit__(self, *_: object) -> None:
        await self.gateway.close()
        await self.server.close()
        for page in self.site.pages:
            await page.client.disconnect()


@pytest.fixture
async def in_session(site: Site) -> Site:
    await site.house.in_session()
    return site


# --- Coming ---


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


# --- Asking ---


async def test_what_a_host_does_everyone_is_shown(in_session: Site) -> None:
    jo, sam, kaz = [await in_session.page(actor) for actor in (JO, SAM, KAZ)]
    answer = await jo.ask(do="mute", person="sam")
    assert answer == {"ok": True, "seq": len(in_session.house.journal.events(TUESDAY))}
    for page in (jo, sam, kaz):
        await page.sees("seq", answer["seq"])
        held = {one["person"]: one["microphone_held"] for one in page.views[-1]["people"]}
        assert held == {"jo": False, "sam": True, "kaz": False}
    assert sam.views[-1]["you"]["microphone_held"]
    assert "waiting" in jo.views[-1]
    assert "waiting" not in kaz.views[-1]


async def test_from_the_waiting_room_to_the_room_and_back(site: Site) -> None:
    jo, sam = await site.page(JO), await site.page(SAM)
    assert (await jo.ask(do="admit", seat="sam-phone"))["error"] == "not_open"
    await jo.ask(do="open")
    assert (await jo.ask(do="admit", seat="sam-phone"))["error"] == "unattended"
    await site.house.connects(JO)
    assert (await jo.ask(do="admit", seat="sam-phone"))["ok"]
    await eventually(lambda: sam.views[-1]["you"]["place"] == "present")
    await jo.ask(do="return_to_waiting", person="sam")
    await eventually(lambda: sam.views[-1]["you"]["place"] == "waiting")
    assert sam.views[-1]["people"] == []
    await jo.ask(do="end")
    await sam.sees("phase", "ended")


@pytest.mark.parametrize("do", ["mute_all", "open", "end", "admit_all", "lock", "unlock", "lift_all"])
async def test_a_parent_moderates_nothing(in_session: Site, do: str) -> None:
    sam = await in_session.page(SAM)
    before = list(in_session.house.journal.events(TUESDAY))
    assert await sam.ask(do=do) == {"ok": False, "error": "not_allowed"}
    assert in_session.house.journal.events(TUESDAY) == before


async def test_malformed_messages_are_answered_and_change_nothing(in_session: Site) -> None:
    jo = await in_session.page(JO)
    before = list(in_session.house.journal.events(TUESDAY))
    for data in (None, "mute", {"do": "dance"}, ({"do": "lock"}, {"do": "end"}), {"do": "mute"}):
        answer = await jo.client.call("act", data, timeout=5)
        assert answer["error"] == "malformed"
        assert answer["detail"]
    assert (await jo.client.call("dance", {}, timeout=5))["error"] == "malformed"
    assert in_session.house.journal.events(TUESDAY) == before
    assert (await jo.ask(do="lock"))["ok"]


HOSTILE_FRAMES = [
    "",
    "9",
    "4",
    "4x",
    "42",
    "42{}",
    "42[]",
    "42[7]",
    '42["connect",{"aiohttp.request":{}},{}]',
    '42["disconnect","client disconnect"]',
    '451-["act",{"_placeholder":true,"num":0}]',
    "40/admin,",
    '40{"meeting":"tuesday"}',
    "4" + "2" * 300,
    "42" + "[" * 5000,
    b"\x04\x00\xff",
]


async def raw_page(site: Site, http: aiohttp.ClientSession, actor: Actor) -> aiohttp.ClientWebSocketResponse:
    """A connection by hand, connected and past its CONNECT."""
    socket = await http.ws_connect(
        f"{site.url}socket.io/?EIO=4&transport=websocket",
        headers={"Origin": ORIGIN, "Cookie": f"seat={actor.seat}"},
    )
    assert (await socket.receive_str()).startswith("0{")
    await socket.send_str('40{"meeting":"tuesday"}')
    assert (await socket.receive_str()).startswith("40{")
    return socket


@pytest.mark.parametrize("frame", HOSTILE_FRAMES)
async def test_a_hostile_frame_hurts_nobody(in_session: Site, frame: str | bytes) -> None:
    jo = await in_session.page(JO)
    async with aiohttp.ClientSession() as http:
        socket = await raw_page(in_session, http, SAM)
        await (socket.send_bytes(frame) if isinstance(frame, bytes) else socket.send_str(frame))
        await socket.send_str("2")
        assert (await jo.ask(do="lock"))["ok"]
        await jo.sees("locked", True)
        await socket.close()


async def test_a_message_too_large_ends_the_connection_that_sent_it(in_session: Site) -> None:
    jo = await in_session.page(JO)
    async with aiohttp.ClientSession() as http:
        socket = await raw_page(in_session, http, SAM)
        await socket.send_str('42["act","' + "x" * 20_000 + '"]')
        async with asyncio.timeout(3):
            while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert socket.close_code == 1009
    assert (await jo.ask(do="lock"))["ok"]


async def test_one_connections_messages_are_handled_in_order(in_session: Site) -> None:
    jo = await in_session.page(JO)
    dos = ["lock", "unlock"] * 10
    await asyncio.gather(*(jo.ask(do=do) for do in dos))
    locks = in_session.house.journal.events(TUESDAY)[-20:]
    assert locks == [e.Locked(), e.Unlocked()] * 10


async def test_too_many_messages_are_too_fast(in_session: Site) -> None:
    jo = await in_session.page(JO)
    begun = time.monotonic()
    answers = await asyncio.gather(*(jo.ask(do="lock") for _ in range(200)))
    fine = sittings_module.BURST + sittings_module.RATE * (time.monotonic() - begun)
    errors = [answer.get("error") for answer in answers]
    assert errors.count("too_fast") >= 199 - fine
    assert errors[0] is None
    await asyncio.sleep(0.2)
    assert (await jo.ask(do="unlock"))["ok"]


async def test_whoever_does_not_stop_is_sent_away(in_session: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange_module, "PATIENCE", 20)
    jo = await in_session.page(JO)
    for _ in range(100):
        if jo.client.connected:
            await jo.client.emit("dance", {})
    await jo.is_away()
    assert jo.gone == ["too_fast"]


async def test_the_whole_view_can_be_asked_for(in_session: Site) -> None:
    sam = await in_session.page(SAM)
    view = await sam.client.call("view", timeout=5)
    assert view["phase"] == "open"
    assert {one["name"] for one in view["people"]} == {"Jo", "Sam", "Kaz"}


async def test_a_bug_answers_failed_and_ends_nothing(
    in_session: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    jo = await in_session.page(JO)

    async def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(in_session.house.applier, "act", broken)
        assert await jo.ask(do="lock") == {"ok": False, "error": "failed"}
    assert (await jo.ask(do="lock"))["ok"]


async def test_a_host_is_told_honestly_what_did_not_happen(in_session: Site) -> None:
    jo = await in_session.page(JO)
    await jo.sees("phase", "open")
    in_session.house.media.down = True
    answer = await jo.ask(do="mute", person="sam")
    assert (answer["error"], answer["stands"]) == ("not_enforced", True)
    in_session.house.media.down = False
    in_session.house.journal.down = in_session.house.seats.down = True
    answer = await jo.ask(do="mute", person="kaz")
    assert answer == {"ok": False, "error": "not_recorded", "stands": True}
    await eventually(lambda: all(p["microphone_held"] for p in jo.views[-1]["people"][1:]))
    answer = await jo.ask(do="lift", person="kaz")
    assert answer == {"ok": False, "error": "not_recorded", "stands": False}


# --- Going ---


async def test_leaving_is_not_disconnecting(in_session: Site) -> None:
    sam = await in_session.page(SAM)
    assert (await sam.ask(do="leave"))["ok"]
    await eventually(lambda: sam.views[-1]["you"]["place"] == "outside")


async def test_a_newer_page_of_the_same_seat_replaces_the_older(in_session: Site) -> None:
    older = await in_session.page(SAM)
    newer = await in_session.page(SAM)
    await older.is_away()
    assert older.gone == ["replaced"]
    await newer.sees("phase", "open")
    jo = await in_session.page(JO)
    await eventually(lambda: bool(jo.views))
    connected = {one["person"]: one["connected"] for one in jo.views[-1]["people"]}
    assert connected["sam"]


async def test_a_quick_exit_takes_the_seat_out_and_ends_its_page(in_session: Site) -> None:
    jo, sam = await in_session.page(JO), await in_session.page(SAM)
    in_session.house.seats.ended.add("sam-phone")
    await in_session.gateway.seat_exited(SAM.seat)
    await sam.is_away()
    assert sam.gone == ["seat_ended"]
    assert in_session.house.journal.events(TUESDAY)[-1] == e.Left(SAM.seat, quick=True)
    assert SAM.seat not in in_session.house.media.rooms[TUESDAY]
    await eventually(lambda: len(jo.views[-1]["people"]) == 2)
    assert "seat_ended" == await in_session.refused(SAM)


async def test_a_revoked_invite_takes_every_device_out(in_session: Site) -> None:
    phone, tablet = await in_session.page(SAM), await in_session.page(SAM_TABLET)
    await in_session.gateway.person_revoked(SAM.person)
    await phone.is_away()
    await tablet.is_away()
    assert in_session.house.journal.events(TUESDAY)[-1] == e.Revoked(SAM.person)


async def test_a_seat_that_ended_meanwhile_does_nothing_more(in_session: Site) -> None:
    jo = await in_session.page(JO)
    in_session.house.seats.ended.add("jo-laptop")
    before = list(in_session.house.journal.events(TUESDAY))
    assert (await jo.ask(do="mute_all"))["error"] == "seat_ended"
    await jo.is_away()
    assert before == in_session.house.journal.events(TUESDAY)[: len(before)]
    assert not any(isinstance(event, e.MutedByHost) for event in in_session.house.journal.events(TUESDAY))


async def test_a_changed_label_is_shown(in_session: Site) -> None:
    sam = await in_session.page(SAM)
    await sam.sees("phase", "open")
    in_session.house.seats.names[SAM.seat] = SeatLabel(SAM.person, "Sammy")
    in_session.gateway.labels_changed(TUESDAY)
    await eventually(lambda: sam.views[-1]["you"]["name"] == "Sammy")


# --- Attendance ---


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
    monkeypatch.setattr(sittings_module, "SILENCE", 0.3)
    monkeypatch.setattr(sittings_module, "SWEEP_EVERY", 0.05)
    await site.house.in_session()
    async with aiohttp.ClientSession() as http:
        silent = await raw_page(site, http, JO)
        await asyncio.sleep(0.15)
        assert (await site.house.meeting()).phase is Phase.OPEN
        await until_phase(site.house, Phase.UNATTENDED)
        await silent.send_str("3")
        await until_phase(site.house, Phase.OPEN)
        await silent.close()


async def test_a_browser_that_lets_everything_pile_up_is_dropped(
    in_session: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sittings_module, "LONGEST_QUEUE", -1)
    sam = await in_session.page(SAM)
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
