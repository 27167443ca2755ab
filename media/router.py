"""Which packet goes where, with which numbers. Pure: no socket, no clock (`now` is in seconds).

A `Source` is one SSRC that arrives. A `Track` is one publication, fed by one source at a time. A `Route`
carries a track to one subscriber, under an SSRC and a sequence of its own. A packet whose source has no
track, whose track is closed or whose track has no routes goes nowhere and is counted.

What a route sends under one sequence number never changes: SRTP would otherwise encrypt two packets under
one nonce (RFC 7714, section 9). So a route only ever numbers forward from where it stopped, and a
retransmission is the cached packet, byte for byte.
"""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from media import vp8
from media.packets import HEADER, Extension, Kind, extension_block, extensions, parse
from media.rtcp import SenderReport
from media.source import Source

CACHE = 512
"""Packets of a video track kept for retransmission, and numbers a route remembers; a power of two."""
SLOT = CACHE - 1
KEYFRAME_PATIENCE = 0.5
"""Seconds between keyframe requests for one subscriber, and between those sent to one publisher."""
MAX_REPAIRS = 400
"""Retransmissions a second for one route."""
MAX_LEVELS = 200
SILENT = 127
MASK = 0xFFFFFFFF


class Sink(Protocol):
    """One subscriber's protected way out. Neither method blocks or raises."""

    def send_rtp(self, length: int) -> None:
        """Protect and send the first `length` bytes of the router's buffer."""

    def send_rtcp(self, compound: bytes) -> None:
        """Protect and send a compound RTCP packet."""


class Nowhere:
    """The sink of a withdrawn route."""

    def send_rtp(self, length: int) -> None:
        """Nothing."""

    def send_rtcp(self, compound: bytes) -> None:
        """Nothing."""


NOWHERE = Nowhere()


class Outgoing(NamedTuple):
    """A packet as it goes to everybody, but for the numbers each subscriber has of its own."""

    extended: int
    first: int
    """The first byte: version 2, and whether there is a header extension."""
    marker: int
    timestamp: int
    body: bytes
    """Header extension and payload."""


class Route:
    """A track's way to one subscriber."""

    __slots__ = (
        "awaiting_keyframe", "bytes", "feed", "keyframe_asked", "last_sequence", "last_timestamp",
        "packets", "payload_type", "repairs", "repairs_since", "segment", "send", "sent", "sent_at",
        "shift", "sink", "ssrc", "timestamp_shift", "withdrawn",
    )  # fmt: skip

    def __init__(self, sink: Sink, ssrc: int, payload_type: int, sequence: int) -> None:
        """`sequence` is the number before the first that will be sent."""
        self.sink: Sink = sink
        self.send = sink.send_rtp
        self.ssrc = ssrc
        self.payload_type = payload_type
        self.packets = self.bytes = 0
        self.withdrawn = False
        self.feed: Source | None = None
        """The source the numbers below translate from; another one, or a pause, starts a new segment."""
        self.awaiting_keyframe = True
        self.segment = 0
        self.shift = 0
        self.timestamp_shift = 0
        self.last_sequence = sequence
        self.last_timestamp = -1
        self.sent_at = 0.0
        self.sent: list[int] = [-1] * CACHE
        """By the low bits of the outgoing number: original extended number << 16 | outgoing number."""
        self.repairs = 0
        self.repairs_since = 0.0
        self.keyframe_asked = -KEYFRAME_PATIENCE

    def retire(self) -> None:
        """Keep the counters and nothing else: not the subscriber's keys, nor what was sent."""
        self.withdrawn = True
        self.sink = NOWHERE
        self.send = NOWHERE.send_rtp
        self.feed = None
        self.sent = []

    def pause(self) -> None:
        """Nothing has been sent for a while: number on from here, and begin with a keyframe."""
        if self.feed is not None:
            self.awaiting_keyframe = True

    def begin(self, source: Source, extended: int, timestamp: int, now: float) -> None:
        """Start a segment: the packet numbered `extended` will follow whatever was sent last."""
        if self.feed is not source:
            self.sent = [-1] * CACHE
            if self.last_timestamp >= 0:
                elapsed = max(1, int((now - self.sent_at) * source.clock_rate))
                self.timestamp_shift = self.last_timestamp + elapsed - timestamp & MASK
            self.feed = source
        self.segment = extended
        self.last_sequence = self.last_sequence + 1 & 0xFFFF
        self.shift = self.last_sequence - extended
        self.awaiting_keyframe = False

    def original(self, number: int) -> int:
        """Which packet this route sent, or would have sent, as `number`; -1 when that is not known."""
        sent = self.sent[number & SLOT]
        if sent >= 0 and sent & 0xFFFF == number:
            return sent >> 16
        behind = self.last_sequence - number & 0xFFFF
        extended = (self.sent[self.last_sequence & SLOT] >> 16) - behind
        return extended if behind < CACHE and extended >= self.segment else -1


