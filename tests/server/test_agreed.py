"""What people say about their group's agreement, and how it changes."""

import pytest
from sqlalchemy import select

from moderation.model import MeetingId
from server import agreements, groups
from server.auth import Role
from server.data.journal import SqlJournal
from server.data.tables import journal, remark, task
from tests.server.conftest import Place, walk_in
from tests.server.test_live import connected
from tests.server.test_own import at_step
from tools.visitor import Page, Visitor

THE_NEXT_DAY = 24 * 3600.0


async def write(visitor: Visitor, kind: str, text: str) -> Page:
    return await visitor.submit(await visitor.open(f"/agreement/{kind}"), text=text)


async def test_a_question_reaches_the_hosts_before_anything_is_agreed(place: Place) -> None:
    visitor, page = await at_step(place, "/agreement")
    assert 'href="/agreement/question"' in page.html
    said = await write(visitor, "question", "Who reads <the notes>?")
    assert "Your host will ring you by tomorrow." in said.html
    host = await place.staff(Role.FACILITATOR)
    assert "What the group agreed: Tuesday group (1 new)" in (await host.open("/staff")).html
    page = await host.open(f"/staff/groups/{place.group}/agreement")
    assert "Who reads &lt;the notes&gt;?" in page.html
    assert "Sam" in page.html
    assert "Seen to" in page.html
    await host.submit(page)
    assert "(1 new)" not in (await host.open("/staff")).html
    assert (await visitor.open("/agreement")).path == "/agreement", "they have still to say yes"
    async with place.house.database.reading() as connection:
        kept = (await connection.execute(select(remark))).one()
        assert b"notes" not in kept.text
        assert kept.done_by == place.host
        assert (await connection.execute(select(task.c.kind))).scalars().all() == ["call"]


async def test_a_proposal_is_kept_and_shown_also_while_no_session_is_planned(place: Place) -> None:
    parent = await place.parent("Sam")
    place.clock.advance(THE_NEXT_DAY)
    assert 'href="/agreement/change"' in (await parent.open("/my-place")).html
    assert "brings it to the group" in (await write(parent, "change", "Cameras may stay off.")).html
    own = await parent.open("/my-place")
    assert "Cameras may stay off." in own.html
    assert "Your host has it" in own.html
    admin = await place.staff(Role.ADMIN)
    assert "Cameras may stay off." in (await admin.open(f"/staff/groups/{place.group}/agreement")).html


@pytest.mark.parametrize(
    ("text", "says"),
    [(" \n", "Write a few words."), ("x" * 1001, "no more than 1000"), ("a\x00b", "no more")],
)
async def test_what_cannot_be_kept_is_said_and_not_lost(place: Place, text: str, says: str) -> None:
    parent = await place.parent("Sam")
    page = await write(parent, "change", text)
    assert page.status == 422
    assert says in page.html
    async with place.house.database.reading() as connection:
        assert (await connection.execute(select(remark.c.id))).first() is None


async def test_ten_at_a_time_are_enough(place: Place) -> None:
    parent = await place.parent("Sam")
    pages = [await write(parent, "change", f"Idea {number}") for number in range(11)]
    assert [page.status for page in pages] == [200] * 10 + [422]


async def test_nobody_elses_staff_reads_or_changes_it(place: Place) -> None:
    elsewhere = await groups.create(place.house, place.area, "Elsewhere", ())
    host, admin = await place.staff(Role.FACILITATOR), await place.staff(Role.ADMIN)
    for path in (f"/staff/groups/{elsewhere}/agreement", f"/staff/groups/{elsewhere}/agreement/new"):
        assert (await host.open(path)).status == 404
        assert (await admin.open(path)).status == 200


async def test_a_new_version_holds_from_the_next_session_and_is_accepted_again(place: Place) -> None:
    parent, host = await place.parent("Sam"), await place.staff(Role.FACILITATOR)
    async with connected(place, host) as (desk, _):
        assert (await desk.call("act", {"do": "open"}))["ok"]
    page = await host.open(f"/staff/groups/{place.group}/agreement/new")
    filled = {name: value for name, value in page.form().filled.items() if name != "token"}
    assert filled["heading-1"] == "Keep it here."
    typed = {f"text-{number}": f"Promise {number}." for number in range(1, 13)}
    typed |= {"heading-1": "", "text-1": "", "heading-13": "New.", "text-13": "So."}
    page = await host.submit(page, **typed)
    assert page.path.endswith("/agreement")
    assert "Version 2" in page.html
    assert "Keep it here." not in page.html
    assert "New." in page.html
    assert (await parent.open("/session")).path == "/session", "what was opened goes on as it was agreed"
    read, _ = await SqlJournal(place.house.database).load(MeetingId(place.meeting))
    assert read.agreement == 1
    place.clock.advance(THE_NEXT_DAY)
    page = await parent.open("/session")
    assert page.path == "/agreement"
    assert "New." in page.html
    assert (await parent.submit(page)).path == "/session"
    own = await parent.open("/my-place")
    assert 'href="/agreement/1"' in own.html
    assert "Keep it here." in (await parent.open("/agreement/1")).html
    assert (await parent.open("/agreement/3")).status == 404
    async with place.house.database.reading() as connection:
        done = select(journal.c.record).where(journal.c.event == "AgreementChanged")
        assert '"version": "2"' in (await connection.execute(done)).scalar_one()


async def test_half_a_promise_is_shown_again_with_what_was_typed(place: Place) -> None:
    host = await place.staff(Role.FACILITATOR)
    path = f"/staff/groups/{place.group}/agreement/new"
    page = await host.submit(await host.open(path), **{"heading-1": "Only this.", "text-1": ""})
    assert page.status == 422
    assert "Write both lines" in page.html
    assert "Only this." in page.html
    page = await host.submit(await host.open(path), version="7")
    assert "has just changed it" in page.html
    async with place.house.database.reading() as connection:
        assert await agreements.current_version(connection, place.group) == 1


async def test_two_who_change_it_at_once_make_one_version(place: Place) -> None:
    clauses = (agreements.Clause("One.", "Two."),)
    assert await agreements.change(place.house, place.group, 1, clauses)
    assert not await agreements.change(place.house, place.group, 1, clauses)


async def test_whoever_has_not_said_yes_reads_the_newest_only(place: Place) -> None:
    visitor, _ = await at_step(place, "/agreement")
    assert (await visitor.open("/agreement/1")).path == "/agreement"
    page = await walk_in(visitor, await visitor.open("/agreement"), "Sam")
    assert page.path == "/session"
