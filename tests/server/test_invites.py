"""An invite's life."""

from datetime import timedelta

import pytest
from yarl import URL

from moderation.model import MeetingId
from server import invites, seats
from server.auth import Role
from server.invites import UNUSED_FOR, USED_FOR, State
from server.seats import Parent, SqlSeats
from signalling.meeting.ports import SeatHolder, SeatRefusal
from tests.server.conftest import Place
from tools.visitor import Visitor


async def state(place: Place) -> State:
    (line,) = await invites.of_group(place.house, place.group)
    return line.state


async def seat_of(visitor: Visitor, place: Place) -> SeatHolder | SeatRefusal:
    jar = visitor.http.cookie_jar.filter_cookies(URL(place.origin))
    cookies = {name: morsel.value for name, morsel in jar.items()}
    return await SqlSeats(place.house).holder(cookies, MeetingId(place.meeting))


async def test_issued_opened_used(place: Place) -> None:
    link = await place.invite()
    assert await state(place) is State.ISSUED
    visitor = place.visitor()
    page = await visitor.open(link)
    assert await state(place) is State.OPENED
    await visitor.submit(page)
    assert await state(place) is State.USED


@pytest.mark.parametrize(
    ("method", "headers"), [("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch"})], ids=["HEAD", "prefetch"]
)
async def test_a_glance_at_the_link_is_not_opening_it(
    place: Place, method: str, headers: dict[str, str]
) -> None:
    link = await place.invite()
    async with place.visitor().http.request(method, place.origin + link, headers=headers) as answer:
        assert answer.status == 200
    assert await state(place) is State.ISSUED


async def test_opening_uses_nothing_up(place: Place) -> None:
    link = await place.invite()
    for _ in range(3):
        scanner = place.visitor()
        assert (await scanner.open(link)).status == 200
        assert "seat" not in scanner.cookies
    page = await (visitor := place.visitor()).open(link)
    assert (await visitor.submit(page)).path == "/welcome"


async def test_an_unused_link_expires(place: Place) -> None:
    link = await place.invite()
    place.clock.advance(UNUSED_FOR.total_seconds())
    assert await state(place) is State.EXPIRED
    page = await place.visitor().open(link)
    assert page.status == 410
    assert "too old" in page.html


async def test_a_used_link_lasts_for_the_cycle_and_its_seat_with_it(place: Place) -> None:
    link = await place.invite()
    parent = await place.parent(link=link)
    place.clock.advance((USED_FOR - timedelta(days=1)).total_seconds())
    assert isinstance(await seat_of(parent, place), SeatHolder)
    place.clock.advance(timedelta(days=2).total_seconds())
    assert await seat_of(parent, place) is SeatRefusal.SEAT_ENDED
    assert (await parent.open(link)).status == 410


async def test_a_link_that_never_was(place: Place) -> None:
    for secret in ("A" * 43, "x" * 10, "../../etc/passwd", "%00" * 5, "é" * 43):
        page = await place.visitor().open(f"/i/{secret}")
        assert page.status == 404


async def test_a_second_device_gets_a_seat_of_its_own(place: Place) -> None:
    link = await place.invite()
    phone, tablet = await place.parent(link=link), place.visitor()
    page = await tablet.submit(await tablet.open(link))
    assert page.path == "/ready", "what the person has done is not asked again"
    first, second = await seat_of(phone, place), await seat_of(tablet, place)
    assert isinstance(first, SeatHolder)
    assert isinstance(second, SeatHolder)
    assert first.person == second.person
    assert first.seat != second.seat


async def test_pressing_the_button_twice_gives_one_seat(place: Place) -> None:
    link = await place.invite()
    visitor = place.visitor()
    page = await visitor.open(link)
    await visitor.submit(page)
    first = visitor.cookies
    page.forms[1].filled["token"] = (await visitor.open("/welcome")).form().filled["token"]
    assert (await visitor.submit(page)).path == "/welcome"
    assert visitor.cookies == first


async def test_revoking_ends_the_link_and_every_seat(place: Place) -> None:
    link = await place.invite()
    phone, tablet = await place.parent(link=link), place.visitor()
    await tablet.submit(await tablet.open(link))
    admin = await place.staff(Role.ADMIN)
    (line,) = await invites.of_group(place.house, place.group)
    sure = await admin.open(f"/staff/invites/{line.invite}/revoke")
    assert await state(place) is State.USED, "asking is not doing"
    assert (await admin.submit(sure)).path == f"/staff/groups/{place.group}"
    assert await state(place) is State.REVOKED
    for device in (phone, tablet):
        assert await seat_of(device, place) is SeatRefusal.SEAT_ENDED
        assert (await device.open("/session")).status == 403
        assert "was stopped" in (await device.open(link)).html


async def test_a_new_link_kills_the_old_one_and_is_the_same_person(place: Place) -> None:
    link = await place.invite()
    phone = await place.parent(link=link)
    before = await seat_of(phone, place)
    admin = await place.staff(Role.ADMIN)
    (line,) = await invites.of_group(place.house, place.group)
    page = await admin.submit(await admin.open(f"/staff/invites/{line.invite}/reissue"))
    fresh = page.html.split('value="')[-1].split('"')[0]
    assert "/i/" in fresh
    assert await seat_of(phone, place) is SeatRefusal.SEAT_ENDED
    assert (await phone.open(link)).status == 410
    again = await phone.submit(await phone.open(fresh))
    assert again.path == "/ready"
    after = await seat_of(phone, place)
    assert isinstance(before, SeatHolder)
    assert isinstance(after, SeatHolder)
    assert before.person == after.person
    assert before.seat != after.seat


async def test_another_areas_invites_do_not_exist(place: Place) -> None:
    await place.invite()
    (line,) = await invites.of_group(place.house, place.group)
    assert await invites.revoke(place.house, line.invite, "0" * 24) is None
    assert await invites.reissue(place.house, line.invite, "0" * 24, place.admin) is None
    assert await invites.line(place.house, line.invite, "0" * 24) is None
    assert await state(place) is State.ISSUED


async def test_one_browser_is_one_person(place: Place) -> None:
    host = await place.staff(Role.FACILITATOR)
    link = await place.invite()
    page = await host.submit(await host.open(link))
    assert page.path == "/welcome"
    assert (await host.open("/staff")).path == "/staff/sign-in"
    other = await place.invite("Pat")
    before = host.cookies
    await host.submit(await host.open(other))
    assert host.cookies != before
    old_seat = before.split("seat=")[1].split(";")[0]
    assert not isinstance(await seats.parent(place.house, old_seat), Parent)
