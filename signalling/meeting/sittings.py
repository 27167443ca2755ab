"""The event connections of this process: how they come to be, fall silent and end, and whose they are."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import socketio
from aiohttp import web
from socketio.exceptions import ConnectionRefusedError as Refusal

from moderation import actions as a
from moderation.model import Actor, MeetingId, PersonId, SeatId
from moderation.rules import Reason
from signalling.meeting.applier import Applier
from signalling.meeting.attendance import Attendance
from signalling.meeting.background import Background
from signalling.meeting.errors import JournalDown, Malformed, UnknownMeeting
from signalling.meeting.flood import Bucket
from signalling.meeting.messages import NotDone, NotRecorded, parse_auth
from signalling.meeting.ports import Connection, SeatHolder, SeatRefusal, Seats
from signalling.meeting.scene import View
from signalling.meeting.words import GATE

log = logging.getLogger(__name__)

SILENCE = 3.0
"""Seconds without an answer to a ping, after which nobody counts as connected: five since the last answer."""
SWEEP_EVERY = 0.5
SECOND_LOOK = 0.1
RATE, BURST = 20.0, 40.0
WORDS_RATE, WORDS_BURST = 2.0, 10.0
"""Messages and reactions for others, a second for long and at once."""
KNOCKS_RATE, KNOCKS_BURST = 1.0, 60.0
"""Connections a second, and at once, of one seat: each is greeted, and takes the place of the one before."""
LONGEST_QUEUE = 200
"""How many packets may wait for a browser that does not read."""
CONNECT_WITHIN = 10.0
CLOSE_WITHIN = 2.0
LAST_WORDS = 1.0
ON_PURPOSE = frozenset({0, 1001, 1005})
"""Close codes of a page that closes; 1000 is also what a broken connection looks like from here."""


@dataclass(eq=False)
class Sitting:
    """One event connection: whose it is, and its place in the queue for being served."""

    sid: str
    holder: SeatHolder
    request: web.Request
    bucket: Bucket
    words: Bucket
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
        """Each seat of a meeting has one sitting."""
        return self.holder.meeting, self.holder.seat

    @property
    def silent(self) -> bool:
        """Whether a ping has gone unanswered for too long."""
        pinged = self.socket.last_ping
        return pinged is not None and time.time() - pinged > SILENCE


_SITTING = web.RequestKey("sitting", Sitting)
_ASKED = web.RequestKey("asked", bool)


class Sittings:
    """Connects, watches and ends them. `on_sit` is told of each new one, before it is shown anything."""

    def __init__(
        self,
        sio: socketio.AsyncServer,
        applier: Applier,
        seats: Seats,
        attendance: Attendance,
        background: Background,
        *,
        origins: Set[str],
        on_sit: Callable[[Sitting], None],
        seconds: Callable[[], float],
    ) -> None:
        self._sio = sio
        self._applier = applier
        self._seats = seats
        self._attendance = attendance
        self._background = background
        self._origins = origins
        self._on_sit = on_sit
        self._seconds = seconds
        self._all: dict[str, Sitting] = {}
        self.current: dict[tuple[MeetingId, SeatId], Sitting] = {}
        """The one sitting of each seat that counts; older ones are on their way out."""
        self._requests: dict[int, web.Request] = {}
        self._knocks: dict[SeatId, Bucket] = {}
        self._nobody = asyncio.Event()
        self._nobody.set()
        sio.on("connect", self._connect)
        sio.on("disconnect", self._disconnect)

    def find(self, sid: str) -> Sitting | None:
        """The sitting that a message came on, unless it has ended."""
        return self._all.get(sid)

    def of(self, meeting: MeetingId) -> list[Sitting]:
        """The sittings that look at this meeting."""
        return [sitting for key, sitting in self.current.items() if key[0] == meeting]

    def is_connected(self, sitting: Sitting) -> bool:
        """Whether its client has been told that it is connected, and is so still."""
        return bool(self._sio.manager.is_connected(sitting.sid, "/"))

    def may_say(self, sitting: Sitting, *, words: bool = False) -> bool:
        """Whether one more message is not too many; `words` are for other people."""
        now = self._seconds()
        return sitting.bucket.take(now) and (not words or sitting.words.take(now))

    async def emit(self, sitting: Sitting, event: str, data: object) -> None:
        """Send it this."""
        await self._sio.emit(event, data, to=sitting.sid)

    async def close(self) -> None:
        """Let every connection break off: pages come back to the next process by themselves."""
        for request in self._requests.values():
            if request.transport is not None:
                request.transport.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._nobody.wait(), CLOSE_WITHIN)

    # --- Beginning ---

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its upgrade to its end."""
        if request.headers.get("Origin") not in self._origins:
            log.info("a page of somebody else's")
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
        arrived = await _or_why(self._arrive(request, auth))
        if isinstance(arrived, str):
            raise Refusal(arrived, {"error": arrived})
        socket = self._sio.eio.sockets[self._sio.manager.eio_sid_from_sid(sid, "/")]
        now = self._seconds()
        bucket, words = Bucket(RATE, BURST, now), Bucket(WORDS_RATE, WORDS_BURST, now)
        await self._sit(Sitting(sid, arrived, request, bucket, words, socket))

    async def _arrive(self, request: web.Request, auth: object) -> SeatHolder | str:
        """Whose connection it is, or why it is refused."""
        meeting = parse_auth(auth)
        holder = await self._seats.holder(request.cookies, meeting)
        if isinstance(holder, SeatRefusal):
            log.info("turned away", extra={"meeting": meeting, "reason": holder})
            return holder.value
        if not self._may_knock(holder.seat):
            return "too_fast"
        actor = Actor(holder.role, holder.person, holder.seat)
        match await self._applier.act(meeting, actor, a.Arrive(holder.agreed)):
            case NotDone(Reason.AGREEMENT_NEEDED | Reason.NOT_ALLOWED as reason):
                return str(reason.value)
            case NotRecorded():
                return "not_recorded"
            case _:  # Whoever may not come in is told so by the view.
                return holder

    def _may_knock(self, seat: SeatId) -> bool:
        now = self._seconds()
        bucket = self._knocks.setdefault(seat, Bucket(KNOCKS_RATE, KNOCKS_BURST, now))
        allowed = bucket.take(now)
        for other in [one for one, used in self._knocks.items() if used.is_full(now)]:
            del self._knocks[other]
        return allowed

    async def _sit(self, sitting: Sitting) -> None:
        sitting.request[_SITTING] = sitting
        self._all[sitting.sid] = sitting
        older = self.current.get(sitting.key)
        self.current[sitting.key] = sitting
        self._on_sit(sitting)
        if older is not None:
            await self.end(older, "replaced")
        await self._attendance.opened(*sitting.key, Connection.EVENTS)

    # --- Ending ---

    async def _disconnect(self, sid: str, reason: str = "") -> None:
        sitting = self._all.pop(sid, None)
        ways = self._sio.reason
        if sitting is not None and reason not in (ways.TRANSPORT_CLOSE, ways.TRANSPORT_ERROR):
            self._part(sitting, at_once=True)
        # Whether a closed transport was closed on purpose is known once its request ends: see `handle`.

    def _part(self, sitting: Sitting, *, at_once: bool) -> None:
        self._all.pop(sitting.sid, None)
        if sitting.parted:
            return
        sitting.parted = True
        if self.current.get(sitting.key) is sitting:
            del self.current[sitting.key]
            closed = self._attendance.closed(*sitting.key, Connection.EVENTS, at_once=at_once)
            self._background.spawn(closed)

    async def end_seat(self, seat: SeatId) -> None:
        """The seat is no more."""
        for sitting in list(self._all.values()):
            if sitting.holder.seat == seat:
                await self.end(sitting, SeatRefusal.SEAT_ENDED.value)

    def seats_of(self, person: PersonId) -> frozenset[SeatId]:
        """The seats of a person that are connected here."""
        return frozenset(s.holder.seat for s in self._all.values() if s.holder.person == person)

    async def end(self, sitting: Sitting, why: str, *, last_words: float = LAST_WORDS) -> None:
        """Tell its page why, and send it away: by force after so many seconds."""
        await self._sio.emit("gone", {"why": why}, to=sitting.sid)
        await self._sio.disconnect(sitting.sid)
        # A browser that was sent away closes the transport itself; for those that do not:
        asyncio.get_running_loop().call_later(last_words, _drop_if_nobody, sitting.request)

    async def end_answered(self, sitting: Sitting) -> None:
        """Once the answer that is under way has been sent."""
        await asyncio.sleep(0.05)
        await self.end(sitting, SeatRefusal.SEAT_ENDED.value)

    # --- Silence ---

    async def sweep(self) -> None:
        """Notice silence and its end, and browsers that let everything pile up. Goes on for ever."""
        while True:
            silent = {sitting for sitting in self._all.values() if sitting.silent}
            # Where this process itself was held up, answers lie unread; let them be read first.
            await asyncio.sleep(SECOND_LOOK)
            for sitting in list(self._all.values()):
                away = sitting.silent and (sitting.away or sitting in silent)
                if away is not sitting.away:
                    self._mark(sitting, away=away)
                if sitting.socket.queue.qsize() > LONGEST_QUEUE and sitting.request.transport is not None:
                    sitting.request.transport.close()
            await asyncio.sleep(SWEEP_EVERY)

    def _mark(self, sitting: Sitting, *, away: bool) -> None:
        sitting.away = away
        if self.current.get(sitting.key) is not sitting:
            return
        if away:
            changed = self._attendance.closed(*sitting.key, Connection.EVENTS, at_once=True)
        else:
            changed = self._attendance.opened(*sitting.key, Connection.EVENTS)
        self._background.spawn(changed)


async def _or_why(arriving: Awaitable[SeatHolder | str]) -> SeatHolder | str:
    try:
        return await arriving
    except Malformed:
        return "malformed"
    except JournalDown:
        return "not_recorded"
    except UnknownMeeting:
        return SeatRefusal.NOT_YOUR_SESSION.value
    except Exception:
        log.exception("connecting failed")
        return "failed"


def _drop_if_nobody(request: web.Request) -> None:
    sitting = request.get(_SITTING)
    if (sitting is None or sitting.parted) and request.transport is not None:
        request.transport.close()
