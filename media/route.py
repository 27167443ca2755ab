"""One track's way to one subscriber, and the numbers it goes under. Pure.

What a route sends under one sequence number never changes: SRTP would otherwise encrypt two packets under
one nonce (RFC 7714, section 9). So a route only ever numbers forward from where it stopped, and a
retransmission is the cached packet, byte for byte, or travels under a number of its own (RFC 4588).
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from media import vp8
from media.packets import Extension, Kind
from media.playout import Playout, needed
from media.rtcp import ReportBlock
from media.source import CACHE, KEYFRAME_PATIENCE, MASK, SLOT, Source

OUTGOING_EXTENSIONS = {
    Extension.AUDIO_LEVEL: 1,
    Extension.TRANSPORT_NUMBER: 3,
    Extension.ORIENTATION: 4,
    Extension.PLAYOUT_DELAY: 5,
}
"""The numbers of header extensions where they are ours to choose: in what we offer."""
COPIED = {Kind.AUDIO: Extension.AUDIO_LEVEL, Kind.VIDEO: Extension.ORIENTATION}
"""What is passed on from the publisher; the rest is the engine's own or only for the engine."""
ENDING = 15
"""The number of an element that no receiver reads, nor anything behind it (RFC 8285, 4.2)."""
ELEMENT_AT = 16
"""Where the element with the transport-wide number stands in a packet that carries one: its head, and the
number in the two bytes behind."""
EVERYTHING = 99
"""The limit of a route that may have the best layer there is."""
ASKED_AGAIN_AFTER = 0.12
"""Seconds after which receivers ask a second time for what they miss."""
REPORTS_KEPT = 8
MOST_ROUND_TRIP = 5.0
"""Seconds: more is not believed."""
FAR = 10.0
"""Seconds: clocks of two layers that differ by more are not believed."""


class Sink(Protocol):
    """One subscriber's protected way out. No method blocks or raises."""

    def send_sound(self, length: int, now: float) -> None:
        """Protect and send the first `length` bytes of the router's buffer, at once."""

    def send_picture(self, length: int, now: float) -> None:
        """As `send_sound`, or a little later when the line is narrow."""

    def send_rtcp(self, compound: bytes) -> None:
        """Protect and send a compound RTCP packet."""

    def discard(self, ssrc: int) -> None:
        """Nothing that was held back under this SSRC leaves any more."""


class Nowhere:
    """The sink of a withdrawn route."""

    def send_sound(self, length: int, now: float) -> None:
        """Nothing."""

    def send_picture(self, length: int, now: float) -> None:
        """Nothing."""

    def send_rtcp(self, compound: bytes) -> None:
        """Nothing."""

    def discard(self, ssrc: int) -> None:
        """Nothing."""


NOWHERE = Nowhere()
NOTHING_REPORTED: deque[tuple[int, float]] = deque(maxlen=0)
"""Of every withdrawn route: an empty deque takes more memory than the rest of what is kept of one."""


