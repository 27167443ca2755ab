"""What one may publish and have, with real negotiation and no sockets."""

import pytest
from livekit.protocol.models import TrackSource, TrackType
from livekit.protocol.rtc import RequestResponse, UpdateSubscription

from signalling.livekit.errors import Offence
from signalling.livekit.tokens import Permission
from tests.signalling.livekit.builders import CAMERA, EVERYTHING, MICROPHONE, Client, Lobby, Part

SILENCED = Permission(can_subscribe=True, can_publish=True, sources=frozenset({CAMERA}))
FROZEN = Permission(can_subscribe=False, can_publish=True)


@pytest.fixture
def lobby() -> Lobby:
    return Lobby()


def two(lobby: Lobby) -> tuple[Client, Client]:
    sam, jo = lobby.join("sam"), lobby.join("jo")
    sam.answer()
    jo.answer()
    return sam, jo


def test_a_source_that_is_not_permitted_is_refused(lobby: Lobby) -> None:
    sam = lobby.join("sam", SILENCED)
    assert sam.announce(MICROPHONE) == ""
    (refusal,) = sam.said("request_response")
    assert refusal.request_response.reason == RequestResponse.NOT_ALLOWED
    assert "a=inactive" in sam.offer(Part("audio", sam.cid))
    assert sam.participant.publisher.published == {}


@pytest.mark.parametrize("source", [MICROPHONE, TrackSource.SCREEN_SHARE_AUDIO, TrackSource.UNKNOWN])
def test_no_other_name_for_a_microphone_gets_past_the_permission(lobby: Lobby, source: TrackSource) -> None:
    sam = lobby.join("sam", SILENCED)
    assert sam.announce(source, TrackType.AUDIO) == ""


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (CAMERA, TrackType.AUDIO),
        (TrackSource.SCREEN_SHARE, TrackType.AUDIO),
        (MICROPHONE, TrackType.VIDEO),
        (TrackSource.SCREEN_SHARE_AUDIO, TrackType.VIDEO),
    ],
)
def test_sound_announced_as_a_picture_is_an_offence(
    lobby: Lobby, source: TrackSource, kind: TrackType
) -> None:
    sam = lobby.join("sam")
    with pytest.raises(Offence):
        sam.announce(source, kind)


