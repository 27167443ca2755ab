"""What broke other media servers, tried on this one; each test names where it was published."""

import os

import pytest
from OpenSSL import SSL

from media import rtcp
from media.dtls import Fingerprint, split_records
from media.engine import MAX_PEERS
from media.peer import MAX_ADDRESSES, MAX_SSRCS
from media.route import EVERYTHING, Numbers
from media.srtp import REPLAY_WINDOW
from media.stun import Address
from tests.media.builders import DELTA, rtp
from tests.media.client import Browser
from tests.media.place import Place

STRANGER: Address = ("198.51.100.9", 4444)


def talking(place: Place) -> tuple[Browser, Browser]:
    """A picture flows from one browser to the other."""
    sender, track = place.publisher()
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, track, Numbers(1000, 96), EVERYTHING)
    sender.send(rtp(1), 2.0)
    assert len(receiver.received()) == 1
    return sender, receiver


def still_talking(sender: Browser, receiver: Browser, sequence: int = 2) -> bool:
    sender.send(rtp(sequence, DELTA), 3.0)
    return len([packet for packet in receiver.received() if packet[1] == 96]) == 1


def client_hello() -> bytes:
    context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
    context.set_tlsext_use_srtp(b"SRTP_AEAD_AES_128_GCM")
    tls = SSL.Connection(context)
    tls.set_connect_state()
    with pytest.raises(SSL.WantReadError):
        tls.do_handshake()
    (hello,) = split_records(tls.bio_read(4096))
    return hello


def test_nothing_is_believed_before_the_certificate_was_compared(place: Place) -> None:
    """Pion, GHSA-74xm-qj29-cq8p: data was taken before the fingerprint had been checked."""
    browser = place.browser()
    assert browser.check(1.0)
    assert browser.shake_hands(1.0)
    browser.take_keys()
    browser.say(bytes(12), 1.0)
    browser.send(rtp(1), 1.0)
    browser.send(rtcp.receiver_report(8, []), 1.0)
    assert browser.peer.arrivals.sources == {}
    assert browser.peer.last_sign == 1.0  # the check; nothing of what came after it
    browser.peer.expect((Fingerprint("sha-256", "AA:" * 31 + "AA"),))
    place.engine.tick(1.1)
    assert not browser.peer.connected
    assert place.events.ended == [browser.peer]


def test_a_strangers_client_hello_starts_no_handshake(place: Place) -> None:
    """Asterisk, GHSA-hxj9-xwr8-w8pq: who was first with a ClientHello had the call."""
    browser = place.browser()
    browser.peer.expect((browser.fingerprint,))
    browser.deliver(client_hello(), 1.0, STRANGER)
    assert place.wires.take(STRANGER) == []
    assert browser.check(1.0)
    browser.deliver(client_hello(), 1.0, STRANGER)
    assert place.wires.take(STRANGER) == []
    assert browser.shake_hands(1.0)
    assert browser.peer.connected


def test_a_second_client_hello_from_the_right_address_ends_no_call(place: Place) -> None:
    """The same, by someone who can forge addresses."""
    sender, receiver = talking(place)
    for _ in range(50):
        sender.deliver(client_hello(), 2.0)
    assert still_talking(sender, receiver)


def test_a_flood_of_bad_packets_ends_nobodys_call(place: Place) -> None:
    """FreeSWITCH, GHSA-jh42-prph-gp36: a hundred bad SRTP packets ended the call."""
    sender, receiver = talking(place)
    good = bytearray(sender.protected(rtp(500, DELTA)))
    good[-1] ^= 1
    for count in range(5000):
        sender.deliver(bytes(good) if count % 2 else b"\x80\x60" + os.urandom(60), 2.0)
        sender.deliver(b"\x80\xc9" + os.urandom(30), 2.0)
    assert sender.peer.forged == 10_000
    assert still_talking(sender, receiver)
    assert len(sender.peer._heard) <= MAX_SSRCS


def test_no_address_is_learned_from_what_anybody_could_have_sent(place: Place) -> None:
    """rtpengine, CVE-2025-53399: media was sent to wherever a packet had come from."""
    sender, receiver = talking(place)
    media = receiver.protected(rtcp.receiver_report(8, []))
    for datagram in (media, client_hello(), b"\x00\x01" + os.urandom(30)):
        receiver.deliver(datagram, 2.0, STRANGER)
    assert not receiver.check(2.0, password="guessed-at-random-by-somebody-else!!", origin=STRANGER)
    assert still_talking(sender, receiver)
    assert receiver.peer.address == receiver.address
    assert [address for _, address in place.wires.sent if address == STRANGER] == []


def test_what_was_received_once_is_not_received_again(place: Place) -> None:
    """RFC 3711, 3.3.2: within the window by its record, before it always."""
    sender, receiver = talking(place)
    kept = [sender.protected(rtp(number, DELTA)) for number in range(2, REPLAY_WINDOW + 300)]
    for packet in kept:
        sender.deliver(packet, 2.0)
    receiver.received()
    forged = sender.peer.forged
    for packet in (kept[0], kept[100], kept[-1], kept[-500]):
        sender.deliver(packet, 2.0)
    assert sender.peer.forged == forged + 4
    assert [packet for packet in receiver.received() if packet[1] == 96] == []


def test_a_replayed_report_is_dropped(place: Place) -> None:
    sender, receiver = talking(place)
    report = receiver.protected(rtcp.picture_loss(1, 1000))
    receiver.deliver(report, 4.0)
    receiver.deliver(report, 5.0)
    assert receiver.peer.forged == 1
    assert still_talking(sender, receiver)


def test_floods_of_checks_cost_others_nothing(place: Place) -> None:
    sender, receiver = talking(place)
    for count in range(3000):
        origin = ("203.0.113.7", 1024 + count)
        sender.check(2.0, password="x" * 36, origin=origin)
        receiver.check(2.0 + count / 1000, origin=origin, nominate=False)
    assert len(receiver.peer.addresses) <= MAX_ADDRESSES
    assert len(place.engine._by_address) <= 2 * MAX_ADDRESSES
    place.wires.sent.clear()
    assert still_talking(sender, receiver)


def test_floods_of_strangers_leave_nothing_behind(place: Place) -> None:
    sender, receiver = talking(place)
    hello = client_hello()
    for count in range(5000):
        origin = ("203.0.113.7", 1024 + count)
        for datagram in (hello, b"\x80\x60" + bytes(40), b"\x00\x01" + bytes(40), b"\xff" * 30):
            sender.deliver(datagram, 2.0, origin)
    assert place.engine.stray == 20_000
    assert len(place.engine._by_address) == 2
    assert len(place.engine._known) < MAX_PEERS
    assert still_talking(sender, receiver)


def test_somebody_who_asks_for_everything_again_all_the_time_delays_nobody(place: Place) -> None:
    sender, track = place.publisher()
    greedy, other = place.connected(), place.connected()
    for browser in (greedy, other):
        place.engine.subscribe(browser.peer, track, Numbers(1000, 96), EVERYTHING)
    for number in range(1, 400):
        sender.send(rtp(number, DELTA if number > 1 else b"\x10\x00"), 2.0)
    other.received()
    greedy.received()
    for _ in range(300):
        greedy.send(rtcp.nack(1, 1000, list(range(0, 65536, 17))[:500]), 2.5)
        greedy.send(rtcp.nack(1, 1000, [parse_last(greedy)] * 20), 2.5)
    assert len(place.wires.take(greedy.address)) <= 400
    assert still_talking(sender, other, 400)


def parse_last(browser: Browser) -> int:
    route = next(iter(browser.peer.routes.values()))[1]
    return route.last_sequence
