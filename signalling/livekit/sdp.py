"""Session descriptions: reading a client's, writing our answers and offers (RFC 8866, RFC 8829). Pure."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from media.dtls import Fingerprint
from media.packets import Extension, Kind
from media.peer import Credentials, Section

MAX_LENGTH = 60_000
MAX_SECTIONS = 64
MAX_SSRCS = 16
MAX_RIDS = 4
OPUS_TYPE, VP8_TYPE = 111, 96
"""The payload types every subscriber is offered."""
CODECS = {Kind.AUDIO: ("opus/48000", 48000), Kind.VIDEO: ("vp8/90000", 90000)}
FEEDBACK = ("goog-remb", "ccm fir", "nack", "nack pli")
OPUS_PARAMETERS = "minptime=10;useinbandfec=1"
ACCEPTED_EXTENSIONS = {
    Kind.AUDIO: (Extension.AUDIO_LEVEL, Extension.MID),
    Kind.VIDEO: (Extension.MID, Extension.RID, Extension.ORIENTATION),
}
DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,64}\Z")
NUMBER = re.compile(r"[0-9]{1,10}\Z")


class MalformedSdp(ValueError):
    """The description cannot be understood, or asks for what cannot be had; the argument says what."""


@dataclass(slots=True)
class MediaSection:
    """One `m=` section of a client's description."""

    media: str
    """audio, video or application."""
    port: int
    formats: tuple[str, ...]
    mid: str = ""
    bundle_only: bool = False
    """Port 0 then means that the section shares another's transport, not that it is refused (RFC 9143, 6)."""
    direction: str = "sendrecv"
    codecs: dict[int, str] = field(default_factory=dict)
    """Payload type → encoding name and clock rate in lower case, channels left off."""
    extensions: dict[str, int] = field(default_factory=dict)
    stream_track: str = ""
    """The second half of msid: what LiveKit's clients use as their cid."""
    ssrcs: set[int] = field(default_factory=set)
    rids: list[str] = field(default_factory=list)
    ufrag: str = ""
    setup: str = ""
    fingerprints: list[Fingerprint] = field(default_factory=list)

    @property
    def kind(self) -> Kind | None:
        """None for the data section."""
        return {"audio": Kind.AUDIO, "video": Kind.VIDEO}.get(self.media)

    @property
    def usable(self) -> bool:
        """Whether it is offered, or accepted, at all."""
        return self.port != 0 or self.bundle_only

    @property
    def sends(self) -> bool:
        """Whether the client means to send media here."""
        return self.usable and self.kind is not None and self.direction in {"sendrecv", "sendonly"}

    @property
    def receives(self) -> bool:
        """Whether the client takes media here."""
        return self.usable and self.kind is not None and self.direction in {"sendrecv", "recvonly"}

    def payload_type(self) -> int | None:
        """The number the client gives to the one codec we forward; None when it does not have it."""
        if self.kind is None:
            return None
        wanted = CODECS[self.kind][0]
        for text in self.formats:
            number = int(text) if NUMBER.match(text) else -1
            if self.codecs.get(number) == wanted:
                return number
        return None


@dataclass(frozen=True, slots=True)
class Description:
    """What a client offers or answers."""

    sections: tuple[MediaSection, ...]

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Of the bundled transport, that is of the first section that states any."""
        return next((tuple(section.fingerprints) for section in self.sections if section.fingerprints), ())

    @property
    def ufrag(self) -> str:
        """The client's ICE user fragment; another one means an ICE restart."""
        return next((section.ufrag for section in self.sections if section.ufrag), "")

    @property
    def setups(self) -> frozenset[str]:
        """Every `a=setup` that was stated."""
        return frozenset(section.setup for section in self.sections if section.setup)


@dataclass(frozen=True, slots=True)
class Transport:
    """Our end of a peer connection, as every section describes it."""

    credentials: Credentials
    fingerprint: Fingerprint
    host: str
    port: int


@dataclass(slots=True)
class Slot:
    """One media section of our offer to a subscriber; reused once what it carried has gone."""

    mid: str
    kind: Kind
    stream: str = ""
    track: str = ""
    ssrc: int = 0

    @property
    def active(self) -> bool:
        """Whether it carries a track now."""
        return bool(self.track)


