"""Two processes decide contradicting things about one meeting in the same instant, over real PostgreSQL.

Whatever wins, there is one order: the journal, its numbers without gaps, is what one of the two would have
made of it alone before the other, and everyone was answered accordingly. Both processes then know the same,
and what the engine was told last is what the journal says.
"""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from moderation import actions as a
from moderation import events as e
from moderation.grants import grants
from moderation.lifecycle import replay
from moderation.model import HOUSE, Actor, Meeting, MeetingId
from moderation.rules import Refused, decide
from server import groups, meetings
from server.config import Config
from server.crypto import KeyRing
from server.data import chain
from server.data.journal import SqlJournal
from server.data.store import Database
from server.data.tables import journal
from server.house import House, SystemClock
from signalling.meeting.ports import Entry
from tests.fakes import describe
from tests.moderation.builders import JO, KAZ, RAY, SAM, SAM_TABLET
from tests.server.conftest import KEY
from tests.server.data.conftest import fresh_copy
from tests.server.data.racer import Told, plain, read_action, written_actor, written_house
from tools.platform import ROOT

pytestmark = [pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

Steps = Sequence[tuple[Actor, a.Action]]
Ask = tuple[Actor, Told]

TIMES = 4
"""Each race is run so often: sometimes the one is quicker, sometimes the other."""


@dataclass
class Process:
    """A racer, from outside."""

    child: asyncio.subprocess.Process

    async def told(self, order: Told) -> Told:
        """Give an order; the answer."""
        assert self.child.stdin
        assert self.child.stdout
        self.child.stdin.write(json.dumps(order).encode() + b"\n")
        await self.child.stdin.drain()
        line = await self.child.stdout.readline()
        assert line, "the racer has ended"
        answer: Told = json.loads(line)
        return answer


@asynccontextmanager
async def racer(url: str) -> AsyncIterator[Process]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.server.data.racer"),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        limit=2**22,
    )
    assert child.stdin
    try:
        child.stdin.write(json.dumps({"database": url}).encode() + b"\n")
        yield Process(child)
    finally:
        child.stdin.close()
        await child.wait()


class Track:
    """Where races are run: a database, two processes, and as many meetings as are needed."""

    def __init__(self, house: House, one: Process, other: Process) -> None:
        self.house = house
        self.journal = SqlJournal(house.database)
        self.processes = (one, other)
        self.blank: dict[MeetingId, Meeting] = {}

    async def meeting(self, steps: Steps) -> MeetingId:
        """A meeting that has come so far."""
        now = self.house.clock.now()
        made = MeetingId(await meetings.plan(self.house, self.group, now, 90, "Hello"))
        self.blank[made], _ = await self.journal.load(made)
        meeting, entries = self.blank[made], []
        for actor, action in steps:
            decided = decide(meeting, actor, action, now)
            assert not isinstance(decided, Refused), action
            meeting = replay(meeting, decided)
            entries += [Entry(now, actor, event) for event in decided]
        await self.journal.append(made, 0, entries)
        return made

    async def begin(self) -> None:
        area = await groups.create_area(self.house, "Somewhere")
        self.group = await groups.create(self.house, area, "Tuesday", ())

    async def race(self, meeting: MeetingId, *asked: Sequence[Ask]) -> list[Told]:
        """Have each process do its part at the same instant; their answers."""
        at = time.time() + 0.05
        orders = (
            {"race": meeting, "at": at, "acts": [[written_actor(actor), told] for actor, told in acts]}
            for acts in asked
        )
        return await asyncio.gather(
            *(process.told(order) for process, order in zip(self.processes, orders, strict=True))
        )

    async def check(self, meeting: MeetingId) -> Meeting:
        """One order everywhere; the meeting after it."""
        async with self.house.database.reading() as connection:
            numbers = select(journal.c.sequence).where(journal.c.stream == meeting)
            found = list((await connection.execute(numbers.order_by(journal.c.sequence))).scalars())
        assert found == list(range(1, len(found) + 1))
        replayed, head = await self.journal.load(meeting)
        looks = [await process.told({"look": meeting}) for process in self.processes]
        for look in looks:
            assert (look["head"], look["meeting"]) == (head, plain(replayed))
        pushes = sorted(push for look in looks for push in look["pushes"])
        if pushes:
            assert pushes[-1][1] == _granted(replayed)
        return replayed


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def track(migrated_postgresql: str) -> AsyncIterator[Track]:
    url = await fresh_copy(migrated_postgresql)
    house = House(Config(key=(KEY,), database_url=url), Database(url), KeyRing((KEY,)), SystemClock())
    async with racer(url) as one, racer(url) as other:
        made = Track(house, one, other)
        await made.begin()
        yield made
        assert (await chain.verify(house.database)).breaks == ()
    await house.database.close()


