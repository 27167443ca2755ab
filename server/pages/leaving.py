"""The quick exit. It works without JavaScript, without a token, and whatever else is wrong."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from aiohttp import hdrs, web

from moderation.model import SeatId
from server import auth, cookies, logs, seats, security, tasks
from server.deeds import Deed, note
from server.entry import Entry, entry
from server.pages.context import ROOMS, house
from server.pages.render import go
from server.seats import Parent

CLEAR = '"cache", "cookies", "storage"'
PATIENCE = 0.3  # seconds that leaving waits for the records

log = logs.get(__name__)
_unfinished: set[asyncio.Task[None]] = set()


@entry(Entry.PUBLIC, token=False)
async def leave(request: web.Request) -> web.StreamResponse:
    """POST /exit: end the seat, clear everything here, and on to the neutral page."""
    config = house(request).config
    answer = go(config.exit_url)
    # Another site can send people away, which is harmless, but not end their seat.
    if security.is_ours(request, config):
        await _patiently(_end_everything(request))
        _clear(request, answer)
    return answer


@entry(Entry.PUBLIC, token=False)
async def leave_unseen(request: web.Request) -> web.StreamResponse:
    """POST /exit/seat: what a page sends while it is being left."""
    if not security.is_ours(request, house(request).config):
        raise web.HTTPForbidden
    await _patiently(_end_everything(request))
    answer = web.Response(status=204)
    _clear(request, answer)
    return answer


@entry(Entry.STAFF)
async def sign_out(request: web.Request) -> web.StreamResponse:
    """POST /staff/sign-out."""
    answer = go("/staff/sign-in")
    await end_staff(request, quick=False)
    cookies.take(answer, house(request).config, cookies.STAFF)
    return answer


async def end_staff(request: web.Request, *, quick: bool) -> None:
    """End whoever is signed in here, and their place in running sessions."""
    at = house(request)
    cookie = cookies.read(request, at.config, cookies.STAFF)
    here = await auth.staff(at, cookie)
    session = await auth.sign_out(at, cookie)
    if session is not None:
        await _tell(request, SeatId(session), quick=quick)
    if here is not None:
        await note(at, here, Deed.SIGNED_OUT)


async def end_seat(request: web.Request) -> Parent | None:
    """End the seat that this browser holds, and its place in running sessions. Gives whose it was."""
    at = house(request)
    ended = await seats.end(at, cookies.read(request, at.config, cookies.SEAT))
    if ended is not None:
        await _tell(request, SeatId(ended.seat), quick=True)
    return ended


async def _tell(request: web.Request, seat: SeatId, *, quick: bool) -> None:
    rooms = request.app[ROOMS]
    await (rooms.seat_exited(seat) if quick else rooms.seat_ended(seat))


async def _end_everything(request: web.Request) -> None:
    try:
        left = await end_seat(request)
        await end_staff(request, quick=True)
        if left is not None:
            async with house(request).database.writing() as connection:
                await tasks.keep_quiet(connection, left.member)
    except Exception as error:  # nothing may keep anyone from leaving
        log.error("an exit could not be recorded", exc_info=error)


async def _patiently(work: Coroutine[Any, Any, None]) -> None:
    """Wait a moment for it; it goes on by itself if it takes longer."""
    task = asyncio.create_task(work)
    _unfinished.add(task)
    task.add_done_callback(_unfinished.discard)
    await asyncio.wait({task}, timeout=PATIENCE)


def _clear(request: web.Request, answer: web.Response) -> None:
    config = house(request).config
    for name in (cookies.SEAT, cookies.STAFF, cookies.VISIT, cookies.KNOWN):
        cookies.take(answer, config, name)
    answer.headers["Clear-Site-Data"] = CLEAR
    answer.headers[hdrs.CACHE_CONTROL] = "no-store"
