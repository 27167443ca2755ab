"""The gate, between real WebSockets: a browser's on one side, a media engine's on the other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType, WSServerHandshakeError, web
from aiohttp.test_utils import TestClient, TestServer
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.rtc import (
    JoinResponse,
    ReconnectResponse,
    SignalRequest,
    SignalResponse,
    TrickleRequest,
)

from moderation import actions as a
from moderation.model import Actor, PersonId, Phase, RemovalReason, Role, SeatId
from signalling.meeting import gate as gate_module
from signalling.meeting import passage
from signalling.meeting.errors import MediaDown
from signalling.meeting.gate import Gate, is_resumed
from signalling.meeting.ports import Connection, SeatHolder
from signalling.meeting.words import GATE
from tests.fakes import FakeMediaEngine
from tests.signalling.meeting.house import (
    JO,
    KAZ,
    ORIGIN,
    RAY,
    SAM,
    TUESDAY,
    House,
    Served,
    arriving,
    eventually,
    holder,
    until_phase,
)

Steps = Callable[[], Awaitable[None]]


@dataclass
class FakeEngine:
    """A media engine's signalling: says join (or reconnect), then sends back whatever it gets."""

    refuses: bool = False
    silent: bool = False
    queries: list[dict[str, str]] = field(default_factory=list)
    sockets: dict[str, web.WebSocketResponse] = field(default_factory=dict)
    got: list[bytes] = field(default_factory=list)
    closed_with: list[int | None] = field(default_factory=list)
    on_connect: Steps | None = None

    async def rtc(self, request: web.Request) -> web.StreamResponse:
        self.queries.append(dict(request.query))
        if self.refuses:
            return web.Response(status=401, text="no")
        if self.on_connect is not None:
            await self.on_connect()
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        self.sockets[request.query["access_token"].split("/")[1].split(":")[0]] = socket
        if not self.silent:
            await socket.send_bytes(first_word(resumed=request.query.get("reconnect") == "1"))
        async for message in socket:
            self.got.append(message.data)
            await socket.send_bytes(b"echo " + message.data)
        self.closed_with.append(socket.close_code)
        return socket


def first_word(*, resumed: bool) -> bytes:
    if resumed:
        return SignalResponse(reconnect=ReconnectResponse()).SerializeToString()
    return SignalResponse(join=JoinResponse(participant=ParticipantInfo(sid="PA_1"))).SerializeToString()


@dataclass
class Site:
    """House, gate and engine, served; `client` is where browsers come from."""

    house: House
    gate: Gate
    engine: FakeEngine
    client: TestClient[web.Request, web.Application]

    async def enter(
        self, actor: Actor, *, query: str = "", origin: str | None = ORIGIN
    ) -> aiohttp.ClientWebSocketResponse:
        headers = {"Cookie": f"seat={actor.seat}", **({"Origin": origin} if origin else {})}
        socket = await self.client.ws_connect(f"/media/tuesday/rtc?{query}", headers=headers)
        assert await socket.receive_bytes() == first_word(resumed="reconnect=1" in query)
        return socket

    async def refused(self, actor: Actor, **how: Any) -> tuple[int, str]:
        """Status and reason of a refused upgrade."""
        with pytest.raises(WSServerHandshakeError) as raised:
            await self.enter(actor, **how)
        headers = raised.value.headers
        return raised.value.status, headers["Hearth-Refusal"] if headers else ""


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    house, engine = House(), FakeEngine()
    engine_app = web.Application()
    engine_app.router.add_get("/rtc", engine.rtc)
    async with TestServer(engine_app) as engine_server:
        house.media.signalling_url = str(engine_server.make_url("")).replace("http", "ws").rstrip("/")
        gate = Gate(house.applier, house.seats, house.media, house.attendance, origins={ORIGIN})
        app = web.Application()
        app.add_routes(gate.routes())
        await gate.start()
        gate.open()
        async with TestClient(Served(app)) as client:
            yield Site(house, gate, engine, client)
            await gate.close()


@pytest.fixture
async def in_session(site: Site) -> Site:
    await site.house.in_session()
    return site


# --- Who may pass ---


