from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media import engine as engine_module
from media import rtcp
from media.arrivals import MAX_SOURCES, Section
from media.dtls import Fingerprint
from media.engine import Engine, EngineFull
from media.packets import Codec, Extension, extension_block, is_rtcp, parse
from media.peer import CONSENT, MAX_ADDRESSES, MAX_SSRCS, Ending, Peer
from media.route import EVERYTHING, Numbers, Route
from media.srtp import AEAD_AES_128_GCM, AES_CM_128_HMAC_SHA1_80, Profile
from media.track import Track
from tests.media.builders import DELTA, KEYFRAME, rtp
from tests.media.client import Browser, Wires

VIDEO = Section("v", Codec.VP8, 96, {Extension.MID: 3, Extension.RID: 4}, frozenset({7}))
AUDIO = Section("a", Codec.OPUS, 111, {Extension.MID: 3, Extension.AUDIO_LEVEL: 1}, frozenset({8}))


class Events:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.connected: list[Peer] = []
        self.ended: list[Peer] = []
        self.changes: list[tuple[Peer, bool]] = []

    def peer_connected(self, peer: Peer) -> None:
        self.connected.append(peer)

    def peer_ended(self, peer: Peer) -> None:
        self.ended.append(peer)

    def route_changed(self, peer: Peer, route: Route, flowing: bool) -> None:
        self.changes.append((peer, flowing))


class Place:
    """An engine, its wires, and browsers at addresses of their own."""

    def __init__(self) -> None:
        self.wires = Wires()
        self.engine = Engine(self.wires.transmit)
        self.events = Events()
        self.engine.listener = self.events
        self.ports = iter(range(40000, 50000))

    def browser(self, profiles: tuple[Profile, ...] = (AEAD_AES_128_GCM, AES_CM_128_HMAC_SHA1_80)) -> Browser:
        peer = self.engine.open()
        return Browser(self.engine, self.wires, peer, ("127.0.0.1", next(self.ports)), profiles)

    def connected(self) -> Browser:
        browser = self.browser()
        browser.connect(1.0)
        return browser

    def publisher(self, section: Section = VIDEO) -> tuple[Browser, Track]:
        browser = self.connected()
        track = Track(section.codec)
        self.engine.bind(browser.peer, [section], {section.mid: track})
        return browser, track


def lose(place: Place, browser: Browser) -> list[bytes]:
    """What the network drops on the way to a browser."""
    return place.wires.take(browser.address)


@pytest.fixture
def place() -> Place:
    return Place()


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


def test_authenticated_encryption_is_preferred(place: Place) -> None:
    browser = place.browser((AES_CM_128_HMAC_SHA1_80, AEAD_AES_128_GCM))
    browser.connect(1.0)
    assert browser.profile == AEAD_AES_128_GCM.name


def test_signalling_hears_of_a_connection_once(place: Place) -> None:
    browser = place.connected()
    place.engine.tick(1.1)
    assert place.events.connected == [browser.peer]


def test_a_certificate_that_was_not_announced_gets_no_keys(place: Place) -> None:
    browser = place.browser()
    browser.peer.expect((Fingerprint("sha-256", "AA:" * 31 + "AA"),))
    assert browser.check(1.0)
    browser.shake_hands(1.0)
    assert not browser.peer.connected
    assert place.events.connected == []
    assert place.events.ended == [browser.peer]


@pytest.mark.parametrize("announced", [(), (Fingerprint("sha-1", "AA"),), (Fingerprint("md5", "AA"),)])
def test_no_worthwhile_fingerprint_means_no_keys(place: Place, announced: tuple[Fingerprint, ...]) -> None:
    browser = place.browser()
    browser.peer.expect(announced)
    assert browser.check(1.0)
    browser.shake_hands(1.0)
    assert not browser.peer.connected


