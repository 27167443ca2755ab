"""Several engines side by side: each meeting in one of them, and one that dies takes no other's."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from textwrap import dedent

import aiohttp
import jwt
import pytest
from google.protobuf.message import DecodeError
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.models import Room as RoomInfo

from moderation.actions import Mute
from moderation.grants import Grant, Room, Source
from moderation.model import Actor, MeetingId, PersonId, Role, SeatId
from server import app
from server import workers as workers_module
from server.app import how_many_engines
from server.config import Config
from server.embedded import EngineWillNotStart, Settings
from server.livekit import ForgedWebhook, LiveKit, News
from server.workers import Workers, side_by_side
from signalling.livekit.webhooks import Webhooks
from signalling.meeting.errors import MediaDown
from signalling.meeting.messages import Done, NotEnforced
from signalling.meeting.rooms import check_room, room_name
from tests.conformance.engines import free_port
from tests.conformance.house import House, serving, webhook_url
from tests.conformance.session import ANNA, BELA, HOST, begin
from tests.peers import NotHeard, Peer, Refused
from tests.reels import tone
from tests.server.test_embedded import POLITE, child, eventually, is_alive

MON, TUE, WED = MeetingId("mon"), MeetingId("tue"), MeetingId("wed")
EVERYTHING = Grant(can_subscribe=True, sources=frozenset({Source.MICROPHONE}))


@asynccontextmanager
async def running(bodies: Sequence[str] = (POLITE, POLITE)) -> AsyncIterator[Workers]:
    """Small children with the engine's manners, each of its own kind."""
    found = Workers([Settings()] * len(bodies))
    for engine, body in zip(found.engines, bodies, strict=True):
        engine._command = tuple(child(body))
    async with found:
        yield found


def pids(workers: Workers) -> list[int]:
    """What polite children give as their signalling ports, while they run."""
    return [engine.ports.signalling for engine in workers.engines if engine.ports is not None]


def test_each_has_a_port_of_its_own_next_to_the_other() -> None:
    told = side_by_side(Settings(media_port=7882, media_host6="::1"), 3)
    assert [one.media_port for one in told] == [7882, 7883, 7884]
    assert {one.media_host6 for one in told} == {"::1"}
    assert [one.media_port for one in side_by_side(Settings(), 2)] == [0, 0], "any port will do"


@pytest.mark.parametrize(
    ("host", "wanted", "port", "engines"),
    [
        ("127.0.0.1", 0, 7882, 1),
        ("::1", 0, 7882, 1),
        ("127.0.0.1", 2, 7882, 2),
        ("203.0.113.7", 0, 7882, 6),
        ("203.0.113.7", 1, 7882, 1),
        ("203.0.113.7", 9, 7882, 9),
        ("203.0.113.7", 0, 65534, 2),
    ],
)
def test_there_is_one_for_each_core_unless_the_settings_say(
    host: str, wanted: int, port: int, engines: int
) -> None:
    config = Config(media_host=host, media_workers=wanted, media_port=port)
    assert how_many_engines(config, cores=6) == engines
    assert how_many_engines(config, cores=64) <= 16


def test_the_settings_make_several_or_one_as_ever() -> None:
    several, child = app._media(Config(media_workers=2, media_port=7000))
    assert isinstance(several, Workers)
    assert child is None
    assert [engine._settings.media_port for engine in several.engines] == [7000, 7001]
    assert len({word for engine in several.engines for word in (engine.key, engine.secret)}) == 4
    one, child = app._media(Config(media_workers=1, media_port=7000))
    assert isinstance(one, LiveKit)
    assert child is not None
    assert child._settings.media_port == 7000


async def test_a_meeting_and_its_side_room_are_at_one_door() -> None:
    async with running() as workers:
        doors = {meeting: workers.signalling_url(meeting) for meeting in (MON, TUE, WED)}
        assert doors[MON] != doors[TUE]
        assert doors[MON] == doors[WED]
        for meeting, door in doors.items():
            assert workers.signalling_url(room_name(meeting, Room.ASIDE)) == door
            assert workers.signalling_url(meeting) == door


async def test_a_check_of_a_phone_keeps_out_of_a_meetings_way() -> None:
    async with running() as workers:
        meeting = workers.signalling_url(MON)
        for seat in ("one", "two", "three"):
            assert workers.signalling_url(check_room(SeatId(seat))) != meeting


