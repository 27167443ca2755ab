"""Somebody inside who does everything a client does, and beside it almost the same; and somebody outside.

Whatever leaves an intruder is sent as it should be, so that it gets everywhere a client gets, and once more
with something wrong: before it is encrypted, so that it is authentic, and afterwards.
"""

import asyncio
import contextlib
import random
import re
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp
from livekit.protocol.models import ParticipantTracks, TrackSource, TrackType
from livekit.protocol.rtc import (
    AddTrackRequest,
    MuteTrackRequest,
    Ping,
    SessionDescription,
    SignalRequest,
    SignalResponse,
    SubscriptionPermission,
    SyncState,
    TrickleRequest,
    UpdateParticipantMetadata,
    UpdateSubscription,
    UpdateTrackSettings,
    UpdateVideoLayers,
)
from OpenSSL import SSL

from media import rtcp, sctp, twcc
from media.packets import is_rtcp
from signalling import join_request
from tests.bench.kit.link import Certificate, Link, Remote
from tests.media.test_sctp import chunk, data, packet
from tests.mutations import MOST_TEXT, mutated, reworded
from tests.peers import as_join_request
from tests.signalling.livekit.performer import Performer, Reading

KEPT = 100
"""Datagrams of a kind that strangers choose from."""
FEEDBACK_EVERY, CHAT_EVERY, HECKLE_EVERY = 0.05, 0.05, 0.08
"""Seconds. More than thirty signals a second are too many, and it is others that send them."""
STRANGERS, FROM_OUTSIDE, OUTSIDE_EVERY = 20, 10, 0.01
"""Sockets; datagrams at a time; seconds between two times."""
STREAMS, STREAM_EVERY = 20, 0.1
TAG, FIRST_NUMBER = 0x0A0B0C0D, 0xFFFFFFFE
INIT = struct.pack("!IIHHI", TAG, 65536, 10, 10, FIRST_NUMBER)


@dataclass
class Spoils:
    """What has been sent of late, by kind, and how much there was of it."""

    kept: dict[str, deque[bytes]] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)

    def keep(self, datagram: bytes) -> None:
        """Something valid."""
        self.kept.setdefault(_kind(datagram), deque(maxlen=KEPT)).append(datagram)

    def count(self, kind: str) -> None:
        """Something spoilt has been sent."""
        self.sent[kind] = self.sent.get(kind, 0) + 1

    def any(self, chance: random.Random) -> bytes:
        """Something valid of any kind."""
        return chance.choice(self.kept[chance.choice(sorted(self.kept))])


def _kind(datagram: bytes) -> str:
    if datagram[0] >= 128:
        return "SRTCP" if is_rtcp(datagram[1]) else "SRTP"
    return "DTLS" if datagram[0] >= 20 else "STUN"


class Garbling(Reading):
    """A connection that says everything once more, wrongly."""

    def __init__(self, certificate: Certificate, performer: "Intruder", spoils: Spoils) -> None:
        super().__init__(certificate, lambda ssrc, at: None, performer.reads(self))
        self._chance, self._spoils = performer.chance, spoils
        self._often = self._chance.choice((0.05, 0.3, 0.6))

    def _send(self, datagram: bytes | memoryview) -> None:
        whole = bytes(datagram)
        self._spoils.keep(whole)
        for _ in range(self._chance.randint(1, 2) if self._chance.random() < self._often else 0):
            if wrong := mutated(self._chance, whole):
                super()._send(wrong)
                self._spoils.count(_kind(whole))
        super()._send(whole)

    def begin(self, remote: Remote) -> None:
        """As any connection; whether it comes to anything is another matter."""
        super().begin(remote)
        if self._connecting is not None:
            self._connecting.add_done_callback(lambda ended: ended.cancelled() or ended.exception())

    def say(self, message: bytes) -> None:
        """As any connection; the engine may have ended it."""
        with contextlib.suppress(SSL.Error):
            super().say(message)

    def spoil(self, clear: bytes, kind: str) -> None:
        """Send a packet as its reader will find it: wrong, and authentic. libsrtp refuses the worst."""
        if len(clear) >= 8 and self.stands:
            self.send(clear)
            self._spoils.count(kind)

    def spoil_inside(self, message: bytes) -> None:
        """The same of what goes inside DTLS."""
        if message and self.stands:
            self.say(message)
            self._spoils.count("SCTP")


