"""Packets by hand, and a subscriber that only remembers what it was sent."""

import struct
from dataclasses import dataclass, field

from media.packets import Codec, Extension, RtpHeader, parse
from media.route import Numbers, Route
from media.router import Router
from media.source import Source
from media.track import Track

KEYFRAME = bytes([0x10, 0x00])
"""A VP8 payload descriptor that starts partition 0, and a first byte with P = 0."""
DELTA = bytes([0x10, 0x01])


def rtp(
    sequence: int,
    payload: bytes = KEYFRAME + b"picture",
    *,
    ssrc: int = 7,
    timestamp: int = 0,
    payload_type: int = 96,
    marker: bool = False,
    extension: bytes = b"",
    padding: int = 0,
) -> bytes:
    """One RTP packet; `extension` is a whole block with profile and length."""
    first = 0x80 | (0x10 if extension else 0) | (0x20 if padding else 0)
    second = (0x80 if marker else 0) | payload_type
    head = struct.pack("!BBHII", first, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    tail = bytes(padding - 1) + bytes([padding]) if padding else b""
    return head + extension + payload + tail


@dataclass
class Remembering:
    """A sink that keeps what it is asked to send."""

    buffer: bytearray
    packets: list[bytes] = field(default_factory=list)
    reports: list[bytes] = field(default_factory=list)
    discarded: list[int] = field(default_factory=list)

    def send_sound(self, length: int, now: float) -> None:
        self.packets.append(bytes(self.buffer[:length]))

    send_picture = send_sound

    def discard(self, ssrc: int) -> None:
        self.discarded.append(ssrc)

    def send_rtcp(self, compound: bytes) -> None:
        self.reports.append(compound)

    @property
    def headers(self) -> list[RtpHeader]:
        return [parse(packet) for packet in self.packets]

    @property
    def sequences(self) -> list[int]:
        return [header.sequence for header in self.headers]

    @property
    def payloads(self) -> list[bytes]:
        return [
            packet[header.payload_start :] for packet, header in zip(self.packets, self.headers, strict=True)
        ]


class Studio:
    """A router with one publisher's track; `subscribe` as often as you like."""

    def __init__(self, codec: Codec = Codec.VP8) -> None:
        self.buffer = bytearray(2048)
        self.router = Router(self.buffer)
        self.source = Source(7, codec, 96, {Extension.AUDIO_LEVEL: 5, Extension.MID: 3})
        self.track = Track(codec)
        self.track.attach(self.source)
        self.now = 100.0

    def subscribe(self, ssrc: int = 1000, start: int = 500) -> tuple[Remembering, Route]:
        sink = Remembering(self.buffer)
        route = Route(self.track.kind, sink, Numbers(ssrc, 111), start)
        self.track.add(route)
        return sink, route

    def send(self, *packets: bytes) -> None:
        for packet in packets:
            self.now += 0.01
            self.router.forward(self.source, packet, self.now)
