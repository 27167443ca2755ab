"""Redundant audio (RFC 2198): each packet carries the ones before it again. Pure."""

from media.packets import Buffer, MalformedRtp

MAX_BLOCKS = 8


def primary(packet: Buffer, start: int, end: int) -> tuple[int, int]:
    """The payload type of the newest block of `packet[start:end]`, and where it begins.

    Raises: MalformedRtp.
    """
    position, skipped = start, 0
    for _ in range(MAX_BLOCKS):
        if position >= end:
            break
        head = packet[position]
        if not head & 0x80:
            beginning = position + 1 + skipped
            if beginning > end:
                break
            return head & 0x7F, beginning
        if position + 4 > end:
            break
        skipped += (packet[position + 2] & 0x03) << 8 | packet[position + 3]
        position += 4
    raise MalformedRtp("redundant audio does not fit")
