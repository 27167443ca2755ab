from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import vp8
from media.packets import Codec, Extension, MalformedRtp, extension_block, extensions, parse
from media.route import OUTGOING_EXTENSIONS, Numbers, Route
from media.router import translated_report
from media.rtcp import SenderReport
from media.source import CACHE, Source
from tests.media.builders import DELTA, KEYFRAME, Remembering, Studio, rtp


def test_every_subscriber_gets_the_packet_under_its_own_numbers() -> None:
    studio = Studio()
    (first, _), (second, _) = studio.subscribe(1000, 500), studio.subscribe(2000, 65535)
    studio.send(rtp(9, timestamp=3000, marker=True), rtp(10, DELTA, timestamp=6000))
    assert [(h.ssrc, h.sequence, h.timestamp, h.marker) for h in first.headers] == [
        (1000, 501, 3000, 0x80),
        (1000, 502, 6000, 0),
    ]
    assert [(h.ssrc, h.sequence) for h in second.headers] == [(2000, 0), (2000, 1)]
    assert {header.payload_type for header in first.headers} == {111}
    assert first.payloads[1] == DELTA


def test_a_picture_begins_with_a_keyframe_and_one_is_asked_for() -> None:
    studio = Studio()
    sink, _ = studio.subscribe()
    studio.send(rtp(1, DELTA))
    assert sink.packets == []
    assert studio.source.keyframe_wanted
    studio.send(rtp(2, KEYFRAME), rtp(3, DELTA))
    assert sink.sequences == [501, 502]


def test_sound_begins_at_once() -> None:
    studio = Studio(Codec.OPUS)
    sink, _ = studio.subscribe()
    studio.send(rtp(1, b"opus"))
    assert sink.payloads == [b"opus"]


def test_a_closed_track_finds_no_route_and_its_packets_are_counted() -> None:
    studio = Studio()
    sink, route = studio.subscribe()
    studio.send(rtp(1))
    studio.track.close()
    studio.send(rtp(2), rtp(3))
    assert len(sink.packets) == route.packets == 1
    assert (studio.source.received, studio.source.forwarded, studio.source.dropped) == (3, 1, 2)


def test_nothing_can_be_added_to_a_closed_track() -> None:
    studio = Studio()
    studio.track.close()
    sink, _ = studio.subscribe()
    studio.track.attach(studio.source)
    studio.send(rtp(1))
    assert sink.packets == []


def test_a_withdrawn_route_gets_nothing_while_others_do() -> None:
    studio = Studio()
    (gone, route), (stays, _) = studio.subscribe(1000), studio.subscribe(2000)
    studio.send(rtp(1))
    studio.track.withdraw(route)
    studio.send(rtp(2, DELTA))
    assert (len(gone.packets), len(stays.packets)) == (1, 2)
    studio.router.repair(route, [501], studio.now)
    assert len(gone.packets) == 1


def test_a_publishers_own_mute_stops_forwarding_and_a_keyframe_ends_it() -> None:
    studio = Studio()
    sink, _ = studio.subscribe()
    studio.send(rtp(1))
    studio.track.set_muted(True)
    studio.send(rtp(2))
    studio.track.set_muted(False)
    studio.send(rtp(3, DELTA), rtp(4), rtp(5, DELTA))
    assert sink.sequences == [501, 502, 503]


@pytest.mark.parametrize("payload_type", [0, 97, 111])
def test_a_payload_type_that_was_not_negotiated_goes_nowhere(payload_type: int) -> None:
    studio = Studio()
    sink, _ = studio.subscribe()
    studio.send(rtp(1, payload_type=payload_type))
    assert sink.packets == []
    assert studio.source.dropped == 1


def test_padding_is_not_forwarded_and_leaves_no_gap() -> None:
    studio = Studio()
    sink, _ = studio.subscribe()
    studio.send(rtp(1), rtp(2, b"", padding=8), rtp(3, DELTA))
    assert sink.sequences == [501, 502]


