"""Session descriptions: reading a client's (RFC 8866, RFC 8829). Pure. `descriptions` writes ours."""

import re
from collections.abc import Container
from dataclasses import dataclass, field

from media.arrivals import Section
from media.dtls import Fingerprint
from media.packets import Codec, Extension, Kind
from media.peer import Credentials

MAX_LENGTH = 250_000
"""Characters: where one connection carries both ways, a browser spends 6,000 on each person it may see."""
MAX_SECTIONS = 128
MAX_SSRCS = 16
MAX_RIDS = 4
MAX_PARAMETERS = 256
CODECS = {Kind.AUDIO: (Codec.OPUS,), Kind.VIDEO: (Codec.VP8, Codec.H264)}
"""What we forward, the preferred first."""
REPAIR, REDUNDANCY = "rtx/90000", "red/48000"
TRANSPORT_FEEDBACK = "transport-cc"
PROFILES = ("42e0", "4200", "")
"""Beginnings of profile-level-id: constrained baseline, which every decoder has, before whatever else."""
ACCEPTED_EXTENSIONS = {
    Kind.AUDIO: (Extension.AUDIO_LEVEL, Extension.MID, Extension.TRANSPORT_NUMBER),
    Kind.VIDEO: (
        Extension.MID,
        Extension.RID,
        Extension.REPAIRED_RID,
        Extension.ORIENTATION,
        Extension.TRANSPORT_NUMBER,
    ),
}
DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,64}\Z")
ICE_TEXT = re.compile(r"[A-Za-z0-9+/]{4,256}\Z")
"""What credentials for ICE consist of (RFC 8839, 5.4)."""
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
    parameters: dict[int, str] = field(default_factory=dict)
    """Payload type → what `a=fmtp` says of it, in lower case."""
    feedback: set[tuple[int, str]] = field(default_factory=set)
    """Payload type and kind of feedback of each `a=rtcp-fb`."""
    repairs: dict[int, int] = field(default_factory=dict)
    """Retransmitting SSRC → the SSRC it repairs (RFC 5576, 4.2)."""
    extensions: dict[str, int] = field(default_factory=dict)
    stream_track: str = ""
    """The second half of msid: what LiveKit's clients use as their cid."""
    ssrcs: set[int] = field(default_factory=set)
    rids: list[str] = field(default_factory=list)
    ufrag: str = ""
    password: str = ""
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

    @property
    def only_receives(self) -> bool:
        """Whether the client takes media here and will send none."""
        return self.receives and not self.sends

    def codec(self, preferred: Codec | None = None) -> Codec | None:
        """What it is to carry: the preferred codec if the client has it, else the first of ours it has."""
        known = CODECS[self.kind] if self.kind else ()
        wanted = sorted(known, key=lambda codec: codec is not preferred)
        return next((codec for codec in wanted if self.payload_type(codec) is not None), None)

    def payload_type(self, codec: Codec) -> int | None:
        """The number the client gives to a codec; None when it does not have it."""
        numbers = [number for number in self._numbers() if self.codecs.get(number) == codec.value]
        if codec is not Codec.H264:
            return next(iter(numbers), None)
        whole = [number for number in numbers if "packetization-mode=1" in self.parameters.get(number, "")]
        for profile in PROFILES:
            for number in whole:
                if f"profile-level-id={profile}" in self.parameters[number]:
                    return number
        return None

    def repair_type(self, number: int) -> int:
        """Under which payload type packets of that one are sent again (RFC 4588, 8.6); -1 for none."""
        return self._associated(REPAIR, f"apt={number}")

    def redundancy_type(self, number: int) -> int:
        """Under which payload type sound of that one comes with redundancy (RFC 2198); -1 for none."""
        return self._associated(REDUNDANCY, f"{number}/{number}")

    @property
    def numbers_arrivals(self) -> bool:
        """Whether the client tells when packets with transport-wide numbers come."""
        told = any(kind == TRANSPORT_FEEDBACK for _, kind in self.feedback)
        return told and Extension.TRANSPORT_NUMBER.value in self.extensions

    def _associated(self, name: str, parameters: str) -> int:
        for number in self._numbers():
            if self.codecs.get(number) == name and self.parameters.get(number, "").startswith(parameters):
                return number
        return -1

    def _numbers(self) -> list[int]:
        return [int(text) for text in self.formats if NUMBER.match(text)]


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
    def credentials(self) -> Credentials | None:
        """The client's for ICE; None when it does not state them."""
        stated = ((section.ufrag, section.password) for section in self.sections)
        return next((Credentials(*each) for each in stated if all(each)), None)

    @property
    def setups(self) -> frozenset[str]:
        """Every `a=setup` that was stated."""
        return frozenset(section.setup for section in self.sections if section.setup)


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
    section.ufrag, section.password, section.setup = session.ufrag, session.password, session.setup
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
        case "ice-pwd":
            if ICE_TEXT.match(value.strip()):
                section.password = value.strip()
        case "setup":
            section.setup = value.strip()
        case "fingerprint":
            algorithm, _, digest = value.strip().partition(" ")
            if len(section.fingerprints) < 8:
                section.fingerprints.append(Fingerprint(algorithm.lower(), digest.strip().upper()))
        case "rtpmap":
            _codec(section, value)
        case "fmtp":
            number, _, parameters = value.strip().partition(" ")
            if NUMBER.match(number) and int(number) < 128:
                section.parameters[int(number)] = parameters.strip().lower()[:MAX_PARAMETERS]
        case "rtcp-fb":
            number, _, kind = value.strip().partition(" ")
            if NUMBER.match(number) and int(number) < 128 and len(kind) < 32:
                section.feedback.add((int(number), kind))
        case "ssrc-group":
            _group(section, value.split())
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


def _group(section: MediaSection, words: list[str]) -> None:
    """Of two SSRCs, the second repeats what was lost of the first."""
    numbers = [int(word) for word in words[1:] if NUMBER.match(word)]
    if words and words[0] == "FID" and len(numbers) == 2 and len(section.repairs) < MAX_SSRCS:
        section.repairs[numbers[1]] = numbers[0]


def receivable(
    section: MediaSection, codec: Codec | None, *, redundant: bool, claimed: Container[int]
) -> Section | None:
    """What the media engine needs to know of a section it is to receive; None without a codec of ours.

    SSRCs that are `claimed` by another section stay with that one (RFC 8843 leaves it to us).
    """
    kind = section.kind
    number = section.payload_type(codec) if codec else None
    if kind is None or codec is None or number is None:
        return None
    return Section(
        mid=section.mid,
        codec=codec,
        payload_type=number,
        extensions={
            extension: section.extensions[extension.value]
            for extension in ACCEPTED_EXTENSIONS[kind]
            if extension.value in section.extensions
        },
        ssrcs=frozenset(ssrc for ssrc in section.ssrcs if ssrc not in claimed),
        rids=tuple(section.rids),
        repair_type=section.repair_type(number),
        repairs=dict(section.repairs),
        redundancy_type=section.redundancy_type(number) if redundant else -1,
    )