def test_sound_sent_in_the_section_of_a_picture_is_an_offence(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sam.announce(CAMERA)
    with pytest.raises(Offence):
        sam.offer(Part("audio", sam.cid))
    jo.answer()
    assert jo.receives == set()


def test_a_section_that_changes_its_kind_under_its_track_is_an_offence(lobby: Lobby) -> None:
    sam = lobby.join("sam")
    sam.publish(CAMERA)
    with pytest.raises(Offence):
        sam.offer(Part("audio"))


def test_losing_a_permission_ends_the_track_before_the_call_returns(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sound, picture = sam.publish(MICROPHONE), sam.publish(CAMERA)
    jo.answer()
    assert jo.receives == {sound, picture}
    sam.participant.permit(SILENCED)
    assert jo.receives == {picture}
    (unpublished,) = sam.said("track_unpublished")
    assert unpublished.track_unpublished.track_sid == sound
    info = jo.last_info("sam")
    assert info is not None
    assert [track.sid for track in info.tracks] == [picture]
    assert list(info.permission.can_publish_sources) == [CAMERA]
    assert sam.announce(MICROPHONE) == ""


def test_a_client_that_goes_on_offering_a_lost_track_gets_an_inactive_section(lobby: Lobby) -> None:
    sam, _ = two(lobby)
    sam.publish(MICROPHONE)
    sam.participant.permit(SILENCED)
    assert "a=inactive" in sam.offer(*sam.parts)
    assert sam.participant.publisher.published == {}


def test_a_lifted_mute_lets_the_participant_publish_again(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sam.publish(MICROPHONE)
    jo.answer()
    sam.participant.permit(SILENCED)
    jo.answer()
    sam.participant.permit(EVERYTHING)
    sound = sam.publish(MICROPHONE)
    jo.answer()
    assert jo.receives == {sound}


def test_nobody_hears_anything_while_frozen_and_everything_survives(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    tracks = {sam.publish(MICROPHONE), sam.publish(CAMERA)}
    jo.answer()
    jo.participant.permit(FROZEN)
    assert jo.receives == set()
    assert set(sam.participant.publisher.published) == tracks
    jo.answer()
    assert "a=sendonly" not in jo.said("offer")[-1].offer.sdp
    jo.participant.permit(EVERYTHING)
    jo.answer()
    assert jo.receives == tracks


def test_whatever_ends_at_the_same_moment_is_silent_at_once_and_told_in_one_offer(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    for source in (MICROPHONE, CAMERA):
        sam.publish(source)
        jo.answer()
    before = len(jo.said("offer"))
    sam.participant.permit(SILENCED)
    assert len(jo.receives) == 1
    sam.participant.permit(FROZEN)
    jo.participant.permit(FROZEN)
    assert jo.receives == set()
    assert len(jo.said("offer")) == before
    jo.answer()
    assert len(jo.said("offer")) == before + 1
    assert "a=sendonly" not in jo.said("offer")[-1].offer.sdp


def test_somebody_who_comes_during_a_freeze_hears_nothing_and_later_everything(lobby: Lobby) -> None:
    sam = lobby.join("sam", FROZEN)
    sid = sam.publish(CAMERA)
    jo = lobby.join("jo", FROZEN)
    jo.answer()
    assert jo.receives == set()
    jo.participant.permit(EVERYTHING)
    jo.answer()
    assert jo.receives == {sid}


def test_a_freeze_between_offer_and_answer_lets_nothing_through(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sam.publish(CAMERA)
    jo.participant.permit(FROZEN)
    jo.answer()
    assert jo.receives == set()


def test_a_thaw_before_the_answer_to_the_freeze_lets_everything_through(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sid = sam.publish(CAMERA)
    jo.answer()
    jo.participant.permit(FROZEN)
    jo.participant.permit(EVERYTHING)
    jo.answer()
    assert jo.receives == {sid}


def test_freezing_again_and_again_reuses_the_sections(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sid = sam.publish(CAMERA)
    jo.answer()
    for _ in range(20):
        jo.participant.permit(FROZEN)
        jo.answer()
        jo.participant.permit(EVERYTHING)
        jo.answer()
    assert jo.receives == {sid}
    assert jo.said("offer")[-1].offer.sdp.count("m=video") == 1


def test_ones_own_mute_is_a_flag_that_others_see(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sid = sam.publish(MICROPHONE)
    sam.mute(sid)
    info = jo.last_info("sam")
    assert info is not None
    assert info.tracks[0].muted
    assert sam.participant.publisher.published[sid].track.muted
    sam.mute(sid, muted=False)
    assert not sam.participant.publisher.published[sid].track.muted
    sam.mute("TR_other")
    assert sam.said("request_response")[-1].request_response.reason == RequestResponse.NOT_FOUND


def test_there_is_an_end_to_what_one_may_publish(lobby: Lobby) -> None:
    sam = lobby.join("sam")
    sids = [sam.announce(CAMERA) for _ in range(12)]
    assert sum(bool(sid) for sid in sids) == 8
    assert sam.said("request_response")[-1].request_response.reason == RequestResponse.LIMIT_EXCEEDED


def test_a_client_may_leave_single_tracks_out(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sid = sam.publish(CAMERA)
    jo.answer()
    jo.hear(subscription=UpdateSubscription(track_sids=[sid], subscribe=False))
    assert jo.receives == set()
    jo.answer()
    jo.hear(subscription=UpdateSubscription(track_sids=[sid], subscribe=True))
    jo.answer()
    assert jo.receives == {sid}


def test_a_frozen_client_cannot_ask_for_single_tracks(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sid = sam.publish(CAMERA)
    jo.participant.permit(FROZEN)
    jo.hear(subscription=UpdateSubscription(track_sids=[sid], subscribe=True))
    jo.answer()
    assert jo.receives == set()


def test_somebody_muted_while_away_learns_it_on_coming_back(lobby: Lobby) -> None:
    sam, _ = two(lobby)
    sid = sam.publish(MICROPHONE)
    sam.participant.room.disconnected(sam.participant, sam.wire)
    sam.participant.permit(SILENCED)
    sam.back()
    (unpublished,) = sam.said("track_unpublished")
    assert unpublished.track_unpublished.track_sid == sid
