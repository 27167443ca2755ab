import pytest

from media import engine as engine_module
from media import rtcp
from media.arrivals import MAX_SOURCES, Section
from media.dtls import Fingerprint
from media.packets import Codec, Extension, extension_block
from media.peer import CONSENT, MAX_ADDRESSES, MAX_SSRCS, Ending
from media.route import EVERYTHING, Numbers
from media.srtp import AEAD_AES_128_GCM, AES_CM_128_HMAC_SHA1_80
from tests.media.builders import rtp
from tests.media.place import AUDIO, Place


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


def test_nothing_is_protected_that_would_grow_beyond_its_buffer(place: Place) -> None:
    browser = place.connected()
    assert browser.sending is not None
    capacity = len(browser.outbox.bytes)
    packet = rtp(1)
    browser.outbox.bytes[: len(packet)] = packet
    assert browser.sending.protect(capacity - 31) == 0
    assert browser.sending.protect(capacity - 32) > 0
