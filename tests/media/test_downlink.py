"""Estimating and pacing, against lines that are simulated packet by packet on a clock of their own."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.downlink import CEILING, FLOOR, MAX_WAITING, START, Line, Pacer, Tally
from media.twcc import Feedback

FEEDBACK_EVERY = 0.1
ELSEWHERE = 5000.0
"""The receiver's clock has nothing to do with ours."""


class Simulated:
    """A line with a bottleneck, and a sender that sends what it is allowed to, but no more than it has."""

    def __init__(
        self,
        *,
        rate: float = 1e9,
        loss: float = 0,
        jitter: float = 0,
        queue: float = 0.3,
        stall: float = 0,
        seed: int = 7,
    ) -> None:
        self.rate, self.loss, self.jitter, self.queue = rate, loss, jitter, queue
        self.stall, self.stalled_until = stall, 0.0
        """Seconds at most for which the receiver's device looks at nothing, time and again."""
        self.delay = 0.03
        self.line = Line()
        self.chance = Random(seed)
        self.now = 100.0
        self.free_at = 0.0
        self.last_at = 0.0
        self.arrivals: list[tuple[int, float | None]] = []
        self.longest_wait = 0.0
        self.dropped = 0

    def send(self, size: int) -> None:
        self.line.number = self.line.number + 1 & 0xFFFF
        self.line.sent(self.line.number, size, self.now)
        begin = max(self.now, self.free_at)
        self.longest_wait = max(self.longest_wait, begin - self.now)
        if begin - self.now > self.queue:
            self.dropped += 1
            self.arrivals.append((self.line.number, None))
            return
        self.free_at = begin + size * 8 / self.rate
        came = self.free_at + self.delay + self.jitter * self.chance.random()
        self.last_at = max(self.last_at, self._looked_at(came))
        lost = self.chance.random() < self.loss
        self.arrivals.append((self.line.number, None if lost else self.last_at + ELSEWHERE))

    def _looked_at(self, came: float) -> float:
        if self.stall and came > self.stalled_until + self.chance.expovariate(1 / (2 * self.stall)):
            self.stalled_until = came + self.stall * self.chance.random()
        return max(came, self.stalled_until)

    def run(self, seconds: float, *, has: float = 5e6, wants: int | None = None) -> list[int]:
        """Let some seconds pass; the estimate after each feedback."""
        estimates = []
        end = self.now + seconds
        due = told = 0.0
        while self.now < end:
            self.now += 0.01
            due += min(has, self.line.estimate) * 0.01 / 8
            while due >= 1000:
                due -= 1000
                self.send(1000)
            padding = self.line.padding_due(self.now)
            while padding > 0:
                self.line.padded(250)
                self.send(250)
                padding -= 250
            if self.now - told >= FEEDBACK_EVERY:
                told = self.now
                self.line.hear(self._told(), self.now)
                self.line.want(int(has) if wants is None else wants, self.now)
                estimates.append(self.line.estimate)
        return estimates

    def _told(self) -> Feedback:
        """What has come by now; what is lost is known once something later came."""
        here = [
            place for place, (_, came) in enumerate(self.arrivals) if came and came <= self.now + ELSEWHERE
        ]
        newest = here[-1] + 1 if here else 0
        told, self.arrivals = self.arrivals[:newest], self.arrivals[newest:]
        return Feedback(tuple(told))


@pytest.mark.parametrize("rate", [300_000, 1_000_000, 3_000_000])
def test_the_estimate_finds_what_a_line_carries(rate: int) -> None:
    simulated = Simulated(rate=rate)
    simulated.run(20)
    later = simulated.run(20)
    assert 0.55 * rate < sum(later) / len(later) < 1.1 * rate


@pytest.mark.parametrize("loss", [0.05, 0.1, 0.2])
def test_loss_that_has_nothing_to_do_with_us_does_not_starve_anybody(loss: float) -> None:
    simulated = Simulated(loss=loss)
    simulated.run(20, has=600_000)
    assert min(simulated.run(20, has=600_000)) > 250_000


