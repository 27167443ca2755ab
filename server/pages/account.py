"""One's own account: how one signs in, and where one is signed in."""

from http import HTTPStatus

from aiohttp import web

from server import accounts, auth, passkeys
from server.deeds import Deed, note
from server.entry import Entry, entry
from server.forms import Typed
from server.pages.context import DOORKEEPER, HERE_STAFF, POSTED, house
from server.pages.guard import SIGN_IN, Refused
from server.pages.render import go, page
from server.pages.ways import (
    browser,
    device_title,
    new_app,
    on_to,
    options,
    read_ways,
    sent,
    sorry,
    tell_ended,
)
from server.passkeys import PasskeyRefused
from server.words import words

ACCOUNT = "/staff/account"


@entry(Entry.STAFF)
async def account(request: web.Request) -> web.StreamResponse:
    """GET /staff/account."""
    at, here = house(request), request[HERE_STAFF]
    known = await accounts.colleague(at, here.account, here.area)
    return page(
        request,
        "account.html",
        here=here,
        has_password=known is not None and known.has_password,
        passkeys=await passkeys.of_account(at, here.account),
        sessions=await auth.sessions(at, here.account),
        device_title=device_title,
    )


@entry(Entry.STAFF)
async def sign_out_there(request: web.Request) -> web.StreamResponse:
    """POST /staff/account/devices/{session}: that device is signed out."""
    at, here = house(request), request[HERE_STAFF]
    async with at.database.writing() as connection:
        ended = await auth.end_sessions(connection, at, here.account, only=request.match_info["session"])
    await tell_ended(request, ended)
    if ended:
        await note(at, here, Deed.DEVICES_SIGNED_OUT)
    return go(ACCOUNT)


@entry(Entry.STAFF)
async def sign_out_everywhere(request: web.Request) -> web.StreamResponse:
    """POST /staff/account/devices: every device is signed out, this one too."""
    at, here = house(request), request[HERE_STAFF]
    async with at.database.writing() as connection:
        ended = await auth.end_sessions(connection, at, here.account)
    await tell_ended(request, ended)
    await note(at, here, Deed.DEVICES_SIGNED_OUT)
    return go(SIGN_IN)


@entry(Entry.STAFF, fresh=True)
async def change(request: web.Request) -> web.StreamResponse:
    """GET and POST /staff/account/password: a new password and a new app, or the first ones."""
    at, here, keeper = house(request), request[HERE_STAFF], request.app[DOORKEEPER]
    known = await accounts.colleague(at, here.account, here.area)
    if known is None:
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    facts = {"has_password": known.has_password}
    if request.method != "POST":
        app = new_app(at, here.session, known.email)
        return page(request, "password.html", app=app, errors={}, **facts)
    form = Typed(request[POSTED])
    if known.has_password and not await keeper.is_password(here, form.raw("password_now")):
        form.errors["password_now"] = words.account.password_now_wrong
    ways, app = read_ways(at, form, here.session, known.email)
    if ways is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return page(request, "password.html", status, app=app, errors=form.errors, **facts)
    codes, ended = await accounts.change_ways(at, keeper.hasher, here.account, here.session, ways)
    await tell_ended(request, ended)
    await note(at, here, Deed.PASSWORD_CHANGED)
    return page(request, "codes.html", frame="staff.html", codes=codes)


@entry(Entry.STAFF, fresh=True)
async def new_codes(request: web.Request) -> web.StreamResponse:
    """GET /staff/account/codes asks once; POST makes fresh recovery codes and shows them, once."""
    if request.method != "POST":
        return page(request, "codes_sure.html")
    at, here = house(request), request[HERE_STAFF]
    codes = await accounts.new_codes(at, here.account)
    await note(at, here, Deed.CODES_RENEWED)
    return page(request, "codes.html", frame="staff.html", codes=codes)


@entry(Entry.STAFF, fresh=True)
async def new_passkey(request: web.Request) -> web.StreamResponse:
    """GET /staff/account/passkey."""
    return page(request, "passkey_new.html")


@entry(Entry.STAFF, json=True, fresh=True)
async def ask_passkey(request: web.Request) -> web.StreamResponse:
    """POST /staff/account/passkey/ask."""
    at, here = house(request), request[HERE_STAFF]
    sent(request)
    known = await accounts.colleague(at, here.account, here.area)
    if known is None or not await request.app[DOORKEEPER].may_ask(browser(request)):
        return sorry(words.account.too_many, HTTPStatus.TOO_MANY_REQUESTS)
    return options(await passkeys.ask_to_make(at, here.account, known.email))


@entry(Entry.STAFF, json=True, fresh=True)
async def add_passkey(request: web.Request) -> web.StreamResponse:
    """POST /staff/account/passkey."""
    at, here = house(request), request[HERE_STAFF]
    try:
        made = await passkeys.read_made(at, here.account, sent(request))
        await accounts.add_passkey(at, here.account, made, browser(request).device)
    except PasskeyRefused:
        return sorry(words.account.passkey_not_made)
    await note(at, here, Deed.PASSKEY_ADDED)
    return on_to(ACCOUNT)


@entry(Entry.STAFF, fresh=True)
async def remove_passkey(request: web.Request) -> web.StreamResponse:
    """POST /staff/account/passkeys/{passkey}: the last way in stays."""
    at, here = house(request), request[HERE_STAFF]
    if request.method == "POST":
        if not await accounts.remove_passkey(at, here.account, request.match_info["passkey"]):
            raise Refused(HTTPStatus.CONFLICT, "last_way")
        await note(at, here, Deed.PASSKEY_REMOVED)
    return go(ACCOUNT)
