"""Trying one's phone without a link: the same readiness check, of which nobody hears."""

from http import HTTPStatus

from aiohttp import web

from server import cookies, readiness
from server.entry import Entry, entry
from server.pages.context import house
from server.pages.render import go, page
from server.readiness import Trials
from server.security import client_address

PATH = "/check"
TRIALS = web.AppKey("TRIALS", Trials)


@entry(Entry.PUBLIC)
async def check(request: web.Request) -> web.StreamResponse:
    """GET /check: a button first, so that only a person starts the engine; then the check."""
    at = house(request)
    begun = readiness.trial(at, cookies.read(request, at.config, cookies.TRIAL)) is not None
    return page(request, "check.html", begun=begun, too_many=False)


@entry(Entry.PUBLIC)
async def begin(request: web.Request) -> web.StreamResponse:
    """POST /check: a pass for a few minutes, unless there were too many."""
    at = house(request)
    given = await request.app[TRIALS].begin(client_address(request, at.config))
    if given is None:
        return page(request, "check.html", HTTPStatus.TOO_MANY_REQUESTS, begun=False, too_many=True)
    answer = go(PATH)
    cookies.give(answer, at.config, cookies.TRIAL, given)
    return answer
