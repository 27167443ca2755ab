"""What becomes due when, without anybody asking."""

from datetime import datetime, timedelta

from moderation.actions import Action, Close, TimeUp
from moderation.model import Meeting, Phase

UNATTENDED_FOR = timedelta(minutes=10)
STAY_BEHIND_FOR = timedelta(minutes=15)
PLACE_KEPT_FOR = timedelta(minutes=5)
"""So long a parent who lost the connection comes back without knocking."""
OVERRUN = timedelta(minutes=30)
"""After its planned end a session winds up by itself, goodbyes or not, opened or not."""


def next_due(meeting: Meeting) -> datetime | None:
    """When something becomes due in this meeting, or None."""
    return min((at for at, _ in _deadlines(meeting)), default=None)


def due(meeting: Meeting, now: datetime) -> Action | None:
    """What the house must do at `now`, or None."""
    passed = [(at, action) for at, action in _deadlines(meeting) if now >= at]
    return min(passed, key=lambda deadline: deadline[0])[1] if passed else None


def _deadlines(meeting: Meeting) -> list[tuple[datetime, Action]]:
    if meeting.phase is Phase.ENDED:
        return []
    found: list[tuple[datetime, Action]] = []
    if meeting.unattended_since is not None:
        found.append((meeting.unattended_since + UNATTENDED_FOR, Close()))
    if meeting.closing_since is not None:
        found.append((meeting.closing_since + STAY_BEHIND_FOR, TimeUp()))
    if meeting.terms.closes is not None:
        found.append((meeting.terms.closes, TimeUp()))
    if meeting.terms.ends is not None:
        found.append((meeting.terms.ends + OVERRUN, TimeUp()))
    return found
