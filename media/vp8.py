"""The few bits of a VP8 payload a forwarder needs (RFC 7741, section 4). Pure; nothing is decoded."""

from typing import NamedTuple

from media.packets import Buffer

NOWHERE = -1


class Descriptor(NamedTuple):
    """Where the numbers of a picture stand in a payload, counted from the payload's first byte."""

    keyframe: bool
    """Whether a keyframe begins here: S = 1, partition index 0, and a payload header with P = 0."""
    picture_at: int
    """Of PictureID; NOWHERE when there is none."""
    picture: int
    long: bool
    """PictureID has 15 bits rather than 7."""
    level_at: int
    """Of TL0PICIDX; NOWHERE when there is none."""
    level: int


NOTHING = Descriptor(False, NOWHERE, 0, False, NOWHERE, 0)


def describe(packet: Buffer, start: int, end: int) -> Descriptor:
    """Read the payload descriptor at `packet[start:end]`. Anything too short describes nothing."""
    if end - start < 2:
        return NOTHING
    first = packet[start]
    position = start + 1
    picture_at = level_at = NOWHERE
    picture = level = 0
    long = False
    if first & 0x80:
        if end - start < 6:  # the longest extension, and a payload header behind it
            return _short(packet, start, end)
        extension = packet[position]
        position += 1
        if extension & 0x80:
            picture_at = position - start
            picture = packet[position]
            if picture & 0x80:
                long = True
                picture = (picture & 0x7F) << 8 | packet[position + 1]
                position += 1
            position += 1
        if extension & 0x40:
            level_at = position - start
            level = packet[position]
            position += 1
        if extension & 0x30:
            position += 1
    begins = first & 0x17 == 0x10  # S set, reserved bit aside, partition 0
    keyframe = begins and position < end and not packet[position] & 0x01
    return Descriptor(keyframe, picture_at, picture, long, level_at, level)


def _short(packet: Buffer, start: int, end: int) -> Descriptor:
    """A payload that may end within its descriptor: read it with nothings behind."""
    described = describe(bytes(packet[start:end]) + b"\x01" * 6, 0, end - start + 6)
    inside = end - start
    if described.picture_at + described.long >= inside or described.level_at >= inside:
        return NOTHING
    return described


def renumber(
    packet: bytearray, start: int, described: Descriptor, picture_shift: int, level_shift: int
) -> None:
    """Shift the picture's numbers in the payload at `start`, in place, each within its own width."""
    if described.picture_at >= 0:
        at = start + described.picture_at
        picture = described.picture + picture_shift
        if described.long:
            packet[at] = 0x80 | picture >> 8 & 0x7F
            packet[at + 1] = picture & 0xFF
        else:
            packet[at] = picture & 0x7F
    if described.level_at >= 0:
        packet[start + described.level_at] = described.level + level_shift & 0xFF
