"""Signed webhooks: what happens in rooms, told to the platform in order."""

import asyncio
import base64
import contextlib
import hashlib
import json
import secrets
from collections import deque
from collections.abc import Callable

import aiohttp
import jwt
from google.protobuf.json_format import MessageToDict
from livekit.protocol.models import ParticipantInfo, Room, TrackInfo
from livekit.protocol.webhook import WebhookEvent

MAX_WAITING = 2000
ATTEMPTS = 4
FIRST_PAUSE = 0.1
TIMEOUT = aiohttp.ClientTimeout(total=3)
TOKEN_LIFE = 300


class Webhooks:
    """Posts events one after another; the oldest are dropped when nobody takes them."""

    def __init__(self, url: str, key: str, secret: str, wall_clock: Callable[[], float]) -> None:
        self._url = url
        self._key, self._secret = key, secret
        self._wall_clock = wall_clock
        self._waiting: deque[bytes] = deque(maxlen=MAX_WAITING)
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to post, in the running event loop."""
        self._task = asyncio.create_task(self._post_all())

    async def close(self) -> None:
        """Stop at once."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def tell(
        self, name: str, room: Room, participant: ParticipantInfo | None, track: TrackInfo | None
    ) -> None:
        """Queue one event."""
        event = WebhookEvent(
            event=name,
            id=f"EV_{secrets.token_hex(6)}",
            created_at=int(self._wall_clock()),
            room=room,
            participant=participant,
            track=track,
        )
        self._waiting.append(json.dumps(MessageToDict(event)).encode())
        self._news.set()

    def authorization(self, body: bytes) -> str:
        """The token that proves who sent this body (its SHA-256 is inside)."""
        now = int(self._wall_clock())
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        claims = {"iss": self._key, "nbf": now, "exp": now + TOKEN_LIFE, "sha256": digest}
        return jwt.encode(claims, self._secret, algorithm="HS256")

    async def _post_all(self) -> None:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as http:
            while True:
                await self._news.wait()
                self._news.clear()
                while self._waiting:
                    await self._post(http, self._waiting.popleft())

    async def _post(self, http: aiohttp.ClientSession, body: bytes) -> None:
        for attempt in range(ATTEMPTS):
            headers = {"Content-Type": "application/webhook+json", "Authorization": self.authorization(body)}
            try:
                async with http.post(self._url, data=body, headers=headers) as answer:
                    if answer.status < 500:
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(FIRST_PAUSE * 2**attempt)