async def test_someone_admitted_passes_with_the_grants_of_this_moment(in_session: Site) -> None:
    socket = await in_session.enter(SAM)
    assert in_session.engine.queries == [{"access_token": "tuesday/sam-phone:hear+camera+microphone"}]
    await socket.send_bytes(b"offer")
    assert await socket.receive_bytes() == b"echo offer"
    await socket.close()


async def test_a_browsers_own_token_and_unknown_parameters_go_nowhere(in_session: Site) -> None:
    query = "access_token=stolen&sdk=js&protocol=16&join_request=x&attributes=%7B%7D&os=" + "x" * 65
    socket = await in_session.enter(SAM, query=query)
    (asked,) = in_session.engine.queries
    assert asked == {
        "access_token": "tuesday/sam-phone:hear+camera+microphone",
        "sdk": "js",
        "protocol": "16",
    }
    await socket.close()


async def test_a_held_microphone_is_missing_from_the_token(in_session: Site) -> None:
    await in_session.house.done((JO, a.Mute(SAM.person)))
    socket = await in_session.enter(SAM)
    assert in_session.engine.queries[0]["access_token"] == "tuesday/sam-phone:hear+camera"
    await socket.close()


async def test_during_a_freeze_someone_present_may_come_and_hears_nothing(in_session: Site) -> None:
    await in_session.house.attendance.closed(TUESDAY, JO.seat, Connection.EVENTS, at_once=True)
    socket = await in_session.enter(SAM)
    assert ":deaf+" in in_session.engine.queries[0]["access_token"]
    await socket.close()


async def to_waiting(house: House) -> None:
    await house.opened()


async def to_scheduled(house: House) -> None:
    await house.done(arriving(SAM))


async def to_removed(house: House) -> None:
    await house.in_session()
    await house.done((JO, a.Remove(SAM.person, RemovalReason.OTHER)))


async def to_declined(house: House) -> None:
    await house.opened()
    await house.done((JO, a.Decline(SAM.person)))


async def to_returned(house: House) -> None:
    await house.in_session()
    await house.done((JO, a.ReturnToWaiting(SAM.person)))


async def to_left(house: House) -> None:
    await house.in_session()
    await house.done((SAM, a.Leave()))


async def to_ended(house: House) -> None:
    await house.in_session()
    await house.done((JO, a.End()))


async def to_new_agreement(house: House) -> None:
    await house.in_session()
    house.seats.holders["sam-phone"] = SeatHolder(SAM.seat, SAM.person, Role.PARENT, TUESDAY, 2)


async def to_another_person(house: House) -> None:
    await house.in_session()
    house.seats.holders["sam-phone"] = holder(Actor(Role.PARENT, PersonId("mo"), SAM.seat))


async def to_seat_ended(house: House) -> None:
    await house.in_session()
    house.seats.ended.add("sam-phone")


async def to_suspended(house: House) -> None:
    await house.in_session()
    house.seats.suspended.add(SAM.person)


async def to_no_seat(house: House) -> None:
    await house.in_session()
    del house.seats.holders["sam-phone"]


async def to_another_session(house: House) -> None:
    await house.in_session()
    house.seats.holders["sam-phone"] = SeatHolder(
        SAM.seat, SAM.person, Role.PARENT, type(TUESDAY)("friday"), 3
    )


async def to_admin(house: House) -> None:
    await house.in_session()
    admin = Actor(Role.ADMIN, PersonId("ada"), SeatId("ada-laptop"))
    house.seats.holders["sam-phone"] = holder(admin)


async def to_database_down(house: House) -> None:
    await house.in_session()
    house.journal.down = True


async def to_unenforced(house: House) -> None:
    await house.in_session()
    house.media.down = True
    await house.act(JO, a.Mute(KAZ.person))


REFUSALS = [
    (to_scheduled, 403, "not_open"),
    (to_waiting, 403, "not_admitted"),
    (to_removed, 403, "removed"),
    (to_declined, 403, "declined"),
    (to_returned, 403, "not_admitted"),
    (to_left, 403, "not_here"),
    (to_ended, 403, "ended"),
    (to_new_agreement, 403, "agreement_needed"),
    (to_another_person, 403, "not_here"),
    (to_admin, 403, "not_allowed"),
    (to_another_session, 403, "not_your_session"),
    (to_suspended, 403, "suspended"),
    (to_seat_ended, 401, "seat_ended"),
    (to_no_seat, 401, "no_seat"),
    (to_database_down, 503, "not_ready"),
    (to_unenforced, 503, "not_ready"),
]


