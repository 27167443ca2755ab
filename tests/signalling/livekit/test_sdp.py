import pytest
from aiortc.sdp import SessionDescription as Theirs
from hypothesis import given
from hypothesis import strategies as st

from media.dtls import Fingerprint
from media.packets import Codec, Extension, Kind
from media.peer import Credentials
from signalling.livekit import descriptions, sdp
from signalling.livekit.descriptions import Accepted
from tests.signalling.livekit.builders import Part, offer_text

REACH = descriptions.Reach(("127.0.0.1", "::1"), 7882, streams=True)
TRANSPORT = descriptions.Transport(Credentials("ours", "o" * 24), Fingerprint("sha-256", "AA:BB"), REACH)
VP8 = Accepted(Codec.VP8)
BOTH = {"0": Accepted(Codec.OPUS, redundant=True), "1": VP8}
VIDEO_EXTRAS = (
    "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=extmap:4/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "a=extmap:9 urn:unknown",
    "a=rid:q send",
    "a=rid:h send",
    "a=simulcast:send q;h",
)


def test_what_a_section_says_is_read() -> None:
    text = offer_text(Part("audio", "cid-1", ssrc=5), Part("video", "cid-2", extra=VIDEO_EXTRAS))
    audio, video = sdp.parse(text).sections
    assert (audio.kind, audio.mid, audio.stream_track, audio.ssrcs) == (Kind.AUDIO, "0", "cid-1", {5})
    assert audio.payload_type(Codec.OPUS) == 111
    assert (audio.sends, audio.receives) == (True, False)
    section = sdp.receivable(video, Codec.VP8, redundant=False, claimed=())
    assert section is not None
    assert section.extensions == {Extension.MID: 3, Extension.RID: 4}
    assert section.rids == ("q", "h")
    assert (section.payload_type, section.codec) == (96, Codec.VP8)


def test_an_answer_is_of_the_passive_lite_side_and_mirrors_what_it_accepts() -> None:
    offer = sdp.parse(offer_text(Part("audio", "a"), Part("video", "v", extra=VIDEO_EXTRAS)))
    text = descriptions.answer(offer, TRANSPORT, 1, {"1": VP8})
    theirs = Theirs.parse(text)
    assert "a=ice-lite" in text
    assert theirs.group[0].items == ["0", "1"]
    audio, video = theirs.media
    assert (audio.direction, video.direction) == ("inactive", "recvonly")
    assert audio.dtls is not None
    assert audio.dtls.role == "client" or "a=setup:passive" in text
    assert video.ice is not None
    assert (video.ice.usernameFragment, video.port, video.host) == ("ours", 7882, "127.0.0.1")
    assert video.ice_candidates[0].port == 7882
    assert "a=rid:q recv" in text
    assert "a=simulcast:recv q;h" in text
    assert "urn:unknown" not in text


def test_a_section_without_our_codec_is_rejected_and_not_bundled() -> None:
    offer = sdp.parse(offer_text(Part("audio", "a"), Part("video", "v")).replace("VP8/90000", "AV1/90000"))
    text = descriptions.answer(offer, TRANSPORT, 1, BOTH)
    assert "a=group:BUNDLE 0\r\n" in text
    assert "m=video 0 UDP/TLS/RTP/SAVPF 96" in text


def test_a_section_that_shares_anothers_port_is_not_refused() -> None:
    """Firefox offers every later section so."""
    text = offer_text(Part("audio", "a"), Part("video", "v"))
    shared = text.replace("m=video 9", "m=video 0").replace("a=mid:1", "a=mid:1\r\na=bundle-only")
    refused = text.replace("m=video 9", "m=video 0")
    assert [section.sends for section in sdp.parse(shared).sections] == [True, True]
    assert [section.sends for section in sdp.parse(refused).sections] == [True, False]
    answer = descriptions.answer(sdp.parse(shared), TRANSPORT, 1, BOTH)
    assert "m=video 7882" in answer
    assert "a=group:BUNDLE 0 1\r\n" in answer
    assert "m=video 0" in descriptions.answer(sdp.parse(refused), TRANSPORT, 1, BOTH)


def test_nothing_to_bundle_means_no_group() -> None:
    offer = sdp.parse(offer_text(Part("video")).replace("VP8/90000", "AV1/90000"))
    assert "BUNDLE" not in descriptions.answer(offer, TRANSPORT, 1, {})