def test_a_packet_from_before_closed_gap_is_not_given_a_used_number() -> None:
    studio = Studio()
    sink, _ = studio.subscribe()
    studio.send(rtp(1), rtp(3, DELTA), rtp(4, b"", padding=8), rtp(5, DELTA), rtp(2, DELTA + b"late"))
    assert sink.sequences == [501, 503, 504]


def test_a_late_packet_keeps_its_place() -> None:
    studio = Studio()
    sink, _ = studio.subscribe()
    studio.send(rtp(1), rtp(3, DELTA), rtp(2, DELTA))
    assert sink.sequences == [501, 503, 502]


def test_what_is_missing_is_sent_again_byte_for_byte() -> None:
    studio = Studio()
    sink, route = studio.subscribe()
    studio.send(rtp(65535), rtp(0, DELTA + b"zero"), rtp(1, DELTA))
    studio.router.repair(route, [502, 999], studio.now)
    assert sink.packets[3:] == [sink.packets[1]]
    assert route.packets == 3


def test_what_left_the_cache_is_not_sent_again() -> None:
    studio = Studio()
    sink, route = studio.subscribe()
    studio.send(*(rtp(number, KEYFRAME) for number in range(CACHE + 10)))
    before = len(sink.packets)
    studio.router.repair(route, [505, 520], studio.now)
    assert len(sink.packets) == before + 1


def test_one_subscriber_cannot_ask_for_more_repairs_than_there_is_patience() -> None:
    studio = Studio()
    sink, route = studio.subscribe()
    studio.send(rtp(1), rtp(2, DELTA))
    for _ in range(2000):
        studio.router.repair(route, [501], studio.now)
    assert len(sink.packets) < 500


def test_nothing_from_before_the_newest_keyframe_is_sent_again() -> None:
    studio = Studio()
    sink, route = studio.subscribe()
    studio.send(rtp(1), rtp(2, DELTA), rtp(3, timestamp=9), rtp(4, DELTA, timestamp=9))
    studio.router.repair(route, [501, 502, 503, 504], studio.now)
    assert sink.sequences == [501, 502, 503, 504, 503, 504]


def test_sound_of_a_second_ago_is_not_sent_again() -> None:
    studio = Studio(Codec.OPUS)
    sink, route = studio.subscribe()
    studio.send(*(rtp(number, b"opus") for number in range(100)))
    studio.router.repair(route, [510, 590], studio.now)
    assert sink.sequences[100:] == [590]


def test_what_was_sent_again_a_moment_ago_is_on_its_way() -> None:
    studio = Studio()
    sink, route = studio.subscribe()
    studio.send(rtp(1))
    for now in (20.0, 20.05, 20.1):
        studio.router.repair(route, [501], now, 0.1)
    assert sink.sequences == [501, 501, 501]


def test_on_a_lossy_line_what_is_asked_for_goes_twice_where_there_is_a_stream_for_it() -> None:
    studio = Studio()
    plain, route = studio.subscribe()
    sink = Remembering(studio.buffer)
    repairing = Route(studio.track.kind, sink, Numbers(1001, 111, 2000, 112), 500)
    studio.track.add(repairing)
    studio.send(rtp(1))
    studio.router.repair(route, [501], studio.now, lossy=True)
    studio.router.repair(repairing, [501], studio.now, lossy=True)
    assert plain.sequences == [501, 501]
    assert [(header.ssrc, header.sequence) for header in sink.headers] == [
        (1001, 501),
        (2000, 501),
        (2000, 502),
    ]


def test_a_great_gap_is_a_new_beginning_that_no_subscriber_sees_a_gap_of() -> None:
    studio = Studio()
    sink, route = studio.subscribe()
    studio.send(rtp(1), rtp(2, DELTA))
    studio.send(rtp(1002, DELTA))
    assert studio.source.keyframe_wanted
    studio.router.repair(route, [502], studio.now)
    studio.send(rtp(1003, timestamp=9), rtp(1004, DELTA, timestamp=9))
    assert sink.sequences == [501, 502, 503, 504]


