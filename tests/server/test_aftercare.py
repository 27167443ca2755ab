"""What follows from a session: who is suspended until when, what is to do by when, and nothing twice."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from moderation.model import MeetingId, PersonId, RemovalReason
from server import aftercare, debriefs, invites, meetings, tasks, visits
from server.aftercare import SqlAftercare
from server.auth import Role
from server.cookies import SEAT
from server.data.tables import exclusion, task
from server.seats import SqlSeats
from server.tasks import FollowUp
from server.visits import Wish
from signalling.meeting.ports import Departure, HostKind, Plan, SeatHolder, SeatRefusal, TaskKind
from tests.server.conftest import Place
from tools.visitor import Visitor

OTHER = RemovalReason.OTHER


async def member_of(place: Place) -> PersonId:
    """The person who was invited last."""
    return PersonId((await invites.of_group(place.house, place.group))[-1].member)


async def somebody(place: Place, name: str = "Sam") -> tuple[Visitor, PersonId]:
    return await place.parent(name), await member_of(place)


async def to_do(place: Place) -> list[FollowUp]:
    return [one for one in await tasks.of_host(place.house, place.host) if one.done_at is None]


async def put_out(
    place: Place, person: PersonId, *, suspended: bool = True, until: date | None = None, note: str = ""
) -> None:
    by, meeting = PersonId(place.host), MeetingId(place.meeting)
    await SqlAftercare(place.house).put_out(
        meeting, person, by, OTHER, suspended=suspended, until=until, note=note
    )


async def next_week(place: Place) -> str:
    later = place.clock.now() + timedelta(days=7)
    return await meetings.plan(place.house, place.group, later, 90, "Later")


async def holder(place: Place, visitor: Visitor, meeting: str) -> SeatHolder | SeatRefusal:
    cookie = visitor.cookies.split(f"{SEAT}=")[1].split(";")[0]
    return await SqlSeats(place.house).holder({SEAT: cookie}, MeetingId(meeting))


async def test_a_suspended_person_has_no_seat_in_any_other_session(place: Place) -> None:
    parent, person = await somebody(place)
    later = await next_week(place)
    await put_out(place, person)
    assert isinstance(await holder(place, parent, place.meeting), SeatHolder), "that session knows itself"
    assert await holder(place, parent, later) is SeatRefusal.SUSPENDED
    await SqlAftercare(place.house).restored(MeetingId(place.meeting), person, PersonId(place.host))
    assert isinstance(await holder(place, parent, later), SeatHolder)


async def test_a_removal_is_for_that_session_only(place: Place) -> None:
    parent, person = await somebody(place)
    later = await next_week(place)
    await put_out(place, person, suspended=False)
    assert isinstance(await holder(place, parent, later), SeatHolder)


async def test_a_suspension_ends_on_its_day_by_the_clock_on_the_wall(place: Place) -> None:
    _, person = await somebody(place)
    await put_out(place, person, until=date(2026, 7, 7))
    place.clock.time = datetime(2026, 7, 6, 22, 59, tzinfo=UTC)
    assert await aftercare.is_suspended(place.house, person) == date(2026, 7, 7)
    place.clock.time = datetime(2026, 7, 6, 23, 0, tzinfo=UTC)
    assert await aftercare.is_suspended(place.house, person) is False


async def test_the_longest_suspension_counts(place: Place) -> None:
    _, person = await somebody(place)
    await put_out(place, person, until=date(2026, 4, 1))
    await put_out(place, person, until=date(2026, 5, 1))
    assert await aftercare.is_suspended(place.house, person) == date(2026, 4, 1), "told twice is told once"
    await SqlAftercare(place.house).put_out(
        MeetingId(await next_week(place)),
        person,
        PersonId(place.host),
        OTHER,
        suspended=True,
        until=None,
        note="",
    )
    assert await aftercare.is_suspended(place.house, person) is True


@pytest.mark.parametrize(("suspended", "kind"), [(False, TaskKind.REMOVED), (True, TaskKind.SUSPENDED)])
async def test_a_talk_is_to_be_had_within_two_days(place: Place, suspended: bool, kind: TaskKind) -> None:
    _, person = await somebody(place)
    for _ in range(2):
        await put_out(place, person, suspended=suspended, note="She knows.\nTalk on Friday.")
    (one,) = await to_do(place)
    assert (one.kind, one.name, one.due_at) == (kind, "Sam", place.clock.now() + timedelta(days=2))
    out = await tasks.put_out(place.house, one)
    assert out is not None
    assert (out.note, out.by) == ("She knows.\nTalk on Friday.", "Jo")
    async with place.house.database.reading() as connection:
        (row,) = (await connection.execute(select(exclusion))).all()
    assert b"Friday" not in row.note
    await SqlAftercare(place.house).restored(MeetingId(place.meeting), person, PersonId(place.host))
    assert await to_do(place) == []


async def test_suspending_somebody_removed_leaves_one_talk(place: Place) -> None:
    _, person = await somebody(place)
    await put_out(place, person, suspended=False)
    await put_out(place, person)
    assert [one.kind for one in await to_do(place)] == [TaskKind.SUSPENDED]


async def test_removed_restored_and_removed_again_is_to_do_again(place: Place) -> None:
    _, person = await somebody(place)
    await put_out(place, person, suspended=False)
    await SqlAftercare(place.house).restored(MeetingId(place.meeting), person, PersonId(place.host))
    place.clock.advance(600)
    await put_out(place, person, suspended=False, note="Again.")
    (one,) = await to_do(place)
    assert one.due_at == place.clock.now() + timedelta(days=2)


async def test_whoever_is_lost_is_looked_after_that_evening_once(place: Place) -> None:
    _, person = await somebody(place)
    care = SqlAftercare(place.house)
    for how in (Departure.LOST, Departure.LOST, Departure.LEFT):
        await care.departed(MeetingId(place.meeting), person, how)
    (one,) = await to_do(place)
    assert (one.kind, one.how, one.due_at) == (
        TaskKind.DEPARTED,
        Departure.LOST,
        datetime(2026, 3, 3, 23, 59, tzinfo=UTC),
    )
    await tasks.mark(place.house, one.id, place.host, done=True)
    await care.departed(MeetingId(place.meeting), person, Departure.LOST)
    assert await to_do(place) == []


async def test_after_a_quick_exit_nothing_asks_for_a_call(place: Place) -> None:
    _, person = await somebody(place)
    care = SqlAftercare(place.house)
    await visits.say_goodbye(place.house, place.meeting, person, {}, call_me=True)
    await care.departed(MeetingId(place.meeting), person, Departure.LOST)
    await care.departed(MeetingId(place.meeting), person, Departure.EXITED)
    assert all(one.is_quiet for one in await to_do(place))


async def test_leaving_by_the_exit_on_any_page_keeps_it_quiet_too(place: Place) -> None:
    parent, person = await somebody(place)
    await visits.say_goodbye(place.house, place.meeting, person, {}, call_me=True)
    async with parent.http.post(f"{place.origin}/exit/seat") as answer:
        assert answer.status == 204
    (one,) = await to_do(place)
    assert one.is_quiet


async def test_danger_opens_an_entry_with_the_time_alone(place: Place) -> None:
    _, person = await somebody(place)
    for _ in range(2):
        await SqlAftercare(place.house).danger(MeetingId(place.meeting), person, PersonId(place.host))
    (entry,) = await debriefs.records(place.house, place.meeting)
    assert (entry.at, entry.reference) == (place.clock.now(), "")
    (one,) = await to_do(place)
    assert (one.kind, one.due_at.date()) == (TaskKind.DANGER, place.clock.now().date())


def test_what_is_due_tonight_leaves_at_least_an_hour() -> None:
    late = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    assert tasks.due(TaskKind.DANGER, late, ZoneInfo("Europe/London")) == late + timedelta(hours=1)


async def test_where_somebody_is_stays_known_until_the_session_is_over(place: Place) -> None:
    visitor, person = await somebody(place)
    care, meeting = SqlAftercare(place.house), MeetingId(place.meeting)
    assert await care.location(meeting, person) is None
    await visits.join_from(place.house, place.meeting, person, "12 Mill Lane")
    assert await care.location(meeting, person) == "12 Mill Lane"
    assert await care.location(MeetingId(await next_week(place)), person) is None
    place.clock.advance(timedelta(hours=3, minutes=24).total_seconds())
    assert await visits.forget_places(place.house) == 0
    place.clock.advance(60)
    assert await visits.forget_places(place.house) == 1
    assert await care.location(meeting, person) is None
    place.clock.advance(-timedelta(hours=1).total_seconds())
    assert (await visitor.open("/ready")).data["data-next"] == "/session", "and is not asked again"


async def test_the_labels_have_who_is_expected_what_is_to_do_and_the_hosts_kinds(place: Place) -> None:
    _, sam = await somebody(place, "Sam")
    _, pat = await somebody(place, "Pat")
    await place.invite("Samuel")
    await visits.choose(place.house, pat, Wish(Plan.TEXT, "07700 900123", "Dentist"))
    await put_out(place, sam, suspended=False)
    labels = await SqlSeats(place.house).labels(MeetingId(place.meeting))
    assert [(one.name, one.plan, one.similar_name) for one in labels.members] == [
        ("Pat", Plan.TEXT, False),
        ("Sam", Plan.WAIT, True),
        ("Samuel", Plan.WAIT, True),
    ]
    assert labels.kinds == {place.host: HostKind.WORKER}
    assert [(one.kind, one.person, one.name) for one in labels.tasks] == [(TaskKind.REMOVED, sam, "Sam")]
    assert labels.wants_both_kinds is False


async def test_nobody_whose_link_was_stopped_is_expected(place: Place) -> None:
    await somebody(place)
    (line,) = await invites.of_group(place.house, place.group)
    await invites.revoke(place.house, line.invite, place.area)
    assert (await SqlSeats(place.house).labels(MeetingId(place.meeting))).members == ()


async def test_a_number_is_kept_only_where_it_is_needed(place: Place) -> None:
    _, person = await somebody(place)
    await visits.choose(place.house, person, Wish(Plan.RING_CONTACT, "07700 900123", "Gran"))
    assert await visits.wish(place.house, person) == Wish(Plan.RING_CONTACT, "07700 900123", "Gran")
    await visits.choose(place.house, person, Wish(Plan.WAIT, "07700 900123", "Gran"))
    assert await visits.wish(place.house, person) == Wish()


async def test_admins_see_how_many_and_nobodys_name(place: Place) -> None:
    _, person = await somebody(place, "Wilhelmina")
    await put_out(place, person)
    place.clock.advance(timedelta(days=3).total_seconds())
    admin = await place.staff(Role.ADMIN)
    page = await admin.open("/staff/tasks")
    assert "Wilhelmina" not in page.html
    (count,) = await tasks.counts(place.house, place.area)
    assert (count.title, count.to_do, count.overdue) == ("Tuesday group", 1, 1)
    async with place.house.database.reading() as connection:
        assert len((await connection.execute(select(task))).all()) == 1
