"""A media client by hand that sends sound and notes what it gets: many of them fit into one process.

It speaks LiveKit's older dialect, answers every offer with all that is in it, and goes on sending whatever a
host does.
"""

import asyncio
import contextlib
import re
import secrets

import aiohttp
from livekit.protocol.models import TrackSource, TrackType
from livekit.protocol.rtc import AddTrackRequest, SessionDescription, SignalRequest, SignalResponse

from media.packets import HEADER
from tests.bench.kit.link import Certificate, Link, Remote
from tests.peers import PING_EVERY, QUERY

OPUS, CLOCK = 111, 48_000
PAYLOAD = b"\x18" + bytes(60)
"""Sixty milliseconds of Opus in one frame: fewer packets than browsers send, and no gap in the sound."""
USUALLY_EVERY = 0.06
PRESENTED = "seat"
"""The token that a page presents: the gate makes its own."""
TRIED_AGAIN = 0.1
LATE = 0.5
"""Seconds after which what should have been sent is not made up for."""

_CANDIDATE = re.compile(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+)")
_CREDENTIALS = re.compile(r"a=ice-ufrag:(\S+)\r\na=ice-pwd:(\S+)")
_SENDS = re.compile(r"a=ssrc:(\d+) msid:(\w+)\|")


class Voice:
    """One stay in the room."""

    left_out: tuple[str, ...] = (
        *("a=ssrc", "a=msid", "a=fingerprint", "a=candidate", "a=end-of-candidates"),
        *("a=extmap", "a=rtcp-fb"),
    )
    """Lines of an offer that its answer does not repeat."""

    def __init__(
        self, http: aiohttp.ClientSession, url: str, certificate: Certificate, token: str = PRESENTED
    ) -> None:
        self._http, self._url, self._token = http, url, token
        self._fingerprint = certificate.fingerprint
        self._up, self._down = self._links(certificate)
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._cid, self._ssrc = secrets.token_hex(8), secrets.randbits(31)
        self._version = 0
        self._sent, self._due = 0, 0.0
        self._joined = self._asked = False
        self.is_held = False
        """What a host has decided, as the newest view has it."""
        self.every = USUALLY_EVERY
        """Seconds between packets."""
        self.sid = ""
        self.ended = False
        self.sources: dict[bytes, str] = {}
        """SSRC → the sid of whoever it comes from, as this client was told."""
        self.last: dict[bytes, float] = {}
        """SSRC → when the last packet of it came, in seconds since 1970."""

    def _links(self, certificate: Certificate) -> tuple[Link, Link]:
        """The connection upwards and the one downwards."""
        return Link(certificate, lambda ssrc, at: None), Link(certificate, self._note)

    async def join(self) -> None:
        """Open the signalling socket; everything else follows from what is said on it.

        Raises: aiohttp.ClientError, where the door stays shut
        """
        path, query = self._door()
        self.ended = True
        self._socket = await self._http.ws_connect(f"{self._url}{path}", params=query)
        self.ended = False
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._ping())]

    def _door(self) -> tuple[str, dict[str, str]]:
        """The path that is opened, and what is asked there."""
        return "/rtc", {**QUERY, "access_token": self._token}

    async def speak(self) -> None:
        """Declare the sound, unless it is declared or held: at first, and once a mute has been lifted."""
        if not self._joined or self._asked or self.is_held:
            return
        self._asked = True
        wanted = AddTrackRequest(cid=self._cid, type=TrackType.AUDIO, source=TrackSource.MICROPHONE)
        await self._say(SignalRequest(add_track=wanted))

    def talk(self, now: float) -> None:
        """Send what is due at this moment of the monotonic clock."""
        if not self._up.stands:
            return
        if now - self._due > LATE:
            self._due = now
        while self._due <= now:
            self._due += self.every
            self._sent += 1
            moment = int(self._sent * self.every * CLOCK) & 0xFFFFFFFF
            self._up.send(HEADER.pack(0x80, OPUS, self._sent & 0xFFFF, moment, self._ssrc) + PAYLOAD)

    def check(self) -> None:
        """Show both connections that there still is somebody."""
        self._up.check()
        self._down.check()

    async def close(self) -> None:
        """End everything on this side."""
        self.ended = True
        self._up.close()
        self._down.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()

    def _note(self, ssrc: bytes, at: float) -> None:
        self.last[ssrc] = at

    # --- Signalling ---

    async def _say(self, request: SignalRequest) -> None:
        assert self._socket is not None
        with contextlib.suppress(ConnectionError):
            await self._socket.send_bytes(request.SerializeToString())

    async def _ping(self) -> None:
        while True:
            await self._say(SignalRequest(ping=1))
            await asyncio.sleep(PING_EVERY)

    async def _try_again(self) -> None:
        """The views that say when one may speak come another way, and may have been faster."""
        await asyncio.sleep(TRIED_AGAIN)
        await self.speak()

    async def _listen(self) -> None:
        assert self._socket is not None
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                await self._take(SignalResponse.FromString(message.data))
        self.ended = True

    async def _take(self, said: SignalResponse) -> None:
        match said.WhichOneof("message"):
            case "join":
                self.sid = said.join.participant.sid
                self._joined = True
                await self.speak()
            case "track_published":
                self._version += 1
                await self._say(SignalRequest(offer=SessionDescription(type="offer", sdp=self._offer())))
            case "answer":
                self._up.begin(_remote(said.answer.sdp))
            case "offer":
                self.sources |= {
                    int(ssrc).to_bytes(4, "big"): sid for ssrc, sid in _SENDS.findall(said.offer.sdp)
                }
                answer = SessionDescription(type="answer", sdp=self._answer(said.offer.sdp), id=said.offer.id)
                await self._say(SignalRequest(answer=answer))
                self._down.begin(_remote(said.offer.sdp))
            case "track_unpublished" | "request_response":  # muted; or refused, because of a mute
                self._asked = False
                self._tasks.append(asyncio.create_task(self._try_again()))
            case _:
                pass

    def _offer(self) -> str:
        lines = [
            "v=0",
            f"o=- 1 {self._version} IN IP4 127.0.0.1",
            "s=-",
            "t=0 0",
            "a=group:BUNDLE 0",
            f"m=audio 9 UDP/TLS/RTP/SAVPF {OPUS}",
            "a=mid:0",
            "a=ice-ufrag:bench",
            "a=ice-pwd:0123456789012345678901",
            f"a=fingerprint:sha-256 {self._fingerprint}",
            "a=setup:active",
            f"a=rtpmap:{OPUS} opus/48000/2",
            "a=sendonly",
            f"a=msid:bench {self._cid}",
            f"a=ssrc:{self._ssrc} cname:bench",
        ]
        return "\r\n".join(lines) + "\r\n"

    def _answer(self, offer: str) -> str:
        """Everything that is offered, received."""
        text = offer.replace("a=sendonly", "a=recvonly").replace("a=setup:actpass", "a=setup:active")
        fingerprint = f"a=fingerprint:sha-256 {self._fingerprint}"
        lines: list[str] = []
        for line in text.split("\r\n"):
            if not line.startswith(self.left_out):
                lines += [line, fingerprint] if line.startswith("a=mid") else [line]
        return "\r\n".join(lines)


def _remote(text: str) -> Remote:
    """Where a description says the server is, and how it is asked."""
    where, who = _CANDIDATE.search(text), _CREDENTIALS.search(text)
    assert where, text
    assert who, text
    return Remote(who[1], who[2], (where[1], int(where[2])))