class Track:
    """One publication: its chosen source, its subscribers, and its last packets."""

    __slots__ = (
        "cache",
        "closed",
        "keyframe_asked",
        "keyframe_wanted",
        "kind",
        "levels",
        "muted",
        "routes",
        "source",
    )

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.source: Source | None = None
        """The source that is forwarded; of several layers the others wait."""
        self.routes: list[Route] = []
        self.muted = False
        """The publisher's own mute. What a host does is to close the track."""
        self.closed = False
        self.cache: list[Outgoing | None] = [None] * (CACHE if kind is Kind.VIDEO else 0)
        self.keyframe_wanted = False
        self.keyframe_asked = -KEYFRAME_PATIENCE
        self.levels: list[int] = []
        """Audio levels since the last look, in -dBov: 0 is loudest, 127 silence."""

    def add(self, route: Route) -> None:
        """Let a subscriber have this track from the next keyframe (video) or packet (audio) on."""
        if not self.closed and route not in self.routes:
            self.routes.append(route)
            self.keyframe_wanted = self.kind is Kind.VIDEO

    def withdraw(self, route: Route) -> None:
        """The next packet does not find this route."""
        route.retire()
        if route in self.routes:
            self.routes.remove(route)

    def close(self) -> None:
        """End the publication: the next packet finds no route at all, and none can be added."""
        self.closed = True
        self.source = None
        for route in list(self.routes):
            self.withdraw(route)
        self.cache = []

    def set_muted(self, muted: bool) -> None:
        """The publisher's own wish; after a pause everybody starts again with a keyframe."""
        self.muted = muted
        self.levels.clear()
        for route in self.routes:
            route.pause()
        self.keyframe_wanted = not muted and self.kind is Kind.VIDEO

    def choose(self, source: Source | None) -> None:
        """Forward another source of this track, from its next keyframe on."""
        if source is not self.source and not self.closed:
            self.source = source
            self.cache = [None] * len(self.cache)
            for route in self.routes:
                route.pause()
            self.keyframe_wanted = self.kind is Kind.VIDEO


