"""The packets of a made-up picture: VP8 by its outside, numbered as a browser numbers them."""

import struct

from media.packets import HEADER

SIZE = 1000
"""Bytes of the RTP packet before encryption."""
FRAME = 8
"""Packets of one picture."""
STAMP = struct.Struct("!Q")
"""The end of every packet: when it was sent, in nanoseconds of the machine's monotonic clock."""
KEYFRAME = bytes([0x50, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00])
"""The start of a VP8 keyframe of 320 × 240 (RFC 6386, 9.1)."""
BETWEEN = bytes([0x51, 0x02, 0x00])


class Stream:
    """One SSRC. The next picture that begins is a keyframe where `keyframe` says so."""

    def __init__(self, ssrc: int, payload_type: int) -> None:
        self._ssrc, self._type = ssrc, payload_type
        self._sequence = ssrc & 0x3FFF
        self._in_frame = 0
        self._picture = 0
        self.keyframe = True

    def packet(self, now: int) -> bytes:
        """The next packet; `now`, in nanoseconds, travels at its end."""
        first, last = self._in_frame == 0, self._in_frame == FRAME - 1
        # X and S bits, then I, then a picture id of 15 bits (RFC 7741, 4.2).
        descriptor = bytes(
            [0x90 if first else 0x80, 0x80, 0x80 | self._picture >> 8 & 0x7F, self._picture & 0xFF]
        )
        start = b""
        if first:
            start, self.keyframe = KEYFRAME if self.keyframe else BETWEEN, False
        stamp = now // 1_000_000 * 90 & 0xFFFFFFFF
        marker = 0x80 if last else 0
        head = HEADER.pack(0x80, marker | self._type, self._sequence & 0xFFFF, stamp, self._ssrc)
        self._sequence += 1
        self._in_frame = (self._in_frame + 1) % FRAME
        if last:
            self._picture = self._picture + 1 & 0x7FFF
        written = head + descriptor + start
        return written + bytes(SIZE - STAMP.size - len(written)) + STAMP.pack(now)
