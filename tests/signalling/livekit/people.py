"""People with LiveKit's own Python SDK: they speak a tone, show a moving bar, and count what they get."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
from livekit import rtc

from tests.signalling.livekit.process import WITHIN

RATE, CHUNK = 48_000, 480
WIDTH, HEIGHT = 320, 180


class Person:
    """One client in a room."""

    def __init__(self) -> None:
        self.room = rtc.Room()
        self.heard: Counter[str] = Counter()
        """Loud audio frames, by the identity of who made them."""
        self.seen: Counter[str] = Counter()
        """Decoded video frames, likewise."""
        self.events: list[str] = []
        self.speakers: set[str] = set()
        self.reason: int | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.room.on("track_subscribed", self._subscribed)
        self.room.on("disconnected", self._disconnected)
        self.room.on("active_speakers_changed", self._spoke)
        for event in ("track_unsubscribed", "track_unpublished", "local_track_unpublished", "track_muted"):
            self.room.on(event, self._note(event))

    async def join(self, url: str, token: str) -> None:
        await asyncio.wait_for(self.room.connect(url, token), WITHIN)

    async def speak(self) -> rtc.LocalTrackPublication:
        source = rtc.AudioSource(RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("sound", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, red=False)
        self._keep(self._tone(source))
        return await asyncio.wait_for(self.room.local_participant.publish_track(track, options), WITHIN)

    async def show(self, source_is: "rtc.TrackSource.ValueType | None" = None) -> rtc.LocalTrackPublication:
        source = rtc.VideoSource(WIDTH, HEIGHT)
        track = rtc.LocalVideoTrack.create_video_track("picture", source)
        options = rtc.TrackPublishOptions(
            source=source_is or rtc.TrackSource.SOURCE_CAMERA, simulcast=False, video_codec=rtc.VideoCodec.VP8
        )
        self._keep(self._bar(source))
        return await asyncio.wait_for(self.room.local_participant.publish_track(track, options), WITHIN)

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(Exception):  # it may have been sent away already
            await asyncio.wait_for(self.room.disconnect(), WITHIN)

    def _keep(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)

    def _note(self, event: str) -> Callable[..., None]:
        return lambda *_: self.events.append(event)

    def _subscribed(self, track: rtc.Track, _: Any, of: rtc.RemoteParticipant) -> None:
        work = self._listen if track.kind == rtc.TrackKind.KIND_AUDIO else self._watch
        self._keep(work(track, of.identity))

    def _disconnected(self, reason: int) -> None:
        self.reason = int(reason)

    def _spoke(self, speakers: list[rtc.Participant]) -> None:
        self.speakers = {speaker.identity for speaker in speakers}

    async def _listen(self, track: rtc.Track, identity: str) -> None:
        stream = rtc.AudioStream(track)
        async for event in stream:
            if np.abs(np.frombuffer(event.frame.data, dtype=np.int16)).max() > 1000:
                self.heard[identity] += 1

    async def _watch(self, track: rtc.Track, identity: str) -> None:
        async for _ in rtc.VideoStream(track):
            self.seen[identity] += 1

    async def _tone(self, source: rtc.AudioSource) -> None:
        for samples in _tones():
            await source.capture_frame(rtc.AudioFrame(samples.tobytes(), RATE, 1, CHUNK))

    async def _bar(self, source: rtc.VideoSource) -> None:
        step = 0
        while True:
            step += 8
            picture = np.zeros((HEIGHT, WIDTH, 4), dtype=np.uint8)
            picture[:, step % WIDTH : step % WIDTH + 30] = 255
            source.capture_frame(rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.RGBA, picture.tobytes()))
            await asyncio.sleep(1 / 20)


def _tones() -> Iterator[np.ndarray[Any, np.dtype[np.int16]]]:
    start = 0
    while True:
        times = (np.arange(CHUNK) + start) / RATE
        start += CHUNK
        yield (np.sin(2 * np.pi * 440 * times) * 9000).astype(np.int16)


@asynccontextmanager
async def people(count: int) -> AsyncIterator[list[Person]]:
    """So many people, all of whom leave at the end."""
    group = [Person() for _ in range(count)]
    try:
        yield group
    finally:
        for person in group:
            await person.leave()


async def until(condition: Callable[[], object], what: str, within: float = WITHIN) -> None:
    """Wait for something to become true. Raises: AssertionError that says what did not."""
    deadline = asyncio.get_running_loop().time() + within
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, f"not in {within} s: {what}"
        await asyncio.sleep(0.02)
