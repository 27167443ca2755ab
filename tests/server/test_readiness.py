"""The readiness check for anybody: a pass for a few minutes, counted, that opens nothing else."""

import pytest

from server import readiness
from server.cookies import TRIAL
from server.readiness import Trials
from server.seats import SqlSeats
from signalling.meeting.ports import SeatRefusal
from tests.server.conftest import Place
from tools.visitor import Visitor


def shown(visitor: Visitor) -> dict[str, str]:
    return dict(part.split("=", 1) for part in visitor.cookies.split("; ") if part)


async def test_anybody_may_check_their_phone_after_pressing_a_button(place: Place) -> None:
    visitor = place.visitor()
    page = await visitor.open("/check")
    assert "Check my phone" in page.html
    assert 'id="check"' not in page.html
    assert await SqlSeats(place.house).check_seat(shown(visitor)) is SeatRefusal.NO_SEAT
    page = await visitor.submit(page)
    assert page.path == "/check"
    assert 'id="check"' in page.html
    assert "data-post" not in page.html, "there is nobody to tell"
    seat = await SqlSeats(place.house).check_seat(shown(visitor))
    assert isinstance(seat, str)
    assert seat.startswith("trial-")


async def test_the_pass_opens_the_check_and_nothing_else(place: Place) -> None:
    visitor = place.visitor()
    await visitor.submit(await visitor.open("/check"))
    assert (await visitor.open("/session")).status == 403
    holder = await SqlSeats(place.house).holder(shown(visitor), place.meeting)  # type: ignore[arg-type]
    assert holder is SeatRefusal.NO_SEAT


async def test_the_pass_ends_after_some_minutes(place: Place) -> None:
    visitor = place.visitor()
    await visitor.submit(await visitor.open("/check"))
    place.clock.advance(readiness.PASS_LASTS.total_seconds())
    assert await SqlSeats(place.house).check_seat(shown(visitor)) is SeatRefusal.NO_SEAT


async def test_a_parents_own_seat_comes_first(place: Place) -> None:
    parent = await place.parent()
    await parent.submit(await parent.open("/check"))
    seat = await SqlSeats(place.house).check_seat(shown(parent))
    assert isinstance(seat, str)
    assert not seat.startswith("trial-")


@pytest.mark.parametrize("forged", ["", ".", "..", "a.1.b", "é.9.\udce9", "0" * 5000])
def test_a_pass_that_we_did_not_make_opens_nothing(place: Place, forged: str) -> None:
    assert readiness.trial(place.house, forged) is None


async def test_a_pass_cannot_be_made_to_last_longer(place: Place) -> None:
    given = await Trials(place.house).begin("192.0.2.1")
    assert given is not None
    name, until, mark = given.split(".")
    assert readiness.trial(place.house, given) == f"trial-{name}"
    assert readiness.trial(place.house, f"{name}.{int(until) + 1}.{mark}") is None


async def test_one_address_gets_a_few_tries_and_everybody_together_more(place: Place) -> None:
    trials = Trials(place.house)
    few = [await trials.begin("192.0.2.1") for _ in range(7)]
    assert [given is not None for given in few] == [True] * 6 + [False]
    many = [await trials.begin(f"192.0.2.{n}") for n in range(2, 60)]
    assert sum(given is not None for given in many) == 54


async def test_whoever_is_refused_is_told_when_to_come_back(place: Place) -> None:
    visitor = place.visitor()
    for _ in range(6):
        visitor.http.cookie_jar.clear()
        await visitor.submit(await visitor.open("/check"))
    visitor.http.cookie_jar.clear()
    page = await visitor.submit(await visitor.open("/check"))
    assert page.status == 429
    assert "Try again in ten minutes" in page.html
    assert TRIAL not in shown(visitor)
