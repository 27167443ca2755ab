"""Browsers whose packets come from elsewhere all at once, and strangers who would pass for one."""

import pytest

from media.moves import ASK_EVERY, MAX_ASKED, SILENT_FOR, TRIES_EVERY
from media.stun import Address
from tests.media.builders import DELTA, rtp
from tests.media.client import Browser
from tests.media.conditions import Conditions
from tests.media.distant import Call
from tests.media.place import Place

ELSEWHERE: Address = ("198.51.100.7", 5555)
LATER = 5.0


@pytest.fixture
def sam(place: Place) -> Browser:
    """He has sent a picture, from where he was."""
    sender, _ = place.publisher()
    sender.send(rtp(1), 2.0)
    place.wires.sent.clear()
    return sender


def asked(place: Place, address: Address = ELSEWHERE) -> list[bytes]:
    return [datagram for datagram in place.wires.take(address) if datagram[:2] == b"\x00\x01"]


def test_a_packet_from_elsewhere_leads_to_a_question_and_its_answer_to_the_new_address(
    place: Place, sam: Browser
) -> None:
    sam.deliver(sam.protected(rtp(2, DELTA)), LATER, ELSEWHERE)
    assert sam.peer.address == sam.address, "media proves nothing"
    (request,) = asked(place)
    sam.deliver(sam.answer(request), LATER + 0.1, ELSEWHERE)
    assert sam.peer.address == ELSEWHERE
    assert place.engine.knows(ELSEWHERE)


@pytest.mark.parametrize("late", [0.1, 60.0])
def test_only_an_answer_in_time_from_there_with_the_right_password_counts(
    place: Place, sam: Browser, late: float
) -> None:
    sam.deliver(sam.protected(rtp(2, DELTA)), LATER, ELSEWHERE)
    (request,) = asked(place)
    right = sam.answer(request)
    sam.deliver(sam.answer(request, "another-password-altogether"), LATER + 0.1, ELSEWHERE)
    sam.deliver(right, LATER + late, ("203.0.113.5", 5555) if late < 1 else ELSEWHERE)
    sam.deliver(right[:-9], LATER + 0.1, ELSEWHERE)
    sam.deliver(right[:4] + bytes(4) + right[8:], LATER + 0.1, ELSEWHERE)
    assert sam.peer.address == sam.address
    assert not place.engine.knows(ELSEWHERE)


def test_nobody_is_looked_for_who_is_still_heard_where_they_were(place: Place, sam: Browser) -> None:
    sam.deliver(sam.protected(rtp(2, DELTA)), 2.0 + SILENT_FOR / 2, ELSEWHERE)
    assert asked(place) == []


def test_forged_and_replayed_packets_lead_to_no_question(place: Place, sam: Browser) -> None:
    known = sam.protected(rtp(2, DELTA))
    sam.deliver(known, 2.1)
    forged = bytearray(sam.protected(rtp(3, DELTA)))
    forged[-1] ^= 1
    for place_in_line, datagram in enumerate((known, bytes(forged), rtp(9), b"\x80\xc9" + bytes(30))):
        sam.deliver(datagram, LATER + place_in_line, ELSEWHERE)
    assert asked(place) == []


def test_a_flood_from_nowhere_is_hardly_tried(place: Place, sam: Browser) -> None:
    packets = [sam.protected(rtp(number, DELTA)) for number in range(2, 200)]
    for number, packet in enumerate(packets):
        sam.deliver(packet, LATER + number * TRIES_EVERY / 100, ("198.51.100.8", 1000 + number))
    assert len(place.wires.sent) <= len(packets) / 100 + 1


def test_one_address_is_not_asked_again_at_once_and_only_so_many_are_waited_for(
    place: Place, sam: Browser
) -> None:
    for number in range(2, 12):
        sam.deliver(sam.protected(rtp(number, DELTA)), LATER + number * ASK_EVERY / 5, ELSEWHERE)
    assert len(asked(place)) <= 3
    first: list[bytes] = []
    for number in range(12, 12 + 2 * MAX_ASKED):
        address = ("198.51.100.8", number)
        sam.deliver(sam.protected(rtp(number, DELTA)), LATER + number, address)
        first = first or asked(place, address)
    sam.deliver(sam.answer(first[0]), LATER + 13, ("198.51.100.8", 12))
    assert not place.engine.knows(("198.51.100.8", 12))


@pytest.mark.parametrize("seed", range(5))
def test_after_a_change_of_address_the_picture_is_back_within_two_seconds(seed: int) -> None:
    for who in ("publisher", "subscriber"):
        call = Call(seed)
        end = call.publisher if who == "publisher" else call.subscriber
        end.becomes(Conditions(delay=0.04, jitter=0.02))
        call.run(8.0 + seed / 2)
        end.move()
        since = call.clock.now
        call.run(5.0)
        assert [at for at in call.subscriber.view.shown.at if at > since + 0.1][2] < since + 2.0
