from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media import engine as engine_module
from media import rtcp
from media.arrivals import Section
from media.engine import EngineFull
from media.packets import Codec, Extension, extension_block, is_rtcp, parse
from media.route import EVERYTHING, Numbers
from media.srtp import AEAD_AES_128_GCM, AES_CM_128_HMAC_SHA1_80, Profile
from media.track import Track
from tests.media.builders import DELTA, KEYFRAME, rtp
from tests.media.client import Browser
from tests.media.place import AUDIO, Place, media_of


def lose(place: Place, browser: Browser) -> list[bytes]:
    """What the network drops on the way to a browser."""
    return place.wires.take(browser.address)


@pytest.mark.parametrize("profile", [AEAD_AES_128_GCM, AES_CM_128_HMAC_SHA1_80])
def test_a_packet_goes_from_one_browser_to_another(place: Place, profile: Profile) -> None:
    sender, track = place.publisher()
    receiver = place.browser((profile,))
    receiver.connect(1.0)
    assert receiver.profile == profile.name
    place.engine.subscribe(receiver.peer, track, Numbers(1000, 96), EVERYTHING)
    sender.send(rtp(1, KEYFRAME + b"picture"), 2.0)
    (packet,) = receiver.received()
    header = parse(packet)
    assert header.ssrc == 1000
    assert packet[header.payload_start :] == KEYFRAME + b"picture"


def test_an_engine_that_is_late_leaves_out_pictures_and_no_word(place: Place) -> None:
    sender, picture = place.publisher()
    speaker, sound = place.publisher(AUDIO)
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, picture, Numbers(1000, 96), EVERYTHING)
    place.engine.subscribe(receiver.peer, sound, Numbers(2000, 111), EVERYTHING)

    def what_comes(number: int) -> list[int]:
        sender.send(rtp(number), 2.0)
        speaker.send(rtp(number, b"word", ssrc=8, payload_type=111), 2.0)
        return [parse(packet).ssrc for packet in receiver.received()]

    assert what_comes(1) == [1000, 2000]
    place.engine.late = True
    assert what_comes(2) == [2000]
    assert place.engine.shed == 1
    place.engine.late = False
    assert what_comes(3) == [1000, 2000]


def test_a_closed_track_stops_at_once_and_arrivals_are_counted(place: Place) -> None:
    sender, track = place.publisher()
    receiver = place.connected()
    route = place.engine.subscribe(receiver.peer, track, Numbers(1000, 96), EVERYTHING)
    sender.send(rtp(1), 2.0)
    place.engine.unpublish(sender.peer, track)
    sender.send(rtp(2), 2.0)
    assert (len(receiver.received()), route.packets) == (1, 1)
    source = sender.peer.arrivals.sources[7]
    assert (source.received, source.dropped) == (2, 1)


def test_a_lost_picture_is_asked_for_and_repaired(place: Place) -> None:
    sender, track = place.publisher()
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, track, Numbers(1000, 96), EVERYTHING)
    sender.send(rtp(1), 2.0)
    sender.send(rtp(3, DELTA), 2.0)
    place.engine.flush(2.0)
    asked = [report for packet in sender.received() for report in rtcp.parse(packet)]
    assert asked == [rtcp.Nack(sender.peer.feedback_ssrc, 7, (2,))]
    lost, _ = lose(place, receiver)
    sequence = int.from_bytes(lost[2:4], "big")
    receiver.send(rtcp.nack(1, 1000, [sequence]), 2.1)
    (repaired,) = receiver.received()
    assert parse(repaired).sequence == sequence
    receiver.send(rtcp.nack(1, 1001, [sequence]), 2.1)
    assert receiver.received() == []


