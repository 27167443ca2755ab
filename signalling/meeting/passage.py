"""One browser's way through the gate: two WebSockets and what is carried between them."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from aiohttp import ClientWebSocketResponse, WSCloseCode, WSMsgType, web
from google.protobuf.message import DecodeError
from livekit.protocol.rtc import SignalRequest

from moderation.model import MeetingId, SeatId
from signalling.meeting.flood import Bucket

MESSAGE_FROM_ENGINE = 1024 * 1024
CLIENT_RATE, CLIENT_BURST = 50.0, 300.0
"""Messages a second, and at once: a negotiation with many tracks sends dozens of candidates."""
LEAVE = bytes([SignalRequest.LEAVE_FIELD_NUMBER << 3 | 2])
"""What a request that says so begins with: its field, and that a length follows."""
LAST_WORDS = 0.3
"""Seconds in which the engine may still tell the browser why it has to go."""


class PassageClose(IntEnum):
    """Why the platform closed a passage, as WebSocket close codes."""

    NOT_ALLOWED_ANY_MORE = 4403
    MOVED = 4404
    REPLACED = 4409


@dataclass(frozen=True, slots=True)
class Parting:
    """How a passage ended. `code`: what to close the browser's side with.

    `on_purpose`: by a close frame, the engine or the platform, not by the browser's connection breaking off.
    """

    code: int
    on_purpose: bool


def _whole(message: bytes) -> bytes | None:
    return message


@dataclass(frozen=True, slots=True)
class Sieve:
    """What is carried of a message in either direction; None: nothing of it. Everything, unless said."""

    up: Callable[[bytes], bytes | None] = _whole
    down: Callable[[bytes], bytes | None] = _whole


ALL = Sieve()


class Passage:
    """Carries the bytes both ways until one side closes or the platform ends it. A check has no meeting."""

    def __init__(self, room: str, seat: SeatId, meeting: MeetingId | None = None, sieve: Sieve = ALL) -> None:
        self.room = room
        self.sieve = sieve
        self.meeting = meeting
        self.seat = seat
        self._ended_because: int | None = None
        self._end = asyncio.Event()

    def end(self, code: int) -> None:
        """Let nothing more through from the browser, and close both sides in a moment."""
        if self._ended_because is None:
            self._ended_because = code
            self._end.set()

    @property
    def ended(self) -> bool:
        """Whether the platform has ended it."""
        return self._ended_because is not None

    async def carry(self, client: web.WebSocketResponse, engine: ClientWebSocketResponse) -> Parting:
        """Carry until the end. Closing both sides is left to the caller."""
        up = asyncio.create_task(self._up(client, engine))
        down = asyncio.create_task(self._down(client, engine))
        ending = asyncio.create_task(self._end.wait())
        try:
            await asyncio.wait({up, down, ending}, return_when=asyncio.FIRST_COMPLETED)
            if self.ended and not down.done():
                await asyncio.wait({down}, timeout=LAST_WORDS)
            return self._parting(up, down)
        finally:
            for task in (up, down, ending):
                task.cancel()
            await asyncio.gather(up, down, ending, return_exceptions=True)

    def _parting(self, up: "asyncio.Task[Parting]", down: "asyncio.Task[Parting]") -> Parting:
        """Receiving never raises, so an error in one direction is the other side's connection breaking."""
        if self._ended_because is not None:
            return Parting(self._ended_because, on_purpose=True)
        if up.done() and up.exception() is None:
            return up.result()
        if down.done() and down.exception() is not None:
            return Parting(WSCloseCode.GOING_AWAY, on_purpose=False)
        code = down.result().code if down.done() else WSCloseCode.GOING_AWAY
        return Parting(code, on_purpose=True)

    async def _up(self, client: web.WebSocketResponse, engine: ClientWebSocketResponse) -> Parting:
        bucket = Bucket(CLIENT_RATE, CLIENT_BURST, time.monotonic())
        while True:
            message = await client.receive()
            if message.type is WSMsgType.BINARY:
                if not bucket.take(time.monotonic()):
                    return Parting(WSCloseCode.POLICY_VIOLATION, on_purpose=True)
                carried = self.sieve.up(message.data)
                if carried is not None and not self.ended:
                    await engine.send_bytes(carried)
                if says_goodbye(message.data):
                    return Parting(WSCloseCode.OK, on_purpose=True)
            elif message.type is WSMsgType.TEXT:
                return Parting(WSCloseCode.UNSUPPORTED_DATA, on_purpose=True)
            else:
                return _closed(message.type, client.close_code)

    async def _down(self, client: web.WebSocketResponse, engine: ClientWebSocketResponse) -> Parting:
        while True:
            message = await engine.receive()
            if message.type is WSMsgType.BINARY:
                carried = self.sieve.down(message.data)
                if carried is not None:
                    await client.send_bytes(carried)
            elif message.type is not WSMsgType.TEXT:
                return _closed(message.type, engine.close_code)


def says_goodbye(message: bytes) -> bool:
    """Whether a browser says that it leaves, before its connection or the engine says so by ending."""
    if not message.startswith(LEAVE):
        return False
    try:
        return SignalRequest.FromString(message).HasField("leave")
    except DecodeError:
        return False


def _closed(kind: WSMsgType, code: int | None) -> Parting:
    """Codes that say "no code" (RFC 6455, section 7.4.1) cannot be sent on."""
    sendable = code is not None and (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999)
    return Parting(code if sendable and code is not None else WSCloseCode.OK, kind is WSMsgType.CLOSE)
