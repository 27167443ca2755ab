"""`/rtc` and `/rtc/v1`: one WebSocket of one client, in LiveKit's v0 or v1 dialect."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import WSMsgType, web
from google.protobuf.message import DecodeError
from livekit.protocol.models import DisconnectReason
from livekit.protocol.rtc import (
    JoinRequest,
    LeaveRequest,
    SessionDescription,
    SignalRequest,
    SignalResponse,
)

from media.engine import EngineFull
from signalling import join_request
from signalling.livekit.errors import Offence, Refused
from signalling.livekit.participant import Participant, State
from signalling.livekit.rooms import PING_TIMEOUT, House
from signalling.livekit.sdp import MalformedSdp
from signalling.livekit.tokens import Admission, Tokens

MAX_MESSAGE = 256 * 1024
MAX_QUEUED = 1000
"""Messages to a client that does not read them."""
BURST, RATE = 300, 30
"""Messages a client may send at once, and per second; of a large one each part counts as one."""
PART = 16 * 1024
HEARTBEAT = PING_TIMEOUT * 2 / 3
"""Seconds of silence until the other end of the socket is asked whether it is there; it has half of that to
answer. Not every client says anything by itself as long as all is well."""
FAREWELL = 2.0
"""Seconds for the last messages to be written."""


class Socket:
    """A participant's `Wire` over one WebSocket."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket
        self._queue: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._finished = False

    def send(self, message: bytes) -> None:
        """Queue one message; a client that lets MAX_QUEUED pile up is cut off."""
        if self._finished:
            return
        self._queue.append(message)
        if len(self._queue) > MAX_QUEUED:
            self._queue.clear()
            self._finished = True
        self._news.set()

    def finish(self) -> None:
        """Close once what is queued has been sent."""
        self._finished = True
        self._news.set()

    async def write(self) -> None:
        """Send what is queued until `finish`; then close."""
        while not self._finished or self._queue:
            while self._queue:
                await self._socket.send_bytes(self._queue.popleft())
            self._news.clear()
            if not self._finished:
                await self._news.wait()
        await self._socket.close()


