"""Who may do what, and what else must hold."""

from typing import get_args

import pytest

from moderation import actions as a
from moderation import events as e
from moderation.model import (
    HOUSE,
    Actor,
    ChatMode,
    Feature,
    Mark,
    Meeting,
    PersonId,
    Phase,
    Place,
    RemovalReason,
    ReturnWord,
    Role,
    SeatId,
)
from moderation.rules import RULES, Reason, Refused, decide
from tests.moderation.builders import (
    ADMIN,
    AGREEMENT,
    JO,
    KAZ,
    NOON,
    RAY,
    SAM,
    SAM_TABLET,
    after,
    arriving,
    in_session,
    opened,
    refusal,
    scheduled,
)

EXAMPLES: dict[type[a.Action], a.Action] = {
    a.Arrive: a.Arrive(AGREEMENT),
    a.Leave: a.Leave(),
    a.Open: a.Open(),
    a.Admit: a.Admit(SAM.seat),
    a.AdmitAll: a.AdmitAll(),
    a.Decline: a.Decline(SAM.person),
    a.Mute: a.Mute(SAM.person),
    a.MuteAll: a.MuteAll(),
    a.Lift: a.Lift(SAM.person),
    a.LiftAll: a.LiftAll(),
    a.HoldCamera: a.HoldCamera(SAM.person),
    a.LiftCamera: a.LiftCamera(SAM.person),
    a.ReturnToWaiting: a.ReturnToWaiting(SAM.person),
    a.Remove: a.Remove(SAM.person, RemovalReason.OTHER),
    a.Restore: a.Restore(SAM.person),
    a.Lock: a.Lock(),
    a.Unlock: a.Unlock(),
    a.End: a.End(),
    a.HostAttending: a.HostAttending(JO.seat),
    a.HostAway: a.HostAway(JO.seat),
    a.Close: a.Close(),
    a.Revoke: a.Revoke(SAM.person),
    a.Exit: a.Exit(SAM.seat),
    a.AdmitAnyway: a.AdmitAnyway(SAM.seat),
    a.MuteAllBut: a.MuteAllBut(SAM.person),
    a.Suspend: a.Suspend(SAM.person, RemovalReason.OTHER, None),
    a.Eject: a.Eject(SAM.seat),
    a.Pause: a.Pause(),
    a.ResumeFeature: a.ResumeFeature(Feature.SOUND),
    a.HoldFloor: a.HoldFloor(),
    a.OpenFloor: a.OpenFloor(),
    a.GiveWord: a.GiveWord(SAM.person),
    a.TakeWord: a.TakeWord(),
    a.StartRound: a.StartRound(),
    a.NextInRound: a.NextInRound(),
    a.LowerHand: a.LowerHand(SAM.person),
    a.LowerAllHands: a.LowerAllHands(),
    a.ClearMark: a.ClearMark(SAM.person),
    a.SetChat: a.SetChat(ChatMode.EVERYONE),
    a.AllowScreen: a.AllowScreen(SAM.person),
    a.StopScreen: a.StopScreen(),
    a.InviteAside: a.InviteAside(SAM.person),
    a.JoinAside: a.JoinAside(),
    a.EndAside: a.EndAside(),
    a.RevealLocation: a.RevealLocation(SAM.person),
    a.CallDanger: a.CallDanger(SAM.person),
    a.StartClosing: a.StartClosing(),
    a.RaiseHand: a.RaiseHand(),
    a.LowerOwnHand: a.LowerOwnHand(),
    a.PassWord: a.PassWord(),
    a.TellHosts: a.TellHosts(Mark.MOMENT),
    a.AcceptAside: a.AcceptAside(),
    a.LeaveAside: a.LeaveAside(),
    a.KeepApart: a.KeepApart(SAM.person, KAZ.person),
    a.LetMeet: a.LetMeet(SAM.person, KAZ.person),
    a.Lapse: a.Lapse(SAM.seat),
    a.TimeUp: a.TimeUp(),
}


def test_every_action_has_an_entry_in_the_table_and_an_example_here() -> None:
    assert RULES.keys() == set(get_args(a.Action)) == EXAMPLES.keys()


@pytest.mark.parametrize("action", EXAMPLES.values(), ids=lambda action: type(action).__name__)
@pytest.mark.parametrize("actor", [JO, SAM, ADMIN, HOUSE], ids=lambda actor: actor.role.value)
def test_whoever_is_not_in_the_table_is_refused_in_every_phase(actor: Actor, action: a.Action) -> None:
    if actor.role in RULES[type(action)].may:
        return
    for meeting in (scheduled(), opened(), in_session(), after(in_session(), (JO, a.End()))):
        assert refusal(meeting, actor, action) is Reason.NOT_ALLOWED


