"""A parent's way in, a step a page. Each step posts and goes on to the next; nothing is asked twice."""

from enum import Enum
from http import HTTPStatus

from aiohttp import web

from moderation.model import MeetingId
from server import agreements, groups, meetings, readiness, seats
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
    READY = "/ready"
    SESSION = "/session"


ORDER = tuple(Step)


async def whereabouts(at: House, here: Parent) -> str:
    """The path of the first step that this parent has still to take."""
    session = await meetings.at_hand(at, here.group)
    return (await _first_open(at, here, session)).value


async def _first_open(at: House, here: Parent, session: Session | None) -> Step:
    if not here.welcomed:
        return Step.WELCOME
    if here.name is None:
        return Step.NAME
    if await _version(at, here, session) not in here.accepted:
        return Step.AGREEMENT
    if session is None or not session.is_at_hand(at.clock.now()):
        return Step.SESSION
    return Step.SESSION if await readiness.is_recorded(at, here.seat, session.id) else Step.READY


async def _version(at: House, here: Parent, session: Session | None) -> int:
    """The agreement's version that counts: the one the session was opened with, or else the newest."""
    if session is not None and session.agreement is not None:
        return session.agreement
    async with at.database.reading() as connection:
        return await agreements.current_version(connection, here.group)


async def _turned_back(request: web.Request, step: Step) -> web.Response | None:
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
    return go(await whereabouts(at, here)) if here.welcomed else page(request, "welcome.html")


@entry(Entry.PARENT)
async def name(request: web.Request) -> web.StreamResponse:
    """GET /name: the name to be called."""
    here = request[HERE_PARENT]
    back = await _turned_back(request, Step.NAME)
    if back is not None:
        return back
    if here.name is not None:
        return go(await whereabouts(house(request), here))
    return page(request, "name.html", typed="", errors={})


@entry(Entry.PARENT)
async def give_name(request: web.Request) -> web.StreamResponse:
    """POST /name."""
    at, here = house(request), request[HERE_PARENT]
    back = await _turned_back(request, Step.NAME)
    if back is not None or here.name is not None:
        return back or go(Step.AGREEMENT.value)
    form = Typed(request[POSTED])
    say = words.parent
    wanted = form.text("name", LONGEST_NAME, missing=say.name_missing, wrong=say.name_wrong, is_right=is_name)
    if not form.errors and not await seats.call(at, here, wanted):
        form.errors["name"] = say.name_taken.format(name=wanted)
    if form.errors:
        return page(
            request, "name.html", HTTPStatus.UNPROCESSABLE_ENTITY, typed=form.raw("name"), errors=form.errors
        )
    return go(Step.AGREEMENT.value)


@entry(Entry.PARENT)
async def agreement(request: web.Request) -> web.StreamResponse:
    """GET /agreement: to accept it, or to read it again."""
    here = request[HERE_PARENT]
    back = await _turned_back(request, Step.AGREEMENT)
    if back is not None:
        return back
    current = await _agreement(request)
    return page(request, "agreement.html", agreement=current, is_accepted=current.version in here.accepted)


@entry(Entry.PARENT)
async def accept(request: web.Request) -> web.StreamResponse:
    """POST /agreement: the version that was read is the one that is accepted."""
    at, here = house(request), request[HERE_PARENT]
    back = await _turned_back(request, Step.AGREEMENT)
    if back is not None:
        return back
    current = await _agreement(request)
    if Typed(request[POSTED]).raw("version") != str(current.version):
        return go(Step.AGREEMENT.value)
    await agreements.accept(at, here.member, current.version)
    return go(Step.READY.value)


async def _agreement(request: web.Request) -> Agreement:
    at, here = house(request), request[HERE_PARENT]
    session = await meetings.at_hand(at, here.group)
    return await agreements.read(at, here.group, await _version(at, here, session))


@entry(Entry.PARENT)
async def ready(request: web.Request) -> web.StreamResponse:
    """GET /ready: the readiness check, at any time."""
    back = await _turned_back(request, Step.READY)
    return back or page(request, "ready.html", seat=request[HERE_PARENT].seat)


@entry(Entry.PARENT, json=True)
async def finish_check(request: web.Request) -> web.StreamResponse:
    """POST /ready: the check's result from the page's script; or from the form, that it was passed over."""
    at, here = house(request), request[HERE_PARENT]
    back = await _turned_back(request, Step.READY)
    if back is not None:
        return back
    sent = request.get(SENT)
    result = Result(Readiness.NOT_CHECKED, False, False) if sent is None else _result(sent)
    session = await meetings.at_hand(at, here.group)
    if session is not None:
        await readiness.record(at, here.seat, session.id, result)
        request.app[ROOMS].labels_changed(MeetingId(session.id))
    if sent is None:
        return go(Step.SESSION.value)
    return web.json_response({"next": Step.SESSION.value})


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
    back = await _turned_back(request, Step.READY)
    if back is not None:
        return back
    found = await meetings.at_hand(at, here.group)
    if found is None or not found.is_at_hand(at.clock.now()):
        return page(request, "later.html", name=here.name, session=found, now=at.clock.now())
    async with at.database.reading() as connection:
        hosts = await groups.hosts(at, connection, here.group)
    return page(request, "session.html", name=here.name, session=found, hosts=[host.name for host in hosts])


@entry(Entry.PUBLIC)
async def goodbye(request: web.Request) -> web.StreamResponse:
    """GET /goodbye: after leaving, with the way back."""
    return page(request, "goodbye.html")
