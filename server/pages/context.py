"""What handlers find on the application and on a request."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web
from jinja2 import Environment

from moderation.actions import Action
from moderation.model import Actor, MeetingId, PersonId, SeatId
from server.auth import Staff
from server.doorkeeper import Doorkeeper
from server.house import House
from server.seats import Parent
from server.turns import Turns
from server.whereabouts import Whereabouts


class Rooms(Protocol):
    """What running meetings must hear of from the pages."""

    async def seat_exited(self, seat: SeatId) -> None:
        """The quick exit: out of every meeting and every connection."""
        ...

    async def seat_ended(self, seat: SeatId) -> None:
        """The seat is no more: its connections end."""
        ...

    async def person_revoked(self, person: PersonId) -> None:
        """Out of every meeting on every device."""
        ...

    async def media_joined(self, meeting: MeetingId, seat: SeatId, session: str) -> None:
        """The engine says that this seat's media is connected."""
        ...

    async def media_left(self, meeting: MeetingId, seat: SeatId, session: str) -> None:
        """The engine says that it is not any more."""
        ...

    def labels_changed(self, meeting: MeetingId) -> None:
        """A name or a readiness result has changed."""
        ...


class Rules(Protocol):
    """Where a page asks for something in a running session."""

    async def act(self, meeting: MeetingId, actor: Actor, action: Action) -> object:
        """Do it, if the rules allow it.

        Raises:
            UnknownMeeting
        """
        ...


HOUSE = web.AppKey("HOUSE", House)
CARRIED = web.ResponseKey("CARRIED", list[str])
"""Of an answer: the digests of the style sheets within it."""
HEADERS = web.AppKey("HEADERS", dict[str, str])
DOORKEEPER = web.AppKey("DOORKEEPER", Doorkeeper)
TURNS = web.AppKey("TURNS", Turns)
BUNDLE = web.AppKey("BUNDLE", Path)
TEMPLATES = web.AppKey("TEMPLATES", Environment)
ROOMS = web.AppKey("ROOMS", Rooms)
RULES = web.AppKey("RULES", Rules)

HERE_STAFF = web.RequestKey("HERE_STAFF", Staff)
HERE_PARENT = web.RequestKey("HERE_PARENT", Parent)
WHEREABOUTS = web.RequestKey("WHEREABOUTS", Whereabouts)
POSTED = web.RequestKey("POSTED", Mapping[str, Sequence[str]])
SENT = web.RequestKey("SENT", Mapping[str, Any])


def house(request: web.Request) -> House:
    """The house that serves this request."""
    return request.app[HOUSE]