def test_an_admin_may_do_nothing_in_a_meeting() -> None:
    assert not any(Role.ADMIN in roles for roles in (entry.may for entry in RULES.values()))


@pytest.mark.parametrize("action", [x for t, x in EXAMPLES.items() if RULES[t].may == {Role.FACILITATOR}])
def test_a_facilitator_who_has_not_come_in_can_do_nothing(action: a.Action) -> None:
    assert refusal(in_session(), RAY, action) is Reason.NOT_HERE


@pytest.mark.parametrize("action", [x for t, x in EXAMPLES.items() if Role.HOUSE not in RULES[t].may])
def test_an_ended_session_refuses_everything(action: a.Action) -> None:
    over = after(in_session(), (JO, a.End()))
    actor = JO if Role.FACILITATOR in RULES[type(action)].may else SAM
    assert refusal(over, actor, action) is Reason.ENDED


class TestArriving:
    def test_a_parent_waits(self) -> None:
        assert decide(scheduled(), SAM, a.Arrive(AGREEMENT), NOON) == (
            e.Arrived(SAM.seat, SAM.person, AGREEMENT),
        )

    @pytest.mark.parametrize("agreed", [None, AGREEMENT - 1, AGREEMENT + 1])
    def test_without_the_current_agreement_nobody_waits(self, agreed: int | None) -> None:
        assert refusal(scheduled(), SAM, a.Arrive(agreed)) is Reason.AGREEMENT_NEEDED

    def test_the_place_is_kept_when_a_waiting_parent_comes_again(self) -> None:
        assert decide(opened(), SAM, a.Arrive(AGREEMENT), NOON) == ()

    def test_a_present_parent_who_reconnects_stays_present(self) -> None:
        assert decide(in_session(), SAM, a.Arrive(AGREEMENT), NOON) == ()

    def test_who_left_waits_anew(self) -> None:
        again = after(in_session(), (SAM, a.Leave()), arriving(SAM))
        assert again.seats[SAM.seat].place is Place.WAITING

    def test_nobody_takes_the_seat_of_another(self) -> None:
        thief = Actor(Role.PARENT, PersonId("thief"), SAM.seat)
        assert refusal(in_session(), thief, a.Arrive(AGREEMENT)) is Reason.NOT_ALLOWED

    def test_a_second_device_waits_while_the_first_is_present(self) -> None:
        meeting = after(in_session(), arriving(SAM_TABLET))
        assert meeting.seats[SAM_TABLET.seat].place is Place.WAITING
        assert meeting.seats[SAM.seat].place is Place.PRESENT

    @pytest.mark.parametrize(
        ("out", "reason"),
        [
            (a.Remove(SAM.person, RemovalReason.UNSAFE), Reason.REMOVED),
            (a.Decline(SAM.person), Reason.DECLINED),
        ],
    )
    @pytest.mark.parametrize("device", [SAM, SAM_TABLET], ids=["phone", "tablet"])
    def test_who_was_put_out_cannot_come_back_on_any_device(
        self, out: a.Action, reason: Reason, device: Actor
    ) -> None:
        assert refusal(after(opened(), (JO, out)), device, a.Arrive(AGREEMENT)) is reason


