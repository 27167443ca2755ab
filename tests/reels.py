"""A second of tone and a second of picture, encoded once and played in an endless loop.

A media client made of these costs next to nothing, so a test can have several of them on a busy machine.
"""

import asyncio
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import av
import numpy as np
from aiortc import MediaStreamTrack
from av.audio.codeccontext import AudioCodecContext
from av.video.codeccontext import VideoCodecContext

RATE = 48_000
SAMPLES = 960  # 20 ms, Opus's usual frame
FRAMES_A_SECOND = 10
WIDTH, HEIGHT = 160, 120


class Reel(MediaStreamTrack):
    """Encoded pieces of equal length, played in time, over and over. `piece` is in seconds."""

    def __init__(self, kind: str, pieces: tuple[bytes, ...], piece: Fraction) -> None:
        super().__init__()
        self.kind = kind
        self._pieces = pieces
        self._piece = piece
        self._played = 0
        self._started: float | None = None

    async def recv(self) -> "av.Packet[av.stream.Stream]":
        clock = asyncio.get_running_loop().time
        if self._started is None:
            self._started = clock()
        await asyncio.sleep(max(0.0, self._started + float(self._played * self._piece) - clock()))
        packet = av.Packet(self._pieces[self._played % len(self._pieces)])
        packet.pts = self._played
        packet.time_base = self._piece
        self._played += 1
        return packet


def tone() -> Reel:
    """A 440 Hz sine in Opus."""
    return Reel("audio", _tone(), Fraction(SAMPLES, RATE))


def picture() -> Reel:
    """A moving bar in VP8, with a keyframe every second."""
    return Reel("video", _picture(), Fraction(1, FRAMES_A_SECOND))


@cache
def _tone() -> tuple[bytes, ...]:
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate = RATE
    encoder.layout = "stereo"
    encoder.format = "s16"
    encoder.time_base = Fraction(1, RATE)
    return tuple(bytes(packet) for frame in _sine() for packet in encoder.encode(frame))


def _sine() -> Iterator[av.AudioFrame]:
    for start in range(0, RATE, SAMPLES):
        wave = 8_000 * np.sin(2 * np.pi * 440 * np.arange(start, start + SAMPLES) / RATE)
        samples = np.repeat(wave.astype(np.int16), 2).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
        frame.sample_rate = RATE
        frame.pts = start
        frame.time_base = Fraction(1, RATE)
        yield frame


@cache
def _picture() -> tuple[bytes, ...]:
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height = WIDTH, HEIGHT
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, FRAMES_A_SECOND)
    encoder.bit_rate = 200_000
    encoder.gop_size = FRAMES_A_SECOND
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    return tuple(bytes(packet) for frame in _bar() for packet in encoder.encode(frame))


def _bar() -> Iterator[av.VideoFrame]:
    for number in range(FRAMES_A_SECOND):
        image = np.full((HEIGHT, WIDTH, 3), 40, dtype=np.uint8)
        image[:, number * 16 : number * 16 + 16] = (200, 120, 60)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
        frame.pts = number
        frame.time_base = Fraction(1, FRAMES_A_SECOND)
        yield frame
