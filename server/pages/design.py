"""For whoever works on the pages: every part in every state. In the demo alone, which is on loopback only."""

from http import HTTPStatus

from aiohttp import web

from server.entry import Entry, entry
from server.pages.context import house
from server.pages.guard import Refused
from server.pages.render import page
from server.words.agreement import DEFAULT_CLAUSES


@entry(Entry.PUBLIC)
async def parts(request: web.Request) -> web.StreamResponse:
    """GET /design: what pages are made of."""
    _in_the_demo_alone(request)
    return page(request, "design.html", promises=DEFAULT_CLAUSES[:3])


@entry(Entry.PUBLIC)
async def live(request: web.Request) -> web.StreamResponse:
    """GET /design/live: the waiting room, the room and the desk; the address says in which state."""
    _in_the_demo_alone(request)
    return page(request, "design_live.html")


def _in_the_demo_alone(request: web.Request) -> None:
    if not house(request).config.demo:
        raise Refused(HTTPStatus.NOT_FOUND, "404")
