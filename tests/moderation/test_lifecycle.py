"""The phase table, and what cannot happen."""

import itertools

import pytest

from moderation import actions as a
from moderation import events as e
from moderation.lifecycle import NEXT_PHASE, IllegalEvent, apply
from moderation.model import HOUSE, Meeting, Phase, SeatId
from tests.moderation.builders import JO, NOON, after, in_session, opened, scheduled

PHASE_EVENTS: list[e.Event] = [e.Opened(NOON), e.Resumed(), e.Frozen(NOON), e.Ended(unattended=False)]


def meeting_in(phase: Phase) -> Meeting:
    return {
        Phase.SCHEDULED: scheduled(),
        Phase.OPEN: opened(),
        Phase.UNATTENDED: after(opened(), (HOUSE, a.HostAway(JO.seat))),
        Phase.ENDED: after(opened(), (JO, a.End())),
    }[phase]


@pytest.mark.parametrize(("phase", "event"), list(itertools.product(Phase, PHASE_EVENTS)))
def test_every_phase_and_event_follow_the_table_or_raise(phase: Phase, event: e.Event) -> None:
    meeting = meeting_in(phase)
    expected = NEXT_PHASE.get((phase, type(event)))
    if expected is None:
        with pytest.raises(IllegalEvent):
            apply(meeting, event)
    else:
        assert apply(meeting, event).phase is expected


@pytest.mark.parametrize("event", [e.Admitted(SeatId("nobody")), e.HostAttended(SeatId("nobody"))])
def test_an_event_about_nobody_raises(event: e.Event) -> None:
    with pytest.raises(IllegalEvent):
        apply(in_session(), event)


def test_nothing_happens_in_an_ended_session() -> None:
    with pytest.raises(IllegalEvent):
        apply(meeting_in(Phase.ENDED), e.Locked())
