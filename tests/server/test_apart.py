"""Who is never to meet: set on a page, at once in a running session, with a reason for workers alone."""

from sqlalchemy import select

from moderation import events as e
from moderation.model import MeetingId, PersonId
from server import apart, groups, invites, meetings
from server.auth import Role
from server.data import tables
from server.data.journal import SqlJournal
from tests.server.conftest import Place
from tests.server.test_aftercare import somebody
from tests.server.test_followups import colleague, done_by
from tests.server.test_live import connected

REASON = "Their children know each other."


def path(place: Place) -> str:
    return f"/staff/groups/{place.group}/apart"


async def two(place: Place) -> tuple[PersonId, PersonId]:
    (_, sam), (_, pat) = await somebody(place, "Sam"), await somebody(place, "Pat")
    return sam, pat


async def test_a_worker_keeps_two_people_apart_with_a_sealed_reason(place: Place) -> None:
    sam, pat = await two(place)
    host = await place.staff(Role.FACILITATOR)
    page = await host.open(path(place))
    assert "No one is kept apart" in page.html
    page = await host.submit(page, one=pat, other=sam, reason=REASON)
    assert REASON in page.html
    async with place.house.database.reading() as connection:
        assert b"children" not in (await connection.execute(select(tables.apart.c.reason))).scalar_one()
    read, _ = await SqlJournal(place.house.database).load(MeetingId(place.meeting))
    assert read.terms.apart == {frozenset({sam, pat})}
    assert await done_by(place, "ApartSet") == [place.host]


async def test_it_counts_in_a_session_that_is_on(place: Place) -> None:
    sam, pat = await two(place)
    host = await place.staff(Role.FACILITATOR)
    async with connected(place, host) as (desk, _):
        await desk.call("act", {"do": "open"})
        await host.submit(await host.open(path(place)), one=sam, other=pat, reason=REASON)
        happened = await SqlJournal(place.house.database).since(MeetingId(place.meeting), 0)
        assert e.KeptApart(sam, pat) in happened
        (pair,) = await apart.of_group(place.house, place.group)
        await host.submit(await host.open(f"{path(place)}/{pair.id}"))
        happened = await SqlJournal(place.house.database).since(MeetingId(place.meeting), 0)
        assert isinstance(happened[-1], e.MayMeet)


async def test_it_counts_in_other_sessions_from_their_terms(place: Place) -> None:
    sam, pat = await two(place)
    later = MeetingId(await meetings.plan(place.house, place.group, place.clock.now(), 90, "Later"))
    await apart.keep(place.house, place.group, sam, pat, REASON, place.host)
    await apart.keep(place.house, place.group, pat, sam, REASON, place.host)
    assert len(await apart.of_group(place.house, place.group)) == 1
    read, _ = await SqlJournal(place.house.database).load(later)
    assert read.terms.apart == {frozenset({sam, pat})}


async def test_an_admin_sets_it_and_does_not_read_why(place: Place) -> None:
    sam, pat = await two(place)
    admin = await place.staff(Role.ADMIN)
    page = await admin.submit(await admin.open(path(place)), one=sam, other=pat, reason=REASON)
    assert "Sam · Pat" in page.html or "Pat · Sam" in page.html
    assert REASON not in page.html


async def test_what_is_missing_is_said_and_nothing_is_kept(place: Place) -> None:
    sam, _ = await two(place)
    host = await place.staff(Role.FACILITATOR)
    page = await host.open(path(place))
    for typed, says in (
        ({}, "Choose one person."),
        ({"one": sam, "other": sam, "reason": "x"}, "two different people"),
        ({"one": sam, "other": "0" * 24, "reason": "x"}, "Choose the other person."),
        ({"one": sam, "reason": " "}, "Write a few words"),
        ({"one": sam, "reason": "x" * 501}, "no more than 500"),
    ):
        wrong = await host.submit(page, **typed)
        assert wrong.status == 422
        assert says in wrong.html
    assert await apart.of_group(place.house, place.group) == ()


async def test_letting_them_meet_is_asked_once_and_written_down(place: Place) -> None:
    sam, pat = await two(place)
    await apart.keep(place.house, place.group, sam, pat, REASON, place.host)
    (pair,) = await apart.of_group(place.house, place.group)
    host = await place.staff(Role.FACILITATOR)
    sure = await host.open(f"{path(place)}/{pair.id}")
    assert len(await apart.of_group(place.house, place.group)) == 1
    await host.submit(sure)
    assert await apart.of_group(place.house, place.group) == ()
    assert await done_by(place, "ApartLifted") == [place.host]
    assert (await host.open(f"{path(place)}/{pair.id}")).status == 404


async def test_nobody_else_gets_there(place: Place) -> None:
    kim = await colleague(place)
    assert (await kim.open(path(place))).status == 403
    other = await groups.create(place.house, place.area, "Other group", ())
    host = await place.staff(Role.FACILITATOR)
    assert (await host.open(f"/staff/groups/{other}/apart")).status == 404
    assert (await (await place.parent()).open(path(place))).path == "/staff/sign-in"


async def test_people_of_another_group_cannot_be_chosen(place: Place) -> None:
    sam, _ = await two(place)
    other = await groups.create(place.house, place.area, "Other group", ())
    await invites.issue(place.house, other, "Robin", place.admin)
    (line,) = await invites.of_group(place.house, other)
    host = await place.staff(Role.FACILITATOR)
    page = await host.submit(await host.open(path(place)), one=sam, other=line.member, reason=REASON)
    assert page.status == 422
