"""Every parser of the media engine, on valid messages with something wrong: it reads them or refuses."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import psutil
import pytest
from aioice import stun as theirs
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st
from livekit.protocol.rtc import SessionDescription, SignalRequest

from media import h264, packets, red, rtcp, sctp, stun, twcc, vp8
from media.dtls import Association, Certificate, Fingerprint, split_records
from media.engine import Engine, EngineFull
from media.packets import MalformedRtp
from media.tcp import Stream
from signalling.livekit import sdp
from signalling.livekit.errors import Offence
from tests.media.builders import rtp
from tests.media.client import Wires
from tests.media.test_hostile import client_hello
from tests.media.test_sctp import INIT, chunk, data, established, packet
from tests.mutations import MOST_TEXT, mutated, reworded
from tests.signalling.livekit.builders import CAMERA, MICROPHONE, Lobby, Part, answer_text, offer_text

CERTIFICATE = Certificate()
ENGINE = Engine(Wires().transmit)
HELLO = client_hello()
EXTENSION = packets.extension_block({1: b"\x1e", 3: b"0", 4: b"f", 6: b"\x12\x34"})
OFFER = offer_text(Part("audio", "a"), Part("video", "b", extra=("a=rid:q send", "a=simulcast:send q")))
MALFORMED = sdp.MalformedSdp, Offence, EngineFull
TURN = 0.1
"""Seconds for one parser, before it is the next one's turn."""
SLOWEST = 5.0
"""Seconds that one message may take, on a machine that others share."""
MIB = 1 << 20
MOST_GROWTH = 2.0
"""MiB a minute."""
TWO_BYTES = b"\x10\x00\x00\x02" + b"\x01\x01\x1e\x03\x010\x00\x00"


def _check() -> bytes:
    message = theirs.Message(theirs.Method.BINDING, theirs.Class.REQUEST)
    message.attributes |= {
        "USERNAME": "ours:theirs",
        "PRIORITY": 1,
        "ICE-CONTROLLING": 1,
        "USE-CANDIDATE": None,
    }
    message.add_message_integrity(b"password")
    message.add_fingerprint()
    return bytes(message)


def _read_check(message: bytes) -> None:
    stun.parse_binding_request(message).authentic("password")


def _read_answer(message: bytes) -> None:
    stun.is_signed_success(message, "password")


def _read_reports(message: bytes) -> None:
    rtcp.parse(message)


def _read_packet(message: bytes) -> None:
    header = packets.parse(message)
    packets.extension_elements(dict(enumerate(packets.extensions(message, header).values())))
    start, end = header.payload_start, header.payload_end
    described = vp8.describe(message, start, end)
    vp8.renumber(bytearray(message), start, described, 70_000, 300)
    h264.starts_keyframe(message, start, end)
    red.primary(message, start, end)


def _associate(message: bytes) -> None:
    association = established()
    association.receive(message, 1.0)
    association.tick(9.0)
    association.outgoing()


def _shake(message: bytes) -> None:
    association = Association(CERTIFICATE)
    association.expect((Fingerprint("sha-256", "AB"),))
    association.receive(message)
    split_records(message)


def _deliver(message: bytes) -> None:
    def contain() -> None:
        raise AssertionError("the engine raised")

    stream = Stream(ENGINE, set(), contain)
    stream.data_received(message)


def _hear(message: bytes) -> None:
    """A participant who publishes and receives hears whatever protobuf takes for a request."""
    request = SignalRequest()
    try:
        request.ParseFromString(message)
    except DecodeError:
        return
    _tell(request)


def _offer(text: bytes) -> None:
    _tell(SignalRequest(offer=_described(text)))


def _answer(text: bytes) -> None:
    _tell(SignalRequest(answer=_described(text)))


def _described(text: bytes) -> SessionDescription:
    return SessionDescription(sdp=text.decode("utf-8", "replace"))


def _reword(chance: Random, text: bytes) -> bytes:
    return reworded(chance, text.decode()).encode()


def _tell(request: SignalRequest) -> None:
    lobby = Lobby()
    other, one = lobby.join("other"), lobby.join("one")
    other.publish(MICROPHONE)
    one.publish(CAMERA)
    one.participant.hear(request)
    other.answer()
    lobby.wait(1.0)


@dataclass(frozen=True)
class Parser:
    """`read` may raise one of `refusals` and nothing else."""

    read: Callable[[bytes], None]
    valid: tuple[bytes, ...]
    refusals: tuple[type[Exception], ...] = ()
    spoil: Callable[[Random, bytes], bytes] = lambda chance, valid: mutated(chance, valid, MOST_TEXT)


