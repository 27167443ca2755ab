"""The few bits of a VP8 payload a forwarder needs (RFC 7741, section 4). Pure; nothing is decoded."""

MIN_DESCRIPTOR = 1


def starts_keyframe(packet: bytes | bytearray | memoryview, start: int, end: int) -> bool:
    """Whether `packet[start:end]` is the first payload of a VP8 keyframe.

    A keyframe begins in the packet with S = 1 and partition index 0 whose payload header has P = 0.
    Anything too short or malformed is not a keyframe.
    """
    if end - start < MIN_DESCRIPTOR + 1:
        return False
    first = packet[start]
    if first & 0x17 != 0x10:  # S set, reserved bit aside, partition 0
        return False
    position = start + 1
    if first & 0x80:
        extension = packet[position]
        position += 1
        if extension & 0x80:
            if position >= end:
                return False
            position += 2 if packet[position] & 0x80 else 1
        if extension & 0x40:
            position += 1
        if extension & 0x30:
            position += 1
    return position < end and not packet[position] & 0x01