def test_a_keyframe_request_reaches_the_publisher_but_not_too_often(place: Place) -> None:
    sender, track = place.publisher()
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, track, Numbers(1000, 96), EVERYTHING)
    sender.send(rtp(1), 2.0)
    for tick in range(100):
        receiver.send(rtcp.picture_loss(1, 1000), 3.0 + tick / 100)
        place.engine.tick(3.0 + tick / 100)
    reports = [report for packet in sender.received() for report in rtcp.parse(packet)]
    asked = [report for report in reports if isinstance(report, rtcp.KeyframeRequest)]
    assert asked == [rtcp.KeyframeRequest(sender.peer.feedback_ssrc, 7)] * 2


def test_nobody_is_asked_for_a_keyframe_while_the_last_one_waits_to_be_sent(place: Place) -> None:
    sender, track = place.publisher()
    receiver = place.connected()
    numbers = Numbers(1000, 96, 1001, 97)
    receiver.peer.numbering = numbers.element
    place.engine.subscribe(receiver.peer, track, numbers, EVERYTHING)
    place.engine.tick(2.0)
    sender.received()
    for number in range(60):
        sender.send(rtp(number, (DELTA if number else KEYFRAME) + bytes(1000)), 2.0)
    receiver.send(rtcp.picture_loss(1, 1000), 2.6)
    place.engine.tick(2.6)
    assert not [packet for packet in sender.received() if keyframe_asked(packet)]
    for tick in range(400):
        place.engine.tick(2.6 + tick / 100)
    receiver.send(rtcp.picture_loss(1, 1000), 6.7)
    place.engine.tick(6.7)
    assert [packet for packet in sender.received() if keyframe_asked(packet)]


def test_what_waits_behind_the_last_keyframe_keeps_nobody_from_another(place: Place) -> None:
    sender, track = place.publisher()
    receiver = place.connected()
    numbers = Numbers(1000, 96, 1001, 97)
    receiver.peer.numbering = numbers.element
    place.engine.subscribe(receiver.peer, track, numbers, EVERYTHING)
    place.engine.tick(2.0)
    sender.send(rtp(0, KEYFRAME, timestamp=3000), 2.0)
    sender.received()
    for number in range(1, 60):
        sender.send(rtp(number, DELTA + bytes(1000), timestamp=6000), 2.6)
    assert receiver.peer.pacing
    receiver.send(rtcp.picture_loss(1, 1000), 2.6)
    place.engine.tick(2.6)
    assert [packet for packet in sender.received() if keyframe_asked(packet)]


def test_what_was_asked_for_and_waits_to_be_sent_is_not_sent_once_more(place: Place) -> None:
    sender, track = place.publisher()
    receiver = place.connected()
    numbers = Numbers(1000, 96, 1001, 97)
    receiver.peer.numbering = numbers.element
    place.engine.subscribe(receiver.peer, track, numbers, EVERYTHING)
    for number in range(60):
        sender.send(rtp(number, (DELTA if number else KEYFRAME) + bytes(1000)), 2.0)
    (first, *_) = receiver.received()
    lost = parse(first).sequence
    for tick in range(10):
        receiver.send(rtcp.nack(1, 1000, [lost]), 2.0 + tick / 100)
    for tick in range(400):
        place.engine.tick(2.1 + tick / 100)
    repeated = [parse(packet) for packet in receiver.received() if not is_rtcp(packet[1])]
    assert sum(header.ssrc == 1001 and header.payload_end > header.payload_start for header in repeated) == 1


def keyframe_asked(compound: bytes) -> bool:
    return any(isinstance(report, rtcp.KeyframeRequest) for report in rtcp.parse(compound))


def test_a_publisher_is_told_every_second_what_arrived_and_how_much_to_send(place: Place) -> None:
    sender, _ = place.publisher()
    for number in range(10):
        sender.send(rtp(number, DELTA), 2.0 + number / 100)
    place.engine.tick(3.0)
    *_, compound = sender.received()
    report, remb = rtcp.parse(compound)
    assert isinstance(report, rtcp.ReceiverReport)
    assert report.blocks[0].ssrc == 7
    assert isinstance(remb, rtcp.Remb)
    assert remb.ssrcs == (7,)
    assert remb.bitrate > 1_000_000


