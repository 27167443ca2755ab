"""One subscriber's line: what it carries, found out from when our packets arrived; and pacing. Pure.

The line is full when packets begin to stand in a queue: their delay grows over the least that was seen and
stays grown (measured as in RFC 6817, judged as in RFC 8289: the *least* delay of an interval counts, so
neither jitter does nor a device that was busy for a moment). Loss alone is believed only where it is more
than what this line loses anyway. What got through on a free line is proven; where more is wished for than is
proven, padding tries.
"""

import math
import struct
from collections import deque
from collections.abc import Iterable

from media.twcc import Feedback

KEPT = 2048
SLOT = KEPT - 1
START = 200_000
"""Before anything is proven: little enough to leave room for sound on a poor line."""
FLOOR, CEILING = 30_000, 20_000_000
QUEUE = 0.06
"""Seconds of standing delay from which on the line is full."""
BACK_OFF = 0.85
STANDING = 0.25
"""Seconds, on the receiver's clock: a delay that is the least over so long is no jitter."""
SIGN = 0.1
"""The same while a probe is under way: sooner, so that it ends before it hurts."""
STEADY, WITHIN = 1.5, 0.03
"""Seconds, on the receiver's clock, and of change: a queue changes when less is sent. What stays as it is for
so long is the way itself, which has become longer."""
SETTLING = 0.5
"""Seconds after a cut before the next: the queue must have had time to empty."""
WINDOW = 0.2
"""Seconds over which the delivered rate is taken."""
BASE_WINDOW = 10.0
"""Seconds for which the least delay stays the line's own, and the least loss."""
LOSS_SAMPLE, SHARE_SAMPLE = 80, 40
"""Packets over which loss is taken: to judge whether the line is full, and to learn what it loses anyway."""
MUCH, LITTLE = 0.12, 0.02
TERRIBLE = 0.045
"""Where repeating what is asked for comes too late too often, so that everything is sent twice."""
GROWTH = 0.08
"""Of the estimate, in a second without any sign of a queue."""
PROVEN = 1.5
"""How far beyond what is delivered the estimate may grow by itself."""
PROBE = 0.4
"""Seconds that padding is sent for, more and more of it, so that a full line shows before it hurts."""
PROBE_EVERY, PROBE_SELDOM = 1.0, 30.0
"""Seconds between probes: while they succeed, and at most."""
REGRET = 3.0
"""Seconds within which a line that proves too narrow after all makes a probe a failed one."""
STALE = 2.0
"""Seconds after which a loss says nothing of the line as it is now: there was an outage."""
SILENCE = 1.0
"""Seconds without feedback after which a queue has emptied: nothing of ours stands in it."""
PROBE_BEYOND = 1.6
"""What a probe rises to, of what is wished for: over the window it is measured in it averages 3/4 of that."""
PROBE_REACH = 0.7
"""A probe tries at most so much more than is proven, as a share of it; gentler where the last ones failed."""
FIRST_REACH = 2.0
"""The same while nothing has filled the line yet."""
PACE, FIRST_PACE = 1.25, 2.5
"""How much faster than the estimate pictures may leave: usually, and to what is wished for while nothing has
filled the line yet."""
BURST = 0.1
"""Seconds of that for which they may leave at once."""
MAX_WAITING = 256
"""Packets."""


class Tally:
    """Packets that came and that did not, until they are enough to tell a share by."""

    __slots__ = ("_enough", "_missed", "_sent")

    def __init__(self, enough: int) -> None:
        self._enough = enough
        self._sent = self._missed = 0

    def add(self, arrived: int, missed: int) -> float | None:
        """The share that did not come, once there are enough; then it begins anew."""
        self._sent += arrived + missed
        self._missed += missed
        if self._sent < self._enough:
            return None
        share = self._missed / self._sent
        self._sent = self._missed = 0
        return share


