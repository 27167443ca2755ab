"""Late, full, kept apart: what speaks against letting someone in, and the deliberate step past it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from moderation import actions as a
from moderation import events as e
from moderation.decisions import Reason
from moderation.model import HOUSE, Meeting, Override, Place, Terms
from moderation.rules import decide
from tests.moderation.builders import JO, KAZ, NOON, SAM, after, opened, refusal

LATE = Terms(late_after=NOON - timedelta(minutes=1))
FULL = Terms(capacity=1)
APART = Terms(apart=frozenset({frozenset({SAM.person, KAZ.person})}))


def on(terms: Terms) -> Meeting:
    return replace(opened(), terms=terms)


@pytest.mark.parametrize(
    ("meeting", "reason", "against"),
    [
        (on(LATE), Reason.LATE, Override.LATE),
        (on(FULL), Reason.FULL, Override.FULL),
        (after(on(APART), (JO, a.Admit(KAZ.seat))), Reason.KEPT_APART, Override.KEPT_APART),
    ],
    ids=["late", "full", "kept apart"],
)
def test_a_host_lets_someone_in_against_it_only_by_a_deliberate_recorded_step(
    meeting: Meeting, reason: Reason, against: Override
) -> None:
    assert refusal(meeting, JO, a.Admit(SAM.seat)) is reason
    assert decide(meeting, JO, a.AdmitAnyway(SAM.seat), NOON) == (
        e.DoorOverridden(SAM.seat, against),
        e.Admitted(SAM.seat),
    )


def test_admitting_everyone_never_lets_in_whom_something_speaks_against() -> None:
    assert decide(on(LATE), JO, a.AdmitAll(), NOON) == ()
    assert decide(on(FULL), JO, a.AdmitAll(), NOON) == ()
    assert decide(on(APART), JO, a.AdmitAll(), NOON) == (e.Admitted(SAM.seat),)
    assert decide(on(Terms(capacity=2)), JO, a.AdmitAll(), NOON) == (e.Admitted(SAM.seat),)


def test_who_has_been_in_is_not_late() -> None:
    back = after(opened(), (JO, a.Admit(SAM.seat)), (JO, a.ReturnToWaiting(SAM.person)))
    assert after(replace(back, terms=LATE), (JO, a.Admit(SAM.seat))).is_present(SAM.person)


def test_a_locked_door_and_an_old_agreement_cannot_be_set_aside() -> None:
    locked = after(opened(), (JO, a.Lock()))
    assert refusal(locked, JO, a.AdmitAnyway(SAM.seat)) is Reason.LOCKED
    assert refusal(replace(opened(), agreement=9), JO, a.AdmitAnyway(SAM.seat)) is Reason.AGREEMENT_NEEDED


def test_two_marked_never_to_meet_during_the_session_are_kept_apart_from_then_on() -> None:
    meeting = after(opened(), (HOUSE, a.KeepApart(SAM.person, KAZ.person)), (JO, a.Admit(SAM.seat)))
    assert refusal(meeting, JO, a.Admit(KAZ.seat)) is Reason.KEPT_APART


def test_a_broken_tab_is_closed_without_barring_its_person() -> None:
    ejected = after(opened(), (JO, a.Admit(SAM.seat)), (JO, a.Eject(SAM.seat)))
    assert ejected.seats[SAM.seat].place is Place.OUTSIDE
    assert after(ejected, (SAM, a.Arrive(ejected.agreement))).seats[SAM.seat].place is Place.WAITING