OPENED: Steps = (
    *((actor, a.Arrive(1)) for actor in (JO, RAY, SAM, KAZ)),
    (JO, a.Open()),
    (HOUSE, a.HostAttending(JO.seat)),
    (HOUSE, a.HostAttending(RAY.seat)),
)
IN_SESSION: Steps = (*OPENED, (JO, a.AdmitAll()))
ASKED_ASIDE: Steps = (*IN_SESSION, (JO, a.InviteAside(SAM.person)))
ASIDE: Steps = (*ASKED_ASIDE, (SAM, a.AcceptAside()))
ONE_HOST: Steps = (*IN_SESSION, (HOUSE, a.HostAway(RAY.seat)))
MUTED: Steps = (*IN_SESSION, (JO, a.Mute(SAM.person)))
LOCKED: Steps = (*OPENED, (JO, a.Lock()))
PAUSED: Steps = (*IN_SESSION, (JO, a.Pause()))
HELD: Steps = (*IN_SESSION, (JO, a.HoldFloor()))
ROUND: Steps = (*IN_SESSION, (JO, a.StartRound()))
OUT: Steps = (*IN_SESSION, (JO, read_action({"do": "remove", "person": "sam", "reason": "unsafe"})))
SHARING: Steps = (*IN_SESSION, (JO, a.AllowScreen(SAM.person)))
TWO_DEVICES: Steps = (*IN_SESSION, (SAM_TABLET, a.Arrive(1)))


def about(person: Actor, do: str, **more: str) -> Told:
    return {"do": do, "person": person.person, **more}


def at_door(person: Actor, do: str = "admit") -> Told:
    return {"do": do, "seat": person.seat}


REMOVE = {"reason": "unsafe"}

