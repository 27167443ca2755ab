"""The side room: one host, one parent, and a group that stays attended."""

import pytest

from moderation import actions as a
from moderation.decisions import Reason
from moderation.grants import Room, Source, grants
from moderation.model import HOUSE, Actor, Meeting, Phase, RemovalReason
from tests.moderation.builders import JO, KAZ, RAY, SAM, after, arriving, in_session, refusal


def with_two_hosts() -> Meeting:
    return after(in_session(), arriving(RAY), (HOUSE, a.HostAttending(RAY.seat)))


def aside() -> Meeting:
    return after(with_two_hosts(), (JO, a.InviteAside(SAM.person)), (SAM, a.AcceptAside()))


def in_room(meeting: Meeting, room: Room) -> set[str]:
    return {seat for seat, grant in grants(meeting).items() if grant.room is room}


def test_nobody_is_moved_before_the_parent_has_said_yes() -> None:
    invited = after(with_two_hosts(), (JO, a.InviteAside(SAM.person)))
    assert in_room(invited, Room.ASIDE) == set()


def test_host_and_parent_are_aside_and_the_others_are_not() -> None:
    assert in_room(aside(), Room.ASIDE) == {JO.seat, SAM.seat}
    assert in_room(aside(), Room.MAIN) == {RAY.seat, KAZ.seat}


def test_a_side_room_that_would_leave_the_group_unattended_is_refused() -> None:
    assert refusal(in_session(), JO, a.InviteAside(SAM.person)) is Reason.WOULD_BE_UNATTENDED
    invited = after(with_two_hosts(), (JO, a.InviteAside(SAM.person)), (HOUSE, a.HostAway(RAY.seat)))
    assert refusal(invited, SAM, a.AcceptAside()) is Reason.WOULD_BE_UNATTENDED
    assert refusal(aside(), RAY, a.JoinAside()) is Reason.WOULD_BE_UNATTENDED


def test_only_the_invited_parent_answers() -> None:
    invited = after(with_two_hosts(), (JO, a.InviteAside(SAM.person)))
    assert refusal(invited, KAZ, a.AcceptAside()) is Reason.NO_ASIDE


def test_a_mute_follows_the_person_aside() -> None:
    meeting = after(aside(), (RAY, a.Mute(SAM.person)))
    assert Source.MICROPHONE not in grants(meeting)[SAM.seat].sources


def test_a_held_floor_does_not_reach_aside() -> None:
    assert Source.MICROPHONE in grants(after(aside(), (RAY, a.HoldFloor())))[SAM.seat].sources


def test_the_group_freezes_when_its_own_host_is_gone() -> None:
    assert after(aside(), (HOUSE, a.HostAway(RAY.seat))).phase is Phase.UNATTENDED


def test_a_host_on_the_way_back_attends_nothing_until_the_house_says_so() -> None:
    back = after(aside(), (JO, a.EndAside()))
    assert back.attending == {RAY.seat}
    alone = after(aside(), (HOUSE, a.HostAway(RAY.seat)), (JO, a.EndAside()))
    assert alone.phase is Phase.UNATTENDED
    assert after(alone, (HOUSE, a.HostAttending(JO.seat))).phase is Phase.OPEN


@pytest.mark.parametrize(
    "step",
    [
        (SAM, a.LeaveAside()),
        (RAY, a.EndAside()),
        (JO, a.Leave()),
        (RAY, a.Remove(SAM.person, RemovalReason.OTHER)),
        (SAM, a.Leave()),
    ],
)
def test_it_is_over_when_either_leaves_or_any_host_ends_it(step: tuple[Actor, a.Action]) -> None:
    assert after(aside(), step).aside is None
