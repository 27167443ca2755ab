import struct

from google_crc32c import value as their_crc32c
from hypothesis import given
from hypothesis import strategies as st

from media import sctp

SECRET = bytes(range(40))
TAG = struct.unpack_from("!I", SECRET)[0]
FIRST = struct.unpack_from("!I", SECRET, 4)[0]
THEIR_TAG, THEIR_FIRST = 0x0A0B0C0D, 0xFFFFFFFE
INIT = struct.pack("!IIHHI", THEIR_TAG, 65536, 10, 10, THEIR_FIRST)


def packet(*chunks: bytes, tag: int = TAG) -> bytes:
    return struct.pack("!HHII", 5000, 5000, tag, 0) + b"".join(chunks)


def chunk(kind: int, body: bytes = b"", flags: int = 0) -> bytes:
    return struct.pack("!BBH", kind, flags, len(body) + 4) + body + bytes(-len(body) % 4)


def data(offset: int, message: bytes, *, protocol: int = 53, stream: int = 1) -> bytes:
    head = struct.pack("!IHHI", (THEIR_FIRST + offset) % 2**32, stream, 0, protocol)
    return chunk(sctp.DATA, head + message, flags=3)


def chunks(reply: bytes) -> list[tuple[int, bytes]]:
    found = []
    position = 12
    while position < len(reply):
        kind, _, length = struct.unpack_from("!BBH", reply, position)
        found.append((kind, reply[position + 4 : position + length]))
        position += length + (-length % 4)
    return found


def said(association: sctp.Association) -> list[bytes]:
    """What it sends, but for asking whether anybody is there."""
    return [sent for sent in association.outgoing() if chunks(sent)[0][0] != sctp.HEARTBEAT]


def established() -> sctp.Association:
    association = sctp.Association(SECRET)
    association.receive(packet(chunk(sctp.INIT, INIT), tag=0), 0.0)
    ((kind, body),) = chunks(association.outgoing()[0])
    assert kind == sctp.INIT_ACK
    cookie = body[16 + 4 : 16 + struct.unpack_from("!H", body, 18)[0]]
    association.receive(packet(chunk(sctp.COOKIE_ECHO, cookie)), 0.0)
    assert chunks(association.outgoing()[0]) == [(sctp.COOKIE_ACK, b"")]
    return association


def test_a_channel_that_opens_is_acknowledged() -> None:
    association = established()
    association.receive(packet(data(0, bytes([3]) + bytes(11), protocol=50, stream=7)), 1.0)
    (kind, body), (other, sack) = chunks(association.outgoing()[0])
    assert kind == sctp.DATA
    assert struct.unpack("!IHHI", body[:12]) == (FIRST, 7, 0, 50)
    assert body[12:] == bytes([2])
    assert (other, struct.unpack_from("!I", sack)[0]) == (sctp.SACK, THEIR_FIRST)
    assert association.channels == 1


def test_what_a_channel_says_is_acknowledged_and_dropped() -> None:
    association = established()
    association.receive(packet(data(0, b"one"), data(1, b"two"), data(2, b"three")), 1.0)
    ((kind, sack),) = chunks(association.outgoing()[0])
    assert (kind, struct.unpack_from("!I", sack)[0]) == (sctp.SACK, 0)
    assert association.dropped == 3


def test_a_gap_is_reported_and_closed_when_it_fills() -> None:
    association = established()
    association.receive(packet(data(0, b"a"), data(3, b"d"), data(2, b"c")), 1.0)
    ((_, sack),) = chunks(association.outgoing()[0])
    assert struct.unpack("!IIHHHH", sack)[2:] == (1, 0, 2, 3)
    association.receive(packet(data(1, b"b")), 1.0)
    ((_, sack),) = chunks(association.outgoing()[0])
    assert struct.unpack_from("!IIHH", sack)[::2] == (1, 0)


