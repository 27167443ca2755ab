"""Coming to work here: links instead of passwords, ways to sign in, and what is asked again."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select
from yarl import URL

from server import accounts, auth, factors
from server.accounts import GOOD_FOR
from server.auth import FRESH, Kind, Role
from server.crypto import digest
from server.data.tables import account, recovery_code, staff_invite
from server.doorkeeper import Browser, Doorkeeper, NotSignedIn, SignedIn
from server.passwords import Weak, weakness
from tests.server.conftest import PASSWORD, Place
from tools.platform import SignIn
from tools.visitor import Page, Visitor

HERE = Browser("192.0.2.1")
GOOD = "plum otter lantern"


async def link(place: Place, role: Role = Role.FACILITATOR, email: str = "kim@example.org") -> str:
    kind = Kind.WORKER if role is Role.FACILITATOR else None
    secret = await accounts.invite(place.house, place.area, role, kind, email, place.admin)
    return f"/staff/join/{secret}"


async def fill_in(place: Place, visitor: Visitor, path: str, **told: str) -> tuple[Page, SignIn]:
    """Open the link and send its form; `told` replaces what somebody careful writes."""
    page = await visitor.open(path)
    key = page.data["data-key"].replace(" ", "")
    app = pyotp.TOTP(key)
    written = {"name": "Kim", "password": GOOD, "code": app.at(place.clock.now()), **told}
    return await visitor.submit(page, **written), SignIn("facilitator", "kim@example.org", GOOD, key)


async def token(visitor: Visitor, path: str = "/staff/account") -> str:
    return (await visitor.open(path)).html.split('name="token" value="')[1].split('"')[0]


async def post(visitor: Visitor, path: str) -> Page:
    """Press a button that posts."""
    told = {"token": await token(visitor)}
    async with visitor.http.post(visitor.origin + path, data=told) as answer:
        return await visitor._read(answer)


@pytest.mark.parametrize(
    ("password", "is_weak"),
    [
        ("short", Weak.SHORT),
        ("x" * 201, Weak.LONG),
        ("password1234", Weak.COMMON),
        ("qwertyuiop12345", Weak.COMMON),
        ("manchester2026", Weak.COMMON),
        ("aaaaaaaaaaaaaaaa", Weak.COMMON),
        ("hearthsession", Weak.COMMON),
        ("kim@example.org", Weak.COMMON),
        (GOOD, None),
        ("vier Wörter ohne Sinn", None),
    ],
)
def test_a_password_is_long_and_not_one_that_everybody_tries(password: str, is_weak: Weak | None) -> None:
    assert weakness(password, ("kim@example.org", "Kim")) is is_weak


async def test_somebody_invited_chooses_a_password_and_an_app_and_is_in(place: Place) -> None:
    visitor = place.visitor()
    page, signs = await fill_in(place, visitor, await link(place))
    assert page.html.count("<code>") == factors.CODES
    assert "Hello Kim" in (await visitor.open("/staff")).html
    place.clock.advance(60)
    code = pyotp.TOTP(signs.totp).at(place.clock.now())
    found = await Doorkeeper(place.house).sign_in(signs.email, GOOD, code, HERE)
    assert isinstance(found, SignedIn)


async def test_opening_a_link_uses_nothing_up_and_using_it_does(place: Place) -> None:
    path = await link(place)
    for _ in range(2):
        assert (await place.visitor().open(path)).status == 200
    await fill_in(place, place.visitor(), path)
    assert (await place.visitor().open(path)).status == 410


async def test_the_code_that_set_the_app_up_does_not_sign_in(place: Place) -> None:
    _, signs = await fill_in(place, place.visitor(), await link(place))
    code = pyotp.TOTP(signs.totp).at(place.clock.now())
    assert await Doorkeeper(place.house).sign_in(signs.email, GOOD, code, HERE) is NotSignedIn.WRONG


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"password": "password1234"}, "easy to guess"),
        ({"password": "short"}, "at least 12"),
        ({"code": "000000"}, "not right"),
        ({"code": ""}, "Write the code"),
        ({"kept": "AAAA"}, "not right"),
        ({"kept": "é"}, "not right"),
        ({"name": ""}, "first name"),
    ],
)
async def test_what_is_wrong_is_said_and_the_link_stays_good(
    place: Place, told: dict[str, str], says: str
) -> None:
    path = await link(place)
    page, _ = await fill_in(place, place.visitor(), path, **told)
    assert page.status == 422
    assert says in page.html
    assert (await fill_in(place, place.visitor(), path))[0].status == 200


async def test_a_secret_sealed_for_one_link_is_no_good_for_another(place: Place) -> None:
    first, second = await link(place), await link(place, email="lou@example.org")
    kept = (await place.visitor().open(first)).form().filled["kept"]
    page, _ = await fill_in(place, place.visitor(), second, kept=kept)
    assert page.status == 422


async def test_links_end_by_age_and_by_an_admin(place: Place) -> None:
    path = await link(place)
    place.clock.advance(GOOD_FOR.total_seconds())
    assert (await place.visitor().open(path)).status == 410
    path = await link(place, email="lou@example.org")
    admin = await place.staff(Role.ADMIN)
    (waiting,) = await accounts.waiting(place.house, place.area)
    await post(admin, f"/staff/colleagues/links/{waiting.id}")
    assert (await place.visitor().open(path)).status == 410


async def test_links_and_recovery_codes_are_kept_as_hashes_and_addresses_sealed(place: Place) -> None:
    path = await link(place)
    page, _ = await fill_in(place, place.visitor(), path)
    code = page.html.split("<code>")[1].split("<")[0]
    async with place.house.database.reading() as connection:
        row = (await connection.execute(select(staff_invite))).one()
        codes = (await connection.execute(select(recovery_code.c.secret))).scalars().all()
    assert row.secret == digest(path.rpartition("/")[2])
    assert b"kim" not in row.email
    assert digest(factors.plain(code)) in codes


async def test_a_recovery_code_signs_in_once_and_only_with_the_password(place: Place) -> None:
    codes = factors.readable(await accounts.new_codes(place.house, place.admin))
    assert len(codes) == factors.CODES
    keeper = Doorkeeper(place.house)
    for password, code, works in (
        ("wrong", codes[0], False),
        (PASSWORD, codes[0].lower().replace("-", " "), True),
        (PASSWORD, codes[0], False),
        (PASSWORD, codes[1], True),
        (PASSWORD, "0" * 24, False),
    ):
        found = await keeper.sign_in("admin@example.org", password, code, HERE)
        assert isinstance(found, SignedIn) == works
    found = await keeper.sign_in("facilitator@example.org", PASSWORD, codes[2], HERE)
    assert found is NotSignedIn.WRONG, "another's code"


async def test_new_recovery_codes_end_the_old_ones(place: Place) -> None:
    (old, *_) = await accounts.new_codes(place.house, place.admin)
    admin = await place.staff(Role.ADMIN)
    page = await admin.submit(await admin.open("/staff/account/codes"))
    assert page.html.count("<code>") == factors.CODES
    keeper = Doorkeeper(place.house)
    assert await keeper.sign_in("admin@example.org", PASSWORD, old, HERE) is NotSignedIn.WRONG


WEIGHTY = (
    "/staff/account/password",
    "/staff/account/codes",
    "/staff/account/passkey",
    "/staff/colleagues/new",
    "/staff/colleagues/{host}/anew",
    "/staff/colleagues/{host}/close",
)


@pytest.mark.parametrize("path", WEIGHTY)
async def test_weighty_steps_ask_for_the_second_factor_again(place: Place, path: str) -> None:
    path = path.format(host=place.host)
    admin = await place.staff(Role.ADMIN)
    assert (await admin.open(path)).path == path, "a moment after signing in"
    place.clock.advance(FRESH.total_seconds())
    page = await admin.open(path)
    assert page.path == "/staff/prove"
    told = {"token": await token(admin)}
    async with admin.http.post(place.origin + path, data=told) as answer:
        assert str(answer.url).split("?")[0].endswith("/staff/prove"), "nor does it go by a post alone"
    wrong = await admin.submit(page, code="000000")
    assert wrong.status == 422
    again = await admin.submit(page, code=place.code())
    assert again.path == path


async def test_a_code_used_to_sign_in_does_not_prove_anything_again(place: Place) -> None:
    visitor = place.visitor()
    page = await visitor.open("/staff/sign-in")
    await visitor.submit(page, email="admin@example.org", password=PASSWORD, code=place.code())
    page = await visitor.open("/staff/prove?to=/staff/account")
    assert (await visitor.submit(page, code=place.code())).status == 422
    assert (await visitor.submit(page, code=place.code(1))).path == "/staff/account"


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/i/x", "/staff/../x", "/staff//x"])
async def test_proving_leads_to_our_own_pages_only(place: Place, to: str) -> None:
    admin = await place.staff(Role.ADMIN)
    page = await admin.submit(await admin.open("/staff/prove"), to=to, code=place.code())
    assert page.url == f"{place.origin}/staff"


async def test_a_new_password_needs_the_old_one_and_signs_other_devices_out(place: Place) -> None:
    elsewhere, admin = await place.staff(Role.ADMIN), await place.staff(Role.ADMIN)
    page = await admin.open("/staff/account/password")
    key = page.data["data-key"].replace(" ", "")
    told = {"password": GOOD, "code": pyotp.TOTP(key).at(place.clock.now())}
    wrong = await admin.submit(page, password_now="not it", **told)
    assert wrong.status == 422
    done = await admin.submit(page, password_now=PASSWORD, **told)
    assert done.html.count("<code>") == factors.CODES
    assert (await admin.open("/staff")).path == "/staff"
    assert (await elsewhere.open("/staff")).path == "/staff/sign-in"
    keeper = Doorkeeper(place.house)
    old = await keeper.sign_in("admin@example.org", PASSWORD, place.code(1), HERE)
    assert old is NotSignedIn.WRONG


async def test_devices_are_listed_and_can_be_signed_out_one_by_one_and_all(place: Place) -> None:
    phone, laptop, other = [await place.staff(Role.ADMIN) for _ in range(3)]
    page = await laptop.open("/staff/account")
    assert page.html.count("Firefox on Linux") == 3
    assert "This one" in page.html
    here = await auth.staff(place.house, phone.cookies.split("staff=")[1].split(";")[0])
    assert here is not None
    await post(laptop, f"/staff/account/devices/{here.session}")
    assert (await phone.open("/staff")).path == "/staff/sign-in"
    assert (await other.open("/staff")).path == "/staff"
    await post(laptop, "/staff/account/devices")
    for one in (laptop, other):
        assert (await one.open("/staff")).path == "/staff/sign-in"


async def test_nobody_signs_anybody_else_out(place: Place) -> None:
    host, admin = await place.staff(Role.FACILITATOR), await place.staff(Role.ADMIN)
    here = await auth.staff(place.house, host.cookies.split("staff=")[1].split(";")[0])
    assert here is not None
    await post(admin, f"/staff/account/devices/{here.session}")
    assert (await host.open("/staff")).path == "/staff"


async def test_a_closed_account_is_out_at_once_and_stays_out(place: Place) -> None:
    host, admin = await place.staff(Role.FACILITATOR), await place.staff(Role.ADMIN)
    assert "Jo" in (await admin.open("/staff/groups/new")).text
    await admin.submit(await admin.open(f"/staff/colleagues/{place.host}/close"))
    assert (await host.open("/staff")).path == "/staff/sign-in"
    keeper = Doorkeeper(place.house)
    found = await keeper.sign_in("facilitator@example.org", PASSWORD, place.code(), HERE)
    assert found is NotSignedIn.WRONG
    assert "Jo" not in (await admin.open("/staff/groups/new")).text


async def test_nobody_closes_their_own_account(place: Place) -> None:
    admin = await place.staff(Role.ADMIN)
    assert (await admin.open(f"/staff/colleagues/{place.admin}/close")).status == 403


async def test_starting_anew_ends_every_old_way_in(place: Place) -> None:
    host, admin = await place.staff(Role.FACILITATOR), await place.staff(Role.ADMIN)
    page = await admin.submit(await admin.open(f"/staff/colleagues/{place.host}/anew"))
    path = URL(page.html.split('id="link" value="')[1].split('"')[0]).path
    assert (await host.open("/staff")).path == "/staff", "a link alone changes nothing"
    visitor = place.visitor()
    page, _ = await fill_in(place, visitor, path)
    assert page.status == 200
    assert (await host.open("/staff")).path == "/staff/sign-in"
    assert "Hello Jo" in (await visitor.open("/staff")).html, "the name stays"
    keeper = Doorkeeper(place.house)
    place.clock.advance(60)
    old = await keeper.sign_in("facilitator@example.org", PASSWORD, place.code(), HERE)
    assert old is NotSignedIn.WRONG


@pytest.mark.parametrize("path", ["/staff/colleagues", "/staff/colleagues/new"])
async def test_only_admins_see_colleagues(place: Place, path: str) -> None:
    host = await place.staff(Role.FACILITATOR)
    assert (await host.open(path)).status == 403


async def test_an_admin_invites_on_a_page_and_is_told_what_is_wrong(place: Place) -> None:
    admin = await place.staff(Role.ADMIN)
    page = await admin.open("/staff/colleagues/new")
    for told, says in (
        ({"email": "nonsense", "role": "worker"}, "such as jo@example.org"),
        ({"email": "facilitator@example.org", "role": "worker"}, "already"),
        ({"email": "new@example.org", "role": "king"}, "Choose what they do"),
    ):
        assert says in (await admin.submit(page, **told)).html
    made = await admin.submit(page, email="new@example.org", role="admin")
    assert "/staff/join/" in made.html
    assert "new@example.org" in (await admin.open("/staff/colleagues")).html


async def test_an_old_sessions_cookie_is_worth_nothing_after_its_end(place: Place) -> None:
    admin = await place.staff(Role.ADMIN)
    cookie = admin.cookies.split("staff=")[1].split(";")[0]
    place.clock.advance(timedelta(days=1).total_seconds())
    assert await auth.staff(place.house, cookie) is None
    async with place.house.database.reading() as connection:
        assert (await connection.execute(select(account.c.id))).all()


async def test_the_demos_links_exist_in_the_demo_only(place: Place) -> None:
    page = await place.visitor().open("/demo/" + "A" * 43 + "/admin")
    assert page.status == 404