class Intruder(Performer):
    """One stay. It ends when the engine has had enough."""

    left_out = ("a=ssrc", "a=msid", "a=fingerprint", "a=candidate", "a=end-of-candidates")

    def __init__(
        self, http: aiohttp.ClientSession, url: str, certificate: Certificate, token: str,
        chance: random.Random, spoils: Spoils, *, heckles: bool,
    ) -> None:  # fmt: skip
        """`heckles`: signals are spoilt too. Such a one is soon sent away."""
        self._spoils, self._heckles = spoils, heckles
        self.chance = chance
        super().__init__(http, url, certificate, token, chance)
        self._feedback_due = self._chat_due = 0.0
        self._their_tag = self._said_inside = 0
        self.every, self.picture_every = 0.01, 0.05

    def _links(self, certificate: Certificate) -> tuple[Link, Link]:
        self._above = Garbling(certificate, self, self._spoils)
        self._below = Garbling(certificate, self, self._spoils)
        return self._above, self._below

    def reads(self, link: Link) -> Callable[[bytes, float], None]:
        """What takes the packets of a connection."""
        return lambda clear, at: (self._read_upwards if link is self._above else self._read)(clear, at)

    # --- Media ---

    def talk(self, now: float) -> None:
        """What a performer sends, and worse."""
        super().talk(now)
        if now >= self._feedback_due:
            self._feedback_due = now + FEEDBACK_EVERY
            self._complain()
        if now >= self._chat_due:
            self._chat_due = now + CHAT_EVERY
            for link in (self._above, self._below):
                self._chat(link)

    def _perform(self, packet: bytes) -> None:
        super()._perform(packet)
        wrong = bytearray(mutated(self.chance, packet))
        streams = {stream.ssrc: stream for stream in (self._sound, *self._layers.values())}
        stream = streams.get(int.from_bytes(wrong[8:12], "big"))
        if stream is not None and not is_rtcp(packet[1]):  # what comes under a used number is not looked at
            stream.number = stream.number + 1 & 0xFFFF
            wrong[2:4] = stream.number.to_bytes(2, "big")
        self._above.spoil(bytes(wrong), "RTCP" if is_rtcp(packet[1]) else "RTP")

    def _complain(self) -> None:
        """Everything a receiver says of what it gets."""
        chance = self.chance
        ssrcs = [*self.heard, 7]
        media = chance.choice(ssrcs)
        blocks = [
            rtcp.ReportBlock(ssrc, 3, 9, chance.randrange(1 << 32), 5, chance.randrange(1 << 32), 77)
            for ssrc in ssrcs[:31]
        ]
        arrivals = [chance.choice((None, chance.random())) for _ in range(chance.randint(1, 40))]
        base = chance.randrange(1 << 16)
        reports = (
            rtcp.receiver_report(1, blocks),
            rtcp.nack(1, media, [chance.randrange(1 << 16) for _ in range(chance.randint(1, 200))]),
            rtcp.picture_loss(1, media),
            struct.pack("!BBHIIII", 0x84, rtcp.PAYLOAD_FEEDBACK, 4, 1, 0, media, chance.randrange(1 << 32)),
            rtcp.remb(1, chance.choice((0, 1000, 10**6, 2**60)), ssrcs[:200]),
            twcc.encode(1, media, base, len(arrivals), arrivals),
        )
        right = chance.choice(reports)
        self._below.send(right)
        self._below.spoil(mutated(chance, chance.choice((right, right + chance.choice(reports)))), "RTCP")

    def _chat(self, link: Garbling) -> None:
        """Through the opening of an association to everything that is said in one."""
        for message in link.heard():
            if len(message) > 36 and message[12] == sctp.INIT_ACK:
                self._their_tag = int.from_bytes(message[16:20], "big")
                cookie = message[36 : 32 + int.from_bytes(message[34:36], "big")]
                link.spoil_inside(packet(chunk(sctp.COOKIE_ECHO, cookie), tag=self._their_tag))
        self._said_inside += 1
        number = self._said_inside % 1000
        chunks = (
            data(number, bytes([sctp.CHANNEL_OPEN]) + bytes(11), protocol=sctp.CONTROL_PROTOCOL, stream=7),
            data(number, b"hello"),
            chunk(sctp.SACK, struct.pack("!IIHH", FIRST_NUMBER, 65536, 0, 0)),
            chunk(sctp.HEARTBEAT, struct.pack("!HH", 1, 8) + b"here"),
            chunk(sctp.FORWARD_TSN, struct.pack("!I", FIRST_NUMBER + self.chance.randrange(2))),
            chunk(sctp.RECONFIG, struct.pack("!HHIIIHH", 13, 18, 1, 2, 3, 7, 0)),
        )
        opening = packet(chunk(sctp.INIT, INIT), tag=0)
        right = packet(self.chance.choice(chunks), self.chance.choice(chunks), tag=self._their_tag)
        if not self._their_tag or self.chance.random() < 0.05:
            link.say(opening)
        wrong = bytearray(mutated(self.chance, self.chance.choice((right, right, right, opening))))
        if len(wrong) >= 8 and self.chance.random() < 0.8:
            wrong[4:8] = self._their_tag.to_bytes(4, "big")
        link.spoil_inside(bytes(wrong))

    # --- Signalling ---

    async def join(self) -> None:
        """Raises: aiohttp.ClientError, where the door stays shut."""
        await super().join()
        if self._heckles:
            self._tasks.append(asyncio.create_task(self._heckle()))

    async def _take(self, said: SignalResponse) -> None:
        with contextlib.suppress(AssertionError):  # the answer to a spoilt offer may have nothing in it
            await super()._take(said)

    async def _heckle(self) -> None:
        while not self.ended and self._socket is not None:
            await asyncio.sleep(HECKLE_EVERY)
            wrong = self._wrong()
            self._spoils.count("signals")
            with contextlib.suppress(ConnectionError):
                await self._socket.send_bytes(wrong)

    def _wrong(self) -> bytes:
        chance = self.chance
        match chance.randrange(4):
            case 0:
                text = reworded(chance, self._offer())
                offer = SessionDescription(type="offer", sdp=text, id=2)
                return SignalRequest(offer=offer).SerializeToString()
            case 1:
                text = reworded(chance, self._answer(self._offer()))
                answer = SessionDescription(type="answer", sdp=text, id=chance.randrange(4))
                return SignalRequest(answer=answer).SerializeToString()
            case _:
                right = chance.choice(self._requests()).SerializeToString()
                return mutated(chance, right, MOST_TEXT)

    def _requests(self) -> list[SignalRequest]:
        """One of each kind, as a client sends them."""
        tracks = self.pictures or ["TR_x"]
        description = SessionDescription(type="answer", sdp="v=0", id=1)
        add = AddTrackRequest(cid=self._cid + "2", type=TrackType.AUDIO, source=TrackSource.MICROPHONE)
        grouped = [ParticipantTracks(participant_sid=self.sid, track_sids=tracks)]
        return [
            SignalRequest(offer=SessionDescription(type="offer", sdp=self._offer(), id=3)),
            SignalRequest(add_track=add),
            SignalRequest(mute=MuteTrackRequest(sid=tracks[0], muted=True)),
            SignalRequest(subscription=UpdateSubscription(track_sids=tracks, participant_tracks=grouped)),
            SignalRequest(track_setting=UpdateTrackSettings(track_sids=tracks, width=320, height=180)),
            SignalRequest(trickle=TrickleRequest(candidateInit='{"candidate": ""}', target="SUBSCRIBER")),
            SignalRequest(update_layers=UpdateVideoLayers(track_sid=tracks[0])),
            SignalRequest(subscription_permission=SubscriptionPermission(all_participants=True)),
            SignalRequest(sync_state=SyncState(answer=description, offer=description)),
            SignalRequest(update_metadata=UpdateParticipantMetadata(name="x", metadata="y", request_id=1)),
            SignalRequest(ping_req=Ping(timestamp=1, rtt=2)),
            SignalRequest(simulate={"speaker_update": 3}),
        ]


