"""Socket.IO by hand, so that a test can say anything at all, or nothing when it is asked.

Engine.IO 4 over a WebSocket, Socket.IO 5 in it: text frames that begin with one or two digits.
"""

import asyncio
import contextlib
import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import aiohttp

WAIT: Final = 5.0
PATH: Final = "/socket.io/?EIO=4&transport=websocket"


class NotLetIn(Exception):
    """The connection was refused. `error` is the stable identifier, or the HTTP status."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class Unanswered(Exception):
    """What a test waited for did not come."""


class Wire:
    """One event connection. It answers pings until `is_silent`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[str] = []
        self.events: list[tuple[str, Any]] = []
        self.is_silent = False
        self._answers: dict[int, Any] = {}
        self._numbers = itertools.count(1)
        self._news = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def open(
        cls, http: aiohttp.ClientSession, origin: str, auth: object, headers: Mapping[str, str] | None = None
    ) -> "Wire":
        """Connect and be let in. Raises NotLetIn."""
        wire = await cls.knock(http, origin, headers)
        await wire.say(f"40{json.dumps(auth)}")
        first = await wire.heard(lambda frame: frame.startswith(("40", "44")), or_end=True)
        if first is None or first.startswith("44"):
            await wire.close()
            raise NotLetIn(_error(first))
        return wire

    @classmethod
    async def knock(
        cls, http: aiohttp.ClientSession, origin: str, headers: Mapping[str, str] | None = None
    ) -> "Wire":
        """Open the transport only, and say nothing yet. Raises NotLetIn."""
        try:
            socket = await http.ws_connect(f"{origin}{PATH}", headers=dict(headers or {}))
        except aiohttp.WSServerHandshakeError as refusal:
            raise NotLetIn(str(refusal.status)) from None
        return cls(socket)

    @property
    def is_open(self) -> bool:
        """Whether the other side still keeps the connection."""
        return not self._listening.done()

    async def say(self, frame: str) -> None:
        """Send one text frame, sense or nonsense. Raises Unanswered where the other side has ended it."""
        try:
            await self.socket.send_str(frame)
        except aiohttp.ClientConnectionError:
            last = [told[:200] for told in self.frames[-3:]]
            raise Unanswered(f"closed with {self.socket.close_code}, last heard {last}") from None

    async def ask(self, event: str, *data: object, wait: float = WAIT) -> Any:
        """Send an event and wait for its acknowledgement. Raises Unanswered."""
        number = next(self._numbers)
        await self.say(f"42{number}{json.dumps([event, *data])}")
        if not await self.until(lambda: number in self._answers, wait):
            raise Unanswered(f"no answer to {event}")
        return self._answers[number]

    async def heard(self, wanted: Callable[[str], bool], *, or_end: bool = False) -> str | None:
        """The first frame that is wanted; None where the connection ended instead. Raises Unanswered."""
        await self.until(lambda: any(map(wanted, self.frames)) or not self.is_open)
        found = next(filter(wanted, self.frames), None)
        if found is None and not (or_end and not self.is_open):
            raise Unanswered(f"heard only {[frame[:40] for frame in self.frames]}")
        return found

    async def until(self, met: Callable[[], bool], wait: float = WAIT) -> bool:
        """Wait for something that a message or the end of the connection can bring about."""
        try:
            async with asyncio.timeout(wait):
                while not met():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return met()
        return True

    async def ended(self, within: float = WAIT) -> bool:
        """Whether the other side ends the connection in that time."""
        return await self.until(lambda: not self.is_open, within)

    def drop(self) -> None:
        """Lose the connection without a word."""
        connection = self.socket._response.connection
        if connection is not None and connection.transport is not None:
            connection.transport.abort()

    async def close(self) -> None:
        """Close as a page does that is left."""
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        with contextlib.suppress(aiohttp.ClientError, ConnectionError):
            await self.socket.close(code=aiohttp.WSCloseCode.GOING_AWAY)

    async def _listen(self) -> None:
        try:
            async for message in self.socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._take(message.data)
        except (aiohttp.ClientError, ConnectionError):
            pass
        finally:
            asyncio.get_running_loop().call_soon(self._news.set)

    async def _take(self, frame: str) -> None:
        if frame == "2":
            if not self.is_silent:
                await self.say("3")
            return
        self.frames.append(frame)
        if frame.startswith("42"):
            name, *data = json.loads(frame[2:])
            self.events.append((name, data[0] if data else None))
        elif frame.startswith("43"):
            number, data = frame[2:].split("[", 1)
            self._answers[int(number)] = json.loads(f"[{data}")[0]
        self._news.set()


def _error(frame: str | None) -> str:
    """The identifier in a refusal: `44{"message": …, "data": {"error": id}}`."""
    if frame is None:
        return "closed"
    told = json.loads(frame[2:])
    data = told.get("data")
    return str(data["error"] if isinstance(data, dict) and "error" in data else told.get("message"))
