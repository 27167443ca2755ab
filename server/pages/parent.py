"""A parent's way in, a step a page. Each step posts and goes on to the next; nothing is asked twice."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from aiohttp import web

from moderation.model import MeetingId
from server import agreements, readiness, seats
from server.entry import Entry, entry
from server.forms import BadBody, Typed
from server.names import LONGEST_NAME, is_name
from server.pages.context import POSTED, ROOMS, SENT, WHEREABOUTS, house
from server.pages.render import go, page
from server.readiness import Result
from server.whereabouts import Step, Whereabouts
from server.words import words
from signalling.meeting.ports import Readiness


def turned_back(request: web.Request, step: Step) -> web.Response | None:
    """Where to go instead, if this step is not this parent's turn yet."""
    here = request[WHEREABOUTS]
    return None if here.is_ready_for(step) else go_on(here)


def go_on(here: Whereabouts) -> web.Response:
    """On to the first step that this parent has still to take.

    Who may hear them is asked before where they are, and kept nowhere.
    """
    step = here.next_step
    return go((Step.NEAR if step is Step.JOINING_FROM else step).value)


@entry(Entry.PARENT)
async def welcome(request: web.Request) -> web.StreamResponse:
    """GET and POST /welcome: how to leave quickly."""
    here = request[WHEREABOUTS]
    if request.method == "POST":
        await seats.welcome(house(request), here.parent)
        return go(Step.NAME.value)
    if here.parent.welcomed:
        return go_on(here)
    return page(request, "welcome.html", progress=here.progress(Step.WELCOME))


@entry(Entry.PARENT)
async def name(request: web.Request) -> web.StreamResponse:
    """GET /name: the name to be called."""
    here = request[WHEREABOUTS]
    back = turned_back(request, Step.NAME)
    if back is not None:
        return back
    if here.parent.name is not None:
        return go_on(here)
    return page(request, "name.html", typed="", errors={}, progress=here.progress(Step.NAME))


@entry(Entry.PARENT)
async def give_name(request: web.Request) -> web.StreamResponse:
    """POST /name."""
    here = request[WHEREABOUTS]
    back = turned_back(request, Step.NAME)
    if back is not None or here.parent.name is not None:
        return back or go(Step.AGREEMENT.value)
    form = Typed(request[POSTED])
    say = words.parent
    wanted = form.text("name", LONGEST_NAME, missing=say.name_missing, wrong=say.name_wrong, is_right=is_name)
    if not form.errors and not await seats.call(house(request), here.parent, wanted):
        form.errors["name"] = say.name_taken.format(name=wanted)
    if form.errors:
        typed, steps = form.raw("name"), here.progress(Step.NAME)
        facts: dict[str, Any] = {"typed": typed, "errors": form.errors, "progress": steps}
        return page(request, "name.html", HTTPStatus.UNPROCESSABLE_ENTITY, **facts)
    return go(Step.AGREEMENT.value)


@entry(Entry.PARENT)
async def agreement(request: web.Request) -> web.StreamResponse:
    """GET /agreement: to accept it, or to read it again."""
    here = request[WHEREABOUTS]
    back = turned_back(request, Step.AGREEMENT)
    if back is not None:
        return back
    current = await agreements.read(house(request), here.parent.group, here.version)
    facts: dict[str, Any] = {
        "agreement": current,
        "is_accepted": current.version in here.parent.accepted,
        "progress": here.progress(Step.AGREEMENT),
    }
    return page(request, "agreement.html", **facts)


@entry(Entry.PARENT)
async def accept(request: web.Request) -> web.StreamResponse:
    """POST /agreement: the version that was read is the one that is accepted."""
    here = request[WHEREABOUTS]
    back = turned_back(request, Step.AGREEMENT)
    if back is not None:
        return back
    if Typed(request[POSTED]).raw("version") != str(here.version):
        return go(Step.AGREEMENT.value)
    await agreements.accept(house(request), here.parent.member, here.version)
    accepted = here.parent.accepted | {here.version}
    return go_on(replace(here, parent=replace(here.parent, accepted=accepted)))


@entry(Entry.PARENT)
async def ready(request: web.Request) -> web.StreamResponse:
    """GET /ready: the readiness check, at any time."""
    here = request[WHEREABOUTS]
    back = turned_back(request, Step.READY)
    if back is not None:
        return back
    following = Step.SESSION if here.session is None or here.was_asked else Step.NEAR
    steps = here.progress(Step.READY)
    facts: dict[str, Any] = {"can_ring": here.session is not None, "following": following.value}
    return page(request, "ready.html", progress=steps, **facts)


@entry(Entry.PARENT, json=True)
async def finish_check(request: web.Request) -> web.StreamResponse:
    """POST /ready: the check's result from the page's script; or from the form, that it was passed over."""
    here = request[WHEREABOUTS]
    back = turned_back(request, Step.READY)
    if back is not None:
        return back
    sent = request.get(SENT)
    result = Result(Readiness.NOT_CHECKED, False, False) if sent is None else _result(sent)
    if here.session is not None:
        sat, who = here.parent.seat, here.parent.member
        await readiness.record(house(request), sat, who, here.session.id, result)
        request.app[ROOMS].labels_changed(MeetingId(here.session.id))
        here = replace(here, is_checked=True)
    return go_on(here) if sent is None else web.json_response({"next": here.next_step.value})


def _result(sent: object) -> Result:
    """Raises BadBody for anything but the three fields that the check sends."""
    match sent:
        case {"verdict": str(verdict), "share": bool(share), "ring_me": bool(ring_me)}:
            try:
                return Result(Readiness(verdict), share, ring_me)
            except ValueError:
                raise BadBody from None
        case _:
            raise BadBody


@entry(Entry.PARENT)
async def session(request: web.Request) -> web.StreamResponse:
    """GET /session: the waiting room and the room; before its day, when it will be."""
    here = request[WHEREABOUTS]
    if here.rests:
        return page(request, "resting.html", until=None if here.rests is True else here.rests)
    back = turned_back(request, Step.READY)
    if back is not None:
        return back
    name = here.parent.name
    if here.today is None:
        return page(request, "later.html", name=name, session=here.session, now=here.at)
    return page(request, "session.html", name=name, session=here.today)
