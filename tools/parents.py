"""Synthetic parents, so that one person alone can try a whole session.

They pass the same doors as anyone, over HTTP: landing page, name, agreement, readiness, waiting room. Once
a facilitator has admitted them they send a moving picture and a tone through the gate; each sounds for a few
seconds in turn, as people in a round do. Started as `python -m tools.parents ORIGIN`, with one link a line
on standard input, they end when they are interrupted or when the session is over.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import socketio
from livekit import rtc

from tools.relay import Relay
from tools.visitor import LostTheWay, Page, Visitor

NAMES = (
    *("Asha", "Ben", "Carys", "Dev", "Erin", "Femi", "Gwen", "Hamza"),
    *("Isla", "Jude", "Kemi", "Liam", "Mina", "Noor", "Owen"),
)
WIDTH, HEIGHT, FRAMES_A_SECOND = 320, 240, 12
SAMPLE_RATE = 48_000
CHUNK = 480  # samples: 10 ms
TURN = 3.0  # seconds one of them speaks
STEPS = 12  # more pages than the way in has


# --- The way in -------------------------------------------------------------------------------------------


async def walk_in(visitor: Visitor, link: str, name: str) -> Page:
    """From a personal link to the live page, by the forms that a parent fills in. Raises: LostTheWay"""
    page = await visitor.open(link)
    for _ in range(STEPS):
        if page.status != 200:
            raise LostTheWay(page.url, f"the answer was {page.status}")
        if "data-meeting" in page.data:
            return page
        page = await _next(visitor, page, name)
    raise LostTheWay(page.url, "the way in does not end")


async def _next(visitor: Visitor, page: Page, name: str) -> Page:
    form = page.form()
    if page.path == "/name":
        return await visitor.submit(page, **dict.fromkeys(form.texts, name))
    return await visitor.submit(page, **{field: values[0] for field, values in form.choices.items()})


# --- What they send ---------------------------------------------------------------------------------------


def picture(number: int, moment: float) -> rtc.VideoFrame:
    """A plain colour of their own with a bright bar that moves across it once in four seconds."""
    frame = np.empty((HEIGHT, WIDTH, 4), dtype=np.uint8)
    frame[:] = (60 + 37 * number % 120, 80 + 59 * number % 120, 90 + 83 * number % 120, 255)
    at = int(moment / 4 * WIDTH) % WIDTH
    frame[:, at : at + 24] = (250, 225, 180, 255)
    return rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.RGBA, frame.tobytes())


def tone(number: int, chunk: int) -> rtc.AudioFrame:
    """Ten milliseconds of a soft note of their own."""
    moments = (np.arange(CHUNK) + chunk * CHUNK) / SAMPLE_RATE
    wave = np.sin(2 * np.pi * (220 + 40 * number) * moments) * 3000
    return rtc.AudioFrame(wave.astype(np.int16).tobytes(), SAMPLE_RATE, 1, CHUNK)


SILENCE = rtc.AudioFrame(bytes(CHUNK * 2), SAMPLE_RATE, 1, CHUNK)


# --- A parent ---------------------------------------------------------------------------------------------


@dataclass
class Parent:
    """One of `of` synthetic parents; `number` decides name, colour, note and turn."""

    origin: str
    link: str
    number: int
    of: int
    _view: dict[str, Any] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def name(self) -> str:
        return NAMES[self.number % len(NAMES)] + ("" if self.number < len(NAMES) else str(self.number))

    def _inside(self) -> bool:
        return bool(self._view) and self._view["you"]["place"] == "present"

    def _over(self) -> bool:
        return bool(self._view) and (
            self._view["phase"] == "ended" or self._view["you"]["standing"] == "removed"
        )

    async def attend(self) -> None:
        """The whole evening. Raises: LostTheWay when a door does not open as it should."""
        async with Visitor(self.origin) as visitor:
            page = await walk_in(visitor, self.link, self.name)
            meeting = page.data["data-meeting"]
            print(f"{self.name} is in the waiting room.", flush=True)
            wire = await self._listen(visitor, meeting)
            try:
                await self._live(visitor, meeting)
            finally:
                await wire.disconnect()

    async def _listen(self, visitor: Visitor, meeting: str) -> socketio.AsyncClient:
        wire = socketio.AsyncClient(reconnection_delay=1, reconnection_delay_max=2)

        async def take(view: dict[str, Any]) -> None:
            self._view = view
            self._changed.set()

        wire.on("view", take)
        headers = {"Cookie": visitor.cookies, "Origin": visitor.origin}
        await wire.connect(self.origin, headers=headers, auth={"meeting": meeting}, transports=["websocket"])
        return wire

    async def _live(self, visitor: Visitor, meeting: str) -> None:
        """Enters the room whenever a facilitator lets them, leaves it when told, until all is over."""
        media: asyncio.Task[None] | None = None
        try:
            while not self._over():
                if self._inside() and (media is None or media.done()):
                    media = asyncio.create_task(self._send(visitor, meeting))
                elif not self._inside() and media:
                    await _ended(media)
                    media = None
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), 2)
                self._changed.clear()
        finally:
            if media:
                await _ended(media)

    async def _send(self, visitor: Visitor, meeting: str) -> None:
        """In the room, with camera and microphone on, for as long as this task lives."""
        async with Relay(visitor, meeting) as relay:
            room = rtc.Room()
            options = rtc.RoomOptions(auto_subscribe=False, single_peer_connection=False)
            try:
                await room.connect(relay.url, "seat", options)
            except rtc.ConnectError as error:
                print(f"{self.name} was not let into the room: {error}", flush=True)
                return
            print(f"{self.name} is in the room.", flush=True)
            try:
                await asyncio.gather(self._show(room), self._speak(room))
            finally:
                await room.disconnect()

    async def _show(self, room: rtc.Room) -> None:
        source = rtc.VideoSource(WIDTH, HEIGHT)
        track = rtc.LocalVideoTrack.create_video_track("camera", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA, simulcast=False)
        clock = asyncio.get_running_loop()
        async for sending in self._whenever_allowed(room, track, options, "camera_held"):
            if sending:
                source.capture_frame(picture(self.number, clock.time()))
            await asyncio.sleep(1 / FRAMES_A_SECOND)

    async def _speak(self, room: rtc.Room) -> None:
        source = rtc.AudioSource(SAMPLE_RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        chunk, clock = 0, asyncio.get_running_loop()
        async for sending in self._whenever_allowed(room, track, options, "microphone_held"):
            if not sending:
                await asyncio.sleep(0.1)
                continue
            mine = int(clock.time() / TURN) % (self.of + 1) == self.number
            await source.capture_frame(tone(self.number, chunk) if mine else SILENCE)
            chunk += 1

    async def _whenever_allowed(
        self, room: rtc.Room, track: rtc.LocalTrack, options: rtc.TrackPublishOptions, hold: str
    ) -> AsyncIterator[bool]:
        """Publishes the track whenever no facilitator holds it off; yields, each time, whether it is."""
        published = False
        while room.isconnected():
            if self._view["you"][hold]:
                published = False  # the engine has taken it back already
            elif not published and self._inside():
                await room.local_participant.publish_track(track, options)
                published = True
            yield published


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def attend_all(origin: str, links: Sequence[str]) -> None:
    """Everyone in `links`, each on their own: one who does not get in keeps nobody else out."""
    parents = [Parent(origin, link, number, len(links)) for number, link in enumerate(links)]
    for parent, ending in zip(
        parents, await asyncio.gather(*(one.attend() for one in parents), return_exceptions=True), strict=True
    ):
        print(f"{parent.name} has left{f': {ending}' if ending else ''}.", flush=True)


def main() -> None:
    links = [line.strip() for line in sys.stdin if line.strip()]
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(attend_all(sys.argv[1], links))


if __name__ == "__main__":
    main()
