"""Any sequence of actions by any actors keeps the safety rules: a stateful property test.

The rules are checked against a plain list of what has been decided, kept apart from the model under test.
"""

import dataclasses
import itertools
from datetime import datetime, timedelta
from typing import get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from moderation import actions as a
from moderation import events as e
from moderation.deadlines import due
from moderation.grants import Room, Source, grants
from moderation.lifecycle import replay
from moderation.model import (
    HOUSE,
    Actor,
    Feature,
    FloorMode,
    Override,
    PersonId,
    Phase,
    Place,
    Role,
    SeatId,
    Standing,
)
from moderation.records import from_record, to_record
from moderation.rules import RULES, Refused, decide
from tests.moderation.builders import AGREEMENT, NOON, scheduled

PARENTS = [PersonId(name) for name in ("sam", "kaz", "amira")]
HOSTS = [PersonId(name) for name in ("jo", "ray")]
ACTORS = [
    *(Actor(Role.PARENT, p, SeatId(f"{p}-{device}")) for p in PARENTS for device in ("phone", "tablet")),
    *(Actor(Role.FACILITATOR, p, SeatId(f"{p}-laptop")) for p in HOSTS),
    Actor(Role.ADMIN, PersonId("admin"), SeatId("admin-laptop")),
    HOUSE,
]
ROLE = {actor.person: actor.role for actor in ACTORS}

