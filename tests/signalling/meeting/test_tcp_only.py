"""What is left of the signalling when a readiness check tries TCP alone."""

import json

import pytest
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.rtc import (
    ICEServer,
    JoinResponse,
    SessionDescription,
    SignalRequest,
    SignalResponse,
    TrickleRequest,
)

from signalling.meeting import tcp_only

UDP = "candidate:1 1 udp 2130706431 192.0.2.1 7882 typ host"
TCP = "candidate:2 1 tcp 1671430143 192.0.2.1 7881 typ host tcptype passive"
RELAY = "candidate:3 1 tcp 41885439 192.0.2.1 5349 typ relay raddr 0.0.0.0 rport 0"


def described(*candidates: str) -> str:
    return "".join(f"{line}\r\n" for line in ("v=0", *(f"a={one}" for one in candidates), "a=mid:0"))


def trickled(candidate: str | None) -> TrickleRequest:
    return TrickleRequest(candidateInit=json.dumps({"candidate": candidate, "sdpMid": "0"}))


WHOLE = SessionDescription(sdp=described(UDP, TCP, RELAY))
SIFTED = SessionDescription(sdp=described(TCP))


def test_descriptions_keep_addresses_over_tcp_alone() -> None:
    for whole, sifted in (
        (SignalResponse(offer=WHOLE), SignalResponse(offer=SIFTED)),
        (SignalResponse(answer=WHOLE), SignalResponse(answer=SIFTED)),
    ):
        assert tcp_only.from_engine(whole.SerializeToString()) == sifted.SerializeToString()
    for asked, kept in (
        (SignalRequest(offer=WHOLE), SignalRequest(offer=SIFTED)),
        (SignalRequest(answer=WHOLE), SignalRequest(answer=SIFTED)),
    ):
        assert tcp_only.from_browser(asked.SerializeToString()) == kept.SerializeToString()


@pytest.mark.parametrize(("candidate", "passes"), [(UDP, False), (TCP, True), (RELAY, False), ("", True)])
def test_addresses_that_follow_are_held_back_likewise(candidate: str, passes: bool) -> None:
    up = SignalRequest(trickle=trickled(candidate)).SerializeToString()
    down = SignalResponse(trickle=trickled(candidate)).SerializeToString()
    assert tcp_only.from_browser(up) == (up if passes else None)
    assert tcp_only.from_engine(down) == (down if passes else None)


@pytest.mark.parametrize("told", ["no JSON", "[]", json.dumps({"candidate": 7})])
def test_what_is_no_candidate_is_held_back(told: str) -> None:
    message = SignalRequest(trickle=TrickleRequest(candidateInit=told)).SerializeToString()
    assert tcp_only.from_browser(message) is None


def test_no_relay_is_named() -> None:
    joined = JoinResponse(
        participant=ParticipantInfo(sid="PA_1"), ice_servers=[ICEServer(urls=["turn:192.0.2.1"])]
    )
    kept = tcp_only.from_engine(SignalResponse(join=joined).SerializeToString())
    assert kept
    assert SignalResponse.FromString(kept).join == JoinResponse(participant=ParticipantInfo(sid="PA_1"))


def test_anything_else_passes_as_it_is() -> None:
    pong = SignalResponse(pong=1).SerializeToString()
    assert tcp_only.from_engine(pong) == pong
    assert tcp_only.from_engine(b"\xff no message") == b"\xff no message"
    assert tcp_only.from_browser(b"\xff no message") == b"\xff no message"
