"""The clients of the conformance tests: LiveKit's SDK for Python, and livekit-client in a browser.

Both say what they really received by their own counters of packets, so a test can tell media from promises.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import numpy as np
from livekit import rtc

from moderation.model import SeatId
from tests.browsers import Tab, flows

RATE = 48_000  # samples per second
FRAME = RATE // 100  # samples in the 10 ms that are captured at once
WIDTH, HEIGHT, PICTURES_PER_SECOND = 320, 180, 15
CONNECT_WITHIN = 5
V0, V1 = "v0", "v1"
"""The dialects of two peer connections, and of one that carries both ways."""


@dataclass(frozen=True)
class Received:
    """What has come from one person since their tracks were subscribed to: RTP packets, decoded pictures."""

    sound: int = 0
    picture: int = 0
    frames: int = 0


@dataclass(frozen=True)
class Sent:
    """The RTP packets a client has handed to its own network, whatever the server did with them."""

    sound: int = 0
    picture: int = 0


class NotLetIn(Exception):
    """A client could not join. Its text is what the client was told."""


class Client(Protocol):
    """One participant in a room."""

    seat: SeatId

    async def publish_sound(self) -> None: ...
    async def publish_picture(self) -> None: ...
    async def received(self, sender: SeatId) -> Received: ...
    async def sent(self) -> Sent: ...
    async def is_connected(self) -> bool: ...
    async def leave(self) -> None: ...


@dataclass
class SdkClient:
    """A client on the `livekit` package. It goes on sending whatever the server unpublishes."""

    seat: SeatId
    room: rtc.Room
    dialect: str = V0
    _feeds: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    async def enter(cls, seat: SeatId, url: str, token: str, dialect: str = V0) -> Self:
        """Join. Raises NotLetIn."""
        room = rtc.Room()
        options = rtc.RoomOptions(single_peer_connection=dialect == V1, connect_timeout=CONNECT_WITHIN)
        try:
            await room.connect(url, token, options)
        except rtc.ConnectError as problem:
            raise NotLetIn(problem.message) from None
        return cls(seat, room, dialect)

    async def publish_sound(self) -> None:
        """Send a tone as the microphone."""
        await self.publish_sound_as(rtc.TrackSource.SOURCE_MICROPHONE)

    async def publish_sound_as(self, source: "rtc.TrackSource.ValueType") -> None:
        """Send a tone and call it something."""
        device = rtc.AudioSource(RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("sound", device)
        options = rtc.TrackPublishOptions(source=source, dtx=False, red=False)
        self._feeds.append(asyncio.create_task(_hum(device)))
        await self.room.local_participant.publish_track(track, options)

    async def publish_picture(self) -> None:
        """Send a moving picture as the camera, in one layer."""
        device = rtc.VideoSource(WIDTH, HEIGHT)
        track = rtc.LocalVideoTrack.create_video_track("picture", device)
        options = rtc.TrackPublishOptions(
            source=rtc.TrackSource.SOURCE_CAMERA, simulcast=False, video_codec=rtc.VideoCodec.VP8
        )
        self._feeds.append(asyncio.create_task(_flicker(device)))
        await self.room.local_participant.publish_track(track, options)

    async def received(self, sender: SeatId) -> Received:
        """What has come from that person."""
        person = self.room.remote_participants.get(sender)
        sound = picture = frames = 0
        for publication in list(person.track_publications.values()) if person else []:
            for one in await publication.track.get_stats() if publication.track else []:
                if not one.HasField("inbound_rtp"):
                    continue
                packets = one.inbound_rtp.received.packets_received
                if one.inbound_rtp.stream.kind == "audio":
                    sound += packets
                else:
                    picture += packets
                    frames += one.inbound_rtp.inbound.frames_decoded
        return Received(sound, picture, frames)

    async def packets_off_the_wire(self) -> int:
        """All packets that reached this client's receiving transport: media, feedback and keep-alives.

        Where one transport carries both ways much of that is about what the client sends: then media alone.
        """
        stats = await self.room.get_rtc_stats()
        if self.dialect == V1:
            return sum(
                one.inbound_rtp.received.packets_received
                for one in (*stats.publisher_stats, *stats.subscriber_stats)
                if one.HasField("inbound_rtp")
            )
        return sum(
            one.transport.transport.packets_received
            for one in stats.subscriber_stats
            if one.HasField("transport")
        )

    async def sent(self) -> Sent:
        stats = await self.room.get_rtc_stats()
        packets = {"audio": 0, "video": 0}
        for one in stats.publisher_stats:
            if one.HasField("outbound_rtp"):
                packets[one.outbound_rtp.stream.kind] += one.outbound_rtp.sent.packets_sent
        return Sent(packets["audio"], packets["video"])

    async def is_connected(self) -> bool:
        return self.room.isconnected()

    async def leave(self) -> None:
        for feed in self._feeds:
            feed.cancel()
        await asyncio.gather(*self._feeds, return_exceptions=True)
        await self.room.disconnect()


@dataclass
class PageClient:
    """A client on livekit-client, in a browser's tab that holds the seat's cookie."""

    seat: SeatId
    tab: Tab

    @classmethod
    async def enter(cls, seat: SeatId, tab: Tab, url: str, token: str, dialect: str = V0) -> Self:
        """Join. The tab is on the page already. Raises NotLetIn."""
        client = cls(seat, tab)
        entering = "enter(...given).then(() => '', (problem) => String(problem))"
        told = await client._call(entering, url, token, dialect == V1)
        if told:
            raise NotLetIn(told)
        return client

    async def publish_sound(self) -> None:
        await self._call("publish(...given)", "audio")

    async def publish_picture(self) -> None:
        await self._call("publish(...given)", "video")

    async def received(self, sender: SeatId) -> Received:
        seen: Mapping[str, int] = await self._call("received(...given)", sender)
        return Received(seen["sound"], seen["picture"], seen["frames"])

    async def energy(self, sender: SeatId) -> float:
        """How much sound of that person was decoded, in the unit of W3C's totalAudioEnergy."""
        return float((await self._call("received(...given)", sender))["energy"])

    async def sent(self) -> Sent:
        out = [flow for flow in await flows(self.tab) if flow.way == "out"]
        return Sent(
            sum(flow.packets for flow in out if flow.kind == "audio"),
            sum(flow.packets for flow in out if flow.kind == "video"),
        )

    async def connections(self) -> int:
        """How many peer connections it has, which tells the dialects apart."""
        return int(await self._call("window.peersOfThisPage().length"))

    async def drop_signalling(self) -> None:
        """Lose the signalling socket, as on a train."""
        await self._call("dropSignalling()")

    async def is_connected(self) -> bool:
        return not await self._call("ended()")

    async def leave(self) -> None:
        await self._call("leave()")

    async def _call(self, expression: str, *given: object) -> Any:
        return await self.tab.evaluate(f"(async (given) => await {expression})({json.dumps(given)})")