@pytest.mark.parametrize(("arrange", "status", "reason"), REFUSALS)
async def test_everyone_else_is_turned_away_with_the_reason(
    site: Site, arrange: Callable[[House], Awaitable[None]], status: int, reason: str
) -> None:
    await arrange(site.house)
    assert await site.refused(SAM) == (status, reason)
    assert site.engine.queries == []
    cookie = {"Cookie": "seat=sam-phone"}
    answer = await site.client.get("/media/tuesday/rtc/validate", headers=cookie)
    assert answer.status == status
    assert await answer.text() == GATE[reason]


async def test_a_meeting_nobody_knows_is_not_yours(site: Site) -> None:
    site.house.seats.holders["sam-phone"] = holder(SAM, type(TUESDAY)("friday"))
    answer = await site.client.get("/media/friday/rtc/validate", headers={"Cookie": "seat=sam-phone"})
    assert (answer.status, answer.headers["Hearth-Refusal"]) == (403, "not_your_session")


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
async def test_another_origin_does_not_pass(in_session: Site, origin: str | None) -> None:
    assert await in_session.refused(SAM, origin=origin) == (403, "wrong_origin")


async def test_nobody_passes_before_the_gate_is_open(in_session: Site) -> None:
    in_session.gate._is_open = False
    assert await in_session.refused(SAM) == (503, "not_ready")


async def test_validating_says_success_to_whoever_may_pass(in_session: Site) -> None:
    answer = await in_session.client.get("/media/tuesday/rtc/validate", headers={"Cookie": "seat=sam-phone"})
    assert (answer.status, await answer.text()) == (200, "success")


async def test_the_newer_dialect_does_not_exist(in_session: Site) -> None:
    for path in ("/media/tuesday/rtc/v1", "/media/tuesday/rtc/v1/validate"):
        assert (await in_session.client.get(path)).status == 404


async def test_a_plain_request_is_told_so(in_session: Site) -> None:
    headers = {"Cookie": "seat=sam-phone", "Origin": ORIGIN}
    answer = await in_session.client.get("/media/tuesday/rtc", headers=headers)
    assert (answer.status, answer.headers["Hearth-Refusal"]) == (400, "not_a_websocket")


# --- The side room ---


async def test_those_aside_are_taken_to_the_side_room_and_the_others_are_not(site: Site) -> None:
    await site.house.aside()
    sockets = [await site.enter(actor) for actor in (JO, SAM, KAZ)]
    rooms = [query["access_token"].split("/")[0] for query in site.engine.queries]
    assert rooms == ["tuesday-aside", "tuesday-aside", "tuesday"]
    for socket in sockets:
        await socket.close()


async def test_whoever_goes_aside_leaves_the_main_room_and_comes_back(in_session: Site) -> None:
    house = in_session.house
    sam, kaz = await in_session.enter(SAM), await in_session.enter(KAZ)
    await house.done(arriving(RAY))
    await house.connects(RAY)
    await house.done((JO, a.InviteAside(SAM.person)))
    assert not sam.closed
    await house.done((SAM, a.AcceptAside()))
    assert (await sam.receive()).data == passage.PassageClose.MOVED
    again = await in_session.enter(SAM)
    await house.done((SAM, a.LeaveAside()))
    assert (await again.receive()).data == passage.PassageClose.MOVED
    await kaz.send_bytes(b"still here")
    assert await kaz.receive_bytes() == b"echo still here"
    await kaz.close()


