"""The meeting over Socket.IO, put together: who is connected, what they ask for, what each is shown.

`Gateway(...)`, `routes()` into the application, `start()` before serving and `close()` on shutdown. The house
tells it what happens elsewhere: `media_joined` and `media_left` (the engine's webhooks), `seat_exited`,
`seat_ended`, `person_revoked`, `labels_changed`. PROTOCOL.md has the messages.

With a Redis address several processes tell each other that something changed, and what is said; every process
shows its own people their views. Without Redis there is one process.
"""

import logging
import time
from collections.abc import Callable, Set
from contextlib import suppress

import socketio
from aiohttp import web

from moderation import actions as a
from moderation.model import HOUSE, MeetingId, PersonId, SeatId
from signalling.meeting.aftermath import Aftermath
from signalling.meeting.applier import Applier
from signalling.meeting.attendance import Attendance
from signalling.meeting.background import Background
from signalling.meeting.errors import JournalDown, UnknownMeeting
from signalling.meeting.exchange import Exchange
from signalling.meeting.gate import Gate
from signalling.meeting.news import News, NewsOverRedis
from signalling.meeting.ports import Journal, Seats
from signalling.meeting.scenes import Scenes
from signalling.meeting.showing import Showing
from signalling.meeting.sittings import Sitting, Sittings
from signalling.meeting.talk import Talk
from signalling.meeting.text_only import TextOnly

log = logging.getLogger(__name__)

PING_INTERVAL, PING_TIMEOUT = 2, 8
"""Seconds. Together: after how much silence a connection is closed, on both sides."""
LARGEST_MESSAGE = 16 * 1024

_QUIET = logging.getLogger("hearth.socketio")
_QUIET.setLevel(logging.CRITICAL + 1)  # The library logs what people send.


class Gateway:
    """The event connections of this process. `seconds` is what the limits go by."""

    def __init__(
        self,
        journal: Journal,
        applier: Applier,
        seats: Seats,
        attendance: Attendance,
        gate: Gate,
        scenes: Scenes,
        aftermath: Aftermath,
        *,
        origins: Set[str],
        redis_url: str | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._applier = applier
        self._attendance = attendance
        self._gate = gate
        self._news = None if redis_url is None else NewsOverRedis(redis_url, self._hear)
        self._background = background = Background()
        self._sio = sio = socketio.AsyncServer(
            async_mode="aiohttp",
            serializer=TextOnly,
            logger=_QUIET,
            engineio_logger=_QUIET,
            transports=["websocket"],
            cors_allowed_origins=[],  # Looked at before the library sees the request.
            ping_interval=PING_INTERVAL,
            ping_timeout=PING_TIMEOUT,
            max_http_buffer_size=LARGEST_MESSAGE,
        )
        self._sittings = Sittings(
            sio, applier, seats, attendance, background, origins=origins, on_sit=self._sat, seconds=seconds
        )
        self._showing = Showing(self._sittings, applier, scenes, background)
        self._talk = Talk(self._sittings, scenes, self._tell)
        Exchange(sio, self._sittings, applier, seats, scenes, aftermath, self._talk, background)
        applier.on_change.append(self._changed)

    def routes(self) -> list[web.RouteDef]:
        """Socket.IO's address; WebSocket only."""
        return [web.get("/socket.io/", self._sittings.handle)]

    async def start(self) -> None:
        """Begin to watch for silence, and to hear other processes."""
        if self._news is not None:
            self._news.start()
        self._background.spawn(self._sittings.sweep())

    async def close(self) -> None:
        """Let every connection break off: pages come back to the next process by themselves. Once only."""
        await self._sittings.close()
        await self._sio.shutdown()
        if self._news is not None:
            await self._news.close()
        await self._background.close()

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

    async def _end_seat(self, seat: SeatId) -> None:
        self._gate.end_seat(seat)
        await self._sittings.end_seat(seat)

    async def _end_person(self, person: PersonId) -> None:
        for seat in self._sittings.seats_of(person):
            await self._end_seat(seat)

    # --- What happens here ---

    def _sat(self, sitting: Sitting) -> None:
        meeting, seat = sitting.key
        self._tell({"news": "taken", "meeting": meeting, "seat": seat})
        self._background.spawn(self._showing.greet(sitting))

    def _changed(self, meeting: MeetingId, decided: bool) -> None:
        self._tell({"news": "changed", "meeting": meeting, "decided": decided})
        self._showing.show(meeting, at_once=decided)

    # --- Between processes ---

    def _tell(self, news: News) -> None:
        if self._news is not None:
            self._news.tell(news)

    def _hear(self, news: News) -> None:
        """Not waited for: what follows from one piece of news must not hold up the next."""
        self._background.spawn(self._follow(news))

    async def _follow(self, news: News) -> None:
        match news:
            case {"news": "changed", "meeting": meeting}:
                self._showing.show(MeetingId(meeting), at_once=bool(news.get("decided")))
            case {"news": "joined", "meeting": meeting, "seat": seat, "session": session}:
                await self._attendance.joined(MeetingId(meeting), SeatId(seat), session)
            case {"news": "left", "meeting": meeting, "seat": seat, "session": session}:
                await self._attendance.left(MeetingId(meeting), SeatId(seat), session)
            case {"news": "ended", "seat": seat}:
                await self._end_seat(SeatId(seat))
            case {"news": "revoked", "person": person}:
                await self._end_person(PersonId(person))
            case {"news": "taken", "meeting": meeting, "seat": seat}:
                older = self._sittings.current.get((MeetingId(meeting), SeatId(seat)))
                if older is not None:
                    await self._sittings.end(older, "replaced")
            case {"news": "talk", "event": event, "meeting": meeting, "packets": dict(packets)}:
                await self._talk.deliver(MeetingId(meeting), event, packets)
            case _:
                log.warning("news not understood")