def test_a_senders_clock_is_passed_on(place: Place) -> None:
    sender, track = place.publisher()
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, track, Numbers(1000, 96), EVERYTHING)
    sender.send(rtp(1, timestamp=5), 2.0)
    sender.send(rtcp.sender_report(rtcp.SenderReport(7, 99, 5, 1, 1)), 2.0)
    _, compound = receiver.received()
    (report,) = rtcp.parse(compound)
    assert report == rtcp.SenderReport(1000, 99, 5, 1, report.octets)  # type: ignore[union-attr]


def test_nobody_can_send_sound_in_two_voices_at_once(place: Place) -> None:
    section = Section("a", Codec.OPUS, 111, {Extension.MID: 3})
    sender, track = place.publisher(section)
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, track, Numbers(1000, 111), EVERYTHING)
    for number in range(5):
        for ssrc in (31, 32):
            block = extension_block({3: b"a"})
            sender.send(rtp(number, b"opus", ssrc=ssrc, payload_type=111, extension=block), 2.0)
    assert len(media_of(receiver)) == 5


def test_a_packet_that_fits_no_section_goes_nowhere(place: Place) -> None:
    sender, track = place.publisher()
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, track, Numbers(1000, 96), EVERYTHING)
    sender.send(rtp(1, ssrc=99), 2.0)
    receiver.send(rtp(1, ssrc=7), 2.0)
    assert receiver.received() == []
    assert (sender.peer.arrivals.unplaced, receiver.peer.arrivals.unplaced) == (1, 1)


def test_sound_in_a_picture_section_goes_nowhere(place: Place) -> None:
    sender, track = place.publisher()
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, track, Numbers(1000, 96), EVERYTHING)
    sender.send(rtp(1, b"opus", payload_type=111), 2.0)
    assert receiver.received() == []


def test_a_track_of_another_kind_than_its_section_is_never_fed(place: Place) -> None:
    sender = place.connected()
    track = Track(Codec.VP8)
    place.engine.bind(sender.peer, [AUDIO], {"a": track})
    sender.send(rtp(1, ssrc=8, payload_type=111), 2.0)
    assert track.layers == []
    assert sender.peer.arrivals.sources[8].track is None


def test_there_is_an_end_to_how_many_may_connect(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "MAX_PEERS", 2)
    first, _ = place.engine.open(), place.engine.open()
    with pytest.raises(EngineFull):
        place.engine.open()
    place.engine.close(first)
    place.engine.open()


@given(st.binary(min_size=1, max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
def test_no_datagram_from_anywhere_raises(data: bytes) -> None:
    browser = SHARED_PLACE()
    browser.deliver(data, 2.0)
    browser.deliver(data, 2.0, ("192.0.2.1", 9))
    if 12 <= len(data) < 1400:
        clear = bytearray(data)
        clear[0] = 0x80 | clear[0] & 0x3F
        try:
            protected = browser.protected(bytes(clear))
        except IndexError:
            return
        browser.deliver(protected, 2.0)
    browser.engine.tick(2.0)


def _shared() -> Callable[[], Browser]:
    kept: list[Browser] = []

    def browser() -> Browser:
        if not kept or not kept[0].peer.connected:
            kept[:] = [Place().publisher()[0]]
        return kept[0]

    return browser


SHARED_PLACE = _shared()


def test_a_datagram_too_large_to_be_sent_on_goes_nowhere(place: Place) -> None:
    sender, track = place.publisher()
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, track, Numbers(1000, 96), EVERYTHING)
    for size in (1400, 1500, 1700, 1990):
        sender.send(rtp(size, KEYFRAME + bytes(size)), 2.0)
    assert len(receiver.received()) == 1
    assert place.engine.stray == 3
