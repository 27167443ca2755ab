"""A parent's way in, a step a page. Each step posts and goes on to the next; nothing is asked twice."""

from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any

from aiohttp import web

from moderation.model import MeetingId
from server import aftercare, agreements, cookies, meetings, readiness, seats, visits
from server.agreements import Agreement
from server.entry import Entry, entry
from server.forms import BadBody, Typed
from server.house import House
from server.meetings import Session
from server.names import LONGEST_NAME, is_name
from server.pages.context import HERE_PARENT, POSTED, ROOMS, SENT, house
from server.pages.render import go, page
from server.readiness import Result
from server.seats import Parent
from server.words import words
from signalling.meeting.ports import Readiness


class Step(Enum):
    """The way in, in order."""

    WELCOME = "/welcome"
    NAME = "/name"
    AGREEMENT = "/agreement"
    IF_I_LEAVE = "/if-i-leave"
    READY = "/ready"
    JOINING_FROM = "/joining-from"
    SESSION = "/session"


ORDER = tuple(Step)
ON_THE_DAY = frozenset({Step.READY, Step.JOINING_FROM})


@dataclass(frozen=True)
class Progress:
    """Which step of how many this is, for the line of dots. Without a session there are fewer."""

    now: int
    total: int


async def progress(at: House, here: Parent, step: Step) -> Progress:
    """How far along the way in a step is."""
    session = await meetings.at_hand(at, here.group)
    today = session is not None and session.is_at_hand(at.clock.now())
    asked = [one for one in ORDER[:-1] if today or one not in ON_THE_DAY]
    return Progress(asked.index(step) + 1 if step in asked else len(asked), len(asked))


async def whereabouts(at: House, here: Parent) -> str:
    """The path of the first step that this parent has still to take."""
    session = await meetings.at_hand(at, here.group)
    return (await _first_open(at, here, session)).value


async def _first_open(at: House, here: Parent, session: Session | None) -> Step:
    if await aftercare.is_suspended(at, here.member, but_in=None if session is None else session.id):
        return Step.SESSION
    if not here.welcomed:
        return Step.WELCOME
    if here.name is None:
        return Step.NAME
    if await _version(at, here, session) not in here.accepted:
        return Step.AGREEMENT
    if not here.planned:
        return Step.IF_I_LEAVE
    if session is None or not session.is_at_hand(at.clock.now()):
        return Step.SESSION
    if not await readiness.is_recorded(at, here.seat, session.id):
        return Step.READY
    return Step.SESSION if await visits.was_asked(at, session.id, here.member) else Step.JOINING_FROM


async def _version(at: House, here: Parent, session: Session | None) -> int:
    """The agreement's version that counts: the one the session was opened with, or else the newest."""
    if session is not None and session.agreement is not None:
        return session.agreement
    async with at.database.reading() as connection:
        return await agreements.current_version(connection, here.group)


async def turned_back(request: web.Request, step: Step) -> web.Response | None:
    """Where to go instead, if this step is not this parent's turn yet."""
    at, here = house(request), request[HERE_PARENT]
    first = await _first_open(at, here, await meetings.at_hand(at, here.group))
    return go(first.value) if ORDER.index(first) < ORDER.index(step) else None


@entry(Entry.PARENT)
async def welcome(request: web.Request) -> web.StreamResponse:
    """GET and POST /welcome: how to leave quickly."""
    at, here = house(request), request[HERE_PARENT]
    if request.method == "POST":
        await seats.welcome(at, here)
        return go(Step.NAME.value)
    if here.welcomed:
        return go(await whereabouts(at, here))
    return page(request, "welcome.html", progress=await progress(at, here, Step.WELCOME))


@entry(Entry.PARENT)
async def name(request: web.Request) -> web.StreamResponse:
    """GET /name: the name to be called."""
    here = request[HERE_PARENT]
    back = await turned_back(request, Step.NAME)
    if back is not None:
        return back
    if here.name is not None:
        return go(await whereabouts(house(request), here))
    at = house(request)
    return page(request, "name.html", typed="", errors={}, progress=await progress(at, here, Step.NAME))


