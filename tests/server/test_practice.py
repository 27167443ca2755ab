"""A practice call: one host, one parent, the same doors, and nobody else."""

from datetime import timedelta

import pytest
import socketio
from sqlalchemy import select

from moderation import events as e
from moderation.model import MeetingId, Phase
from server import auth, groups, invites, meetings
from server.auth import Kind, Role
from server.data.journal import SqlJournal
from server.data.tables import group_facilitator, journal, member, practice
from server.retention.erasing import Why, erase
from server.seats import SqlSeats
from signalling.meeting.ports import SeatHolder, SeatRefusal
from tests.server.conftest import PASSWORD, Place, walk_in
from tests.server.test_live import connected, until
from tools.visitor import Page, Visitor

THE_NEXT_DAY = 24 * 3600.0


async def open_practice(place: Place, host: Visitor, name: str = "Sam") -> Page:
    """What the host is shown after pressing “Practise with …”."""
    page = await host.open(f"/staff/groups/{place.group}/practice")
    (person,) = [
        line.member
        for line in await invites.of_group(place.house, place.group)
        if name in (line.label, line.name)
    ]
    return await host.submit(page, person=person)


async def second_host(place: Place) -> Visitor:
    made = await auth.create_account(
        place.house, place.area, Role.FACILITATOR, "ray@example.org", "Ray", PASSWORD, Kind.WORKER
    )
    async with place.house.database.writing() as connection:
        await connection.execute(group_facilitator.insert().values(group=place.group, account=made))
    visitor = place.visitor()
    await place.sign_in(visitor, made)
    return visitor


async def test_one_parent_and_one_host_meet_by_the_doors_of_every_session(place: Place) -> None:
    place.clock.advance(THE_NEXT_DAY)
    parent = place.visitor()
    link = await place.invite("Sam")
    host = await place.staff(Role.FACILITATOR)
    desk = await open_practice(place, host)
    assert desk.path.startswith("/staff/sessions/")
    session = desk.path.rsplit("/", 1)[1]
    page = await parent.open(link)
    while page.path != "/session":
        page = await parent.submit(page, **({"name": "Sam"} if page.path == "/name" else {}))
        if page.path == "/near":
            assert "Only you and your host are in it." in page.html, "nobody is told of a theme"
    assert page.data["data-meeting"] == session
    async with connected(place, host, session) as (at_desk, views), connected(place, parent, session):
        assert (await at_desk.call("act", {"do": "open"}))["ok"]
        await until(lambda: bool(views) and bool(views[-1].get("waiting")))
        (waiting,) = views[-1]["waiting"]
        assert (waiting["name"], waiting["first_visit"]) == ("Sam", True)
        assert [one["name"] for one in views[-1]["expected"]] == ["Sam"]
        let_in = await at_desk.call("act", {"do": "admit", "seat": waiting["seat"]})
        assert let_in == {"ok": False, "error": "unattended"}, "the host has no sound here yet: rule 5"
    entries = await SqlJournal(place.house.database).since(MeetingId(session), 0)
    assert any(isinstance(event, e.Arrived) for event in entries), "it has a journal like any other"
    async with place.house.database.reading() as connection:
        lines = select(journal.c.stream, journal.c.whom).where(journal.c.event == "PracticeOpened")
        assert [tuple(row) for row in await connection.execute(lines)] == [
            (place.group, (await connection.execute(select(practice.c.member))).scalar_one())
        ]


async def test_nobody_else_comes_neither_parent_nor_host(place: Place) -> None:
    place.clock.advance(THE_NEXT_DAY)
    sam, pat = await place.invite("Sam"), await place.invite("Pat")
    host, other_host = await place.staff(Role.FACILITATOR), await second_host(place)
    session = (await open_practice(place, host)).path.rsplit("/", 1)[1]
    seats = SqlSeats(place.house)
    found = []
    for visitor, link, name in ((place.visitor(), sam, "Sam"), (place.visitor(), pat, "Pat")):
        page = await walk_in(visitor, await visitor.open(link), name)
        assert ("data-meeting" in page.data) == (name == "Sam"), "the other one reads of no session"
        kept = dict(part.split("=", 1) for part in visitor.cookies.split("; "))
        found.append(await seats.holder(kept, MeetingId(session)))
    assert isinstance(found[0], SeatHolder)
    assert found[1] is SeatRefusal.NOT_YOUR_SESSION
    assert (await other_host.open(f"/staff/sessions/{session}")).status == 404
    assert session not in (await other_host.open("/staff")).html
    with pytest.raises(socketio.exceptions.ConnectionError):
        async with connected(place, other_host, session):
            pass
    said = await open_practice(place, other_host)
    assert said.status == 409
    assert "Another host" in said.html


async def test_it_closes_by_itself_after_a_quarter_of_an_hour(place: Place) -> None:
    place.clock.advance(THE_NEXT_DAY)
    parent, host = await place.invite("Sam"), await place.staff(Role.FACILITATOR)
    session = (await open_practice(place, host)).path.rsplit("/", 1)[1]
    again = await open_practice(place, host)
    assert again.path.endswith(session), "pressed twice it is the same"
    async with connected(place, host, session) as (desk, views):
        assert (await desk.call("act", {"do": "open"}))["ok"]
        place.clock.advance(15 * 60)
        await until(lambda: bool(views) and views[-1]["phase"] == Phase.ENDED.value)
    assert "is over" in (await host.open(f"/staff/sessions/{session}")).html
    visitor = place.visitor()
    page = await walk_in(visitor, await visitor.open(parent), "Sam")
    assert "data-meeting" not in page.data
    assert session not in (await host.open("/staff")).html, "nothing to look back on"


async def test_there_is_no_practice_while_the_group_meets(place: Place) -> None:
    await place.invite("Sam")
    host = await place.staff(Role.FACILITATOR)
    said = await open_practice(place, host)
    assert said.status == 409
    assert "about to meet" in said.html
    place.clock.advance(THE_NEXT_DAY)
    soon = place.clock.now() + timedelta(minutes=29)
    await meetings.plan(place.house, place.group, soon, 90, "Sleep")
    assert (await open_practice(place, await place.staff(Role.FACILITATOR))).status == 409


async def test_only_hosts_of_the_group_open_one_and_only_for_who_is_invited(place: Place) -> None:
    place.clock.advance(THE_NEXT_DAY)
    await place.invite("Sam")
    path = f"/staff/groups/{place.group}/practice"
    assert (await (await place.staff(Role.ADMIN)).open(path)).status == 403
    host = await place.staff(Role.FACILITATOR)
    elsewhere = await groups.create(place.house, place.area, "Elsewhere", ())
    assert (await host.open(f"/staff/groups/{elsewhere}/practice")).status == 404
    assert (await host.submit(await host.open(path), person="0" * 24)).status == 404


async def test_the_practice_of_somebody_erased_is_nobodys(place: Place) -> None:
    place.clock.advance(THE_NEXT_DAY)
    await place.invite("Sam")
    other = await place.invite("Pat")
    host = await place.staff(Role.FACILITATOR)
    session = (await open_practice(place, host)).path.rsplit("/", 1)[1]
    async with place.house.database.reading() as connection:
        sam = (await connection.execute(select(practice.c.member))).scalar_one()
        assert sam in (await connection.execute(select(member.c.id))).scalars().all()
    assert await erase(place.house, sam, Why.ASKED) is not None
    found = await meetings.find(place.house, session)
    assert found is not None
    assert not found.is_for_host(place.host)
    visitor = place.visitor()
    page = await walk_in(visitor, await visitor.open(other), "Pat")
    assert "data-meeting" not in page.data