async def test_a_token_opens_the_engine_of_its_meeting_and_no_other() -> None:
    async with running() as workers:
        token = workers.token(TUE, "seat", EVERYTHING)
        first, second = workers.engines
        assert jwt.decode(token, first.secret, ["HS256"])["iss"] == first.key
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(token, second.secret, ["HS256"])


async def test_what_has_no_engine_yet_has_no_media() -> None:
    async with running() as workers:
        await workers.push(MON, {ANNA: EVERYTHING})
        await workers.close(MON)
        assert await workers.holds(MON, {ANNA: EVERYTHING})
        assert await workers.silent(MON) == set()


async def test_all_of_them_end_together() -> None:
    async with running() as workers:
        alive = pids(workers)
        assert all(map(is_alive, alive))
    assert not any(map(is_alive, alive))


async def test_where_one_does_not_start_none_goes_on_and_its_reason_is_told(tmp_path: Path) -> None:
    known = tmp_path / "pid"
    polite = f"import os; open({str(known)!r}, 'w').write(str(os.getpid()))\n" + dedent(POLITE)
    with pytest.raises(EngineWillNotStart, match="UDP port 7883 is taken"):
        async with running((polite, "import sys; sys.exit('UDP port 7883 is taken')")):
            pass
    assert not is_alive(int(known.read_text()))


async def test_one_that_dies_leaves_the_others_doors_open() -> None:
    async with running() as workers:
        monday, tuesday = workers.signalling_url(MON), workers.signalling_url(TUE)
        os.kill(pids(workers)[0], signal.SIGKILL)
        await eventually(lambda: workers.engines[0].endpoint() is None)
        with pytest.raises(MediaDown):
            workers.signalling_url(MON)
        assert workers.signalling_url(TUE) == tuesday
        await eventually(lambda: workers.engines[0].endpoint() is not None)
        assert workers.signalling_url(MON) not in (monday, tuesday)


async def test_one_that_runs_and_answers_nothing_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_module, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(workers_module, "DEAF_FOR", 0.1)
    async with running((POLITE,)) as workers:
        (deaf,) = pids(workers)
        await eventually(lambda: pids(workers) not in ([], [deaf]))
        assert not is_alive(deaf)


async def test_an_engine_that_talks_nonsense_does_not_end_the_watch_over_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers_module, "LOOK_EVERY", 0.01)
    looks: list[int] = []

    async def nonsense() -> Mapping[str, int]:
        looks.append(1)
        raise DecodeError

    async with running() as workers:
        monkeypatch.setattr(workers._adapters[0], "people", nonsense)
        await eventually(lambda: len(looks) > 2)


# --- Webhooks ---


def news_of(workers: Workers, at: int, meeting: MeetingId, secret: str = "") -> tuple[bytes, str]:
    """What the engine at that place says when somebody has joined, and its signature."""
    engine = workers.engines[at]
    post = Webhooks("http://127.0.0.1:9", engine.key, secret or engine.secret, time.time)
    post.tell("participant_joined", RoomInfo(name=meeting), ParticipantInfo(identity="sam", sid="PA_1"), None)
    (body,) = post._waiting
    return body, post.authorization(body)


async def test_an_engine_is_heard_about_its_own_meetings_alone() -> None:
    async with running() as workers:
        workers.signalling_url(MON), workers.signalling_url(TUE)
        for at, meeting in enumerate((MON, TUE)):
            notice = await workers.receive(*news_of(workers, at, meeting))
            assert notice is not None
            assert (notice.news, notice.meeting, notice.seat) == (News.JOINED, meeting, "sam")
        assert await workers.receive(*news_of(workers, 0, TUE)) is None
        assert await workers.receive(*news_of(workers, 0, WED)) is None


async def test_a_webhook_signed_by_nobody_of_ours_is_forged() -> None:
    async with running() as workers:
        workers.signalling_url(MON)
        body, authorization = news_of(workers, 0, MON)
        other_engines = news_of(workers, 0, MON, secret=workers.engines[1].secret)[1]
        stranger = jwt.encode({"iss": "stranger"}, "x" * 32)
        for forged in (other_engines, stranger, "nonsense", "", jwt.encode({}, "x" * 32)):
            with pytest.raises(ForgedWebhook):
                await workers.receive(body, forged)
        with pytest.raises(ForgedWebhook):
            await workers.receive(body + b" ", authorization)


