import os
import struct
from collections.abc import Mapping

import pytest
from aioice import stun as theirs
from hypothesis import given
from hypothesis import strategies as st

from media import stun

PASSWORD = "a-password-of-24-letters"


def check(attributes: Mapping[str, object] | None = None) -> bytes:
    message = theirs.Message(theirs.Method.BINDING, theirs.Class.REQUEST)
    message.attributes["USERNAME"] = "ours:theirs"
    message.attributes["PRIORITY"] = 1
    for name, value in (attributes or {}).items():
        message.attributes[name] = value
    message.add_message_integrity(PASSWORD.encode())
    return bytes(message)


def test_a_check_names_whom_it_is_for_and_is_believed_with_the_right_password() -> None:
    request = stun.parse_binding_request(check())
    assert (request.local_ufrag, request.remote_ufrag) == ("ours", "theirs")
    assert request.authentic(PASSWORD)
    assert not request.nominated
    assert not request.authentic("another-password-24-char")


def test_a_nomination_and_a_role_conflict_are_seen() -> None:
    assert stun.parse_binding_request(check({"USE-CANDIDATE": None})).nominated
    assert stun.parse_binding_request(check({"ICE-CONTROLLED": 5})).controlled


def test_an_unsigned_check_is_malformed() -> None:
    message = theirs.Message(theirs.Method.BINDING, theirs.Class.REQUEST)
    message.attributes["USERNAME"] = "ours:theirs"
    with pytest.raises(stun.MalformedStun):
        stun.parse_binding_request(bytes(message))


@pytest.mark.parametrize("position", [0, 3, 4, 25, 40, -1])
def test_a_flipped_bit_is_malformed_or_not_authentic(position: int) -> None:
    data = bytearray(check())
    data[position] ^= 1
    try:
        request = stun.parse_binding_request(bytes(data))
    except stun.MalformedStun:
        return
    assert not request.authentic(PASSWORD)


def test_attributes_after_the_signature_are_ignored() -> None:
    signed = check()[:-8]  # without the fingerprint
    smuggled = signed + struct.pack("!HH", stun.USE_CANDIDATE, 0)
    data = smuggled[:2] + struct.pack("!H", len(smuggled) - 20) + smuggled[4:]
    request = stun.parse_binding_request(data)
    assert not request.nominated
    assert request.authentic(PASSWORD)


@pytest.mark.parametrize("address", [("192.0.2.7", 40000), ("2001:db8::7", 9)])
def test_the_answer_says_where_the_check_came_from(address: tuple[str, int]) -> None:
    reply = stun.binding_success(os.urandom(12), address, PASSWORD)
    message = theirs.parse_message(reply)
    assert message.check_message_integrity(PASSWORD.encode())
    assert message.message_class is theirs.Class.RESPONSE
    assert message.attributes["XOR-MAPPED-ADDRESS"] == address


def test_an_unknown_required_attribute_is_named_in_the_refusal() -> None:
    data = bytearray(check())
    body = struct.pack("!HH", 0x7FFF, 0)
    whole = data[:20] + body + data[20:-8]
    whole[2:4] = struct.pack("!H", len(whole) - 20)
    request = stun.parse_binding_request(bytes(whole))
    assert request.unknown == (0x7FFF,)
    reply = theirs.parse_message(stun.binding_error(request, 420, PASSWORD))
    assert reply.attributes["ERROR-CODE"][0] == 420


@given(st.binary(max_size=200))
def test_no_bytes_at_all_do_more_than_be_malformed(data: bytes) -> None:
    with pytest.raises(stun.MalformedStun):
        stun.parse_binding_request(data)


@given(st.data())
def test_no_mangled_check_does_more_than_fail(data: st.DataObject) -> None:
    mangled = bytearray(check())
    for _ in range(data.draw(st.integers(1, 4))):
        mangled[data.draw(st.integers(0, len(mangled) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(mangled)))
    try:
        stun.parse_binding_request(bytes(mangled[:cut])).authentic(PASSWORD)
    except stun.MalformedStun:
        return