RACES: dict[str, tuple[Steps, Ask, Ask]] = {
    "admit and decline": (OPENED, (JO, at_door(SAM)), (RAY, about(SAM, "decline"))),
    "admit and remove": (OPENED, (JO, at_door(SAM)), (RAY, about(SAM, "remove", **REMOVE))),
    "admit and lock": (OPENED, (JO, at_door(SAM)), (RAY, {"do": "lock"})),
    "admit and unlock": (LOCKED, (JO, at_door(SAM)), (RAY, {"do": "unlock"})),
    "admit and end": (OPENED, (JO, at_door(SAM)), (RAY, {"do": "end"})),
    "admit all and end": (OPENED, (JO, {"do": "admit_all"}), (RAY, {"do": "end"})),
    "admit and the invite is revoked": (
        OPENED,
        (JO, at_door(SAM)),
        (HOUSE, written_house(a.Revoke(SAM.person))),
    ),
    "admit and a quick exit": (OPENED, (JO, at_door(SAM)), (HOUSE, written_house(a.Exit(SAM.seat)))),
    "admit one and admit the other who are kept apart": (
        (*OPENED, (HOUSE, a.KeepApart(SAM.person, KAZ.person))),
        (JO, at_door(SAM)),
        (RAY, at_door(KAZ)),
    ),
    "admit and mark never to meet": (
        (*OPENED, (JO, a.Admit(KAZ.seat))),
        (JO, at_door(SAM)),
        (HOUSE, written_house(a.KeepApart(SAM.person, KAZ.person))),
    ),
    "admit and the last host is lost": (
        (*OPENED, (HOUSE, a.HostAway(RAY.seat))),
        (JO, at_door(SAM)),
        (HOUSE, written_house(a.HostAway(JO.seat))),
    ),
    "admit a second device and decline it": (
        TWO_DEVICES,
        (JO, at_door(SAM_TABLET)),
        (RAY, about(SAM, "decline")),
    ),
    "mute and lift": (MUTED, (JO, about(SAM, "mute")), (RAY, about(SAM, "lift"))),
    "lift and mute all": (MUTED, (JO, about(SAM, "lift")), (RAY, {"do": "mute_all"})),
    "mute all but one and mute that one": (
        IN_SESSION,
        (JO, about(SAM, "mute_all_but")),
        (RAY, about(SAM, "mute")),
    ),
    "hold and lift a camera": (
        IN_SESSION,
        (JO, about(SAM, "hold_camera")),
        (RAY, about(SAM, "lift_camera")),
    ),
    "pause and bring sound back": (
        PAUSED,
        (JO, {"do": "resume_feature", "feature": "sound"}),
        (RAY, {"do": "pause"}),
    ),
    "bring sound and picture back": (
        PAUSED,
        (JO, {"do": "resume_feature", "feature": "sound"}),
        (RAY, {"do": "resume_feature", "feature": "picture"}),
    ),
    "two hosts remove each other's guest": (
        IN_SESSION,
        (JO, about(SAM, "remove", **REMOVE)),
        (RAY, about(KAZ, "remove", **REMOVE)),
    ),
    "both remove the same person": (
        IN_SESSION,
        (JO, about(SAM, "remove", **REMOVE)),
        (RAY, about(SAM, "remove", reason="other")),
    ),
    "restore and suspend": (
        OUT,
        (JO, about(SAM, "restore")),
        (RAY, {"do": "suspend", "person": "sam", "reason": "unsafe", "until": None}),
    ),
    "restore and come again": (OUT, (JO, about(SAM, "restore")), (SAM, written_house(a.Arrive(1)))),
    "remove and come again": (
        (*IN_SESSION, (SAM, a.Leave())),
        (JO, about(SAM, "remove", **REMOVE)),
        (SAM, written_house(a.Arrive(1))),
    ),
    "return to waiting and remove": (
        IN_SESSION,
        (JO, about(SAM, "return_to_waiting")),
        (RAY, about(SAM, "remove", **REMOVE)),
    ),
    "give the word to two": (HELD, (JO, about(SAM, "give_word")), (RAY, about(KAZ, "give_word"))),
    "hold and open the floor": (HELD, (JO, {"do": "open_floor"}), (RAY, about(SAM, "give_word"))),
    "pass the word and pass it on": (ROUND, (SAM, {"do": "pass_word"}), (JO, {"do": "next_in_round"})),
    "two hands": (IN_SESSION, (SAM, {"do": "raise_hand"}), (KAZ, {"do": "raise_hand"})),
    "a hand and all hands down": (
        (*IN_SESSION, (KAZ, a.RaiseHand())),
        (SAM, {"do": "raise_hand"}),
        (JO, {"do": "lower_all_hands"}),
    ),
    "two share": (IN_SESSION, (JO, about(SAM, "allow_screen")), (RAY, about(KAZ, "allow_screen"))),
    "stop sharing, both": (SHARING, (SAM, {"do": "stop_screen"}), (RAY, {"do": "stop_screen"})),
    "wider and narrower chat": (
        IN_SESSION,
        (JO, {"do": "set_chat", "mode": "everyone"}),
        (RAY, {"do": "set_chat", "mode": "hosts"}),
    ),
    "two ask aside": (IN_SESSION, (JO, about(SAM, "invite_aside")), (RAY, about(KAZ, "invite_aside"))),
    "go aside and the other host is lost": (
        ASKED_ASIDE,
        (SAM, {"do": "accept_aside"}),
        (HOUSE, written_house(a.HostAway(RAY.seat))),
    ),
    "back from aside and the other host leaves": (ASIDE, (JO, {"do": "end_aside"}), (RAY, {"do": "leave"})),
    "go aside and be removed": (
        ASKED_ASIDE,
        (SAM, {"do": "accept_aside"}),
        (RAY, about(SAM, "remove", **REMOVE)),
    ),
    "the last host lost and another there": (
        ONE_HOST,
        (HOUSE, written_house(a.HostAway(JO.seat))),
        (HOUSE, written_house(a.HostAttending(RAY.seat))),
    ),
    "both hosts leave": (IN_SESSION, (JO, {"do": "leave"}), (RAY, {"do": "leave"})),
    "close for want of a host and a host is back": (
        (*ONE_HOST, (HOUSE, a.HostAway(JO.seat))),
        (HOUSE, written_house(a.Close())),
        (HOUSE, written_house(a.HostAttending(JO.seat))),
    ),
    "give up a place and come back": (
        IN_SESSION,
        (HOUSE, written_house(a.Lapse(SAM.seat))),
        (SAM, written_house(a.Arrive(1))),
    ),
    "danger and admit": (
        (*OPENED, (JO, a.Admit(KAZ.seat))),
        (JO, about(KAZ, "call_danger")),
        (RAY, at_door(SAM)),
    ),
    "goodbye and admit": (OPENED, (JO, {"do": "start_closing"}), (RAY, at_door(SAM))),
    "both end it": (IN_SESSION, (JO, {"do": "end"}), (RAY, {"do": "end"})),
    "both open it": (((JO, a.Arrive(1)), (RAY, a.Arrive(1))), (JO, {"do": "open"}), (RAY, {"do": "open"})),
}