def parse(text: str) -> Description:
    """Read a description. Raises: MalformedSdp."""
    if len(text) > MAX_LENGTH:
        raise MalformedSdp("too long")
    sections: list[MediaSection] = []
    session = MediaSection("session", 0, ())
    for line in text.splitlines():
        name, separator, value = line.partition("=")
        if not separator:
            continue
        if name == "m":
            if len(sections) == MAX_SECTIONS:
                raise MalformedSdp("too many sections")
            sections.append(_media_line(value, session))
        elif name == "a":
            _attribute(sections[-1] if sections else session, value)
    if not text.startswith("v=0"):
        raise MalformedSdp("no version")
    mids = [section.mid for section in sections]
    if len(set(mids)) != len(mids) or "" in mids:
        raise MalformedSdp("every section needs a mid of its own")
    return Description(tuple(sections))


def _media_line(value: str, session: MediaSection) -> MediaSection:
    parts = value.split()
    if len(parts) < 4 or not NUMBER.match(parts[1]) or parts[0] not in {"audio", "video", "application"}:
        raise MalformedSdp("a media line")
    section = MediaSection(parts[0], int(parts[1]), tuple(parts[3:67]))
    section.ufrag, section.setup = session.ufrag, session.setup
    section.fingerprints = list(session.fingerprints)
    section.direction = session.direction
    return section


def _attribute(section: MediaSection, line: str) -> None:
    name, _, value = line.partition(":")
    match name:
        case "mid":
            if not TOKEN.match(value):
                raise MalformedSdp("a mid")
            section.mid = value
        case "bundle-only":
            section.bundle_only = True
        case "ice-ufrag":
            section.ufrag = value.strip()[:256]
        case "setup":
            section.setup = value.strip()
        case "fingerprint":
            algorithm, _, digest = value.strip().partition(" ")
            if len(section.fingerprints) < 8:
                section.fingerprints.append(Fingerprint(algorithm.lower(), digest.strip().upper()))
        case "rtpmap":
            _codec(section, value)
        case "extmap":
            _extension(section, value)
        case "msid":
            section.stream_track = value.partition(" ")[2].strip()[:256]
        case "ssrc":
            _ssrc(section, value)
        case "rid":
            rid, _, direction = value.partition(" ")
            if direction.startswith("send") and TOKEN.match(rid) and len(section.rids) < MAX_RIDS:
                section.rids.append(rid)
        case _ if name in DIRECTIONS:
            section.direction = name
        case _:
            pass


def _codec(section: MediaSection, value: str) -> None:
    number, _, encoding = value.strip().partition(" ")
    if NUMBER.match(number) and int(number) < 128:
        section.codecs[int(number)] = "/".join(encoding.strip().lower().split("/")[:2])


def _extension(section: MediaSection, value: str) -> None:
    number, _, rest = value.strip().partition(" ")
    number = number.partition("/")[0]
    if NUMBER.match(number) and 0 < int(number) < 15 and rest:
        section.extensions.setdefault(rest.split()[0], int(number))


def _ssrc(section: MediaSection, value: str) -> None:
    number, _, attribute = value.partition(" ")
    if NUMBER.match(number) and int(number) < 1 << 32 and len(section.ssrcs) < MAX_SSRCS:
        section.ssrcs.add(int(number))
        if not section.stream_track and attribute.startswith("msid:"):
            section.stream_track = attribute.partition(" ")[2].strip()[:256]


def receivable(section: MediaSection) -> Section | None:
    """What the media engine needs to know of a section it is to receive; None without our codec."""
    kind, number = section.kind, section.payload_type()
    if kind is None or number is None:
        return None
    numbers = {
        extension: section.extensions[extension.value]
        for extension in ACCEPTED_EXTENSIONS[kind]
        if extension.value in section.extensions
    }
    rids = tuple(section.rids)
    return Section(section.mid, kind, number, CODECS[kind][1], numbers, frozenset(section.ssrcs), rids)


