"""Which packet goes where, with which numbers. Pure: no socket, no clock (`now` is in seconds).

A `Source` is one SSRC that arrives. A `Track` is one publication, fed by one source or by one for each
simulcast layer. A `Route` carries a track to one subscriber, under an SSRC and a sequence of its own, and
follows one layer at a time. A packet whose source has no track, whose track is closed, muted or has no route
that follows this layer goes nowhere and is counted.
"""

import struct
from collections.abc import Iterable

from media import h264, red, vp8
from media.packets import (
    HEADER,
    ONE_BYTE_PROFILE,
    Codec,
    Extension,
    Kind,
    RtpHeader,
    extension_elements,
    extensions,
    parse,
)
from media.route import COPIED, OUTGOING_EXTENSIONS, Outgoing, Route
from media.rtcp import SenderReport
from media.source import CACHE, MASK, SLOT, Source
from media.track import MAX_LEVELS, Track

PREFIX = struct.Struct("!BBHIIHHBH")
"""The fixed header, the head of the extension, and its first element: the transport-wide number, which the
sink fills in, or padding as long as it."""
FIRST = 0x90
"""Version 2, with a header extension."""
PADDING = 224
"""Bytes of one packet of nothing, at most 255 (RFC 3550, 5.1)."""
MAX_REPAIRS = 400
"""Retransmissions a second for one route."""
WORTHWHILE = {Kind.AUDIO: 50, Kind.VIDEO: CACHE}
"""So many of the last packets are worth sending again: nobody waits a second for sound."""
ON_ITS_WAY = 0.7
"""Of a round trip: what was sent again so recently cannot have been missed yet."""
SILENT = 127