async def _hum(device: rtc.AudioSource) -> None:
    """A tone of 440 Hz, for ever; `capture_frame` keeps the time."""
    tone = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE) * 8000
    samples = tone.astype(np.int16).reshape(-1, FRAME)
    while True:
        for part in samples:
            await device.capture_frame(rtc.AudioFrame(part.tobytes(), RATE, 1, FRAME))


async def _flicker(device: rtc.VideoSource) -> None:
    """A picture that changes its shade all the time."""
    shade = 0
    while True:
        shade = (shade + 7) % 256
        pixels = bytes([shade, 255 - shade, shade, 255]) * (WIDTH * HEIGHT)
        device.capture_frame(rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.RGBA, pixels))
        await asyncio.sleep(1 / PICTURES_PER_SECOND)


# --- Looking at counters ---

LISTENED = 2.0
"""Seconds of silence that are listened to."""
CHATTER = 25
"""Packets in that time that are no media: feedback and keep-alives. Sound would be a hundred."""


async def sound(receiver: Client, sender: SeatId) -> int:
    """Packets of sound that one has received from the other."""
    return (await receiver.received(sender)).sound


async def frames(receiver: Client, sender: SeatId) -> int:
    """Pictures of the other that one has decoded."""
    return (await receiver.received(sender)).frames


async def sound_sent(sender: Client) -> int:
    """Packets of sound that a client has sent into the network."""
    return (await sender.sent()).sound


async def grows(count: Callable[[], Awaitable[int]], by: int = 5, within: float = 10.0) -> None:
    """Wait until a counter has gone up. Raises TimeoutError."""
    begin = await count()
    async with asyncio.timeout(within):
        while await count() < begin + by:  # noqa: ASYNC110 - it is another machine that counts
            await asyncio.sleep(0.05)


async def growth(count: Callable[[], Awaitable[int]], over: float) -> int:
    """By how much a counter goes up in so many seconds."""
    begin = await count()
    await asyncio.sleep(over)
    return await count() - begin
