"""A platform made of fakes around the real applier, and the people in it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from moderation import actions as a
from moderation.actions import Action
from moderation.grants import Source
from moderation.model import HOUSE, Actor, Meeting, MeetingId, PersonId, Phase, Role, SeatId
from signalling.meeting.aftermath import Aftermath
from signalling.meeting.applier import Applier
from signalling.meeting.attendance import Attendance
from signalling.meeting.lookout import Lookout
from signalling.meeting.messages import Done, Outcome
from signalling.meeting.poller import Poller
from signalling.meeting.ports import Connection, SeatHolder
from signalling.meeting.scenes import Scenes
from tests.fakes import (
    Diary,
    FakeAftercare,
    FakeClock,
    FakeJournal,
    FakeMediaEngine,
    FakePresence,
    FakeSeats,
)

TUESDAY = MeetingId("tuesday")
AGREEMENT = 3
ORIGIN = "http://localhost:8080"

JO = Actor(Role.FACILITATOR, PersonId("jo"), SeatId("jo-laptop"))
RAY = Actor(Role.FACILITATOR, PersonId("ray"), SeatId("ray-laptop"))
SAM = Actor(Role.PARENT, PersonId("sam"), SeatId("sam-phone"))
SAM_TABLET = Actor(Role.PARENT, PersonId("sam"), SeatId("sam-tablet"))
KAZ = Actor(Role.PARENT, PersonId("kaz"), SeatId("kaz-phone"))

EVERYTHING = frozenset({Source.MICROPHONE, Source.CAMERA})


def holder(actor: Actor, meeting: MeetingId = TUESDAY) -> SeatHolder:
    """What the house says of this actor's cookie."""
    agreed = AGREEMENT if actor.role is Role.PARENT else None
    return SeatHolder(actor.seat, actor.person, actor.role, meeting, agreed)


@dataclass
class House:
    """One process. Give another one the same journal, media engine and leases to have two."""

    diary: Diary = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)
    journal: FakeJournal = field(default_factory=FakeJournal)
    media: FakeMediaEngine = field(default_factory=FakeMediaEngine)
    seats: FakeSeats = field(default_factory=FakeSeats)
    aftercare: FakeAftercare = field(default_factory=FakeAftercare)

    def __post_init__(self) -> None:
        self.journal.diary = self.media.diary = self.diary
        if TUESDAY not in self.journal.blank:
            self.journal.plan(Meeting(TUESDAY, AGREEMENT))
        self.presence = FakePresence(self.clock)
        self.applier = Applier(self.journal, self.media, self.clock)
        self.attendance = Attendance(self.applier, self.presence, self.media)
        self.aftermath = Aftermath(self.aftercare, self.applier.announce)
        self.lookout = Lookout(self.journal, self.applier, self.attendance, self.aftermath, self.clock)
        self.scenes = Scenes(self.applier, self.seats, self.attendance, self.lookout, self.clock)
        self.poller = Poller(
            self.journal,
            self.applier,
            self.attendance,
            self.lookout,
            self.aftermath,
            self.clock,
            alone=True,
        )
        for actor in (JO, RAY, SAM, SAM_TABLET, KAZ):
            self.seats.take(holder(actor), actor.person.capitalize())

    async def act(self, actor: Actor, action: Action) -> Outcome:
        return await self.applier.act(TUESDAY, actor, action)

    async def done(self, *steps: tuple[Actor, Action]) -> None:
        """Steps on the way to the state that a test begins with; each must succeed."""
        for actor, action in steps:
            outcome = await self.act(actor, action)
            if not isinstance(outcome, Done):
                raise AssertionError(f"{action}: {outcome}")

    async def opened(self) -> None:
        """Open and attended by Jo; Sam and Kaz wait."""
        await self.done(arriving(JO), arriving(SAM), arriving(KAZ), (JO, a.Open()))
        await self.connects(JO)
        self.diary.clear()

    async def in_session(self) -> None:
        """Open and attended by Jo; Sam and Kaz are in the room."""
        await self.opened()
        await self.done((JO, a.AdmitAll()))
        self.diary.clear()

    async def aside(self) -> None:
        """Everyone as in a session, Ray attends too, and Jo and Sam are in the side room."""
        await self.in_session()
        await self.done(arriving(RAY))
        await self.connects(RAY)
        await self.done((JO, a.InviteAside(SAM.person)), (SAM, a.AcceptAside()))
        self.diary.clear()

    async def connects(self, actor: Actor) -> None:
        """Both connections, and the engine's word that media is there."""
        await self.attendance.opened(TUESDAY, actor.seat, Connection.EVENTS)
        await self.attendance.opened(TUESDAY, actor.seat, Connection.MEDIA)
        await self.attendance.joined(TUESDAY, actor.seat, "PA_1")

    async def attended(self, seat: SeatId = JO.seat) -> None:
        """The house's word that this host attends, for tests without connections."""
        await self.done((HOUSE, a.HostAttending(seat)))

    async def meeting(self) -> Meeting:
        return (await self.applier.current(TUESDAY)).meeting


class Served(TestServer):
    """Serves as production does: a handler whose connection is lost runs on to its own end."""

    async def _make_runner(self, **kwargs: Any) -> web.AppRunner:
        return web.AppRunner(self.app, **{**kwargs, "handler_cancellation": False})


async def eventually(holds: Callable[[], bool], timeout: float = 20) -> None:
    """Wait until something in another task has happened."""
    async with asyncio.timeout(timeout):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def until_phase(house: House, phase: Phase) -> None:
    """Wait until the meeting has come to this phase."""
    async with asyncio.timeout(20):
        while (await house.meeting()).phase is not phase:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def arriving(actor: Actor) -> tuple[Actor, Action]:
    return actor, a.Arrive(AGREEMENT if actor.role is Role.PARENT else None)
