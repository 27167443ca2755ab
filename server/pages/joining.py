"""A link for somebody who is to work here: they choose how they sign in, and are in."""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from server import accounts, auth, passkeys
from server.accounts import Invitation, Joined, State, Used
from server.auth import EmailTaken
from server.deeds import Deed, note
from server.doorkeeper import SignedIn
from server.entry import Entry, entry
from server.forms import Typed
from server.names import LONGEST_NAME, is_name
from server.pages import leaving
from server.pages.context import DOORKEEPER, POSTED, house
from server.pages.guard import Refused
from server.pages.render import page
from server.pages.ways import (
    App,
    browser,
    let_in,
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


@entry(Entry.PUBLIC)
async def join(request: web.Request) -> web.StreamResponse:
    """GET /staff/join/{secret}: opening it uses nothing up. POST: a password and an authenticator app."""
    at, invitation = house(request), await _invitation(request)
    if request.method != "POST":
        return _page(request, invitation, new_app(at, invitation.id, invitation.email))
    form = Typed(request[POSTED])
    name = _name(form, invitation)
    ways, app = read_ways(at, form, invitation.id, invitation.email)
    if ways is None:
        return _page(request, invitation, app, form)
    try:
        joined = await accounts.join(
            at, request.app[DOORKEEPER].hasher, invitation, name, ways, browser(request).device
        )
    except (Used, EmailTaken):
        raise Refused(HTTPStatus.GONE, "staff_link") from None
    await _whoever_was_here_leaves(request, joined)
    answer = page(request, "codes.html", frame="base.html", codes=joined.codes)
    let_in(request, answer, SignedIn(joined.cookie, ""))
    return answer


@entry(Entry.PUBLIC, json=True)
async def ask_passkey(request: web.Request) -> web.StreamResponse:
    """POST /staff/join/{secret}/passkey/ask: what the browser needs to make a passkey."""
    at, invitation = house(request), await _invitation(request)
    form = Typed({"name": (str(sent(request).get("name", "")),)})
    _name(form, invitation)
    if form.errors:
        return sorry(form.errors["name"])
    if not await request.app[DOORKEEPER].may_ask(browser(request)):
        return sorry(words.account.too_many, HTTPStatus.TOO_MANY_REQUESTS)
    return options(await passkeys.ask_to_make(at, invitation.account, invitation.email))


@entry(Entry.PUBLIC, json=True)
async def join_by_passkey(request: web.Request) -> web.StreamResponse:
    """POST /staff/join/{secret}/passkey: the passkey that was made."""
    at, invitation, told = house(request), await _invitation(request), sent(request)
    form, here = Typed({"name": (str(told.get("name", "")),)}), browser(request)
    name = _name(form, invitation)
    if form.errors:
        return sorry(form.errors["name"])
    try:
        made = await passkeys.read_made(at, invitation.account, told)
        joined = await accounts.join_by_passkey(at, invitation, name, made, here.device)
    except PasskeyRefused:
        return sorry(words.account.passkey_not_made)
    except (Used, EmailTaken):
        return sorry(words.errors.staff_link_title, HTTPStatus.GONE)
    await _whoever_was_here_leaves(request, joined)
    answer = on_to("/staff")
    let_in(request, answer, SignedIn(joined.cookie, ""))
    return answer


async def _whoever_was_here_leaves(request: web.Request, joined: Joined) -> None:
    await leaving.end_seat(request)
    await leaving.end_staff(request, quick=False)
    await tell_ended(request, joined.ended)
    at = house(request)
    here = await auth.staff(at, joined.cookie)
    if here is not None:
        await note(at, here, Deed.STAFF_JOINED)


async def _invitation(request: web.Request) -> Invitation:
    found = await accounts.look(house(request), request.match_info["secret"])
    if found is None or found.state is not State.OPEN:
        raise Refused(HTTPStatus.GONE, "staff_link")
    return found


def _name(form: Typed, invitation: Invitation) -> str:
    if not invitation.is_new:
        return ""
    say = words.account
    return form.text("name", LONGEST_NAME, missing=say.name_missing, wrong=say.name_wrong, is_right=is_name)


def _page(request: web.Request, invitation: Invitation, app: App, form: Typed | None = None) -> web.Response:
    status = HTTPStatus.OK if form is None else HTTPStatus.UNPROCESSABLE_ENTITY
    facts: dict[str, Any] = {
        "invitation": invitation,
        "path": request.path,
        "app": app,
        "name": "" if form is None else form.raw("name"),
        "errors": {} if form is None else form.errors,
    }
    return page(request, "join.html", status, **facts)
