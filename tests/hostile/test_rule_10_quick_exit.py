"""The quick exit ends the seat and its media; coming back takes the link again, and a fresh admission."""

import asyncio

import pytest
from yarl import URL

from tests.hostile.doors import events_say, gate_says
from tests.hostile.people import Person
from tests.hostile.premises import Evening
from tests.peers import Peer
from tests.reels import tone

NEUTRAL = "https://www.bbc.co.uk/weather"


async def _by_form(person: Person) -> None:
    async with person.http.post(f"{person.origin}/exit", allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == NEUTRAL
        _clears(answer.headers["Clear-Site-Data"])


async def _by_beacon(person: Person) -> None:
    async with person.http.post(f"{person.origin}/exit/seat", data=b"") as answer:
        assert answer.status < 300
        assert await answer.read() == b""


def _clears(header: str) -> None:
    for part in ('"cache"', '"cookies"', '"storage"'):
        assert part in header


async def _in_the_room(evening: Evening) -> tuple[Person, Peer, Person, Peer]:
    host, host_media = await evening.host()
    (asha,) = await evening.admitted(host, "Asha")
    media = await asha.joins()
    await media.publish(tone())
    await host_media.hears(media.sid, "audio")
    return host, host_media, asha, media


@pytest.mark.parametrize("leave", [_by_form, _by_beacon], ids=["form", "beacon"])
async def test_an_exit_ends_the_seat_and_everything_on_it(tonight: Evening, leave: object) -> None:
    assert callable(leave)
    link = tonight.links[0]
    host, host_media, asha, media = await _in_the_room(tonight)
    cookies, seat = asha.cookies, asha.seat
    await leave(asha)
    left = asyncio.get_running_loop().time()
    assert "seat" not in asha.cookies
    assert await asha.wire.ended(2)
    await host.sees(lambda view: seat not in {one["seat"] for one in view["people"]})
    await asyncio.sleep(0.5)
    assert host_media.last_from(media.sid) <= left + 0.3
    assert await media.ended()

    kept = tonight.stranger()
    kept.steal(cookies)
    assert await gate_says(kept.media()) == "seat_ended"
    assert await events_say(kept) == "seat_ended"
    page = await kept.visitor.open("/session")
    assert "data-meeting" not in page.data

    again = await tonight.waiting("Asha", link)
    assert again.seat != seat
    assert await gate_says(again.media()) == "not_admitted"


async def test_the_others_see_only_that_someone_left(tonight: Evening) -> None:
    host, _, asha, _ = await _in_the_room(tonight)
    ben, carys = await tonight.admitted(host, "Ben", "Carys")
    await ben.sees(lambda view: len(view["people"]) == 4)
    for leave in (_by_beacon, _quietly):
        before = len(ben.wire.frames)
        await leave(asha if leave is _by_beacon else carys)
        gone = (asha if leave is _by_beacon else carys).seat
        await ben.sees(lambda view, gone=gone: gone not in {one["seat"] for one in view["people"]})  # type: ignore[misc]
        told = "\n".join(ben.wire.frames[before:])
        for word in ("quick", "exit", "left"):
            assert word not in told


async def _quietly(person: Person) -> None:
    await person.must("leave")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://localhost"])
async def test_no_other_site_ends_a_seat(tonight: Evening, origin: str) -> None:
    _, host_media, asha, media = await _in_the_room(tonight)
    foreign = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
    async with asha.http.post(f"{asha.origin}/exit/seat", headers=foreign) as answer:
        assert answer.status == 403
    async with asha.http.post(f"{asha.origin}/exit", headers=foreign, allow_redirects=False) as answer:
        assert answer.status == 303
        assert "Set-Cookie" not in answer.headers
    async with asha.http.get(f"{asha.origin}/exit", allow_redirects=False) as answer:
        assert answer.status == 405
    assert asha.wire.is_open
    assert media.is_connected
    await host_media.hears(media.sid, "audio")


async def test_leaving_works_for_whoever_has_no_seat_and_no_script(tonight: Evening) -> None:
    await _by_form(tonight.stranger())
    await _by_beacon(tonight.stranger())
    nobody = tonight.stranger()
    nobody.http.cookie_jar.update_cookies({"seat": "made up", "staff": "made up"}, URL(nobody.origin))
    await _by_form(nobody)


async def test_a_host_who_leaves_quickly_leaves_the_room_unattended(tonight: Evening) -> None:
    host, _, asha, media = await _in_the_room(tonight)
    await _by_beacon(host)
    tonight.premises.signed_in.clear()
    await asha.sees(lambda view: view["phase"] == "unattended")
    await media.hears_nothing(0.5)
    assert await gate_says(host.media()) == "no_seat"


async def test_a_waiting_persons_exit_is_out_of_the_waiting_room(tonight: Evening) -> None:
    host, _ = await tonight.host()
    asha = await tonight.waiting("Asha")
    await host.sees(lambda view: len(view["waiting"]) == 1)
    await _by_form(asha)
    await host.sees(lambda view: not view["waiting"])
