"""The v1 dialect: one connection carries both ways, and the client alone makes offers."""

import pytest
from livekit.protocol.models import DisconnectReason

from media.packets import Codec, Extension
from signalling.livekit import sdp
from signalling.livekit.tokens import Permission
from tests.signalling.livekit.builders import CAMERA, MICROPHONE, Client, Lobby, Part

DEAF = Permission(can_subscribe=False, can_publish=True)


@pytest.fixture
def lobby() -> Lobby:
    return Lobby()


def newcomer(lobby: Lobby, name: str, permission: Permission | None = None, spare: int = 1) -> Client:
    """Somebody whose client speaks this dialect, with so many spare sections of each kind."""
    client = lobby.join(name, permission, single=True) if permission else lobby.join(name, single=True)
    if not spare:
        client.parts.append(Part("audio", direction="inactive"))
    client.receive_in(spare, spare)
    return client


def carried(client: Client) -> dict[str, str]:
    """What the last answer says of each section, by mid."""
    return dict(client.said("answer")[-1].answer.mid_to_track_id)


def directions(client: Client) -> list[str]:
    answer = sdp.parse(client.said("answer")[-1].answer.sdp)
    return [section.direction for section in answer.sections]


def asked(client: Client) -> list[tuple[int, int]]:
    """How many sections of sound and pictures it was asked for, each time."""
    told = [message.media_sections_requirement for message in client.said("media_sections_requirement")]
    return [(each.num_audios, each.num_videos) for each in told]


def test_the_client_is_told_that_it_makes_the_offers(lobby: Lobby) -> None:
    sam = newcomer(lobby, "sam")
    assert not sam.said("join")[0].join.subscriber_primary
    assert directions(sam) == ["inactive", "inactive"]
    assert (sam.said("offer"), asked(sam)) == ([], [])
    assert len(sam.participant.peers) == 1


def test_both_dialects_meet_in_one_room(lobby: Lobby) -> None:
    sam, jo = newcomer(lobby, "sam"), lobby.join("jo")
    sound, picture = sam.publish(MICROPHONE), jo.publish(CAMERA)
    sam.answer()
    jo.answer()
    assert (sam.receives, jo.receives) == ({picture}, {sound})


def test_who_comes_later_gets_what_there_is_with_the_first_answer(lobby: Lobby) -> None:
    sam = newcomer(lobby, "sam")
    tracks = sam.publish(MICROPHONE), sam.publish(CAMERA)
    jo = newcomer(lobby, "jo")
    assert jo.receives == set(tracks)
    assert directions(jo) == ["sendonly", "sendonly"]
    assert carried(jo) == {"0": tracks[0], "1": tracks[1]}
    assert asked(jo) == []
    stream = f"a=msid:{sam.participant.sid}|{tracks[0]} {tracks[0]}"
    assert stream in jo.said("answer")[-1].answer.sdp


def test_sections_that_are_missing_are_asked_for(lobby: Lobby) -> None:
    sam = newcomer(lobby, "sam")
    tracks = {sam.publish(MICROPHONE), sam.publish(CAMERA), sam.publish(CAMERA)}
    jo = newcomer(lobby, "jo", spare=0)
    assert asked(jo) == [(1, 2)]
    jo.answer()
    assert jo.receives == tracks
    assert asked(jo) == [(1, 2)]


def test_sections_that_rest_are_used_before_others_are_asked_for(lobby: Lobby) -> None:
    sam, jo = newcomer(lobby, "sam"), newcomer(lobby, "jo")
    sid = sam.publish(CAMERA)
    assert asked(jo) == [(0, 0)], "an offer is enough"
    jo.answer()
    assert carried(jo) == {"1": sid}


def test_a_section_carries_another_track_only_after_the_client_knows_it_to_rest(lobby: Lobby) -> None:
    """A receiver that goes from one track to another in one step tells nobody."""
    sam, jo = newcomer(lobby, "sam"), newcomer(lobby, "jo")
    sam.publish(CAMERA)
    jo.answer()
    sam.parts[-1].direction = "inactive"
    sam.offer(*sam.parts)
    other = sam.publish(CAMERA)
    assert jo.receives == set()
    jo.receive_in(0, 0)
    assert (carried(jo), directions(jo)) == ({}, ["inactive", "inactive"])
    jo.answer()
    assert carried(jo) == {"1": other}


def test_what_has_ended_leaves_its_section(lobby: Lobby) -> None:
    sam, jo = newcomer(lobby, "sam"), newcomer(lobby, "jo")
    sam.publish(MICROPHONE)
    jo.answer()
    sam.participant.room.leave(sam.participant, DisconnectReason.PARTICIPANT_REMOVED)
    assert jo.receives == set()
    jo.answer()
    assert directions(jo) == ["inactive", "inactive"]


