"""What the media engine tells, signed."""

from http import HTTPStatus
from typing import Protocol

from aiohttp import web

from server import logs
from server.entry import Entry, entry
from server.livekit import ForgedWebhook, News, Notice
from server.pages.context import ROOMS
from signalling.meeting.errors import MediaDown

log = logs.get(__name__)


class Reporter(Protocol):
    """Reads the engine's webhooks."""

    async def receive(self, body: bytes, authorization: str) -> Notice | None:
        """Verify, act on what the engine alone can see, and say what happened.

        Raises:
            ForgedWebhook, MediaDown
        """
        ...


REPORTER = web.AppKey("REPORTER", Reporter)


@entry(Entry.ENGINE, token=False)
async def webhook(request: web.Request) -> web.StreamResponse:
    """POST /livekit/webhook."""
    body = await request.read()
    try:
        notice = await request.app[REPORTER].receive(body, request.headers.get("Authorization", ""))
    except ForgedWebhook:
        log.warning("a webhook was not signed by the engine")
        raise web.HTTPUnauthorized from None
    except MediaDown:
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
    rooms = request.app[ROOMS]
    match notice:
        case Notice(News.JOINED):
            await rooms.media_joined(notice.meeting, notice.seat, notice.session)
        case Notice(News.LEFT):
            await rooms.media_left(notice.meeting, notice.seat, notice.session)
        case _:
            pass
    return web.Response()