LEVEL, TURNED = {Extension.AUDIO_LEVEL: 5}, {Extension.ORIENTATION: 9}


@pytest.mark.parametrize(("codec", "numbers"), [(Codec.OPUS, LEVEL), (Codec.VP8, TURNED)])
def test_header_extensions_go_under_each_subscribers_own_numbers(
    codec: Codec, numbers: dict[Extension, int]
) -> None:
    """Also where the same packet, in the same buffer, goes to others under ours, and when it is repeated."""
    studio = Studio(codec)
    studio.source.extension_numbers = numbers
    (extension,) = numbers
    theirs = {extension: 13, Extension.TRANSPORT_NUMBER: 6}
    ways = [Remembering(studio.buffer) for _ in range(3)]
    for place, agreed in enumerate((OUTGOING_EXTENSIONS, theirs, {Extension.TRANSPORT_NUMBER: 7})):
        as_agreed = Numbers(1000 + place, 111, 2000 + place, 112, extensions=agreed)
        studio.track.add(Route(studio.track.kind, ways[place], as_agreed, 500))
    plain = extension_block(dict.fromkeys(numbers.values(), b"\x21"))
    studio.send(rtp(1), rtp(2, DELTA, extension=plain), rtp(3, DELTA))
    for route in studio.track.routes:
        studio.router.repair(route, [502], studio.now)
    ours, other, none = ([extensions(packet, parse(packet)) for packet in way.packets] for way in ways)
    assert [found.get(OUTGOING_EXTENSIONS[extension]) for found in ours] == [None, b"\x21", None, b"\x21"]
    assert [found.get(13) for found in other] == [None, b"\x21", None, b"\x21"]
    assert {number for found in none for number in found} == {7}
    assert {number for found in other for number in found} == {6, 13}
    assert ways[1].payloads[:3] == ways[0].payloads[:3] == [KEYFRAME + b"picture", DELTA, DELTA]


def test_subscribers_of_what_gets_lost_are_told_to_hold_pictures_if_they_know_how() -> None:
    studio = Studio()
    simple, _ = studio.subscribe()
    sink = Remembering(studio.buffer)
    route = Route(studio.track.kind, sink, Numbers(1001, 111, 2000, 112, holds=True), 500)
    studio.track.add(route)
    studio.source.extension_numbers = {Extension.ORIENTATION: 9}
    for each in studio.track.routes:
        for turn in range(4):
            each.hold(0.05, 0.1, studio.now + turn)
    studio.send(rtp(1, extension=extension_block({9: b"\x01"})), rtp(2, DELTA))
    assert [extensions(packet, parse(packet)).get(5) for packet in simple.packets] == [None, None]
    first, second = sink.packets
    held = {5: (35 << 12 | 1000).to_bytes(3, "big")}
    assert extensions(first, parse(first)) == {3: b"\0\0", 4: b"\x01"} | held
    assert extensions(second, parse(second)) == {3: b"\0\0"} | held
    assert sink.payloads == [KEYFRAME + b"picture", DELTA]


def test_another_source_goes_on_with_the_numbers_and_the_clock() -> None:
    studio = Studio()
    sink, route = studio.subscribe()
    studio.send(rtp(1, timestamp=90000))
    other = Source(8, Codec.VP8, 96, {})
    studio.track.attach(other)
    route.follow(other)
    studio.source = other
    studio.send(
        rtp(40000, DELTA, ssrc=8), rtp(40001, KEYFRAME, ssrc=8, timestamp=5), rtp(40002, DELTA, timestamp=905)
    )
    assert sink.sequences == [501, 502, 503]
    start, switched, after = (header.timestamp for header in sink.headers)
    assert start < switched < start + 90000
    assert after - switched == 900


