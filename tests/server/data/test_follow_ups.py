"""What follows from a session, on both databases, also where two processes do the same at once."""

import asyncio
from datetime import timedelta

import pytest

from moderation.model import MeetingId, PersonId, RemovalReason
from server import apart, audit, auth, debriefs, groups, meetings, tasks, visits
from server.aftercare import SqlAftercare, is_suspended, lift_suspension
from server.audit import Wanted
from server.auth import Kind, Role, Staff
from server.data import chain
from server.deeds import Deed, record
from server.house import House
from signalling.meeting.ports import Departure
from tests.fakes import FakeClock
from tests.server.data.conftest import NOW
from tests.server.data.test_journal import member_of


class Evening:
    """A group with a host, a parent, and a session that is on."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.care = SqlAftercare(house)

    async def begin(self) -> None:
        house = self.house
        self.area = await groups.create_area(house, "Somewhere")
        told = ("j@example.org", "Jo", "a long password")
        host = await auth.create_account(house, self.area, Role.FACILITATOR, *told, Kind.WORKER)
        self.host = PersonId(host)
        self.group = await groups.create(house, self.area, "Tuesday", (host,))
        self.meeting = MeetingId(await meetings.plan(house, self.group, NOW, 90, "Hello"))
        self.sam = await member_of(house, self.group, host, "Sam")
        self.pat = await member_of(house, self.group, host, "Pat")
        self.jo = Staff(host, "5" * 24, self.area, Role.FACILITATOR, "Jo", Kind.WORKER)


@pytest.fixture
async def evening(kept: House) -> Evening:
    made = Evening(kept)
    await made.begin()
    return made


async def test_many_who_notice_at_once_leave_one_thing_to_do(evening: Evening) -> None:
    gone = [evening.care.departed(evening.meeting, evening.sam, Departure.LOST) for _ in range(6)]
    await asyncio.gather(*gone)
    calls = [
        visits.say_goodbye(evening.house, evening.meeting, evening.pat, {"safe": "yes"}, call_me=True)
        for _ in range(6)
    ]
    await asyncio.gather(*calls)
    found = await tasks.of_host(evening.house, evening.host)
    assert sorted(one.name for one in found) == ["Pat", "Sam"]
    (count,) = await tasks.counts(evening.house, evening.area)
    assert (count.to_do, count.overdue) == (2, 0)


async def test_a_suspension_holds_until_it_is_lifted(evening: Evening) -> None:
    until = (NOW + timedelta(days=30)).date()
    by, reason = evening.host, RemovalReason.UNSAFE
    await evening.care.put_out(
        evening.meeting, evening.sam, by, reason, suspended=True, until=until, note="Talk."
    )
    assert await is_suspended(evening.house, evening.sam) == until
    await lift_suspension(evening.house, evening.sam)
    assert await is_suspended(evening.house, evening.sam) is False


async def test_where_people_are_is_forgotten(evening: Evening) -> None:
    here = visits.join_from(evening.house, evening.meeting, evening.sam, "12 Mill Lane")
    await asyncio.gather(here, visits.join_from(evening.house, evening.meeting, evening.sam, "12 Mill Lane"))
    assert await evening.care.location(evening.meeting, evening.sam) == "12 Mill Lane"
    clock = evening.house.clock
    assert isinstance(clock, FakeClock)
    clock.advance(timedelta(hours=4).total_seconds())
    assert await visits.forget_places(evening.house) == 1
    assert await evening.care.location(evening.meeting, evening.sam) is None


async def test_what_is_done_on_pages_is_in_the_audit_and_the_chain(evening: Evening) -> None:
    house = evening.house
    await apart.keep(house, evening.group, evening.sam, evening.pat, "Why.", evening.host)
    deeds = [
        record(house, evening.group, evening.jo, Deed.APART_SET, evening.sam, other=evening.pat)
        for _ in range(3)
    ]
    await asyncio.gather(*deeds)
    await debriefs.write(house, evening.meeting, "Calm.", evening.host)
    await debriefs.write(house, evening.meeting, "Calmer.", evening.host)
    assert await debriefs.note(house, evening.meeting) == "Calmer."
    known = await audit.names(house, evening.area, [evening.group])
    wanted = Wanted(person=evening.pat, kind="safety")
    lines = await audit.read(house, known, [evening.group], wanted, for_host=True)
    assert [(line.who, set(line.whom)) for line in lines] == [("Jo", {"Sam", "Pat"})] * 3
    assert (await chain.verify(house.database)).breaks == ()
