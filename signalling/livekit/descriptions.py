"""Session descriptions: our answers to publishers and offers to subscribers (RFC 8866, RFC 8829). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from types import MappingProxyType

from media.dtls import Fingerprint
from media.packets import Codec, Extension, Kind
from media.peer import Credentials
from media.route import OUTGOING_EXTENSIONS
from signalling.livekit.sdp import ACCEPTED_EXTENSIONS, TRANSPORT_FEEDBACK, Description, MediaSection

REDUNDANCY_TYPE = 63
PAYLOAD_TYPES = {Codec.OPUS: 111, Codec.VP8: 96, Codec.H264: 102}
REPAIR_TYPES = {Codec.VP8: 97, Codec.H264: 103}
"""The payload types every subscriber is offered."""
ENCODINGS = {Codec.OPUS: "opus/48000/2", Codec.VP8: "VP8/90000", Codec.H264: "H264/90000"}
OPUS_PARAMETERS = "minptime=10;useinbandfec=1"
H264_PARAMETERS = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
FEEDBACK = {
    Kind.AUDIO: ("nack",),
    Kind.VIDEO: ("goog-remb", "ccm fir", "nack", "nack pli"),
}
OFFERED_EXTENSIONS = {
    Kind.AUDIO: (Extension.AUDIO_LEVEL,),
    Kind.VIDEO: (Extension.ORIENTATION, Extension.TRANSPORT_NUMBER, Extension.PLAYOUT_DELAY),
}
MIRRORED_EXTENSIONS = (Extension.MID, Extension.RID, Extension.REPAIRED_RID)
"""LiveKit's SDKs insist on these in every answer, in sections of ours too, which have no use for them."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where clients send packets to."""

    hosts: tuple[str, ...]
    """Addresses, the preferred first; whatever is between them and us is not our concern."""
    port: int
    streams: bool = False
    """Whether TCP is answered at the same port."""

    def candidates(self) -> list[str]:
        """Each way there, as an ICE candidate (RFC 8839, 5.1; RFC 6544, 4.5); UDP before TCP."""
        lines = []
        for place, host in enumerate(self.hosts):
            priority = (126 << 24) + ((65535 - place) << 8) + 255
            lines.append(f"a=candidate:{place + 1} 1 udp {priority} {host} {self.port} typ host")
        for place, host in enumerate(self.hosts if self.streams else ()):
            priority = (90 << 24) + ((65535 - place) << 8) + 255
            foundation = len(self.hosts) + place + 1
            lines.append(
                f"a=candidate:{foundation} 1 tcp {priority} {host} {self.port} typ host tcptype passive"
            )
        return lines


@dataclass(frozen=True)
class Transport:
    """Our end of a peer connection, as every section describes it."""

    credentials: Credentials
    fingerprint: Fingerprint
    reach: Reach

    @cached_property
    def lines(self) -> Sequence[str]:
        """What every section repeats: written once for a description of sixty."""
        return [
            f"a=ice-ufrag:{self.credentials.ufrag}",
            f"a=ice-pwd:{self.credentials.password}",
            f"a=fingerprint:{self.fingerprint.algorithm} {self.fingerprint.value}",
            *self.reach.candidates(),
            "a=end-of-candidates",
        ]


@dataclass(slots=True)
class Slot:
    """One media section that carries tracks to a subscriber; reused once what it carried has gone."""

    mid: str
    codec: Codec
    redundant: bool = False
    """Whether its sound may come with redundancy."""
    stream: str = ""
    track: str = ""
    ssrc: int = 0
    repair_ssrc: int = 0

    @property
    def kind(self) -> Kind:
        """Sound or picture."""
        return self.codec.kind

    @property
    def active(self) -> bool:
        """Whether it carries a track now."""
        return bool(self.track)


@dataclass(frozen=True, slots=True)
class Accepted:
    """How a section of a publisher's offer is taken."""

    codec: Codec
    redundant: bool = False


def answer(
    offer: Description, transport: Transport, version: int,
    accepted: Mapping[str, Accepted], slots: Mapping[str, Slot] = MappingProxyType({}),
) -> str:  # fmt: skip
    """Answer a client's offer. By mid: it sends us what is `accepted`, we send `slots`; the rest rests."""
    bundled = [section.mid for section in offer.sections if _usable(section)]
    lines = _session_lines(transport, version, bundled)
    for section in offer.sections:
        mid = section.mid
        lines += _answer_section(section, transport, accepted.get(mid), slots.get(mid))
    return _text(lines)


def _usable(section: MediaSection) -> bool:
    if not section.usable and section.kind is not None:
        return False
    return section.kind is None or section.codec() is not None


