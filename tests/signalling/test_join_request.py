"""Join requests as clients write them, and as nobody should."""

import base64
import gzip
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from livekit.protocol.rtc import JoinRequest, SessionDescription, WrappedJoinRequest

from signalling import join_request
from signalling.join_request import LARGEST, MalformedJoinRequest

SAID = JoinRequest(
    participant_sid="PA_1", publisher_offer=SessionDescription(type="offer", sdp="v=0\r\n" * 500)
)


def wrapped(content: bytes, compression: Any) -> str:
    request = WrappedJoinRequest(compression=compression, join_request=content)
    return base64.urlsafe_b64encode(request.SerializeToString()).decode()


def test_what_is_written_can_be_read() -> None:
    text = join_request.write(SAID)
    assert join_request.read(text) == SAID
    assert join_request.read(text.rstrip("=")) == SAID


def test_it_need_not_be_compressed() -> None:
    assert join_request.read(wrapped(SAID.SerializeToString(), WrappedJoinRequest.NONE)) == SAID


def test_a_little_that_unpacks_to_a_lot_is_refused() -> None:
    bomb = gzip.compress(JoinRequest(metadata="x" * LARGEST * 20).SerializeToString())
    assert len(bomb) < 6_000
    with pytest.raises(MalformedJoinRequest):
        join_request.read(wrapped(bomb, WrappedJoinRequest.GZIP))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "é",
        "A" * 9000,
        wrapped(b"\xff", WrappedJoinRequest.NONE),
        wrapped(b"x", WrappedJoinRequest.GZIP),
    ],
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(MalformedJoinRequest):
        join_request.read(text)


def test_one_that_is_cut_off_is_refused() -> None:
    packed = gzip.compress(SAID.SerializeToString())
    with pytest.raises(MalformedJoinRequest):
        join_request.read(wrapped(packed[:-9], WrappedJoinRequest.GZIP))


@given(
    st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).decode())
)
def test_nothing_raises_anything_else(text: str) -> None:
    try:
        join_request.read(text)
    except MalformedJoinRequest:
        pass
