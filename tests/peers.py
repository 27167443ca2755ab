"""A media client that does as it pleases: LiveKit's signalling and aiortc, with no manners built in.

It speaks to whatever serves `/rtc`: the platform's gate, the embedded engine, a LiveKit server. It publishes
what it likes under the label it likes, goes on sending whatever the server says, and counts what it receives.
Loopback only.
"""

import asyncio
import contextlib
import itertools
import json
import select
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
import aioice.ice
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.sdp import SessionDescription as ParsedDescription
from aiortc.sdp import candidate_from_sdp
from livekit.protocol.models import TrackInfo, TrackSource, TrackType
from livekit.protocol.rtc import (
    AddTrackRequest,
    ConnectionSettings,
    JoinRequest,
    JoinResponse,
    LeaveRequest,
    MediaSectionsRequirement,
    Ping,
    SessionDescription,
    SignalRequest,
    SignalResponse,
    SignalTarget,
    SyncState,
    TrackPublishedResponse,
)

from signalling import join_request

# aioice gathers every address but loopback; nothing here may leave this machine.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]

WAIT: Final = 5.0
PING_EVERY: Final = 2.0
COUNTED_AFTER: Final = 5  # turns of the loop from a packet's decryption to its count
QUERY: Final[Mapping[str, str]] = {"auto_subscribe": "1", "sdk": "js", "version": "2.23.0", "protocol": "15"}
SOURCE_OF: Final = {"audio": TrackSource.MICROPHONE, "video": TrackSource.CAMERA}
TYPE_OF: Final = {"audio": TrackType.AUDIO, "video": TrackType.VIDEO}


class Refused(Exception):
    """The door stayed shut: HTTP status and the reason in words."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason


class Gone(Exception):
    """The server has ended the connection that something was to be sent on."""


class NotHeard(Exception):
    """What a client waited for did not come in time."""


@dataclass
class Received:
    """What came in on one SSRC. `last` is the event loop's time of the last packet."""

    kind: str
    publisher: str
    track: str
    packets: int = 0
    bytes: int = 0
    last: float = 0.0


@dataclass
class Sending:
    """One of the client's own tracks: what it was declared as, if the server took the declaration."""

    track: MediaStreamTrack
    sender: RTCRtpSender
    info: TrackInfo | None

    async def bytes(self) -> int:
        """Bytes handed to the network so far, whether or not anyone wanted them."""
        report = await self.sender.getStats()
        return sum(line.bytesSent for line in report.values() if line.type == "outbound-rtp")


