"""Who is speaking, from the audio levels senders declare (RFC 6464). Pure."""

from collections.abc import Mapping, Sequence

INTERVAL = 0.3
LOUD = 40
"""In -dBov: a packet is speech when it is at least this loud."""
PACKETS = INTERVAL / 0.02
SHARE = 0.35
"""Of an interval's packets that must be loud. Silence sends few: it is of those there should be."""
SMOOTHING = 0.5
STEP = 0.125
"""Levels are told in steps, so that a steady voice is not news."""


class Speakers:
    """The smoothed loudness of everybody in a room."""

    def __init__(self) -> None:
        self._smoothed: dict[str, float] = {}
        self._told: dict[str, float] = {}
        self._at = 0.0

    def update(self, levels: Mapping[str, Sequence[int]], now: float) -> dict[str, float]:
        """Take the levels heard since the last call, by participant; the loudness (0 to 1) that changed.

        Somebody who fell silent or left is reported once more, as 0.
        """
        if now - self._at < INTERVAL / 2:
            return {}
        self._at = now
        changed: dict[str, float] = {}
        for sid in {*levels, *self._told}:
            level = self._smooth(sid, levels.get(sid, ()))
            if level != self._told.get(sid, 0.0):
                changed[sid] = level
                self._told[sid] = level
            if not level and sid not in levels:
                self._told.pop(sid, None)
                self._smoothed.pop(sid, None)
        return changed

    def _smooth(self, sid: str, heard: Sequence[int]) -> float:
        loud = [level for level in heard if level <= LOUD]
        instant = 0.0
        if len(loud) >= SHARE * PACKETS:
            instant = min(1.0, 10 ** (-(sum(loud) / len(loud)) / 20) * 4)
        smoothed = self._smoothed.get(sid, 0.0) * SMOOTHING + instant * (1 - SMOOTHING)
        self._smoothed[sid] = smoothed
        if smoothed < 0.01:
            return 0.0
        return max(STEP, min(1.0, round(smoothed / STEP) * STEP))
