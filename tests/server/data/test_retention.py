"""What has been kept for long enough goes, what is needed stays; and a person's rights. On both databases."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Table, func, insert, select

from moderation import events as e
from moderation.model import HOUSE, Actor, MeetingId, PersonId, RemovalReason, Role, SeatId
from server import apart, auth, debriefs, groups, invites, meetings, members, tasks, visits
from server.aftercare import SqlAftercare
from server.auth import Kind
from server.data import chain, tables
from server.data.journal import SqlJournal
from server.house import House
from server.readiness import Result
from server.readiness import record as record_check
from server.retention.erasing import Why, erase, receipts
from server.retention.exporting import WITHHELD, export
from server.retention.purging import STEPS, latest, purge_all, purge_if_due
from signalling.meeting.ports import Departure, Entry, Plan, Readiness
from tests.fakes import FakeClock
from tests.server.data.conftest import NOW

WHERE, NOTE, REASON = "Flat 3, at a friend's", "Shouted, then left.", "They know each other."
NUMBER = "07700 900123"


class Past:
    """A group with a session in which much happened."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.journal = SqlJournal(house.database)

    async def begin(self) -> None:
        house, care = self.house, SqlAftercare(self.house)
        self.area = await groups.create_area(house, "Somewhere")
        told = ("j@example.org", "Jo", "a long password")
        self.host = await auth.create_account(house, self.area, auth.Role.FACILITATOR, *told, Kind.WORKER)
        self.group = await groups.create(house, self.area, "Tuesday", (self.host,))
        self.meeting = MeetingId(await meetings.plan(house, self.group, NOW, 90, "Hello"))
        self.sam, self.seat = await self._member("Sam")
        self.pat, _ = await self._member("Pat")
        await visits.choose(house, self.sam, visits.Wish(Plan.RING, NUMBER))
        await record_check(house, self.seat, self.sam, self.meeting, Result(Readiness.READY, True, False))
        host = PersonId(self.host)
        await care.put_out(
            self.meeting, self.sam, host, RemovalReason.UNSAFE, suspended=False, until=None, note=NOTE
        )
        await care.departed(self.meeting, self.pat, Departure.LOST)
        await care.danger(self.meeting, self.pat, host)
        await apart.keep(house, self.group, self.sam, self.pat, REASON, self.host)
        await debriefs.write(house, self.meeting, "A calm evening.", self.host)
        await visits.say_goodbye(house, self.meeting, self.sam, {"safe": "yes"}, call_me=False)
        await self._happen()

    async def _member(self, label: str) -> tuple[PersonId, SeatId]:
        issued = await invites.issue(self.house, self.group, label, self.host)
        await invites.redeem(self.house, issued.secret)
        own = select(tables.invite.c.member, tables.seat.c.id).join(
            tables.seat, tables.seat.c.invite == tables.invite.c.id
        )
        async with self.house.database.reading() as connection:
            row = (await connection.execute(own.where(tables.invite.c.id == issued.invite))).one()
        return PersonId(row.member), SeatId(row.id)

    async def _happen(self) -> None:
        jo = Actor(Role.FACILITATOR, PersonId(self.host), SeatId("5" * 24))
        sam = Actor(Role.PARENT, self.sam, self.seat)
        happened: tuple[tuple[Actor, e.Event], ...] = (
            (jo, e.HostEntered(jo.seat, jo.person)),
            (sam, e.Arrived(self.seat, self.sam, 1)),
            (jo, e.Opened(NOW)),
            (HOUSE, e.HostAttended(jo.seat)),
            (HOUSE, e.Resumed()),
            (jo, e.Admitted(self.seat)),
            (jo, e.MutedByHost(self.sam)),
            (jo, e.Removed(self.sam, RemovalReason.UNSAFE)),
            (jo, e.Ended(unattended=False)),
        )
        await self.journal.append(self.meeting, 0, [Entry(NOW, actor, event) for actor, event in happened])

    async def after(self, **time: float) -> dict[str, int]:
        """What a purge takes so long after the session began."""
        clock = self.house.clock
        assert isinstance(clock, FakeClock)
        clock.time = NOW + timedelta(**time)
        return {name: count for name, count in (await purge_all(self.house)).counts.items() if count}

    async def count(self, table: Table) -> int:
        async with self.house.database.reading() as connection:
            return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())

    async def events(self) -> list[str]:
        lines = select(tables.journal.c.event).where(tables.journal.c.stream == self.meeting)
        async with self.house.database.reading() as connection:
            return list((await connection.execute(lines.order_by(tables.journal.c.sequence))).scalars())

    async def holds(self) -> bool:
        return (await chain.verify(self.house.database, self.house.keys)).breaks == ()


@pytest.fixture
async def past(kept: House) -> Past:
    made = Past(kept)
    await made.begin()
    return made