class Router:
    """The per-packet path. `buffer` is where packets for sinks are made; it has room for SRTP's trailer."""

    __slots__ = ("_buffer",)

    def __init__(self, buffer: bytearray) -> None:
        self._buffer = buffer

    def forward(self, source: Source, packet: bytes, now: float) -> None:
        """Send one decrypted packet of `source` to everybody who may have it.

        Raises: MalformedRtp.
        """
        header = parse(packet)
        found: dict[int, bytes] = {}
        if header.extension_end > header.extension_start:
            found = extensions(packet, header)
            if source.transport is not None:
                source.transport.note(found.get(source.extension_numbers[Extension.TRANSPORT_NUMBER]), now)
        if source.repairs is not None:
            source.received += 1
            again = unwrapped(packet, header, source.repairs)
            if again is None:
                return
            source, packet = source.repairs, again
            header = parse(packet)
        extended = source.extend(header.sequence, header.timestamp, now)
        if source.torn:
            _begin_anew(source)
        source.received += 1
        source.bytes += len(packet)
        track = source.track
        redundant = header.payload_type == source.redundancy_type
        if (
            extended < 0
            or track is None
            or track.closed
            or track.muted
            or (header.payload_type != source.payload_type and not redundant)
        ):
            source.dropped += 1
            return
        elements = _translated(source, track, found) if found else b""
        if header.payload_start == header.payload_end:
            _close_gap(track, source, extended)
            source.dropped += 1
            return
        source.useful += header.payload_end - header.payload_start
        if track.kind is Kind.AUDIO:
            outgoing = _outgoing(packet, header, extended, elements, redundant=redundant)
            _remember(source, outgoing)
            self._spread_sound(track, source, outgoing, now)
        else:
            self._take_picture(track, source, packet, header, extended, elements, now)
        source.forwarded += 1

    def _take_picture(
        self, track: Track, source: Source, packet: bytes, header: RtpHeader,
        extended: int, elements: bytes, now: float,
    ) -> None:  # fmt: skip
        start, end = header.payload_start, header.payload_end
        described = None
        if source.codec is Codec.VP8:
            described = vp8.describe(packet, start, end)
            entry = described.keyframe
            if extended == source.highest:
                source.picture, source.level = described.picture, described.level
        else:
            entry = h264.starts_keyframe(packet, start, end)
        outgoing = _outgoing(packet, header, extended, elements, picture=described)
        _remember(source, outgoing)
        if entry:
            source.note_entry(extended, header.timestamp, now)
        self._spread_picture(track, source, outgoing, entry, now)

    def _spread_picture(
        self, track: Track, source: Source, packet: Outgoing, entry: bool, now: float
    ) -> None:
        """The innermost loop: a header for each subscriber, protect, send. `entry`: one may start here."""
        extended, marker, timestamp, words, body, payload_at, _, picture = packet
        buffer, pack = self._buffer, PREFIX.pack_into
        size = len(body)
        for route in track.routes:
            if route.current is not source:
                if route.wanted is not source:
                    continue
                if not entry:
                    source.keyframe_wanted = True
                    continue
                route.begin(source, packet, now)
            elif extended < route.segment:
                continue
            number = extended + route.shift & 0xFFFF
            stamp = timestamp + route.timestamp_shift & MASK
            if number - route.last_sequence & 0xFFFF < 0x8000:
                route.last_sequence = number
                route.last_timestamp = stamp
                route.sent_at = now
            route.sent[number & SLOT] = extended << 16 | number
            begin, all_words = 19, words
            if route.extra:
                buffer[19:23] = route.extra
                begin, all_words = 23, words + 1
            end = begin + size
            buffer[begin:end] = body
            if payload_at > 1 and route.relabelled:
                buffer[begin] = body[0] & 15 | route.relabelled
            pack(
                buffer, 0, FIRST, marker | route.payload_type, number, stamp, route.ssrc,
                ONE_BYTE_PROFILE, all_words, route.element, 0,
            )  # fmt: skip
            if route.renumbered and picture is not None:
                vp8.renumber(buffer, begin + payload_at, picture, route.picture_shift, route.level_shift)
            route.packets += 1
            route.bytes += end
            route.send(end, now)
            if route.doubled:
                self._send_again(route, packet, number, now)

    def _spread_sound(self, track: Track, source: Source, packet: Outgoing, now: float) -> None:
        """As `_spread_picture`; sound can be entered anywhere, and loses its redundancy for who lacks it."""
        extended, marker, timestamp, words, whole, payload_at, plain, _ = packet
        buffer, pack = self._buffer, PREFIX.pack_into
        for route in track.routes:
            if route.current is not source:
                if route.wanted is not source:
                    continue
                route.begin(source, packet, now)
            elif extended < route.segment:
                continue
            body, payload_type = whole, route.payload_type
            if plain is not None:
                if route.redundancy_type < 0:
                    body = plain
                else:
                    payload_type = route.redundancy_type
            number = extended + route.shift & 0xFFFF
            stamp = timestamp + route.timestamp_shift & MASK
            if number - route.last_sequence & 0xFFFF < 0x8000:
                route.last_sequence = number
                route.last_timestamp = stamp
                route.sent_at = now
            route.sent[number & SLOT] = extended << 16 | number
            end = PREFIX.size + len(body)
            buffer[19:end] = body
            if payload_at > 1 and route.relabelled:
                buffer[19] = body[0] & 15 | route.relabelled
            pack(
                buffer, 0, FIRST, marker | payload_type, number, stamp, route.ssrc,
                ONE_BYTE_PROFILE, words, route.element, 0,
            )  # fmt: skip
            route.packets += 1
            route.bytes += end
            route.send(end, now)

    def repair(
        self, route: Route, lost: Iterable[int], now: float, round_trip: float = 0.0, *, lossy: bool = False
    ) -> None:
        """Send again what a subscriber says is missing, the cache still has, and is still of use.

        What was sent again less than about a `round_trip` ago is on its way. On a `lossy` line it goes twice
        where there is a stream for it: the next asking would come too late.
        """
        feed = route.feed
        if route.withdrawn or feed is None or route.current is not feed or not feed.cache:
            return
        if now - route.repairs_since >= 1.0:
            route.repairs_since = now
            route.repairs = 0
            route.repaired.clear()
        oldest = max(route.segment, feed.entry, feed.highest - WORTHWHILE[feed.kind])
        for number in lost:
            cached = feed.cache[(extended := route.original(number)) & SLOT]
            if cached is None or cached.extended != extended or extended < oldest:
                continue
            last = route.repaired.get(number)
            if last is not None and now - last < round_trip * ON_ITS_WAY:
                continue
            for _ in range(2 if lossy and route.repair_type >= 0 else 1):
                if route.repairs >= MAX_REPAIRS:
                    return
                route.repairs += 1
                self._send_again(route, cached, number, now)
            route.repaired[number] = now
            route.sent[number & SLOT] = extended << 16 | number

    def _send_again(self, route: Route, cached: Outgoing, number: int, now: float) -> None:
        """Exactly as before, or in a packet of the repairing stream, behind the original number."""
        body, payload_type, payload_at = cached.body, route.payload_type, cached.payload_at
        if cached.plain is not None:
            if route.redundancy_type < 0:
                body = cached.plain
            else:
                payload_type = route.redundancy_type
        ssrc, sequence, buffer = route.ssrc, number, self._buffer
        if route.repair_type >= 0:
            ssrc, payload_type = route.repair_ssrc, route.repair_type
            sequence = route.repair_sequence = route.repair_sequence + 1 & 0xFFFF
            body = body[:payload_at] + number.to_bytes(2, "big") + body[payload_at:]
            payload_at += 2
        end = PREFIX.size + len(body)
        buffer[19:end] = body
        if cached.payload_at > 1 and route.relabelled:
            buffer[19] = body[0] & 15 | route.relabelled
        stamp = cached.timestamp + route.timestamp_shift & MASK
        PREFIX.pack_into(
            buffer, 0, FIRST, cached.marker | payload_type, sequence, stamp, ssrc,
            ONE_BYTE_PROFILE, cached.words, route.element, 0,
        )  # fmt: skip
        if route.renumbered and cached.picture is not None:
            vp8.renumber(buffer, 19 + payload_at, cached.picture, route.picture_shift, route.level_shift)
        route.send(end, now)

    def pad(self, route: Route) -> int:
        """Make a packet of nothing in the repairing stream of a route; its length, 0 without such a stream.

        A retransmission stream may carry padding at any time (RFC 4588 leaves its numbers to us).
        """
        if route.repair_type < 0 or route.withdrawn:
            return 0
        route.repair_sequence = route.repair_sequence + 1 & 0xFFFF
        end = PREFIX.size + 1 + PADDING
        self._buffer[19:end] = bytes(PADDING) + bytes([PADDING])
        PREFIX.pack_into(
            self._buffer, 0, FIRST | 0x20, route.repair_type, route.repair_sequence,
            max(0, route.last_timestamp), route.repair_ssrc, ONE_BYTE_PROFILE, 1, route.element, 0,
        )  # fmt: skip
        return end


