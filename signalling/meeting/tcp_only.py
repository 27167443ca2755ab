"""What a readiness check may hear of the other side's addresses when it tries TCP alone. Pure.

Browsers pair every address with every other and keep the best, so whether TCP would do is found out only by
leaving nothing else: addresses over UDP and relays are taken out of the signalling in both directions.
"""

import json

from google.protobuf.message import DecodeError
from livekit.protocol.rtc import SignalRequest, SignalResponse, TrickleRequest

_CANDIDATE = "a=candidate:"


def from_engine(message: bytes) -> bytes | None:
    """The engine's message without addresses of any other kind; None: nothing is left to say."""
    try:
        told = SignalResponse.FromString(message)
    except DecodeError:
        return message
    match told.WhichOneof("message"):
        case "join":
            del told.join.ice_servers[:]
        case "reconnect":
            del told.reconnect.ice_servers[:]
        case "offer":
            told.offer.sdp = _described(told.offer.sdp)
        case "answer":
            told.answer.sdp = _described(told.answer.sdp)
        case "trickle" if not _is_by_tcp(told.trickle):
            return None
        case _:
            return message
    return told.SerializeToString()


def from_browser(message: bytes) -> bytes | None:
    """The browser's message, likewise: an engine that looks for it by itself must not find it by UDP."""
    try:
        asked = SignalRequest.FromString(message)
    except DecodeError:
        return message
    match asked.WhichOneof("message"):
        case "offer":
            asked.offer.sdp = _described(asked.offer.sdp)
        case "answer":
            asked.answer.sdp = _described(asked.answer.sdp)
        case "trickle" if not _is_by_tcp(asked.trickle):
            return None
        case _:
            return message
    return asked.SerializeToString()


def _described(sdp: str) -> str:
    return "".join(
        line
        for line in sdp.splitlines(keepends=True)
        if not line.startswith(_CANDIDATE) or _names_tcp(line.removeprefix("a="))
    )


def _is_by_tcp(trickle: TrickleRequest) -> bool:
    """Whether it names an address over TCP, or the end of them all."""
    try:
        candidate = json.loads(trickle.candidateInit).get("candidate")
    except (ValueError, AttributeError):
        return False
    return not candidate or (isinstance(candidate, str) and _names_tcp(candidate))


def _names_tcp(candidate: str) -> bool:
    """Candidates read `foundation component transport priority address port typ …` (RFC 8839, 5.1)."""
    parts = candidate.split()
    return len(parts) > 7 and parts[2].lower() == "tcp" and parts[7] == "host"