# --- With real engines ---

AS_HOST = Actor(Role.FACILITATOR, PersonId(HOST), HOST)
WITHIN = 20.0
"""Seconds, on a machine where each waits for its turn."""


class Group:
    """A meeting in a house, and the clients that come to it."""

    def __init__(self, house: House, meeting: MeetingId, cookies: dict[SeatId, str]) -> None:
        self.house, self.meeting, self.cookies = house, meeting, cookies
        self.stack = AsyncExitStack()

    async def enter(self, seat: SeatId) -> Peer:
        """Through the gate, as often as it takes."""
        headers = {"Cookie": f"seat={self.cookies[seat]}", "Origin": self.house.origin}
        http = await self.stack.enter_async_context(aiohttp.ClientSession(headers=headers))
        async with asyncio.timeout(WITHIN):
            while True:
                peer = Peer(http, f"{self.house.origin.replace('http', 'ws', 1)}/media/{self.meeting}")
                self.stack.push_async_callback(peer.close)
                try:
                    await peer.join()
                except (Refused, NotHeard):
                    await asyncio.sleep(0.2)
                else:
                    return peer

    async def talk(self) -> tuple[Peer, Peer]:
        """Two people who both send sound."""
        anna, bela = await self.enter(ANNA), await self.enter(BELA)
        for peer in (anna, bela):
            await peer.publish(tone())
        return anna, bela


async def who_is_where(workers: Workers) -> list[Mapping[str, int]]:
    """What each engine says, once all of them answer."""
    async with asyncio.timeout(WITHIN):
        while True:
            try:
                return [await adapter.people() for adapter in workers._adapters]
            except MediaDown:
                await asyncio.sleep(0.1)


async def push_again_and_again(house: House) -> None:
    """What the platform's poller does: an engine that was too busy, or dying, is told once more."""
    while True:
        for meeting in (MON, TUE):
            await house.applier.enforce(meeting)
        await asyncio.sleep(0.5)


async def until_connected(peer: Peer) -> None:
    """What it sends goes out from then on, wanted or not."""
    await eventually(lambda: peer.publisher.connectionState == "connected", WITHIN)


@pytest.mark.timeout(180)
async def test_of_two_groups_one_loses_its_engine_and_comes_back_as_it_was() -> None:
    port = free_port(socket.SOCK_STREAM)
    told = side_by_side(Settings(webhook_url=webhook_url(port)), 2)
    async with Workers(told) as workers, serving(workers, port) as house, AsyncExitStack() as stack:
        groups = [Group(house, meeting, await begin(house, meeting)) for meeting in (MON, TUE)]
        for group in groups:
            await stack.enter_async_context(group.stack)
        pushing = asyncio.create_task(push_again_and_again(house))
        stack.callback(pushing.cancel)
        (anna, bela), (other_anna, other_bela) = [await group.talk() for group in groups]
        await bela.hears(anna.sid, wait=WITHIN)
        await other_bela.hears(other_anna.sid, wait=WITHIN)
        assert await who_is_where(workers) == [{MON: 2}, {TUE: 2}]

        heard_before = other_bela.bytes_from(other_anna.sid)
        address = workers.engines[0].endpoint()
        workers.engines[0].kill()
        assert await anna.ended(WITHIN)
        assert await bela.ended(WITHIN)
        await eventually(lambda: workers.engines[0].endpoint() != address, WITHIN)
        outcome = await house.applier.act(MON, AS_HOST, Mute(PersonId(ANNA)))
        assert isinstance(outcome, Done | NotEnforced)
        anna, bela = await groups[0].talk()
        await anna.hears(bela.sid, wait=WITHIN)
        await until_connected(anna)
        await bela.hears_nothing(1.0, anna.sid)

        assert other_bela.is_connected
        assert other_anna.is_connected
        assert other_bela.bytes_from(other_anna.sid) > heard_before
        there = await who_is_where(workers)
        assert there[1][TUE] == 2
        assert sorted(one[MON] for one in there if MON in one) == [2], "all of a group in one engine"