def _outgoing(
    packet: bytes, header: RtpHeader, extended: int, elements: bytes,
    *, redundant: bool = False, picture: vp8.Descriptor | None = None,
) -> Outgoing:  # fmt: skip
    elements += bytes((1 - len(elements)) % 4)
    start, end = header.payload_start, header.payload_end
    plain = None
    if redundant:
        _, beginning = red.primary(packet, start, end)
        plain = elements + packet[beginning:end]
    return Outgoing(
        extended, header.marker, header.timestamp, (3 + len(elements)) // 4,
        elements + packet[start:end], len(elements), plain, picture,
    )  # fmt: skip


def _begin_anew(source: Source) -> None:
    """So much was lost that nobody is to ask for it: number on without a gap, and want a keyframe."""
    source.torn = False
    track = source.track
    if track is None:
        return
    for route in track.routes:
        if route.current is source:
            route.pause()
            source.keyframe_wanted = source.kind is Kind.VIDEO


def _remember(source: Source, packet: Outgoing) -> None:
    if not source.cache:
        source.cache = [None] * CACHE
    source.cache[packet.extended & SLOT] = packet


def _translated(source: Source, track: Track, found: dict[int, bytes]) -> bytes:
    """The one element that is passed on, under our number for it; note it if it is an audio level."""
    extension = COPIED[track.kind]
    value = found.get(source.extension_numbers.get(extension, -1))
    if not value:
        return b""
    if track.kind is Kind.AUDIO and len(track.levels) < MAX_LEVELS:
        track.levels.append(value[0] & SILENT)
    return extension_elements({OUTGOING_EXTENSIONS[extension]: value})


def _close_gap(track: Track, source: Source, extended: int) -> None:
    """A packet of padding is not forwarded: let the next one take its number."""
    if extended == source.highest:
        for route in track.routes:
            if route.current is source:
                route.shift -= 1
                route.segment = extended + 1


def unwrapped(packet: bytes, header: RtpHeader, original: Source) -> bytes | None:
    """The packet that a repairing packet carries again (RFC 4588, section 4); None for mere padding."""
    start = header.payload_start
    if header.payload_end < start + 3:
        return None
    head = HEADER.pack(
        packet[0] & 0xDF, header.marker | original.payload_type,
        int.from_bytes(packet[start : start + 2], "big"), header.timestamp, original.ssrc,
    )  # fmt: skip
    return head + packet[HEADER.size : start] + packet[start + 2 : header.payload_end]


def translated_report(route: Route, report: SenderReport) -> SenderReport | None:
    """A publisher's sender report in a subscriber's numbers; None while nothing was sent on this route."""
    if route.feed is None or route.feed.ssrc != report.ssrc or not route.packets:
        return None
    stamp = report.timestamp + route.timestamp_shift & MASK
    return SenderReport(route.ssrc, report.ntp, stamp, route.packets, route.bytes)
