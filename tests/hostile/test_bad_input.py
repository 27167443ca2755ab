"""Malformed, oversized and flooding input: the worst that happens is that its sender is sent away."""

import asyncio
import json
import secrets
import socket
from dataclasses import dataclass

import aiohttp
import pylibsrtp
import pytest
from livekit.protocol.models import TrackSource, TrackType
from livekit.protocol.rtc import (
    AddTrackRequest,
    SessionDescription,
    SignalRequest,
    SyncState,
    TrickleRequest,
    UpdateSubscription,
    UpdateTrackSettings,
)

from tests.hostile.people import Person
from tests.hostile.premises import Evening
from tests.hostile.wire import NotLetIn, Wire
from tests.peers import NotHeard, Peer, Refused
from tests.reels import tone


@dataclass
class Scene:
    """A host hears Ben. Asha is the one who misbehaves."""

    evening: Evening
    host: Person
    host_media: Peer
    asha: Person
    ben_media: Peer

    async def goes_on(self) -> None:
        """Nobody else has noticed anything: sound, events and pages are there."""
        await self.host_media.hears(self.ben_media.sid, "audio", wait=2)
        answer = await self.host.wire.ask("view")
        assert answer["phase"] == "open"
        async with self.host.http.get(f"{self.host.origin}/helplines") as page:
            assert page.status == 200
        assert self.host_media.is_connected
        assert self.ben_media.is_connected


@pytest.fixture
async def scene(tonight: Evening) -> Scene:
    """An evening under way."""
    host, host_media = await tonight.host()
    asha, ben = await tonight.admitted(host, "Asha", "Ben")
    ben_media = await ben.joins()
    await ben_media.publish(tone())
    await host_media.hears(ben_media.sid, "audio")
    return Scene(tonight, host, host_media, asha, ben_media)


# --- Events ---

DEEP = "[" * 3000 + "]" * 3000
FRAMES = (
    *(
        "",
        "4",
        "42",
        "42[",
        "42[]",
        "42{}",
        "42null",
        "42[1]",
        '42["act"]',
        '421["act"]',
        '42["act",',
        "40",
        "41x",
    ),
    *(
        '420["act",null]',
        '420["act",[]]',
        '420["act",{}]',
        '420["act",{"do":1}]',
        '420["act",{"do":["mute"]}]',
    ),
    *(
        '420["act",{"do":"mute"}]',
        '420["act",{"do":"mute","person":null}]',
        '420["act",{"do":"mute","person":{}}]',
    ),
    *(
        '420["act",{"do":"mute","person":"\\u0000"}]',
        '420["act",{"do":"lock"},{"do":"end"}]',
        '420["connect"]',
    ),
    *(
        '420["disconnect"]',
        '420["view",{"meeting":"x"}]',
        '420["__proto__"]',
        '420["on_act",{}]',
        "43",
        "430[]",
    ),
    *(
        "430[1,2]",
        "451-",
        '451-["act",{"_placeholder":true,"num":0}]',
        "44{}",
        "46",
        "5",
        "6",
        "9",
        "0{}",
        "1x",
    ),
    *(
        "42/admin,[]",
        "40/admin,",
        "41/admin",
        '42/%2e%2e,["act"]',
        f"420{DEEP}",
        '420["act",' + '{"a":' * 500,
        "\x00",
    ),
    *(
        f'42{"9" * 200}["act",{{}}]',
        '42-1["act",{}]',
        '420["act",1e999]',
        '420["act",NaN]',
        '420["act","' + "é" * 3000,
    ),
)


@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "all on one connection"])
async def test_no_frame_upsets_the_events(scene: Scene, at_once: bool) -> None:
    if at_once:
        await _say(scene.asha.wire, *FRAMES)
    else:
        for frame in FRAMES:
            wire = await Wire.open(scene.asha.http, scene.asha.origin, {"meeting": scene.evening.meeting})
            scene.asha.wires.append(wire)
            await _say(wire, frame)
            await wire.close()
    await scene.goes_on()


async def _say(wire: Wire, *frames: str) -> None:
    try:
        for frame in frames:
            await wire.say(frame)
        await asyncio.sleep(0.02)
    except (ConnectionError, aiohttp.ClientError):
        assert not wire.is_open or wire.socket.closed


