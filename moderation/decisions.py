"""What deciding gives: events, or the reason for refusing."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from moderation import events as e
from moderation.model import Meeting, Person, PersonId, Role


class Reason(Enum):
    """Why something is refused. The values are stable identifiers on the wire."""

    NOT_ALLOWED = "not_allowed"
    NOT_HERE = "not_here"
    NOT_OPEN = "not_open"
    UNATTENDED = "unattended"
    ENDED = "ended"
    LOCKED = "locked"
    LATE = "late"
    FULL = "full"
    KEPT_APART = "kept_apart"
    AGREEMENT_NEEDED = "agreement_needed"
    REMOVED = "removed"
    DECLINED = "declined"
    TARGET_IS_HOST = "target_is_host"
    PAUSED = "paused"
    FLOOR_IS_OPEN = "floor_is_open"
    NOT_YOUR_TURN = "not_your_turn"
    WOULD_BE_UNATTENDED = "would_be_unattended"
    ASIDE_TAKEN = "aside_taken"
    NO_ASIDE = "no_aside"


@dataclass(frozen=True, slots=True)
class Refused:
    """The action does not take place, and this is why."""

    reason: Reason


Decision = tuple[e.Event, ...] | Refused
"""What has been decided, in order; empty where there is nothing to do."""

Rule = Callable[..., Decision]
"""A rule takes the meeting, the actor, the action and the time (aware), in this order."""


def about_parent(
    meeting: Meeting, target: PersonId, then: Callable[[Person], Decision], *, present: bool = False
) -> Decision:
    """What `then` decides about a parent of this meeting; hosts cannot be moderated."""
    person = meeting.people.get(target)
    if person is None or (present and not meeting.is_present(target)):
        return Refused(Reason.NOT_HERE)
    if person.role is not Role.PARENT:
        return Refused(Reason.TARGET_IS_HOST)
    return then(person)


def present_parents(meeting: Meeting) -> list[Person]:
    """The parents in the room, in the order they first came to this meeting."""
    return [p for p in meeting.people.values() if p.role is Role.PARENT and meeting.is_present(p.id)]


def unless_there(events: tuple[e.Event, ...], *, there: bool) -> Decision:
    """Nothing to do where it is so already."""
    return () if there else events