class NewerIntruder(Intruder):
    """The same in the v1 dialect: one connection carries both ways, and all offers are its own."""

    def _links(self, certificate: Certificate) -> tuple[Link, Link]:
        self._spare: list[str] = []
        self._above = self._below = Garbling(certificate, self, self._spoils)
        return self._above, self._below

    def reads(self, link: Link) -> Callable[[bytes, float], None]:
        """What takes the packets of both ways."""

        def read(clear: bytes, at: float) -> None:
            self._read_upwards(clear, at)
            self._read(clear, at)

        return read

    def _door(self) -> tuple[str, dict[str, str]]:
        path, query = super()._door()
        return f"{path}/v1", {**query, join_request.PARAMETER: as_join_request(query)}

    async def _take(self, said: SignalResponse) -> None:
        if said.HasField("media_sections_requirement"):
            missing = said.media_sections_requirement
            self._spare += ["audio"] * missing.num_audios + ["video"] * missing.num_videos
            offer = SessionDescription(type="offer", sdp=self._offer(), id=4)
            await self._say(SignalRequest(offer=offer))
        await super()._take(said)

    def _offer(self) -> str:
        """With a section more for each that it was asked for."""
        head, *sending = re.split("(?=m=)", super()._offer())
        patterns = {section[2:7]: section for section in sending}
        spare = [_receiving(patterns[kind], mid) for mid, kind in enumerate(self._spare, len(sending))]
        mids = " ".join(str(mid) for mid in range(len(sending) + len(spare)))
        return "".join([head.replace("BUNDLE 0 1", f"BUNDLE {mids}"), *sending, *spare])


