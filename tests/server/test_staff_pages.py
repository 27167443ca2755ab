"""What admins and facilitators do on their pages."""

from datetime import timedelta

import pytest

from moderation.model import MeetingId
from server import auth, groups, invites, meetings
from server.auth import Role
from server.data.journal import SqlJournal
from tests.server.conftest import PASSWORD, Place


async def test_an_admin_makes_a_group_with_hosts(place: Place) -> None:
    admin = await place.staff(Role.ADMIN)
    page = await admin.open("/staff/groups/new")
    page = await admin.submit(page, title="Thursday group", host=place.host)
    assert page.path.startswith("/staff/groups/")
    assert "Thursday group" in page.html
    assert "Hosts: Jo" in page.html
    assert "Thursday group" in (await admin.open("/staff")).html


async def test_a_group_needs_a_name_and_a_host_and_keeps_what_was_typed(place: Place) -> None:
    admin = await place.staff(Role.ADMIN)
    page = await admin.submit(await admin.open("/staff/groups/new"), title="Only a name")
    assert page.status == 422
    assert "Choose at least one host." in page.html
    assert 'value="Only a name"' in page.html
    page = await admin.submit(page, title="", host="0" * 24)
    assert "Give the group a name." in page.html
    assert len(await groups.of_area(place.house, place.area)) == 1


async def test_a_session_is_planned_by_the_clock_on_the_wall(place: Place) -> None:
    admin = await place.staff(Role.ADMIN)
    page = await admin.open(f"/staff/groups/{place.group}/sessions/new")
    page = await admin.submit(page, day="2026-07-07", time="19:00", minutes="60", theme="Summer")
    assert page.path == f"/staff/groups/{place.group}"
    assert "Tuesday 7 July 7pm" in page.html
    planned = (await meetings.of_group(place.house, place.group))[-1]
    assert planned.starts_at.isoformat() == "2026-07-07T18:00:00+00:00", "British summer time"
    assert (planned.minutes, planned.theme) == (60, "Summer")


async def test_a_session_has_its_own_door(place: Place) -> None:
    admin = await place.staff(Role.ADMIN)
    page = await admin.open(f"/staff/groups/{place.group}/sessions/new")
    typed = {"day": "2026-07-07", "time": "19:00", "theme": "Summer", "capacity": "6", "late": "5"}
    await admin.submit(page, **typed, both_kinds="yes")
    planned = (await meetings.of_group(place.house, place.group))[-1]
    read, _ = await SqlJournal(place.house.database).load(MeetingId(planned.id))
    assert (planned.both_kinds, read.terms.capacity) == (True, 6)
    assert read.terms.late_after == planned.starts_at + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"day": ""}, "Choose a day."),
        ({"day": "2020-01-01"}, "still to come"),
        ({"day": "9999-12-31"}, "still to come"),
        ({"day": "0001-01-01"}, "still to come"),
        ({"time": "seven"}, "Write a time"),
        ({"minutes": "5"}, "from 15 to 240"),
        ({"minutes": "1e9"}, "from 15 to 240"),
        ({"theme": " "}, "Write a theme"),
        ({"theme": "x" * 121}, "no more than 120"),
        ({"capacity": "1"}, "from 2 to 50"),
        ({"late": "-1"}, "from 0 to 240"),
    ],
)
async def test_a_session_that_cannot_be_says_why(place: Place, typed: dict[str, str], says: str) -> None:
    admin = await place.staff(Role.ADMIN)
    page = await admin.open(f"/staff/groups/{place.group}/sessions/new")
    fields = {"day": "2026-07-07", "time": "19:00", "minutes": "90", "theme": "Keep me", **typed}
    page = await admin.submit(page, **fields)
    assert page.status == 422
    assert says in page.html
    assert ("Keep me" in page.html) == ("theme" not in typed)
    assert len(await meetings.of_group(place.house, place.group)) == 1


async def test_a_link_is_shown_once_and_its_state_after(place: Place) -> None:
    admin = await place.staff(Role.ADMIN)
    page = await admin.submit(await admin.open(f"/staff/groups/{place.group}/invites/new"), label="Robin")
    link = page.html.split('value="' + place.origin)[1].split('"')[0]
    group = await admin.open(f"/staff/groups/{place.group}")
    assert link not in group.html
    assert "Robin" in group.html
    assert "Not opened" in group.html
    await place.parent("Wren", link)
    group = await admin.open(f"/staff/groups/{place.group}")
    assert "Has come in" in group.html
    assert "Wren" in group.html


async def test_an_empty_area_says_so_kindly(place: Place) -> None:
    admin = place.visitor()
    await place.sign_in(admin, await empty_area(place))
    assert "No groups yet" in (await admin.open("/staff")).html
    assert "No hosts yet" in (await admin.open("/staff/groups/new")).html


async def empty_area(place: Place) -> str:
    """The admin of an area with nothing in it."""
    area = await groups.create_area(place.house, "Elsewhere")
    return await auth.create_account(place.house, area, Role.ADMIN, "new@example.org", "Bo", PASSWORD)


async def test_a_group_without_people_or_sessions_says_so_kindly(place: Place) -> None:
    admin = await place.staff(Role.ADMIN)
    fresh = await groups.create(place.house, place.area, "Fresh", (place.host,))
    page = await admin.open(f"/staff/groups/{fresh}")
    assert "No one is invited yet" in page.html
    assert "No sessions yet" in page.html


async def test_another_areas_groups_and_people_cannot_be_reached(place: Place) -> None:
    stranger = await empty_area(place)
    await place.invite()
    (line,) = await invites.of_group(place.house, place.group)
    admin = place.visitor()
    await place.sign_in(admin, stranger)
    for path in (
        f"/staff/groups/{place.group}",
        f"/staff/groups/{place.group}/sessions/new",
        f"/staff/groups/{place.group}/invites/new",
        f"/staff/invites/{line.invite}/revoke",
        f"/staff/invites/{line.invite}/reissue",
    ):
        assert (await admin.open(path)).status == 404, path
        token = (await admin.open("/staff/groups/new")).html.split('name="token" value="')[1].split('"')[0]
        async with admin.http.post(place.origin + path, data={"token": token}) as answer:
            assert answer.status in {404, 405}, path


async def test_a_facilitator_sees_own_sessions_and_opens_the_desk(place: Place) -> None:
    host = await place.staff(Role.FACILITATOR)
    page = await host.open("/staff")
    assert "Talking with school" in page.html
    desk = await host.open(f"/staff/sessions/{place.meeting}")
    assert desk.data["data-meeting"] == place.meeting
    assert desk.data["data-name"] == "Jo"


async def test_a_facilitator_without_sessions_is_told_kindly(place: Place) -> None:
    host = await place.staff(Role.FACILITATOR)
    place.clock.advance(timedelta(hours=3, minutes=30).total_seconds())
    assert "No sessions yet" in (await host.open("/staff")).html
    assert "This session is over" in (await host.open(f"/staff/sessions/{place.meeting}")).html


async def test_another_groups_desk_does_not_exist(place: Place) -> None:
    other = await groups.create(place.house, place.area, "Other group", ())
    theirs = await meetings.plan(place.house, other, place.clock.now(), 90, "Theirs")
    host = await place.staff(Role.FACILITATOR)
    assert (await host.open(f"/staff/sessions/{theirs}")).status == 404
