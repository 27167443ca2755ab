"""Where an H.264 picture can be entered (RFC 6184, sections 5.2 to 5.8). Pure; nothing is decoded."""

from media.packets import Buffer

IDR, SEQUENCE_PARAMETERS = 5, 7
STAP_A, FU_A = 24, 28
ENTRIES = frozenset({IDR, SEQUENCE_PARAMETERS})
MAX_UNITS = 32


def starts_keyframe(packet: Buffer, start: int, end: int) -> bool:
    """Whether a decoder can begin with `packet[start:end]`: parameter sets, or a whole picture's first part.

    Anything too short or malformed is no beginning.
    """
    if end - start < 2:
        return False
    kind = packet[start] & 0x1F
    if kind == FU_A:
        head = packet[start + 1]
        return bool(head & 0x80) and head & 0x1F in ENTRIES
    if kind == STAP_A:
        return _aggregated(packet, start + 1, end)
    return kind in ENTRIES


def _aggregated(packet: Buffer, position: int, end: int) -> bool:
    for _ in range(MAX_UNITS):
        if position + 3 > end:
            return False
        if packet[position + 2] & 0x1F in ENTRIES:
            return True
        position += 2 + int.from_bytes(packet[position : position + 2], "big")
    return False
