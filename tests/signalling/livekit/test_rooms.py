"""Coming, going and negotiating, with real descriptions and no sockets."""

import pytest
from livekit.protocol.models import (
    DisconnectReason,
    ParticipantInfo,
    TrackSource,
    TrackType,
    VideoLayer,
    VideoQuality,
)
from livekit.protocol.rtc import LeaveRequest, SessionDescription, UpdateTrackSettings

from media import route
from media.packets import Kind
from media.peer import Peer
from signalling.livekit.errors import Refused
from signalling.livekit.rooms import MAX_PARTICIPANTS, Settings
from signalling.livekit.sdp import MalformedSdp
from signalling.livekit.tokens import Permission
from signalling.livekit.turn import VALID_FOR, Turn
from tests.signalling.livekit.builders import (
    CAMERA,
    EVERYTHING,
    MICROPHONE,
    Client,
    Lobby,
    Part,
    answer_text,
)

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


def test_the_first_message_is_join_and_the_second_an_offer(lobby: Lobby) -> None:
    sam = lobby.join("sam")
    kinds = [message.WhichOneof("message") for message in sam.wire.messages]
    assert kinds == ["join", "offer"]
    join = sam.wire.messages[0].join
    assert join.server_info.version
    assert join.subscriber_primary
    assert (join.ping_interval, join.ping_timeout) == (5, 15)
    assert {codec.mime for codec in join.enabled_publish_codecs} == {
        "audio/opus",
        "audio/red",
        "video/VP8",
        "video/H264",
    }


def test_a_newcomer_is_told_of_others_and_they_of_the_newcomer(lobby: Lobby) -> None:
    sam = lobby.join("sam")
    jo = lobby.join("jo")
    assert [info.identity for info in jo.wire.messages[0].join.other_participants] == ["sam"]
    assert sam.last_info("jo") is not None