async def test_a_host_who_goes_aside_attends_there_and_the_side_room_goes_on(site: Site) -> None:
    house = site.house
    await house.in_session()
    jo = await site.enter(JO)
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    await house.done(arriving(RAY))
    await house.connects(RAY)
    await house.done((JO, a.InviteAside(SAM.person)), (SAM, a.AcceptAside()))
    assert (await jo.receive()).data == passage.PassageClose.MOVED
    await house.attendance.left(TUESDAY, JO.seat, "PA_2")
    there = await site.enter(JO)
    await house.attendance.joined(TUESDAY, JO.seat, "PA_3")
    meeting = await house.meeting()
    assert meeting.phase is Phase.OPEN
    assert meeting.aside is not None
    assert meeting.attending == {JO.seat, RAY.seat}
    await asyncio.sleep(passage.LAST_WORDS + 0.1)
    assert (await house.meeting()).attending == {JO.seat, RAY.seat}
    await house.attendance.closed(TUESDAY, RAY.seat, Connection.EVENTS, at_once=True)
    assert (await house.meeting()).phase is Phase.UNATTENDED
    await there.close()


async def test_a_host_on_the_way_back_from_the_side_room_attends_nothing_yet(site: Site) -> None:
    house = site.house
    await house.aside()
    jo = await site.enter(JO)
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    await house.attendance.closed(TUESDAY, RAY.seat, Connection.EVENTS, at_once=True)
    await house.done((JO, a.EndAside()))
    assert (await jo.receive()).data == passage.PassageClose.MOVED
    await house.poller.watch()
    assert (await house.meeting()).phase is Phase.UNATTENDED
    back = await site.enter(JO)
    await house.attendance.joined(TUESDAY, JO.seat, "PA_3")
    await until_phase(house, Phase.OPEN)
    await back.close()


async def test_whoever_goes_aside_while_the_engine_is_reached_tries_again(site: Site) -> None:
    house = site.house
    await house.in_session()
    await house.done(arriving(RAY))
    await house.connects(RAY)

    async def go_aside() -> None:
        site.engine.on_connect = None
        await house.done((JO, a.InviteAside(SAM.person)), (SAM, a.AcceptAside()))

    site.engine.on_connect = go_aside
    assert await site.refused(SAM) == (503, "not_ready")
    socket = await site.enter(SAM)
    assert site.engine.queries[-1]["access_token"].startswith("tuesday-aside/")
    await socket.close()


# --- What may change meanwhile ---


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


# --- What is carried ---


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
    await sam.send_bytes(b"x" * (passage.MESSAGE_FROM_CLIENT + 1))
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

    @property
    def signalling_url(self) -> str:  # type: ignore[override]
        raise MediaDown


async def test_while_there_is_no_engine_nobody_passes(in_session: Site) -> None:
    in_session.gate._media = NoEngine.__new__(NoEngine)
    assert await in_session.refused(SAM) == (503, "not_ready")


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
        in_session.house.media.signalling_url = "ws://127.0.0.1:9"
    assert await in_session.refused(SAM) == (503, "not_ready")


async def test_shutting_down_closes_everything(in_session: Site) -> None:
    socket = await in_session.enter(SAM)
    closing = asyncio.create_task(in_session.gate.close())
    assert (await socket.receive(timeout=2)).data == 1001
    await closing
    assert await in_session.refused(SAM) == (503, "not_ready")


# --- Attendance ---


async def host_without_media(site: Site) -> House:
    """Jo has the event connection, and no media yet."""
    house = site.house
    await house.in_session()
    await house.attendance.closed(TUESDAY, JO.seat, Connection.MEDIA, at_once=True)
    return house


async def test_a_host_attends_from_the_engines_word_until_the_close(site: Site) -> None:
    house = await host_without_media(site)
    socket = await site.enter(JO)
    assert (await house.meeting()).phase is Phase.UNATTENDED
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    assert (await house.meeting()).phase is Phase.OPEN
    await socket.close()
    await until_phase(house, Phase.UNATTENDED)


async def test_a_host_who_resumes_attends_without_another_word(site: Site) -> None:
    house = await host_without_media(site)
    await house.attendance.left(TUESDAY, JO.seat, "PA_1")
    socket = await site.enter(JO, query="reconnect=1")
    await until_phase(house, Phase.OPEN)
    await socket.close()


async def test_resuming_a_stay_whose_media_never_came_is_not_attending(site: Site) -> None:
    house = await host_without_media(site)
    joining = await site.enter(JO)
    resuming = await site.enter(JO, query="reconnect=1")
    await joining.receive(timeout=2)
    assert (await house.meeting()).phase is Phase.UNATTENDED
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    assert (await house.meeting()).phase is Phase.OPEN
    await resuming.close()