def test_extensions_get_the_subscribers_numbers_and_mid_stays_behind() -> None:
    studio = Studio(Codec.OPUS)
    sink, _ = studio.subscribe()
    studio.send(rtp(1, b"opus", extension=extension_block({5: b"\xa0", 3: b"0"})))
    (packet,) = sink.packets
    assert extensions(packet, parse(packet)) == {1: b"\xa0"}
    assert studio.track.levels == [0x20]


def test_a_video_turned_on_its_side_stays_so() -> None:
    studio = Studio()
    studio.source.extension_numbers = {Extension.ORIENTATION: 9}
    sink, _ = studio.subscribe()
    studio.send(rtp(1, extension=extension_block({9: b"\x01"})))
    (packet,) = sink.packets
    assert extensions(packet, parse(packet)) == {4: b"\x01"}
    assert sink.payloads == [KEYFRAME + b"picture"]


def test_a_senders_report_is_told_in_the_subscribers_numbers() -> None:
    studio = Studio()
    _, route = studio.subscribe()
    report = SenderReport(7, 123, 90000, 5, 6)
    assert translated_report(route, report) is None
    studio.send(rtp(1, timestamp=90000))
    translated = translated_report(route, report)
    assert translated == SenderReport(1000, 123, 90000, 1, route.bytes)


def test_keyframe_requests_are_throttled_for_a_subscriber_and_for_the_publisher() -> None:
    studio = Studio()
    _, route = studio.subscribe()
    assert studio.track.keyframes_due(1.0) == [studio.source]
    assert studio.track.keyframes_due(1.1) == []
    asked = 0
    for tick in range(200):
        now = 2.0 + tick * 0.01
        studio.track.ask_keyframe(route, now)
        asked += len(studio.track.keyframes_due(now))
    assert asked == 4


def test_a_keyframe_is_asked_for_again_until_it_comes_but_not_for_ever() -> None:
    studio = Studio()
    studio.subscribe()
    asked = sum(len(studio.track.keyframes_due(tick / 10)) for tick in range(100))
    assert asked == 5
    studio.source.keyframe_wanted = True
    assert studio.track.keyframes_due(20.0) == [studio.source]
    studio.send(rtp(1))
    assert studio.track.keyframes_due(21.0) == []


def test_nobody_is_asked_for_a_keyframe_of_a_muted_or_closed_track() -> None:
    studio = Studio()
    studio.subscribe()
    studio.track.muted = True
    assert studio.track.keyframes_due(1.0) == []
    studio.track.muted = False
    studio.track.close()
    assert studio.track.keyframes_due(1.0) == []


def test_a_malformed_packet_raises_and_counts_nothing() -> None:
    studio = Studio()
    with pytest.raises(MalformedRtp):
        studio.send(b"\x80\x60")
    assert studio.source.received == 0


@given(st.binary(min_size=12, max_size=80))
def test_no_bytes_break_the_forwarding(data: bytes) -> None:
    studio = Studio()
    studio.subscribe()
    packet = bytearray(data)
    packet[0] = 0x80 | packet[0] & 0x3F
    packet[1] = 96
    try:
        studio.send(bytes(packet))
    except MalformedRtp:
        return