@pytest.mark.parametrize(
    "auth",
    [
        None,
        [],
        "x",
        1,
        {},
        {"meeting": None},
        {"meeting": 1},
        {"meeting": ""},
        {"meeting": "x" * 5000},
        {"meeting": "é"},
    ],
    ids=repr,
)
async def test_a_malformed_knock_is_refused_by_name(scene: Scene, auth: object) -> None:
    with pytest.raises(NotLetIn) as refused:
        await Wire.open(scene.asha.http, scene.asha.origin, auth)
    assert refused.value.error in ("malformed", "not_your_session")


async def test_an_oversized_event_ends_its_sender_only(scene: Scene) -> None:
    await _say(scene.asha.wire, "42" + json.dumps(["act", {"do": "mute", "person": "x" * 200_000}]))
    assert await scene.asha.wire.ended()
    await scene.goes_on()


async def test_binary_is_not_spoken(scene: Scene) -> None:
    for data in (b"", b"\x00" * 100, secrets.token_bytes(1000)):
        await scene.asha.listen()
        await scene.asha.wire.socket.send_bytes(data)
    await scene.goes_on()


async def test_a_flood_of_events_holds_up_nobody_and_ends(scene: Scene) -> None:
    before = len(await _answers(scene.asha.wire, 600))
    assert before
    began = asyncio.get_running_loop().time()
    await scene.goes_on()
    assert asyncio.get_running_loop().time() - began < 3
    assert await scene.asha.wire.ended()


async def _answers(wire: Wire, count: int) -> list[str]:
    try:
        for number in range(1000, 1000 + count):
            await wire.say(f'42{number}["view"]')
    except (ConnectionError, aiohttp.ClientError):
        pass
    await asyncio.sleep(0.5)
    return [frame for frame in wire.frames if frame.startswith("43")]


async def test_connections_that_say_nothing_do_not_stay(scene: Scene) -> None:
    silent = []
    for _ in range(20):
        wire = await Wire.knock(scene.asha.http, scene.asha.origin)
        wire.is_silent = True
        silent.append(wire)
    await scene.goes_on()
    for wire in silent:
        assert await wire.ended(12)


# --- Signalling ---

AUDIO = "m=audio 9 UDP/TLS/RTP/SAVPF"
SDP = (
    *("", "v=0", "v=0\r\n" * 10_000, "m=audio", f"v=0\r\n{AUDIO} 111\r\n", "\x00" * 100),
    "v=0\r\n" + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n" * 2,
    "v=0\r\n" + "".join(f"{AUDIO} 111\r\na=mid:{n}\r\n" for n in range(500)),
    f"v=0\r\n{AUDIO} 111\r\na=mid:0\r\na=fingerprint:md5 00\r\na=setup:active\r\na=sendonly\r\n",
    f"v=0\r\n{AUDIO} 99999999999\r\na=mid:0\r\na=ssrc:99999999999999 x\r\na=extmap:-1 x\r\n",
    "v=0\r\na=ice-ufrag:" + "x" * 30_000 + "\r\n",
)
REQUESTS = (
    SignalRequest(),
    *(SignalRequest(offer=SessionDescription(type="offer", sdp=sdp)) for sdp in SDP),
    *(SignalRequest(answer=SessionDescription(type="answer", sdp=sdp, id=1)) for sdp in SDP),
    SignalRequest(offer=SessionDescription(type="answer", sdp="v=0", id=2**32 - 1)),
    SignalRequest(trickle=TrickleRequest(candidateInit="{", target="SUBSCRIBER", final=True)),
    SignalRequest(
        trickle=TrickleRequest(candidateInit='{"candidate": "candidate:1 1 udp 1 10.0.0.1 1 typ host"}')
    ),
    SignalRequest(add_track=AddTrackRequest()),
    SignalRequest(add_track=AddTrackRequest(cid="x" * 60_000, type=TrackType.AUDIO)),
    SignalRequest(add_track=AddTrackRequest(cid="a", type=TrackType.DATA, source=TrackSource.MICROPHONE)),
    SignalRequest(subscription=UpdateSubscription(track_sids=["TR_x"] * 3000, subscribe=True)),
    SignalRequest(track_setting=UpdateTrackSettings(track_sids=["x"], width=2**32 - 1, height=2**32 - 1)),
    SignalRequest(sync_state=SyncState(answer=SessionDescription(type="answer", sdp="x"))),
)
BYTES = (
    b"",
    b"\x00",
    b"\xff" * 100,
    b"\x0a\xff\xff\xff\xff\x0f",
    b"{}",
    b'{"offer":{}}',
    secrets.token_bytes(5000),
)


