import struct

import pytest
from aiortc.rtp import RtcpRtpfbPacket  # the tests' independent reader of the outer packet
from hypothesis import given, settings
from hypothesis import strategies as st

from media import rtcp, twcc
from media.twcc import Feedback, TransportNumbers

ARRIVALS = st.lists(st.one_of(st.none(), st.floats(0, 8)), min_size=1, max_size=120)


@settings(deadline=None)
@given(st.integers(0, 0xFFFF), ARRIVALS)
def test_what_is_told_is_what_is_read(base: int, arrivals: list[float | None]) -> None:
    (told,) = rtcp.parse(twcc.encode(1, 2, base, 0, arrivals))
    assert isinstance(told, Feedback)
    assert [number for number, _ in told.arrivals] == [base + n & 0xFFFF for n in range(len(arrivals))]
    for (_, read), arrival in zip(told.arrivals, arrivals, strict=True):
        assert (read is None) == (arrival is None)
        if read is not None and arrival is not None:
            assert read == pytest.approx(arrival, abs=0.0003)


def test_a_feedback_packet_is_transport_layer_feedback_of_format_15() -> None:
    encoded = twcc.encode(1, 2, 5, 7, [0.1, None, 0.2])
    packet = RtcpRtpfbPacket.parse(encoded[4:], encoded[0] & 0x1F)
    assert (encoded[1], packet.fmt, packet.ssrc, packet.media_ssrc) == (205, 15, 1, 2)
    assert len(encoded) % 4 == 0


def test_every_packet_is_told_of_once_and_holes_are_told_as_holes() -> None:
    numbers = TransportNumbers()
    for number in (65534, 65535, 1):
        numbers.note(number.to_bytes(2, "big"), 1.0)
    (packet,) = numbers.feedback(1, 0)
    (told,) = rtcp.parse(packet)
    assert isinstance(told, Feedback)
    assert [(number, came is not None) for number, came in told.arrivals] == [
        (65534, True),
        (65535, True),
        (0, False),
        (1, True),
    ]
    assert numbers.feedback(1, 0) == []
    numbers.note(b"\x00\x02", 1.2)
    (packet,) = numbers.feedback(1, 0)
    (told,) = rtcp.parse(packet)
    assert isinstance(told, Feedback)
    assert [number for number, _ in told.arrivals] == [2]


def test_numbers_all_over_the_place_cost_little() -> None:
    numbers = TransportNumbers()
    for step in range(20_000):
        numbers.note((step * 7919 & 0xFFFF).to_bytes(2, "big"), 1.0)
    packets = numbers.feedback(1, 0)
    assert len(packets) < 5000
    assert numbers.feedback(1, 0) == []
    numbers.note(None, 1.0)
    numbers.note(b"\x00", 1.0)
    assert numbers.feedback(1, 0) == []


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_not_fit(body: bytes) -> None:
    try:
        told = twcc.read(body)
    except struct.error:
        return
    assert len(told.arrivals) <= twcc.MAX_READ
