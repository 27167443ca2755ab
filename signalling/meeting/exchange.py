"""What pages ask for, one message of a connection after another, and what they are answered."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import socketio

from moderation import actions as a
from moderation.model import Actor, MeetingId, PersonId
from moderation.rules import Reason
from signalling.meeting.aftermath import Aftermath
from signalling.meeting.applier import Applier
from signalling.meeting.background import Background
from signalling.meeting.errors import JournalDown, Malformed, UnknownMeeting
from signalling.meeting.messages import Asked, Done, answer, complaint, parse_act, took_place
from signalling.meeting.ports import HostKind, SeatHolder, SeatRefusal, Seats
from signalling.meeting.scenes import Scenes
from signalling.meeting.sittings import Sitting, Sittings
from signalling.meeting.talk import Talk
from signalling.meeting.views import view

log = logging.getLogger(__name__)

HEARD_WITHIN = 1.0
"""Seconds that an answer waits for the house to have heard what follows from it."""
PATIENCE = 200
"""How many messages beyond the limit a connection may send before it is closed."""
NO_LAST_WORDS = 0.1
"""Seconds until then: what it goes on sending costs everybody else."""

Answer = dict[str, object]
Handler = Callable[[SeatHolder, object], Awaitable[Answer]]


class Exchange:
    """Answers messages. Whoever sends one is authenticated anew, as far as the database can be asked."""

    def __init__(
        self,
        sio: socketio.AsyncServer,
        sittings: Sittings,
        applier: Applier,
        seats: Seats,
        scenes: Scenes,
        aftermath: Aftermath,
        talk: Talk,
        background: Background,
    ) -> None:
        self._sittings = sittings
        self._applier = applier
        self._seats = seats
        self._scenes = scenes
        self._aftermath = aftermath
        self._background = background
        for name, handler in {"act": self._act, "view": self._view}.items():
            sio.on(name, self._answering(name, handler))
        for name, handler in {
            "say": talk.say,
            "unsay": talk.unsay,
            "react": talk.react,
            "caption": talk.caption,
        }.items():
            sio.on(name, self._answering(name, handler, words=True))
        sio.on("*", self._anything_else)

    def _answering(
        self, name: str, handler: Handler, *, words: bool = False
    ) -> Callable[..., Awaitable[Answer]]:
        async def answering(sid: str, *data: object) -> Answer:
            sitting = self._sittings.find(sid)
            if sitting is None:
                return complaint(SeatRefusal.SEAT_ENDED.value)
            if not self._sittings.may_say(sitting, words=words):
                return await self._too_fast(sitting)
            async with sitting.turn:
                return await _guarded(self._in_turn(sitting, name, handler, data))

        return answering

    async def _in_turn(
        self, sitting: Sitting, name: str, handler: Handler, data: tuple[object, ...]
    ) -> Answer:
        if name == "view":
            return await handler(sitting.holder, None)
        if len(data) != 1:
            raise Malformed(f"{name} takes one object")
        holder = await self._still(sitting)
        if isinstance(holder, SeatRefusal):
            self._background.spawn(self._sittings.end_answered(sitting))
            return complaint(holder.value)
        return await handler(holder, data[0])

    async def _still(self, sitting: Sitting) -> SeatHolder | SeatRefusal:
        """Where nobody can be asked, who it was on connecting has to do: a restriction must not wait."""
        with suppress(JournalDown):
            return await self._seats.holder(sitting.request.cookies, sitting.holder.meeting)
        return sitting.holder

    async def _anything_else(self, _event: str, sid: str, *_: object) -> Answer:
        sitting = self._sittings.find(sid)
        if sitting is not None and not self._sittings.may_say(sitting):
            return await self._too_fast(sitting)
        return complaint("malformed", "there is no such message")

    async def _too_fast(self, sitting: Sitting) -> Answer:
        sitting.excess += 1
        if sitting.excess == PATIENCE + 1:
            await self._sittings.end(sitting, "too_fast", last_words=NO_LAST_WORDS)
        return complaint("too_fast")

    # --- View and act ---

    async def _view(self, holder: SeatHolder, _: object) -> Answer:
        scene = await self._scenes.now(holder.meeting)
        return complaint("not_recorded") if scene is None else view(scene, holder)

    async def _act(self, holder: SeatHolder, data: object) -> Answer:
        asked = parse_act(data)
        if isinstance(asked.action, a.RevealLocation):
            return await self._reveal(holder, asked.action)
        return await self._apply(holder, asked)

    async def _apply(self, holder: SeatHolder, asked: Asked) -> Answer:
        actor = Actor(holder.role, holder.person, holder.seat)
        action = asked.action
        # Whose line is down is in no journal.
        if isinstance(action, a.StartRound | a.NextInRound | a.PassWord):
            action = replace(action, away=await self._scenes.away(holder.meeting))
        outcome = await self._applier.act(holder.meeting, actor, action)
        if took_place(outcome):
            following = self._aftermath.of(holder.meeting, actor, asked.action, asked.note)
            # It has taken place: whoever asked learns so, also where the house is slow to hear of it.
            await asyncio.wait({self._background.spawn(following)}, timeout=HEARD_WITHIN)
        return answer(outcome)

    async def _reveal(self, holder: SeatHolder, action: a.RevealLocation) -> Answer:
        """Only a worker looks, and only once the journal has it that they do."""
        try:
            if not await self._is_worker(holder.meeting, holder.person):
                return complaint(Reason.NOT_ALLOWED.value)
            actor = Actor(holder.role, holder.person, holder.seat)
            outcome = await self._applier.act(holder.meeting, actor, action)
            if not isinstance(outcome, Done):
                return answer(outcome)
            location = await self._aftermath.location(holder.meeting, action.person)
        except JournalDown:
            return complaint("not_recorded")
        return {**answer(outcome), "location": location}

    async def _is_worker(self, meeting: MeetingId, person: PersonId) -> bool:
        return (await self._seats.labels(meeting)).kinds.get(person) is HostKind.WORKER


async def _guarded(work: Awaitable[Answer]) -> Answer:
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
