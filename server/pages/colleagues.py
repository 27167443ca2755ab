"""An admin's colleagues: who can sign in, links for those who are to, and closing an account."""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from server import accounts
from server.accounts import Colleague
from server.auth import EmailTaken, Kind, Role
from server.deeds import Deed, note, record
from server.entry import Entry, entry
from server.forms import Typed
from server.pages.context import HERE_STAFF, POSTED, house
from server.pages.guard import Refused
from server.pages.render import go, page
from server.pages.ways import LONGEST_EMAIL, tell_ended
from server.words import words

COLLEAGUES = "/staff/colleagues"
ROLES: dict[str, tuple[Role, Kind | None]] = {
    "admin": (Role.ADMIN, None),
    "worker": (Role.FACILITATOR, Kind.WORKER),
    "lived_experience": (Role.FACILITATOR, Kind.LIVED_EXPERIENCE),
}


@entry(Entry.ADMIN)
async def colleagues(request: web.Request) -> web.StreamResponse:
    """GET /staff/colleagues."""
    at, here = house(request), request[HERE_STAFF]
    return page(
        request,
        "colleagues.html",
        here=here,
        people=await accounts.colleagues(at, here.area),
        waiting=await accounts.waiting(at, here.area),
        role=role_name,
    )


@entry(Entry.ADMIN, fresh=True)
async def invite(request: web.Request) -> web.StreamResponse:
    """GET and POST /staff/colleagues/new: the link is shown in the answer, and never again."""
    at, here, say = house(request), request[HERE_STAFF], words.account
    if request.method != "POST":
        return page(request, "colleague_new.html", email="", chosen=None, errors={})
    form = Typed(request[POSTED])
    email = form.text(
        "email", LONGEST_EMAIL, missing=say.email_missing, wrong=say.email_wrong, is_right=is_email
    )
    chosen = form.choice("role", tuple(ROLES), missing=say.role_missing)
    if not form.errors:
        try:
            secret = await accounts.invite(at, here.area, *ROLES[chosen], email, here.account)
            await record(at, here.area, here, Deed.STAFF_INVITED, "", role=chosen)
        except EmailTaken:
            form.errors["email"] = say.email_taken
        else:
            return _issued(request, email, secret)
    facts: dict[str, Any] = {"email": form.raw("email"), "chosen": chosen, "errors": form.errors}
    return page(request, "colleague_new.html", HTTPStatus.UNPROCESSABLE_ENTITY, **facts)


@entry(Entry.ADMIN)
async def stop(request: web.Request) -> web.StreamResponse:
    """POST /staff/colleagues/links/{invite}: that link is worth nothing any more."""
    at, here = house(request), request[HERE_STAFF]
    if not await accounts.stop(at, request.match_info["invite"], here.area):
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    await note(at, here, Deed.STAFF_LINK_STOPPED, request.match_info["invite"])
    return go(COLLEAGUES)


@entry(Entry.ADMIN, fresh=True)
async def anew(request: web.Request) -> web.StreamResponse:
    """GET /staff/colleagues/{account}/anew asks once; POST makes a link to set up signing in again."""
    at, here, found = house(request), request[HERE_STAFF], await _colleague(request)
    if request.method != "POST":
        return page(request, "colleague_sure.html", person=found, action="anew")
    secret = await accounts.renew(at, found.id, here.area, here.account)
    if secret is None:
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    await record(at, here.area, here, Deed.STAFF_RENEWED, found.id)
    return _issued(request, found.email, secret)


@entry(Entry.ADMIN, fresh=True)
async def close(request: web.Request) -> web.StreamResponse:
    """GET /staff/colleagues/{account}/close asks once; POST does it. Nobody closes their own account."""
    at, here, found = house(request), request[HERE_STAFF], await _colleague(request)
    if found.id == here.account:
        raise Refused(HTTPStatus.FORBIDDEN, "403")
    if request.method != "POST":
        return page(request, "colleague_sure.html", person=found, action="close")
    await tell_ended(request, await accounts.end(at, found.id, here.area) or ())
    await note(at, here, Deed.ACCOUNT_CLOSED, found.id)
    return go(COLLEAGUES)


def role_name(role: Role, kind: Kind | None) -> str:
    """What somebody does, as colleagues say it."""
    return str(getattr(words.account, f"role_{role.value if kind is None else kind.value}"))


def is_email(text: str) -> bool:
    """Whether this can be an e-mail address: somebody, at some host."""
    somebody, _, host = text.rpartition("@")
    return bool(somebody) and "." in host.strip(".") and not any(letter.isspace() for letter in text)


def _issued(request: web.Request, email: str, secret: str) -> web.Response:
    url = f"{house(request).config.origin}/staff/join/{secret}"
    return page(request, "colleague_issued.html", email=email, url=url)


async def _colleague(request: web.Request) -> Colleague:
    found = await accounts.colleague(house(request), request.match_info["account"], request[HERE_STAFF].area)
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    return found
