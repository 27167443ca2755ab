"""Whom a staff page's address names, if it is theirs to see: an admin's area, a host's own groups."""

from http import HTTPStatus

from aiohttp import web

from server import groups, meetings, members
from server.auth import Role
from server.groups import Group
from server.members import Person
from server.pages.context import HERE_STAFF, house
from server.pages.guard import Refused


async def wanted_group(request: web.Request) -> Group:
    """A group of the admin's area, or one that the facilitator hosts. Raises Refused."""
    at, here = house(request), request[HERE_STAFF]
    found = await groups.find(at, request.match_info["group"], here.area)
    if found is None or not await _is_theirs(request, found.id):
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    return found


async def wanted_person(request: web.Request) -> Person:
    """Somebody of such a group. Raises Refused."""
    at, here = house(request), request[HERE_STAFF]
    found = await members.find(at, request.match_info["member"], here.area)
    if found is None or not await _is_theirs(request, found.group):
        raise Refused(HTTPStatus.NOT_FOUND, "404")
    return found


async def _is_theirs(request: web.Request, group: str) -> bool:
    here = request[HERE_STAFF]
    return here.role is not Role.FACILITATOR or await meetings.is_host(house(request), here.account, group)
