"""Signing in."""

from http import HTTPStatus

from aiohttp import web

from server import auth, cookies
from server.auth import LONGEST_PASSWORD, NotSignedIn
from server.entry import Entry, entry
from server.forms import Typed
from server.pages import leaving
from server.pages.context import DOORKEEPER, POSTED, house
from server.pages.render import go, page
from server.security import client_address
from server.words import words

HOME = "/staff"
LONGEST_EMAIL = 254


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
    at, form, say = house(request), Typed(request[POSTED]), words.staff
    email = form.text(
        "email", LONGEST_EMAIL, missing=say.sign_in_email_missing, wrong=say.sign_in_wrong, is_right=bool
    )
    password = form.raw("password")
    if not password:
        form.errors["password"] = say.sign_in_password_missing
    elif len(password) > LONGEST_PASSWORD:
        form.errors["password"] = say.sign_in_wrong
    if form.errors:
        return _again(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    cookie = await request.app[DOORKEEPER].sign_in(email, password, client_address(request, at.config))
    match cookie:
        case NotSignedIn.TOO_MANY:
            form.errors["email"] = say.sign_in_too_many
            return _again(request, form, HTTPStatus.TOO_MANY_REQUESTS)
        case NotSignedIn.WRONG:
            form.errors["email"] = say.sign_in_wrong
            return _again(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        case str():
            pass
    await leaving.end_seat(request)
    await leaving.end_staff(request, quick=False)
    answer = go(HOME)
    cookies.give(answer, at.config, cookies.STAFF, cookie)
    cookies.take(answer, at.config, cookies.SEAT)
    cookies.take(answer, at.config, cookies.VISIT)
    return answer


def _again(request: web.Request, form: Typed, status: HTTPStatus) -> web.Response:
    return page(request, "sign_in.html", status, email=form.raw("email"), errors=form.errors)