class TestTheDoor:
    def test_nobody_gets_in_before_the_session_is_open(self) -> None:
        meeting = after(scheduled(), arriving(SAM), arriving(JO))
        assert refusal(meeting, JO, a.Admit(SAM.seat)) is Reason.NOT_OPEN
        assert refusal(meeting, JO, a.AdmitAll()) is Reason.NOT_OPEN

    def test_nobody_gets_in_while_no_host_attends(self) -> None:
        meeting = after(opened(), (HOUSE, a.HostAway(JO.seat)))
        assert refusal(meeting, JO, a.Admit(SAM.seat)) is Reason.UNATTENDED

    def test_a_locked_door_admits_nobody_until_it_is_unlocked(self) -> None:
        locked = after(opened(), (JO, a.Lock()))
        assert refusal(locked, JO, a.Admit(SAM.seat)) is Reason.LOCKED
        assert after(locked, (JO, a.Unlock()), (JO, a.Admit(SAM.seat))).is_present(SAM.person)

    def test_a_locked_door_keeps_those_inside(self) -> None:
        assert after(in_session(), (JO, a.Lock())).is_present(SAM.person)

    def test_someone_unknown_or_outside_cannot_be_admitted(self) -> None:
        assert refusal(opened(), JO, a.Admit(SeatId("nobody"))) is Reason.NOT_HERE
        assert refusal(after(opened(), (SAM, a.Leave())), JO, a.Admit(SAM.seat)) is Reason.NOT_HERE

    def test_admitting_everyone_leaves_second_devices_waiting(self) -> None:
        meeting = after(in_session(), arriving(SAM_TABLET), (JO, a.AdmitAll()))
        assert meeting.seats[SAM_TABLET.seat].place is Place.WAITING

    def test_admitting_a_second_device_puts_the_first_out(self) -> None:
        meeting = after(in_session(), arriving(SAM_TABLET), (JO, a.Admit(SAM_TABLET.seat)))
        assert meeting.seats[SAM_TABLET.seat].place is Place.PRESENT
        assert meeting.seats[SAM.seat].place is Place.OUTSIDE

    def test_declining_a_second_device_leaves_the_first_in_the_room(self) -> None:
        meeting = after(in_session(), arriving(SAM_TABLET), (JO, a.Decline(SAM.person)))
        assert meeting.seats[SAM_TABLET.seat].place is Place.OUTSIDE
        assert meeting.seats[SAM.seat].place is Place.PRESENT

    def test_nobody_is_admitted_on_an_agreement_that_has_changed(self) -> None:
        waited = opened()
        changed = Meeting(
            waited.id, AGREEMENT + 1, waited.phase, False, waited.people, waited.seats, waited.attending
        )
        assert refusal(changed, JO, a.Admit(SAM.seat)) is Reason.AGREEMENT_NEEDED
        assert decide(changed, JO, a.AdmitAll(), NOON) == ()


class TestModeration:
    def test_muting_all_holds_every_present_parent_and_no_host(self) -> None:
        assert decide(in_session(), JO, a.MuteAll(), NOON) == (
            e.MutedByHost(SAM.person),
            e.MutedByHost(KAZ.person),
        )

    def test_a_mute_follows_the_person_to_another_device(self) -> None:
        meeting = after(
            in_session(), (JO, a.Mute(SAM.person)), arriving(SAM_TABLET), (JO, a.Admit(SAM_TABLET.seat))
        )
        assert meeting.people[SAM.person].microphone_held

    @pytest.mark.parametrize("step", [a.Leave(), a.Arrive(AGREEMENT)])
    def test_nothing_a_parent_does_lifts_a_mute(self, step: a.Action) -> None:
        muted = after(in_session(), (JO, a.Mute(SAM.person)))
        assert after(muted, (SAM, step)).people[SAM.person].microphone_held

    def test_hosts_cannot_be_muted_or_removed(self) -> None:
        meeting = after(in_session(), arriving(RAY))
        assert refusal(meeting, JO, a.Mute(RAY.person)) is Reason.TARGET_IS_HOST
        assert refusal(meeting, JO, a.Remove(RAY.person, RemovalReason.OTHER)) is Reason.TARGET_IS_HOST

    def test_doing_it_twice_does_nothing_the_second_time(self) -> None:
        for action in (
            a.Mute(SAM.person),
            a.HoldCamera(SAM.person),
            a.Lock(),
            a.Remove(SAM.person, RemovalReason.OTHER),
        ):
            assert decide(after(in_session(), (JO, action)), JO, action, NOON) == ()

    def test_undoing_a_removal_asks_for_a_fresh_admission(self) -> None:
        meeting = after(
            in_session(), (JO, a.Remove(SAM.person, RemovalReason.UNSAFE)), (JO, a.Restore(SAM.person))
        )
        assert meeting.seats[SAM.seat].place is Place.WAITING
        assert meeting.people[SAM.person].removal_reason is None

    def test_only_who_is_in_the_room_can_be_returned(self) -> None:
        assert refusal(opened(), JO, a.ReturnToWaiting(SAM.person)) is Reason.NOT_HERE

    def test_a_revoked_invite_takes_every_device_out(self) -> None:
        meeting = after(in_session(), arriving(SAM_TABLET), (HOUSE, a.Revoke(SAM.person)))
        assert {seat.place for seat in meeting.seats_of(SAM.person)} == {Place.OUTSIDE}

    def test_an_account_that_no_longer_holds_takes_its_host_out_and_freezes_the_room(self) -> None:
        meeting = after(in_session(), (HOUSE, a.Revoke(JO.person)))
        assert meeting.attending == frozenset()
        assert meeting.phase is Phase.UNATTENDED


