"""Signing in, and staying in."""

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError
from argon2.profiles import CHEAPEST
from sqlalchemy import select
from yarl import URL

from server import auth, security
from server.auth import ABSOLUTE, IDLE, Doorkeeper, EmailTaken, NotSignedIn, Role
from server.crypto import digest
from server.data.tables import account, staff_session
from tests.server.conftest import PASSWORD, Place

HERE = "192.0.2.1"


async def test_an_account_that_exists_and_one_that_does_not_answer_alike(place: Place) -> None:
    visitor = place.visitor()
    page = await visitor.open("/staff/sign-in")
    known = await visitor.submit(page, email="admin@example.org", password="wrong")
    unknown = await visitor.submit(page, email="nobody@example.org", password="wrong")
    assert known.status == unknown.status == 422
    assert (
        known.html.replace("admin@", "?").split("<main")[1].split("token")[0]
        == unknown.html.replace("nobody@", "?").split("<main")[1].split("token")[0]
    )


async def test_an_unknown_account_is_checked_against_a_hash_as_costly_as_a_known_ones(place: Place) -> None:
    async with place.house.database.reading() as connection:
        stored = (await connection.execute(select(account.c.password))).scalars().first()
    decoy = Doorkeeper(place.house)._decoy
    assert stored is not None
    assert extract_parameters(decoy) == extract_parameters(stored)
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(decoy, PASSWORD)


async def test_an_address_is_compared_without_case_and_space(place: Place) -> None:
    keeper = Doorkeeper(place.house)
    assert isinstance(await keeper.sign_in(" Admin@Example.ORG ", PASSWORD, HERE), str)


async def test_a_guesser_gets_few_tries_at_one_account_and_its_owner_is_not_locked_out(place: Place) -> None:
    keeper = Doorkeeper(place.house)
    guesses = [await keeper.sign_in("admin@example.org", "x", HERE) for _ in range(8)]
    assert set(guesses) == {NotSignedIn.WRONG}
    assert await keeper.sign_in("admin@example.org", PASSWORD, HERE) is NotSignedIn.TOO_MANY
    assert isinstance(await keeper.sign_in("admin@example.org", PASSWORD, "192.0.2.9"), str)


async def test_many_guessers_at_one_account_end_too(place: Place) -> None:
    keeper = Doorkeeper(place.house, CHEAPEST)
    guesses = [await keeper.sign_in("nobody@example.org", "x", f"192.0.2.{n}") for n in range(40)]
    assert set(guesses) == {NotSignedIn.WRONG}
    assert await keeper.sign_in("nobody@example.org", "x", "192.0.2.99") is NotSignedIn.TOO_MANY


async def test_guessing_from_one_address_ends_whatever_the_account(place: Place) -> None:
    keeper = Doorkeeper(place.house, CHEAPEST)
    for number in range(40):
        assert await keeper.sign_in(f"{number}@example.org", "x", HERE) is NotSignedIn.WRONG
    assert await keeper.sign_in("admin@example.org", PASSWORD, HERE) is NotSignedIn.TOO_MANY


async def test_too_many_tries_are_said_kindly(place: Place) -> None:
    visitor = place.visitor()
    page = await visitor.open("/staff/sign-in")
    for _ in range(8):
        await visitor.submit(page, email="admin@example.org", password="x")
    refused = await visitor.submit(page, email="admin@example.org", password=PASSWORD)
    assert refused.status == 429
    assert "Wait 15 minutes" in refused.html


async def test_signing_in_changes_the_session(place: Place) -> None:
    visitor = await place.staff(Role.ADMIN)
    first = visitor.cookies.split("staff=")[1]
    again = place.visitor()
    page = await again.open("/staff/sign-in")
    again.http.cookie_jar.update_cookies({"staff": first}, response_url=URL(place.origin))
    token = security.make_token(place.house.keys, first)
    page = await again.submit(page, token=token, email="admin@example.org", password=PASSWORD)
    assert page.path == "/staff"
    assert first not in again.cookies
    assert (await visitor.open("/staff")).path == "/staff/sign-in", "the session before it is over"


async def test_a_session_planted_before_signing_in_is_worth_nothing(place: Place) -> None:
    visitor = place.visitor()
    visitor.http.cookie_jar.update_cookies({"staff": "planted"}, response_url=URL(place.origin))
    page = await visitor.open("/staff/sign-in")
    page = await visitor.submit(page, email="admin@example.org", password=PASSWORD)
    assert page.path == "/staff"
    assert "planted" not in visitor.cookies
    assert await auth.staff(place.house, "planted") is None


async def test_signing_out_ends_the_session_on_the_server(place: Place) -> None:
    visitor = await place.staff(Role.ADMIN)
    cookie = visitor.cookies.split("staff=")[1]
    page = await visitor.open("/staff")
    token = page.html.split('name="token" value="')[1].split('"')[0]
    async with visitor.http.post(f"{place.origin}/staff/sign-out", data={"token": token}) as answer:
        assert str(answer.url).endswith("/staff/sign-in")
    assert await auth.staff(place.house, cookie) is None


async def test_an_idle_session_ends(place: Place) -> None:
    visitor = await place.staff(Role.ADMIN)
    place.clock.advance(IDLE.total_seconds() - 1)
    assert (await visitor.open("/staff")).path == "/staff"
    place.clock.advance(IDLE.total_seconds() - 1)
    assert (await visitor.open("/staff")).path == "/staff"
    place.clock.advance(IDLE.total_seconds() + 1)
    assert (await visitor.open("/staff")).path == "/staff/sign-in"


async def test_no_session_lasts_longer_than_a_day_at_work(place: Place) -> None:
    visitor = await place.staff(Role.ADMIN)
    for _ in range(12):
        assert (await visitor.open("/staff")).path == "/staff"
        place.clock.advance(ABSOLUTE.total_seconds() / 12)
    assert (await visitor.open("/staff")).path == "/staff/sign-in"


async def test_passwords_and_cookies_are_stored_as_hashes(place: Place) -> None:
    visitor = await place.staff(Role.ADMIN)
    cookie = visitor.cookies.split("staff=")[1]
    async with place.house.database.reading() as connection:
        hashes = (await connection.execute(select(account.c.password))).scalars().all()
        kept = (await connection.execute(select(staff_session.c.secret))).scalar_one()
    assert all(one.startswith("$argon2id$v=19$m=65536,t=3,p=4$") for one in hashes)
    assert kept == digest(cookie)


async def test_one_account_an_address(place: Place) -> None:
    with pytest.raises(EmailTaken):
        await auth.create_account(
            place.house, place.area, Role.ADMIN, "ADMIN@example.org", "Eve", "a long password"
        )
