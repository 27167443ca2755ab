"""The hosts' pages after a session: what is to do, one of them, the debrief. And who may see what."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from moderation.model import MeetingId, PersonId
from server import aftercare, auth, debriefs, groups, meetings, visits
from server.aftercare import SqlAftercare
from server.auth import Kind, Role
from server.data.tables import debrief, group_facilitator, journal, safeguarding
from server.visits import Wish
from signalling.meeting.ports import Departure, Plan
from tests.server.conftest import PASSWORD, Place
from tests.server.test_aftercare import put_out, somebody, to_do
from tests.server.test_live import connected
from tools.visitor import Visitor

RING = Wish(Plan.RING, "07700 900123")


async def colleague(
    place: Place, kind: Kind = Kind.LIVED_EXPERIENCE, *, of_group: str | None = None
) -> Visitor:
    """Another host, of this group or of another."""
    email = f"{kind.value}@example.org"
    made = await auth.create_account(place.house, place.area, Role.FACILITATOR, email, "Kim", PASSWORD, kind)
    joined = {"group": of_group or place.group, "account": made}
    async with place.house.database.writing() as connection:
        await connection.execute(group_facilitator.insert().values(**joined))
    visitor = place.visitor()
    await place.sign_in(visitor, made)
    return visitor


async def press(visitor: Visitor, path: str) -> int:
    """Post a form of one button, with the token of a page that has one."""
    token = (await visitor.open("/staff")).html.split('name="token" value="')[1].split('"')[0]
    async with visitor.http.post(visitor.origin + path, data={"token": token}) as answer:
        return answer.status


async def done_by(place: Place, deed: str) -> list[str]:
    async with place.house.database.reading() as connection:
        found = await connection.execute(select(journal.c.person).where(journal.c.event == deed))
        return list(found.scalars())


async def test_nothing_to_do_says_so_kindly(place: Place) -> None:
    host = await place.staff(Role.FACILITATOR)
    assert "Nothing to follow up" in (await host.open("/staff/tasks")).html


async def test_what_was_done_can_be_undone(place: Place) -> None:
    _, person = await somebody(place, "Wilma")
    await put_out(place, person, note="Talk on Friday.")
    host = await place.staff(Role.FACILITATOR)
    page = await host.open("/staff/tasks")
    assert "Wilma" in page.html
    (one,) = await to_do(place)
    page = await host.open(f"/staff/tasks/{one.id}")
    assert "Talk on Friday." in page.html
    assert "Until there has been a talk" in page.html
    await press(host, f"/staff/tasks/{one.id}/done")
    page = await host.open("/staff/tasks")
    assert "Done by Jo" in page.html
    assert await to_do(place) == []
    assert await aftercare.is_suspended(place.house, person) is True, "being done is not coming back"
    await press(host, f"/staff/tasks/{one.id}/undone")
    assert len(await to_do(place)) == 1


async def test_after_a_talk_they_may_come_again_and_that_is_written_down(place: Place) -> None:
    _, person = await somebody(place)
    await put_out(place, person)
    host, (one,) = await place.staff(Role.FACILITATOR), await to_do(place)
    await press(host, f"/staff/tasks/{one.id}/welcome")
    assert await aftercare.is_suspended(place.house, person) is False
    assert await to_do(place) == []
    assert await done_by(place, "SuspensionLifted") == [place.host]


async def test_only_what_is_overdue_says_so(place: Place) -> None:
    _, person = await somebody(place)
    await put_out(place, person)
    host = await place.staff(Role.FACILITATOR)
    assert "Overdue" not in (await host.open("/staff/tasks")).html
    place.clock.advance(timedelta(days=2, minutes=1).total_seconds())
    host = await place.staff(Role.FACILITATOR)
    assert "Overdue" in (await host.open("/staff/tasks")).html


async def test_a_worker_sees_the_number_once_it_is_written_down(place: Place) -> None:
    _, person = await somebody(place)
    await visits.choose(place.house, person, RING)
    await SqlAftercare(place.house).departed(MeetingId(place.meeting), person, Departure.LOST)
    host, (one,) = await place.staff(Role.FACILITATOR), await to_do(place)
    page = await host.open(f"/staff/tasks/{one.id}")
    assert RING.number not in page.html
    assert await done_by(place, "ContactSeen") == []
    token = page.html.split('name="token" value="')[1].split('"')[0]
    async with host.http.post(f"{page.url}/contact", data={"token": token}) as answer:
        assert RING.number in await answer.text()
    assert await done_by(place, "ContactSeen") == [place.host]


async def test_a_host_with_lived_experience_sees_no_number(place: Place) -> None:
    _, person = await somebody(place)
    await visits.choose(place.house, person, RING)
    await SqlAftercare(place.house).departed(MeetingId(place.meeting), person, Departure.LOST)
    kim, (one,) = await colleague(place), await to_do(place)
    assert "Show the number" not in (await kim.open(f"/staff/tasks/{one.id}")).html
    assert await press(kim, f"/staff/tasks/{one.id}/contact") == 403
    assert await done_by(place, "ContactSeen") == []


async def test_after_a_quick_exit_nobody_is_shown_a_number(place: Place) -> None:
    _, person = await somebody(place)
    await visits.choose(place.house, person, RING)
    await SqlAftercare(place.house).departed(MeetingId(place.meeting), person, Departure.EXITED)
    host, (one,) = await place.staff(Role.FACILITATOR), await to_do(place)
    page = await host.open(f"/staff/tasks/{one.id}")
    assert "Do not ring or text" in page.html
    assert "Ring them" not in page.html
    assert await press(host, f"/staff/tasks/{one.id}/contact") == 403


async def test_another_groups_tasks_and_debriefs_do_not_exist(place: Place) -> None:
    _, person = await somebody(place)
    await put_out(place, person)
    (one,) = await to_do(place)
    elsewhere = await groups.create(place.house, place.area, "Other group", ())
    kim = await colleague(place, of_group=elsewhere)
    for path in (f"/staff/tasks/{one.id}", f"/staff/sessions/{place.meeting}/debrief"):
        assert (await kim.open(path)).status == 404
    for path in (f"/staff/tasks/{one.id}/done", f"/staff/tasks/{one.id}/welcome"):
        assert await press(kim, path) == 404
    assert "Nothing to follow up" in (await kim.open("/staff/tasks")).html


async def test_the_debrief_says_who_was_there(place: Place) -> None:
    parent, host = await place.parent("Sam"), await place.staff(Role.FACILITATOR)
    await place.invite("Robin")
    async with connected(place, host) as (desk, _), connected(place, parent):
        await desk.call("act", {"do": "open"})
    page = await host.open(f"/staff/sessions/{place.meeting}/debrief")
    assert "Waited and did not come in: Sam" in page.html
    assert "Did not come: Robin" in page.html
    assert "Jo" in page.html


async def test_the_hosts_note_is_kept_sealed_and_can_be_changed(place: Place) -> None:
    host = await place.staff(Role.FACILITATOR)
    path = f"/staff/sessions/{place.meeting}/debrief"
    page = await host.submit(await host.open(path), note="A calm evening.\n<Good>")
    assert page.path == path
    assert "A calm evening.\n&lt;Good&gt;" in page.html
    async with place.house.database.reading() as connection:
        assert b"calm" not in (await connection.execute(select(debrief.c.note))).scalar_one()
    assert (await host.submit(page, note="x" * 4001)).status == 422
    await host.submit(page, note="")
    assert await debriefs.note(place.house, place.meeting) == ""


async def refer(visitor: Visitor, meeting: str, **fields: str) -> int:
    token = (await visitor.open("/staff")).html.split('name="token" value="')[1].split('"')[0]
    url = f"{visitor.origin}/staff/sessions/{meeting}/safeguarding"
    async with visitor.http.post(url, data={"token": token, **fields}) as answer:
        return answer.status


async def test_a_safeguarding_entry_gets_its_reference_from_a_worker(place: Place) -> None:
    _, person = await somebody(place)
    await SqlAftercare(place.house).danger(MeetingId(place.meeting), person, PersonId(place.host))
    host = await place.staff(Role.FACILITATOR)
    page = await host.open(f"/staff/sessions/{place.meeting}/debrief")
    assert "Not written yet" in page.html
    (entry,) = await debriefs.records(place.house, place.meeting)
    assert await refer(host, place.meeting, reference="MASH 2026/17", entry=entry.id) == 200
    (entry,) = await debriefs.records(place.house, place.meeting)
    assert entry.reference == "MASH 2026/17"
    assert await refer(host, place.meeting, reference="MASH 2026/18") == 200
    assert len(await debriefs.records(place.house, place.meeting)) == 2
    assert await refer(host, place.meeting, reference=" ") == 422
    assert set(safeguarding.c.keys()) == {"id", "meeting", "at", "reference"}
    assert len(await done_by(place, "SafeguardingNoted")) == 2


async def test_only_workers_see_and_write_safeguarding_entries(place: Place) -> None:
    host, kim = await place.staff(Role.FACILITATOR), await colleague(place)
    assert await refer(host, place.meeting, reference="MASH 2026/17") == 200
    page = await kim.open(f"/staff/sessions/{place.meeting}/debrief")
    assert page.status == 200
    assert "MASH" not in page.html
    assert "Safeguarding" not in page.html
    assert await refer(kim, place.meeting, reference="Mine") == 403


@pytest.mark.parametrize("path", ["/debrief", "/safeguarding"])
async def test_another_sessions_debrief_cannot_be_written(place: Place, path: str) -> None:
    other = await groups.create(place.house, place.area, "Other group", ())
    theirs = await meetings.plan(place.house, other, place.clock.now(), 90, "Theirs")
    assert await press(await place.staff(Role.FACILITATOR), f"/staff/sessions/{theirs}{path}") == 404


async def test_the_first_page_leads_to_what_is_over_and_what_is_to_do(place: Place) -> None:
    _, person = await somebody(place)
    await put_out(place, person)
    place.clock.advance(timedelta(hours=3, minutes=30).total_seconds())
    page = await (await place.staff(Role.FACILITATOR)).open("/staff")
    assert "To follow up: 1" in page.html
    assert f"/staff/sessions/{place.meeting}/debrief" in page.html
