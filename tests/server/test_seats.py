"""Who sits where, as the wire asks."""

from datetime import timedelta

import pytest

from moderation import events as e
from moderation.model import HOUSE as THE_HOUSE
from moderation.model import Actor, MeetingId
from moderation.model import Role as MeetingRole
from server import auth, groups, meetings
from server.auth import Role
from server.cookies import cookie_name
from server.data.journal import SqlJournal
from server.data.tables import agreement
from server.seats import SqlSeats
from signalling.meeting.errors import UnknownMeeting
from signalling.meeting.ports import Entry, Readiness, SeatHolder, SeatRefusal
from tests.server.conftest import Place
from tools.visitor import Visitor


def cookies(visitor: Visitor) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in visitor.cookies.split("; ") if pair)


async def holder(place: Place, visitor: Visitor, meeting: str = "") -> SeatHolder | SeatRefusal:
    return await SqlSeats(place.house).holder(cookies(visitor), MeetingId(meeting or place.meeting))


async def seat(place: Place, visitor: Visitor) -> SeatHolder:
    found = await holder(place, visitor)
    assert isinstance(found, SeatHolder)
    return found


async def record(place: Place, meeting: str, *happened: e.Event) -> None:
    journal, now = SqlJournal(place.house.database), place.clock.now()
    _, head = await journal.load(MeetingId(meeting))
    await journal.append(MeetingId(meeting), head, [Entry(now, THE_HOUSE, event) for event in happened])


async def test_a_parent_holds_the_seat_of_the_device(place: Place) -> None:
    found = await seat(place, await place.parent())
    assert (found.role, found.agreed, found.meeting) == (MeetingRole.PARENT, 1, place.meeting)


async def test_a_host_holds_a_seat_in_own_groups_only(place: Place) -> None:
    host = await place.staff(Role.FACILITATOR)
    found = await seat(place, host)
    assert (found.role, found.person, found.agreed) == (MeetingRole.FACILITATOR, place.host, None)
    other = await groups.create(place.house, place.area, "Other group", ())
    theirs = await meetings.plan(place.house, other, place.clock.now(), 90, "Theirs")
    assert await holder(place, host, theirs) is SeatRefusal.NOT_YOUR_SESSION


@pytest.mark.parametrize("meeting", ["0" * 24, "", "'; DROP TABLE seat; --", "\x00", "\ud800"])
async def test_meetings_that_are_not_ours(place: Place, meeting: str) -> None:
    for visitor in (await place.parent(), await place.staff(Role.FACILITATOR)):
        found = await SqlSeats(place.house).holder(cookies(visitor), MeetingId(meeting))
        assert found is SeatRefusal.NOT_YOUR_SESSION


async def test_an_admin_has_no_seat(place: Place) -> None:
    assert await holder(place, await place.staff(Role.ADMIN)) is SeatRefusal.NOT_YOUR_SESSION


@pytest.mark.parametrize("value", ["", "x", "\x00", "\udcff", "é" * 50, "a" * 10000])
async def test_cookies_of_nobody(place: Place, value: str) -> None:
    ports = SqlSeats(place.house)
    for name in ("seat", "staff"):
        told = {cookie_name(place.house.config, name): value}
        assert await ports.holder(told, MeetingId(place.meeting)) is SeatRefusal.NO_SEAT
        assert await ports.check_seat(told) is SeatRefusal.NO_SEAT


async def test_somebody_without_a_name_has_no_place_in_a_session_but_can_check(place: Place) -> None:
    visitor = place.visitor()
    await visitor.submit(await visitor.open(await place.invite()))
    assert await holder(place, visitor) is SeatRefusal.NOT_YOUR_SESSION
    assert isinstance(await SqlSeats(place.house).check_seat(cookies(visitor)), str)


async def test_the_version_of_the_opened_session_is_the_one_that_counts(place: Place) -> None:
    parent = await place.parent()
    await record(place, place.meeting, e.Opened(place.clock.now()))
    newer = {"group": place.group, "version": 2, "clauses": "[]", "created_at": place.clock.now()}
    async with place.house.database.writing() as connection:
        await connection.execute(agreement.insert().values(**newer))
    assert (await seat(place, parent)).agreed == 1
    assert (await parent.open("/session")).path == "/session"


async def test_labels_name_everyone_with_a_seat_and_the_hosts(place: Place) -> None:
    parent, host = await place.parent("Sam"), await place.staff(Role.FACILITATOR)
    labels = await SqlSeats(place.house).labels(MeetingId(place.meeting))
    assert (labels.title, labels.theme, list(labels.hosts)) == (
        "Tuesday group",
        "Talking with school",
        ["Jo"],
    )
    assert labels.ends - labels.starts == timedelta(minutes=90)
    sam, jo = await seat(place, parent), await seat(place, host)
    assert labels.seats[sam.seat].name == "Sam"
    assert labels.seats[jo.seat].name == "Jo"
    assert labels.seats[sam.seat].readiness is Readiness.NOT_CHECKED


async def test_an_ended_seat_that_has_come_keeps_its_label(place: Place) -> None:
    parent = await place.parent("Sam")
    sam = await seat(place, parent)
    arrived = e.Arrived(sam.seat, sam.person, 1)
    journal = SqlJournal(place.house.database)
    actor = Actor(MeetingRole.PARENT, sam.person, sam.seat)
    await journal.append(MeetingId(place.meeting), 0, [Entry(place.clock.now(), actor, arrived)])
    async with parent.http.post(f"{place.origin}/exit", allow_redirects=False):
        pass
    labels = await SqlSeats(place.house).labels(MeetingId(place.meeting))
    assert labels.seats[sam.seat].name == "Sam"


async def test_a_visit_is_the_first_until_somebody_was_let_into_an_earlier_session(place: Place) -> None:
    sam = await seat(place, await place.parent("Sam"))
    last_week = await meetings.plan(
        place.house, place.group, place.clock.now() - timedelta(days=7), 90, "Last week"
    )
    ports = SqlSeats(place.house)
    await record(place, last_week, e.Arrived(sam.seat, sam.person, 1))
    assert (await ports.labels(MeetingId(place.meeting))).seats[sam.seat].first_visit
    await record(place, last_week, e.Admitted(sam.seat))
    assert not (await ports.labels(MeetingId(place.meeting))).seats[sam.seat].first_visit


async def test_labels_of_no_meeting(place: Place) -> None:
    with pytest.raises(UnknownMeeting):
        await SqlSeats(place.house).labels(MeetingId("0" * 24))


async def test_a_host_who_signed_out_has_no_seat(place: Place) -> None:
    host = await place.staff(Role.FACILITATOR)
    kept = cookies(host)
    await auth.sign_out(place.house, kept["staff"])
    assert await SqlSeats(place.house).holder(kept, MeetingId(place.meeting)) is SeatRefusal.NO_SEAT