people = st.sampled_from([*PARENTS, *HOSTS, PersonId("stranger")])
seats = st.sampled_from([*(actor.seat for actor in ACTORS), SeatId("stranger-phone")])
VALUES: dict[object, st.SearchStrategy[object]] = {
    PersonId: people,
    SeatId: seats,
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
    """One meeting, a journal beside it, and hostile actors."""

    def __init__(self) -> None:
        super().__init__()
        self.meeting = scheduled()
        self.journal: list[dict[str, str | int | bool | None]] = []
        self.now = NOON
        self.agreed: set[PersonId] = set()

    def check_who_was_let_in(self, decision: tuple[e.Event, ...]) -> None:
        """Two who are to be kept apart meet only where the host's deliberate step stands in the journal."""
        let_in = [self.meeting.seats[event.seat] for event in decision if isinstance(event, e.Admitted)]
        for seat in let_in:
            if any(self.meeting.kept_apart_from(seat.person)):
                assert e.DoorOverridden(seat.id, Override.KEPT_APART) in decision
        for pair in itertools.combinations((seat.person for seat in let_in), 2):
            assert frozenset(pair) not in self.meeting.terms.apart

    def step(self, actor: Actor, action: a.Action) -> None:
        before = self.meeting
        decision = decide(before, actor, action, self.now)
        if isinstance(decision, Refused):
            return
        assert actor.role in RULES[type(action)].may
        if isinstance(action, a.Arrive) and action.agreed == AGREEMENT:
            self.agreed.add(actor.person)
        if any(isinstance(event, e.Admitted) for event in decision):
            assert actor.role is Role.FACILITATOR
            self.check_who_was_let_in(decision)
        self.meeting = replay(before, decision)
        self.journal += [to_record(event) for event in decision]
        self.check_a_restriction_takes_nothing_back(decision)

    def check_a_restriction_takes_nothing_back(self, decision: tuple[e.Event, ...]) -> None:
        """A decision of restrictions alone gives nobody anything (rule 12 depends on it)."""
        if not all(event.restricts for event in decision):
            return
        earlier = replay(scheduled(), map(from_record, self.journal[: len(self.journal) - len(decision)]))
        before, after = grants(earlier), grants(self.meeting)
        for seat, grant in after.items():
            assert grant.sources <= before[seat].sources
            assert before[seat].can_subscribe or not grant.can_subscribe

    @rule(actor=st.sampled_from(ACTORS), action=any_action)
    def somebody_does_something(self, actor: Actor, action: a.Action) -> None:
        self.step(actor, action)

    @rule(index=st.integers(0, 1))
    def a_host_opens_and_attends(self, index: int) -> None:
        host = next(actor for actor in ACTORS if actor.person == HOSTS[index])
        for actor, action in (
            (host, a.Arrive(None)),
            (host, a.Open()),
            (HOUSE, a.HostAttending(host.seat)),
            (host, a.AdmitAll()),
        ):
            self.step(actor, action)

    @rule(actor=st.sampled_from(ACTORS[:6]))
    def a_parent_arrives(self, actor: Actor) -> None:
        self.step(actor, a.Arrive(AGREEMENT))

    @rule(minutes=st.integers(0, 11))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        action = due(self.meeting, self.now)
        if action is not None:
            self.step(HOUSE, action)

    @invariant()
    def nobody_has_a_grant_who_is_not_admitted_agreed_and_welcome(self) -> None:
        for seat in grants(self.meeting):
            person = self.meeting.people[self.meeting.seats[seat].person]
            assert self.meeting.seats[seat].place is Place.PRESENT
            if ROLE[person.id] is Role.PARENT:
                assert person.id in self.agreed
                assert person.standing is Standing.WELCOME
                assert any(record == to_record(e.Admitted(seat)) for record in self.journal)
            else:
                assert ROLE[person.id] is Role.FACILITATOR

    @invariant()
    def no_held_microphone_or_camera_is_in_any_grant(self) -> None:
        for seat, grant in grants(self.meeting).items():
            held = self.last_of(self.meeting.seats[seat].person, "MutedByHost", "MuteLifted")
            off = self.last_of(self.meeting.seats[seat].person, "CameraHeld", "CameraLifted")
            assert held != "MutedByHost" or Source.MICROPHONE not in grant.sources
            assert off != "CameraHeld" or Source.CAMERA not in grant.sources

    @invariant()
    def the_removed_stay_out(self) -> None:
        for person in PARENTS:
            last = self.last_of(person, "Removed", "Suspended", "Declined", "Restored")
            if last in ("Removed", "Suspended", "Declined"):
                assert all(seat.place is Place.OUTSIDE for seat in self.meeting.seats_of(person))

    @invariant()
    def without_a_facilitator_nobody_hears_anybody(self) -> None:
        attended = any(
            self.meeting.people[self.meeting.seats[seat].person].role is Role.FACILITATOR
            and self.meeting.seats[seat].place is Place.PRESENT
            for seat in self.meeting.attending
        )
        if not attended or not self.meeting.attended():
            assert self.meeting.phase is not Phase.OPEN
            assert not any(grant.can_subscribe for grant in grants(self.meeting).values())

    @invariant()
    def nothing_flows_while_everything_is_paused(self) -> None:
        if self.meeting.paused == frozenset(Feature):
            assert not any(grant.can_subscribe for grant in grants(self.meeting).values())

    @invariant()
    def what_is_still_paused_is_in_no_grant_that_is_heard(self) -> None:
        for grant in grants(self.meeting).values():
            if grant.can_subscribe and Feature.SOUND in self.meeting.paused:
                assert Source.MICROPHONE not in grant.sources
            if grant.can_subscribe and Feature.PICTURE in self.meeting.paused:
                assert grant.sources <= {Source.MICROPHONE}

    @invariant()
    def while_the_floor_is_held_one_parent_at_most_may_speak_in_the_group(self) -> None:
        if self.meeting.floor.mode is FloorMode.OPEN:
            return
        speaking = [
            seat
            for seat, grant in grants(self.meeting).items()
            if Source.MICROPHONE in grant.sources
            and grant.room is Room.MAIN
            and ROLE[self.meeting.seats[seat].person] is Role.PARENT
        ]
        assert len(speaking) <= 1

    @invariant()
    def the_side_room_holds_one_parent_and_their_hosts(self) -> None:
        aside = [
            self.meeting.seats[seat].person
            for seat, grant in grants(self.meeting).items()
            if grant.room is Room.ASIDE
        ]
        assert sum(ROLE[person] is Role.PARENT for person in aside) <= 1
        if aside:
            assert any(ROLE[person] is Role.FACILITATOR for person in aside)

    @invariant()
    def only_people_in_the_room_have_a_hand_up_or_the_word(self) -> None:
        for person in (*self.meeting.hands, self.meeting.floor.speaker, self.meeting.screen):
            assert person is None or self.meeting.is_present(person)

    @invariant()
    def a_person_is_in_the_room_on_one_device_only(self) -> None:
        for person in PARENTS:
            assert sum(seat.place is Place.PRESENT for seat in self.meeting.seats_of(person)) <= 1

    @invariant()
    def replaying_the_journal_gives_the_live_state(self) -> None:
        assert replay(scheduled(), map(from_record, self.journal)) == self.meeting

    def last_of(self, person: PersonId, *kinds: str) -> str | None:
        names = [r["event"] for r in self.journal if r["event"] in kinds and r.get("person") == person]
        return str(names[-1]) if names else None


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
    run(examples=80, steps=40)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_many_long_sequences_of_actions_keep_the_rules() -> None:
    run(examples=3000, steps=80)