def test_a_handshake_waits_for_the_description_that_names_the_certificate(place: Place) -> None:
    browser = place.browser()
    assert browser.check(1.0)
    assert browser.shake_hands(1.0)
    assert not browser.peer.connected
    browser.peer.expect((browser.fingerprint,))
    assert browser.peer.connected


def test_no_address_is_learned_from_a_check_with_a_wrong_password(place: Place) -> None:
    browser = place.browser()
    assert not browser.check(1.0, password="x" * 36)
    assert browser.peer.address is None
    assert browser.peer.forged == 1
    browser.deliver(b"\x16\xfe\xff" + bytes(20), 1.0)
    assert place.engine.stray == 1


def test_no_address_is_learned_from_media(place: Place) -> None:
    sender, track = place.publisher()
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, track, Numbers(1000, 96), EVERYTHING)
    elsewhere = ("127.0.0.1", 39999)
    sender.deliver(sender.protected(rtp(1)), 2.0, elsewhere)
    assert receiver.received() == []
    assert place.engine.stray == 1
    assert sender.peer.address == sender.address


def test_a_forged_packet_is_dropped_and_counted(place: Place) -> None:
    sender, track = place.publisher()
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, track, Numbers(1000, 96), EVERYTHING)
    packet = bytearray(sender.protected(rtp(1)))
    packet[-1] ^= 1
    sender.deliver(bytes(packet), 2.0)
    assert receiver.received() == []
    assert sender.peer.forged == 1


def test_a_replayed_packet_is_dropped(place: Place) -> None:
    sender, track = place.publisher()
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, track, Numbers(1000, 96), EVERYTHING)
    packet = sender.protected(rtp(1))
    sender.deliver(packet, 2.0)
    sender.deliver(packet, 2.0)
    assert len(receiver.received()) == 1


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


def test_another_peer_cannot_take_an_address_in_use(place: Place) -> None:
    victim, thief = place.connected(), place.connected()
    assert not thief.check(2.0, origin=victim.address)
    assert victim.peer.address == victim.address
    assert thief.check(1.0 + engine_module.TAKEOVER_AFTER, origin=victim.address)
    assert victim.peer.address is None


def test_a_browser_that_changes_its_network_is_followed(place: Place) -> None:
    sender, track = place.publisher()
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, track, Numbers(1000, 96), EVERYTHING)
    new = ("127.0.0.1", 39998)
    assert receiver.check(2.0, origin=new)
    sender.send(rtp(1), 2.0)
    assert receiver.received() == []
    receiver.address = new
    assert len(receiver.received()) == 1


def test_only_so_many_addresses_are_remembered(place: Place) -> None:
    browser = place.connected()
    for port in range(30000, 30000 + 3 * MAX_ADDRESSES):
        assert browser.check(2.0 + port / 1000, origin=("127.0.0.1", port), nominate=False)
    assert len(browser.peer.addresses) == MAX_ADDRESSES
    assert browser.peer.address == browser.address


def test_an_ice_restart_accepts_the_old_password_until_the_new_one_is_used(place: Place) -> None:
    browser = place.connected()
    old = browser.peer.credentials
    new = place.engine.restart(browser.peer)
    assert new != old
    browser.peer.credentials = old  # the browser has not heard yet
    assert browser.check(2.0)
    browser.peer.credentials = new
    assert browser.check(3.0)
    assert browser.peer.former is None


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


def test_a_closed_peer_neither_sends_nor_gets_anything(place: Place) -> None:
    sender, track = place.publisher()
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, track, Numbers(1000, 96), EVERYTHING)
    place.engine.close(receiver.peer)
    place.wires.sent.clear()
    sender.send(rtp(1), 2.0)
    assert receiver.received() == []
    place.engine.close(sender.peer)
    sender.send(rtp(2), 2.0)
    assert place.engine.stray == 1
    assert not sender.check(2.0)


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


LAYERED = Section("v", Codec.VP8, 96, {Extension.MID: 3, Extension.RID: 4}, rids=("q", "h", "f"))