class TestAttendance:
    def test_opening_alone_does_not_unfreeze(self) -> None:
        assert after(scheduled(), arriving(JO), (JO, a.Open())).phase is Phase.UNATTENDED

    def test_the_last_host_gone_freezes_and_one_back_resumes(self) -> None:
        frozen = after(in_session(), (HOUSE, a.HostAway(JO.seat)))
        assert (frozen.phase, frozen.unattended_since) == (Phase.UNATTENDED, NOON)
        assert after(frozen, (HOUSE, a.HostAttending(JO.seat))).phase is Phase.OPEN

    def test_one_of_two_hosts_gone_changes_nothing(self) -> None:
        two = after(in_session(), arriving(RAY), (HOUSE, a.HostAttending(RAY.seat)))
        assert after(two, (HOUSE, a.HostAway(JO.seat))).phase is Phase.OPEN

    def test_a_host_who_leaves_is_no_longer_attending(self) -> None:
        assert after(in_session(), (JO, a.Leave())).phase is Phase.UNATTENDED

    def test_a_parent_never_counts_as_attending(self) -> None:
        assert decide(in_session(), HOUSE, a.HostAttending(SAM.seat), NOON) == ()

    def test_only_an_unattended_session_is_closed_by_the_house(self) -> None:
        assert decide(in_session(), HOUSE, a.Close(), NOON) == ()
        frozen = after(in_session(), (HOUSE, a.HostAway(JO.seat)))
        assert decide(frozen, HOUSE, a.Close(), NOON) == (e.Ended(unattended=True),)


def test_a_quick_exit_is_told_from_a_goodbye() -> None:
    assert decide(in_session(), HOUSE, a.Exit(SAM.seat), NOON) == (e.Left(SAM.seat, quick=True),)
    assert decide(in_session(), SAM, a.Leave(), NOON) == (e.Left(SAM.seat, quick=False),)


def test_a_refusal_is_a_value() -> None:
    assert decide(opened(), SAM, a.End(), NOON) == Refused(Reason.NOT_ALLOWED)


class TestTheLadder:
    def test_suspending_goes_one_step_further_than_removing(self) -> None:
        removed = after(in_session(), (JO, a.Remove(SAM.person, RemovalReason.UNSAFE)))
        suspended = after(removed, (JO, a.Suspend(SAM.person, RemovalReason.UNSAFE, None)))
        assert suspended.people[SAM.person].suspended
        assert refusal(suspended, SAM, a.Arrive(AGREEMENT)) is Reason.REMOVED
        assert not after(suspended, (JO, a.Restore(SAM.person))).people[SAM.person].suspended

    def test_nobody_is_suspended_until_a_time_that_has_passed(self) -> None:
        past = a.Suspend(SAM.person, RemovalReason.UNSAFE, NOON)
        assert refusal(in_session(), JO, past) is Reason.NOT_ALLOWED

    def test_all_but_one_are_muted(self) -> None:
        assert decide(in_session(), JO, a.MuteAllBut(SAM.person), NOON) == (e.MutedByHost(KAZ.person),)

    def test_a_return_carries_a_word_until_the_next_admission(self) -> None:
        back = after(in_session(), (JO, a.ReturnToWaiting(SAM.person, ReturnWord.BREATHER)))
        assert back.people[SAM.person].returned_with is ReturnWord.BREATHER
        again = after(back, (JO, a.Admit(SAM.seat)))
        assert again.people[SAM.person].returned_with is ReturnWord.NONE

    def test_danger_takes_everyone_else_to_the_waiting_room(self) -> None:
        meeting = after(in_session(), (JO, a.CallDanger(SAM.person)))
        assert meeting.is_present(SAM.person)
        assert meeting.seats[KAZ.seat].place is Place.WAITING

    def test_looking_at_a_location_is_recorded_each_time(self) -> None:
        once = after(in_session(), (JO, a.RevealLocation(SAM.person)))
        assert decide(once, JO, a.RevealLocation(SAM.person), NOON) == (e.LocationRevealed(SAM.person),)

    def test_a_parent_tells_the_hosts_with_one_tap_also_from_the_waiting_room(self) -> None:
        told = after(opened(), (SAM, a.TellHosts(Mark.CHECK_ON_ME)))
        assert told.people[SAM.person].mark is Mark.CHECK_ON_ME
        assert after(told, (JO, a.ClearMark(SAM.person))).people[SAM.person].mark is Mark.NONE
