"""What the pages that set up a way to sign in share: a new password, and a new authenticator app.

The app's secret is not kept anywhere until its owner has shown a code of it: meanwhile the form carries it,
sealed for whoever it was made for.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import segno
from aiohttp import hdrs, web

from moderation.model import SeatId
from server import cookies, devices, factors, passwords
from server.accounts import Ways
from server.crypto import Place, Unreadable
from server.doorkeeper import Browser, SignedIn
from server.forms import Typed
from server.house import House
from server.pages.context import ROOMS, SENT, house
from server.pages.guard import Refused
from server.passwords import Weak
from server.security import client_address
from server.words import words

LONGEST_EMAIL = 254
LONGEST_CODE = 60
_QUIET_ZONE = 4  # modules of white around a QR code


@dataclass(frozen=True)
class App:
    """A new authenticator app as a page shows it. `kept` is the secret, sealed for the form."""

    kept: str
    key: str
    picture: str


def new_app(at: House, holder: str, email: str, secret: str | None = None) -> App:
    """A secret for whoever `holder` is: an invitation, or a session."""
    secret = secret or factors.new_secret()
    sealed = base64.urlsafe_b64encode(at.keys.seal(secret, _place(holder))).decode()
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return App(sealed, groups, picture(factors.address(secret, email)))


def picture(text: str) -> str:
    """A QR code as an image's address: nothing is fetched for it."""
    return str(segno.make(text, error="m").svg_data_uri(scale=5, border=_QUIET_ZONE, light="#fff"))


def read_ways(at: House, form: Typed, holder: str, email: str) -> tuple[Ways | None, App]:
    """A new password and a code of the new app, or what to show again, with the errors in the form."""
    say, secret = words.account, _secret(at, form.raw("kept"), holder)
    password = form.raw("password")
    match passwords.weakness(password, (email, form.raw("name"))):
        case None:
            pass
        case Weak() as weak:
            form.errors["password"] = getattr(say, f"password_{weak.value}")
    code = factors.plain(form.raw("code"))
    step = None if secret is None else factors.step_of(secret, code, at.clock.now())
    if step is None:
        form.errors["code"] = say.app_code_wrong if code else say.code_missing
    app = new_app(at, holder, email, secret)
    if form.errors or secret is None or step is None:
        return None, app
    return Ways(password, secret, step), app


def browser(request: web.Request) -> Browser:
    """The browser that a request comes from."""
    config = house(request).config
    name, system = devices.device(request.headers.get(hdrs.USER_AGENT, ""))
    mark = cookies.read(request, config, cookies.KNOWN)
    return Browser(client_address(request, config), f"{name}/{system}", mark)


def device_title(told: str) -> str:
    """A device as its owner reads it."""
    name, _, system = told.partition("/")
    if name and system:
        return str(words.account.device_on.format(browser=name, system=system))
    return name or system or str(words.account.device_unknown)


def let_in(request: web.Request, answer: web.StreamResponse, signed: SignedIn) -> None:
    """Give a browser the cookies of somebody who has signed in."""
    config = house(request).config
    cookies.give(answer, config, cookies.STAFF, signed.cookie)
    if signed.mark:
        cookies.give(answer, config, cookies.KNOWN, signed.mark)
    cookies.take(answer, config, cookies.SEAT)
    cookies.take(answer, config, cookies.VISIT)


async def tell_ended(request: web.Request, sessions: Iterable[str]) -> None:
    """Sessions have ended: so has their place in running meetings."""
    for session in sessions:
        await request.app[ROOMS].seat_ended(SeatId(session))


def sent(request: web.Request) -> Mapping[str, Any]:
    """What our own script has sent.

    Raises:
        Refused: it was no script of ours.
    """
    told: Mapping[str, Any] | None = request.get(SENT)
    if told is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "400")
    return told


def options(told: str) -> web.Response:
    """What a browser is to do with a passkey."""
    return web.Response(text=told, content_type="application/json", headers={hdrs.CACHE_CONTROL: "no-store"})


def on_to(path: str) -> web.Response:
    """Where our script goes on to."""
    return web.json_response({"next": path}, headers={hdrs.CACHE_CONTROL: "no-store"})


def sorry(sentence: str, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY) -> web.Response:
    """What our script is to show."""
    return web.json_response({"problem": sentence}, status=status, headers={hdrs.CACHE_CONTROL: "no-store"})


def _secret(at: House, kept: str, holder: str) -> str | None:
    try:
        return at.keys.open(base64.urlsafe_b64decode(kept.encode()), _place(holder))
    except (Unreadable, binascii.Error, ValueError):
        return None


def _place(holder: str) -> Place:
    return Place("form", "totp", holder)