def test_a_client_may_send_and_receive_over_the_same_connection(lobby: Lobby) -> None:
    sam, jo = newcomer(lobby, "sam"), newcomer(lobby, "jo")
    sound = sam.publish(MICROPHONE)
    picture = jo.publish(CAMERA)
    sam.answer()
    assert directions(sam) == ["inactive", "sendonly", "recvonly"]
    assert directions(jo) == ["sendonly", "inactive", "recvonly"]
    assert (sam.receives, jo.receives) == ({picture}, {sound})


def test_header_extensions_have_the_numbers_of_the_clients_offer(lobby: Lobby) -> None:
    sam = newcomer(lobby, "sam")
    sid = sam.publish(CAMERA)
    jo = lobby.join("jo", single=True)
    numbers = {Extension.TRANSPORT_NUMBER: 9, Extension.ORIENTATION: 13, Extension.MID: 2}
    extra = [f"a=extmap:{number} {extension.value}" for extension, number in numbers.items()]
    extra += ["a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96", "a=rtcp-fb:96 transport-cc"]
    answer = jo.offer(Part("video", direction="recvonly", extra=tuple(extra), formats="96 97"))
    for line in (*extra, "a=sendonly"):
        assert line in answer
    route = jo.participant.subscriber.subscriptions[sid].route
    assert route is not None
    assert (route.element, route.relabelled, route.repair_type) == (9 << 4 | 1, 13 << 4, 97)
    assert jo.participant.subscriber.peer.numbering == route.element


def test_who_comes_during_a_freeze_gets_nothing_until_it_ends(lobby: Lobby) -> None:
    sam = newcomer(lobby, "sam")
    sid = sam.publish(MICROPHONE)
    jo = newcomer(lobby, "jo", DEAF)
    assert (jo.receives, directions(jo), asked(jo)) == (set(), ["inactive", "inactive"], [])
    jo.participant.permit(Permission(can_subscribe=True, can_publish=True))
    jo.answer()
    assert jo.receives == {sid}
    jo.participant.permit(DEAF)
    assert jo.receives == set()


def test_who_insists_on_offers_while_frozen_gets_nothing(lobby: Lobby) -> None:
    sam = newcomer(lobby, "sam")
    sam.publish(MICROPHONE)
    jo = newcomer(lobby, "jo", DEAF)
    for _ in range(3):
        jo.receive_in(1, 1)
    assert jo.receives == set()
    assert set(directions(jo)) == {"inactive"}
    assert not jo.participant.subscriber.peer.routes


def test_a_stay_that_is_resumed_goes_on_over_the_same_connection(lobby: Lobby) -> None:
    sam, jo = newcomer(lobby, "sam"), newcomer(lobby, "jo")
    sid = sam.publish(MICROPHONE)
    jo.answer()
    peer = jo.participant.subscriber.peer
    before = peer.credentials
    assert jo.back(jo.participant.sid) is jo.participant
    answer = jo.offer(*jo.parts, ufrag="anew")
    assert peer.credentials != before
    assert peer.credentials.ufrag in answer
    assert (jo.receives, carried(jo)) == ({sid}, {"0": sid})


def test_what_was_published_meanwhile_comes_after_resuming(lobby: Lobby) -> None:
    sam, jo = newcomer(lobby, "sam"), newcomer(lobby, "jo")
    jo.participant.room.disconnected(jo.participant, jo.wire)
    sid = sam.publish(MICROPHONE)
    jo.back()
    jo.offer(*jo.parts, ufrag="anew")
    jo.answer()
    assert jo.receives == {sid}


def test_a_client_without_the_codec_is_not_asked_for_ever(lobby: Lobby) -> None:
    sam = newcomer(lobby, "sam")
    sid = sam.publish(CAMERA)
    sam.participant.publisher.published[sid].carry(Codec.H264)
    jo = newcomer(lobby, "jo")
    jo.receive_in(0, 1)
    assert (jo.receives, asked(jo)) == (set(), [])


def test_a_client_that_adds_no_sections_is_not_asked_for_ever(lobby: Lobby) -> None:
    sam = newcomer(lobby, "sam")
    sam.publish(CAMERA)
    jo = newcomer(lobby, "jo", spare=0)
    for _ in range(5):
        jo.offer(*jo.parts)
    assert asked(jo) == [(0, 1)]


def test_a_section_that_begins_to_send_gives_up_what_it_carried(lobby: Lobby) -> None:
    sam, jo = newcomer(lobby, "sam"), newcomer(lobby, "jo")
    sid = sam.publish(CAMERA)
    jo.answer()
    jo.parts[1].direction = "sendrecv"
    jo.offer(*jo.parts)
    assert jo.receives == set()
    jo.answer()
    assert jo.receives == {sid}
    assert carried(jo) == {"2": sid}


def test_nothing_is_left_of_who_leaves(lobby: Lobby) -> None:
    sam, jo = newcomer(lobby, "sam"), newcomer(lobby, "jo")
    sam.publish(CAMERA)
    jo.answer()
    for client in (sam, jo):
        client.participant.room.leave(client.participant, DisconnectReason.CLIENT_INITIATED)
    assert not lobby.engine._known
