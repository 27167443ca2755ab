"""Any sequence of actions by any actors keeps the safety rules: Hypothesis looks for one that does not.

`test_walks` goes much further, `witness` has the rules.
"""

import dataclasses
from datetime import datetime, timedelta
from typing import get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from moderation import actions as a
from moderation.deadlines import due
from moderation.model import HOUSE, Actor, PersonId, SeatId
from tests.moderation.builders import AGREEMENT, NOON, scheduled
from tests.moderation.walker import EVERYONE, HOSTS, PARENTS, Course, Step

people = st.sampled_from([*dict.fromkeys(actor.person for actor in EVERYONE), PersonId("stranger")])
seats = st.sampled_from([*(actor.seat for actor in EVERYONE), SeatId("strangers-phone")])
VALUES: dict[object, st.SearchStrategy[object]] = {
    PersonId: people,
    SeatId: seats,
    frozenset[PersonId]: st.frozensets(people, max_size=2),
    int | None: st.sampled_from([None, AGREEMENT - 1, AGREEMENT, AGREEMENT]),
    datetime | None: st.sampled_from([None, NOON + timedelta(days=7)]),
}


def any_of(kind: type[a.Action]) -> st.SearchStrategy[a.Action]:
    """Any action of this kind, about anybody."""
    hints = get_type_hints(kind)
    fields = {field.name: hints[field.name] for field in dataclasses.fields(kind)}
    return st.builds(kind, **{name: VALUES.get(hint, st.from_type(hint)) for name, hint in fields.items()})


any_action = st.one_of(*(any_of(kind) for kind in get_args(a.Action)))


class AnyMeeting(RuleBasedStateMachine):
    """One meeting and hostile actors."""

    def __init__(self) -> None:
        super().__init__()
        self.course = Course(scheduled())
        self.now = NOON

    def step(self, actor: Actor, action: a.Action) -> None:
        self.course.take(Step(self.now, actor, action))

    @rule(actor=st.sampled_from(EVERYONE), action=any_action)
    def somebody_does_something(self, actor: Actor, action: a.Action) -> None:
        self.step(actor, action)

    @rule(host=st.sampled_from(HOSTS))
    def a_host_opens_and_attends(self, host: Actor) -> None:
        for actor, action in (
            (host, a.Arrive(None)),
            (host, a.Open()),
            (HOUSE, a.HostAttending(host.seat)),
            (host, a.AdmitAll()),
        ):
            self.step(actor, action)

    @rule(actor=st.sampled_from(PARENTS))
    def a_parent_arrives(self, actor: Actor) -> None:
        self.step(actor, a.Arrive(AGREEMENT))

    @rule(minutes=st.integers(0, 11))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        while (action := due(self.course.meeting, self.now)) is not None:
            self.step(HOUSE, action)

    @invariant()
    def replaying_the_journal_gives_the_live_state(self) -> None:
        assert self.course.replayed() == self.course.meeting


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        AnyMeeting,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_any_sequence_of_actions_keeps_the_rules() -> None:
    run(examples=60, steps=40)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_many_long_sequences_of_actions_keep_the_rules() -> None:
    run(examples=1500, steps=60)