def test_the_acknowledgement_of_a_channel_is_repeated_until_it_is_acknowledged() -> None:
    association = established()
    association.receive(packet(data(0, bytes([3]) + bytes(11), protocol=50)), 1.0)
    association.outgoing()
    association.tick(1.5)
    assert said(association) == []
    association.tick(2.5)
    assert len(said(association)) == 1
    association.receive(packet(chunk(sctp.SACK, struct.pack("!IIHH", FIRST, 65536, 0, 0))), 3.0)
    association.tick(99.0)
    assert said(association) == []


def test_the_other_side_is_asked_whether_it_is_there_three_times_in_five_seconds() -> None:
    association = established()
    asked = []
    for tenth in range(1, 51):
        association.tick(tenth / 10)
        asked += [chunks(sent) for sent in association.outgoing()]
    assert 3 <= len(asked) <= 4
    assert asked[0] == [(sctp.HEARTBEAT, struct.pack("!HH", 1, 8) + b"here")]
    association.receive(packet(chunk(sctp.HEARTBEAT_ACK, asked[0][0][1])), 5.0)
    assert association.outgoing() == []


def test_nobody_is_asked_before_there_is_an_association() -> None:
    association = sctp.Association(SECRET)
    association.tick(9.0)
    assert association.outgoing() == []


def test_nobody_is_answered_for_ever() -> None:
    association = established()
    association.receive(packet(data(0, bytes([3]) + bytes(11), protocol=50)), 1.0)
    for second in range(2, 5000):
        association.tick(float(second))
    assert len(said(association)) <= 1 + sctp.MAX_RESENDS


def test_a_heartbeat_a_reset_and_a_farewell_are_answered() -> None:
    association = established()
    association.receive(packet(chunk(sctp.HEARTBEAT, b"info")), 1.0)
    assert chunks(association.outgoing()[0]) == [(sctp.HEARTBEAT_ACK, b"info")]
    request = struct.pack("!HHIII", 13, 16, 77, 0, 0)
    association.receive(packet(chunk(sctp.RECONFIG, request)), 1.0)
    ((_, body),) = chunks(association.outgoing()[0])
    assert struct.unpack("!HHII", body) == (16, 12, 77, 1)
    association.receive(packet(chunk(sctp.SHUTDOWN, bytes(4))), 1.0)
    assert chunks(association.outgoing()[0]) == [(sctp.SHUTDOWN_ACK, b"")]


def test_skipped_messages_are_skipped() -> None:
    association = established()
    association.receive(packet(chunk(sctp.FORWARD_TSN, struct.pack("!I", 3))), 1.0)
    ((_, sack),) = chunks(association.outgoing()[0])
    assert struct.unpack_from("!I", sack)[0] == 3


def test_nothing_is_taken_under_a_wrong_tag_or_cookie() -> None:
    association = sctp.Association(SECRET)
    association.receive(packet(chunk(sctp.INIT, INIT), tag=0), 0.0)
    association.outgoing()
    association.receive(packet(chunk(sctp.COOKIE_ECHO, bytes(32))), 0.0)
    association.receive(packet(data(0, b"early")), 0.0)
    association.receive(packet(chunk(sctp.HEARTBEAT), tag=1), 0.0)
    assert association.outgoing() == []
    assert association.dropped == 0


@given(st.binary(max_size=300))
def test_the_checksum_is_everybodys(data_: bytes) -> None:
    assert sctp.crc32c(data_) == their_crc32c(data_)


@given(st.binary(max_size=120))
def test_no_bytes_break_it(body: bytes) -> None:
    association = established()
    association.receive(body, 0.0)
    association.receive(packet(body), 0.0)
    association.receive(packet(body, tag=0), 0.0)
    association.tick(9.0)
    association.outgoing()


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 3), st.binary(max_size=40)), max_size=6))
def test_no_chunks_break_it_or_make_it_talk_without_end(made: list[tuple[int, int, bytes]]) -> None:
    association = established()
    for kind, flags, body in made:
        association.receive(packet(chunk(kind, body, flags)), 0.0)
    assert len(association.outgoing()) <= len(made)
