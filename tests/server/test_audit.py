"""The audit: who did what to whom, when and why; by session, person and kind; and never what was said."""

import csv
import io
import json
from typing import get_args

import pytest
from sqlalchemy import select

from moderation import events as e
from moderation.events import Event
from moderation.model import (
    Actor,
    ChatMode,
    Feature,
    FloorMode,
    Mark,
    MeetingId,
    Override,
    PersonId,
    RemovalReason,
    ReturnWord,
    SeatId,
)
from moderation.model import Role as InMeeting
from server import auth, groups, meetings
from server.audit import KINDS
from server.auth import Role
from server.data import chain
from server.data.journal import SqlJournal
from server.data.tables import group as group_table
from server.data.tables import journal
from server.deeds import Deed
from server.pages.audit import harmless
from server.pages.colleagues import ROLES
from server.retention.purging import purge_all
from server.words import words
from signalling.meeting.ports import Entry
from tests.server.conftest import PASSWORD, Place
from tests.server.test_aftercare import somebody
from tests.server.test_followups import colleague
from tools.visitor import Visitor

DESK = SeatId("d" * 24)


async def an_evening(place: Place) -> PersonId:
    """Jo removes Sam, who had told the hosts something; Pat comes and goes."""
    (_, sam), (_, pat) = await somebody(place, "Sam"), await somebody(place, "Pat")
    jo = Actor(InMeeting.FACILITATOR, PersonId(place.host), DESK)
    own = Actor(InMeeting.PARENT, sam, SeatId("5" * 24))
    other = Actor(InMeeting.PARENT, pat, SeatId("6" * 24))
    now = place.clock.now()
    happened: list[tuple[Actor, e.Event]] = [
        (jo, e.HostEntered(DESK, jo.person)),
        (own, e.Arrived(own.seat, sam, 1)),
        (other, e.Arrived(other.seat, pat, 1)),
        (own, e.MarkSet(sam, Mark.CHECK_ON_ME)),
        (jo, e.Removed(sam, RemovalReason.UNSAFE)),
        (other, e.Left(other.seat, quick=True)),
    ]
    entries = [Entry(now, actor, event) for actor, event in happened]
    await SqlJournal(place.house.database).append(MeetingId(place.meeting), 0, entries)
    return sam


async def rows(visitor: Visitor, asked: str = "") -> list[dict[str, str]]:
    async with visitor.http.get(f"{visitor.origin}/staff/audit.json{asked}") as answer:
        found = json.loads(await answer.text())
        assert isinstance(found, list)
        return found


async def whats(visitor: Visitor, asked: str = "") -> set[str]:
    return {row["what"] for row in await rows(visitor, asked)}


def test_every_event_and_deed_has_a_kind_and_a_sentence() -> None:
    names = [event.__name__ for event in get_args(Event)] + [deed.value for deed in Deed]
    sorted_in = [name for kind in KINDS.values() for name in kind]
    assert sorted(sorted_in) == sorted(names)
    for name in names:
        assert getattr(words.audit, f"did_{name}")
    for kind in KINDS:
        assert getattr(words.audit, f"kind_{kind}")


def test_every_code_has_a_sentence() -> None:
    codes = {
        "reason": RemovalReason,
        "word": ReturnWord,
        "against": Override,
        "mark": Mark,
        "feature": Feature,
    }
    for role in ROLES:
        assert getattr(words.audit, f"why_role_{role}")
    for code, values in codes.items():
        for value in values:
            if value is not Mark.NONE:
                assert getattr(words.audit, f"why_{code}_{value.value}")
    for mode in (*ChatMode, *FloorMode):
        if mode is not FloorMode.OPEN:
            assert getattr(words.audit, f"why_mode_{mode.value}")


async def test_it_says_who_did_what_to_whom_and_why(place: Place) -> None:
    await an_evening(place)
    admin = await place.staff(Role.ADMIN)
    page = await admin.open("/staff/audit")
    for word in ("Jo", "Removed for the session", "Sam", "Not safe", "Tuesday group"):
        assert word in page.html
    (removed,) = [row for row in await rows(admin) if row["what"] == "Removed for the session"]
    assert (removed["who"], removed["whom"], removed["why"]) == ("Jo", "Sam", "Not safe")
    assert removed["at"] == "2026-03-03T19:05:00+00:00"


async def test_it_is_looked_through_by_session_person_and_kind(place: Place) -> None:
    sam = await an_evening(place)
    host = await place.staff(Role.FACILITATOR)
    assert await whats(host, "?kind=out") == {"Removed for the session"}
    assert await whats(host, f"?person={sam}") == {
        "Came to the waiting room",
        "Told the hosts quietly",
        "Removed for the session",
    }
    assert len(await rows(host, f"?session={place.meeting}")) == 6
    assert await rows(host, f"?session={'0' * 24}") == []
    page = await host.open(f"/staff/audit?kind=out&person={sam}&session={place.meeting}")
    assert "Removed for the session" in page.html
    assert "Came in as host" not in page.html


@pytest.mark.parametrize(
    "asked", ["?session=x&person=%00&kind=all&page=-1", "?page=999999", "?page=%D9%A1", "?kind=&person="]
)
async def test_what_cannot_be_asked_for_is_not(place: Place, asked: str) -> None:
    host = await place.staff(Role.FACILITATOR)
    assert (await host.open(f"/staff/audit{asked}")).status == 200


async def test_what_parents_tell_hosts_quietly_is_for_hosts(place: Place) -> None:
    await an_evening(place)
    admin, host = await place.staff(Role.ADMIN), await place.staff(Role.FACILITATOR)
    assert "Told the hosts quietly" in await whats(host)
    assert "Told the hosts quietly" not in await whats(admin)
    assert "By the quick exit" in {row["why"] for row in await rows(host)}
    assert "By the quick exit" not in {row["why"] for row in await rows(admin)}