async def test_nothing_goes_before_its_time(past: Past) -> None:
    assert await past.after(minutes=91) == {}
    assert await past.count(tables.visit) == 1


async def test_where_somebody_joined_from_goes_two_hours_after_the_end(past: Past) -> None:
    await visits.join_from(past.house, past.meeting, past.sam, WHERE)
    assert await past.after(minutes=209) == {}
    assert await past.after(minutes=211) == {"locations": 1}
    assert await visits.place(past.house, past.meeting, past.sam) is None


async def test_when_people_came_goes_after_thirty_days_and_what_hosts_decided_stays(past: Past) -> None:
    assert "join_times" not in await past.after(days=30)
    gone = await past.after(days=31)
    assert gone["join_times"] == 5  # a visit, a check, and three lines of the journal
    assert await past.events() == ["Opened", "Resumed", "Admitted", "MutedByHost", "Removed", "Ended"]
    assert (await past.count(tables.visit), await past.count(tables.readiness)) == (0, 0)
    assert await past.holds()


async def test_a_session_without_an_end_keeps_its_journal(past: Past) -> None:
    other = MeetingId(await meetings.plan(past.house, past.group, NOW, 90, "Open"))
    jo = Actor(Role.FACILITATOR, PersonId(past.host), SeatId("5" * 24))
    await past.journal.append(other, 0, [Entry(NOW, jo, e.HostEntered(jo.seat, jo.person))])
    await past.after(days=400)
    assert len(await past.journal.entries(other, 0)) == 1


async def test_the_audit_goes_after_twelve_months_and_the_chain_still_holds(past: Past) -> None:
    await past.after(days=31)
    assert await past.events() != []
    await past.after(days=364)
    assert await past.count(tables.safeguarding) == 1
    gone = await past.after(days=366)
    assert gone["audit"] == 7  # six lines and a safeguarding entry
    assert await past.events() == []
    assert await past.count(tables.checkpoint) == 1
    found = await chain.verify(past.house.database, past.house.keys)
    assert (found.lines, found.purged, found.breaks) == (0, 9, ())


async def test_a_dead_link_leaves_nothing_that_opens_and_its_person_stays_in_the_list(past: Past) -> None:
    stopped = await invites.issue(past.house, past.group, "Kim", past.host)
    await invites.revoke(past.house, stopped.invite, past.area)
    assert (await past.after(days=31))["dead_invites"] == 1
    assert await invites.look(past.house, stopped.secret, opened=False) is None
    assert "Kim" in [line.label for line in await invites.of_group(past.house, past.group)]
    assert "dead_invites" not in await past.after(days=32)


async def test_of_several_dead_links_of_one_person_only_the_newest_is_remembered(past: Past) -> None:
    first = await invites.issue(past.house, past.group, "Kim", past.host)
    clock = past.house.clock
    assert isinstance(clock, FakeClock)
    clock.advance(60)
    second = await invites.reissue(past.house, first.invite, past.area, past.host)
    assert second is not None
    clock.advance(60)
    await invites.revoke(past.house, second.invite, past.area)
    before = await past.count(tables.invite)
    await past.after(days=31)
    assert await past.count(tables.invite) == before - 1


async def test_a_used_link_still_opens_after_thirty_days(past: Past) -> None:
    assert "dead_invites" not in await past.after(days=31)
    assert len(await invites.of_group(past.house, past.group)) == 2


async def test_whoever_was_referred_and_never_came_is_erased_after_three_months(past: Past) -> None:
    await invites.issue(past.house, past.group, "Kim", past.host)
    assert "declined" not in await past.after(days=92)
    assert (await past.after(days=92 + 15))["declined"] == 1
    assert [line.label for line in await invites.of_group(past.house, past.group)] == ["Sam", "Pat"]


async def test_whoever_leaves_cannot_be_reached_at_once_and_is_erased_after_six_months(past: Past) -> None:
    await members.leave(past.house, past.sam)
    assert (await visits.wish(past.house, past.sam)).number == ""
    lines = {line.member: line.state for line in await invites.of_group(past.house, past.group)}
    assert lines[past.sam] is invites.State.REVOKED
    assert "left" not in await past.after(days=183)
    assert (await past.after(days=184))["left"] == 1
    assert await members.find(past.house, past.sam, past.area) is None


async def test_whoever_gets_a_new_link_has_not_left(past: Past) -> None:
    await members.leave(past.house, past.sam)
    (line,) = [line for line in await invites.of_group(past.house, past.group) if line.member == past.sam]
    await invites.reissue(past.house, line.invite, past.area, past.host)
    assert "left" not in await past.after(days=184)


