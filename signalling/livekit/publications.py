"""One participant's upward half: what it asks to publish, negotiates, mutes and loses."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from livekit.protocol.models import (
    Encryption,
    SimulcastCodecInfo,
    TrackInfo,
    TrackSource,
    TrackType,
    VideoQuality,
)
from livekit.protocol.rtc import AddTrackRequest, UpdateTrackSettings

from media.arrivals import LAYERS, Section
from media.engine import Engine
from media.packets import Codec, Kind
from media.peer import Peer
from media.route import EVERYTHING
from media.track import Track
from signalling.livekit import descriptions, sdp
from signalling.livekit.errors import Offence
from signalling.livekit.tokens import Permission

MAX_PUBLICATIONS = 8
MAX_TEXT = 128
STREAM = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
"""It is written into other people's descriptions."""
ENLARGED = 1.25
"""A picture may be shown so much larger than it is before a better layer is of use."""
KINDS = {TrackType.AUDIO: Kind.AUDIO, TrackType.VIDEO: Kind.VIDEO}
MIME = {Codec.OPUS: "audio/opus", Codec.VP8: "video/VP8", Codec.H264: "video/H264"}
QUALITIES = (VideoQuality.LOW, VideoQuality.MEDIUM, VideoQuality.HIGH)
"""Of the layers, by rank."""
SCREENS = (TrackSource.SCREEN_SHARE, TrackSource.SCREEN_SHARE_AUDIO)
CARRIES = {
    TrackSource.MICROPHONE: Kind.AUDIO,
    TrackSource.SCREEN_SHARE_AUDIO: Kind.AUDIO,
    TrackSource.CAMERA: Kind.VIDEO,
    TrackSource.SCREEN_SHARE: Kind.VIDEO,
}
"""What each declared source must carry: sound labelled "camera" would walk around a held microphone."""


class NotAllowed(Exception):
    """This source is not among those the participant may publish."""


class TooMany(Exception):
    """The participant has MAX_PUBLICATIONS already."""


class Unsupported(Exception):
    """Neither sound nor picture, or a second codec for a track that exists."""


@dataclass(slots=True, eq=False)
class Publication:
    """A track somebody publishes, or has announced to publish."""

    cid: str
    """The client's own name for it."""
    kind: Kind
    info: TrackInfo
    track: Track
    mid: str = ""
    """The section that carries it; empty until it is negotiated."""
    told: int | None = None
    """The best layer that its publisher was told somebody has a use for, by rank; None before."""
    lower_since: float | None = None
    """Since when nobody has a use for so good a layer."""

    @property
    def sid(self) -> str:
        """What everybody calls it."""
        return self.info.sid

    @property
    def accepted(self) -> descriptions.Accepted:
        """How its section is answered."""
        return descriptions.Accepted(self.track.codec, not self.info.disable_red)

    def carry(self, codec: Codec) -> None:
        """Its section has turned out to have another codec than was announced."""
        self.track.codec = codec
        self.info.mime_type = MIME[codec]
        for known in self.info.codecs:
            known.mime_type = MIME[codec]

    def limit(self, wish: UpdateTrackSettings) -> int:
        """The best layer somebody has a use for who sees it so large, by rank; -1: it is not seen at all."""
        if wish.disabled:
            return -1
        if not wish.width or not wish.height:
            return EVERYTHING if wish.quality >= VideoQuality.HIGH else wish.quality
        enough = [
            layer.quality
            for layer in self.info.layers
            if ENLARGED * layer.width >= wish.width and ENLARGED * layer.height >= wish.height
        ]
        return min(enough, default=EVERYTHING)


Place = Callable[[sdp.Description], Mapping[str, descriptions.Slot]]
"""Which sections of a client's offer we send in, by mid."""


@dataclass(slots=True)
class Negotiated:
    """What an offer brought about."""

    answer: str
    slots: Mapping[str, descriptions.Slot]
    """What we send in the client's sections, by mid."""
    begun: list[Publication] = field(default_factory=list)
    ended: list[Publication] = field(default_factory=list)


