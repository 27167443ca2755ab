"""The one door to media: who may open `/rtc` now, with which token, and the WebSocket behind it.

At every upgrade (join, reconnect, resume) the cookie, the seat and the meeting are looked at anew. The token
is made here and never leaves the platform; whatever token a browser presents is ignored. The engine's
signalling is private, so there is no other way to it.

`Gate(...)`, `routes()` into the application, `start()` before serving, `open()` once the poller has started,
`close()` on shutdown.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

import aiohttp
from aiohttp import WSCloseCode, WSMsgType, web
from google.protobuf.message import DecodeError
from livekit.protocol.rtc import SignalResponse

from moderation.grants import Grant, Source
from moderation.model import MeetingId, SeatId
from signalling.join_request import PARAMETER, MalformedJoinRequest
from signalling.meeting import tcp_only, wishes
from signalling.meeting.admission import NOT_READY, TOO_FAST, TURNED_SEATS, Turned, may_enter
from signalling.meeting.applier import Applier
from signalling.meeting.attendance import Attendance
from signalling.meeting.errors import JournalDown, MediaDown, UnknownMeeting
from signalling.meeting.flood import Bucket
from signalling.meeting.passage import (
    MESSAGE_FROM_ENGINE,
    Parting,
    Passage,
    PassageClose,
    Sieve,
)
from signalling.meeting.ports import Connection, MediaEngine, SeatHolder, SeatRefusal, Seats
from signalling.meeting.rooms import check_room, room_name
from signalling.meeting.wishes import Wishes

log = logging.getLogger(__name__)

ENGINE_WITHIN = 5.0
"""Seconds for the engine to accept a connection and say its first word."""
BACK_WITHIN, LOOK_EVERY = 3.0, 0.05
"""Seconds for which an upgrade waits for an engine that is being started again: whoever is turned away comes
back after pauses that grow, and would be away for longer. And seconds between looks."""
CLIENT_PING = 10.0
CLOSE_WITHIN = 2.0
KNOCKS_RATE, KNOCKS_BURST = 1.0, 20.0
"""Upgrades a second, and at once, for one seat: each costs the engine a join."""
CHECK_LASTS = 300.0
"""Seconds that a readiness check may use the engine."""
CHECK_GRANT = Grant(can_subscribe=True, sources=frozenset({Source.MICROPHONE, Source.CAMERA}))
ECHO_GRANT = Grant(can_subscribe=True, sources=frozenset())

V1 = "/v1"
"""How the paths of the client's newer dialect end, in which one connection carries both ways."""


class Trial(Enum):
    """What a readiness check tries, as its path says."""

    SEND = "check"
    ECHO = "check-echo"  # a second connection of the same browser, which hears the first one
    TCP = "check-tcp"


@dataclass(frozen=True, slots=True)
class _Let:
    """Let through: into which room, as whom, with what."""

    room: str
    holder: SeatHolder | None
    seat: SeatId
    grant: Grant
    tcp_only: bool = False


