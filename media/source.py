"""One SSRC that arrives: what was received, what is missing, what to tell its sender. Pure.

See RFC 3550, appendices A.1 (sequence numbers), A.3 (loss) and A.8 (jitter).
"""

from collections import deque
from typing import TYPE_CHECKING

from media.packets import Codec, Extension, Kind
from media.rtcp import ReportBlock, SenderReport

if TYPE_CHECKING:
    from media.route import Outgoing
    from media.track import Track
    from media.twcc import TransportNumbers

CACHE = 512
"""Packets kept for retransmission, and numbers a route remembers; a power of two."""
SLOT = CACHE - 1
MEASURED = 5
"""Calls of `measure` over which a bit rate is taken."""
MAX_GAP = 128
"""A jump in sequence numbers beyond this is a restart, not a loss to be asked for; and so
many packets may be missing before no more of them are asked for."""
NACK_AFTER = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6)
"""Seconds after noticing the gap at which a lost packet is asked for. Senders leave out what they sent again
less than a round trip ago: asking often only means that the next answer comes as soon as it may."""
GIVEN_UP_AFTER = 0.8
"""Seconds after which it is not waited for any more."""
KEYFRAME_PATIENCE = 0.5
"""Seconds between keyframe requests: of one subscriber, to one publisher, and after a keyframe has come."""
ENOUGH = 40
"""Packets over which it is worth saying what share was missed."""
LEADING = {Codec.OPUS: 0, Codec.VP8: 0, Codec.H264: 2}
"""Packets of parameter sets that may stand before the first of a keyframe that was noticed."""
MASK = 0xFFFFFFFF