class Layers:
    """A publisher of three layers: 16, 40 and 120 kB in a second."""

    SIZES: ClassVar = {21: (b"q", 160), 22: (b"h", 400), 23: (b"f", 1200)}

    def __init__(self, place: Place) -> None:
        self.place = place
        self.sender, self.track = place.publisher(LAYERED)
        self.sequence = 0
        self.now = 2.0

    def run(self, seconds: float, *, keyframes: bool = True, layers: Sequence[int] = (21, 22, 23)) -> None:
        """Send a hundred packets a second in each layer, tick, answer keyframe requests."""
        end = self.now + seconds
        wanted: set[int] = set(layers) if keyframes else set()
        while self.now < end:
            self.now += 0.01
            self.sequence += 1
            for ssrc in layers:
                rid, size = self.SIZES[ssrc]
                start = KEYFRAME if ssrc in wanted else DELTA
                block = extension_block({3: b"v", 4: rid})
                self.sender.send(
                    rtp(self.sequence, start + bytes(size), ssrc=ssrc, extension=block), self.now
                )
            wanted.clear()
            if not self.sequence % 5:
                self.place.engine.tick(self.now)
            for packet in self.sender.received():
                for report in rtcp.parse(packet):
                    if isinstance(report, rtcp.KeyframeRequest) and keyframes:
                        wanted.add(report.media)


def layer_of(packet: bytes) -> int:
    return min(Layers.SIZES, key=lambda ssrc: abs(Layers.SIZES[ssrc][1] - len(packet)))


def pictures(receiver: Browser) -> list[bytes]:
    return [packet for packet in receiver.received() if not is_rtcp(packet[1])]


def test_the_best_layer_a_subscriber_has_a_use_for_is_forwarded(place: Place) -> None:
    layers = Layers(place)
    receiver, modest = place.connected(), place.connected()
    place.engine.subscribe(receiver.peer, layers.track, Numbers(1000, 96), EVERYTHING)
    route = place.engine.subscribe(modest.peer, layers.track, Numbers(1000, 96), 0)
    layers.run(1.0)
    assert layer_of(pictures(receiver)[-1]) == 23
    assert layer_of(pictures(modest)[-1]) == 21
    place.engine.limit(modest.peer, route, 1)
    layers.run(0.5)
    assert layer_of(pictures(modest)[-1]) == 22
    place.engine.limit(modest.peer, route, -1)
    layers.run(0.1)
    modest.received()
    layers.run(0.5)
    assert pictures(modest) == []


def test_a_change_of_layers_waits_for_a_keyframe_and_leaves_no_gap(place: Place) -> None:
    layers = Layers(place)
    receiver = place.connected()
    route = place.engine.subscribe(receiver.peer, layers.track, Numbers(1000, 96), 0)
    layers.run(1.0)
    place.engine.limit(receiver.peer, route, 2)
    layers.run(0.3, keyframes=False)
    got = pictures(receiver)
    assert {layer_of(packet) for packet in got[-20:]} == {21}
    layers.run(0.7)
    got += pictures(receiver)
    assert layer_of(got[-1]) == 23
    numbers = [parse(packet).sequence for packet in got]
    assert [b - a & 0xFFFF for a, b in pairwise(numbers)] == [1] * (len(got) - 1)
    first = next(packet for packet in got if layer_of(packet) == 23)
    assert first[parse(first).payload_start :].startswith(KEYFRAME)


def test_a_layer_that_stops_coming_is_replaced_by_one_that_comes(place: Place) -> None:
    layers = Layers(place)
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, layers.track, Numbers(1000, 96), EVERYTHING)
    layers.run(1.0)
    layers.run(3.0, layers=(21,))
    assert layer_of(pictures(receiver)[-1]) == 21