Alone = tuple[list[str], list[tuple[bool, str]]]


@pytest.mark.parametrize(("steps", "one", "other"), RACES.values(), ids=RACES.keys())
async def test_of_two_in_the_same_instant_one_came_first(
    track: Track, steps: Steps, one: Ask, other: Ask
) -> None:
    for turn in range(TIMES):
        meeting = await track.meeting(steps)
        before, head = await track.journal.load(meeting)
        asked = (one, other) if turn % 2 else (other, one)
        answers = await track.race(meeting, *([each] for each in asked))
        after = await track.check(meeting)
        await _the_engine_was_told_in_order(track, meeting)
        entries = await track.journal.entries(meeting, head)
        outcomes = [_said(answer["outcomes"][0]) for answer in answers]
        happened = [_told(entry.event) for entry in entries]
        alone = [_as_if_alone(before, asked, order) for order in ((0, 1), (1, 0))]
        assert (happened, outcomes) in alone, alone
        assert after == replay(before, (entry.event for entry in entries))


def _as_if_alone(before: Meeting, asked: Sequence[Ask], order: Sequence[int]) -> Alone:
    """What happens, and what both are told, if one comes after the other."""
    happened: list[str] = []
    outcomes = [(False, "")] * len(asked)
    meeting, now = before, SystemClock().now()
    for place in order:
        actor, told = asked[place]
        decided = decide(meeting, actor, read_action(told), now)
        if isinstance(decided, Refused):
            outcomes[place] = (False, decided.reason.value)
        else:
            outcomes[place] = (True, "")
            happened += [_told(event) for event in decided]
            meeting = replay(meeting, decided)
    return happened, outcomes


def _said(answer: dict[str, Any]) -> tuple[bool, str]:
    return bool(answer["ok"]), str(answer.get("error", ""))


def _told(event: e.Event) -> str:
    """The event without its time."""
    values = (getattr(event, field.name) for field in fields(event))
    return f"{type(event).__name__}{[str(value) for value in values if not isinstance(value, datetime)]}"


async def test_a_brawl_of_both_processes_has_one_order_and_lets_nobody_in_who_is_out(track: Track) -> None:
    """Hosts and parents of both processes ask for anything, many at once."""
    chance = random.Random(5)
    for _ in range(3):
        meeting = await track.meeting(IN_SESSION)
        for _ in range(5):
            await track.race(meeting, *([_anything(chance) for _ in range(8)] for _ in track.processes))
        await track.check(meeting)
        await _the_engine_was_told_in_order(track, meeting)


def _anything(chance: random.Random) -> Ask:
    host, parent = chance.choice((JO, RAY)), chance.choice((SAM, KAZ, SAM_TABLET))
    return chance.choice(
        (
            (host, at_door(parent)),
            (host, at_door(parent, "admit_anyway")),
            (host, {"do": "admit_all"}),
            (host, about(parent, "remove", **REMOVE)),
            (host, about(parent, "restore")),
            (host, about(parent, "mute")),
            (host, about(parent, "lift")),
            (host, about(parent, "return_to_waiting")),
            (host, {"do": chance.choice(("lock", "unlock", "pause", "hold_floor", "start_round"))}),
            (host, {"do": "resume_feature", "feature": "sound"}),
            (parent, written_house(a.Arrive(1))),
            (parent, {"do": chance.choice(("leave", "raise_hand", "pass_word"))}),
            (HOUSE, written_house(chance.choice((a.HostAway, a.HostAttending))(host.seat))),
        )
    )


async def _the_engine_was_told_in_order(track: Track, meeting: MeetingId) -> None:
    """Whatever the engine was told is how the meeting stood after some line of the journal, and never again
    how it stood before that.

    So nobody is let through on what another process has overruled. A restriction is pushed before it is
    recorded; it stands in front of what the same decision gives, so that this is a line of the journal too.
    """
    stands, lines = track.blank[meeting], await track.journal.entries(meeting, 0)
    points = [_granted(stands := replay(stands, [line.event])) for line in lines]
    looks = [await process.told({"look": meeting}) for process in track.processes]
    at = 0
    for _, push in sorted(push for look in looks for push in look["pushes"]):
        assert push in points[at:], (push, points[at:])
        at = points.index(push, at)


def _granted(meeting: Meeting) -> list[str]:
    return sorted(describe(seat, grant) for seat, grant in grants(meeting).items())