class Source:
    """One arriving SSRC and what its receiver must know about it."""

    __slots__ = (
        "_expected_before", "_judged", "_measured", "_received_before", "_transit", "answer_time",
        "base", "bytes", "cache", "clock_rate", "codec", "dropped", "entry", "entry_at",
        "entry_timestamp", "extension_numbers", "first_seen", "forwarded", "highest", "jitter",
        "keyframe_asked", "keyframe_wanted", "kind", "last_seen", "level", "lost_fraction", "mid",
        "missed", "missed_share", "missing", "payload_type", "picture", "rank", "rate", "received",
        "redundancy_type", "repairs", "report_at", "report_ntp", "report_timestamp", "rid", "ssrc",
        "torn", "track", "transport", "useful",
    )  # fmt: skip

    def __init__(self, ssrc: int, codec: Codec, payload_type: int, numbers: dict[Extension, int]) -> None:
        self.ssrc = ssrc
        self.codec = codec
        self.kind = codec.kind
        self.clock_rate = codec.clock_rate
        self.payload_type = payload_type
        self.redundancy_type = -1
        """Under which its sound comes with redundancy; -1 when it never does."""
        self.extension_numbers = numbers
        self.mid = self.rid = ""
        self.rank = 0
        """Among the layers of one picture: the higher, the better."""
        self.track: Track | None = None
        self.repairs: Source | None = None
        """The source whose lost packets come under this SSRC (RFC 4588); None for one of its own."""
        self.cache: list[Outgoing | None] = []
        """The last packets that were forwarded, for retransmission; empty before the first."""
        self.transport: TransportNumbers | None = None
        """Where the transport-wide numbers of its packets are noted; None when they have none."""
        self.keyframe_wanted = False
        self.keyframe_asked = 0
        """How often in a row its publisher was asked for one."""
        self.entry = self.entry_timestamp = -1
        """The extended number where the newest keyframe begins: nothing before it is of use any more."""
        self.entry_at = -KEYFRAME_PATIENCE
        """When that came."""
        self.torn = False
        """Whether so much is missing that it is not asked for: what comes now is a new beginning."""
        self.picture = self.level = 0
        """The newest picture's PictureID and TL0PICIDX."""
        self.rate = 0
        """In bits a second, as `measure` last found it."""
        self._judged = 0, 0
        self._measured: deque[tuple[float, int]] = deque(maxlen=MEASURED)
        self.received = self.forwarded = self.dropped = self.bytes = 0
        self.useful = 0
        """Bytes of payload: senders try their line with padding too."""
        self.first_seen = self.last_seen = 0.0
        self.base = self.highest = -1
        self.jitter = 0.0
        self._transit = 0.0
        self.missed = 0
        """Packets that did not come in their turn, whether or not they came later."""
        self.missed_share = 0.0
        """Of all, of late."""
        self.answer_time = 0.0
        """Seconds that one may have to wait for what was missed."""
        self.missing: dict[int, tuple[float, int]] = {}
        """Extended sequence number of a lost packet → when it was missed, how often it was asked for."""
        self.report_ntp = 0
        """The sender's clock in its last report: 64 bits of NTP time; 0 before the first."""
        self.report_timestamp = 0
        self.report_at = 0.0
        self.lost_fraction = 0.0
        self._expected_before = self._received_before = 0

    def extend(self, sequence: int, timestamp: int, now: float) -> int:
        """Take an arrival; its extended sequence number (as if numbers never wrapped).

        -1 for what has come already, or so late that nobody waits for it: no number is ever forwarded twice.
        """
        if self.highest < 0:
            self.base = self.highest = extended = sequence + 65536
            self._judged = extended, 0
            self.first_seen = now
        else:
            extended = self.highest + ((sequence - self.highest + 0x8000) & 0xFFFF) - 0x8000
            if extended > self.highest:
                if extended != self.highest + 1:
                    self._note_gap(extended, now)
                self.highest = extended
            else:  # late: it says nothing of the jitter
                self.last_seen = now
                missed = self.missing.pop(extended, None)
                if missed is None:
                    return -1
                self._note_answer(now - missed[0])
                return extended
        transit = now * self.clock_rate - timestamp
        difference = abs(transit - self._transit) if self.received else 0.0
        self._transit = transit
        if difference < self.clock_rate:  # a second's jump is a new timeline, not jitter
            self.jitter += (difference - self.jitter) / 16
        self.last_seen = now
        return extended

    def _note_gap(self, extended: int, now: float) -> None:
        if extended - self.highest > MAX_GAP or len(self.missing) > MAX_GAP:
            self.missing.clear()
            self.torn = True
        else:
            self.missed += extended - self.highest - 1
            for lost in range(self.highest + 1, extended):
                self.missing[lost] = (now, 0)

    def _note_answer(self, seconds: float) -> None:
        """Up at once, down slowly: whoever waits for repairs waits for the slow ones."""
        self.answer_time = max(seconds, self.answer_time * 63 / 64)

    def due_nacks(self, now: float) -> list[int]:
        """The 16-bit numbers to ask for now; pictures that lack what is given up need a keyframe."""
        due = []
        for lost, (since, asked) in list(self.missing.items()):
            if lost < self.entry:
                del self.missing[lost]
            elif asked < len(NACK_AFTER):
                if now >= since + NACK_AFTER[asked]:
                    self.missing[lost] = (since, asked + 1)
                    due.append(lost & 0xFFFF)
            elif now >= since + GIVEN_UP_AFTER:
                del self.missing[lost]
                self.keyframe_wanted |= self.kind is Kind.VIDEO
        return due

    def note_entry(self, extended: int, timestamp: int, now: float) -> None:
        """Somebody may start at this packet: a keyframe begins here, or goes on."""
        if timestamp != self.entry_timestamp and extended > self.entry:
            self.entry_timestamp = timestamp
            self.entry_at = now
            self.entry = extended - LEADING[self.codec]
        self.keyframe_wanted = False
        self.keyframe_asked = 0

    def heard_report(self, report: SenderReport, now: float) -> None:
        """Remember when the sender's last report came, to be echoed in ours."""
        self.report_ntp = report.ntp
        self.report_timestamp = report.timestamp
        self.report_at = now

    def moment(self, timestamp: int) -> float | None:
        """When, on its sender's clock in seconds, something was sampled; None before the first report."""
        if not self.report_ntp:
            return None
        ticks = (timestamp - self.report_timestamp + 0x80000000 & MASK) - 0x80000000
        return self.report_ntp / 2**32 + ticks / self.clock_rate

    def stamp_at(self, moment: float) -> int | None:
        """Which timestamp that moment has here: the reverse of `moment`."""
        if not self.report_ntp:
            return None
        return round((moment - self.report_ntp / 2**32) * self.clock_rate) + self.report_timestamp & MASK

    def measure(self, now: float) -> None:
        """Find the present bit rate, over MEASURED calls: a single keyframe is not to count for much."""
        then, before = self._measured[0] if self._measured else (self.first_seen, 0)
        if now > then:
            self.rate = int(8 * (self.useful - before) / (now - then))
        self._measured.append((now, self.useful))
        expected, missed = self.highest - self._judged[0], self.missed - self._judged[1]
        if expected >= ENOUGH:
            self._judged = self.highest, self.missed
            self.missed_share += (min(1.0, missed / expected) - self.missed_share) / 4

    def report_block(self, now: float) -> ReportBlock:
        """What to tell the sender; resets the interval the lost fraction is over."""
        expected = self.highest - self.base + 1 if self.base >= 0 else 0
        lost = expected - self.received
        interval = expected - self._expected_before
        interval_lost = interval - (self.received - self._received_before)
        self._expected_before, self._received_before = expected, self.received
        self.lost_fraction = max(0.0, interval_lost / interval) if interval > 0 else 0.0
        return ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=min(255, int(self.lost_fraction * 256)),
            lost=max(-0x800000, min(0x7FFFFF, lost)),
            highest=max(0, self.highest),
            jitter=int(self.jitter),
            last_sender_report=self.report_ntp >> 16 & MASK,
            delay=int((now - self.report_at) * 65536) if self.report_ntp else 0,
        )
