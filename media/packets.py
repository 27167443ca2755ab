"""RTP headers and header extensions (RFC 3550 section 5, RFC 8285). Pure.

The per-packet path of `router` reads the fixed header itself; what is here is needed once for a new
SSRC, or once for each incoming packet whatever the number of its subscribers.
"""

import struct
from enum import Enum
from typing import NamedTuple

Buffer = bytes | bytearray | memoryview

HEADER = struct.Struct("!BBHII")
"""version/padding/extension/count, marker/type, sequence number, timestamp, SSRC."""
EXTENSION_HEADER = struct.Struct("!HH")
ONE_BYTE_PROFILE = 0xBEDE
TWO_BYTE_PROFILE = 0x1000
MAX_EXTENSIONS = 32


class MalformedRtp(ValueError):
    """The datagram is not a well-formed RTP packet."""


class Kind(Enum):
    """What an SDP section carries."""

    AUDIO = "audio"
    VIDEO = "video"


class Codec(Enum):
    """What can be forwarded, by encoding name and clock rate as `a=rtpmap` states them, in lower case."""

    OPUS = "opus/48000"
    VP8 = "vp8/90000"
    H264 = "h264/90000"

    @property
    def kind(self) -> Kind:
        """Sound or picture."""
        return Kind.AUDIO if self is Codec.OPUS else Kind.VIDEO

    @property
    def clock_rate(self) -> int:
        """Ticks of the RTP clock in a second."""
        return 48_000 if self is Codec.OPUS else 90_000


class Extension(Enum):
    """The header extensions the engine understands, by their URI."""

    AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
    MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
    RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
    REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
    ORIENTATION = "urn:3gpp:video-orientation"
    PLAYOUT_DELAY = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
    TRANSPORT_NUMBER = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"


class RtpHeader(NamedTuple):
    """The parts of one packet; offsets are from its first byte."""

    marker: int
    """0x80 or 0, where it stands in the second byte."""
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    extension_start: int
    """Where the elements of the header extension begin; equals `extension_end` when there are none."""
    extension_end: int
    extension_profile: int
    payload_start: int
    payload_end: int
    """Padding is not part of the payload, so a padding-only packet has an empty one."""


def is_rtcp(second_byte: int) -> bool:
    """Whether the second byte of a datagram marks RTCP rather than RTP (RFC 5761, section 4)."""
    return 192 <= second_byte <= 223


def parse(packet: Buffer) -> RtpHeader:
    """Read and check a whole RTP header.

    Raises: MalformedRtp.
    """
    length = len(packet)
    if length < HEADER.size:
        raise MalformedRtp("too short")
    first, second, sequence, timestamp, ssrc = HEADER.unpack_from(packet)
    if first >> 6 != 2:
        raise MalformedRtp("not version 2")
    start = HEADER.size + 4 * (first & 0x0F)
    extension_start = extension_end = start
    profile = 0
    if first & 0x10:
        if start + 4 > length:
            raise MalformedRtp("header extension does not fit")
        profile, words = EXTENSION_HEADER.unpack_from(packet, start)
        extension_start = start + 4
        extension_end = start = extension_start + 4 * words
    end = length
    if first & 0x20:
        if start >= length or not packet[-1]:
            raise MalformedRtp("wrong padding")
        end -= packet[-1]
    if start > end:
        raise MalformedRtp("header does not fit")
    return RtpHeader(
        second & 0x80, second & 0x7F, sequence, timestamp, ssrc,
        extension_start, extension_end, profile, start, end,
    )  # fmt: skip


def extensions(packet: Buffer, header: RtpHeader) -> dict[int, bytes]:
    """The header extension elements by their negotiated number (RFC 8285, sections 4.2 and 4.3).

    Elements that do not fit end the list; they are not an error, since the payload is still sound.
    """
    if header.extension_profile == ONE_BYTE_PROFILE:
        return _one_byte(packet, header.extension_start, header.extension_end)
    if header.extension_profile & 0xFFF0 == TWO_BYTE_PROFILE:
        return _two_byte(packet, header.extension_start, header.extension_end)
    return {}


def _one_byte(packet: Buffer, position: int, end: int) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while position < end and len(found) < MAX_EXTENSIONS:
        first = packet[position]
        if not first:  # padding between elements
            position += 1
            continue
        size = (first & 0x0F) + 1
        position += 1
        if first >> 4 == 15 or position + size > end:
            break
        found[first >> 4] = bytes(packet[position : position + size])
        position += size
    return found


def _two_byte(packet: Buffer, position: int, end: int) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while position < end and len(found) < MAX_EXTENSIONS:
        name = packet[position]
        if not name:
            position += 1
            continue
        if position + 2 > end:
            break
        size = packet[position + 1]
        position += 2
        if position + size > end:
            break
        found[name] = bytes(packet[position : position + size])
        position += size
    return found


def extension_block(elements: dict[int, bytes]) -> bytes:
    """Encode elements in the one-byte form, profile and length included; empty for none.

    That form has room for 1 to 16 bytes: others, which only a hostile sender has, are left out.
    """
    body = extension_elements(elements)
    if not body:
        return b""
    body += bytes(-len(body) % 4)
    return EXTENSION_HEADER.pack(ONE_BYTE_PROFILE, len(body) // 4) + body


def extension_elements(elements: dict[int, bytes]) -> bytes:
    """The elements of `extension_block`, without its head and padding."""
    return b"".join(
        bytes([name << 4 | (len(value) - 1)]) + value
        for name, value in elements.items()
        if 0 < len(value) <= 16
    )
