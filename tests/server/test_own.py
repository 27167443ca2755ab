"""What a parent tells for themself: a plan, where they are, a goodbye. Each can be passed over."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server import meetings, visits
from server.auth import Role
from server.data.tables import farewell, member, visit
from server.visits import Wish
from signalling.meeting.ports import Plan, TaskKind
from tests.server.conftest import Place, walk_in
from tests.server.test_aftercare import member_of, put_out, somebody, to_do
from tests.server.test_live import connected
from tools.visitor import Page, Visitor


async def at_step(place: Place, step: str) -> tuple[Visitor, Page]:
    """A parent who has pressed on to this step."""
    visitor = place.visitor()
    page = await visitor.open(await place.invite())
    while page.path != step:
        page = await visitor.submit(page, **({"name": "Sam"} if page.path == "/name" else {}))
    return visitor, page


async def test_the_plan_is_kept_sealed_and_asked_for_once(place: Place) -> None:
    visitor, page = await at_step(place, "/if-i-leave")
    page = await visitor.submit(page, plan="text", number="07700 900123", word="Dentist Tuesday")
    assert page.path == "/ready"
    person = await member_of(place)
    assert await visits.wish(place.house, person) == Wish(Plan.TEXT, "07700 900123", "Dentist Tuesday")
    async with place.house.database.reading() as connection:
        row = (await connection.execute(select(member).where(member.c.id == person))).one()
    assert b"07700" not in row.contact
    page = await visitor.open("/if-i-leave")
    assert "Dentist Tuesday" in page.html
    page = await visitor.submit(page, plan="wait", number="", word="")
    assert await visits.wish(place.house, person) == Wish()


async def test_the_plan_can_be_passed_over_and_means_to_wait(place: Place) -> None:
    visitor, page = await at_step(place, "/if-i-leave")
    assert (await visitor.submit(page, skip="yes", plan="ring", number="no number")).path == "/ready"
    assert await visits.wish(place.house, await member_of(place)) == Wish()
    assert (await visitor.open("/session")).path == "/session"


async def test_passing_over_takes_back_nothing(place: Place) -> None:
    _, person = await somebody(place)
    await visits.choose(place.house, person, Wish(Plan.RING, "07700 900123"))
    await visits.choose(place.house, person, None)
    assert await visits.wish(place.house, person) == Wish(Plan.RING, "07700 900123")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"plan": "fly"}, "Choose what we should do."),
        ({"plan": "ring", "number": ""}, "Write a phone number"),
        ({"plan": "ring", "number": "call me"}, "Write a phone number"),
        ({"plan": "ring", "number": "٠٧٧٠٠٩٠٠١٢٣"}, "Write a phone number"),
        ({"plan": "text", "number": "07700 900123"}, "Write the word"),
        ({"plan": "ring_contact", "number": "+44 7700 900123"}, "Write the name"),
        ({"plan": "text", "number": "07700 900123", "word": "x" * 61}, "no more than 60"),
    ],
)
async def test_a_plan_that_cannot_be_followed_says_why(
    place: Place, typed: dict[str, str], says: str
) -> None:
    visitor, page = await at_step(place, "/if-i-leave")
    page = await visitor.submit(page, **typed)
    assert page.status == 422
    assert says in page.html
    assert typed.get("number", "") in page.html


async def test_where_they_join_from_is_asked_on_the_day_once_and_may_be_passed_over(place: Place) -> None:
    visitor, page = await at_step(place, "/joining-from")
    page = await visitor.submit(page, place="12 Mill Lane")
    assert page.path == "/session"
    person = await member_of(place)
    assert await visits.place(place.house, place.meeting, person) == "12 Mill Lane"
    async with place.house.database.reading() as connection:
        assert b"Mill" not in (await connection.execute(select(visit.c.place))).scalar_one()
    page = await visitor.submit(await visitor.open("/joining-from"), skip="yes")
    assert await visits.place(place.house, place.meeting, person) is None
    second = place.visitor()
    page = await second.submit(await second.open(await place.invite("Pat")))
    page = await walk_in(second, page, "Pat")
    assert page.path == "/session"


async def test_what_is_too_long_to_be_a_place_is_not_kept(place: Place) -> None:
    visitor, page = await at_step(place, "/joining-from")
    page = await visitor.submit(page, place="x" * 201)
    assert page.status == 422
    assert "no more than 200" in page.html


async def test_where_they_were_is_gone_with_the_session(place: Place) -> None:
    visitor, page = await at_step(place, "/joining-from")
    await visitor.submit(page, place="12 Mill Lane")
    person = await member_of(place)
    host = await place.staff(Role.FACILITATOR)
    async with connected(place, host) as (desk, _), connected(place, visitor):
        assert (await desk.call("act", {"do": "open"}))["ok"]
        assert await visits.place(place.house, place.meeting, person) == "12 Mill Lane"
        assert (await desk.call("act", {"do": "end"}))["ok"]
    assert await visits.place(place.house, place.meeting, person) is None


async def test_steps_are_counted_by_what_is_asked_today(place: Place) -> None:
    _, page = await at_step(place, "/joining-from")
    assert "Step 7 of 7" in page.html
    place.clock.advance(timedelta(days=1).total_seconds())
    await meetings.plan(place.house, place.group, place.clock.now() + timedelta(days=7), 90, "Later")
    visitor = place.visitor()
    page = await visitor.open(await place.invite())
    page = await visitor.submit(page)
    assert "Step 1 of 4" in page.html
    page = await visitor.submit(await visitor.submit(page), name="Pat")
    page = await visitor.submit(page)
    assert page.path == "/if-i-leave"
    assert "Step 4 of 4" in page.html
    assert (await visitor.submit(page)).path == "/session"


async def come_in(place: Place) -> Visitor:
    visitor = await place.parent()
    async with connected(place, visitor):
        pass
    return visitor


async def test_a_goodbye_is_three_taps_that_are_nobodys(place: Place) -> None:
    visitor = await come_in(place)
    page = await visitor.open("/goodbye")
    page = await visitor.submit(page, heard="yes", safe="a_bit", helped="yes")
    assert "Thank you" in page.html
    assert await to_do(place) == []
    async with place.house.database.reading() as connection:
        (kept,) = (await connection.execute(select(farewell))).all()
    assert (kept.heard, kept.safe, kept.helped) == ("yes", "a_bit", "yes")
    assert set(farewell.c.keys()) == {"id", "meeting", "heard", "safe", "helped"}
    page = await visitor.open("/goodbye")
    assert "Did you feel" not in page.html, "and asked once"


async def test_somebody_who_would_like_a_call_is_rung_by_tomorrow(place: Place) -> None:
    visitor = await come_in(place)
    page = await visitor.submit(await visitor.open("/goodbye"), call="yes")
    assert "ring you by tomorrow" in page.html
    (one,) = await to_do(place)
    assert (one.kind, one.due_at) == (TaskKind.CALL, place.clock.now() + timedelta(days=1))


async def test_hosts_see_the_taps_once_there_are_enough_to_be_nobodys(place: Place) -> None:
    for number, name in enumerate(("Sam", "Pat", "Kim")):
        _, person = await somebody(place, name)
        assert await visits.farewells(place.house, place.meeting) == {"heard": {}, "safe": {}, "helped": {}}
        answers = {"safe": "yes" if number else "no"}
        for _ in range(2):
            await visits.say_goodbye(place.house, place.meeting, person, answers, call_me=False)
    assert (await visits.farewells(place.house, place.meeting))["safe"] == {"yes": 2, "no": 1}
    page = await (await place.staff(Role.FACILITATOR)).open(f"/staff/sessions/{place.meeting}/debrief")
    assert "Did you feel safe?" in page.html


async def test_a_goodbye_without_a_seat_or_a_session_asks_nothing(place: Place) -> None:
    stranger, waiting = place.visitor(), await place.parent()
    for visitor in (stranger, waiting):
        page = await visitor.open("/goodbye")
        assert page.status == 200
        assert "Did you feel" not in page.html


async def test_a_suspended_parent_reads_what_happens_next(place: Place) -> None:
    visitor, person = await somebody(place)
    place.clock.advance(timedelta(days=1).total_seconds())
    await meetings.plan(place.house, place.group, place.clock.now() + timedelta(hours=1), 90, "Next")
    await put_out(place, person)
    page = await visitor.open("/session")
    assert "would like to talk with you first" in page.html
    assert "data-meeting" not in page.data