class Publisher:
    """The publications and the upward connection of one participant."""

    def __init__(self, engine: Engine, reach: descriptions.Reach, peer: Peer | None = None) -> None:
        """`peer`: the connection to be used; without, one of its own is opened by the first offer."""
        self._engine = engine
        self._reach = reach
        self._ufrag = ""
        self._version = 0
        self.peer = peer
        self.pending: dict[str, Publication] = {}
        """Announced, not negotiated yet; by sid, oldest first."""
        self.published: dict[str, Publication] = {}

    def announce(self, request: AddTrackRequest, permission: Permission) -> Publication:
        """The client wants to publish. The same cid twice is the same announcement.

        Raises: NotAllowed, TooMany, Unsupported; Offence when the kind does not fit the declared source.
        """
        for known in self.pending.values():
            if known.cid == request.cid:
                return known
        kind = KINDS.get(request.type)
        if kind is None or request.sid:
            raise Unsupported
        if CARRIES.get(request.source, kind) is not kind:
            raise Offence("the track's kind does not fit its source")
        if not permission.publishes(request.source):
            raise NotAllowed
        if len(self.pending) + len(self.published) >= MAX_PUBLICATIONS:
            raise TooMany
        codec = _codec(request, kind)
        nominal = tuple(layer.bitrate for layer in request.layers[: len(LAYERS)])
        track = Track(codec, screen=request.source in SCREENS, nominal=nominal)
        publication = Publication(request.cid[:MAX_TEXT], kind, _track_info(request, codec), track)
        publication.track.set_muted(request.muted)
        self.pending[publication.sid] = publication
        return publication

    def negotiate(self, text: str, place: Place) -> Negotiated:
        """Take the client's offer: bind its sections to announced tracks, end what it stopped sending.

        In the sections that it only receives in, `place` says what it gets.

        Raises: MalformedSdp; Offence when a section carries another kind than its track declared.
        """
        offer = sdp.parse(text)
        if offer.setups - {"actpass", "active"} or not offer.fingerprints:
            raise sdp.MalformedSdp("we are the DTLS server, of a client that announces its certificate")
        peer = self._connection(offer)
        negotiated = Negotiated("", {})
        self._end_silent(offer, negotiated)
        self._begin_new(offer, negotiated)
        bound = {publication.mid: publication for publication in self.published.values()}
        sections = _receivable(offer, bound)
        self._engine.bind(peer, sections, {mid: bound[mid].track for mid in bound})
        peer.expect(offer.fingerprints)
        self._version += 1
        transport = descriptions.Transport(peer.credentials, self._engine.fingerprint, self._reach)
        accepted = {section.mid: bound[section.mid].accepted for section in sections if section.mid in bound}
        negotiated.slots = place(offer)
        negotiated.answer = descriptions.answer(offer, transport, self._version, accepted, negotiated.slots)
        return negotiated

    def withdraw(self, publication: Publication) -> None:
        """Unpublish: no packet of it is forwarded from this moment."""
        self.pending.pop(publication.sid, None)
        self.published.pop(publication.sid, None)
        if self.peer is not None:
            self._engine.unpublish(self.peer, publication.track)
        else:
            publication.track.close()

    def find(self, sid: str) -> Publication | None:
        """Announced or published."""
        return self.published.get(sid) or self.pending.get(sid)

    def everything(self) -> list[Publication]:
        """Announced and published."""
        return [*self.pending.values(), *self.published.values()]

    def close(self) -> None:
        """End the connection and every publication, before returning."""
        for publication in self.everything():
            self.withdraw(publication)
        if self.peer is not None:
            self._engine.close(self.peer)

    def _connection(self, offer: sdp.Description) -> Peer:
        peer = self.peer = self.peer or self._engine.open()
        if self._version and peer.fingerprints != offer.fingerprints:
            raise sdp.MalformedSdp("the certificate may not change")
        if self._version and offer.ufrag != self._ufrag:
            self._engine.restart(peer)
        self._ufrag = offer.ufrag
        peer.remote = offer.credentials
        return peer

    def _end_silent(self, offer: sdp.Description, negotiated: Negotiated) -> None:
        """There is no unpublish message: a track ends when its section stops sending, or sends another."""
        sending = {section.mid: section for section in offer.sections if section.sends}
        announced = {publication.cid for publication in self.pending.values()}
        for publication in list(self.published.values()):
            section = sending.get(publication.mid)
            if section is not None and section.kind is not publication.kind:
                raise Offence("a section that carried a track now carries another kind")
            if section is None or section.stream_track in announced - {publication.cid}:
                self.withdraw(publication)
                negotiated.ended.append(publication)

    def _begin_new(self, offer: sdp.Description, negotiated: Negotiated) -> None:
        taken = {publication.mid for publication in self.published.values()}
        waiting = [s for s in offer.sections if s.sends and s.mid not in taken and s.codec() is not None]
        cids = {publication.cid: publication for publication in self.pending.values()}
        for section in waiting:
            named = cids.get(section.stream_track)
            if named is not None and named.kind is not section.kind:
                raise Offence("a section carries another kind than its track declared")
        for section in sorted(waiting, key=lambda section: section.stream_track not in cids):
            publication = self._announced_for(section)
            if publication is not None:
                del self.pending[publication.sid]
                publication.mid = publication.info.mid = section.mid
                publication.carry(section.codec(publication.track.codec) or publication.track.codec)
                self.published[publication.sid] = publication
                negotiated.begun.append(publication)

    def _announced_for(self, section: sdp.MediaSection) -> Publication | None:
        """By the cid in its msid; Firefox puts none there, so else the oldest announcement of this kind."""
        same_kind = [publication for publication in self.pending.values() if publication.kind is section.kind]
        named = (publication for publication in same_kind if publication.cid == section.stream_track)
        return next(named, same_kind[0] if same_kind else None)