@given(st.integers(0, 2**32))
@settings(max_examples=300, deadline=None)
def test_no_number_is_ever_used_for_two_different_packets(seed: int) -> None:
    """SRTP would encrypt both under one nonce. Reordering, padding, pauses and repairs try to cause it."""
    chance = Random(seed)
    studio = Studio()
    sink, route = studio.subscribe()
    start = chance.randrange(65536)
    arrivals = [(number, chance.choice(["key", "delta", "padding"])) for number in range(60)]
    for number, kind in sorted(arrivals, key=lambda arrival: arrival[0] + chance.randrange(6)):
        if chance.random() < 0.1:
            studio.track.set_muted(True)
            studio.track.set_muted(False)
        if kind == "padding":
            studio.send(rtp(start + number, b"", padding=4))
        else:
            payload = (KEYFRAME if kind == "key" else DELTA) + number.to_bytes(2, "big")
            studio.send(rtp(start + number, payload, timestamp=number))
        wanted = [chance.randrange(495, 570) for _ in range(chance.randrange(3))]
        studio.router.repair(route, wanted, studio.now)
    sent: dict[int, bytes] = {}
    for packet, header in zip(sink.packets, sink.headers, strict=True):
        assert sent.setdefault(header.sequence, packet) == packet


def test_a_layer_begins_under_the_clock_and_the_picture_numbers_of_the_one_before() -> None:
    studio = Studio()
    sink, route = studio.subscribe()
    other = Source(8, Codec.VP8, 96, {})
    studio.track.attach(other)
    second = 1 << 32
    studio.source.heard_report(SenderReport(7, 50 * second, 90_000, 1, 1), studio.now)
    other.heard_report(SenderReport(8, 50 * second, 5_000_000, 1, 1), studio.now)
    picture = bytes([0x90, 0xC0, 0x81, 0x00, 9, 0x00, 0x00])  # PictureID 256, TL0PICIDX 9
    studio.send(rtp(1, picture, timestamp=90_000))
    route.follow(other)
    begins = bytes([0x90, 0xC0, 0x85, 0x00, 77, 0x00, 0x00])
    studio.source = other
    studio.send(rtp(900, begins, ssrc=8, timestamp=5_000_000 + 3000))
    studio.send(rtp(901, bytes([0x90, 0xC0, 0x85, 0x01, 78, 0x00, 0x01]), ssrc=8, timestamp=5_006_000))
    before, switched, after = (vp8.describe(payload, 0, len(payload)) for payload in sink.payloads)
    assert (before.picture, switched.picture, after.picture) == (256, 257, 258)
    assert (before.level, switched.level, after.level) == (9, 10, 11)
    stamps = [header.timestamp for header in sink.headers]
    assert [b - a for a, b in pairwise(stamps)] == [3000, 3000]
    assert sink.sequences == [501, 502, 503]


def test_a_layer_that_begins_with_the_picture_just_shown_keeps_step_however_late_it_is_read() -> None:
    studio = Studio()
    sink, route = studio.subscribe()
    other = Source(8, Codec.VP8, 96, {})
    studio.track.attach(other)
    studio.source.heard_report(SenderReport(7, 50 << 32, 90_000, 1, 1), studio.now)
    other.heard_report(SenderReport(8, 50 << 32, 5_000_000, 1, 1), studio.now)
    studio.send(rtp(1, timestamp=90_000))
    route.follow(other)
    studio.source = other
    studio.now += 0.3  # the machine had something else to do
    studio.send(rtp(900, ssrc=8, timestamp=5_000_000))
    studio.send(rtp(901, DELTA, ssrc=8, timestamp=5_003_000))
    stamps = [header.timestamp for header in sink.headers]
    assert [b - a for a, b in pairwise(stamps)] == [1, 3000]


def test_what_is_missing_comes_again_in_a_stream_of_its_own_where_there_is_one() -> None:
    studio = Studio()
    sink = Remembering(studio.buffer)
    route = Route(studio.track.kind, sink, Numbers(1000, 111, 2000, 112), 500)
    studio.track.add(route)
    studio.send(rtp(65535), rtp(0, DELTA + b"zero", timestamp=9), rtp(1, DELTA))
    studio.router.repair(route, [502], studio.now)
    again = parse(sink.packets[3])
    assert (again.ssrc, again.payload_type, again.sequence, again.timestamp) == (2000, 112, 501, 9)
    assert sink.payloads[3] == (502).to_bytes(2, "big") + DELTA + b"zero"


