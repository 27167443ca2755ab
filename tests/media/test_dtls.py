from hypothesis import given
from hypothesis import strategies as st

from media.dtls import MTU, Association, Certificate, State, split_records

CERTIFICATE = Certificate()


def record(length: int) -> bytes:
    return b"\x16\xfe\xfd" + bytes(8) + length.to_bytes(2, "big") + b"x" * length


def test_records_travel_whole_and_together_as_far_as_they_fit() -> None:
    small, large, huge = record(500), record(1000), record(3000)
    datagrams = split_records(small + small + large + small + huge)
    assert datagrams == [small + small, large, small, huge]
    assert all(len(datagram) <= MTU for datagram in datagrams[:-1])


@given(st.binary(max_size=200))
def test_no_bytes_break_the_cutting(data: bytes) -> None:
    split_records(data)


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_no_datagrams_give_keys_or_messages(datagrams: list[bytes]) -> None:
    association = Association(CERTIFICATE)
    for datagram in datagrams:
        assert association.receive(datagram) == []
        association.outgoing()
    association.handle_timeout()
    assert association.keys is None
    assert association.state in {State.HANDSHAKE, State.CLOSED}


def test_a_closed_association_takes_and_says_nothing() -> None:
    association = Association(CERTIFICATE)
    association.close()
    association.send(b"more")
    assert association.receive(record(20)) == []
    assert association.state is State.CLOSED
    assert association.timeout() is None
