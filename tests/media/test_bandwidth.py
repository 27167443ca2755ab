from hypothesis import given
from hypothesis import strategies as st

from media.bandwidth import CEILING, FLOOR, START, UplinkEstimate


def test_much_loss_brings_the_rate_down_and_none_brings_it_up_again() -> None:
    estimate = UplinkEstimate()
    assert estimate.update(0.3, START) < START
    low = estimate.bitrate
    assert estimate.update(0.05, low) == low
    assert estimate.update(0.0, low) > low


def test_a_quiet_publisher_proves_nothing() -> None:
    estimate = UplinkEstimate()
    for _ in range(100):
        estimate.update(0.0, 30_000)
    assert estimate.bitrate == START


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1e8)), max_size=200))
def test_the_rate_stays_within_its_bounds(seconds: list[tuple[float, float]]) -> None:
    estimate = UplinkEstimate()
    for lost, received in seconds:
        assert FLOOR <= estimate.update(lost, received) <= CEILING