PARSERS = {
    "STUN requests": Parser(_read_check, (_check(),), (stun.MalformedStun,)),
    "STUN answers": Parser(
        _read_answer,
        (stun.binding_success(bytes(12), ("127.0.0.1", 9), "password"),),
        (stun.MalformedStun,),
    ),
    "RTP": Parser(
        _read_packet,
        (
            rtp(1, extension=EXTENSION),
            rtp(1, bytes([0x90, 0xF0, 0x81, 0, 9, 0x20, 0]), extension=TWO_BYTES, padding=4),
            rtp(1, bytes([24, 0, 2, 0x67, 1, 0, 2, 0x65, 1])),
            rtp(1, b"\xef\x00\x40\x05\x6fhellosound"),
        ),
        (MalformedRtp,),
    ),
    "RTCP": Parser(
        _read_reports,
        (
            rtcp.sender_report(rtcp.SenderReport(7, 1 << 60, 2, 3, 4)) + rtcp.source_description(7, "x"),
            rtcp.receiver_report(1, [rtcp.ReportBlock(7, 3, 9, 5, 5, 6, 77)] * 3),
            rtcp.nack(1, 7, range(0, 400, 3)) + rtcp.picture_loss(1, 7),
            rtcp.remb(1, 10**6, [7, 8, 9]),
            twcc.encode(1, 7, 65530, 3, [None, 0.1, 0.2, None, *[0.3] * 30, 9.0]),
        ),
        (rtcp.MalformedRtcp,),
    ),
    "SCTP": Parser(
        _associate,
        (
            packet(chunk(sctp.INIT, INIT), tag=0),
            packet(
                data(0, bytes([sctp.CHANNEL_OPEN]) + bytes(11), protocol=sctp.CONTROL_PROTOCOL), data(2, b"x")
            ),
            packet(chunk(sctp.SACK, bytes(12)), chunk(sctp.HEARTBEAT, b"\0\1\0\x08here")),
            packet(
                chunk(sctp.FORWARD_TSN, b"\xff\xff\xff\xff"),
                chunk(sctp.RECONFIG, b"\0\x0d\0\x12" + bytes(14)),
            ),
        ),
    ),
    "DTLS": Parser(_shake, (HELLO, HELLO + HELLO)),
    "frames over TCP": Parser(
        _deliver, (b"".join(len(m).to_bytes(2, "big") + m for m in (_check(), HELLO)),)
    ),
    "signals": Parser(
        _hear,
        tuple(
            request.SerializeToString()
            for request in (
                SignalRequest(
                    offer=SessionDescription(type="offer", sdp=offer_text(Part("video", "x")), id=1)
                ),
                SignalRequest(add_track={"cid": "x", "type": 1, "source": 1, "layers": [{"quality": 2}]}),
                SignalRequest(track_setting={"track_sids": ["TR_x"], "width": 320, "height": 180}),
                SignalRequest(subscription={"track_sids": ["TR_x"], "subscribe": True}),
            )
        ),
        MALFORMED,
    ),
    "offers": Parser(_offer, (OFFER.encode(),), MALFORMED, _reword),
    "answers": Parser(_answer, (answer_text(OFFER).encode(),), MALFORMED, _reword),
}


@pytest.mark.parametrize("name", PARSERS)
@given(st.integers(0, 2**32))
def test_what_is_almost_valid_is_read_or_refused(name: str, seed: int) -> None:
    _try(PARSERS[name], Random(seed))


@pytest.mark.long
@pytest.mark.timeout(0)
def test_minutes_of_what_is_almost_valid_leave_nothing_behind(minutes: float, seed: int) -> None:
    print(f"\n--seed {seed}")
    chance, process = Random(seed), psutil.Process()
    tries: Counter[str] = Counter()
    longest: dict[str, float] = {}
    weights = []
    for _ in range(2):
        until = time.monotonic() + 30 * minutes
        while time.monotonic() < until:
            for name, parser in PARSERS.items():
                turn = time.monotonic() + TURN
                while (before := time.monotonic()) < turn:
                    _try(parser, chance)
                    tries[name] += 1
                    longest[name] = max(longest.get(name, 0), time.monotonic() - before)
        weights.append(process.memory_info().rss / MIB)
    for name, count in tries.items():
        print(f"  {name}: {count} tries, at most {longest[name]:.3f} s for one")
    print(f"  {weights[0]:.1f} MiB after half of it, {weights[1]:.1f} MiB at the end")
    assert max(longest.values()) < SLOWEST
    assert weights[1] - weights[0] < MOST_GROWTH * max(1, minutes / 2)


def _try(parser: Parser, chance: Random) -> None:
    try:
        parser.read(parser.spoil(chance, chance.choice(parser.valid)))
    except parser.refusals:
        return