class Gate:
    """Checks every upgrade and carries what passes. One per process. `seconds` is what the limit goes by."""

    def __init__(
        self,
        applier: Applier,
        seats: Seats,
        media: MediaEngine,
        attendance: Attendance,
        *,
        origins: Set[str],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._applier = applier
        self._seats = seats
        self._media = media
        self._attendance = attendance
        self._origins = origins
        self._is_open = False
        self._last: frozenset[MeetingId] | None = None
        self._http: aiohttp.ClientSession | None = None
        self._passages: set[Passage] = set()
        self._empty = asyncio.Event()
        self._knocks: dict[SeatId, Bucket] = {}
        self._of_seat: dict[tuple[MeetingId | None, SeatId], Passage] = {}
        applier.on_push.append(self._keep)

    def routes(self) -> list[web.RouteDef]:
        """The gate's addresses, in either dialect."""
        return [
            route
            for dialect in ("", V1)
            for route in (
                *(web.get(f"/media/{trial.value}/rtc{dialect}", self.check) for trial in Trial),
                *(
                    web.get(f"/media/{trial.value}/rtc{dialect}/validate", self.validate_check)
                    for trial in Trial
                ),
                web.get(f"/media/{{meeting}}/rtc{dialect}", self.enter),
                web.get(f"/media/{{meeting}}/rtc{dialect}/validate", self.validate),
            )
        ]

    async def start(self) -> None:
        """Be able to reach the engine."""
        self._http = aiohttp.ClientSession()

    def open(self) -> None:
        """Let people through from now on."""
        self._is_open = True

    def drain(self) -> None:
        """From now on only let people into meetings that have media open here."""
        self._last = self.under_way()

    def under_way(self) -> frozenset[MeetingId]:
        """The meetings that have media open here."""
        return frozenset(passage.meeting for passage in self._passages if passage.meeting is not None)

    async def close(self) -> None:
        """Let nobody through any more, and close what is open."""
        self._is_open = False
        for passage in self._passages:
            passage.end(WSCloseCode.GOING_AWAY)
        if self._passages:
            self._empty.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), CLOSE_WITHIN)
        if self._http is not None:
            await self._http.close()

    def end_seat(self, seat: SeatId) -> None:
        """Close whatever this seat has open here."""
        for passage in self._passages:
            if passage.seat in {seat, _echo(seat)}:
                passage.end(PassageClose.NOT_ALLOWED_ANY_MORE)

    def _keep(self, meeting: MeetingId, pushed: Mapping[SeatId, Grant]) -> None:
        for passage in self._passages:
            if passage.meeting != meeting or passage.ended:
                continue
            grant = pushed.get(passage.seat)
            if grant is None:
                passage.end(PassageClose.NOT_ALLOWED_ANY_MORE)
            elif passage.room != room_name(meeting, grant.room):
                # Not counted in the room it has to leave, not even until it has parted.
                self._attendance.begins_stay(meeting, passage.seat)
                passage.end(PassageClose.MOVED)

    # --- Who may pass ---

    async def _look(self, request: web.Request) -> _Let | Turned:
        if request.headers.get("Origin") not in self._origins:
            return Turned(403, "wrong_origin")
        return await self._look_at_seat(request)

    async def _look_at_seat(self, request: web.Request) -> _Let | Turned:
        meeting = MeetingId(request.match_info["meeting"])
        if not self._is_open or (self._last is not None and meeting not in self._last):
            return NOT_READY
        try:
            holder = await self._seats.holder(request.cookies, meeting)
            if isinstance(holder, SeatRefusal):
                return TURNED_SEATS[holder]
            read = await self._applier.current(meeting)
        except JournalDown:
            return NOT_READY
        except UnknownMeeting:
            return TURNED_SEATS[SeatRefusal.NOT_YOUR_SESSION]
        grant = may_enter(read.meeting, holder)
        if isinstance(grant, Turned):
            return grant
        if not self._applier.enforced(meeting):
            return NOT_READY
        return _Let(room_name(meeting, grant.room), holder, holder.seat, grant)

    async def _look_at_check(self, request: web.Request) -> _Let | Turned:
        if not self._is_open or self._last is not None:
            return NOT_READY
        try:
            seat = await self._seats.check_seat(request.cookies)
        except JournalDown:
            return NOT_READY
        if isinstance(seat, SeatRefusal):
            return TURNED_SEATS[seat]
        match Trial(request.path.split("/")[2]):
            case Trial.SEND:
                return _Let(check_room(seat), None, seat, CHECK_GRANT)
            case Trial.ECHO:
                return _Let(check_room(seat), None, _echo(seat), ECHO_GRANT)
            case Trial.TCP:
                return _Let(check_room(seat), None, seat, CHECK_GRANT, tcp_only=True)

    async def validate(self, request: web.Request) -> web.Response:
        """Why an upgrade failed, in plain words. The client asks after every failure, without an Origin."""
        looked = await self._look_at_seat(request)
        return looked.response() if isinstance(looked, Turned) else web.Response(text="success")

    async def validate_check(self, request: web.Request) -> web.Response:
        """The same for the readiness check."""
        looked = await self._look_at_check(request)
        return looked.response() if isinstance(looked, Turned) else web.Response(text="success")

    # --- Passing ---

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """A meeting's media."""
        looked = await self._look(request)
        return await self._pass(request, looked)

    async def check(self, request: web.Request) -> web.StreamResponse:
        """The readiness check's throw-away room: nobody but this browser is ever in it."""
        if request.headers.get("Origin") not in self._origins:
            return Turned(403, "wrong_origin").response()
        looked = await self._look_at_check(request)
        return await self._pass(request, looked, lasts=CHECK_LASTS)

    async def _pass(
        self, request: web.Request, looked: _Let | Turned, *, lasts: float | None = None
    ) -> web.StreamResponse:
        if isinstance(looked, Turned):
            where = request.match_info.get("meeting")
            log.info("turned away", extra={"meeting": where, "status": looked.status})
            return looked.response()
        try:
            wished = _wishes(request, _sieve(looked))
        except MalformedJoinRequest:
            return Turned(400, "malformed").response()
        client = web.WebSocketResponse(
            max_msg_size=wished.largest, heartbeat=CLIENT_PING, timeout=CLOSE_WITHIN, compress=False
        )
        if not client.can_prepare(request):
            return Turned(400, "not_a_websocket").response()
        if not self._knock(looked.seat):
            return TOO_FAST.response()
        meeting = None if looked.holder is None else looked.holder.meeting
        passage = Passage(looked.room, looked.seat, meeting, _sieve(looked))
        self._passages.add(passage)
        over = None
        if lasts is not None:
            over = asyncio.get_running_loop().call_later(lasts, passage.end, int(WSCloseCode.OK))
        try:
            return await self._to_engine(request, wished, client, passage, looked)
        finally:
            self._passages.discard(passage)
            if not self._passages:
                self._empty.set()
            if over is not None:
                over.cancel()

    def _knock(self, seat: SeatId) -> bool:
        now = self._seconds()
        for other in [other for other, bucket in self._knocks.items() if bucket.is_full(now)]:
            del self._knocks[other]
        bucket = self._knocks.setdefault(seat, Bucket(KNOCKS_RATE, KNOCKS_BURST, now))
        return bucket.take(now)

    async def _to_engine(
        self, request: web.Request, wished: Wishes,
        client: web.WebSocketResponse, passage: Passage, let: _Let,
    ) -> web.StreamResponse:  # fmt: skip
        """Connect to the engine, look again, and only then accept the browser."""
        try:
            engine, first = await self._connect(wished, let)
        except (aiohttp.ClientError, MediaDown, TimeoutError, OSError) as error:
            log.warning("engine refused or unreachable", extra={"error": type(error).__name__})
            return NOT_READY.response()
        try:
            turned = await self._look_again(passage, let)
            if turned is not None:
                return turned.response()
            try:
                await client.prepare(request)
            except ConnectionError:  # The browser has gone meanwhile: that is no news.
                return NOT_READY.response()
            await client.send_bytes(passage.sieve.down(first) or first)
            return await self._carry(client, engine, passage, let, first)
        finally:
            await engine.close()

    async def _connect(self, wished: Wishes, let: _Let) -> tuple[aiohttp.ClientWebSocketResponse, bytes]:
        """The engine's socket and its first message: from then on this seat is in the room.

        Raises:
            aiohttp.ClientError, MediaDown, TimeoutError, OSError
        """
        if self._http is None:
            raise aiohttp.ClientError("the gate has not started")
        url = await self._engine_of(let.room)
        token = self._media.token(let.room, let.seat, let.grant)
        async with asyncio.timeout(ENGINE_WITHIN):
            engine = await self._http.ws_connect(
                f"{url}{wished.path}",
                params={**wished.query, "access_token": token},
                max_msg_size=MESSAGE_FROM_ENGINE,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_WITHIN),
            )
            first = await engine.receive()
        if first.type is not WSMsgType.BINARY:
            await engine.close()
            raise aiohttp.ClientError("the engine's first message is not a signal")
        return engine, first.data

    async def _engine_of(self, room: str) -> str:
        """Where the engine of this room is. Raises MediaDown."""
        clock = asyncio.get_running_loop().time
        until = clock() + BACK_WITHIN
        while True:
            try:
                return self._media.signalling_url(room)
            except MediaDown:
                if clock() >= until:
                    raise
            await asyncio.sleep(LOOK_EVERY)

    async def _look_again(self, passage: Passage, let: _Let) -> Turned | None:
        """While the engine was reached, a host may have decided.

        Whatever was decided before this is seen here, and pushed once more now that the seat is in the room;
        whatever is decided after it is pushed to a seat in the room.
        """
        if let.holder is None:
            return None
        meeting = let.holder.meeting
        try:
            read = await self._applier.certain(meeting)
            grant = may_enter(read.meeting, let.holder)
            if grant != let.grant:
                await self._applier.enforce(meeting)
        except JournalDown:
            return NOT_READY
        if isinstance(grant, Turned):
            return grant
        if grant.room is not let.grant.room:
            return NOT_READY  # The next try goes to the right room.
        if passage.ended:
            return Turned(403, "not_here")
        return None if self._applier.enforced(meeting) else NOT_READY

    async def _carry(
        self,
        client: web.WebSocketResponse,
        engine: aiohttp.ClientWebSocketResponse,
        passage: Passage,
        let: _Let,
        first: bytes,
    ) -> web.WebSocketResponse:
        key = (passage.meeting, passage.seat)
        older = self._of_seat.get(key)
        if older is not None:
            older.end(PassageClose.REPLACED)
        self._of_seat[key] = passage
        # Cancelled, then: the server may end a request whose connection is lost.
        parting = Parting(WSCloseCode.GOING_AWAY, on_purpose=False)
        try:
            if let.holder is not None:
                await self._opened(let.holder, first)
            parting = await passage.carry(client, engine)
        finally:
            if self._of_seat.get(key) is passage:
                del self._of_seat[key]
                if let.holder is not None:
                    await self._attendance.closed(
                        let.holder.meeting, passage.seat, Connection.MEDIA, at_once=parting.on_purpose
                    )
            await client.close(code=parting.code)
        return client

    async def _opened(self, holder: SeatHolder, first: bytes) -> None:
        """A resumed stay is in the room already, and no webhook will say so again."""
        meeting, seat = holder.meeting, holder.seat
        if is_resumed(first):
            await self._attendance.resumes_stay(meeting, seat)
        else:
            self._attendance.begins_stay(meeting, seat)
        await self._attendance.opened(meeting, seat, Connection.MEDIA)


def _echo(seat: SeatId) -> SeatId:
    """What the engine calls the connection that hears what this seat's readiness check sends."""
    return SeatId(f"{seat}-echo")


def _wishes(request: web.Request, sieve: Sieve) -> Wishes:
    """What goes on to the engine of what the browser says. Raises: MalformedJoinRequest."""
    if request.path.endswith(V1):
        return wishes.from_join_request(request.query.get(PARAMETER, ""), sieve.up)
    return wishes.from_query(request.query)


def _sieve(let: _Let) -> Sieve:
    return Sieve(tcp_only.from_browser, tcp_only.from_engine) if let.tcp_only else Sieve()


def is_resumed(first: bytes) -> bool:
    """Whether the engine's first message says that an earlier stay goes on."""
    try:
        return str(SignalResponse.FromString(first).WhichOneof("message")) == "reconnect"
    except DecodeError:
        return False
