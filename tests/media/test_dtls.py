from hypothesis import given
from hypothesis import strategies as st

from media.dtls import MTU, Association, Certificate, Fingerprint, State, split_records
from media.engine import Engine
from tests.media.client import Browser, Wires

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


def shaken(client: Association, server: Association) -> None:
    """The handshake of two of ours."""
    for one in (client, server):
        one.expect((CERTIFICATE.fingerprint,))
    client.lead()
    assert client.begin()
    for _ in range(10):
        for one, other in ((client, server), (server, client)):
            for datagram in one.outgoing():
                other.receive(datagram)


def test_either_side_may_be_the_client() -> None:
    client, server = Association(CERTIFICATE), Association(CERTIFICATE)
    shaken(client, server)
    assert client.state is server.state is State.CONNECTED
    assert client.keys is not None
    assert server.keys is not None
    assert (client.keys.inbound, client.keys.outbound) == (server.keys.outbound, server.keys.inbound)


def test_who_has_begun_changes_sides_no_more() -> None:
    client, server = Association(CERTIFICATE), Association(CERTIFICATE)
    shaken(client, server)
    server.lead()
    assert not server.begin()
    assert not client.begin()
    assert server.state is State.CONNECTED


def test_the_engine_begins_with_whoever_waits_and_believes_the_announced_certificate_alone() -> None:
    wires = Wires()
    engine = Engine(wires.transmit)
    waiting, liar = (
        Browser(engine, wires, engine.open(), ("127.0.0.1", n), waits=True) for n in (4000, 4001)
    )
    engine.tick(0.5)
    assert not wires.sent, "there is no way yet"
    waiting.connect(1.0)
    assert waiting.peer.connected
    liar.peer.expect((Fingerprint("sha-256", waiting.fingerprint.value),))
    assert liar.check(1.0)
    engine.tick(1.0)
    liar.shake_hands(1.0)
    assert not liar.peer.connected


def test_a_closed_association_takes_and_says_nothing() -> None:
    association = Association(CERTIFICATE)
    association.close()
    association.send(b"more")
    assert association.receive(record(20)) == []
    assert association.state is State.CLOSED
    assert association.timeout() is None
