"""An invite's life."""

import asyncio
from datetime import timedelta

import pytest
from argon2.profiles import CHEAPEST
from sqlalchemy import select
from yarl import URL

from moderation.model import MeetingId
from server import invites, seats
from server.auth import Role
from server.data.tables import invite as invite_table
from server.invites import UNUSED_FOR, USED_FOR, Pin, State
from server.passwords import Hasher
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
    fresh = page.html.split('id="link" value="')[1].split('"')[0]
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


async def with_pin(place: Place) -> tuple[str, str]:
    """A link that asks for a PIN, and the PIN."""
    pin = invites.new_pin()
    hashed = await Hasher(CHEAPEST).hash(pin)
    issued = await invites.issue(place.house, place.group, "Sam", place.admin, hashed)
    return f"/i/{issued.secret}", pin


def wrong(pin: str) -> str:
    return f"{(int(pin) + 1) % 10**6:06}"


async def test_a_link_with_a_pin_lets_in_whoever_knows_both(place: Place) -> None:
    link, pin = await with_pin(place)
    visitor = place.visitor()
    page = await visitor.open(link)
    assert "six numbers" in page.html
    for typed in ("", wrong(pin), "letters"):
        again = await visitor.submit(page, pin=typed)
        assert again.status == 422
        assert "seat" not in visitor.cookies
    assert (await visitor.submit(page, pin=f" {pin[:3]} {pin[3:]} ")).path == "/welcome"


async def test_five_wrong_pins_and_the_link_lets_nobody_in_but_who_is_in_stays(place: Place) -> None:
    link, pin = await with_pin(place)
    owner, thief = place.visitor(), place.visitor()
    await owner.submit(await owner.open(link), pin=pin)
    page = await thief.open(link)
    answers = [(await thief.submit(page, pin=wrong(pin))).status for _ in range(6)]
    assert answers == [422] * 5 + [410]
    assert (await thief.submit(page, pin=pin)).status == 410
    assert (await owner.open("/welcome")).status == 200
    (line,) = await invites.of_group(place.house, place.group)
    assert line.is_locked


async def test_many_guesses_at_once_are_no_more_than_five(place: Place) -> None:
    link, pin = await with_pin(place)
    guesses = [
        invites.redeem(place.house, link.removeprefix("/i/"), Hasher(CHEAPEST), wrong(pin)) for _ in range(20)
    ]
    answers = await asyncio.gather(*guesses)
    assert sorted(answer.value for answer in answers if isinstance(answer, Pin)) == sorted(
        [Pin.WRONG.value] * 5 + [Pin.USED_UP.value] * 15
    )


async def test_a_right_pin_forgives_the_wrong_ones_before_it(place: Place) -> None:
    link, pin = await with_pin(place)
    for _ in range(2):
        visitor = place.visitor()
        page = await visitor.open(link)
        for _ in range(4):
            await visitor.submit(page, pin=wrong(pin))
        assert (await visitor.submit(page, pin=pin)).status == 200


async def test_an_admin_is_shown_a_pin_once_and_it_is_kept_as_a_hash(place: Place) -> None:
    admin = await place.staff(Role.ADMIN)
    page = await admin.submit(
        await admin.open(f"/staff/groups/{place.group}/invites/new"), label="Sam", pin="yes"
    )
    pin = page.html.split('class="pin">')[1].split("<")[0]
    assert len(pin) == invites.PIN_DIGITS
    assert "data:image/svg+xml" in page.html
    async with place.house.database.reading() as connection:
        kept = (await connection.execute(select(invite_table.c.pin))).scalar_one()
    assert str(kept).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_a_calendars_entry_comes_only_on_request_and_says_nothing(place: Place) -> None:
    parent = await place.parent()
    async with parent.http.get(f"{place.origin}/session.ics") as answer:
        told, headers = await answer.text(), answer.headers
    assert headers["Content-Type"].startswith("text/calendar")
    assert headers["Cache-Control"] == "no-store"
    assert "SUMMARY:Session" in told
    assert "DTSTART:20260303T190000Z" in told
    for word in ("Tuesday group", "school", "parent", "hearth", "http", "127.0.0.1", "LOCATION", "Sam"):
        assert word.lower() not in told.lower(), word
    async with place.visitor().http.get(f"{place.origin}/session.ics") as answer:
        assert answer.status == 403


MAIL_FORM = {"label": "Sam", "email": "sam@example.net", "earliest": "09:00", "latest": "17:00"}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({}, "Ask them first"),
        ({"agreed": "yes", "latest": "08:00"}, "later than the first"),
        ({"agreed": "yes", "email": "nonsense"}, "such as sam@example.org"),
        ({"agreed": "yes", "earliest": "late"}, "such as 19:00"),
    ],
)
async def test_no_letter_is_made_without_where_when_and_a_yes(
    place_with_mail: Place, told: dict[str, str], says: str
) -> None:
    admin = await place_with_mail.staff(Role.ADMIN)
    page = await admin.open(f"/staff/groups/{place_with_mail.group}/invites/new")
    again = await admin.submit(page, **{**MAIL_FORM, **told})
    assert again.status == 422
    assert says in again.html
    assert await invites.of_group(place_with_mail.house, place_with_mail.group) == ()


async def test_a_letter_is_put_into_the_outbox_with_the_link_that_was_shown(place_with_mail: Place) -> None:
    place = place_with_mail
    admin = await place.staff(Role.ADMIN)
    page = await admin.open(f"/staff/groups/{place.group}/invites/new")
    issued = await admin.submit(page, **MAIL_FORM, agreed="yes")
    assert "Between 09:00 and 17:00" in issued.html
    assert "E-mail waiting" in (await admin.open(f"/staff/groups/{place.group}")).html
    (line,) = await invites.of_group(place.house, place.group)
    sure = await admin.open(f"/staff/invites/{line.invite}/reissue")
    assert "Send it by e-mail too" in sure.html
    again = await admin.submit(sure, by_mail="yes")
    assert "Between 09:00 and 17:00" in again.html


async def test_without_a_mail_server_nobody_is_offered_one(place: Place) -> None:
    admin = await place.staff(Role.ADMIN)
    assert "by e-mail" not in (await admin.open(f"/staff/groups/{place.group}/invites/new")).html
