"""A meeting in a given state, built by the rules themselves."""

from datetime import UTC, datetime

from moderation import actions as a
from moderation.actions import Action
from moderation.lifecycle import replay
from moderation.model import HOUSE, Actor, Meeting, MeetingId, PersonId, Role, SeatId
from moderation.rules import Reason, Refused, decide

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
AGREEMENT = 3

JO = Actor(Role.FACILITATOR, PersonId("jo"), SeatId("jo-laptop"))
RAY = Actor(Role.FACILITATOR, PersonId("ray"), SeatId("ray-laptop"))
SAM = Actor(Role.PARENT, PersonId("sam"), SeatId("sam-phone"))
SAM_TABLET = Actor(Role.PARENT, PersonId("sam"), SeatId("sam-tablet"))
KAZ = Actor(Role.PARENT, PersonId("kaz"), SeatId("kaz-phone"))
ADMIN = Actor(Role.ADMIN, PersonId("admin"), SeatId("admin-laptop"))


def scheduled() -> Meeting:
    return Meeting(MeetingId("tuesday"), AGREEMENT)


def after(meeting: Meeting, *steps: tuple[Actor, Action], now: datetime = NOON) -> Meeting:
    """The meeting after these steps, none of which may be refused."""
    for actor, action in steps:
        decision = decide(meeting, actor, action, now)
        if isinstance(decision, Refused):
            raise AssertionError(f"{action} was refused: {decision.reason}")
        meeting = replay(meeting, decision)
    return meeting


def refusal(meeting: Meeting, actor: Actor, action: Action) -> Reason:
    """Why the action is refused; it must be."""
    decision = decide(meeting, actor, action, NOON)
    if not isinstance(decision, Refused):
        raise AssertionError(f"{action} was not refused: {decision}")
    return decision.reason


def arriving(actor: Actor) -> tuple[Actor, Action]:
    return actor, a.Arrive(AGREEMENT if actor.role is Role.PARENT else None)


def opened() -> Meeting:
    """Open and attended by Jo; Sam and Kaz wait."""
    return after(
        scheduled(),
        arriving(SAM),
        arriving(JO),
        (JO, a.Open()),
        (HOUSE, a.HostAttending(JO.seat)),
        arriving(KAZ),
    )


def in_session() -> Meeting:
    """Open and attended by Jo; Sam and Kaz are in the room."""
    return after(opened(), (JO, a.AdmitAll()))
