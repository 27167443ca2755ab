import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import h264, red, vp8
from media.packets import MalformedRtp, extension_block, extensions, is_rtcp, parse
from tests.media.builders import rtp


def test_a_header_is_read_to_its_last_field() -> None:
    packet = rtp(65535, b"payload", ssrc=0xDEADBEEF, timestamp=0xFFFFFFFF, payload_type=111, marker=True)
    header = parse(packet)
    assert (header.sequence, header.timestamp, header.ssrc) == (65535, 0xFFFFFFFF, 0xDEADBEEF)
    assert (header.marker, header.payload_type) == (0x80, 111)
    assert packet[header.payload_start : header.payload_end] == b"payload"


def test_contributing_sources_and_padding_are_no_payload() -> None:
    packet = bytearray(rtp(1, b"sources.payload", padding=4))
    packet[0] |= 2
    header = parse(packet)
    assert bytes(packet[header.payload_start : header.payload_end]) == b"payload"


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x80" * 11,
        b"\x00" * 20,
        rtp(1, b"")[:-1],
        struct.pack("!BBHII", 0x8F, 96, 0, 0, 0),
        struct.pack("!BBHII", 0x90, 96, 0, 0, 0),
        struct.pack("!BBHIIHH", 0x90, 96, 0, 0, 0, 0xBEDE, 200),
        struct.pack("!BBHII", 0xA0, 96, 0, 0, 0) + b"\x00",
        struct.pack("!BBHII", 0xA0, 96, 0, 0, 0) + b"\xff",
    ],
)
def test_what_does_not_fit_is_malformed(packet: bytes) -> None:
    with pytest.raises(MalformedRtp):
        parse(packet)


def test_extensions_are_found_in_both_forms() -> None:
    one = extension_block({1: b"\x92", 3: b"mid"})
    packet = rtp(1, extension=one)
    assert extensions(packet, parse(packet)) == {1: b"\x92", 3: b"mid"}
    body = bytes([1, 1, 0x92, 0, 3, 0])
    two = struct.pack("!HH", 0x1000, 2) + body + bytes(2)
    packet = rtp(1, extension=two)
    assert extensions(packet, parse(packet)) == {1: b"\x92", 3: b""}


def test_an_extension_that_does_not_fit_ends_the_list() -> None:
    packet = rtp(1, extension=struct.pack("!HH", 0xBEDE, 1) + bytes([0x10, 9, 0x2F, 1]))
    assert extensions(packet, parse(packet)) == {1: b"\x09"}


@given(st.dictionaries(st.integers(1, 14), st.binary(min_size=1, max_size=16), min_size=1, max_size=5))
def test_extensions_survive_writing_and_reading(elements: dict[int, bytes]) -> None:
    packet = rtp(1, extension=extension_block(elements))
    assert extensions(packet, parse(packet)) == elements


@given(st.binary(max_size=120))
def test_no_bytes_do_more_than_be_malformed(data: bytes) -> None:
    try:
        header = parse(data)
    except MalformedRtp:
        return
    assert 12 <= header.payload_start <= header.payload_end <= len(data)
    extensions(data, header)


@given(st.binary(max_size=60))
def test_extension_blocks_of_any_bytes_are_read(block: bytes) -> None:
    for profile in (0xBEDE, 0x1000, 0x100F, 0x4242):
        words = len(block) // 4
        packet = rtp(1, extension=struct.pack("!HH", profile, words) + block[: words * 4])
        extensions(packet, parse(packet))


def test_rtcp_is_told_from_rtp_by_its_second_byte() -> None:
    assert [value for value in range(256) if is_rtcp(value)] == list(range(192, 224))


@pytest.mark.parametrize(
    ("payload", "starts"),
    [
        (b"\x10\x00", True),
        (b"\x10\x01", False),
        (b"\x00\x00", False),
        (b"\x11\x00", False),
        (b"\x30\x00", True),
        (b"\x90\x80\x05\x00", True),
        (b"\x90\x80\x85\x05\x00", True),
        (b"\x90\x80\x85\x05\x01", False),
        (b"\x90\xe0\x85\x05\x07\x20\x00", True),
        (b"\x90\x00\x00", True),
        (b"\x90\x80", False),
        (b"\x90\x80\x85", False),
        (b"\x10", False),
        (b"", False),
    ],
)
def test_a_keyframe_is_known_by_its_first_packet(payload: bytes, starts: bool) -> None:
    assert vp8.describe(payload, 0, len(payload)).keyframe is starts