class Allowance:
    """A token bucket of messages."""

    def __init__(self, now: float) -> None:
        self._left = float(BURST)
        self._at = now

    def spend(self, now: float, size: int) -> bool:
        """Whether one more message, of so many bytes, is allowed at this moment (in seconds)."""
        self._left = min(float(BURST), self._left + (now - self._at) * RATE)
        self._at = now
        self._left -= 1 + size // PART
        return self._left >= 0


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a client says of itself before anything else."""

    resumes: bool
    sid: str
    """Of the stay that it resumes; it may leave that out."""
    auto_subscribe: bool
    own_streams: bool
    one_connection: bool = False
    offer: SessionDescription | None = None
    """The first one, where it does not come later."""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Greeting":
        """In the v0 dialect."""
        return cls(
            query.get("reconnect") in {"1", "true"},
            query.get("sid", ""),
            query.get("auto_subscribe", "1") in {"1", "true"},
            query.get("browser", "").lower() == "firefox",
        )

    @classmethod
    def from_request(cls, request: JoinRequest) -> "Greeting":
        """In the v1 dialect."""
        return cls(
            request.reconnect,
            request.participant_sid,
            request.connection_settings.auto_subscribe,
            request.client_info.browser.lower() == "firefox",
            one_connection=True,
            offer=request.publisher_offer if request.publisher_offer.sdp else None,
        )


class Signalling:
    """The HTTP handlers of the client protocol."""

    def __init__(self, house: House, tokens: Tokens) -> None:
        self._house = house
        self._tokens = tokens

    async def validate(self, request: web.Request) -> web.Response:
        """Why a client may not connect, in plain text; clients ask after any failed upgrade."""
        try:
            self._tokens.admission(_token(request))
        except Refused as refused:
            return _refusal(refused)
        return web.Response(text="success", headers={"Access-Control-Allow-Origin": "*"})

    async def rtc(self, request: web.Request) -> web.StreamResponse:
        """Join, or come back, and talk until the socket closes."""
        return await self._serve(request, Greeting.from_query(request.query))

    async def rtc_v1(self, request: web.Request) -> web.StreamResponse:
        """The same in the v1 dialect."""
        try:
            said = join_request.read(request.query.get(join_request.PARAMETER, ""))
        except join_request.MalformedJoinRequest:
            return web.Response(status=400, text="this needs a join_request")
        return await self._serve(request, Greeting.from_request(said))

    async def _serve(self, request: web.Request, greeting: Greeting) -> web.StreamResponse:
        try:
            admission = self._tokens.admission(_token(request))
            self._house.check_place(admission)
        except Refused as refused:
            return _refusal(refused)
        socket = web.WebSocketResponse(
            max_msg_size=MAX_MESSAGE, compress=False, timeout=FAREWELL, heartbeat=HEARTBEAT
        )
        if not socket.can_prepare(request).ok:
            return web.Response(status=400, text="this is for WebSockets")
        try:
            await socket.prepare(request)
        except ConnectionError:  # who has gone before the answer is no news
            return web.Response(status=400, text="gone")
        wire = Socket(socket)
        writing = asyncio.create_task(wire.write())
        participant = self._enter(admission, wire, greeting)
        try:
            if participant is not None:
                if greeting.offer is not None:
                    _hear(participant, SignalRequest(offer=greeting.offer))
                await self._listen(socket, participant)
        finally:
            if participant is not None:
                participant.room.disconnected(participant, wire)
            wire.finish()
            with contextlib.suppress(TimeoutError, ConnectionError):
                await asyncio.wait_for(writing, FAREWELL)
        return socket

    def _enter(self, admission: Admission, wire: Socket, greeting: Greeting) -> Participant | None:
        """Who talks on this socket; None when the client has been told to go or to join anew."""
        if greeting.resumes:
            participant = self._house.resume(admission, greeting.sid, wire)
            if participant is None:
                wire.send(_leave(DisconnectReason.STATE_MISMATCH, LeaveRequest.RECONNECT))
                wire.finish()
            return participant
        try:
            return self._house.join(
                admission,
                wire,
                auto_subscribe=greeting.auto_subscribe,
                own_streams=greeting.own_streams,
                one_connection=greeting.one_connection,
            )
        except Refused:
            wire.send(_leave(DisconnectReason.JOIN_FAILURE, LeaveRequest.DISCONNECT))
            wire.finish()
            return None

    async def _listen(self, socket: web.WebSocketResponse, participant: Participant) -> None:
        allowance = Allowance(self._house.clock())
        while not socket.closed and participant.state is not State.GONE:
            message = await socket.receive()
            if message.type is not WSMsgType.BINARY:
                if message.type is WSMsgType.TEXT:  # JSON is not spoken here; clients fall back to protobuf
                    continue
                return
            if not allowance.spend(self._house.clock(), len(message.data)):
                participant.room.leave(participant, DisconnectReason.STATE_MISMATCH)
                return
            _act(participant, message.data)


def _act(participant: Participant, data: bytes) -> None:
    """Whatever a client sends, the worst is that it is sent away."""
    request = SignalRequest()
    try:
        request.ParseFromString(data)
    except DecodeError:
        return
    _hear(participant, request)


def _hear(participant: Participant, request: SignalRequest) -> None:
    try:
        participant.hear(request)
    except Offence:
        participant.room.leave(participant, DisconnectReason.PARTICIPANT_REMOVED)
    except (MalformedSdp, EngineFull):
        participant.room.leave(participant, DisconnectReason.STATE_MISMATCH, LeaveRequest.RECONNECT)


def _leave(reason: DisconnectReason, action: LeaveRequest.Action) -> bytes:
    return SignalResponse(leave=LeaveRequest(reason=reason, action=action)).SerializeToString()


def _token(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else request.query.get("access_token", "")


def _refusal(refused: Refused) -> web.Response:
    return web.Response(
        status=refused.status, text=refused.text, headers={"Access-Control-Allow-Origin": "*"}
    )