@entry(Entry.PARENT)
async def give_name(request: web.Request) -> web.StreamResponse:
    """POST /name."""
    at, here = house(request), request[HERE_PARENT]
    back = await turned_back(request, Step.NAME)
    if back is not None or here.name is not None:
        return back or go(Step.AGREEMENT.value)
    form = Typed(request[POSTED])
    say = words.parent
    wanted = form.text("name", LONGEST_NAME, missing=say.name_missing, wrong=say.name_wrong, is_right=is_name)
    if not form.errors and not await seats.call(at, here, wanted):
        form.errors["name"] = say.name_taken.format(name=wanted)
    if form.errors:
        typed, steps = form.raw("name"), await progress(at, here, Step.NAME)
        facts: dict[str, Any] = {"typed": typed, "errors": form.errors, "progress": steps}
        return page(request, "name.html", HTTPStatus.UNPROCESSABLE_ENTITY, **facts)
    return go(Step.AGREEMENT.value)


@entry(Entry.PARENT)
async def agreement(request: web.Request) -> web.StreamResponse:
    """GET /agreement: to accept it, or to read it again."""
    here = request[HERE_PARENT]
    back = await turned_back(request, Step.AGREEMENT)
    if back is not None:
        return back
    current = await _agreement(request)
    facts: dict[str, Any] = {
        "agreement": current,
        "is_accepted": current.version in here.accepted,
        "progress": await progress(house(request), here, Step.AGREEMENT),
    }
    return page(request, "agreement.html", **facts)


@entry(Entry.PARENT)
async def accept(request: web.Request) -> web.StreamResponse:
    """POST /agreement: the version that was read is the one that is accepted."""
    at, here = house(request), request[HERE_PARENT]
    back = await turned_back(request, Step.AGREEMENT)
    if back is not None:
        return back
    current = await _agreement(request)
    if Typed(request[POSTED]).raw("version") != str(current.version):
        return go(Step.AGREEMENT.value)
    await agreements.accept(at, here.member, current.version)
    now_here = await seats.parent(at, cookies.read(request, at.config, cookies.SEAT))
    return go(await whereabouts(at, now_here if isinstance(now_here, Parent) else here))


async def _agreement(request: web.Request) -> Agreement:
    at, here = house(request), request[HERE_PARENT]
    session = await meetings.at_hand(at, here.group)
    return await agreements.read(at, here.group, await _version(at, here, session))


@entry(Entry.PARENT)
async def ready(request: web.Request) -> web.StreamResponse:
    """GET /ready: the readiness check, at any time."""
    at, here = house(request), request[HERE_PARENT]
    back = await turned_back(request, Step.READY)
    if back is not None:
        return back
    session = await meetings.at_hand(at, here.group)
    asked = session is None or await visits.was_asked(at, session.id, here.member)
    following = Step.SESSION if asked else Step.JOINING_FROM
    steps = await progress(at, here, Step.READY)
    return page(request, "ready.html", seat=here.seat, following=following.value, progress=steps)


@entry(Entry.PARENT, json=True)
async def finish_check(request: web.Request) -> web.StreamResponse:
    """POST /ready: the check's result from the page's script; or from the form, that it was passed over."""
    at, here = house(request), request[HERE_PARENT]
    back = await turned_back(request, Step.READY)
    if back is not None:
        return back
    sent = request.get(SENT)
    result = Result(Readiness.NOT_CHECKED, False, False) if sent is None else _result(sent)
    session = await meetings.at_hand(at, here.group)
    if session is not None:
        await readiness.record(at, here.seat, session.id, result)
        request.app[ROOMS].labels_changed(MeetingId(session.id))
    following = await whereabouts(at, here)
    return go(following) if sent is None else web.json_response({"next": following})


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
    at, here = house(request), request[HERE_PARENT]
    found = await meetings.at_hand(at, here.group)
    until = await aftercare.is_suspended(at, here.member, but_in=None if found is None else found.id)
    if until:
        return page(request, "resting.html", until=None if until is True else until)
    back = await turned_back(request, Step.READY)
    if back is not None:
        return back
    if found is None or not found.is_at_hand(at.clock.now()):
        return page(request, "later.html", name=here.name, session=found, now=at.clock.now())
    return page(request, "session.html", name=here.name, session=found)