class Outgoing(NamedTuple):
    """A packet as it goes to everybody, but for the numbers each subscriber has of its own."""

    extended: int
    marker: int
    timestamp: int
    words: int
    """The length of the header extension, the transport-wide number included."""
    body: bytes
    """What follows that number: other elements of the header extension, and the payload."""
    payload_at: int
    """Where in `body` the payload begins."""
    plain: bytes | None
    """`body` without the redundancy (RFC 2198) that it carries; None when it carries none."""
    picture: vp8.Descriptor | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a subscriber has agreed to receive a track under."""

    ssrc: int
    payload_type: int
    repair_ssrc: int = 0
    repair_type: int = -1
    """Retransmissions have a payload type and an SSRC of their own (RFC 4588); -1: they have not."""
    redundancy_type: int = -1
    """Of redundant audio (RFC 2198); -1 when the subscriber does not know it."""
    holds: bool = False
    """Whether it holds pictures for as long as it is told."""
    extensions: Mapping[Extension, int] = field(default_factory=lambda: OUTGOING_EXTENSIONS)
    """The numbers of the header extensions it agreed to."""

    @property
    def element(self) -> int:
        """What stands at ELEMENT_AT; 0 where packets have no transport-wide number.

        Only packets that are never sent twice have one: it would differ the second time, and AES-GCM must not
        authenticate two headers under one nonce.
        """
        number = self.extensions.get(Extension.TRANSPORT_NUMBER, 0)
        return number << 4 | 1 if number and self.repair_type >= 0 else 0


class Route:
    """A track's way to one subscriber."""

    __slots__ = (
        "_playout", "_playout_element", "bytes", "current", "doubled", "element", "extra", "feed", "holds",
        "keyframe_asked", "last_sequence", "last_timestamp", "level_shift", "limit", "packets",
        "payload_type", "picture_shift", "redundancy_type", "relabelled", "renumbered", "repair_sequence",
        "repair_ssrc", "repair_type", "repaired", "repairs", "repairs_since", "reported", "segment", "send",
        "sent", "sent_at", "shift", "sink", "ssrc", "timestamp_shift", "wanted", "withdrawn",
    )  # fmt: skip

    def __init__(self, kind: Kind, sink: Sink, numbers: Numbers, sequence: int) -> None:
        """`sequence` is the number before the first that will be sent."""
        self.sink: Sink = sink
        self.send = sink.send_picture if kind is Kind.VIDEO and numbers.element else sink.send_sound
        self.ssrc = numbers.ssrc
        self.payload_type = numbers.payload_type
        self.redundancy_type = numbers.redundancy_type
        self.repair_ssrc, self.repair_type = numbers.repair_ssrc, numbers.repair_type
        self.repair_sequence = sequence
        self.element = numbers.element
        """Of its transport-wide numbers, as `Numbers.element`."""
        label = numbers.extensions.get(COPIED[kind], ENDING)
        self.relabelled = label << 4 if label != OUTGOING_EXTENSIONS[COPIED[kind]] else 0
        """What the element that is passed on gets as its number, in its upper four bits; 0: it keeps ours."""
        self.holds = numbers.holds and numbers.repair_type >= 0
        self._playout_element = bytes([numbers.extensions.get(Extension.PLAYOUT_DELAY, ENDING) << 4 | 2])
        """What stands before the three bytes of `Playout.told`."""
        self.extra = b""
        """A further element of the header extension, of four bytes or none; what is repeated is without."""
        self.packets = self.bytes = 0
        self.withdrawn = False
        self.limit = EVERYTHING
        """The best layer the subscriber has a use for, by rank; -1 for none."""
        self.wanted: Source | None = None
        """The source to be forwarded, from its next keyframe on."""
        self.current: Source | None = None
        """The source that is forwarded now; None while there is nothing, or no keyframe has come."""
        self.feed: Source | None = None
        """The source the numbers below translate from; another one, or a pause, starts a new segment."""
        self.segment = 0
        self.shift = 0
        self.timestamp_shift = 0
        self.picture_shift = self.level_shift = 0
        self.renumbered = False
        """Whether pictures have other numbers than their publisher gave them."""
        self.last_sequence = sequence
        self.last_timestamp = -1
        self.sent_at = 0.0
        self.sent: list[int] = [-1] * CACHE
        """By the low bits of the outgoing number: original extended number << 16 | outgoing number."""
        self.doubled = False
        """Whether each packet is sent again at once in the repairing stream: for lines that lose many."""
        self.repairs = 0
        self.repaired: dict[int, float] = {}
        """When, within this second, a number was sent again."""
        self.repairs_since = 0.0
        self.keyframe_asked = -KEYFRAME_PATIENCE
        self.reported: deque[tuple[int, float]] = deque(maxlen=REPORTS_KEPT)
        """What names a sender report in its receiver's answer (RFC 3550, 6.4.1), and when it left."""
        self._playout = Playout()

    def retire(self) -> None:
        """Keep the counters and nothing else: not the subscriber's keys, nor what was sent."""
        self.withdrawn = True
        self._discard_held()
        self.sink = NOWHERE
        self.send = NOWHERE.send_picture
        self.wanted = self.current = self.feed = None
        self.sent = []
        self.repaired, self.reported = {}, NOTHING_REPORTED

    def follow(self, source: Source | None) -> None:
        """Forward this source from its next keyframe on, until then what there was; None: nothing at all."""
        if source is not self.wanted:
            self.wanted = source
            if source is None:
                self.current = None
                self._discard_held()
            elif source is not self.current:
                source.keyframe_wanted = source.kind is Kind.VIDEO

    @property
    def entry_stamp(self) -> int:
        """The outgoing timestamp of the newest keyframe, where anything has been sent yet."""
        return 0 if self.feed is None else self.feed.entry_timestamp + self.timestamp_shift & MASK

    def pause(self) -> None:
        """Nothing has been sent for a while: number on from here, and begin with a keyframe."""
        self.current = None

    def hold(self, line_share: float, round_trip: float, now: float) -> None:
        """Have pictures held for what gets lost: on the way here, or on this subscriber's line."""
        if not self.holds:
            return
        playout, source = self._playout, self.wanted
        holding = playout.seconds > 0
        seconds = needed(line_share, ASKED_AGAIN_AFTER + round_trip, holding=holding)
        if source is not None:
            seconds = max(seconds, needed(source.missed_share, source.answer_time, holding=holding))
        if playout.need(seconds, now):
            self.extra = self._playout_element + playout.told()

    def round_trip(self, block: ReportBlock, now: float) -> float | None:
        """Seconds there and back, by what its receiver answers to our sender reports; None: no telling."""
        for name, left_at in self.reported:
            seconds = now - left_at - block.delay / 65536
            if name == block.last_sender_report != 0 and 0 <= seconds < MOST_ROUND_TRIP:
                return seconds
        return None

    def begin(self, source: Source, packet: Outgoing, now: float) -> None:
        """Start a segment: this packet follows whatever was sent last; what waits is of no use any more."""
        if self.feed is not source:
            self._translate_from(source, packet, now)
            self.feed = source
        self._discard_held()
        self.current = source
        self.segment = packet.extended
        self.last_sequence = self.last_sequence + 1 & 0xFFFF
        self.shift = self.last_sequence - packet.extended

    def _discard_held(self) -> None:
        self.sink.discard(self.ssrc)
        self.sink.discard(self.repair_ssrc)

    def _translate_from(self, source: Source, packet: Outgoing, now: float) -> None:
        self.sent = [-1] * CACHE
        former = self.feed
        if former is None or self.last_timestamp < 0:
            return
        self.timestamp_shift = self._stamp(former, source, packet.timestamp, now) - packet.timestamp & MASK
        if packet.picture is not None:
            self.picture_shift += former.picture + 1 - packet.picture.picture
            self.level_shift += former.level + 1 - packet.picture.level
            self.picture_shift &= 0x7FFF
            self.level_shift &= 0xFF
            self.renumbered = True

    def _stamp(self, former: Source, source: Source, timestamp: int, now: float) -> int:
        """The timestamp for the first packet of another source: by both clocks' reports, or by the time."""
        clock = source.clock_rate
        guessed = max(1, int((now - self.sent_at) * clock))
        moment = source.moment(timestamp)
        if moment is not None and (former_stamp := former.stamp_at(moment)) is not None:
            known = former_stamp + self.timestamp_shift - self.last_timestamp
            known = (known + 0x80000000 & MASK) - 0x80000000
            if known < FAR * clock and abs(known - guessed) < clock:
                guessed = max(1, known)  # it may be the very picture that was shown last, or the one before
        return self.last_timestamp + guessed & MASK

    def original(self, number: int) -> int:
        """Which packet this route sent, or would have sent, as `number`; -1 when that is not known."""
        sent = self.sent[number & SLOT]
        if sent >= 0 and sent & 0xFFFF == number:
            return sent >> 16
        behind = self.last_sequence - number & 0xFFFF
        extended = (self.sent[self.last_sequence & SLOT] >> 16) - behind
        return extended if behind < CACHE and extended >= self.segment else -1
