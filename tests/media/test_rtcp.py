import pytest
from aiortc import rtp as theirs
from hypothesis import given
from hypothesis import strategies as st

from media import rtcp

BLOCK = rtcp.ReportBlock(9, 12, -3, 70000, 40, 0x01020304, 65536)


def test_reports_survive_writing_and_reading() -> None:
    report = rtcp.SenderReport(5, 1 << 63 | 7, 90000, 12, 3400)
    assert rtcp.parse(rtcp.sender_report(report)) == [report]
    assert rtcp.parse(rtcp.receiver_report(1, [BLOCK])) == [rtcp.ReceiverReport(1, (BLOCK,))]


def test_another_implementation_reads_what_is_written() -> None:
    compound = (
        rtcp.receiver_report(1, [BLOCK])
        + rtcp.source_description(1, "0000abcd")
        + rtcp.nack(1, 9, [65534, 65535, 3, 40])
        + rtcp.picture_loss(1, 9)
        + rtcp.remb(1, 1_234_567, [9, 10])
    )
    report, description, nack, loss, remb = theirs.RtcpPacket.parse(compound)
    assert isinstance(report, theirs.RtcpRrPacket)
    assert (report.reports[0].packets_lost, report.reports[0].highest_sequence) == (-3, 70000)
    assert isinstance(description, theirs.RtcpSdesPacket)
    assert description.chunks[0].items == [(1, b"0000abcd")]
    assert isinstance(nack, theirs.RtcpRtpfbPacket)
    assert [number & 0xFFFF for number in nack.lost] == [65534, 65535, 3, 40]
    assert isinstance(loss, theirs.RtcpPsfbPacket)
    assert (loss.fmt, loss.media_ssrc) == (1, 9)
    assert isinstance(remb, theirs.RtcpPsfbPacket)
    bitrate, ssrcs = theirs.unpack_remb_fci(remb.fci)
    assert 1_234_567 - 8 <= bitrate <= 1_234_567
    assert ssrcs == [9, 10]


@given(st.lists(st.integers(0, 65535), min_size=1, max_size=40))
def test_every_lost_number_is_named(numbers: list[int]) -> None:
    (nack,) = rtcp.parse(rtcp.nack(1, 2, numbers))
    assert isinstance(nack, rtcp.Nack)
    assert set(nack.lost) == set(numbers)


@given(st.integers(0, 2**40), st.lists(st.integers(0, 2**32 - 1), max_size=4))
def test_a_bit_rate_is_rounded_down_a_little(bitrate: int, ssrcs: list[int]) -> None:
    (remb,) = rtcp.parse(rtcp.remb(1, bitrate, ssrcs))
    assert isinstance(remb, rtcp.Remb)
    assert bitrate * (1 - 2**-17) <= remb.bitrate <= bitrate
    assert remb.ssrcs == tuple(ssrcs)


def test_a_full_intra_request_asks_for_a_keyframe_of_each_it_names() -> None:
    request = theirs.RtcpPsfbPacket(fmt=4, ssrc=1, media_ssrc=0, fci=bytes.fromhex("0000000901000000"))
    assert rtcp.parse(bytes(request)) == [rtcp.KeyframeRequest(1, 9)]


def test_a_goodbye_names_who_goes() -> None:
    assert rtcp.parse(bytes(theirs.RtcpByePacket(sources=[7, 8]))) == [rtcp.Bye((7, 8))]


def test_what_is_not_understood_is_left_out() -> None:
    extended = bytes.fromhex("80cf0001" + "00000001")
    assert rtcp.parse(extended + rtcp.picture_loss(1, 2)) == [rtcp.KeyframeRequest(1, 2)]


@pytest.mark.parametrize(
    "data",
    [
        b"\x80",
        b"\x00\xc8\x00\x00",
        b"\x80\xc8\x00\x09",
        b"\x81\xc9\x00\x01\x00\x00\x00\x01",
        b"\xa0\xc9\x00\x00",
    ],
)
def test_what_does_not_fit_is_malformed(data: bytes) -> None:
    with pytest.raises(rtcp.MalformedRtcp):
        rtcp.parse(data)


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_malformed(data: bytes) -> None:
    try:
        rtcp.parse(data)
    except rtcp.MalformedRtcp:
        return


@given(st.sampled_from([200, 201, 203, 205, 206]), st.integers(0, 31), st.binary(max_size=80))
def test_no_body_does_more_than_be_malformed(kind: int, count: int, body: bytes) -> None:
    body = body[: len(body) // 4 * 4]
    data = bytes([0x80 | count, kind]) + (len(body) // 4).to_bytes(2, "big") + body
    try:
        reports = rtcp.parse(data)
    except rtcp.MalformedRtcp:
        return
    for report in reports:
        if isinstance(report, rtcp.Nack):
            assert len(report.lost) <= rtcp.MAX_LOST_NAMED