def test_a_repairing_packet_fills_the_hole_once_and_nothing_else() -> None:
    studio = Studio()
    repairing = Source(9, Codec.VP8, 96, {})
    repairing.repairs = studio.source
    sink, _ = studio.subscribe()
    studio.send(rtp(1), rtp(3, DELTA))
    lost = rtp(77, (2).to_bytes(2, "big") + DELTA + b"lost", ssrc=9, payload_type=97)
    other = rtp(78, (2).to_bytes(2, "big") + DELTA + b"forged", ssrc=9, payload_type=97)
    padding = rtp(79, b"", ssrc=9, payload_type=97, padding=200)
    known = rtp(80, (1).to_bytes(2, "big") + DELTA + b"forged", ssrc=9, payload_type=97)
    for packet in (lost, other, padding, known):
        studio.router.forward(repairing, packet, studio.now)
    assert sink.sequences == [501, 503, 502]
    assert sink.payloads[2] == DELTA + b"lost"


def test_redundant_sound_goes_to_who_knows_it_and_plainly_to_others() -> None:
    studio = Studio(Codec.OPUS)
    studio.source.redundancy_type = 63
    plain, _ = studio.subscribe(1000)
    rich = Remembering(studio.buffer)
    studio.track.add(Route(studio.track.kind, rich, Numbers(2000, 111, redundancy_type=64), 500))
    redundant = bytes([0x80 | 96, 0, 0, 5, 96]) + b"older" + b"newest"
    studio.send(rtp(1, redundant, payload_type=63), rtp(2, b"alone", payload_type=96))
    assert plain.payloads == [b"newest", b"alone"]
    assert rich.payloads == [redundant, b"alone"]
    assert [header.payload_type for header in rich.headers] == [64, 111]
    with pytest.raises(MalformedRtp):
        studio.send(rtp(3, b"\xff\xff", payload_type=63))


def test_padding_is_made_only_in_a_repairing_stream_under_fresh_numbers() -> None:
    studio = Studio()
    sink, route = studio.subscribe()
    assert studio.router.pad(route) == 0
    padded = Route(studio.track.kind, sink, Numbers(1000, 111, 2000, 112), 500)
    first, second = (parse(bytes(studio.buffer[: studio.router.pad(padded)])) for _ in range(2))
    assert (first.payload_start, first.ssrc, first.sequence) == (first.payload_end, 2000, 501)
    assert second.sequence == 502


def test_h264_is_entered_at_a_keyframe_too() -> None:
    studio = Studio(Codec.H264)
    sink, _ = studio.subscribe()
    studio.send(rtp(1, b"\x61\x88"), rtp(2, b"\x67\x42\x00"), rtp(3, b"\x65\x88"), rtp(4, b"\x61\x88"))
    assert sink.payloads == [b"\x67\x42\x00", b"\x65\x88", b"\x61\x88"]


def test_what_a_withdrawn_route_held_back_is_discarded() -> None:
    studio = Studio()
    sink = Remembering(studio.buffer)
    route = Route(studio.track.kind, sink, Numbers(1000, 111, 2000, 112), 500)
    studio.track.add(route)
    studio.track.withdraw(route)
    assert sink.discarded == [1000, 2000]


def test_what_was_held_back_of_a_picture_that_is_turned_off_or_begins_anew_is_discarded() -> None:
    studio = Studio()
    sink = Remembering(studio.buffer)
    route = Route(studio.track.kind, sink, Numbers(1000, 111, 2000, 112), 500)
    studio.track.add(route)
    studio.send(rtp(1), rtp(2, DELTA))
    sink.discarded.clear()
    route.follow(None)
    assert sink.discarded == [1000, 2000]
    route.follow(studio.source)
    studio.send(rtp(3))
    assert sink.discarded == [1000, 2000] * 2
    studio.send(rtp(4, DELTA))
    assert len(sink.discarded) == 4
