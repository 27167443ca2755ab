"""A person's rights, on pages: what is held about them, leaving, being erased; and what is kept how long."""

import json

import pytest
from sqlalchemy import select

from server import invites, members, visits
from server.auth import Role
from server.data import chain, tables
from server.retention.purging import purge_all
from signalling.meeting.ports import Plan
from tests.server.conftest import Place
from tests.server.test_followups import colleague

NUMBER = "07700 900123"


async def sam(place: Place) -> str:
    """A parent with a plan; their id."""
    await place.parent("Sam")
    (line,) = await invites.of_group(place.house, place.group)
    await visits.choose(place.house, line.member, visits.Wish(Plan.RING, NUMBER))
    return line.member


async def deeds(place: Place) -> list[str]:
    wanted = select(tables.journal.c.event).where(tables.journal.c.stream == place.group)
    async with place.house.database.reading() as connection:
        return list((await connection.execute(wanted.order_by(tables.journal.c.sequence))).scalars())


async def test_an_admin_finds_a_person_from_the_group(place: Place) -> None:
    person = await sam(place)
    admin = await place.staff(Role.ADMIN)
    assert f'href="/staff/people/{person}"' in (await admin.open(f"/staff/groups/{place.group}")).html
    page = await admin.open(f"/staff/people/{person}")
    assert "Sam" in page.html
    assert person in page.html


async def test_looking_is_written_down_and_shows_no_contact_to_an_admin(place: Place) -> None:
    person = await sam(place)
    admin = await place.staff(Role.ADMIN)
    page = await admin.open(f"/staff/people/{person}/held")
    assert "Who you are here" in page.html
    assert NUMBER not in page.html
    assert "Ask a worker of the group for this" in page.html
    assert await deeds(place) == ["PersonShown"]


async def test_a_worker_hands_over_everything_as_a_page_as_text_and_as_json(place: Place) -> None:
    person = await sam(place)
    host = await place.staff(Role.FACILITATOR)
    for form in ("held", "held.txt", "held.json"):
        assert NUMBER in (await host.open(f"/staff/people/{person}/{form}")).html
    told = json.loads((await host.open(f"/staff/people/{person}/held.json")).html)
    assert told["held"]["member"][0]["name"] == "Sam"


@pytest.mark.parametrize("path", ["", "/held", "/held.json", "/leave", "/erase"])
async def test_who_is_no_worker_gets_nowhere(place: Place, path: str) -> None:
    person = await sam(place)
    kim = await colleague(place)
    assert (await kim.open(f"/staff/people/{person}{path}")).status == 403
    assert (await kim.open("/staff/kept")).status == 403


@pytest.mark.parametrize("path", ["/leave", "/erase"])
async def test_only_admins_say_that_somebody_left_or_erase_them(place: Place, path: str) -> None:
    person = await sam(place)
    host = await place.staff(Role.FACILITATOR)
    assert (await host.open(f"/staff/people/{person}{path}")).status == 403


async def test_whoever_left_is_out_at_once_and_it_is_asked_first(place: Place) -> None:
    person = await sam(place)
    admin = await place.staff(Role.ADMIN)
    sure = await admin.open(f"/staff/people/{person}/leave")
    assert "Has Sam left the group?" in sure.html
    page = await admin.submit(sure)
    assert "Left on Tuesday 3 March" in page.html
    assert (await visits.wish(place.house, person)).number == ""
    parent = place.people[0]
    assert (await parent.open("/session")).status == 403
    assert await deeds(place) == ["PersonLeft"]


async def test_erasing_asks_once_and_shows_a_receipt(place: Place) -> None:
    person = await sam(place)
    admin = await place.staff(Role.ADMIN)
    sure = await admin.open(f"/staff/people/{person}/erase")
    assert "Erase Sam?" in sure.html
    receipt = await admin.submit(sure)
    assert "They were erased" in receipt.html
    assert "Your devices" in receipt.html
    assert await members.find(place.house, person, place.area) is None
    assert (await admin.open(f"/staff/people/{person}")).status == 404
    assert (await place.people[0].open("/session")).status == 403
    assert await deeds(place) == ["PersonErased"]
    assert (await chain.verify(place.house.database, place.house.keys)).breaks == ()
    kept = await admin.open("/staff/kept")
    assert "They asked" in kept.html
    assert "Sam" not in kept.text


async def test_the_page_of_periods_says_what_the_settings_say_and_what_went(place: Place) -> None:
    person = await sam(place)
    await members.leave(place.house, person)
    place.clock.advance(184 * 86400)
    await purge_all(place.house)
    admin = await place.staff(Role.ADMIN)
    page = await admin.open("/staff/kept")
    for words in ("2 hours", "30 days", "92 days", "183 days", "365 days", "1 people who had left"):
        assert words in page.html
