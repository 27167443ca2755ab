"""A host opens a practice call for one parent of their group."""

from http import HTTPStatus

from aiohttp import web

from server import invites, meetings, practices
from server.deeds import Deed, record
from server.entry import Entry, entry
from server.forms import Typed
from server.meetings import Pair
from server.pages.context import HERE_STAFF, POSTED, house
from server.pages.guard import Refused
from server.pages.render import go, page
from server.pages.wanted import wanted_group
from server.words import words


@entry(Entry.FACILITATOR)
async def practise(request: web.Request) -> web.StreamResponse:
    """GET /staff/groups/{group}/practice: with whom. POST: open it, and on to the desk."""
    at, here, found = house(request), request[HERE_STAFF], await wanted_group(request)
    people = [line for line in await invites.of_group(at, found.id) if line.state in invites.LIVE]
    problem = ""
    if request.method == "POST":
        wanted = Typed(request[POSTED]).raw("person")
        if wanted not in {line.member for line in people}:
            raise Refused(HTTPStatus.NOT_FOUND, "404")
        running = await practices.running(at, found.id, wanted)
        if running is not None and running.is_for_host(here.account):
            return go(f"/staff/sessions/{running.id}")
        if running is not None:
            problem = words.staff.practice_other_host
        elif await meetings.meets_around(at, found.id, at.clock.now()):
            problem = words.staff.practice_not_now
        else:
            made = practices.new()
            # A permission: it is recorded first.
            await record(at, found.id, here, Deed.PRACTICE_OPENED, wanted, meeting=made)
            await practices.begin(at, made, found.id, Pair(wanted, here.account), words.staff.practice)
            return go(f"/staff/sessions/{made}")
    status = HTTPStatus.CONFLICT if problem else HTTPStatus.OK
    return page(request, "practice.html", status, group=found, people=people, problem=problem)
