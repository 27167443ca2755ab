"""A parent's way in: link, how to leave, name, agreement, getting ready, session."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server import meetings
from server.data.tables import acceptance, agreement, readiness, task
from server.words.agreement import DEFAULT_CLAUSES
from tests.server.conftest import Place, walk_in


async def test_the_whole_way_in_by_pressing_on(place: Place) -> None:
    visitor = place.visitor()
    page = await visitor.open(await place.invite())
    walked = [page.path.split("/")[1]]
    while page.path != "/session":
        page = await visitor.submit(page, **({"name": "Sam"} if page.path == "/name" else {}))
        walked.append(page.path.strip("/"))
    assert walked == [
        "i",
        "welcome",
        "name",
        "agreement",
        "if-i-leave",
        "ready",
        "near",
        "joining-from",
        "session",
    ]
    assert page.data["data-meeting"] == place.meeting
    assert page.data["data-name"] == "Sam"


async def test_the_landing_page_says_who_and_when_and_nothing_else(place: Place) -> None:
    page = await place.visitor().open(await place.invite("Charlie"))
    assert "Your host is Jo." in page.html
    assert "7pm" in page.html
    assert "an hour and a half" in page.html
    assert "Charlie" not in page.html
    assert "Tuesday group" not in page.html


async def test_the_link_opened_again_leads_straight_back(place: Place) -> None:
    link = await place.invite()
    parent = await place.parent(link=link)
    assert (await parent.open(link)).path == "/session"
    assert (await parent.open("/session")).path == "/session"
    assert (await parent.open("/name")).path == "/session"
    assert (await parent.open("/welcome")).path == "/session"


@pytest.mark.parametrize(
    "ahead", ["/name", "/agreement", "/if-i-leave", "/ready", "/near", "/joining-from", "/session"]
)
async def test_a_step_out_of_order_leads_to_where_the_person_is(place: Place, ahead: str) -> None:
    visitor = place.visitor()
    page = await visitor.open(await place.invite())
    await visitor.submit(page)
    assert (await visitor.open(ahead)).path == "/welcome"


async def test_a_name_is_asked_for_until_it_can_be_said(place: Place) -> None:
    visitor = place.visitor()
    page = await visitor.submit(await visitor.open(await place.invite()))
    page = await visitor.submit(page)
    assert page.path == "/name"
    wrong = await visitor.submit(page, name="<Sam>")
    assert wrong.status == 422
    assert "&lt;Sam&gt;" in wrong.html
    assert "Use letters" in wrong.html
    assert (await visitor.submit(page, name="  ")).status == 422
    assert (await visitor.submit(page, name="Sam")).path == "/agreement"


async def test_a_name_is_unique_in_the_group_hosts_included(place: Place) -> None:
    await place.parent("Sam")
    visitor = place.visitor()
    page = await visitor.submit(await visitor.submit(await visitor.open(await place.invite())))
    for taken in ("sam", "SÁM", "Jo"):
        again = await visitor.submit(page, name=taken)
        assert again.status == 422
        assert "already has a name like that" in again.html
        assert f'value="{taken}"' in again.html
    assert (await visitor.submit(page, name="Sam B")).path == "/agreement"


async def test_the_agreement_is_read_in_full_and_its_acceptance_is_kept(place: Place) -> None:
    visitor = place.visitor()
    page = await visitor.open(await place.invite())
    for _ in range(3):
        page = await visitor.submit(page, **({"name": "Sam"} if page.path == "/name" else {}))
    assert page.path == "/agreement"
    for heading, _ in DEFAULT_CLAUSES:
        assert heading in page.html
    assert len(DEFAULT_CLAUSES) == 12
    await visitor.submit(page)
    async with place.house.database.reading() as connection:
        kept = (await connection.execute(select(acceptance))).one()
    assert (kept.version, kept.accepted_at) == (1, place.clock.now())


async def test_only_the_version_that_was_read_can_be_accepted(place: Place) -> None:
    visitor = place.visitor()
    page = await visitor.open(await place.invite())
    for _ in range(3):
        page = await visitor.submit(page, **({"name": "Sam"} if page.path == "/name" else {}))
    await change_agreement(place)
    page = await visitor.submit(page)
    assert page.path == "/agreement"
    assert "A new promise." in page.html
    assert (await visitor.submit(page)).path == "/if-i-leave"


async def test_a_changed_agreement_is_accepted_again_before_coming_in(place: Place) -> None:
    parent = await place.parent()
    await change_agreement(place)
    page = await parent.open("/session")
    assert page.path == "/agreement"
    assert (await parent.submit(page)).path == "/session", "nothing else is asked twice"


async def test_an_accepted_agreement_can_be_read_again(place: Place) -> None:
    parent = await place.parent()
    page = await parent.open("/agreement")
    assert page.status == 200
    assert "You have said yes to this." in page.html


async def change_agreement(place: Place) -> None:
    newer = {"group": place.group, "version": 2, "clauses": '[["A new promise.", "Really."]]'}
    async with place.house.database.writing() as connection:
        await connection.execute(agreement.insert().values(created_at=place.clock.now(), **newer))


@pytest.mark.parametrize("verdict", ["ready", "sound_only", "needs_help", "not_checked"])
async def test_the_check_is_kept_for_this_session(place: Place, verdict: str) -> None:
    parent = await place.parent()
    answer = await send_check(place, parent, {"verdict": verdict, "share": True, "ring_me": True})
    assert answer == 200
    async with place.house.database.reading() as connection:
        kept = (await connection.execute(select(readiness))).one()
        to_do = (await connection.execute(select(task.c.kind))).scalars().all()
    assert (kept.meeting, kept.verdict, kept.shared, kept.ring_me) == (place.meeting, verdict, True, True)
    assert to_do == ["call"], "whoever asks to be rung is on the hosts' list before they wait at the door"


async def test_the_phone_can_be_checked_while_no_session_is_planned(place: Place) -> None:
    parent = await place.parent()
    place.clock.advance(24 * 3600)
    assert 'href="/ready"' in (await parent.open("/session")).html
    page = await parent.open("/ready")
    assert "data-can-ring" not in page.data, "there is no session that anybody prepares"
    assert (await parent.submit(page)).path == "/session"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        [],
        "ready",
        {"verdict": "fine", "share": True, "ring_me": False},
        {"verdict": "ready", "share": "yes", "ring_me": False},
        {"verdict": ["ready"], "share": True, "ring_me": None},
    ],
)
async def test_a_check_that_says_nothing_we_know_is_refused(place: Place, sent: object) -> None:
    parent = await place.parent()
    assert await send_check(place, parent, sent) == 400


async def send_check(place: Place, parent: object, sent: object) -> int:
    page = await parent.open("/ready")  # type: ignore[attr-defined]
    headers = {"X-CSRF-Token": page.data["data-csrf"]}
    async with parent.http.post(f"{place.origin}/ready", json=sent, headers=headers) as answer:  # type: ignore[attr-defined]
        return int(answer.status)


async def test_before_the_day_the_page_says_when(place: Place) -> None:
    place.clock.advance(timedelta(hours=5).total_seconds())
    visitor = place.visitor()
    page = await walk_in(visitor, await visitor.open(await place.invite()), "Sam")
    assert "There is no session planned" in page.html
    later = place.clock.now() + timedelta(days=7)
    await meetings.plan(place.house, place.group, later, 90, "Later")
    page = await visitor.open("/session")
    assert "The next session is on Wednesday 11 March at 12.05am" in page.html
    assert "data-meeting" not in page.html
    place.clock.advance(timedelta(days=6, hours=13).total_seconds())
    assert (await visitor.open(page.path)).data["data-meeting"]


async def test_no_page_of_the_way_in_can_be_stored_or_leaves_a_trail(place: Place) -> None:
    parent = await place.parent()
    for path in ("/agreement", "/if-i-leave", "/ready", "/near", "/joining-from", "/session", "/my-place"):
        async with parent.http.get(place.origin + path) as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            assert "data-no-history" in await answer.text()


async def test_every_page_is_called_session(place: Place) -> None:
    parent = await place.parent()
    for path in (
        "/",
        "/helplines",
        "/agreement",
        "/if-i-leave",
        "/ready",
        "/joining-from",
        "/session",
        "/goodbye",
        "/nowhere",
        "/staff/sign-in",
    ):
        assert "<title>Session</title>" in (await parent.open(path)).html
