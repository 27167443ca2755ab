"""Pages for those signed in: the first page by role, and a host's desk."""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from server import groups, meetings, remarks, tasks
from server.auth import Role
from server.entry import Entry, entry
from server.pages.context import HERE_STAFF, house
from server.pages.guard import Refused
from server.pages.render import page


@entry(Entry.STAFF)
async def home(request: web.Request) -> web.StreamResponse:
    """GET /staff: an admin's groups, or a facilitator's own sessions."""
    at, here = house(request), request[HERE_STAFF]
    if here.role is Role.FACILITATOR:
        own = await meetings.of_host(at, here.account)
        to_do = [one for one in await tasks.of_host(at, here.account) if one.done_at is None]
        own_groups = await groups.of_host(at, here.account)
        facts: dict[str, Any] = {
            "sessions": own,
            "over": await meetings.just_over(at, here.account),
            "to_do": len(to_do),
            "own_groups": own_groups,
            "said": await remarks.count_open(at, [group.id for group in own_groups]),
        }
        return page(request, "staff_host.html", here=here, now=at.clock.now(), **facts)
    found = await groups.of_area(at, here.area)
    coming = {group.id: await meetings.at_hand(at, group.id) for group in found}
    return page(request, "staff_admin.html", here=here, groups=found, coming=coming)


@entry(Entry.FACILITATOR)
async def desk(request: web.Request) -> web.StreamResponse:
    """GET /staff/sessions/{meeting}: the host's live desk, for the hosts of this group."""
    at, here = house(request), request[HERE_STAFF]
    session = await meetings.find(at, request.match_info["meeting"])
    if session is None or not session.is_for_host(here.account):
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    if not await meetings.is_host(at, here.account, session.group):
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    if session.is_over(at.clock.now()):
        return page(request, "desk_over.html", session=session)
    return page(request, "desk.html", here=here, session=session)