def test_our_offer_has_a_data_section_and_one_for_each_slot() -> None:
    slots = [
        descriptions.Slot("1", Codec.OPUS, False, "PA_x|s", "TR_a", 11),
        descriptions.Slot("2", Codec.VP8),
    ]
    theirs = Theirs.parse(descriptions.offer(slots, TRANSPORT, 3))
    data, audio, video = theirs.media
    assert theirs.group[0].items == ["0", "1", "2"]
    assert (data.kind, audio.direction, video.direction) == ("application", "sendonly", "inactive")
    assert audio.msid == "PA_x|s TR_a"
    assert audio.ssrc[0].ssrc == 11
    assert [extension.id for extension in audio.rtp.headerExtensions] == [1]
    assert {feedback.type for feedback in video.rtp.codecs[0].rtcpFeedback} == {
        "goog-remb",
        "ccm",
        "nack",
        "transport-cc",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "v=0\r\nm=audio\r\n",
        "v=0\r\nm=audio 9 X 111\r\n",
        "v=0\r\nm=text 9 X 111\r\na=mid:0\r\n",
        "v=0\r\nm=audio x X 111\r\na=mid:0\r\n",
        "v=0\r\nm=audio 9 X 111\r\na=mid:0 0\r\n",
        "v=0\r\n" + "m=audio 9 X 111\r\na=mid:0\r\n" * 2,
        "v=0\r\n" + "".join(f"m=audio 9 X 111\r\na=mid:{n}\r\n" for n in range(sdp.MAX_SECTIONS + 1)),
        "v=0\r\n" + "a=x\r\n" * (sdp.MAX_LENGTH // 5),
    ],
)
def test_what_cannot_be_understood_is_malformed(text: str) -> None:
    with pytest.raises(sdp.MalformedSdp):
        sdp.parse(text)


@pytest.mark.parametrize("name", ["a b", "", "x" * 65])
def test_a_mid_is_a_short_token(name: str) -> None:
    with pytest.raises(sdp.MalformedSdp):
        sdp.parse(offer_text(Part("audio")).replace("a=mid:0", f"a=mid:{name}"))


LINES = st.sampled_from(
    [
        "m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=video 9 X 96 97", "m=application 9 X y", "a=mid:0",
        "a=rtpmap:111 opus/48000/2", "a=rtpmap:96 VP8/90000", "a=rtpmap:999 VP8/90000", "a=sendonly",
        "a=inactive", "a=mid:1",
        "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid", "a=extmap:99999999999 x", "a=ssrc:1 msid:a b",
        "a=ssrc:x",
        "a=ssrc:99999999999999 cname:x", "a=rid:q send", "a=rid:\u00e9 send", "a=msid:x y", "a=setup:active",
        "a=fmtp:97 apt=96", "a=rtpmap:97 rtx/90000", "a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111",
        "a=rtpmap:98 H264/90000", "a=fmtp:98 packetization-mode=1", "a=rtcp-fb:96 transport-cc",
        "a=rtcp-fb:x", "a=ssrc-group:FID 1 2", "a=ssrc-group:FID x", "a=fmtp:",
        "a=fingerprint:sha-256 AA", "a=fingerprint:", "a=ice-ufrag:x", "a=", "x", "a=extmap:3",
    ]
)  # fmt: skip


@given(st.lists(LINES, max_size=30), st.text(max_size=40))
def test_no_lines_in_any_order_do_more_than_be_malformed(lines: list[str], noise: str) -> None:
    text = "v=0\r\n" + "\r\n".join([*lines, noise]) + "\r\n"
    try:
        description = sdp.parse(text)
    except sdp.MalformedSdp:
        return
    answered = descriptions.answer(description, TRANSPORT, 1, BOTH)
    for section in description.sections:
        sdp.receivable(section, section.codec(), redundant=True, claimed=())
    assert noise.strip() not in answered or len(noise.strip()) < 12


@given(st.text(max_size=300))
def test_no_text_does_more_than_be_malformed(text: str) -> None:
    for given_text in (text, "v=0\n" + text):
        try:
            sdp.parse(given_text)
        except sdp.MalformedSdp:
            continue


def test_every_way_to_us_is_a_candidate_and_udp_comes_first() -> None:
    lines = REACH.candidates()
    ways = [(line.split()[2], line.split()[4], "tcptype passive" in line) for line in lines]
    assert ways == [
        ("udp", "127.0.0.1", False),
        ("udp", "::1", False),
        ("tcp", "127.0.0.1", True),
        ("tcp", "::1", True),
    ]
    priorities = [int(line.split()[3]) for line in lines]
    assert priorities == sorted(priorities, reverse=True)
    assert len({line.split()[0] for line in lines}) == 4
