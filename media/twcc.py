"""When each packet of a transport arrived, told to whoever sent it
(draft-holmer-rmcat-transport-wide-cc-extensions-01). Pure."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

TRANSPORT_FEEDBACK = 205
FORMAT = 15
TICK = 0.00025
"""Seconds in which arrivals are told."""
REFERENCE = 0.064
MAX_TOLD = 400
"""Numbers in one feedback packet."""
MAX_KEPT = 4000
MAX_READ = 4096
MISSING, NEAR, FAR = 0, 1, 2
"""A packet's status: not arrived, or arrived and told in one byte, or in two."""
VECTOR = 7
"""Statuses in a chunk of two-bit symbols."""
MAX_RUN = 8191


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the receiver of our packets says of them, in ascending order."""

    arrivals: tuple[tuple[int, float | None], ...]
    """16-bit number and arrival on the receiver's clock in seconds; None: has not arrived."""


class TransportNumbers:
    """The numbered packets that came from one sender, until they are told to it."""

    def __init__(self) -> None:
        self._arrivals: dict[int, float] = {}
        self._highest = -1
        self._next = 0
        """The first number that has not been told."""
        self._count = 0

    def note(self, element: bytes | None, now: float) -> None:
        """The packet with this element of its header extension came now."""
        if element is None or len(element) != 2:
            return
        number = element[0] << 8 | element[1]
        if self._highest < 0:
            self._highest = self._next = number = number + 0x10000
        else:
            number = self._highest + ((number - self._highest + 0x8000) & 0xFFFF) - 0x8000
        self._highest = max(self._highest, number)
        if self._next <= number and len(self._arrivals) < MAX_KEPT:
            self._arrivals.setdefault(number, now)

    def feedback(self, sender: int, media: int) -> list[bytes]:
        """RTCP packets that tell of everything since the last call; none when nothing came."""
        packets = []
        while self._arrivals:
            first = min(self._arrivals)
            if first - self._next > MAX_TOLD:
                self._next = first  # so great a hole is a restart
            last = min(self._highest, self._next + MAX_TOLD - 1)
            told = [self._arrivals.pop(number, None) for number in range(self._next, last + 1)]
            packets.append(encode(sender, media, self._next & 0xFFFF, self._count, told))
            self._count = self._count + 1 & 0xFF
            self._next = last + 1
        return packets


def encode(sender: int, media: int, base: int, count: int, arrivals: list[float | None]) -> bytes:
    """One feedback packet: when the packets numbered from `base` on arrived, in seconds on our clock."""
    first = next((arrival for arrival in arrivals if arrival is not None), 0.0)
    reference = int(first / REFERENCE)
    ticks = round(reference * REFERENCE / TICK)
    statuses, deltas = [], []
    for arrival in arrivals:
        if arrival is None:
            statuses.append(MISSING)
            continue
        delta = max(-32768, min(32767, round(arrival / TICK) - ticks))
        ticks += delta
        statuses.append(NEAR if 0 <= delta <= 255 else FAR)
        deltas.append(
            delta.to_bytes(1, "big") if statuses[-1] == NEAR else delta.to_bytes(2, "big", signed=True)
        )
    body = struct.pack("!IIHH", sender, media, base, len(arrivals))
    body += (reference & 0xFFFFFF).to_bytes(3, "big") + bytes([count])
    body += b"".join(_chunks(statuses)) + b"".join(deltas)
    padding = -len(body) % 4
    if padding:
        body += bytes(padding - 1) + bytes([padding])
    first_byte = 0x80 | (0x20 if padding else 0) | FORMAT
    return struct.pack("!BBH", first_byte, TRANSPORT_FEEDBACK, len(body) // 4) + body


def _chunks(statuses: list[int]) -> Iterator[bytes]:
    position = 0
    while position < len(statuses):
        status, run = statuses[position], 1
        while position + run < len(statuses) and statuses[position + run] == status and run < MAX_RUN:
            run += 1
        if run >= VECTOR:
            yield struct.pack("!H", status << 13 | run)
            position += run
            continue
        value = 0xC000
        for place, symbol in enumerate(statuses[position : position + VECTOR]):
            value |= symbol << 12 - 2 * place
        yield struct.pack("!H", value)
        position += VECTOR


def read(body: bytes) -> Feedback:
    """Read a feedback packet behind its RTCP header. Raises: struct.error when it does not fit."""
    base, count = struct.unpack_from("!HH", body, 8)
    reference = int.from_bytes(body[12:15], "big", signed=True)
    statuses, position = _statuses(body, 16, min(count, MAX_READ))
    now = reference * REFERENCE
    arrivals: list[tuple[int, float | None]] = []
    for place, status in enumerate(statuses):
        number = base + place & 0xFFFF
        if status == NEAR:
            now += struct.unpack_from("!B", body, position)[0] * TICK
            position += 1
        elif status == FAR:
            now += struct.unpack_from("!h", body, position)[0] * TICK
            position += 2
        arrivals.append((number, None if status not in (NEAR, FAR) else now))
    return Feedback(tuple(arrivals))


def _statuses(body: bytes, position: int, count: int) -> tuple[list[int], int]:
    statuses: list[int] = []
    while len(statuses) < count:
        (chunk,) = struct.unpack_from("!H", body, position)
        position += 2
        if not chunk & 0x8000:
            run = chunk & 0x1FFF
            statuses += [chunk >> 13] * min(run, count - len(statuses))
            if not run:
                raise struct.error("an empty run")
        elif chunk & 0x4000:
            statuses += [chunk >> 12 - 2 * place & 3 for place in range(VECTOR)]
        else:
            statuses += [chunk >> 13 - place & 1 for place in range(2 * VECTOR)]
    return statuses[:count], position