@given(st.binary(max_size=12))
def test_any_payload_is_a_keyframe_or_not(payload: bytes) -> None:
    assert vp8.describe(payload, 0, len(payload)).keyframe in {True, False}


@given(st.dictionaries(st.integers(1, 14), st.binary(max_size=40), max_size=5))
def test_elements_that_have_no_one_byte_form_are_left_out(elements: dict[int, bytes]) -> None:
    packet = rtp(1, extension=extension_block(elements))
    fitting = {name: value for name, value in elements.items() if 1 <= len(value) <= 16}
    assert extensions(packet, parse(packet)) == fitting


@pytest.mark.parametrize(
    ("payload", "shifted"),
    [
        (b"\x90\x80\x85\x05\x00", b"\x90\x80\x85\x0f\x00"),  # 15 bits of PictureID
        (b"\x90\xe0\xff\xff\x07\x20\x00", b"\x90\xe0\x80\x09\x0a\x20\x00"),  # and TL0PICIDX
        (b"\x90\x80\x7f\x00\x00\x00", b"\x90\x80\x09\x00\x00\x00"),  # 7 bits
        (b"\x90\x40\xff\x00\x00\x00", b"\x90\x40\x02\x00\x00\x00"),
        (b"\x10\x00", b"\x10\x00"),
    ],
)
def test_a_picture_gets_other_numbers_within_their_width(payload: bytes, shifted: bytes) -> None:
    packet = bytearray(b"head" + payload)
    vp8.renumber(packet, 4, vp8.describe(packet, 4, len(packet)), 10, 3)
    assert packet == b"head" + shifted


@given(st.binary(max_size=12), st.integers(0, 0x7FFF), st.integers(0, 255))
def test_other_numbers_never_reach_beyond_the_payload(payload: bytes, picture: int, level: int) -> None:
    described = vp8.describe(payload, 0, len(payload))
    packet = bytearray(payload)
    vp8.renumber(packet, 0, described, picture, level)
    again = vp8.describe(packet, 0, len(packet))
    assert len(packet) == len(payload)
    assert again.keyframe == described.keyframe


@pytest.mark.parametrize(
    ("payload", "starts"),
    [
        (b"\x65\x88", True),  # an IDR slice
        (b"\x67\x42", True),  # parameter sets
        (b"\x61\x88", False),
        (b"\x7c\x85", True),  # the first fragment of an IDR slice
        (b"\x7c\x05", False),  # a later one
        (b"\x7c\x81", False),
        (b"\x78\x00\x02\x09\x10\x00\x02\x67\x42", True),  # aggregated: a delimiter, then parameter sets
        (b"\x78\x00\x02\x09\x10", False),
        (b"\x78\xff\xff\x09", False),
        (b"\x78", False),
        (b"", False),
    ],
)
def test_an_h264_keyframe_is_known_by_its_first_packet(payload: bytes, starts: bool) -> None:
    assert h264.starts_keyframe(payload, 0, len(payload)) is starts


@given(st.binary(max_size=60))
def test_any_h264_payload_is_a_keyframe_or_not(payload: bytes) -> None:
    assert h264.starts_keyframe(payload, 0, len(payload)) in {True, False}


def test_the_newest_of_redundant_sound_is_found() -> None:
    older, newest = b"older", b"newest"
    redundant = bytes([0x80 | 111, 0, 0, len(older), 111]) + older + newest
    assert red.primary(redundant, 0, len(redundant)) == (111, 10)
    assert red.primary(b"\x6fnewest", 0, 7) == (111, 1)


@given(st.binary(max_size=40))
def test_no_redundant_sound_reaches_beyond_its_packet(payload: bytes) -> None:
    try:
        _, beginning = red.primary(payload, 0, len(payload))
    except MalformedRtp:
        return
    assert 0 < beginning <= len(payload)
