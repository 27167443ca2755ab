"""Which of several media engines each meeting lives in. Pure: times are arguments, in seconds.

Both of a meeting's rooms live in the same one, so that a side room costs nobody a new way to the media.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from moderation.model import MeetingId

EXPECTED: Final = 8
"""People that a meeting is placed for: it begins with one, and the others come within minutes."""
AWAITED: Final = 5.0
"""Seconds for which the meetings of a worker that has ended wait for it to be started again. Whatever ended
it would end the next one too, so nothing moves in a hurry."""
LINGERS: Final = 60.0
"""Seconds after which a meeting that its worker does not know, and nobody asks for, has no place any more."""


@dataclass(slots=True)
class _Place:
    """Where a meeting lives, for how many people at least, and how many there are."""

    worker: int
    expected: int
    asked_at: float
    people: int = 0

    @property
    def cost(self) -> int:
        """What a room costs grows with the square of its people: everyone's sound goes to everyone else."""
        return max(self.people, self.expected) ** 2


class Placement:
    """The one table of it. Workers are numbered from 0.

    `down_for(worker)`: for how many seconds it has not been running; None while it is.
    """

    def __init__(self, workers: int, down_for: Callable[[int], float | None]) -> None:
        self._workers = range(workers)
        self._down_for = down_for
        self._places: dict[MeetingId, _Place] = {}

    def of(self, meeting: MeetingId) -> int | None:
        """The worker that has this meeting; None for one that has no media yet."""
        place = self._places.get(meeting)
        return None if place is None else place.worker

    def place(self, meeting: MeetingId, now: float, expected: int = EXPECTED) -> int | None:
        """The worker that has this meeting, chosen now if need be; None while none of them runs."""
        place = self._places.get(meeting)
        if place is not None and (self._down_for(place.worker) or 0.0) < AWAITED:
            place.asked_at = now
            return place.worker
        running = [worker for worker in self._workers if self._down_for(worker) is None]
        if not running:
            return None
        loads = self._loads(except_for=meeting)
        worker = min(running, key=loads.__getitem__)
        self._places[meeting] = _Place(worker, expected, now)
        return worker

    def forget(self, meeting: MeetingId) -> None:
        """The meeting is over."""
        self._places.pop(meeting, None)

    def heard(self, worker: int, people: Mapping[MeetingId, int], now: float) -> None:
        """A worker has said which meetings it has, and how many people are in each."""
        for meeting, place in list(self._places.items()):
            if place.worker != worker:
                continue
            place.people = people.get(meeting, 0)
            if meeting not in people and now - place.asked_at >= LINGERS:
                del self._places[meeting]

    def _loads(self, except_for: MeetingId) -> list[int]:
        loads = [0 for _ in self._workers]
        for meeting, place in self._places.items():
            if meeting != except_for:
                loads[place.worker] += place.cost
        return loads
