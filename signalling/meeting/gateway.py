"""The meeting over Socket.IO: who is connected, what they ask for, and the view each of them gets.

`Gateway(...)`, `routes()` into the application, `start()` before serving and `close()` on shutdown. The house
tells it what happens elsewhere: `media_joined` and `media_left` (the engine's webhooks), `seat_exited`,
`seat_ended`, `person_revoked`, `labels_changed`. PROTOCOL.md has the messages.

With a Redis address several processes tell each other that something changed; every process shows its own
people their views. Without Redis there is one process.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Coroutine, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import socketio
from aiohttp import web
from socketio.exceptions import ConnectionRefusedError as Refusal

from moderation import actions as a
from moderation.model import HOUSE, Actor, MeetingId, PersonId, SeatId
from moderation.rules import Reason
from signalling.meeting.applier import Applier
from signalling.meeting.attendance import Attendance
from signalling.meeting.errors import JournalDown, Malformed, UnknownMeeting
from signalling.meeting.flood import Bucket
from signalling.meeting.gate import Gate
from signalling.meeting.messages import NotDone, NotRecorded, answer, complaint, parse_act, parse_auth
from signalling.meeting.news import News, NewsOverRedis
from signalling.meeting.ports import Connection, Journal, SeatHolder, SeatRefusal, Seats
from signalling.meeting.scenes import Scenes
from signalling.meeting.views import View
from signalling.meeting.words import GATE

log = logging.getLogger(__name__)

PING_INTERVAL, PING_TIMEOUT = 2, 8
"""Seconds. Together: after how much silence a connection is closed, on both sides."""
SILENCE = 3.0
"""Seconds without an answer to a ping, after which nobody counts as connected: five since the last answer."""
SWEEP_EVERY = 0.5
SECOND_LOOK = 0.1
LARGEST_MESSAGE = 16 * 1024
RATE, BURST = 20.0, 40.0
PATIENCE = 200
"""How many messages beyond the limit a connection may send before it is closed."""
LONGEST_QUEUE = 200
"""How many packets may wait for a browser that does not read."""
CONNECT_WITHIN = 10.0
CLOSE_WITHIN = 2.0
LAST_WORDS = 1.0
ON_PURPOSE = frozenset({0, 1001, 1005})
"""Close codes of a page that closes; 1000 is also what a broken connection looks like from here."""

_QUIET = logging.getLogger("hearth.socketio")
_QUIET.setLevel(logging.CRITICAL + 1)  # The library logs what people send.


class _TextOnly(socketio.packet.Packet):  # type: ignore[misc]
    """Refuses what no page of ours sends: binary attachments, and events with the library's own names."""

    def decode(self, encoded_packet: str) -> int:
        attachments = super().decode(encoded_packet)
        if attachments or self.packet_type in (socketio.packet.BINARY_EVENT, socketio.packet.BINARY_ACK):
            raise ValueError("binary")
        if self.packet_type == socketio.packet.EVENT:
            if not isinstance(self.data, list) or not self.data or not isinstance(self.data[0], str):
                raise ValueError("an event is a list that begins with its name")
            if self.data[0] in ("connect", "connect_error", "disconnect"):
                raise ValueError("reserved")
        return 0


@dataclass(eq=False)
class _Sitting:
    """One event connection: whose it is, and its place in the queue for being served."""

    sid: str
    holder: SeatHolder
    request: web.Request
    bucket: Bucket
    socket: Any
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    excess: int = 0
    away: bool = False
    parted: bool = False
    shown: View | None = None

    def is_news(self, shown: View) -> bool:
        """Whether this view tells anything. Sent for nothing, it would tell that others did something."""
        return self.shown is None or {**self.shown, "seq": shown["seq"]} != shown

    @property
    def key(self) -> tuple[MeetingId, SeatId]:
        return self.holder.meeting, self.holder.seat

    @property
    def silent(self) -> bool:
        """Whether a ping has gone unanswered for too long."""
        pinged = self.socket.last_ping
        return pinged is not None and time.time() - pinged > SILENCE