@dataclass
class Peer:
    """One client. `url` is what comes before `/rtc`; `headers` and `query` are sent as they are.

    `http` carries the cookies. `token` is what it presents; the gate is to ignore it. `single`: it speaks the
    v1 dialect, in which its publishing connection carries everything.
    """

    http: aiohttp.ClientSession
    url: str
    token: str = "seat"
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    single: bool = False
    joined: JoinResponse | None = None
    left: LeaveRequest | None = None
    said: list[SignalResponse] = field(default_factory=list)
    received: dict[int, Received] = field(default_factory=dict)
    sendings: list[Sending] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.publisher = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.subscriber = (
            self.publisher if self.single else RTCPeerConnection(RTCConfiguration(iceServers=[]))
        )
        self._offering = asyncio.Lock()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._stamps = itertools.count(1)
        self._labels: dict[int, Received] = {}
        self._pending: dict[RTCPeerConnection, list[str]] = {self.publisher: [], self.subscriber: []}
        self._described: set[RTCPeerConnection] = set()
        for connection in self._pending:
            connection.add_listener("connectionstatechange", self._news.set)

    # --- The door ---

    async def join(self, **query: str) -> JoinResponse:
        """Open `/rtc` and wait for the server's first word. Raises Refused, NotHeard."""
        await self._open(query)
        first = await self.heard(lambda said: said.HasField("join") or said.HasField("leave"))
        if first.HasField("leave"):
            raise Refused(200, f"leave {first.leave.reason}")
        self.joined = first.join
        if self.single:
            await self.receive_in(1, 1)
        return first.join

    async def resume(self, **query: str) -> SignalResponse:
        """Open `/rtc` again as a client does whose socket was lost. Raises Refused, NotHeard."""
        before = len(self.said)
        await self._open({"reconnect": "1", "sid": self.sid, **query})
        answer = await self.heard(
            lambda said: said.HasField("reconnect") or said.HasField("leave") or said.HasField("join"), before
        )
        published = [
            TrackPublishedResponse(cid=one.track.id, track=one.info) for one in self.sendings if one.info
        ]
        await self.send(SignalRequest(sync_state=SyncState(publish_tracks=published)))
        return answer

    async def _open(self, query: Mapping[str, str]) -> None:
        asked = {**QUERY, "access_token": self.token, **self.query, **query}
        if self.single:
            asked["join_request"] = as_join_request(asked)
        try:
            self._socket = await self.http.ws_connect(
                f"{self.url}{self.path}", params=asked, headers=dict(self.headers), autoping=True
            )
        except aiohttp.WSServerHandshakeError as refusal:
            raise Refused(refusal.status, await self._reason(asked)) from None
        self._keep(self._listen(self._socket))
        self._keep(self._ping(self._socket))

    async def _reason(self, query: Mapping[str, str]) -> str:
        """Ask `/rtc/validate` why, as livekit-client does."""
        url = f"{self.url}{self.path}/validate"
        async with self.http.get(url, params=query, headers=self.headers) as answer:
            return await answer.text()

    @property
    def path(self) -> str:
        """Of its dialect."""
        return "/rtc/v1" if self.single else "/rtc"

    @property
    def sid(self) -> str:
        """The participant's id, as the server gave it."""
        return "" if self.joined is None else self.joined.participant.sid

    @property
    def is_connected(self) -> bool:
        """Whether the signalling socket is open, even while nobody reads from it."""
        if self._socket is None or self._socket.closed:
            return False
        connection = self._socket._response.connection
        return connection is not None and connection.transport is not None

    async def ended(self, within: float = WAIT) -> bool:
        """Whether the other side closes the signalling socket in that time."""
        return await self._until(lambda: not self.is_connected, within)

    def drop(self) -> None:
        """Lose the signalling socket without a word. Media goes on."""
        if self._socket is not None and (transport := self._socket._response.connection) is not None:
            assert transport.transport is not None
            transport.transport.abort()

    def fall_silent(self) -> None:
        """Send nothing more over UDP, as when a network is gone; the signalling socket stays and answers."""
        for connection in (self.publisher, self.subscriber):
            for transceiver in connection.getTransceivers():
                for protocol in transceiver.receiver.transport.transport._connection._protocols:
                    transport: Any = protocol.transport
                    transport.sendto = _nowhere

    async def leave(self) -> None:
        """Say goodbye, as a polite client does."""
        if self.is_connected:
            await self.send(SignalRequest(leave=LeaveRequest()))

    async def close(self) -> None:
        """End everything on this side."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()
        for connection in (self.publisher, self.subscriber):
            await connection.close()

    # --- What it says ---

    async def send(self, request: SignalRequest) -> None:
        """Say one thing to the server."""
        await self.send_bytes(request.SerializeToString())

    async def send_bytes(self, message: bytes) -> None:
        """Say anything at all to the server."""
        assert self._socket is not None
        await self._socket.send_bytes(message)

    async def publish(
        self,
        track: MediaStreamTrack,
        source: TrackSource | None = None,
        kind: TrackType | None = None,
        *,
        declare: bool = True,
    ) -> Sending:
        """Declare a track, truthfully or not, and send it whatever the server says to that.

        Left out, `source` and `kind` are the honest ones. Raises Gone.
        """
        info = await self.declare(track, source, kind) if declare else None
        if self.publisher.signalingState == "closed":
            raise Gone
        sending = Sending(track, self._sender(track), info)
        self.sendings.append(sending)
        await self.offer()
        return sending

    def _sender(self, track: MediaStreamTrack) -> RTCRtpSender:
        """In a section of its own, where sections to receive in are there already."""
        if self.single:
            return self.publisher.addTransceiver(track, direction="sendonly").sender
        return self.publisher.addTrack(track)

    async def receive_in(self, sounds: int, pictures: int) -> bool:
        """Offer so many sections more in which it only receives; whether the server answered. Raises Gone."""
        for kind, count in (("audio", sounds), ("video", pictures)):
            for _ in range(count):
                self.publisher.addTransceiver(kind, direction="recvonly")
        return await self.offer()

    async def declare(
        self, track: MediaStreamTrack, source: TrackSource | None = None, kind: TrackType | None = None
    ) -> TrackInfo | None:
        """Ask for a track; None where the server does not take it.

        Servers take one message after the other: a ping that is answered first says that no answer will come.
        """
        source = SOURCE_OF[track.kind] if source is None else source
        kind = TYPE_OF[track.kind] if kind is None else kind
        await self.send(SignalRequest(add_track=AddTrackRequest(cid=track.id, type=kind, source=source)))
        asked = next(self._stamps)
        await self.send(SignalRequest(ping_req=Ping(timestamp=asked)))
        await self._until(
            lambda: (
                not self.is_connected
                or self._taken(track) is not None
                or any(said.pong_resp.last_ping_timestamp == asked for said in self.said)
            )
        )
        return self._taken(track)

    def _taken(self, track: MediaStreamTrack) -> TrackInfo | None:
        """What the server said when it took this track."""
        for said in self.said:
            if said.HasField("track_published") and said.track_published.cid == track.id:
                return said.track_published.track
        return None

    async def offer(self) -> bool:
        """Offer everything there is to send; whether the server answered. Raises Gone."""
        async with self._offering:
            return await self._offer()

    async def _offer(self) -> bool:
        if self.publisher.signalingState == "closed" or not self.is_connected:
            raise Gone
        before = len(self.said)
        await self.publisher.setLocalDescription(await self.publisher.createOffer())
        local = self.publisher.localDescription
        await self.send(SignalRequest(offer=SessionDescription(type="offer", sdp=local.sdp)))
        try:
            answer = (await self.heard(lambda said: said.HasField("answer"), before, wait=2)).answer
        except NotHeard:
            return False
        self._label(answer.sdp)
        if self.publisher.signalingState == "closed":  # the server has ended it meanwhile
            raise Gone
        await self.publisher.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        if self.single:
            self._count(self.transport(self.publisher))
        self._described.add(self.publisher)
        await self._add_pending(self.publisher)
        await self._insist()
        return True

    async def _insist(self) -> None:
        """Send on every section that the answer has, even where it says "inactive"."""
        await self._until(lambda: self.publisher.connectionState in ("connected", "failed", "closed"))
        for transceiver in self.publisher.getTransceivers():
            if transceiver.currentDirection == "inactive" and transceiver.sender.track is not None:
                await _force(self.publisher, transceiver)

    async def inject(self, packet: bytes, *, on_subscriber: bool = False) -> None:
        """Send any RTP or RTCP packet at all, encrypted with this client's own keys."""
        await self.transport(self.subscriber if on_subscriber else self.publisher)._send_rtp(packet)

    def transport(self, connection: RTCPeerConnection) -> RTCDtlsTransport:
        """The one transport of a bundled connection."""
        transceivers = connection.getTransceivers()
        if transceivers:
            return transceivers[0].receiver.transport
        assert connection.sctp is not None
        return connection.sctp.transport

    # --- What it hears ---

    async def heard(
        self, wanted: Callable[[SignalResponse], bool], since: int = 0, wait: float = WAIT
    ) -> SignalResponse:
        """The first message from number `since` on that is wanted, or that comes. Raises NotHeard."""
        if await self._until(lambda: any(map(wanted, self.said[since:])), wait):
            return next(filter(wanted, self.said[since:]))
        raise NotHeard(f"not within {wait} s; heard {self.kinds_said()}")

    def kinds_said(self) -> list[str]:
        """The names of all messages received, in order."""
        return [str(said.WhichOneof("message")) for said in self.said]

    def bytes_from(self, publisher: str = "", kind: str = "") -> int:
        """RTP bytes received so far, of one publisher (PA_…) or kind where named."""
        return sum(
            one.bytes
            for one in self.received.values()
            if publisher in ("", one.publisher) and kind in ("", one.kind)
        )

    def last_from(self, publisher: str = "", kind: str = "") -> float:
        """The loop's time of the last packet received, 0.0 for none."""
        chosen = (
            one.last
            for one in self.received.values()
            if publisher in ("", one.publisher) and kind in ("", one.kind)
        )
        return max(chosen, default=0.0)

    async def hears(self, publisher: str = "", kind: str = "", wait: float = WAIT) -> None:
        """Wait until media comes in from now on. Raises NotHeard."""
        before = self.bytes_from(publisher, kind)
        if not await self._until(lambda: self.bytes_from(publisher, kind) > before, wait):
            raise NotHeard(f"no {kind or 'media'} from {publisher or 'anyone'} within {wait} s")

    async def caught_up(self) -> None:
        """Wait until every packet that has reached this client's sockets by now is counted.

        Loopback keeps the order: what the engine sent before it acknowledged anything is there already.
        Raises TimeoutError where packets come faster than this process can count them.
        """
        if not self.subscriber.getTransceivers():
            return
        transport = self.transport(self.subscriber)
        async with asyncio.timeout(WAIT):
            while transport.state == "connected" and _has_more(transport):  # noqa: ASYNC110 - it is nowhere told
                await asyncio.sleep(0)
        for _ in range(COUNTED_AFTER):
            await asyncio.sleep(0)

    async def hears_nothing(self, within: float, publisher: str = "", kind: str = "") -> None:
        """Listen for so many seconds, once caught up. Raises AssertionError if a single packet comes."""
        await self.caught_up()
        before = self.bytes_from(publisher, kind)
        await asyncio.sleep(within)
        extra = self.bytes_from(publisher, kind) - before
        assert extra == 0, f"{extra} bytes of {kind or 'media'} came from {publisher or 'somebody'}"

    # --- The wire ---

    async def _until(self, met: Callable[[], bool], wait: float = WAIT) -> bool:
        """Wait for something that a message, a packet or a connection's state can bring about."""
        try:
            async with asyncio.timeout(wait):
                while not met():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        with contextlib.suppress(aiohttp.ClientError, ConnectionError):
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.BINARY:
                    continue
                said = SignalResponse.FromString(message.data)
                self.said.append(said)
                await self._react(said)
                self._news.set()
        await socket.close()  # an answer may have met a connection that was being closed: nobody reads on
        self._news.set()

    async def _ping(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        with contextlib.suppress(aiohttp.ClientError, ConnectionError):
            while not socket.closed:
                await socket.send_bytes(SignalRequest(ping=1).SerializeToString())
                await asyncio.sleep(PING_EVERY)

    async def _react(self, said: SignalResponse) -> None:
        match said.WhichOneof("message"):
            case "offer":
                with contextlib.suppress(InvalidStateError):  # ended while it was being answered
                    await self._answer(said.offer)
            case "media_sections_requirement":
                self._keep(self._extend(said.media_sections_requirement))
            case "trickle":
                to_publisher = said.trickle.target == SignalTarget.PUBLISHER
                connection = self.publisher if to_publisher else self.subscriber
                self._pending[connection].append(said.trickle.candidateInit)
                await self._add_pending(connection)
            case "leave":
                self.left = said.leave
            case _:
                pass

    async def _extend(self, required: MediaSectionsRequirement) -> None:
        with contextlib.suppress(Gone, ConnectionError, InvalidStateError):
            await self.receive_in(required.num_audios, required.num_videos)

    async def _answer(self, offer: SessionDescription) -> None:
        self._label(offer.sdp)
        await self.subscriber.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        self._described.add(self.subscriber)
        await self._add_pending(self.subscriber)
        for transceiver in self.subscriber.getTransceivers():
            self._count(transceiver.receiver.transport)
        await self.subscriber.setLocalDescription(await self.subscriber.createAnswer())
        local = self.subscriber.localDescription
        await self.send(SignalRequest(answer=SessionDescription(type="answer", sdp=local.sdp, id=offer.id)))

    async def _add_pending(self, connection: RTCPeerConnection) -> None:
        """Add the candidates that came before there was a description to add them to."""
        while self._pending[connection] and connection in self._described:
            told = json.loads(self._pending[connection].pop(0))
            line = str(told.get("candidate", "")).removeprefix("candidate:")
            if not line or "tcp" in line.lower():
                continue
            candidate = candidate_from_sdp(line)
            candidate.sdpMid = told.get("sdpMid")
            candidate.sdpMLineIndex = told.get("sdpMLineIndex")
            await connection.addIceCandidate(candidate)

    def _label(self, sdp: str) -> None:
        """Remember whose SSRC is whose: a section's msid is `PA_x|stream TR_y`."""
        for media in ParsedDescription.parse(sdp).media:
            stream, _, track = (media.msid or "").partition(" ")
            for one in media.ssrc:
                label = Received(media.kind, stream.partition("|")[0], track)
                early = self.received.get(one.ssrc, label)  # its first packets may be quicker than an answer
                early.kind, early.publisher, early.track = label.kind, label.publisher, label.track
                self._labels[one.ssrc] = label

    def _count(self, transport: RTCDtlsTransport) -> None:
        """Count packets as they leave decryption, instead of decoding them."""

        async def count(data: bytes, arrival_time_ms: int) -> None:
            ssrc = int.from_bytes(data[8:12], "big")
            label = self._labels.get(ssrc, Received("unknown", "", ""))
            one = self.received.setdefault(ssrc, label)
            one.packets += 1
            one.bytes += len(data)
            one.last = asyncio.get_running_loop().time()
            self._news.set()

        transport._handle_rtp_data = count  # type: ignore[method-assign]


def _has_more(transport: RTCDtlsTransport) -> bool:
    """Whether a datagram waits for being read or decrypted."""
    connection = transport.transport._connection
    sockets = [protocol.transport.get_extra_info("socket") for protocol in connection._protocols]
    return not connection._queue.empty() or bool(select.select(sockets, (), (), 0)[0])


def as_join_request(query: Mapping[str, str]) -> str:
    """What says in the v1 dialect what a query says in the other."""
    return join_request.write(
        JoinRequest(
            connection_settings=ConnectionSettings(auto_subscribe=query["auto_subscribe"] == "1"),
            reconnect=query.get("reconnect") == "1",
            participant_sid=query.get("sid", ""),
            metadata=query.get("metadata", ""),
            participant_attributes={"role": "host"} if "attributes" in query else {},
        )
    )


def _nowhere(data: object, address: object = None) -> None:
    """Where packets go when the network is gone."""


async def _force(connection: RTCPeerConnection, transceiver: RTCRtpTransceiver) -> None:
    """Start sending on a section that the other side has refused."""
    transceiver._setCurrentDirection("sendonly")
    await transceiver.sender.send(connection._RTCPeerConnection__localRtp(transceiver))  # type: ignore[attr-defined]