async def test_notes_and_finished_tasks_go_after_six_months_and_open_ones_stay(past: Past) -> None:
    found = await tasks.of_meeting(past.house, past.meeting)
    await tasks.mark(past.house, found[0].id, past.host, done=True)
    gone = await past.after(days=184)
    assert gone["tasks"] == 1
    assert gone["notes"] == 3  # why somebody was removed, the debrief, a goodbye
    assert len(await tasks.of_meeting(past.house, past.meeting)) == len(found) - 1


async def test_a_suspension_that_stands_is_kept_until_it_is_lifted(past: Past) -> None:
    care, host = SqlAftercare(past.house), PersonId(past.host)
    await care.restored(past.meeting, past.sam, host)
    await care.put_out(
        past.meeting, past.sam, host, RemovalReason.UNSAFE, suspended=True, until=None, note=NOTE
    )
    await past.after(days=184)
    assert await past.count(tables.exclusion) == 1
    await care.restored(past.meeting, past.sam, host)
    await past.after(days=184 + 184)
    assert await past.count(tables.exclusion) == 0


async def test_a_purge_is_written_down_and_comes_once_a_day(past: Past) -> None:
    clock = past.house.clock
    assert isinstance(clock, FakeClock)
    assert await purge_if_due(past.house) is not None
    clock.advance(23 * 3600)
    assert await purge_if_due(past.house) is None
    clock.advance(3600)
    assert await purge_if_due(past.house) is not None
    assert [set(one.counts) for one in await latest(past.house)] == [set(STEPS)] * 2


async def test_erasing_leaves_nothing_of_a_person_but_a_stub_and_a_journal_that_holds(past: Past) -> None:
    receipt = await erase(past.house, past.sam, Why.ASKED, past.host)
    assert receipt is not None
    assert receipt.counts["member"] == receipt.counts["invite"] == receipt.counts["seat"] == 1
    assert {"visit", "readiness", "exclusion", "task", "apart"} <= receipt.counts.keys()
    assert receipt.lines == 4
    assert receipt.until == NOW + timedelta(days=365)
    assert await members.find(past.house, past.sam, past.area) is None
    for table in (tables.visit, tables.readiness, tables.exclusion, tables.apart):
        assert await past.count(table) == 0
    assert (await members.find(past.house, past.pat, past.area)) is not None
    assert await past.holds()
    (stub,) = await receipts(past.house, [past.group])
    assert (stub.person, stub.why, stub.counts) == (past.sam, Why.ASKED, receipt.counts)
    assert await erase(past.house, past.sam, Why.ASKED) is None


async def test_whoever_comes_back_with_an_old_backup_is_erased_again(past: Past) -> None:
    async with past.house.database.reading() as connection:
        wanted = select(tables.member).where(tables.member.c.id == past.sam)
        row = dict((await connection.execute(wanted)).mappings().one())
    await erase(past.house, past.sam, Why.ASKED)
    async with past.house.database.writing() as connection:
        await connection.execute(insert(tables.member).values(**row))
    assert (await past.after(days=1))["erased_again"] == 1
    assert await members.find(past.house, past.sam, past.area) is None


async def test_the_stub_goes_with_the_audit(past: Past) -> None:
    await erase(past.house, past.sam, Why.ASKED)
    await past.after(days=366)
    assert await receipts(past.house, [past.group]) == ()


async def test_a_person_is_given_everything_that_is_held_about_them_and_nobody_else(past: Past) -> None:
    await visits.join_from(past.house, past.meeting, past.sam, WHERE)
    dossier = await export(past.house, past.sam, for_worker=True)
    assert dossier is not None
    told = dossier.as_json()
    for own in ("Sam", WHERE, NOTE, NUMBER):
        assert own in told
    for others in ("Pat", past.pat, REASON, past.host, "A calm evening"):
        assert others not in told
    assert "secret" not in told
    assert [line["event"] for line in dossier.audit] == ["Arrived", "Admitted", "MutedByHost", "Removed"]
    assert dossier.audit[-1]["reason"] == "unsafe"
    assert datetime.fromisoformat(json.loads(told)["at"]) == past.house.clock.now()


async def test_what_only_workers_see_is_withheld_from_others_and_named(past: Past) -> None:
    await visits.join_from(past.house, past.meeting, past.sam, WHERE)
    dossier = await export(past.house, past.sam, for_worker=False)
    assert dossier is not None
    told = dossier.as_json()
    for secret in (WHERE, NOTE, NUMBER):
        assert secret not in told
    assert dossier.rows["member"][0]["contact"] == WITHHELD
    assert dossier.rows["visit"][0]["place"] == WITHHELD


async def test_nobody_is_held_whom_nobody_knows(past: Past) -> None:
    assert await export(past.house, "0" * 24, for_worker=True) is None
    assert await erase(past.house, "0" * 24, Why.ASKED) is None