def test_what_one_publishes_reaches_the_other_once_both_have_agreed(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sid = sam.publish(CAMERA)
    assert jo.receives == set()
    jo.answer()
    assert jo.receives == {sid}
    offer = jo.said("offer")[-1].offer
    assert f"a=msid:{sam.participant.sid}|{sid} {sid}" in offer.sdp
    assert offer.mid_to_track_id == {"1": sid}


def test_sound_and_picture_of_one_camera_share_a_stream_so_that_lips_match(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    for source in (MICROPHONE, CAMERA):
        sam.announce(source)
        list(sam.participant.publisher.pending.values())[-1].info.stream = "camera"
        sam.parts.append(Part("audio" if source == MICROPHONE else "video", sam.cid))
    sam.offer(*sam.parts)
    jo.answer()
    assert jo.said("offer")[-1].offer.sdp.count(f"a=msid:{sam.participant.sid}|camera TR_") == 2


def test_somebody_who_comes_later_gets_what_there_is(lobby: Lobby) -> None:
    sam = lobby.join("sam")
    sid = sam.publish(CAMERA)
    jo = lobby.join("jo")
    jo.answer()
    assert jo.receives == {sid}


def test_a_section_used_again_names_its_track_in_the_stream(lobby: Lobby) -> None:
    """A browser's receiver keeps its first track id for ever."""
    sam, jo = two(lobby)
    sam.publish(CAMERA)
    jo.answer()
    sam.participant.permit(Permission(can_subscribe=True, can_publish=False))
    jo.answer()
    sam.participant.permit(EVERYTHING)
    sid = sam.publish(CAMERA)
    jo.answer()
    sdp = jo.said("offer")[-1].offer.sdp
    assert sdp.count("m=video") == 1
    assert f"{sam.participant.sid}|{sid} {sid}" in sdp


def test_a_section_that_stops_sending_ends_its_track(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sam.publish(CAMERA)
    jo.answer()
    sam.parts[0].direction = "inactive"
    sam.offer(*sam.parts)
    assert jo.receives == set()
    assert lobby.told()[-1] == "track_unpublished"


def test_firefox_names_no_track_so_the_oldest_of_the_kind_is_taken(lobby: Lobby) -> None:
    sam = lobby.join("sam")
    first = sam.announce(CAMERA)
    second = sam.announce(TrackSource.SCREEN_SHARE)
    sam.offer(Part("video"), Part("video"))
    mids = {sid: publication.mid for sid, publication in sam.participant.publisher.published.items()}
    assert mids == {first: "0", second: "1"}


def test_two_tracks_at_once_find_their_own_sections(lobby: Lobby) -> None:
    sam = lobby.join("sam")
    first = sam.announce(CAMERA, cid="one")
    second = sam.announce(TrackSource.SCREEN_SHARE, cid="two")
    sam.offer(Part("video", "two"), Part("video", "one"))
    mids = {sid: publication.mid for sid, publication in sam.participant.publisher.published.items()}
    assert mids == {second: "0", first: "1"}


def test_the_same_identity_again_ends_the_older_one(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sam.publish(CAMERA)
    jo.answer()
    again = lobby.join("sam")
    assert sam.left is not None
    assert sam.left.reason == DisconnectReason.DUPLICATE_IDENTITY
    assert sam.wire.finished
    assert jo.receives == set()
    assert lobby.house.rooms["room"].participants["sam"] is again.participant


def test_somebody_removed_is_told_so_and_nothing_of_them_is_heard(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sam.publish(CAMERA)
    jo.publish(CAMERA)
    sam.answer()
    jo.answer()
    sam.participant.room.leave(sam.participant, DisconnectReason.PARTICIPANT_REMOVED)
    assert jo.receives == sam.receives == set()
    assert sam.left is not None
    assert (sam.left.reason, sam.left.action) == (
        DisconnectReason.PARTICIPANT_REMOVED,
        LeaveRequest.DISCONNECT,
    )
    info = jo.last_info("sam")
    assert info is not None
    assert info.state == info.DISCONNECTED


def test_a_lost_socket_may_come_back_for_a_while(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sid = sam.publish(CAMERA)
    jo.answer()
    sam.participant.room.disconnected(sam.participant, sam.wire)
    lobby.wait(10)
    assert jo.receives == {sid}
    assert sam.back(sam.participant.sid) is sam.participant
    kinds = [message.WhichOneof("message") for message in sam.wire.messages]
    assert kinds[:2] == ["reconnect", "update"]
    assert "offer" in kinds
    lobby.wait(10)
    assert jo.receives == {sid}


def test_a_lost_socket_that_does_not_come_back_is_a_departure(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sam.publish(CAMERA)
    jo.answer()
    sam.participant.room.disconnected(sam.participant, sam.wire)
    lobby.wait(15)
    assert jo.receives == set()
    assert sam.back() is None


def test_an_old_socket_that_closes_late_does_not_end_the_new_one(lobby: Lobby) -> None:
    sam, _ = two(lobby)
    old = sam.wire
    sam.back()
    sam.participant.room.disconnected(sam.participant, old)
    lobby.wait(29)
    assert sam.participant.absent_since is None


def test_a_resumed_client_gets_a_fresh_offer_with_new_credentials(lobby: Lobby) -> None:
    sam, _ = two(lobby)
    before = sam.participant.subscriber.peer.credentials
    sam.back()
    offer = sam.said("offer")[-1].offer
    assert before.ufrag not in offer.sdp
    assert sam.participant.subscriber.peer.credentials.ufrag in offer.sdp


def test_nobody_resumes_as_somebody_else(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    assert sam.back(jo.participant.sid) is None


def test_an_offer_with_new_credentials_restarts_ice(lobby: Lobby) -> None:
    sam = lobby.join("sam")
    sam.publish(CAMERA)
    peer = sam.participant.publisher.peer
    assert peer is not None
    before = peer.credentials
    assert f"a=ice-ufrag:{before.ufrag}" in sam.offer(*sam.parts)
    answer = sam.offer(*sam.parts, ufrag="other")
    assert f"a=ice-ufrag:{before.ufrag}" not in answer
    assert f"a=ice-ufrag:{peer.credentials.ufrag}" in answer


def test_a_leave_ends_at_once(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sam.publish(CAMERA)
    jo.answer()
    sam.hear(leave=LeaveRequest(reason=DisconnectReason.CLIENT_INITIATED))
    assert jo.receives == set()
    assert "sam" not in lobby.house.rooms["room"].participants


def test_who_never_connects_is_sent_away(lobby: Lobby) -> None:
    sam = lobby.join("sam")
    lobby.wait(31)
    assert sam.left is not None
    assert lobby.told()[-1] == "participant_connection_aborted"


def test_a_room_outlives_its_last_participant_by_a_little(lobby: Lobby) -> None:
    sam = lobby.join("sam")
    sam.hear(leave=LeaveRequest())
    lobby.wait(19)
    assert "room" in lobby.house.rooms
    lobby.wait(2)
    assert "room" not in lobby.house.rooms
    assert lobby.told()[-1] == "room_finished"


def test_a_room_made_in_advance_waits_for_its_first_participant(lobby: Lobby) -> None:
    lobby.house.create("room").set_timeouts(60, 5)
    lobby.wait(59)
    assert "room" in lobby.house.rooms
    lobby.wait(2)
    assert "room" not in lobby.house.rooms


def test_whose_packets_have_stopped_is_shown_as_not_connected_until_they_come_again() -> None:
    lobby = Lobby()
    sam = lobby.join("sam").participant
    peer = sam.subscriber.peer
    peer.heard_at = lobby.now
    sam.connected(peer)
    lobby.wait(4.9)
    assert sam.info().state == ParticipantInfo.ACTIVE
    lobby.wait(0.1)
    assert sam.info().state == ParticipantInfo.JOINED
    lobby.wait(60)
    assert lobby.house.rooms["room"].participants == {"sam": sam}
    peer.heard_at = lobby.now
    assert sam.info().state == ParticipantInfo.ACTIVE


def test_the_platform_is_told_in_order() -> None:
    lobby = Lobby(Settings(room_departure_timeout=0))
    sam = lobby.join("sam")
    sam.participant.connected(sam.participant.subscriber.peer)
    sam.publish(MICROPHONE)
    sam.hear(leave=LeaveRequest())
    lobby.wait(0.1)
    assert lobby.told() == [
        "room_started",
        "participant_joined",
        "track_published",
        "track_unpublished",
        "participant_left",
        "room_finished",
    ]


def test_a_room_holds_only_so_many(lobby: Lobby) -> None:
    for number in range(MAX_PARTICIPANTS):
        lobby.join(f"p{number}")
    with pytest.raises(Refused):
        lobby.join("one-more")
    lobby.join("p0")


@pytest.mark.parametrize("setup", ["passive", "holdconn"])
def test_a_client_that_wants_to_be_the_dtls_server_is_refused(lobby: Lobby, setup: str) -> None:
    sam = lobby.join("sam")
    with pytest.raises(MalformedSdp):
        sam.offer(Part("audio"), setup=setup)


@pytest.mark.parametrize(("setup", "leads"), [("active", False), ("passive", True)])
def test_an_answer_says_who_begins_dtls(
    lobby: Lobby, monkeypatch: pytest.MonkeyPatch, setup: str, leads: bool
) -> None:
    led: list[bool] = []
    monkeypatch.setattr(Peer, "lead", lambda _peer: led.append(True))
    lobby.join("jo").publish(CAMERA)
    sam = lobby.join("sam")
    offer = sam.said("offer")[-1].offer
    answer = answer_text(offer.sdp).replace("a=setup:active", f"a=setup:{setup}")
    sam.hear(answer=SessionDescription(type="answer", sdp=answer, id=offer.id))
    assert bool(led) is leads


def test_an_answer_that_says_both_is_refused(lobby: Lobby) -> None:
    lobby.join("jo").publish(CAMERA)
    sam = lobby.join("sam")
    offer = sam.said("offer")[-1].offer
    answer = answer_text(offer.sdp).replace("a=setup:active", "a=setup:passive", 1)
    with pytest.raises(MalformedSdp):
        sam.hear(answer=SessionDescription(type="answer", sdp=answer, id=offer.id))


def test_a_client_cannot_change_its_certificate(lobby: Lobby) -> None:
    sam = lobby.join("sam")
    sam.publish(CAMERA)
    with pytest.raises(MalformedSdp):
        sam.hear(offer={"type": "offer", "sdp": offer_with_other_certificate(sam)})


def offer_with_other_certificate(client: Client) -> str:
    from tests.signalling.livekit.builders import offer_text

    return offer_text(*client.parts).replace("AB:AB", "CD:CD")


def test_two_sections_cannot_claim_one_ssrc(lobby: Lobby) -> None:
    sam = lobby.join("sam")
    sam.announce(CAMERA, cid="one")
    sam.announce(MICROPHONE, cid="two")
    sam.offer(Part("video", "one", ssrc=5), Part("audio", "two", ssrc=5))
    peer = sam.participant.publisher.peer
    assert peer is not None
    assert {mid: section.ssrcs for mid, section in peer.arrivals.sections.items()} == {"0": {5}, "1": set()}


def test_a_stream_name_cannot_smuggle_lines_into_others_descriptions(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sam.hear(
        add_track={"cid": "c", "source": CAMERA, "type": TrackType.VIDEO, "stream": "x\r\na=candidate:evil"}
    )
    sam.offer(Part("video", "c"))
    jo.answer()
    assert "evil" not in jo.said("offer")[-1].offer.sdp


def test_the_counters_of_a_route_outlive_it(lobby: Lobby) -> None:
    sam, jo = two(lobby)
    sid = sam.publish(CAMERA)
    jo.answer()
    sam.hear(leave=LeaveRequest())
    (record,) = lobby.house.rooms["room"].routes
    assert (record.publisher, record.subscriber, record.track_sid) == ("sam", "jo", sid)
    assert record.kind is Kind.VIDEO
    assert record.route.withdrawn


def test_a_turn_server_comes_with_credentials_that_end(lobby: Lobby) -> None:
    turn = Turn(("turn:127.0.0.1:3478",), "shared-with-coturn")
    sam = Lobby(Settings(turn=turn)).join("sam")
    (server,) = sam.wire.messages[0].join.ice_servers
    assert list(server.urls) == ["turn:127.0.0.1:3478"]
    until, _, who = server.username.partition(":")
    assert int(until) == 1.7e9 + VALID_FOR
    assert who == sam.participant.sid
    assert "sam" not in server.username
    assert server.credential
    assert not lobby.join("sam").wire.messages[0].join.ice_servers


@pytest.mark.parametrize(
    ("size", "rank"),
    [((160, 90), 0), ((400, 225), 0), ((401, 225), 1), ((600, 440), 1), ((800, 460), 2), ((2000, 2000), 99)],
)
def test_a_picture_is_of_the_least_layer_that_need_not_be_enlarged_much(
    lobby: Lobby, size: tuple[int, int], rank: int
) -> None:
    sam = lobby.join("sam")
    publication = sam.participant.publisher.find(sam.publish(CAMERA))
    assert publication is not None
    publication.info.layers.extend(
        VideoLayer(quality=quality, width=width, height=width * 9 // 16)
        for quality, width in ((VideoQuality.LOW, 320), (VideoQuality.MEDIUM, 640), (VideoQuality.HIGH, 1280))
    )
    assert publication.limit(UpdateTrackSettings(width=size[0], height=size[1])) == rank


def test_a_subscriber_is_given_no_more_than_it_has_a_use_for(lobby: Lobby) -> None:
    sam, jo = lobby.join("sam"), lobby.join("jo")
    sid = sam.publish(CAMERA)
    jo.answer()
    way = jo.participant.subscriber.subscriptions[sid].route
    assert way is not None
    for wish, limit in (
        (UpdateTrackSettings(quality=VideoQuality.LOW), 0),
        (UpdateTrackSettings(quality=VideoQuality.HIGH), route.EVERYTHING),
        (UpdateTrackSettings(disabled=True), -1),
        (UpdateTrackSettings(width=100, height=100), route.EVERYTHING),  # it said nothing of its layers
    ):
        wish.track_sids.append(sid)
        jo.hear(track_setting=wish)
        assert way.limit == limit
    told = sam.said("subscribed_quality_update")[-1].subscribed_quality_update
    assert told.track_sid == sid
    assert all(quality.enabled for quality in told.subscribed_qualities)
    jo.hear(track_setting=UpdateTrackSettings(track_sids=["TR_unknown", sid], disabled=True))
    lobby.wait(1)
    lobby.wait(4)
    told = sam.said("subscribed_quality_update")[-1].subscribed_quality_update
    assert not any(quality.enabled for quality in told.subscribed_qualities)
    assert told.subscribed_codecs[0].codec == "vp8"