_SITTING = web.RequestKey("sitting", _Sitting)
_ASKED = web.RequestKey("asked", bool)


class Gateway:
    """The event connections of this process."""

    def __init__(
        self,
        journal: Journal,
        applier: Applier,
        seats: Seats,
        attendance: Attendance,
        gate: Gate,
        *,
        origins: Set[str],
        redis_url: str | None = None,
    ) -> None:
        self._journal = journal
        self._applier = applier
        self._seats = seats
        self._attendance = attendance
        self._scenes = Scenes(applier, seats, attendance)
        self._gate = gate
        self._origins = origins
        self._news = None if redis_url is None else NewsOverRedis(redis_url, self._hear)
        self._sio = socketio.AsyncServer(
            async_mode="aiohttp",
            serializer=_TextOnly,
            logger=_QUIET,
            engineio_logger=_QUIET,
            transports=["websocket"],
            cors_allowed_origins=[],  # Looked at before the library sees the request.
            ping_interval=PING_INTERVAL,
            ping_timeout=PING_TIMEOUT,
            max_http_buffer_size=LARGEST_MESSAGE,
        )
        self._sio.on("connect", self._connect)
        self._sio.on("disconnect", self._disconnect)
        self._sio.on("act", self._act)
        self._sio.on("view", self._view)
        self._sio.on("*", self._anything_else)
        self._sittings: dict[str, _Sitting] = {}
        self._current: dict[tuple[MeetingId, SeatId], _Sitting] = {}
        self._requests: dict[int, web.Request] = {}
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._dirty: set[MeetingId] = set()
        self._showing: set[MeetingId] = set()
        applier.on_change.append(self._changed)

    def routes(self) -> list[web.RouteDef]:
        """Socket.IO's address; WebSocket only."""
        return [web.get("/socket.io/", self.handle)]

    async def start(self) -> None:
        """Begin to watch for silence, and to hear other processes."""
        if self._news is not None:
            self._news.start()
        self._spawn(self._sweep())

    async def close(self) -> None:
        """Let every connection break off: pages come back to the next process by themselves. Once only."""
        for request in self._requests.values():
            if request.transport is not None:
                request.transport.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._nobody.wait(), CLOSE_WITHIN)
        await self._sio.shutdown()
        if self._news is not None:
            await self._news.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- What the house tells ---

    async def media_joined(self, meeting: MeetingId, seat: SeatId, session: str) -> None:
        """The engine's webhook `participant_joined`; `session` is the participant's sid.

        The grants are pushed again: the token it joined with may be older than the last decision.
        """
        self._tell({"news": "joined", "meeting": meeting, "seat": seat, "session": session})
        await self._attendance.joined(meeting, seat, session)
        with suppress(UnknownMeeting):
            await self._applier.enforce(meeting)

    async def media_left(self, meeting: MeetingId, seat: SeatId, session: str) -> None:
        """The engine's webhook `participant_left`."""
        self._tell({"news": "left", "meeting": meeting, "seat": seat, "session": session})
        await self._attendance.left(meeting, seat, session)

    async def seat_exited(self, seat: SeatId) -> None:
        """The quick exit: out of every meeting and every connection."""
        await self._everywhere(a.Exit(seat))
        await self.seat_ended(seat)

    async def person_revoked(self, person: PersonId) -> None:
        """An invite was revoked: its person is out of every meeting, and their connections end."""
        await self._everywhere(a.Revoke(person))
        self._tell({"news": "revoked", "person": person})
        await self._end_person(person)

    async def seat_ended(self, seat: SeatId) -> None:
        """A seat is no more (signing out, for one): its connections end. The meeting sees it disconnected."""
        self._tell({"news": "ended", "seat": seat})
        await self._end_seat(seat)

    def labels_changed(self, meeting: MeetingId) -> None:
        """A name, a readiness result or the session's particulars have changed."""
        self._applier.announce(meeting)

    async def _everywhere(self, action: a.Exit | a.Revoke) -> None:
        """Where the journal cannot be read, wherever this process remembers a meeting of a connected seat."""
        try:
            meetings = await self._journal.running()
        except JournalDown:
            meetings = list(self._attendance.meetings())
        here = self._attendance.meetings()
        for meeting in sorted(meetings, key=lambda meeting: meeting not in here):
            await self._applier.act(meeting, HOUSE, action)

    # --- Connections ---

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its upgrade to its end."""
        if request.headers.get("Origin") not in self._origins:
            return web.Response(status=403, text=GATE["wrong_origin"])
        self._requests[id(request)] = request
        self._nobody.clear()
        late = asyncio.get_running_loop().call_later(CONNECT_WITHIN, _drop_if_nobody, request)
        code: int | None = None
        try:
            response: web.StreamResponse = await self._sio.handle_request(request)
            if isinstance(response, web.WebSocketResponse):
                code = response.close_code
            return response
        finally:
            late.cancel()
            del self._requests[id(request)]
            if not self._requests:
                self._nobody.set()
            sitting = request.get(_SITTING)
            if sitting is not None:
                self._part(sitting, at_once=code in ON_PURPOSE)

    async def _connect(self, sid: str, environ: Mapping[str, Any], auth: object = None) -> None:
        request: web.Request = environ["aiohttp.request"]
        if _ASKED in request:
            raise Refusal("malformed", {"error": "malformed"})
        request[_ASKED] = True
        try:
            arrived = await self._arrive(request, auth)
        except Malformed:
            arrived = "malformed"
        except JournalDown:
            arrived = "not_recorded"
        except UnknownMeeting:
            arrived = SeatRefusal.NOT_YOUR_SESSION.value
        except Exception:
            log.exception("connecting failed")
            arrived = "failed"
        if isinstance(arrived, str):
            raise Refusal(arrived, {"error": arrived})
        socket = self._sio.eio.sockets[self._sio.manager.eio_sid_from_sid(sid, "/")]
        await self._sit(_Sitting(sid, arrived, request, Bucket(RATE, BURST, time.monotonic()), socket))

    async def _arrive(self, request: web.Request, auth: object) -> SeatHolder | str:
        """Whose connection it is, or why it is refused."""
        meeting = parse_auth(auth)
        holder = await self._seats.holder(request.cookies, meeting)
        if isinstance(holder, SeatRefusal):
            return holder.value
        actor = Actor(holder.role, holder.person, holder.seat)
        match await self._applier.act(meeting, actor, a.Arrive(holder.agreed)):
            case NotDone(Reason.AGREEMENT_NEEDED | Reason.NOT_ALLOWED as reason):
                return str(reason.value)
            case NotRecorded():
                return "not_recorded"
            case _:  # Whoever may not come in is told so by the view.
                return holder

    async def _sit(self, sitting: _Sitting) -> None:
        sitting.request[_SITTING] = sitting
        self._sittings[sitting.sid] = sitting
        older = self._current.get(sitting.key)
        self._current[sitting.key] = sitting
        meeting, seat = sitting.key
        self._tell({"news": "taken", "meeting": meeting, "seat": seat})
        if older is not None:
            await self._end(older, "replaced")
        self._spawn(self._greet(sitting))
        await self._attendance.opened(meeting, seat, Connection.EVENTS)

    async def _greet(self, sitting: _Sitting) -> None:
        """Its first view, once it has been told that it is connected: before that nothing can be sent."""
        while not (sitting.parted or self._sio.manager.is_connected(sitting.sid, "/")):
            await asyncio.sleep(0.01)
        self._show(sitting.holder.meeting)

    async def _disconnect(self, sid: str, reason: str = "") -> None:
        sitting = self._sittings.pop(sid, None)
        ways = self._sio.reason
        if sitting is not None and reason not in (ways.TRANSPORT_CLOSE, ways.TRANSPORT_ERROR):
            self._part(sitting, at_once=True)
        # Whether a closed transport was closed on purpose is known once its request ends: see `handle`.

    def _part(self, sitting: _Sitting, *, at_once: bool) -> None:
        self._sittings.pop(sitting.sid, None)
        if sitting.parted:
            return
        sitting.parted = True
        if self._current.get(sitting.key) is sitting:
            del self._current[sitting.key]
            self._spawn(self._attendance.closed(*sitting.key, Connection.EVENTS, at_once=at_once))

    async def _end_seat(self, seat: SeatId) -> None:
        self._gate.end_seat(seat)
        for sitting in list(self._sittings.values()):
            if sitting.holder.seat == seat:
                await self._end(sitting, SeatRefusal.SEAT_ENDED.value)

    async def _end_person(self, person: PersonId) -> None:
        for sitting in list(self._sittings.values()):
            if sitting.holder.person == person:
                await self._end_seat(sitting.holder.seat)

    async def _end(self, sitting: _Sitting, why: str) -> None:
        await self._sio.emit("gone", {"why": why}, to=sitting.sid)
        await self._sio.disconnect(sitting.sid)
        # A browser that was sent away closes the transport itself; for those that do not:
        asyncio.get_running_loop().call_later(LAST_WORDS, _drop_if_nobody, sitting.request)

    async def _end_answered(self, sitting: _Sitting) -> None:
        """Once the answer that is under way has been sent."""
        await asyncio.sleep(0.05)
        await self._end(sitting, SeatRefusal.SEAT_ENDED.value)

    async def _sweep(self) -> None:
        """Notice silence and its end, and browsers that let everything pile up."""
        while True:
            silent = {sitting for sitting in self._sittings.values() if sitting.silent}
            # Where this process itself was held up, answers lie unread; let them be read first.
            await asyncio.sleep(SECOND_LOOK)
            for sitting in list(self._sittings.values()):
                away = sitting.silent and (sitting.away or sitting in silent)
                if away is not sitting.away:
                    self._mark(sitting, away=away)
                if sitting.socket.queue.qsize() > LONGEST_QUEUE and sitting.request.transport is not None:
                    sitting.request.transport.close()
            await asyncio.sleep(SWEEP_EVERY)

    def _mark(self, sitting: _Sitting, *, away: bool) -> None:
        sitting.away = away
        if self._current.get(sitting.key) is not sitting:
            return
        if away:
            self._spawn(self._attendance.closed(*sitting.key, Connection.EVENTS, at_once=True))
        else:
            self._spawn(self._attendance.opened(*sitting.key, Connection.EVENTS))

    # --- Messages ---

    async def _act(self, sid: str, *data: object) -> dict[str, object]:
        sitting = self._sittings.get(sid)
        if sitting is None:
            return complaint(SeatRefusal.SEAT_ENDED.value)
        if not sitting.bucket.take(time.monotonic()):
            return await self._too_fast(sitting)
        async with sitting.turn:
            return await self._guarded(self._act_in_turn(sitting, data))

    async def _act_in_turn(self, sitting: _Sitting, data: tuple[object, ...]) -> dict[str, object]:
        if len(data) != 1:
            raise Malformed("act takes one object")
        action = parse_act(data[0])
        holder = sitting.holder
        # Where nobody can be asked, who it was on connecting has to do: a restriction must not wait.
        with suppress(JournalDown):
            now = await self._seats.holder(sitting.request.cookies, holder.meeting)
            if isinstance(now, SeatRefusal):
                self._spawn(self._end_answered(sitting))
                return complaint(now.value)
            holder = now
        actor = Actor(holder.role, holder.person, holder.seat)
        return answer(await self._applier.act(holder.meeting, actor, action))

    async def _view(self, sid: str, *_: object) -> dict[str, object]:
        sitting = self._sittings.get(sid)
        if sitting is None:
            return complaint(SeatRefusal.SEAT_ENDED.value)
        if not sitting.bucket.take(time.monotonic()):
            return await self._too_fast(sitting)
        async with sitting.turn:
            return await self._guarded(self._view_in_turn(sitting))

    async def _view_in_turn(self, sitting: _Sitting) -> dict[str, object]:
        scene = await self._scenes.now(sitting.holder.meeting)
        return complaint("not_recorded") if scene is None else scene.seen_by(sitting.holder)

    async def _anything_else(self, _event: str, sid: str, *_: object) -> dict[str, object]:
        sitting = self._sittings.get(sid)
        if sitting is not None and not sitting.bucket.take(time.monotonic()):
            return await self._too_fast(sitting)
        return complaint("malformed", "there is no such message")

    async def _too_fast(self, sitting: _Sitting) -> dict[str, object]:
        sitting.excess += 1
        if sitting.excess > PATIENCE:
            await self._end(sitting, "too_fast")
        return complaint("too_fast")

    async def _guarded(self, work: Awaitable[dict[str, object]]) -> dict[str, object]:
        """One bad message is answered, and ends nobody's connection."""
        try:
            return await work
        except Malformed as malformed:
            return complaint("malformed", malformed.detail)
        except UnknownMeeting:
            return complaint(SeatRefusal.NOT_YOUR_SESSION.value)
        except Exception:
            log.exception("message failed")
            return complaint("failed")

    # --- Views ---

    def _changed(self, meeting: MeetingId) -> None:
        self._tell({"news": "changed", "meeting": meeting})
        self._show(meeting)

    def _show(self, meeting: MeetingId) -> None:
        """Send everyone here their view, again if it changes meanwhile; never an older after a newer one."""
        self._dirty.add(meeting)
        if meeting not in self._showing:
            self._showing.add(meeting)
            self._spawn(self._show_until_clean(meeting))

    async def _show_until_clean(self, meeting: MeetingId) -> None:
        try:
            while meeting in self._dirty:
                self._dirty.discard(meeting)
                await self._show_once(meeting)
        except Exception:
            log.exception("views failed", extra={"meeting": meeting})
        finally:
            self._showing.discard(meeting)

    async def _show_once(self, meeting: MeetingId) -> None:
        sittings = [sitting for key, sitting in self._current.items() if key[0] == meeting]
        scene = await self._scenes.now(meeting) if sittings else None
        if scene is None:
            self._scenes.forget(meeting)
            return
        for sitting in sittings:
            if self._sio.manager.is_connected(sitting.sid, "/"):
                shown = scene.seen_by(sitting.holder)
                if sitting.is_news(shown):
                    sitting.shown = shown
                    await self._sio.emit("view", shown, to=sitting.sid)

    # --- Between processes ---

    def _tell(self, news: News) -> None:
        if self._news is not None:
            self._news.tell(news)

    def _hear(self, news: News) -> None:
        """Not waited for: what follows from one piece of news must not hold up the next."""
        self._spawn(self._follow(news))

    async def _follow(self, news: News) -> None:
        match news:
            case {"news": "changed", "meeting": meeting}:
                self._show(MeetingId(meeting))
            case {"news": "joined", "meeting": meeting, "seat": seat, "session": session}:
                await self._attendance.joined(MeetingId(meeting), SeatId(seat), session)
            case {"news": "left", "meeting": meeting, "seat": seat, "session": session}:
                await self._attendance.left(MeetingId(meeting), SeatId(seat), session)
            case {"news": "ended", "seat": seat}:
                await self._end_seat(SeatId(seat))
            case {"news": "revoked", "person": person}:
                await self._end_person(PersonId(person))
            case {"news": "taken", "meeting": meeting, "seat": seat}:
                older = self._current.get((MeetingId(meeting), SeatId(seat)))
                if older is not None:
                    await self._end(older, "replaced")
            case _:
                log.warning("news not understood")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _drop_if_nobody(request: web.Request) -> None:
    sitting = request.get(_SITTING)
    if (sitting is None or sitting.parted) and request.transport is not None:
        request.transport.close()
