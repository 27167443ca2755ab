"""Who may enter where."""

import pytest
from aiohttp import web

from server import entry
from server.auth import Role
from server.entry import Door, Entry
from server.pages.guard import SAFE
from tests.server.conftest import Place

STAFF = (Entry.STAFF, Entry.ADMIN, Entry.FACILITATOR, Entry.KEEPER)


def test_every_route_says_who_may_enter(app: web.Application) -> None:
    for route in app.router.routes():
        assert isinstance(entry.declared(route), Door), route


def test_a_route_that_does_not_say_so_is_refused_at_the_start(app: web.Application) -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        return web.Response()

    app.router.add_get("/silent", silent)
    with pytest.raises(entry.NoDoor, match="/silent"):
        entry.check_all(app)


def test_every_post_carries_a_token_but_for_the_exits_and_the_engine(app: web.Application) -> None:
    without = {
        route.resource.canonical
        for route in app.router.routes()
        if route.method not in SAFE and route.resource and (door := entry.declared(route)) and not door.token
    }
    assert without == {"/exit", "/exit/seat", "/livekit/webhook"}


def paths_for(app: web.Application, *who: Entry) -> list[tuple[str, str]]:
    """Method and a path of every route for these, with ids of nobody."""
    known = {"{kind}": "question", "{version}": "1"}
    return [
        (
            route.method,
            "/".join(
                known.get(part, "0" * 24) if "{" in part else part for part in resource.canonical.split("/")
            ),
        )
        for route in app.router.routes()
        if (resource := route.resource) and (door := entry.declared(route)) and door.who in who
    ]


async def test_strangers_are_sent_to_sign_in_or_to_their_link(app: web.Application, place: Place) -> None:
    visitor = place.visitor()
    for method, path in paths_for(app, *STAFF):
        if method == "GET":
            assert (await visitor.open(path)).path == "/staff/sign-in"
    for method, path in paths_for(app, Entry.PARENT):
        if method == "GET":
            page = await visitor.open(path)
            assert page.status == 403
            assert "open your link again" in page.html


async def test_a_parent_is_not_staff_and_staff_are_not_parents(app: web.Application, place: Place) -> None:
    parent, admin = await place.parent(), await place.staff(Role.ADMIN)
    for method, path in paths_for(app, *STAFF):
        if method == "GET":
            assert (await parent.open(path)).path == "/staff/sign-in"
    for method, path in paths_for(app, Entry.PARENT):
        if method == "GET":
            assert (await admin.open(path)).status == 403


async def test_admins_do_not_enter_rooms_and_facilitators_do_not_administer(
    app: web.Application, place: Place
) -> None:
    admin, host = await place.staff(Role.ADMIN), await place.staff(Role.FACILITATOR)
    assert (await admin.open(f"/staff/sessions/{place.meeting}")).status == 403
    assert (await host.open(f"/staff/sessions/{place.meeting}")).status == 200
    for method, path in paths_for(app, Entry.ADMIN):
        if method == "GET":
            assert (await host.open(path)).status == 403