def test_pictures_flow_on_a_line_that_nothing_is_known_of_yet(place: Place) -> None:
    """It becomes known by what arrives: held back until it is, a picture would never be shown."""
    layers = Layers(place)
    receiver = place.connected()
    receiver.peer.numbering = Numbers(1000, 96, 1001, 97).element
    place.engine.subscribe(receiver.peer, layers.track, Numbers(1000, 96, 1001, 97), EVERYTHING)
    layers.run(1.0, layers=(23,))
    receiver.received()
    layers.run(1.0, layers=(23,))
    assert not receiver.peer.line.known
    assert {layer_of(packet) for packet in pictures(receiver)} == {23}


def test_nobody_can_send_sound_in_two_voices_at_once(place: Place) -> None:
    section = Section("a", Codec.OPUS, 111, {Extension.MID: 3})
    sender, track = place.publisher(section)
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, track, Numbers(1000, 111), EVERYTHING)
    for number in range(5):
        for ssrc in (31, 32):
            block = extension_block({3: b"a"})
            sender.send(rtp(number, b"opus", ssrc=ssrc, payload_type=111, extension=block), 2.0)
    assert len(pictures(receiver)) == 5


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


def test_a_thousand_ssrcs_cost_no_more_than_a_few(place: Place) -> None:
    section = Section("v", Codec.VP8, 96, {Extension.MID: 3})
    sender, _ = place.publisher(section)
    for ssrc in range(100, 1100):
        sender.send(rtp(1, ssrc=ssrc, extension=extension_block({3: b"v"})), 2.0)
    assert len(sender.peer.arrivals.sources) <= MAX_SOURCES
    assert len(sender.peer._heard) <= MAX_SSRCS


def test_someone_silent_for_too_long_is_gone(place: Place) -> None:
    browser = place.connected()
    place.engine.tick(1.0 + CONSENT - 1)
    assert place.events.ended == []
    place.engine.tick(1.0 + CONSENT + 1)
    assert place.events.ended == [browser.peer]
    assert browser.peer.ended is Ending.CONSENT_LOST


def test_a_goodbye_ends_the_connection(place: Place) -> None:
    browser = place.connected()
    browser.tls.shutdown()
    browser._flush(2.0)
    assert place.events.ended == [browser.peer]


def test_data_channels_are_answered_through_dtls(place: Place) -> None:
    browser = place.connected()
    init = bytes.fromhex(
        "13881388" + "00000000" + "00000000" + "01000014" + "00000009" + "00010000" + "000a000a" + "00000001"
    )
    browser.say(init, 2.0)
    (datagram,) = place.wires.take(browser.address)
    browser.tls.bio_write(datagram)
    assert browser.tls.recv(2000)[12] == 2


def test_whatever_is_authentic_is_a_sign_of_life_and_nothing_else(place: Place) -> None:
    sender, _ = place.publisher(AUDIO)
    assert sender.peer.last_sign == 1.0
    sender.send(rtp(1, ssrc=8), 2.0)
    assert sender.peer.last_sign == 2.0
    sender.send(rtcp.receiver_report(8, []), 3.0)
    assert sender.peer.last_sign == 3.0
    sender.say(bytes(12), 4.0)
    assert sender.peer.last_sign == 4.0
    assert sender.check(5.0)
    assert sender.peer.last_sign == 5.0
    forged = bytearray(sender.protected(rtp(2, ssrc=8)))
    forged[-1] ^= 1
    sender.deliver(bytes(forged), 6.0)
    sender.check(7.0, password="wrong")
    assert sender.peer.last_sign == 5.0


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


def test_nothing_is_protected_that_would_grow_beyond_its_buffer(place: Place) -> None:
    browser = place.connected()
    assert browser.sending is not None
    capacity = len(browser.outbox.bytes)
    packet = rtp(1)
    browser.outbox.bytes[: len(packet)] = packet
    assert browser.sending.protect(capacity - 31) == 0
    assert browser.sending.protect(capacity - 32) > 0
