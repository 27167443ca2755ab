"""Malformed, oversized and flooding signals and packets: the worst is that their sender is sent away."""

import asyncio
import secrets
import socket

import aiohttp
import pylibsrtp
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
from tests.hostile.scene import Scene
from tests.peers import NotHeard, Peer, Refused
from tests.reels import tone

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
        assert await peer.ended()
    peer = await _joins_when_it_may(scene.asha)
    assert peer._socket is not None
    await peer._socket.send_str('{"leave":{}}')
    assert await peer.ended()
    await scene.goes_on()


async def test_a_flood_of_signals_ends_its_sender_only(scene: Scene) -> None:
    peer = await scene.asha.joins()
    ping = SignalRequest(ping=1).SerializeToString()
    for _ in range(2000):
        if not peer.is_connected:
            break
        await _send_quickly(peer, ping)
    await scene.goes_on()
    assert await peer.ended()


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
