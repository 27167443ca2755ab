"""Late, full, kept apart: what speaks against letting someone in, and the deliberate step past it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from moderation import actions as a
from moderation import events as e
from moderation.decisions import Reason
from moderation.model import HOUSE, Actor, Meeting, Override, Place, ReturnWord, SeatId, Terms
from moderation.rules import decide
from tests.moderation.builders import (
    AGREEMENT,
    JO,
    KAZ,
    NOON,
    SAM,
    after,
    arriving,
    in_session,
    opened,
    refusal,
)

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


def test_of_two_in_the_room_who_are_marked_never_to_meet_the_later_one_waits_until_a_host_decides() -> None:
    mark = a.KeepApart(KAZ.person, SAM.person)
    assert decide(in_session(), HOUSE, mark, NOON) == (
        e.KeptApart(KAZ.person, SAM.person),
        e.ReturnedToWaiting(KAZ.person, ReturnWord.SAFETY),
    )
    parted = after(in_session(), (HOUSE, mark))
    assert refusal(parted, JO, a.Admit(KAZ.seat)) is Reason.KEPT_APART
    assert after(parted, (JO, a.AdmitAnyway(KAZ.seat))).is_present(KAZ.person)


def test_a_mark_that_names_a_host_sends_no_host_away() -> None:
    parted = after(in_session(), (HOUSE, a.KeepApart(SAM.person, JO.person)))
    assert parted.is_present(JO.person)
    assert not parted.is_present(SAM.person)


def test_marking_twice_or_somebody_with_themself_does_nothing() -> None:
    marked = after(opened(), (HOUSE, a.KeepApart(SAM.person, KAZ.person)))
    assert decide(marked, HOUSE, a.KeepApart(KAZ.person, SAM.person), NOON) == ()
    assert decide(opened(), HOUSE, a.KeepApart(SAM.person, SAM.person), NOON) == ()


def test_two_who_may_meet_again_are_let_in_like_anyone() -> None:
    marked = after(on(APART), (JO, a.Admit(SAM.seat)))
    lifted = after(marked, (HOUSE, a.LetMeet(KAZ.person, SAM.person)))
    assert after(lifted, (JO, a.Admit(KAZ.seat))).is_present(KAZ.person)
    assert decide(lifted, HOUSE, a.LetMeet(KAZ.person, SAM.person), NOON) == ()


def test_whoever_accepts_a_newer_agreement_while_waiting_keeps_the_place() -> None:
    changed = replace(opened(), agreement=AGREEMENT + 1)
    assert refusal(changed, SAM, a.Arrive(AGREEMENT)) is Reason.AGREEMENT_NEEDED
    agreed = after(changed, (SAM, a.Arrive(AGREEMENT + 1)))
    assert after(agreed, (JO, a.Admit(SAM.seat))).is_present(SAM.person)


def test_a_parent_who_is_away_for_too_long_knocks_again() -> None:
    lapsed = after(in_session(), (SAM, a.RaiseHand()), (HOUSE, a.Lapse(SAM.seat)))
    assert lapsed.seats[SAM.seat].place is Place.OUTSIDE
    assert lapsed.hands == ()
    assert after(lapsed, arriving(SAM)).seats[SAM.seat].place is Place.WAITING


def test_only_a_parents_place_in_the_room_lapses() -> None:
    for seat in (JO.seat, SeatId("nobody")):
        assert decide(in_session(), HOUSE, a.Lapse(seat), NOON) == ()
    assert decide(opened(), HOUSE, a.Lapse(SAM.seat), NOON) == ()


def test_a_broken_tab_is_closed_without_barring_its_person() -> None:
    ejected = after(opened(), (JO, a.Admit(SAM.seat)), (JO, a.Eject(SAM.seat)))
    assert ejected.seats[SAM.seat].place is Place.OUTSIDE
    assert after(ejected, (SAM, a.Arrive(ejected.agreement))).seats[SAM.seat].place is Place.WAITING


def test_a_host_on_another_device_takes_the_place_of_one_that_is_lost_but_not_of_one_that_attends() -> None:
    phone = Actor(JO.role, JO.person, SeatId("jo-phone"))
    both = after(opened(), arriving(phone))
    assert {JO.seat, phone.seat} <= {seat.id for seat in both.in_place(Place.PRESENT)}
    lost = after(opened(), (HOUSE, a.HostAway(JO.seat)), arriving(phone))
    assert [seat.id for seat in lost.in_place(Place.PRESENT)] == [phone.seat]
