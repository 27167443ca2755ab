"""What becomes due when, without anybody asking."""

from datetime import datetime, timedelta

from moderation.actions import Close
from moderation.model import Meeting, Phase

UNATTENDED_FOR = timedelta(minutes=10)


def next_due(meeting: Meeting) -> datetime | None:
    """When something becomes due in this meeting, or None."""
    if meeting.phase is not Phase.UNATTENDED or meeting.unattended_since is None:
        return None
    return meeting.unattended_since + UNATTENDED_FOR


def due(meeting: Meeting, now: datetime) -> Close | None:
    """What the house must do at `now`, or None."""
    at = next_due(meeting)
    return Close() if at is not None and now >= at else None