def test_jitter_is_no_queue() -> None:
    simulated = Simulated(jitter=0.05)
    simulated.run(20, has=1_000_000)
    assert min(simulated.run(10, has=1_000_000)) > 600_000


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("stall", [0.1, 0.2])
def test_a_device_that_is_busy_time_and_again_is_no_narrow_line(stall: float, seed: int) -> None:
    """Only sound flows, so that few packets tell of the line; a picture waits for it to be proven."""
    simulated = Simulated(stall=stall, seed=seed)
    assert simulated.run(10, has=60_000, wants=520_000)[-1] >= 520_000
    assert min(simulated.run(20, has=500_000)) > 400_000


def test_one_late_packet_after_a_rest_is_no_narrow_line() -> None:
    simulated = Simulated()
    simulated.run(5, has=500_000)
    line, before = simulated.line, simulated.line.estimate
    line.rest()
    now = simulated.now + 3
    line.sent(line.number + 1, 100, now)
    line.hear(Feedback(((line.number + 1, now + 0.2 + ELSEWHERE),)), now + 0.2)
    assert (line.estimate, line.never_full) == (before, True)


def test_a_line_that_becomes_narrow_is_noticed_within_a_second_and_again_when_it_is_wide() -> None:
    simulated = Simulated(rate=2_000_000)
    simulated.run(20)
    simulated.rate = 300_000
    assert simulated.run(1.5)[-1] < 600_000
    simulated.run(10)
    simulated.rate = 2_000_000
    assert simulated.run(40)[-1] > 1_000_000


@pytest.mark.parametrize("has", [500_000, 2_000_000])
@pytest.mark.parametrize(("loss", "jitter"), [(0, 0), (0.01, 0.05), (0.05, 0.02)])
def test_a_way_that_becomes_longer_is_no_queue(has: int, loss: float, jitter: float) -> None:
    simulated = Simulated(loss=loss, jitter=jitter)
    simulated.run(10, has=has)
    simulated.delay += 0.3
    assert min(simulated.run(15, has=has)) > has / 2
    assert simulated.line.queue < 0.06


@pytest.mark.parametrize("rate", [300_000, 1_000_000])
def test_a_way_that_becomes_longer_and_narrow_is_taken_for_what_it_carries(rate: int) -> None:
    simulated = Simulated(rate=5 * rate, queue=1.0, loss=0.01, jitter=0.05)
    simulated.run(20)
    simulated.delay, simulated.rate = 0.33, rate
    simulated.run(20)
    simulated.longest_wait = 0.0
    later = simulated.run(20)
    assert 0.55 * rate < sum(later) / len(later) < 1.1 * rate
    assert simulated.longest_wait < 0.5


def test_who_sends_little_learns_by_probes_that_the_line_is_wide() -> None:
    simulated = Simulated(rate=5_000_000)
    assert simulated.run(20, has=60_000, wants=1_500_000)[-1] > 1_000_000


def test_a_picture_that_waits_for_its_line_to_be_proven_waits_for_seconds_only() -> None:
    """Nothing but padding flows meanwhile, and what one probe brought is not flowing in the next."""
    simulated = Simulated(rate=5_000_000)
    simulated.run(1, has=100_000)
    assert simulated.run(4, has=0, wants=520_000)[-1] >= 520_000


def test_probes_of_a_full_line_become_rare_and_fill_no_queue() -> None:
    simulated = Simulated(rate=400_000)
    simulated.run(30, has=250_000, wants=2_000_000)
    simulated.longest_wait = simulated.dropped = 0
    simulated.run(60, has=250_000, wants=2_000_000)
    assert simulated.longest_wait < 0.2
    assert simulated.dropped == 0


def test_without_feedback_nothing_is_tried() -> None:
    line = Line()
    for tick in range(1000):
        line.want(5_000_000, 100.0 + tick / 100)
        assert line.padding_due(100.0 + tick / 100) == 0
    assert (line.known, line.estimate) == (False, START)


FEEDBACK = st.lists(
    st.tuples(st.integers(0, 0xFFFF), st.one_of(st.none(), st.floats(-1e6, 1e6))), max_size=80
)


