"""The one way from the router to a handler: doors, form tokens, errors as pages, headers."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from aiohttp import hdrs, web

from server import auth, cookies, entry, forms, logs, security, whereabouts
from server.auth import Role, Staff
from server.entry import Door, Entry, Handler
from server.pages.context import (
    CARRIED,
    HEADERS,
    HERE_PARENT,
    HERE_STAFF,
    POSTED,
    SENT,
    TURNS,
    WHEREABOUTS,
    house,
)
from server.pages.render import STATIC, go, holder, problem
from server.turns import Crowded
from server.whereabouts import Whereabouts
from server.words import words
from signalling.meeting.errors import JournalDown

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SIGN_IN = "/staff/sign-in"
PROVE = "/staff/prove"
TO = "to"
_NOT_PAGES = ("/media/", "/socket.io/", "/livekit/", "/static/")
_ENGINES = "/livekit/"
_SOCKETS = ("/media/", "/socket.io/")
_KIND_PAGES = frozenset({400, 403, 404, 405, 413})
BODY_WITHIN = 10.0  # seconds: the longest form over the slowest line takes four

log = logs.get(__name__)


class Refused(Exception):
    """Whoever comes may not enter. `name` is that of the sentences to show."""

    def __init__(self, status: HTTPStatus, name: str) -> None:
        super().__init__(name)
        self.status = status
        self.name = name


@web.middleware
async def errors_as_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong, a page says what to do next, and no more."""
    if request.path.startswith(_NOT_PAGES):
        return await handler(request)
    try:
        return await handler(request)
    except Refused as refused:
        log.info("refused", route=_pattern(request), status=refused.status)
        return problem(request, refused.status, refused.name)
    except forms.BadBody:
        return problem(request, HTTPStatus.BAD_REQUEST, "400")
    except JournalDown as error:
        log.error("the database does not answer", exc_info=error)
        return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, "503")
    except web.HTTPException as error:
        if error.status not in _KIND_PAGES:
            raise
        answer = problem(request, error.status, str(error.status))
        if hdrs.ALLOW in error.headers:
            answer.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
        return answer
    except Exception as error:
        log.error("a page failed", route=_pattern(request), exc_info=error)
        return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "500")


@web.middleware
async def in_turn(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer whoever's turn it is, once their whole body is here: who sends slowly keeps nobody waiting."""
    address = security.client_address(request, house(request).config)
    turns = request.app[TURNS]
    try:
        if request.path.startswith(_SOCKETS):
            with turns.open(address):
                return await handler(request)
        if request.path.startswith(_ENGINES):
            return await handler(request)
        if request.can_read_body:
            await _whole_body(request)
        async with turns.turn(address):
            return await handler(request)
    except Crowded:
        log.warning("too much at once from one address")
        return web.Response(status=HTTPStatus.TOO_MANY_REQUESTS, text=words.errors.crowded)


async def _whole_body(request: web.Request) -> None:
    """Read it, to be found again by whoever reads it next.

    Raises:
        HTTPRequestEntityTooLarge, HTTPRequestTimeout
    """
    try:
        with suppress(web.RequestPayloadError):  # raised again when a form is read
            async with asyncio.timeout(BODY_WITHIN):
                await request.read()
    except TimeoutError:
        log.warning("a body came too slowly")
        if request.transport is not None:
            request.transport.close()
        raise web.HTTPRequestTimeout from None


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let in whom the route's door lets in."""
    if request.match_info.http_exception is not None:
        return await handler(request)
    door = entry.declared(request.match_info.route)
    if door is None:
        raise entry.NoDoor(_pattern(request))
    if request.method not in SAFE and door.token:
        await _check_post(request, door)
    match door.who:
        case Entry.PUBLIC | Entry.SEAT | Entry.ENGINE:
            pass
        case Entry.PARENT:
            await _let_parent_in(request)
        case Entry.STAFF | Entry.ADMIN | Entry.FACILITATOR | Entry.KEEPER:
            found = await _staff(request)
            if found is None:
                return go(SIGN_IN)
            if not _MAY[door.who](found):
                raise Refused(HTTPStatus.FORBIDDEN, "403")
            if door.fresh and not found.is_fresh(house(request).clock.now()):
                if request.content_type == "application/json":
                    raise Refused(HTTPStatus.FORBIDDEN, "stale")
                return go(f"{PROVE}?{TO}={request.path}")
            request[HERE_STAFF] = found
    return await handler(request)


async def add_headers(request: web.Request, answer: web.StreamResponse) -> None:
    """Put the headers of every answer on this one. Built files go without what is of pages alone.

    They never change under their name either: nobody asks whether they have.
    """
    own = request.app[HEADERS]
    if isinstance(answer, web.FileResponse) and request.path.startswith(STATIC):
        own = {name: value for name, value in own.items() if name not in security.OF_PAGES}
        answer.headers.popall(hdrs.ETAG, None)
        answer.headers.popall(hdrs.LAST_MODIFIED, None)
    answer.headers.update(own)
    for digest in answer.get(CARRIED, ()):
        security.allow_style(answer.headers, digest)


async def _check_post(request: web.Request, door: Door) -> None:
    """A post must come from a page of ours, and carry the token that this browser was given with it."""
    if not security.is_ours(request, house(request).config):
        raise Refused(HTTPStatus.FORBIDDEN, "stale")
    if door.json and request.content_type == "application/json":
        token = request.headers.get(security.TOKEN_HEADER, "")
        request[SENT] = await forms.read_json(request)
    else:
        request[POSTED] = await forms.read_form(request)
        token = next(iter(request[POSTED].get(security.TOKEN_FIELD, ())), "")
    if not security.is_token(house(request).keys, holder(request), token):
        raise Refused(HTTPStatus.FORBIDDEN, "stale")


async def _let_parent_in(request: web.Request) -> None:
    cookie = cookies.read(request, house(request).config, cookies.SEAT)
    found = await whereabouts.read(house(request), cookie)
    if not isinstance(found, Whereabouts):
        raise Refused(HTTPStatus.FORBIDDEN, "seat")
    request[WHEREABOUTS], request[HERE_PARENT] = found, found.parent


async def _staff(request: web.Request) -> Staff | None:
    cookie = cookies.read(request, house(request).config, cookies.STAFF)
    return await auth.staff(house(request), cookie)


_MAY: dict[Entry, Callable[[Staff], bool]] = {
    Entry.STAFF: lambda here: True,
    Entry.ADMIN: lambda here: here.role is Role.ADMIN,
    Entry.FACILITATOR: lambda here: here.role is Role.FACILITATOR,
    Entry.KEEPER: lambda here: here.role is Role.ADMIN or here.is_worker,
}


def _pattern(request: web.Request) -> str:
    """The route's pattern: a path may hold a secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else ""
