"""A parent's own place, who may hear them, and leaving the group."""

import pytest
from sqlalchemy import select

from server.data.tables import member, task, visit
from tests.server.conftest import Place
from tests.server.test_own import at_step


async def test_who_may_hear_is_asked_and_kept_nowhere(place: Place) -> None:
    visitor, page = await at_step(place, "/near")
    assert "Can anyone see or hear you?" in page.html
    assert "Talking with school" in page.html, "what it is about"
    assert (await visitor.submit(page, near="alone")).path == "/joining-from"
    async with place.house.database.reading() as connection:
        assert (await connection.execute(select(visit))).first() is None


@pytest.mark.parametrize(
    ("answer", "words"), [("may_come", "If someone comes in"), ("unsafe", "Your safety comes first")]
)
async def test_whoever_is_not_alone_is_told_what_helps_and_may_go_on(
    place: Place, answer: str, words: str
) -> None:
    visitor, page = await at_step(place, "/near")
    page = await visitor.submit(page, near=answer)
    assert words in page.html
    assert 'href="/joining-from"' in page.html
    assert (await visitor.open("/joining-from")).path == "/joining-from"


async def test_my_place_says_what_comes_what_was_agreed_and_what_is_held(place: Place) -> None:
    parent = await place.parent("Sam", await place.invite("Samantha"))
    page = await parent.open("/my-place")
    for words in ("Talking with school", "You will meet: Jo.", "Version 1", "You said yes on", "Samantha"):
        assert words in page.html


async def test_a_question_becomes_a_call_to_make(place: Place) -> None:
    visitor, page = await at_step(place, "/agreement")
    assert "I have a question" in page.html
    token = page.form().filled["token"]
    async with visitor.http.post(f"{place.origin}/ask-for-a-call", data={"token": token}) as answer:
        assert "We have told your host" in await answer.text()
    async with place.house.database.reading() as connection:
        assert (await connection.execute(select(task.c.kind))).scalars().all() == ["call"]


async def test_leaving_the_group_asks_first_and_then_ends_every_link_and_seat(place: Place) -> None:
    link = await place.invite("Sam")
    parent = await place.parent("Sam", link)
    page = await parent.open("/my-place/leave")
    assert (await parent.open("/session")).path == "/session", "looking at it changes nothing"
    assert "You have left the group" in (await parent.submit(page)).html
    assert (await parent.open("/session")).status == 403
    assert (await parent.open(link)).status == 410
    async with place.house.database.reading() as connection:
        assert (await connection.execute(select(member.c.left_at))).scalar_one() is not None