class Router:
    """The per-packet path. `buffer` is where packets for sinks are made; it has room for SRTP's trailer."""

    __slots__ = ("_buffer", "_outgoing")

    def __init__(self, buffer: bytearray, outgoing_extensions: dict[Extension, int]) -> None:
        self._buffer = buffer
        self._outgoing = tuple(outgoing_extensions.items())

    def forward(self, source: Source, packet: bytes, now: float) -> None:
        """Send one decrypted packet of `source` to everybody who may have it.

        Raises: MalformedRtp.
        """
        header = parse(packet)
        extended = source.extend(header.sequence, header.timestamp, now)
        source.received += 1
        source.bytes += len(packet)
        track = source.track
        if (
            track is None
            or track.closed
            or track.muted
            or track.source is not source
            or header.payload_type != source.payload_type
        ):
            source.dropped += 1
            return
        block = b""
        if header.extension_end > header.extension_start:
            block = self._read_extensions(source, track, extensions(packet, header))
        start, end = header.payload_start, header.payload_end
        if start == end:
            _close_gap(track, source, extended)
            source.dropped += 1
            return
        source.forwarded += 1
        outgoing = Outgoing(
            extended, 0x90 if block else 0x80, header.marker, header.timestamp, block + packet[start:end]
        )
        entry = True
        if track.kind is Kind.VIDEO:
            track.cache[extended & SLOT] = outgoing
            entry = vp8.starts_keyframe(packet, start, end)
            if entry:
                track.keyframe_wanted = False
        self._spread(track, source, outgoing, entry, now)

    def _spread(self, track: Track, source: Source, packet: Outgoing, entry: bool, now: float) -> None:
        """The innermost loop: a header for each subscriber, protect, send. `entry`: one may start here."""
        extended, first, marker, timestamp, body = packet
        buffer, pack, remember = self._buffer, HEADER.pack_into, track.kind is Kind.VIDEO
        end = HEADER.size + len(body)
        for route in track.routes:
            if route.awaiting_keyframe or route.feed is not source:
                if not entry:
                    track.keyframe_wanted = True
                    continue
                route.begin(source, extended, timestamp, now)
            elif extended < route.segment:
                continue
            number = extended + route.shift & 0xFFFF
            stamp = timestamp + route.timestamp_shift & MASK
            if number - route.last_sequence & 0xFFFF < 0x8000:
                route.last_sequence = number
                route.last_timestamp = stamp
                route.sent_at = now
            if remember:
                route.sent[number & SLOT] = extended << 16 | number
            buffer[12:end] = body
            pack(buffer, 0, first, marker | route.payload_type, number, stamp, route.ssrc)
            route.packets += 1
            route.bytes += end
            route.send(end)

    def repair(self, track: Track, route: Route, lost: Iterable[int], now: float) -> None:
        """Send again, exactly as before, what a subscriber says is missing and the cache still has."""
        if route.withdrawn or not track.cache:
            return
        if now - route.repairs_since >= 1.0:
            route.repairs_since = now
            route.repairs = 0
        for number in lost:
            cached = track.cache[(extended := route.original(number)) & SLOT]
            if cached is None or cached.extended != extended or route.repairs >= MAX_REPAIRS:
                continue
            _, first, marker, timestamp, body = cached
            route.repairs += 1
            route.sent[number & SLOT] = extended << 16 | number
            end = HEADER.size + len(body)
            self._buffer[12:end] = body
            stamp = timestamp + route.timestamp_shift & MASK
            HEADER.pack_into(self._buffer, 0, first, marker | route.payload_type, number, stamp, route.ssrc)
            route.send(end)

    def _read_extensions(self, source: Source, track: Track, found: dict[int, bytes]) -> bytes:
        """Note the audio level; translate the numbers the publisher negotiated to the subscribers'."""
        numbers = source.extension_numbers
        if track.kind is Kind.AUDIO:
            level = found.get(numbers.get(Extension.AUDIO_LEVEL, 0))
            if level and len(track.levels) < MAX_LEVELS:
                track.levels.append(level[0] & SILENT)
        return extension_block(
            {
                outgoing: found[numbers[extension]]
                for extension, outgoing in self._outgoing
                if extension in numbers and numbers[extension] in found
            }
        )


def _close_gap(track: Track, source: Source, extended: int) -> None:
    """A packet of padding is not forwarded: let the next one take its number."""
    if extended == source.highest:
        for route in track.routes:
            if route.feed is source and not route.awaiting_keyframe:
                route.shift -= 1
                route.segment = extended + 1


def ask_keyframe(track: Track, route: Route, now: float) -> None:
    """A subscriber cannot decode: want a keyframe, unless this one has asked a moment ago."""
    if now - route.keyframe_asked >= KEYFRAME_PATIENCE:
        route.keyframe_asked = now
        track.keyframe_wanted = True


def keyframe_due(track: Track, now: float) -> bool:
    """Whether to ask the publisher now; saying yes counts as having asked."""
    if (
        not track.keyframe_wanted
        or track.closed
        or track.muted
        or now - track.keyframe_asked < KEYFRAME_PATIENCE
    ):
        return False
    track.keyframe_wanted = False
    track.keyframe_asked = now
    return True


def translated_report(route: Route, report: SenderReport) -> SenderReport | None:
    """A publisher's sender report in a subscriber's numbers; None while nothing was sent on this route."""
    if route.feed is None or route.feed.ssrc != report.ssrc or not route.packets:
        return None
    stamp = report.timestamp + route.timestamp_shift & MASK
    return SenderReport(route.ssrc, report.ntp, stamp, route.packets, route.bytes)
