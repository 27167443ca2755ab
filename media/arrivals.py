"""What one browser sends: its sections, the SSRCs found in them, and the tracks they feed. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from media.packets import Codec, Extension, Kind, RtpHeader, extensions, parse
from media.source import Source
from media.track import Track
from media.twcc import TransportNumbers

MAX_SOURCES = 24
LAYERS = ("q", "h", "f")
"""What LiveKit's clients call the layers of one picture, the best last."""


@dataclass(frozen=True, slots=True)
class Section:
    """What one negotiated section of the other side's description may send."""

    mid: str
    codec: Codec
    payload_type: int
    extensions: Mapping[Extension, int]
    ssrcs: frozenset[int] = frozenset()
    rids: tuple[str, ...] = ()
    """Simulcast layers, in the order of the description."""
    repair_type: int = -1
    """Of retransmissions (RFC 4588); -1 when they come like any packet."""
    repairs: Mapping[int, int] = field(default_factory=dict)
    """Retransmitting SSRC → the SSRC it repairs, as far as the description names them."""
    redundancy_type: int = -1
    """Of redundant audio (RFC 2198)."""

    @property
    def kind(self) -> Kind:
        """Sound or picture."""
        return self.codec.kind

    def rank(self, rid: str) -> int:
        """How good a layer is among those of this section; 0 is the least."""
        if rid in LAYERS and set(self.rids) <= set(LAYERS):
            return LAYERS.index(rid)
        return self.rids.index(rid) if rid in self.rids else 0


class Arrivals:
    """The sources of one peer."""

    def __init__(self) -> None:
        self.sections: dict[str, Section] = {}
        self.sources: dict[int, Source] = {}
        self.tracks: dict[str, Track] = {}
        """What this peer publishes, by mid."""
        self.transport = TransportNumbers()
        self.unplaced = 0
        """Packets that fit no section, or came under too many SSRCs."""

    def bind(self, sections: Iterable[Section], tracks: Mapping[str, Track]) -> None:
        """The sections now negotiated and the tracks they feed, by mid; without a track it feeds nothing."""
        self.sections = {section.mid: section for section in sections}
        self.tracks = dict(tracks)
        declared = {ssrc: section for section in self.sections.values() for ssrc in section.ssrcs}
        for source in self.sources.values():
            self._attach(source, declared.get(source.ssrc) or self.sections.get(source.mid))

    def unbind(self, track: Track) -> None:
        """Whatever feeds this track feeds nothing any more; it goes on being counted."""
        self.tracks = {mid: other for mid, other in self.tracks.items() if other is not track}
        for source in self.sources.values():
            if source.track is track:
                track.detach(source)

    def learn(self, packet: bytes) -> Source | None:
        """A new SSRC: which section it belongs to, by the description or else by what the packet says.

        None, counted, when it fits no section (RFC 9143, 9.2), or for too many SSRCs. Raises: MalformedRtp.
        """
        header = parse(packet)
        section, found = self._section_of(packet, header)
        if section is None or not self._make_room():
            self.unplaced += 1
            return None
        source = Source(header.ssrc, section.codec, section.payload_type, dict(section.extensions))
        if header.payload_type == section.repair_type:
            source.repairs = self._repaired(header.ssrc, section, found)
            if source.repairs is None:
                self.unplaced += 1
                return None
        else:
            source.rid = _text(found, section, Extension.RID)
        self.sources[header.ssrc] = source
        self._attach(source, section)
        return source

    def _repaired(self, ssrc: int, section: Section, found: dict[int, bytes]) -> Source | None:
        """The source whose packets come again under this SSRC, if it is known yet."""
        if ssrc in section.repairs:
            return self.sources.get(section.repairs[ssrc])
        rid = _text(found, section, Extension.REPAIRED_RID)
        return next(
            (
                source
                for source in self.sources.values()
                if source.mid == section.mid and source.rid == rid and source.repairs is None
            ),
            None,
        )

    def _make_room(self) -> bool:
        """Forget the source silent for longest that feeds nothing, if there are MAX_SOURCES."""
        if len(self.sources) < MAX_SOURCES:
            return True
        idle = [source for source in self.sources.values() if source.track is None]
        if idle:
            del self.sources[min(idle, key=lambda source: source.last_seen).ssrc]
        return bool(idle)

    def _section_of(self, packet: bytes, header: RtpHeader) -> tuple[Section | None, dict[int, bytes]]:
        found = extensions(packet, header)
        for section in self.sections.values():
            if header.ssrc in section.ssrcs or _text(found, section, Extension.MID) == section.mid:
                return section, found
        return None, found

    def _attach(self, source: Source, section: Section | None) -> None:
        track = self.tracks.get(section.mid) if section else None
        if source.track is not None and source.track is not track:
            source.track.detach(source)
        if section is None or (track is not None and track.codec is not section.codec):
            source.track = None
            return
        source.mid = section.mid
        source.codec, source.kind, source.clock_rate = section.codec, section.kind, section.codec.clock_rate
        source.payload_type = section.payload_type
        source.redundancy_type = section.redundancy_type
        source.extension_numbers = dict(section.extensions)
        source.transport = self.transport if Extension.TRANSPORT_NUMBER in section.extensions else None
        source.rank = section.rank(source.rid)
        if track is not None and source.repairs is None:
            track.attach(source)


def _text(found: dict[int, bytes], section: Section, extension: Extension) -> str:
    """What a header extension says, or "" when it is not there."""
    return found.get(section.extensions.get(extension, 0), b"").decode("ascii", "replace")
