"""What each person may publish, hear and see."""

from moderation import actions as a
from moderation.grants import Grant, Source, grants
from moderation.model import HOUSE, RemovalReason
from tests.moderation.builders import JO, KAZ, SAM, after, arriving, in_session, opened, scheduled

BOTH = frozenset({Source.MICROPHONE, Source.CAMERA})


def test_before_opening_nobody_has_a_connection() -> None:
    assert grants(after(scheduled(), arriving(SAM), arriving(JO))) == {}


def test_who_waits_has_no_connection_and_the_host_has() -> None:
    assert grants(opened()).keys() == {JO.seat}


def test_present_parents_publish_sound_and_picture_and_a_host_the_screen_too() -> None:
    assert grants(in_session()) == {
        JO.seat: Grant(True, BOTH | {Source.SCREEN_SHARE}),
        SAM.seat: Grant(True, BOTH),
        KAZ.seat: Grant(True, BOTH),
    }


def test_a_held_microphone_leaves_the_camera_and_both_held_leave_nothing() -> None:
    muted = after(in_session(), (JO, a.Mute(SAM.person)))
    assert grants(muted)[SAM.seat].sources == {Source.CAMERA}
    assert grants(after(muted, (JO, a.HoldCamera(SAM.person))))[SAM.seat].sources == frozenset()


def test_unattended_everyone_keeps_publishing_and_nobody_receives() -> None:
    frozen = grants(after(in_session(), (HOUSE, a.HostAway(JO.seat))))
    assert {grant.can_subscribe for grant in frozen.values()} == {False}
    assert frozen[SAM.seat].sources == BOTH


def test_removed_returned_left_and_ended_have_no_connection() -> None:
    for actor, action in (
        (JO, a.Remove(SAM.person, RemovalReason.OTHER)),
        (JO, a.ReturnToWaiting(SAM.person)),
        (SAM, a.Leave()),
        (HOUSE, a.Revoke(SAM.person)),
    ):
        assert SAM.seat not in grants(after(in_session(), (actor, action)))
    assert grants(after(in_session(), (JO, a.End()))) == {}