class Line:
    """The estimate, in bits a second, for the way to one subscriber."""

    def __init__(self) -> None:
        self.estimate = START
        self.pace = int(START * PACE)
        """How fast pictures may leave, in bits a second: where a queue stands, no faster than it empties."""
        self.known = False
        """Whether the other side tells of arrivals at all: without, nothing is held back."""
        self.queue = self.loss = 0.0
        self.lost = 0.0
        """Share of our packets that does not arrive, of late; `loss` is what is above the usual."""
        self.round_trip = 0.0
        """Seconds there and back, the receiver's own time aside; 0 before it is known."""
        self.number = 0
        """The last transport-wide number that was used."""
        self._sent_at = [0.0] * KEPT
        self._sizes = [0] * KEPT
        self._delivered: deque[tuple[float, int]] = deque(maxlen=KEPT)
        self._base: deque[tuple[float, float]] = deque()
        self._stood: deque[tuple[float, float]] = deque(maxlen=KEPT)
        """Arrivals, and the least delay of all packets since; both ascending."""
        self._steady: tuple[float, float, int] | None = None
        """Since which arrival the line is full with how much delay in all, and the estimate of then."""
        self._losses: deque[tuple[float, float]] = deque()
        self._share, self._loss = Tally(SHARE_SAMPLE), Tally(LOSS_SAMPLE)
        self._cut_at = self._grown_at = -1.0
        self._probe_until = self._probed_at = -1.0
        self._probe_every = PROBE_EVERY
        self._probe_rate = self._padded = 0
        self._before_probe = START
        self._failed = False
        """Whether the last probe found the line full."""
        self._wished = 0
        self.never_full = True
        """Whether nothing has filled the line yet: until then probes follow one another, and rise steeply."""
        self._heard_at = self._left_at = -1.0
        self._unanswered_since = -1.0

    def sent(self, number: int, size: int, now: float) -> None:
        """A numbered packet leaves now."""
        self._left_at = now
        if self._unanswered_since < 0:
            self._unanswered_since = now
        self._sent_at[number & SLOT] = now
        self._sizes[number & SLOT] = size

    def hear(self, feedback: Feedback, now: float) -> None:
        """Take what the other side says of our packets."""
        self.known = True
        self._heard_at = now
        self._unanswered_since = -1.0
        delays = []
        missed = 0
        first, last = math.inf, -math.inf
        for number, arrival in feedback.arrivals:
            sent = self._sent_at[number & SLOT]
            if not sent:
                continue
            if arrival is None:
                missed += now - sent < STALE
                continue
            self._sent_at[number & SLOT] = 0.0
            self._delivered.append((arrival, self._sizes[number & SLOT]))
            delays.append(arrival - sent)
            first, last = min(first, arrival), max(last, arrival)
        if delays:
            least = min(delays)
            base = _least(self._base, least, now)
            self._note_standing(least, first, last)
            self.queue = self._standing(base, last, STANDING)
            self._note_steady(base + self.queue, last, now)
            if now - self._probed_at < PROBE + SETTLING and self._standing(base, last, SIGN) > QUEUE / 2:
                self._fail()
                self.estimate = min(self.estimate, self._before_probe)
        self._weigh_loss(len(delays), missed, now)
        self._judge(now)
        self._set_pace()

    def _note_standing(self, least: float, first: float, last: float) -> None:
        """Packets that arrived from `first` to `last` had this delay at least."""
        stood, since = self._stood, first
        while stood and stood[-1][1] >= least:
            since = stood.pop()[0]
        stood.append((since, least))
        while len(stood) > 1 and last - stood[1][0] >= STANDING:
            stood.popleft()

    def _standing(self, base: float, last: float, length: float) -> float:
        """The delay above `base` that every packet has had for so many seconds: one late packet is none."""
        lasting = (least for since, least in reversed(self._stood) if last - since >= length)
        return next(lasting, base) - base

    def _note_steady(self, delay: float, last: float, now: float) -> None:
        """Every packet has had this delay of late: is it a queue's, or the way's own?"""
        if self.queue <= QUEUE or self.loss > MUCH:
            self._steady = None
        elif self._steady is None or abs(delay - self._steady[1]) > WITHIN:
            self._steady = last, delay, self.estimate
        elif last - self._steady[0] >= STEADY:
            self._base.clear()
            self._base.append((now, delay))
            self.queue = 0.0
            self.estimate = max(self.estimate, self._steady[2])
            self._steady = None

    def _weigh_loss(self, arrived: int, missed: int, now: float) -> None:
        share = self._share.add(arrived, missed)
        if share is not None:
            self.lost += (share - self.lost) / (2 if share > self.lost else 8)
        loss = self._loss.add(arrived, missed)
        if loss is not None:
            self.loss = loss - _least(self._losses, loss, now)

    @property
    def delivered(self) -> int:
        """What arrived of late, in bits a second on the receiver's clock."""
        window = self._delivered
        if not window:
            return 0
        newest = window[-1][0]
        while newest - window[0][0] > WINDOW:
            window.popleft()
        return int(8 * sum(size for _, size in window) / WINDOW)

    def _judge(self, now: float) -> None:
        delivered = self.delivered
        full = self.queue > QUEUE
        if full or self.loss > MUCH:
            self.never_full = False
            if now - self._cut_at >= SETTLING:
                self._cut_at = now
                left = delivered * BACK_OFF if full else max(delivered, self.estimate * (1 - self.loss / 2))
                self.estimate = max(FLOOR, min(self.estimate, int(left)))
                if now - self._probed_at < REGRET:
                    self._fail()
                self.loss = 0.0  # it has had its effect
            return
        elapsed = min(1.0, now - self._grown_at) if self._grown_at >= 0 else 0.0
        self._grown_at = now
        if self.loss < LITTLE and self.estimate < delivered * PROVEN and now - self._cut_at > SETTLING:
            self.estimate = int(self.estimate * (1 + GROWTH * elapsed))
        self.estimate = max(FLOOR, min(CEILING, max(self.estimate, delivered)))

    def _set_pace(self) -> None:
        times = PACE
        if self.queue > QUEUE / 2:
            times = 1.0
        elif self.known and self.never_full and self._wished > self.estimate:
            times = FIRST_PACE
        self.pace = int(self.estimate * times)

    def unanswered(self, now: float) -> float:
        """Seconds since the first packet that left after anything was told of arrivals; 0 when none did."""
        return now - self._unanswered_since if self.known and self._unanswered_since >= 0 else 0.0

    def note_round_trip(self, seconds: float) -> None:
        """It was so long this time."""
        self.round_trip += (seconds - self.round_trip) / (4 if self.round_trip else 1)

    def rest(self) -> None:
        """Nothing is sent for a while: what was under way says nothing of the line as it will be."""
        self._sent_at = [0.0] * KEPT
        self._share, self._loss = Tally(SHARE_SAMPLE), Tally(LOSS_SAMPLE)
        self._unanswered_since = self._probe_until = -1.0
        self._stood.clear()
        self._steady = None
        self.queue = self.loss = 0.0
        self._set_pace()

    # -- trying for more

    def want(self, wished: int, now: float) -> None:
        """So many bits a second would be of use: try whether the line carries them, from time to time."""
        self._wished = wished
        if not self.known or wished <= self.estimate:
            return
        if now - self._heard_at > SILENCE:
            self.queue = 0.0
        if (
            now - self._probed_at >= (PROBE + WINDOW if self.never_full else self._probe_every)
            and now - self._cut_at >= 2 * SETTLING
            and self.queue <= QUEUE / 2
        ):
            if not self._failed:
                self._probe_every = max(PROBE_EVERY, self._probe_every / 4)
            self._failed = False
            self._probed_at, self._probe_until, self._before_probe = now, now + PROBE, self.estimate
            reach = FIRST_REACH if self.never_full else PROBE_REACH * min(1.0, 2 / self._probe_every)
            rate = min(int(wished * PROBE_BEYOND), int(self.estimate * (1 + reach)))
            # What arrived last may have been the last probe's: nothing may be flowing now.
            flowing = self.delivered if now - self._left_at < WINDOW else 0
            self._probe_rate, self._padded = max(0, rate - flowing), 0

    @property
    def probing(self) -> bool:
        """Whether padding is being sent."""
        return self._probe_until >= 0

    def padding_due(self, now: float) -> int:
        """How many bytes of padding are to leave now."""
        if not self.probing:
            return 0
        # Whoever calls late, at the end too, sends what has come due: else it proves less than it is for.
        elapsed = min(PROBE, now - (self._probe_until - PROBE))
        if now >= self._probe_until:
            self._probe_until = -1.0
        due = int(elapsed * elapsed / (2 * PROBE) * self._probe_rate / 8)
        return max(0, due - self._padded)

    def padded(self, size: int) -> None:
        """So many bytes of padding leave: whole packets, mostly more than was due."""
        self._padded += size

    @property
    def lossy(self) -> bool:
        """Whether packets get lost though the line is not full."""
        return self.lost > LITTLE and self.queue <= QUEUE

    @property
    def terrible(self) -> bool:
        """Whether so many get lost that it helps to send everything twice at once."""
        return self.lossy and self.lost > TERRIBLE

    def _fail(self) -> None:
        """The line does not carry more: stop trying, and wait longer before the next time."""
        self._probe_until = -1.0
        self.never_full = False
        if not self._failed:
            self._failed = True
            self._probe_every = min(PROBE_SELDOM, self._probe_every * 2)