async def test_a_hosts_connection_that_breaks_off_has_its_five_seconds(site: Site) -> None:
    house = await host_without_media(site)
    socket = await site.enter(JO)
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    connection = socket._response.connection
    assert connection is not None
    assert connection.transport is not None
    connection.transport.abort()
    await eventually(lambda: not site.gate._passages)
    assert (await house.meeting()).phase is Phase.OPEN
    house.clock.advance(5)
    await house.poller.watch()
    assert (await house.meeting()).phase is Phase.UNATTENDED


async def test_the_engines_end_of_a_hosts_media_freezes_at_once(site: Site) -> None:
    house = await host_without_media(site)
    socket = await site.enter(JO)
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    await site.engine.sockets["jo-laptop"].close()
    await until_phase(house, Phase.UNATTENDED)
    await socket.close()


@pytest.mark.parametrize(
    ("first", "resumed"),
    [(first_word(resumed=True), True), (first_word(resumed=False), False), (b"\xff\xff", False)],
)
def test_only_the_word_reconnect_means_a_resumed_stay(first: bytes, resumed: bool) -> None:
    assert is_resumed(first) is resumed


# --- The readiness check ---


async def test_the_readiness_check_has_a_room_of_its_own(site: Site) -> None:
    headers = {"Cookie": "seat=sam-phone", "Origin": ORIGIN}
    socket = await site.client.ws_connect("/media/check/rtc", headers=headers)
    assert await socket.receive_bytes() == first_word(resumed=False)
    token = site.engine.queries[0]["access_token"]
    assert token == "check-sam-phone/sam-phone:hear+camera+microphone"
    await socket.close()
    answer = await site.client.get("/media/check/rtc/validate", headers=headers)
    assert answer.status == 200


async def test_the_readiness_check_is_heard_by_its_own_echo_which_sends_nothing(site: Site) -> None:
    headers = {"Cookie": "seat=sam-phone", "Origin": ORIGIN}
    sending = await site.client.ws_connect("/media/check/rtc", headers=headers)
    hearing = await site.client.ws_connect("/media/check-echo/rtc", headers=headers)
    for socket in (sending, hearing):
        await socket.receive_bytes()
    assert site.engine.queries[1]["access_token"] == "check-sam-phone/sam-phone-echo:hear"
    site.gate.end_seat(SeatId("sam-phone"))
    for socket in (sending, hearing):
        assert (await socket.receive()).type is WSMsgType.CLOSE, "both end with the seat"


async def test_a_check_by_tcp_alone_hears_of_no_other_address(site: Site) -> None:
    headers = {"Cookie": "seat=sam-phone", "Origin": ORIGIN}
    socket = await site.client.ws_connect("/media/check-tcp/rtc", headers=headers)
    assert await socket.receive_bytes() == first_word(resumed=False)
    udp = TrickleRequest(candidateInit='{"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host"}')
    await socket.send_bytes(SignalRequest(trickle=udp).SerializeToString())
    await socket.send_bytes(b"anything else")
    await eventually(lambda: site.engine.got == [b"anything else"])
    await socket.close()


async def test_the_readiness_check_needs_a_seat(site: Site) -> None:
    for cookie, reason in (("nobody", "no_seat"), ("sam-phone", "seat_ended")):
        site.house.seats.ended = {"sam-phone"}
        answer = await site.client.get(
            "/media/check/rtc", headers={"Cookie": f"seat={cookie}", "Origin": ORIGIN}
        )
        assert (answer.status, answer.headers["Hearth-Refusal"]) == (401, reason)


async def test_the_readiness_check_ends_by_itself(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "CHECK_LASTS", 0.1)
    headers = {"Cookie": "seat=sam-phone", "Origin": ORIGIN}
    socket = await site.client.ws_connect("/media/check/rtc", headers=headers)
    await socket.receive_bytes()
    assert (await socket.receive(timeout=2)).data == 1000


async def test_the_readiness_check_does_not_pass_from_elsewhere(site: Site) -> None:
    answer = await site.client.get("/media/check/rtc", headers={"Cookie": "seat=sam-phone"})
    assert answer.headers["Hearth-Refusal"] == "wrong_origin"
