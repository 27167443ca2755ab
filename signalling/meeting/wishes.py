"""What the engine may learn from a browser when it connects, in either dialect of LiveKit's protocol. Pure.

Never a token, and nothing that could be a wish for more than the platform grants: no name, metadata or
attributes, nothing to publish.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from livekit.protocol.models import ClientInfo
from livekit.protocol.rtc import ConnectionSettings, JoinRequest, SessionDescription, SignalRequest

from signalling import join_request

FORWARDED = frozenset(
    {
        "adaptive_stream",
        "auto_subscribe",
        "browser",
        "browser_version",
        "client_protocol",
        "device_model",
        "network",
        "os",
        "os_version",
        "protocol",
        "reconnect",
        "reconnect_reason",
        "sdk",
        "sid",
        "version",
    }
)
"""Of the v0 dialect's query."""
LONGEST_PARAMETER = 64
TOLD = ("browser", "browser_version", "device_model", "network", "os_version", "version")
"""Of the v1 dialect's description of the client, what is text."""
MESSAGE, MESSAGE_WITH_SECTIONS = 64 * 1024, 256 * 1024
"""Bytes of one message from a browser. In the v1 dialect its offers list all that it may receive."""

Carry = Callable[[bytes], bytes | None]
"""A request of the browser, as far as it may be carried to the engine."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to connect to the engine, a token aside."""

    path: str
    query: Mapping[str, str]
    largest: int
    """Bytes of the largest message that may follow."""


def from_query(query: Mapping[str, str]) -> Wishes:
    """In the v0 dialect."""
    kept = {
        key: value for key, value in query.items() if key in FORWARDED and len(value) <= LONGEST_PARAMETER
    }
    return Wishes("/rtc", kept, MESSAGE)


def from_join_request(text: str, carry: Carry) -> Wishes:
    """In the v1 dialect; `carry` looks at the offer in it. Raises: MalformedJoinRequest."""
    said = join_request.read(text)
    told, settings = said.client_info, said.connection_settings
    kept = JoinRequest(
        client_info=ClientInfo(
            sdk=told.sdk,
            os=told.os,
            protocol=told.protocol,
            client_protocol=told.client_protocol,
            **{name: value for name in TOLD if len(value := getattr(told, name)) <= LONGEST_PARAMETER},
        ),
        connection_settings=ConnectionSettings(
            auto_subscribe=settings.auto_subscribe, adaptive_stream=settings.adaptive_stream
        ),
        reconnect=said.reconnect,
        reconnect_reason=said.reconnect_reason,
        participant_sid=said.participant_sid if len(said.participant_sid) <= LONGEST_PARAMETER else "",
        publisher_offer=_carried(said.publisher_offer, carry) if said.HasField("publisher_offer") else None,
    )
    query = {join_request.PARAMETER: join_request.write(kept)}
    return Wishes("/rtc/v1", query, MESSAGE_WITH_SECTIONS)


def _carried(offer: SessionDescription, carry: Carry) -> SessionDescription | None:
    """The first offer, treated as if it came in a message of its own."""
    alone = SessionDescription(type=offer.type, sdp=offer.sdp, id=offer.id)
    carried = carry(SignalRequest(offer=alone).SerializeToString())
    return SignalRequest.FromString(carried).offer if carried is not None else None
