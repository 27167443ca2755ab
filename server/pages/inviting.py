"""An admin's invites: making a link, handing it over, stopping it.

A link is shown once: to copy, or to scan on the person's own phone. It goes by e-mail only to where this
person said it is safe, at the hours they named; a PIN, where there is one, is told by voice alone.
"""

from dataclasses import dataclass
from datetime import time
from http import HTTPStatus
from typing import Any

from aiohttp import web

from moderation.model import PersonId, SeatId
from server import invites
from server.entry import Entry, entry
from server.forms import Typed
from server.invites import Issued, Line
from server.mail import outbox, reach
from server.mail.reach import Reach
from server.names import LONGEST_NAME, is_name
from server.pages.colleagues import is_email
from server.pages.context import DOORKEEPER, HERE_STAFF, POSTED, ROOMS, house
from server.pages.guard import Refused
from server.pages.render import go, page
from server.pages.wanted import wanted_group
from server.pages.ways import LONGEST_EMAIL, picture
from server.words import words

USUAL_HOURS = ("09:00", "17:00")


@dataclass(frozen=True)
class Typing:
    """A new invite as it was typed."""

    label: str = ""
    pin: bool = False
    email: str = ""
    earliest: str = USUAL_HOURS[0]
    latest: str = USUAL_HOURS[1]
    agreed: bool = False


@entry(Entry.ADMIN)
async def new_invite(request: web.Request) -> web.StreamResponse:
    """GET and POST /staff/groups/{group}/invites/new: the link is shown in the answer, and never again."""
    at, found, say = house(request), await wanted_group(request), words.staff
    facts: dict[str, Any] = {"group": found, "by_mail": bool(at.config.smtp)}
    if request.method != "POST":
        return page(request, "invite_new.html", typed=Typing(), errors={}, **facts)
    form = Typed(request[POSTED])
    label = form.text(
        "label", LONGEST_NAME, missing=say.label_missing, wrong=say.label_wrong, is_right=is_name
    )
    agreed = _reach(form) if at.config.smtp else None
    if form.errors:
        typed = Typing(
            form.raw("label"),
            form.raw("pin") == "yes",
            *(form.raw("email"), form.raw("earliest"), form.raw("latest")),
            agreed=form.raw("agreed") == "yes",
        )
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return page(request, "invite_new.html", status, typed=typed, errors=form.errors, **facts)
    by, pin = request[HERE_STAFF].account, _pin(form)
    issued = await invites.issue(at, found.id, label, by, await _hashed(request, pin))
    return await _handed_over(request, issued, found.id, label, pin, agreed)


@entry(Entry.ADMIN)
async def revoke(request: web.Request) -> web.StreamResponse:
    """GET /staff/invites/{invite}/revoke asks once; POST does it, in a running session too."""
    line = await _line(request)
    if request.method != "POST":
        return page(request, "invite_sure.html", group=line.group, label=line.label, action="revoke")
    at, here = house(request), request[HERE_STAFF]
    revoked = await invites.revoke(at, line.invite, here.area)
    if revoked is not None:
        await request.app[ROOMS].person_revoked(PersonId(revoked.member))
    return go(f"/staff/groups/{line.group}")


@entry(Entry.ADMIN)
async def reissue(request: web.Request) -> web.StreamResponse:
    """GET /staff/invites/{invite}/reissue asks once; POST makes a new link and ends the old one."""
    at, here, line = house(request), request[HERE_STAFF], await _line(request)
    async with at.database.reading() as connection:
        agreed = await reach.of_member(connection, at, line.member) if at.config.smtp else None
    if request.method != "POST":
        facts: dict[str, Any] = {"group": line.group, "label": line.label, "agreed": agreed}
        return page(request, "invite_sure.html", action="reissue", **facts)
    form = Typed(request[POSTED])
    pin = _pin(form)
    issued = await invites.reissue(at, line.invite, here.area, here.account, await _hashed(request, pin))
    if issued is None:
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    for seat in issued.ended:
        await request.app[ROOMS].seat_exited(SeatId(seat))
    wanted = agreed if form.raw("by_mail") == "yes" else None
    return await _handed_over(request, issued, line.group, line.label, pin, wanted)


async def _handed_over(
    request: web.Request, issued: Issued, group: str, label: str, pin: str | None, agreed: Reach | None
) -> web.Response:
    """Put the letter into the outbox where there is one to send, and show the link this once."""
    at = house(request)
    url = f"{at.config.origin}/i/{issued.secret}"
    if agreed is not None:
        line = await invites.line(at, issued.invite, request[HERE_STAFF].area)
        async with at.database.writing() as connection:
            if line is not None:
                await reach.agree(connection, at, line.member, agreed, request[HERE_STAFF].account)
                await outbox.put(connection, at, issued.invite, url)
    facts: dict[str, Any] = {"group": group, "label": label, "url": url, "pin": pin, "agreed": agreed}
    return page(request, "invite_issued.html", picture=picture(url), **facts)


def _reach(form: Typed) -> Reach | None:
    """Where an e-mail may go and when; None: nowhere."""
    say = words.staff
    if not form.raw("email").strip():
        return None
    email = form.text(
        "email", LONGEST_EMAIL, missing=say.email_wrong, wrong=say.email_wrong, is_right=is_email
    )
    earliest = form.time("earliest", wrong=say.time_wrong)
    latest = form.time("latest", wrong=say.time_wrong)
    if earliest is not None and latest is not None and not earliest < latest:
        form.errors["latest"] = say.latest_wrong
    if form.raw("agreed") != "yes":
        form.errors["agreed"] = say.agreed_missing
    return Reach(email, earliest or time.min, latest or time.max)


def _pin(form: Typed) -> str | None:
    return invites.new_pin() if form.raw("pin") == "yes" else None


async def _hashed(request: web.Request, pin: str | None) -> str | None:
    return None if pin is None else await request.app[DOORKEEPER].hasher.hash(pin)


async def _line(request: web.Request) -> Line:
    found = await invites.line(house(request), request.match_info["invite"], request[HERE_STAFF].area)
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    return found