class Pacer:
    """Pictures leave a little later where the line is narrow, so that no queue of theirs delays sound."""

    def __init__(self) -> None:
        self._credit = 0.0
        self._at = 0.0
        self._waiting: deque[tuple[bytes, int]] = deque()
        self.dropped = 0

    @property
    def waiting(self) -> bool:
        """Whether something is held back."""
        return bool(self._waiting)

    def admit(self, size: int, rate: int, now: float) -> bool:
        """Whether a packet of `size` bytes may leave at once at `rate` bits a second."""
        if self._waiting:
            return False
        self._earn(rate, now)
        if self._credit < 0:
            return False
        self._credit -= size
        return True

    def hold(self, packet: bytes, number: int) -> None:
        """Keep a protected packet for later, with its transport-wide number; the oldest gives way."""
        self._waiting.append((packet, number))
        if len(self._waiting) > MAX_WAITING:
            self._waiting.popleft()
            self.dropped += 1

    def due(self, rate: int, now: float) -> Iterable[tuple[bytes, int]]:
        """What may leave now."""
        self._earn(rate, now)
        while self._waiting and self._credit >= 0:
            packet, number = self._waiting.popleft()
            self._credit -= len(packet)
            yield packet, number

    def backlog(self, rate: int) -> float:
        """Seconds until what waits now has left, at `rate` bits a second."""
        return 8 * sum(len(packet) for packet, _ in self._waiting) / rate

    def holds(self, ssrc: int, timestamp: int) -> bool:
        """Whether some of this picture waits; both names stand in clear in a protected packet."""
        name = struct.pack("!II", timestamp, ssrc)
        return any(packet[4:12] == name for packet, _ in self._waiting)

    def discard(self, ssrc: int) -> None:
        """Forget what waits under this SSRC."""
        if self._waiting:
            name = ssrc.to_bytes(4, "big")
            self._waiting = deque(held for held in self._waiting if held[0][8:12] != name)

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()

    def _earn(self, rate: int, now: float) -> None:
        earned = rate / 8
        credit, most = self._credit + (now - self._at) * earned, earned * BURST
        self._credit = credit if credit < most else most
        self._at = now


def _least(
    window: deque[tuple[float, float]], value: float, now: float, length: float = BASE_WINDOW
) -> float:
    """The least of a sliding window of so many seconds, this value included."""
    while window and window[-1][1] >= value:
        window.pop()
    window.append((now, value))
    while now - window[0][0] > length:
        window.popleft()
    return window[0][1]
