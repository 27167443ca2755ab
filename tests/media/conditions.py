"""What a bad network does to packets, one direction of one line at a time. Pure, and decided by a seed."""

from dataclasses import dataclass
from random import Random

APART = 1e-6
"""Seconds between two packets on one line, at least."""
HEADERS = 28
"""Bytes of IP and UDP, which count on a narrow line."""


@dataclass
class Conditions:
    """One direction of one client's line. Times are in seconds."""

    loss: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0
    """How much longer than `delay` a packet may take; packets keep their order."""
    rate: float = 0.0
    """In bits a second; 0 for as fast as it goes."""
    queue: float = 0.3
    """How much of a narrow line's time may wait before it; more is lost."""
    out: bool = False
    """Nothing passes."""


PERFECT = Conditions()


@dataclass
class Direction:
    """One direction of one client's line, at work."""

    conditions: Conditions
    chance: Random
    free_at: float = 0.0
    last_at: float = 0.0
    carried: int = 0
    lost: int = 0

    def due(self, size: int, now: float) -> float | None:
        """When a packet comes out at the other end; None when it never does."""
        line = self.conditions
        if line.out or self.chance.random() < line.loss:
            self.lost += 1
            return None
        if line.rate:
            begin = max(now, self.free_at)
            if begin - now > line.queue:
                self.lost += 1
                return None
            self.free_at = begin + (size + HEADERS) * 8 / line.rate
            now = self.free_at
        self.carried += 1
        # A moment later than the one before: timers that are due together ring in no order.
        due = now + line.delay + line.jitter * self.chance.random()
        self.last_at = max(self.last_at + APART, due)
        return self.last_at
