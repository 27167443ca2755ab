"""Who may enter where. Every route says it; one that does not is refused at the start."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from weakref import WeakKeyDictionary

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Entry(Enum):
    """Who may enter."""

    PUBLIC = auto()
    PARENT = auto()  # a good seat
    STAFF = auto()  # anyone signed in
    ADMIN = auto()
    FACILITATOR = auto()
    KEEPER = auto()  # an admin, or a facilitator who is a worker
    SEAT = auto()  # the wire asks the Seats port itself, at each upgrade
    ENGINE = auto()  # the media engine, by its signature


@dataclass(frozen=True)
class Door:
    """What a route asks of who comes.

    `token`: a POST carries the token of our own form; `json`: it may be our own script's; `fresh`: whoever is
    signed in has shown the second factor a moment ago.
    """

    who: Entry
    token: bool = True
    json: bool = False
    fresh: bool = False


class NoDoor(Exception):
    """A route does not say who may enter. `route` is its pattern."""

    def __init__(self, route: str) -> None:
        super().__init__(f"{route} does not say who may enter")
        self.route = route


_doors: WeakKeyDictionary[object, Door] = WeakKeyDictionary()


def entry(
    who: Entry, *, token: bool = True, json: bool = False, fresh: bool = False
) -> Callable[[Handler], Handler]:
    """Declare who may enter through this handler."""

    def declare_it(handler: Handler) -> Handler:
        declare(handler, who, token=token, json=json, fresh=fresh)
        return handler

    return declare_it


def declare(
    handler: object, who: Entry, *, token: bool = True, json: bool = False, fresh: bool = False
) -> None:
    """Declare who may enter through a handler that is not ours to decorate."""
    _doors[handler] = Door(who, token, json, fresh)


def declared(route: web.AbstractRoute) -> Door | None:
    """What a route declares, if anything."""
    return _doors.get(route.handler)


def check_all(app: web.Application) -> None:
    """Walk the router.

    Raises:
        NoDoor: for the first route that does not say who may enter.
    """
    for route in app.router.routes():
        if declared(route) is None:
            raise NoDoor(f"{route.method} {route.resource.canonical if route.resource else '?'}")
