"""A parent's own place: what comes, what they agreed to, what is held about them; and leaving the group."""

from aiohttp import web

from moderation.model import MeetingId, PersonId
from server import belonging, cookies, members, remarks, tasks
from server.entry import Entry, entry
from server.forms import Typed
from server.pages.context import HERE_PARENT, POSTED, ROOMS, WHEREABOUTS, house
from server.pages.parent import turned_back
from server.pages.render import go, page
from server.whereabouts import Step
from signalling.meeting.ports import TaskKind

PATH = "/my-place"


@entry(Entry.PARENT)
async def place(request: web.Request) -> web.StreamResponse:
    """GET /my-place: at any time once the agreement has been accepted."""
    back = turned_back(request, Step.IF_I_LEAVE)
    if back is not None:
        return back
    here = request[WHEREABOUTS]
    found = await belonging.of(house(request), here.parent)
    said = await remarks.of_member(house(request), here.parent.member)
    return page(request, "my_place.html", name=here.parent.name, own=found, said=said, now=here.at)


@entry(Entry.PARENT)
async def ask_for_a_call(request: web.Request) -> web.StreamResponse:
    """POST /ask-for-a-call: about the agreement, or anything else. It says nothing of what about."""
    at, here = house(request), request[WHEREABOUTS]
    if here.session is not None:
        async with at.database.writing() as connection:
            await tasks.begin(at, connection, here.session.id, here.parent.member, TaskKind.CALL)
        request.app[ROOMS].labels_changed(MeetingId(here.session.id))
    return page(request, "asked.html", can_ring=here.session is not None)


@entry(Entry.PARENT)
async def leave(request: web.Request) -> web.StreamResponse:
    """GET and POST /my-place/leave: sure? Then every link and seat of theirs ends, in every room."""
    at = house(request)
    if request.method != "POST":
        return page(request, "leave_group.html")
    here = request[HERE_PARENT]
    await members.leave(at, here.member)
    await request.app[ROOMS].person_revoked(PersonId(here.member))
    answer = page(request, "left_group.html")
    cookies.take(answer, at.config, cookies.SEAT)
    return answer


@entry(Entry.PARENT)
async def near(request: web.Request) -> web.StreamResponse:
    """GET and POST /near: can anyone see or hear you? The answer is kept nowhere."""
    back = turned_back(request, Step.NEAR)
    if back is not None:
        return back
    here = request[WHEREABOUTS]
    if here.today is None:
        return go(Step.SESSION.value)
    steps = here.progress(Step.NEAR)
    if request.method != "POST":
        return page(request, "near.html", progress=steps, session=here.today)
    following = Step.SESSION if here.was_asked else Step.JOINING_FROM
    match Typed(request[POSTED]).raw("near"):
        case "alone":
            return go(following.value)
        case "may_come":
            return page(request, "near_soon.html", progress=steps, following=following.value)
        case _:
            return page(request, "near_unsafe.html", progress=steps, following=following.value)