def _answer_section(
    section: MediaSection, transport: Transport, accepted: Accepted | None, slot: Slot | None
) -> list[str]:
    kind, carried = section.kind, slot or accepted
    if kind is None:
        return _data_section(section.mid, transport, "passive")
    codec = section.codec(carried.codec if carried else None)
    number = section.payload_type(codec) if codec else None
    if codec is None or number is None or not _usable(section):
        first = section.formats[0]
        return [
            f"m={section.media} 0 UDP/TLS/RTP/SAVPF {first}",
            "c=IN IP4 0.0.0.0",
            f"a=mid:{section.mid}",
            "a=inactive",
        ]
    repair = section.repair_type(number)
    redundancy = section.redundancy_type(number) if carried and carried.redundant else -1
    lines = _transport_lines(
        section.media, _formats(number, repair, redundancy), section.mid, transport, "passive"
    )
    lines += _codec_lines(codec, number, repair, redundancy)
    if codec is Codec.H264:  # of several profiles the client means one
        lines.append(f"a=fmtp:{number} {section.parameters[number]}")
    ours = section.only_receives
    extensions = (*OFFERED_EXTENSIONS[kind], *MIRRORED_EXTENSIONS) if ours else ACCEPTED_EXTENSIONS[kind]
    if section.numbers_arrivals and Extension.TRANSPORT_NUMBER in extensions:
        lines.append(f"a=rtcp-fb:{number} {TRANSPORT_FEEDBACK}")
    lines += [
        f"a=extmap:{section.extensions[extension.value]} {extension.value}"
        for extension in extensions
        if extension.value in section.extensions
    ]
    if slot is not None:
        return lines + _sender_lines(slot)
    lines.append("a=recvonly" if accepted else "a=inactive")
    if section.rids:
        lines += [f"a=rid:{rid} recv" for rid in section.rids]
        lines.append("a=simulcast:recv " + ";".join(section.rids))
    return lines


def offer(slots: Sequence[Slot], transport: Transport, version: int) -> str:
    """Our offer to a subscriber: a data section, then one section for each slot."""
    lines = _session_lines(transport, version, ["0", *(slot.mid for slot in slots)])
    lines += _data_section("0", transport, "actpass")
    for slot in slots:
        lines += _offered(slot, transport)
    return _text(lines)


def _offered(slot: Slot, transport: Transport) -> list[str]:
    formats, codec_lines = _offered_codec(slot.codec, slot.redundant)
    lines = _transport_lines(slot.kind.value, formats, slot.mid, transport, "actpass")
    return [*lines, *codec_lines, *(_sender_lines(slot) if slot.active else ["a=inactive"])]


@cache
def _offered_codec(codec: Codec, redundant: bool) -> tuple[str, Sequence[str]]:
    """The formats of a section that we offer, and the lines about them."""
    number, repair = PAYLOAD_TYPES[codec], REPAIR_TYPES.get(codec, -1)
    redundancy = REDUNDANCY_TYPE if redundant else -1
    lines = _codec_lines(codec, number, repair, redundancy)
    if codec is Codec.H264:
        lines.append(f"a=fmtp:{number} {H264_PARAMETERS}")
    if codec.kind is Kind.VIDEO:
        lines.append(f"a=rtcp-fb:{number} {TRANSPORT_FEEDBACK}")
    lines += [
        f"a=extmap:{OUTGOING_EXTENSIONS[extension]} {extension.value}"
        for extension in OFFERED_EXTENSIONS[codec.kind]
    ]
    return _formats(number, repair, redundancy), lines


def _sender_lines(slot: Slot) -> list[str]:
    lines = ["a=sendonly", f"a=msid:{slot.stream} {slot.track}"]
    ssrcs = [slot.ssrc]
    if slot.repair_ssrc:
        lines.append(f"a=ssrc-group:FID {slot.ssrc} {slot.repair_ssrc}")
        ssrcs.append(slot.repair_ssrc)
    for ssrc in ssrcs:
        lines += [f"a=ssrc:{ssrc} cname:{slot.ssrc:08x}", f"a=ssrc:{ssrc} msid:{slot.stream} {slot.track}"]
    return lines


def _session_lines(transport: Transport, version: int, bundled: Sequence[str]) -> list[str]:
    lines = [
        "v=0",
        f"o=- 1 {version} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=msid-semantic: WMS *",
    ]
    if bundled:  # clients treat an empty group as a fatal error
        lines.append("a=group:BUNDLE " + " ".join(bundled))
    return lines


def _transport_lines(media: str, formats: str, mid: str, transport: Transport, setup: str) -> list[str]:
    host, port = transport.reach.hosts[0], transport.reach.port
    family = "IP6" if ":" in host else "IP4"
    protocol = "UDP/DTLS/SCTP" if media == "application" else "UDP/TLS/RTP/SAVPF"
    lines = [
        f"m={media} {port} {protocol} {formats}",
        f"c=IN {family} {host}",
        f"a=mid:{mid}",
        f"a=setup:{setup}",
        *transport.lines,
    ]
    return lines if media == "application" else [*lines, "a=rtcp-mux", "a=rtcp-rsize"]


def _formats(number: int, repair: int, redundancy: int) -> str:
    """The payload types of a section; whoever sends takes the first that it can."""
    return " ".join(str(known) for known in (redundancy, number, repair) if known >= 0)


def _codec_lines(codec: Codec, number: int, repair: int, redundancy: int) -> list[str]:
    lines = [f"a=rtpmap:{number} {ENCODINGS[codec]}"]
    if codec is Codec.OPUS:
        lines.append(f"a=fmtp:{number} {OPUS_PARAMETERS}")
    lines += [f"a=rtcp-fb:{number} {kind}" for kind in FEEDBACK[codec.kind]]
    if repair >= 0:
        lines += [f"a=rtpmap:{repair} rtx/90000", f"a=fmtp:{repair} apt={number}"]
    if redundancy >= 0:
        lines += [f"a=rtpmap:{redundancy} red/48000/2", f"a=fmtp:{redundancy} {number}/{number}"]
    return lines


def _data_section(mid: str, transport: Transport, setup: str) -> list[str]:
    lines = _transport_lines("application", "webrtc-datachannel", mid, transport, setup)
    return [*lines, "a=sctp-port:5000", "a=max-message-size:65536"]


def _text(lines: Sequence[str]) -> str:
    return "\r\n".join(lines) + "\r\n"