def _receivable(offer: sdp.Description, bound: Mapping[str, Publication]) -> list[Section]:
    """What is sent to us. No two sections may claim one SSRC: the first keeps it."""
    claimed: set[int] = set()
    sections = []
    for section in offer.sections:
        publication = bound.get(section.mid)
        codec = section.codec(publication.track.codec if publication else None)
        redundant = publication is not None and publication.accepted.redundant
        described = sdp.receivable(section, codec, redundant=redundant, claimed=claimed)
        if section.sends and described is not None:
            sections.append(described)
            claimed |= described.ssrcs
    return sections


def _codec(request: AddTrackRequest, kind: Kind) -> Codec:
    """What the client would send; its section decides in the end."""
    if kind is Kind.AUDIO:
        return Codec.OPUS
    named = request.simulcast_codecs[0].codec.lower() if request.simulcast_codecs else ""
    return Codec.H264 if named.endswith("h264") else Codec.VP8


def _track_info(request: AddTrackRequest, codec: Codec) -> TrackInfo:
    info = TrackInfo(
        sid=f"TR_{secrets.token_hex(6)}",
        type=request.type,
        name=request.name[:MAX_TEXT],
        muted=request.muted,
        width=request.width,
        height=request.height,
        source=request.source,
        mime_type=MIME[codec],
        stereo=request.stereo,
        disable_dtx=request.disable_dtx,
        # What is encrypted from end to end cannot be taken apart for those without redundancy.
        disable_red=request.disable_red or request.encryption != Encryption.NONE,
        stream=request.stream if STREAM.match(request.stream) else "",
        encryption=request.encryption,
        layers=request.layers[: len(LAYERS)],
        simulcast=len(request.layers) > 1,
    )
    if codec.kind is Kind.VIDEO:
        for layer in info.layers:
            layer.rid = LAYERS[layer.quality] if layer.quality < len(LAYERS) else ""
        info.codecs.append(
            SimulcastCodecInfo(mime_type=MIME[codec], cid=request.cid[:MAX_TEXT], layers=info.layers)
        )
    return info