async def test_no_signal_upsets_the_engine(scene: Scene) -> None:
    peer = await scene.asha.joins()
    for message in (*(request.SerializeToString() for request in REQUESTS), *BYTES):
        if not peer.is_connected:
            await peer.close()
            peer = await _joins_when_it_may(scene.asha)
        await _send(peer, message)
    await scene.goes_on()


async def _joins_when_it_may(person: Person) -> Peer:
    """A seat may not join as often as it likes."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await person.joins()
            except Refused as refusal:
                if refusal.status != 429:
                    raise
                await asyncio.sleep(0.2)


async def test_all_of_it_on_one_connection_upsets_nobody_either(scene: Scene) -> None:
    peer = await scene.asha.joins()
    await peer.publish(tone())
    for message in (*BYTES, *(request.SerializeToString() for request in REQUESTS[:1] + REQUESTS[-8:])):
        await _send(peer, message)
    await scene.goes_on()


async def _send(peer: Peer, message: bytes) -> None:
    try:
        await peer.send_bytes(message)
        await asyncio.sleep(0.01)
    except (ConnectionError, aiohttp.ClientError):
        assert not peer.is_connected


async def test_an_oversized_signal_and_text_end_their_sender_only(scene: Scene) -> None:
    for message in (b"\x0a" * 70_000, b"\x00" * 2_000_000):
        peer = await _joins_when_it_may(scene.asha)
        await _send(peer, message)
        await _until_gone(peer)
    peer = await _joins_when_it_may(scene.asha)
    assert peer._socket is not None
    await peer._socket.send_str('{"leave":{}}')
    await _until_gone(peer)
    await scene.goes_on()


async def _until_gone(peer: Peer) -> None:
    assert await peer._until(lambda: not peer.is_connected, 4) or not peer.is_connected


async def test_a_flood_of_signals_ends_its_sender_only(scene: Scene) -> None:
    peer = await scene.asha.joins()
    ping = SignalRequest(ping=1).SerializeToString()
    for _ in range(2000):
        if not peer.is_connected:
            break
        await _send_quickly(peer, ping)
    await scene.goes_on()
    await asyncio.sleep(0.5)
    assert not peer.is_connected


async def _send_quickly(peer: Peer, message: bytes) -> None:
    try:
        await peer.send_bytes(message)
    except (ConnectionError, aiohttp.ClientError):
        await asyncio.sleep(0.01)


async def test_more_tracks_than_anyone_has_are_not_taken(scene: Scene) -> None:
    peer = await scene.asha.joins()
    for number in range(200):
        asked = AddTrackRequest(cid=f"track {number}", type=TrackType.AUDIO, source=TrackSource.MICROPHONE)
        await _send_quickly(peer, SignalRequest(add_track=asked).SerializeToString())
    await asyncio.sleep(0.5)
    assert sum(said.HasField("track_published") for said in peer.said) < 50
    await scene.goes_on()


async def test_joining_again_and_again_leaves_one(scene: Scene) -> None:
    turned = 0
    for _ in range(30):
        try:
            await scene.asha.joins()
        except Refused as refusal:
            turned += refusal.status == 429
        except NotHeard:
            await asyncio.sleep(0.1)
    assert turned
    await scene.goes_on()
    assert sum(peer.is_connected for peer in scene.asha.peers) == 1


# --- Packets ---


async def test_no_datagram_upsets_the_media_port(scene: Scene) -> None:
    port = scene.evening.premises.platform.media_port
    first_bytes = [0, 1, 3, 19, 20, 22, 23, 63, 64, 128, 144, 191, 192, 255]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for first in first_bytes:
            for length in (0, 1, 7, 8, 11, 12, 20, 28, 100, 1200, 1472, 9000):
                out.sendto(bytes([first]) + secrets.token_bytes(length), ("127.0.0.1", port))
        out.sendto(b"", ("127.0.0.1", port))
    await scene.goes_on()


async def test_no_packet_of_somebody_inside_upsets_it_either(scene: Scene) -> None:
    peer = await scene.asha.joins()
    await peer.publish(tone())
    for first in (0x80, 0x8F, 0x90, 0xA0, 0xB0, 0xBF):
        for second in (0, 96, 111, 127, 200, 201, 205, 206, 255):
            for length in (10, 14, 26, 60, 1100):
                await _inject(peer, bytes([first, second]) + secrets.token_bytes(length))
    await scene.goes_on()
    await scene.host_media.hears(peer.sid, "audio")


async def _inject(peer: Peer, packet: bytes) -> None:
    try:
        await peer.inject(packet)
    except ConnectionError:
        return
    except pylibsrtp.Error:  # the client's own encryption does not take every header
        return


# --- Pages ---


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_no_request_upsets_a_page(scene: Scene, method: str) -> None:
    asha = scene.asha
    for path in (
        *(
            "/",
            "/exit",
            "/exit/seat",
            "/name",
            "/agreement",
            "/ready",
            "/session",
            "/staff/sign-in",
            "/livekit/webhook",
        ),
        *(
            "/i/x",
            f"/i/{'%00' * 43}",
            "/static/../server/config.py",
            "/static/%2e%2e/%2e%2e/etc/passwd",
            "/%ff",
            "//evil",
        ),
        *(
            f"/media/{'x' * 2000}/rtc",
            "/media//rtc",
            f"/staff/sessions/{'0' * 24}",
            "/socket.io/?EIO=4&transport=polling",
        ),
    ):
        for data in (None, b"\x00\xff" * 50, b'{"verdict":' + b"[" * 2000, b"name=" + b"x" * 20_000):
            body = None if method in ("GET", "TRACE") else data
            async with asha.http.request(
                method, f"{asha.origin}{path}", data=body, allow_redirects=False
            ) as answer:
                text = await answer.text()
                assert answer.status < 500, (path, data)
                assert "Traceback" not in text
    await scene.goes_on()


async def test_oversized_bodies_headers_and_cookies_are_refused(scene: Scene) -> None:
    http, origin = scene.evening.stranger().http, scene.asha.origin
    for cookie in ("seat=" + "x" * 4000, "seat=a; " * 200, "=; ;;", 'seat="\\"'):
        async with http.get(f"{origin}/session", headers={"Cookie": cookie}) as answer:
            assert answer.status in (400, 403)
    async with http.post(f"{origin}/staff/sign-in", data=b"x" * 3_000_000) as answer:
        assert answer.status in (400, 403, 413)
    try:
        async with http.get(f"{origin}/", headers={"X-Long": "x" * 50_000}) as answer:
            assert answer.status in (400, 431)
    except aiohttp.ClientError:
        pass
    await scene.goes_on()


@pytest.mark.parametrize("authorization", ["", "Bearer x", "eyJhbGciOiJub25lIn0.e30."])
async def test_a_webhook_that_the_engine_did_not_sign_is_refused(scene: Scene, authorization: str) -> None:
    """Or anybody could say that a host has come."""
    news = {
        "event": "participant_left",
        "room": {"name": scene.evening.meeting},
        "participant": {"identity": scene.host.seat, "sid": scene.host_media.sid},
    }
    headers = {"Authorization": authorization, "Content-Type": "application/webhook+json"}
    async with scene.asha.http.post(
        f"{scene.asha.origin}/livekit/webhook", data=json.dumps(news), headers=headers
    ) as answer:
        assert answer.status in (401, 403)
    await asyncio.sleep(0.3)
    await scene.goes_on()


async def test_who_reads_nothing_is_not_waited_for(scene: Scene) -> None:
    """A browser that lets everything pile up costs the others nothing."""
    connection = scene.asha.wire.socket._response.connection
    assert connection is not None
    assert connection.transport is not None
    connection.transport.pause_reading()
    scene.asha.wire.is_silent = True
    for _ in range(10):
        await scene.host.must("lock")
        await scene.host.must("unlock")
    await scene.goes_on()
