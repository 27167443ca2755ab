"""Who is never to meet: set by workers and admins; the reason is read by workers only."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import web

from moderation.actions import KeepApart, LetMeet
from moderation.model import HOUSE as THE_HOUSE
from moderation.model import MeetingId, PersonId
from server import apart, invites, meetings
from server.auth import Role
from server.deeds import Deed, record
from server.entry import Entry, entry
from server.forms import Typed
from server.groups import Group
from server.names import tidy
from server.pages.context import HERE_STAFF, POSTED, RULES, house
from server.pages.guard import Refused
from server.pages.render import go, page
from server.pages.wanted import wanted_group
from server.words import words


@entry(Entry.KEEPER)
async def pairs(request: web.Request) -> web.StreamResponse:
    """GET /staff/groups/{group}/apart."""
    return await _page(request, await wanted_group(request), {}, {})


@entry(Entry.KEEPER)
async def keep(request: web.Request) -> web.StreamResponse:
    """POST /staff/groups/{group}/apart: in the sessions that run first, and then from now on."""
    at, here, found, say = house(request), request[HERE_STAFF], await wanted_group(request), words.staff
    form = Typed(request[POSTED])
    people = list((await _names(request, found)).keys())
    one = form.choice("one", people, missing=say.apart_one_missing)
    other = form.choice("other", people, missing=say.apart_other_missing)
    if not form.errors and one == other:
        form.errors["other"] = say.apart_same
    reason = tidy(form.raw("reason"))
    if not reason:
        form.errors["reason"] = say.apart_reason_missing
    elif len(reason) > apart.LONGEST_REASON or not reason.isprintable():
        form.errors["reason"] = say.apart_reason_wrong
    if form.errors:
        return await _page(request, found, form.errors, {"one": one, "other": other, "reason": reason})
    await _in_running_sessions(request, found, KeepApart(PersonId(one), PersonId(other)))
    await apart.keep(at, found.id, one, other, reason, here.account)
    await record(at, found.id, here, Deed.APART_SET, one, other=other)
    return go(_path(found))


@entry(Entry.KEEPER)
async def let_meet(request: web.Request) -> web.StreamResponse:
    """GET /staff/groups/{group}/apart/{pair} asks once; POST takes it back, in the sessions that run too."""
    at, here, found = house(request), request[HERE_STAFF], await wanted_group(request)
    wanted = request.match_info["pair"]
    known = {pair.id: pair for pair in await apart.of_group(at, found.id)}
    if wanted not in known:
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    pair = known[wanted]
    if request.method != "POST":
        names = await _names(request, found)
        return page(request, "apart_sure.html", group=found, one=names[pair.one], other=names[pair.other])
    # A permission: it is recorded first.
    await record(at, found.id, here, Deed.APART_LIFTED, pair.one, other=pair.other)
    await apart.let_meet(at, found.id, wanted)
    await _in_running_sessions(request, found, LetMeet(PersonId(pair.one), PersonId(pair.other)))
    return go(_path(found))


async def _in_running_sessions(request: web.Request, found: Group, action: KeepApart | LetMeet) -> None:
    at = house(request)
    for session in await meetings.of_group(at, found.id):
        if session.is_at_hand(at.clock.now()):
            await request.app[RULES].act(MeetingId(session.id), THE_HOUSE, action)


async def _page(
    request: web.Request, found: Group, errors: Mapping[str, str], typed: Mapping[str, str]
) -> web.Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    facts: dict[str, Any] = {
        "group": found,
        "pairs": await apart.of_group(house(request), found.id),
        "names": await _names(request, found),
        "may_read": request[HERE_STAFF].is_worker,
        "is_admin": request[HERE_STAFF].role is Role.ADMIN,
        "errors": errors,
        "typed": {"one": None, "other": None, "reason": "", **typed},
    }
    return page(request, "apart.html", status, **facts)


async def _names(request: web.Request, found: Group) -> dict[str, str]:
    people = await invites.of_group(house(request), found.id)
    return {line.member: line.name or line.label for line in people}


def _path(found: Group) -> str:
    return f"/staff/groups/{found.id}/apart"
