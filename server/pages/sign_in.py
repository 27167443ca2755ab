"""Signing in, and showing once more that it is still the same person."""

import hmac
import re
from http import HTTPStatus

from aiohttp import web

from server import auth, cookies, demo, passkeys
from server.doorkeeper import NotSignedIn, SignedIn
from server.entry import Entry, entry
from server.forms import Typed
from server.pages import leaving
from server.pages.context import DOORKEEPER, HERE_STAFF, POSTED, house
from server.pages.guard import TO
from server.pages.render import go, page
from server.pages.ways import LONGEST_CODE, LONGEST_EMAIL, browser, let_in, on_to, options, sent, sorry
from server.passkeys import Purpose
from server.passwords import LONGEST
from server.words import words

HOME = "/staff"
_OUR_PAGES = re.compile(r"/staff(/[A-Za-z0-9_-]+)*")


@entry(Entry.PUBLIC)
async def sign_in(request: web.Request) -> web.StreamResponse:
    """GET /staff/sign-in."""
    at = house(request)
    if await auth.staff(at, cookies.read(request, at.config, cookies.STAFF)) is not None:
        return go(HOME)
    return page(request, "sign_in.html", email="", errors={})


@entry(Entry.PUBLIC)
async def try_sign_in(request: web.Request) -> web.StreamResponse:
    """POST /staff/sign-in: a new session each time. One browser is one person: whoever was here leaves."""
    form, say = Typed(request[POSTED]), words.account
    email = form.text(
        "email", LONGEST_EMAIL, missing=say.email_missing, wrong=say.sign_in_wrong, is_right=bool
    )
    password, code = form.raw("password"), form.raw("code")
    if not password:
        form.errors["password"] = say.password_missing
    if not code:
        form.errors["code"] = say.code_missing
    if len(password) > LONGEST or len(code) > LONGEST_CODE:
        form.errors["email"] = say.sign_in_wrong
    if form.errors:
        return _again(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    found = await request.app[DOORKEEPER].sign_in(email, password, code, browser(request))
    match found:
        case SignedIn():
            return await _welcome(request, found)
        case NotSignedIn.TOO_MANY:
            form.errors["email"] = say.too_many
            return _again(request, form, HTTPStatus.TOO_MANY_REQUESTS)
        case NotSignedIn.WRONG:
            form.errors["email"] = say.sign_in_wrong
            return _again(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)


@entry(Entry.PUBLIC, json=True)
async def ask_passkey(request: web.Request) -> web.StreamResponse:
    """POST /staff/sign-in/passkey/ask: what a passkey is to sign."""
    sent(request)
    if not await request.app[DOORKEEPER].may_ask(browser(request)):
        return sorry(words.account.too_many, HTTPStatus.TOO_MANY_REQUESTS)
    return options(await passkeys.ask_to_sign(house(request), Purpose.SIGN_IN))


@entry(Entry.PUBLIC, json=True)
async def sign_in_by_passkey(request: web.Request) -> web.StreamResponse:
    """POST /staff/sign-in/passkey: what it has signed."""
    found = await request.app[DOORKEEPER].sign_in_by_passkey(sent(request), browser(request))
    match found:
        case SignedIn():
            await _whoever_was_here_leaves(request)
            answer = on_to(HOME)
            let_in(request, answer, found)
            return answer
        case NotSignedIn.TOO_MANY:
            return sorry(words.account.too_many, HTTPStatus.TOO_MANY_REQUESTS)
        case NotSignedIn.WRONG:
            return sorry(words.account.passkey_failed)


@entry(Entry.STAFF)
async def prove(request: web.Request) -> web.StreamResponse:
    """GET and POST /staff/prove: the second factor again, and on to the page that asked for it."""
    here = request[HERE_STAFF]
    if request.method != "POST":
        return page(request, "prove.html", to=_to(request.query.get(TO, "")), errors={})
    form = Typed(request[POSTED])
    to, code = _to(form.raw(TO)), form.raw("code")
    if 0 < len(code) <= LONGEST_CODE and await request.app[DOORKEEPER].prove(here, code):
        return go(to)
    errors = {"code": words.account.prove_wrong if code else words.account.code_missing}
    return page(request, "prove.html", HTTPStatus.UNPROCESSABLE_ENTITY, to=to, errors=errors)


@entry(Entry.STAFF, json=True)
async def ask_prove(request: web.Request) -> web.StreamResponse:
    """POST /staff/prove/passkey/ask."""
    sent(request)
    if not await request.app[DOORKEEPER].may_ask(browser(request)):
        return sorry(words.account.too_many, HTTPStatus.TOO_MANY_REQUESTS)
    here = request[HERE_STAFF]
    return options(await passkeys.ask_to_sign(house(request), Purpose.PROVE, here.account))


@entry(Entry.STAFF, json=True)
async def prove_by_passkey(request: web.Request) -> web.StreamResponse:
    """POST /staff/prove/passkey."""
    told = sent(request)
    if await request.app[DOORKEEPER].prove_by_passkey(request[HERE_STAFF], told):
        return on_to(_to(str(told.get(TO, ""))))
    return sorry(words.account.passkey_failed)


@entry(Entry.PUBLIC)
async def try_the_demo(request: web.Request) -> web.StreamResponse:
    """GET /demo/{secret}/{role}: in the demo alone, its people sign in by a link that it prints."""
    at, role = house(request), auth.Role(request.match_info["role"])
    told = request.match_info["secret"]
    found = None
    if at.config.demo and hmac.compare_digest(told.encode(), at.config.demo.encode()):
        found = await demo.cookie(at, role)
    if found is None:
        raise web.HTTPNotFound
    return await _welcome(request, SignedIn(found, ""))


async def _welcome(request: web.Request, signed: SignedIn) -> web.Response:
    await _whoever_was_here_leaves(request)
    answer = go(HOME)
    let_in(request, answer, signed)
    return answer


async def _whoever_was_here_leaves(request: web.Request) -> None:
    await leaving.end_seat(request)
    await leaving.end_staff(request, quick=False)


def _again(request: web.Request, form: Typed, status: HTTPStatus) -> web.Response:
    return page(request, "sign_in.html", status, email=form.raw("email"), errors=form.errors)


def _to(told: str) -> str:
    """A page of ours to go on to, whatever was asked for."""
    return told if _OUR_PAGES.fullmatch(told) else HOME