@settings(deadline=None)
@given(st.lists(st.tuples(FEEDBACK, st.floats(0, 3)), max_size=30))
def test_whatever_the_other_side_says_the_estimate_stays_within_its_bounds(
    told: list[tuple[list[tuple[int, float | None]], float]],
) -> None:
    line, now = Line(), 100.0
    for arrivals, pause in told:
        now += pause
        for number, _ in arrivals:
            line.sent(number, 1200, now)
        line.hear(Feedback(tuple(arrivals)), now)
        line.want(10_000_000, now)
        assert 0 <= line.padding_due(now + 0.05) < 4_000_000
        assert FLOOR <= line.estimate <= CEILING
    assert len(line._delivered) < 4000


def test_a_share_is_told_once_there_are_enough_packets_to_tell_it_by() -> None:
    tally = Tally(40)
    assert tally.add(30, 0) is None
    assert tally.add(9, 1) == 1 / 40
    assert tally.add(20, 10) is None
    assert tally.add(10, 0) == 10 / 40


def test_more_loss_is_believed_sooner_than_less() -> None:
    simulated = Simulated(rate=2_000_000)
    simulated.run(20, has=500_000)
    simulated.loss = 0.05
    simulated.run(2.0, has=500_000)
    assert simulated.line.lost > 0.02
    before = simulated.line.lost
    simulated.loss = 0.0
    simulated.run(2.0, has=500_000)
    assert simulated.line.lost > before / 4


def packet(ssrc: int, size: int = 1000, timestamp: int = 0) -> bytes:
    return bytes(4) + timestamp.to_bytes(4, "big") + ssrc.to_bytes(4, "big") + bytes(size - 12)


def test_on_a_narrow_line_packets_leave_one_after_the_other() -> None:
    pacer, rate, now = Pacer(), 200_000, 100.0
    assert pacer.admit(1000, rate, now)
    held = 0
    for number in range(20):
        if not pacer.admit(1000, rate, now):
            pacer.hold(packet(5), number)
            held += 1
    assert held >= 15
    left = []
    for tick in range(100):
        left += [(tick, number) for _, number in pacer.due(rate, now + tick / 100)]
    assert [number for _, number in left] == sorted(number for _, number in left)
    assert not pacer.waiting
    assert left[-1][0] > 40


def test_it_is_known_of_which_picture_some_waits() -> None:
    pacer = Pacer()
    pacer.hold(packet(5, timestamp=9000), 1)
    assert pacer.holds(5, 9000)
    assert not pacer.holds(6, 9000)
    assert not pacer.holds(5, 12000)
    assert [number for _, number in pacer.due(10**9, 200.0)] == [1]
    assert not pacer.holds(5, 9000)


def test_it_is_known_how_long_what_waits_will_take() -> None:
    pacer = Pacer()
    assert pacer.backlog(80_000) == 0
    for number in range(5):
        pacer.hold(packet(5), number)
    assert pacer.backlog(80_000) == pytest.approx(5 * len(packet(5)) / 10_000)


def test_where_a_queue_stands_pictures_leave_no_faster_than_it_empties() -> None:
    simulated = Simulated(rate=2_000_000)
    simulated.run(20, has=1_500_000)
    assert simulated.line.pace > simulated.line.estimate
    simulated.rate = 300_000
    simulated.run(0.5)
    assert simulated.line.pace == simulated.line.estimate


def test_what_is_withdrawn_does_not_leave_any_more() -> None:
    pacer = Pacer()
    for ssrc in (5, 6, 5):
        pacer.hold(packet(ssrc), ssrc)
    pacer.discard(5)
    assert [number for _, number in pacer.due(10**9, 200.0)] == [6]


def test_the_oldest_gives_way_when_too_much_waits() -> None:
    pacer = Pacer()
    for number in range(MAX_WAITING + 10):
        pacer.hold(packet(5), number)
    assert pacer.dropped == 10
    assert next(iter(pacer.due(10**9, 200.0)))[1] == 10


def test_after_an_outage_the_line_is_what_it_was() -> None:
    simulated = Simulated(rate=3_000_000)
    simulated.run(20, has=800_000)
    before = simulated.line.estimate
    for _ in range(400):  # ten seconds that nothing comes out of
        simulated.now += 0.025
        simulated.line.number = simulated.line.number + 1 & 0xFFFF
        simulated.line.sent(simulated.line.number, 1000, simulated.now)
        simulated.arrivals.append((simulated.line.number, None))
    assert min(simulated.run(3, has=800_000)) > before / 2
