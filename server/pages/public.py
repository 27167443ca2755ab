"""Pages for anyone: the front, the helplines, a personal link, and the browser's own files."""

from http import HTTPStatus
from typing import Any

from aiohttp import hdrs, web

from server import cookies, groups, invites, meetings, whereabouts
from server.entry import Entry, entry
from server.forms import Typed
from server.house import House
from server.invites import LIVE, Pin, State
from server.pages import leaving, when
from server.pages.context import BUNDLE, DOORKEEPER, POSTED, house
from server.pages.guard import Refused
from server.pages.parent import go_on
from server.pages.render import go, page
from server.whereabouts import Step, Whereabouts
from server.words import words
from server.words.base import HELPLINES

LONGEST_PIN = 20
A_YEAR = "public, max-age=31536000, immutable"


@entry(Entry.PUBLIC)
async def front(request: web.Request) -> web.StreamResponse:
    """GET /: says nothing about what this is."""
    return page(request, "front.html")


@entry(Entry.PUBLIC)
async def helplines(request: web.Request) -> web.StreamResponse:
    """GET /helplines."""
    answer = page(request, "helplines.html", lines=HELPLINES)
    answer.headers[hdrs.CACHE_CONTROL] = "no-cache"
    answer.headers[hdrs.VARY] = "Accept-Encoding, Accept-Language, Cookie"
    return answer


@entry(Entry.PUBLIC)
async def landing(request: web.Request) -> web.StreamResponse:
    """GET /i/{secret}: a plain page with a button. Opening it uses nothing up: mail scanners open links."""
    at, secret = house(request), request.match_info["secret"]
    a_person = request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")
    invite = await invites.look(at, secret, opened=a_person)
    if invite is None:
        raise Refused(HTTPStatus.NOT_FOUND, "invite_unknown")
    if invite.state not in LIVE:
        raise Refused(HTTPStatus.GONE, f"invite_{invite.state.value}")
    here = await _here(request)
    if here is not None and here.parent.invite == invite.id:
        return go_on(here)
    sentences = await _who_and_when(at, invite.group)
    return page(request, "landing.html", sentences=sentences, asks_pin=invite.asks_pin, errors={})


async def _ask_again(request: web.Request, refused: Pin) -> web.Response:
    """Once more for the PIN; too many wrong ones, and only a new link helps."""
    if refused is Pin.USED_UP:
        raise Refused(HTTPStatus.GONE, "invite_locked")
    at, say = house(request), words.parent
    invite = await invites.look(at, request.match_info["secret"], opened=False)
    sentences = [] if invite is None else await _who_and_when(at, invite.group)
    errors = {"pin": say.pin_wrong if refused is Pin.WRONG else say.pin_missing}
    facts: dict[str, Any] = {"sentences": sentences, "asks_pin": True, "errors": errors}
    return page(request, "landing.html", HTTPStatus.UNPROCESSABLE_ENTITY, **facts)


async def _here(request: web.Request) -> Whereabouts | None:
    """Whose browser this is, if it is a parent's."""
    at = house(request)
    found = await whereabouts.read(at, cookies.read(request, at.config, cookies.SEAT))
    return found if isinstance(found, Whereabouts) else None


async def _who_and_when(at: House, group: str) -> list[str]:
    """What somebody must know to trust the link, and nothing that tells others what it is for."""
    say, told = words.parent, [words.parent.landing_text]
    async with at.database.reading() as connection:
        hosts = await groups.hosts(at, connection, group)
        session = await meetings.at_hand_in(at, connection, group)
    if hosts:
        told.append(say.landing_hosts.format(hosts=when.either([host.name for host in hosts])))
    if session is not None:
        day = when.on_day(session.starts_at, at.clock.now(), at.config.zone)
        clock = when.clock(session.starts_at, at.config.zone)
        length = when.length(session.minutes)
        told.append(say.landing_when.format(on_day=day, time=clock, length=length))
    return told


@entry(Entry.PUBLIC)
async def redeem(request: web.Request) -> web.StreamResponse:
    """POST /i/{secret}: this device gets a seat. One browser is one person: whoever was here leaves."""
    at, secret = house(request), request.match_info["secret"]
    here = await _here(request)
    if here is not None:
        invite = await invites.look(at, secret, opened=False)
        if invite is not None and here.parent.invite == invite.id:
            return go_on(here)
    pin = "".join(letter for letter in Typed(request[POSTED]).raw("pin") if letter.isdigit())[:LONGEST_PIN]
    redeemed = await invites.redeem(at, secret, request.app[DOORKEEPER].hasher, pin)
    if isinstance(redeemed, Pin):
        return await _ask_again(request, redeemed)
    if redeemed is None:
        raise Refused(HTTPStatus.NOT_FOUND, "invite_unknown")
    if isinstance(redeemed, State):
        raise Refused(HTTPStatus.GONE, f"invite_{redeemed.value}")
    await leaving.end_seat(request)
    await leaving.end_staff(request, quick=False)
    now_here = await whereabouts.read(at, redeemed)
    answer = go_on(now_here) if isinstance(now_here, Whereabouts) else go(Step.WELCOME.value)
    cookies.give(answer, at.config, cookies.SEAT, redeemed)
    cookies.take(answer, at.config, cookies.STAFF)
    cookies.take(answer, at.config, cookies.VISIT)
    return answer


@entry(Entry.PUBLIC)
async def static(request: web.Request) -> web.StreamResponse:
    """GET /static/…: built files; their names change with their content. Compressed ones lie beside them."""
    wanted = request.app[BUNDLE] / "assets" / request.match_info["name"]
    if not wanted.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(wanted, headers={hdrs.CACHE_CONTROL: A_YEAR})


@entry(Entry.PUBLIC)
async def service_worker(request: web.Request) -> web.StreamResponse:
    """GET /sw.js: keeps the helplines for when there is no internet."""
    script = request.app[BUNDLE] / "sw.js"
    if not script.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(
        script, headers={hdrs.CACHE_CONTROL: "no-cache", hdrs.CONTENT_TYPE: "text/javascript"}
    )