async def test_workers_see_own_groups_and_other_hosts_nothing(place: Place) -> None:
    other = await groups.create(place.house, place.area, "Other group", ())
    theirs = await meetings.plan(place.house, other, place.clock.now(), 90, "Theirs")
    jo = Actor(InMeeting.FACILITATOR, PersonId(place.host), DESK)
    opened = Entry(place.clock.now(), jo, e.Opened(place.clock.now()))
    await SqlJournal(place.house.database).append(MeetingId(theirs), 0, [opened])
    host, admin, kim = (
        await place.staff(Role.FACILITATOR),
        await place.staff(Role.ADMIN),
        await colleague(place),
    )
    assert await rows(host) == []
    assert await rows(host, f"?session={theirs}") == []
    assert len(await rows(admin)) == 1
    assert (await kim.open("/staff/audit")).status == 403
    assert "Nothing here yet" in (await host.open("/staff/audit")).html


async def test_a_spreadsheet_gets_no_formulas(place: Place) -> None:
    await an_evening(place)
    async with place.house.database.writing() as connection:
        await connection.execute(group_table.update().values(title='=HYPERLINK("http://x")'))
    host = await place.staff(Role.FACILITATOR)
    async with host.http.get(f"{host.origin}/staff/audit.csv") as answer:
        assert answer.headers["Content-Disposition"] == 'attachment; filename="session.csv"'
        assert answer.headers["Cache-Control"] == "no-store"
        table = list(csv.DictReader(io.StringIO((await answer.text()).removeprefix("\ufeff"))))
    assert {row["group"] for row in table} == {'\'=HYPERLINK("http://x")'}
    assert "Removed for the session" in {row["what"] for row in table}


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "  =1", "\r=1", "\uff1d1", "%0A", "|calc"])
def test_what_could_be_a_formula_begins_with_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Sam", "2026-03-03", "a=1"])
def test_what_could_not_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


async def test_many_lines_are_shown_a_page_at_a_time(place: Place) -> None:
    jo = Actor(InMeeting.FACILITATOR, PersonId(place.host), DESK)
    now = place.clock.now()
    entries = [Entry(now, jo, e.Locked() if number % 2 else e.Unlocked()) for number in range(150)]
    await SqlJournal(place.house.database).append(MeetingId(place.meeting), 0, entries)
    host = await place.staff(Role.FACILITATOR)
    first = await host.open("/staff/audit?kind=door")
    assert first.html.count("ocked the door") == 100
    assert "kind=door&amp;page=1" in first.html
    second = await host.open("/staff/audit?kind=door&page=1")
    assert second.html.count("ocked the door") == 50
    assert len(await rows(host)) == 150


async def test_what_is_done_about_accounts_is_in_it_for_admins(place: Place) -> None:
    guesser, ali = place.visitor(), place.visitor()
    page = await guesser.open("/staff/sign-in")
    for email in ("admin@example.org", "nobody@example.org", "admin@example.org"):
        await guesser.submit(page, email=email, password="a guess", code="123456")
    page = await ali.open("/staff/sign-in")
    told = {"email": "admin@example.org", "password": PASSWORD, "code": place.code()}
    assert (await ali.submit(page, **told)).path == "/staff"
    await ali.submit(await ali.open("/staff/colleagues/new"), email="kim@secret.example", role="worker")
    await ali.submit(await ali.open(f"/staff/colleagues/{place.host}/anew"))
    await ali.submit(await ali.open(f"/staff/colleagues/{place.host}/close"))
    found = [(row["who"], row["what"], row["whom"], row["why"]) for row in await rows(ali, "?kind=accounts")]
    assert sorted(found) == sorted(
        [
            ("The platform", "Saw somebody fail to sign in as", "Ali", "Times: 2"),
            ("Ali", "Signed in", "", ""),
            ("Ali", "Invited somebody to work here", "", "As a family-services worker"),
            ("Ali", "Made a link to set up signing in anew", "Jo", ""),
            ("Ali", "Closed the account", "Jo", ""),
        ]
    )
    assert len(await rows(ali, f"?person={place.host}")) == 2
    async with place.house.database.reading() as connection:
        kept = str((await connection.execute(select(journal))).all())
    assert not [word for word in ("127.0.0.1", "@", "secret", "a guess", PASSWORD) if word in kept]
    assert not (await chain.verify(place.house.database, place.house.keys)).breaks


async def test_what_is_done_about_accounts_is_not_for_hosts_nor_for_another_area(place: Place) -> None:
    admin, host = await place.staff(Role.ADMIN), await place.staff(Role.FACILITATOR)
    await admin.submit(await admin.open("/staff/colleagues/new"), email="kim@secret.example", role="admin")
    assert await whats(admin) == {"Invited somebody to work here"}
    assert await whats(host) == set()
    elsewhere = await groups.create_area(place.house, "Elsewhere")
    bo = await auth.create_account(place.house, elsewhere, Role.ADMIN, "bo@example.org", "Bo", PASSWORD)
    stranger = place.visitor()
    await place.sign_in(stranger, bo)
    assert await whats(stranger) == set()


async def test_what_was_done_about_accounts_goes_when_its_time_is_over(place: Place) -> None:
    admin = await place.staff(Role.ADMIN)
    await admin.submit(await admin.open("/staff/colleagues/new"), email="kim@secret.example", role="admin")
    place.clock.advance(366 * 86_400)
    assert (await purge_all(place.house)).counts["audit"] == 1
    verdict = await chain.verify(place.house.database, place.house.keys)
    assert (verdict.breaks, verdict.purged) == ((), 1)
