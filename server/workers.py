"""Several embedded engines side by side, one for each core, behind the same port as one.

A meeting lives in one of them, chosen by load when somebody first connects. An engine that ends takes only
its own meetings' media with it. Each has a key of its own: what parses hostile bytes commands no other.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AsyncExitStack
from dataclasses import replace
from types import TracebackType
from typing import Final, Self

import jwt

from moderation.grants import Grant
from moderation.model import MeetingId, SeatId
from server import logs
from server.embedded import COMMAND, Embedded, Settings
from server.livekit import ForgedWebhook, LiveKit, Notice
from server.placement import EXPECTED, Placement
from signalling.meeting.errors import MediaDown
from signalling.meeting.rooms import is_check, meeting_of

LOOK_EVERY: Final = 2.0
DEAF_FOR: Final = 30.0
"""Seconds after which an engine that runs and answers nothing is ended: it has lost its way."""
TRYING_ALONE: Final = 2
"""People in the room of a readiness check: a browser, and the same browser listening."""

log = logs.get(__name__)


def side_by_side(settings: Settings, count: int) -> tuple[Settings, ...]:
    """What so many engines are told: the same, but for a media port of its own, one after the other."""
    first = settings.media_port
    return tuple(replace(settings, media_port=first + at if first else 0) for at in range(count))


class Workers:
    """The engines, each with its keeper and its adapter. Use it as an async context manager.

    Entering starts all of them at once and raises EngineWillNotStart if one does not; leaving ends all of
    them at once.
    """

    def __init__(
        self,
        settings: Sequence[Settings],
        command: Sequence[str] = COMMAND,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self.engines = tuple(Embedded(one, command, f"embedded-{at}") for at, one in enumerate(settings))
        self._adapters = tuple(LiveKit(one.endpoint, one.key, one.secret) for one in self.engines)
        self._placement = Placement(len(settings), lambda worker: self.engines[worker].down_for())
        self._answered = [clock() for _ in settings]
        self._opened = AsyncExitStack()
        self._looking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            outcomes = await asyncio.gather(
                *(one.__aenter__() for one in self.engines), return_exceptions=True
            )
            for problem in outcomes:
                if isinstance(problem, BaseException):
                    raise problem
            for adapter in self._adapters:
                await self._opened.enter_async_context(adapter)
        except BaseException:
            await self._end()
            raise
        self._answered = [self._clock() for _ in self.engines]
        self._looking = asyncio.create_task(self._look_again_and_again(), name="media workers")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def _end(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await asyncio.gather(*(one.__aexit__(None, None, None) for one in self.engines))
        await self._opened.aclose()

    # --- The port: to the engine that has the meeting ---

    def signalling_url(self, room: str) -> str:
        """Where the engine of this room listens; the room gets its engine now if it has none.

        Raises MediaDown while that engine, or every engine, is down.
        """
        return self._adapters[self._place(room)].signalling_url(room)

    def token(self, room: str, identity: str, grant: Grant) -> str:
        """A token for the engine of this room, and no other. Raises MediaDown while every engine is down."""
        return self._adapters[self._place(room)].token(room, identity, grant)

    async def push(self, meeting: MeetingId, grants: Mapping[SeatId, Grant]) -> None:
        """As one engine does. A meeting that has no engine yet has no media to restrict."""
        if (adapter := self._of(meeting)) is not None:
            await adapter.push(meeting, grants)

    async def holds(self, meeting: MeetingId, grants: Mapping[SeatId, Grant]) -> bool:
        """As one engine does."""
        adapter = self._of(meeting)
        return adapter is None or await adapter.holds(meeting, grants)

    async def close(self, meeting: MeetingId) -> None:
        """As one engine does; afterwards the meeting has none."""
        if (adapter := self._of(meeting)) is not None:
            await adapter.close(meeting)
            self._placement.forget(meeting)

    async def silent(self, meeting: MeetingId) -> AbstractSet[SeatId]:
        """As one engine does."""
        adapter = self._of(meeting)
        return frozenset() if adapter is None else await adapter.silent(meeting)

    async def receive(self, body: bytes, authorization: str) -> Notice | None:
        """As one engine does. What an engine tells of a meeting that lives elsewhere is not heard."""
        worker = self._who_signed(authorization)
        notice = await self._adapters[worker].receive(body, authorization)
        if notice is None or self._placement.of(notice.meeting) != worker:
            return None
        return notice

    def _who_signed(self, authorization: str) -> int:
        """Whose webhook this says it is; its adapter then sees whether that is so. Raises ForgedWebhook."""
        try:
            issuer = jwt.decode(authorization, options={"verify_signature": False}).get("iss")
        except jwt.InvalidTokenError as problem:
            raise ForgedWebhook("the webhook's signature cannot be read") from problem
        for worker, engine in enumerate(self.engines):
            if engine.key == issuer:
                return worker
        raise ForgedWebhook("the webhook is of no engine of ours")

    def _place(self, room: str) -> int:
        expected = TRYING_ALONE if is_check(room) else EXPECTED
        worker = self._placement.place(meeting_of(room), self._clock(), expected)
        if worker is None:
            raise MediaDown("no media engine is running")
        return worker

    def _of(self, meeting: MeetingId) -> LiveKit | None:
        worker = self._placement.of(meeting)
        return None if worker is None else self._adapters[worker]

    # --- How they are ---

    async def _look_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            looks = (self._look(worker) for worker in range(len(self.engines)))
            for problem in await asyncio.gather(*looks, return_exceptions=True):
                if isinstance(problem, Exception):  # one engine's nonsense ends nobody's watch
                    log.error("media engine not understood", exc_info=problem)

    async def _look(self, worker: int) -> None:
        """Learn whom an engine has; end one that runs and has not answered for too long."""
        engine, now = self.engines[worker], self._clock()
        if engine.endpoint() is None:
            self._answered[worker] = now
            return
        try:
            rooms = await self._adapters[worker].people()
        except MediaDown:
            if now - self._answered[worker] >= DEAF_FOR and engine.endpoint() is not None:
                log.error("media engine does not answer", worker=worker)
                engine.kill()
            return
        people: Counter[MeetingId] = Counter()
        for name, count in rooms.items():
            people[meeting_of(name)] += count
        self._answered[worker] = now = self._clock()
        self._placement.heard(worker, people, now)
