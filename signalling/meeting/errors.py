"""What can go wrong around a meeting. A refusal by the rules is a value, not one of these."""

from moderation.model import MeetingId


class MeetingWireError(Exception):
    """Anything that this package or one of its ports raises."""


class Malformed(MeetingWireError):
    """A message from a browser that says nothing we know. `detail` quotes no values."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class UnknownMeeting(MeetingWireError):
    """There is no such meeting."""

    def __init__(self, meeting: MeetingId) -> None:
        super().__init__(f"no meeting {meeting}")
        self.meeting = meeting


class JournalDown(MeetingWireError):
    """The journal cannot be read or written at the moment."""


class HeadMoved(MeetingWireError):
    """Someone else has appended since the journal was read: read again, decide again."""

    def __init__(self, meeting: MeetingId, expected: int) -> None:
        super().__init__(f"the journal of {meeting} has gone beyond {expected}")
        self.meeting = meeting
        self.expected = expected


class MediaDown(MeetingWireError):
    """The media engine did not answer, or not everything that was asked of it was done."""