def answer(offer: Description, transport: Transport, version: int, accepted: Collection[str]) -> str:
    """Answer a publisher's offer; sections whose mid is not among `accepted` are inactive."""
    bundled = [section.mid for section in offer.sections if _usable(section)]
    lines = _session_lines(transport, version, bundled)
    for section in offer.sections:
        lines += _answer_section(section, transport, section.mid in accepted)
    return _text(lines)


def _usable(section: MediaSection) -> bool:
    if not section.usable and section.kind is not None:
        return False
    return section.kind is None or section.payload_type() is not None


def _answer_section(section: MediaSection, transport: Transport, accepted: bool) -> list[str]:
    if section.kind is None:
        return _data_section(section.mid, transport, "passive")
    number = section.payload_type()
    if number is None or not _usable(section):
        first = section.formats[0]
        return [
            f"m={section.media} 0 UDP/TLS/RTP/SAVPF {first}",
            "c=IN IP4 0.0.0.0",
            f"a=mid:{section.mid}",
            "a=inactive",
        ]
    lines = _transport_lines(section.media, str(number), section.mid, transport, "passive")
    lines += _codec_lines(section.kind, number)
    lines += [
        f"a=extmap:{section.extensions[extension.value]} {extension.value}"
        for extension in ACCEPTED_EXTENSIONS[section.kind]
        if extension.value in section.extensions
    ]
    lines.append("a=recvonly" if accepted else "a=inactive")
    if section.rids:
        lines += [f"a=rid:{rid} recv" for rid in section.rids]
        lines.append("a=simulcast:recv " + ";".join(section.rids))
    return lines


def offer(slots: Sequence[Slot], transport: Transport, version: int, extensions: dict[Extension, int]) -> str:
    """Our offer to a subscriber: a data section, then one section for each slot."""
    lines = _session_lines(transport, version, ["0", *(slot.mid for slot in slots)])
    lines += _data_section("0", transport, "actpass")
    for slot in slots:
        number = OPUS_TYPE if slot.kind is Kind.AUDIO else VP8_TYPE
        lines += _transport_lines(slot.kind.value, str(number), slot.mid, transport, "actpass")
        lines += _codec_lines(slot.kind, number)
        lines += [
            f"a=extmap:{place} {extension.value}"
            for extension, place in extensions.items()
            if extension in ACCEPTED_EXTENSIONS[slot.kind]
        ]
        if slot.active:
            lines += [
                "a=sendonly",
                f"a=msid:{slot.stream} {slot.track}",
                f"a=ssrc:{slot.ssrc} cname:{slot.ssrc:08x}",
                f"a=ssrc:{slot.ssrc} msid:{slot.stream} {slot.track}",
            ]
        else:
            lines.append("a=inactive")
    return _text(lines)


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
    family = "IP6" if ":" in transport.host else "IP4"
    protocol = "UDP/DTLS/SCTP" if media == "application" else "UDP/TLS/RTP/SAVPF"
    lines = [
        f"m={media} {transport.port} {protocol} {formats}",
        f"c=IN {family} {transport.host}",
        f"a=mid:{mid}",
        f"a=ice-ufrag:{transport.credentials.ufrag}",
        f"a=ice-pwd:{transport.credentials.password}",
        f"a=fingerprint:{transport.fingerprint.algorithm} {transport.fingerprint.value}",
        f"a=setup:{setup}",
        f"a=candidate:1 1 udp 2130706431 {transport.host} {transport.port} typ host",
        "a=end-of-candidates",
    ]
    return lines if media == "application" else [*lines, "a=rtcp-mux", "a=rtcp-rsize"]


def _codec_lines(kind: Kind, number: int) -> list[str]:
    if kind is Kind.AUDIO:
        return [f"a=rtpmap:{number} opus/48000/2", f"a=fmtp:{number} {OPUS_PARAMETERS}"]
    return [f"a=rtpmap:{number} VP8/90000", *(f"a=rtcp-fb:{number} {kind_}" for kind_ in FEEDBACK)]


def _data_section(mid: str, transport: Transport, setup: str) -> list[str]:
    lines = _transport_lines("application", "webrtc-datachannel", mid, transport, setup)
    return [*lines, "a=sctp-port:5000", "a=max-message-size:65536"]


def _text(lines: Sequence[str]) -> str:
    return "\r\n".join(lines) + "\r\n"
