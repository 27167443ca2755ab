"""How long pictures wait at their receiver, so that what was lost can come again before it is missed. Pure.

Receivers hold pictures for their jitter alone: one that comes at the second asking is late, and the picture
stands still. So where packets get lost receivers are told, by libwebrtc's playout-delay header extension, to
hold every picture for as long as that takes. Sound is not held: it has its redundancy, and people talk.
"""

LOSES, LOSES_NOT = 0.01, 0.005
"""Share of packets missed from which on pictures are held, and below which no more."""
NOTICED = 0.15
"""Seconds until a loss shows: the last packet of a picture is missed when the next picture comes."""
LEAST, MOST = 0.2, 0.6
CALM = 20.0
"""Seconds without need before pictures are held less: each change is a small stutter."""
STEP = 0.05
"""Seconds; smaller differences are none."""
RISE, RISE_AFTER = 2, 0.4
"""Pictures are held longer by so many STEPs at a time, every so many seconds: they slow down for a moment,
where all at once they would stand still."""
UNIT = 0.01
MOST_HELD = 1000
"""The upper limit that is told beside the lower one, in UNITs: none to speak of."""


class Playout:
    """How long one subscriber is to hold the pictures of one route."""

    __slots__ = ("_at", "_risen_at", "_steps")

    def __init__(self) -> None:
        self._steps = 0
        self._at = 0.0
        self._risen_at = -RISE_AFTER

    @property
    def seconds(self) -> float:
        """How long they are held now."""
        return self._steps * STEP

    def need(self, seconds: float, now: float) -> bool:
        """So much is needed now: up in steps, down after CALM. Whether there is news to tell."""
        steps = round(seconds / STEP)
        if steps >= self._steps:
            self._at = now
        elif now - self._at < CALM:
            return False
        if steps > self._steps:
            if now - self._risen_at < RISE_AFTER:
                return False
            self._risen_at = now
            steps = min(steps, self._steps + RISE)
        changed = steps != self._steps
        self._steps = steps
        return changed

    def told(self) -> bytes:
        """The three bytes of the extension: least and most."""
        return (round(self.seconds / UNIT) << 12 | MOST_HELD).to_bytes(3, "big")


def needed(share: float, repetition: float, *, holding: bool) -> float:
    """Seconds, for a way that misses such a `share` of its packets and takes `repetition` to repeat one."""
    if share < (LOSES_NOT if holding else LOSES):
        return 0.0
    return min(MOST, max(LEAST, NOTICED + repetition))
