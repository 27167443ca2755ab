"""The quick exit, and the helplines."""

import re

import aiohttp
import pytest

from server import auth, seats
from server.auth import Role
from server.seats import Parent
from server.words.base import HELPLINES
from signalling.meeting.errors import JournalDown
from tests.server.conftest import Place
from tools.visitor import Visitor

OPEN_TO_ALL = ("/", "/helplines", "/goodbye", "/nowhere", "/staff/sign-in", "/welcome")


def cookie(visitor: Visitor, name: str) -> str:
    return visitor.cookies.split(f"{name}=")[1].split(";")[0]


async def leave(place: Place, visitor: Visitor, path: str = "/exit") -> aiohttp.ClientResponse:
    async with visitor.http.post(place.origin + path, allow_redirects=False) as answer:
        await answer.read()
        return answer


async def test_one_press_ends_the_seat_clears_everything_and_opens_the_weather(place: Place) -> None:
    parent = await place.parent()
    seat = cookie(parent, "seat")
    answer = await leave(place, parent)
    assert answer.status == 303
    assert answer.headers["Location"] == "https://www.bbc.co.uk/weather"
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert "seat" not in parent.cookies
    assert not isinstance(await seats.parent(place.house, seat), Parent)


async def test_coming_back_takes_the_link_again_and_is_another_seat(place: Place) -> None:
    link = await place.invite()
    parent = await place.parent(link=link)
    before = await seats.parent(place.house, cookie(parent, "seat"))
    await leave(place, parent)
    assert (await parent.open("/session")).status == 403
    page = await parent.submit(await parent.open(link))
    assert page.path == "/ready", "name and agreement are not asked for again"
    after = await seats.parent(place.house, cookie(parent, "seat"))
    assert isinstance(before, Parent)
    assert isinstance(after, Parent)
    assert (before.member, before.seat) != (after.member, after.seat)
    assert before.member == after.member


async def test_a_page_being_left_ends_the_seat_unseen(place: Place) -> None:
    parent = await place.parent()
    seat = cookie(parent, "seat")
    answer = await leave(place, parent, "/exit/seat")
    assert answer.status == 204
    assert not isinstance(await seats.parent(place.house, seat), Parent)


@pytest.mark.parametrize("path", ["/exit", "/exit/seat"])
async def test_another_site_cannot_end_a_seat(place: Place, path: str) -> None:
    parent = await place.parent()
    parent.http.headers["Origin"] = "https://evil.example"
    await leave(place, parent, path)
    parent.http.headers["Origin"] = place.origin
    assert (await parent.open("/session")).status == 200


async def test_leaving_works_for_staff_and_for_nobody(place: Place) -> None:
    host = await place.staff(Role.FACILITATOR)
    staff = cookie(host, "staff")
    assert (await leave(place, host)).status == 303
    assert await auth.staff(place.house, staff) is None
    assert (await leave(place, place.visitor())).status == 303


async def test_leaving_works_while_the_database_is_down(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = await place.parent()

    def down() -> None:
        raise JournalDown

    monkeypatch.setattr(place.house.database, "reading", down)
    monkeypatch.setattr(place.house.database, "writing", down)
    answer = await leave(place, parent)
    assert answer.status == 303
    assert "seat" not in parent.cookies
    monkeypatch.undo()


async def test_the_way_out_is_on_every_page(place: Place) -> None:
    parent, admin = await place.parent(), await place.staff(Role.ADMIN)
    pages = [await place.visitor().open(path) for path in (*OPEN_TO_ALL, await place.invite("Pat"))]
    pages += [await parent.open(path) for path in ("/agreement", "/ready", "/session")]
    pages += [
        await admin.open(path) for path in ("/staff", "/staff/groups/new", f"/staff/groups/{place.group}")
    ]
    for page in pages:
        assert re.search(r'<form method="post" action="/exit"[^>]*><button[^>]*data-exit>', page.html), (
            page.path
        )
        assert page.path == "/helplines" or "/helplines" in page.html, page.path


async def test_the_helplines_have_every_number(place: Place) -> None:
    page = await place.visitor().open("/helplines")
    for _, _, link in HELPLINES:
        assert f'href="{link}"' in page.html
    for number in ("999", "55", "116 123", "85258", "111"):
        assert number in page.html
    assert "Set-Cookie" not in page.html