def _receiving(section: str, mid: int) -> str:
    """A section that only receives, otherwise like one that sends."""
    ours = ("a=msid", "a=ssrc", "a=rid", "a=simulcast")
    kept = (line for line in section.splitlines(keepends=True) if not line.startswith(ours))
    return re.sub(r"a=mid:\d+", f"a=mid:{mid}", "".join(kept)).replace("a=sendonly", "a=recvonly")


async def send_from_outside(port: int, spoils: Spoils, chance: random.Random) -> None:
    """Until cancelled: what others have sent, once more from elsewhere, wrong and right."""
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(STRANGERS)]
    for one in sockets:
        one.setblocking(False)
    try:
        while True:
            await asyncio.sleep(OUTSIDE_EVERY)
            for _ in range(FROM_OUTSIDE if spoils.kept else 0):
                right = spoils.any(chance)
                wrong = right if chance.random() < 0.1 else mutated(chance, right)
                with contextlib.suppress(OSError):
                    chance.choice(sockets).sendto(wrong, ("127.0.0.1", port))
                spoils.count("from outside")
    finally:
        for one in sockets:
            one.close()


async def stream_from_outside(port: int, spoils: Spoils, chance: random.Random) -> None:
    """Until cancelled: the same in frames over TCP (RFC 4571), behind a check that is authentic, or none."""
    loop = asyncio.get_running_loop()
    sockets: deque[socket.socket] = deque()
    try:
        while True:
            await asyncio.sleep(STREAM_EVERY)
            one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            one.setblocking(False)
            sockets.append(one)
            with contextlib.suppress(OSError):
                await loop.sock_connect(one, ("127.0.0.1", port))
                for framed in _frames(spoils, chance):
                    one.send(framed)
                    spoils.count("over TCP")
            if len(sockets) > STREAMS:
                sockets.popleft().close()
    finally:
        for one in sockets:
            one.close()


def _frames(spoils: Spoils, chance: random.Random) -> list[bytes]:
    frames = []
    if spoils.kept.get("STUN") and chance.random() < 0.7:
        check = spoils.kept["STUN"][-1]
        frames.append(len(check).to_bytes(2, "big") + check)
    for _ in range(chance.randint(0, 12) if spoils.kept else 0):
        wrong = mutated(chance, spoils.any(chance))
        framed = len(wrong).to_bytes(2, "big") + wrong
        frames.append(mutated(chance, framed) if chance.random() < 0.1 else framed)
    return frames
