"""How much one connection may say."""

from hypothesis import given
from hypothesis import strategies as st

from signalling.meeting.flood import Bucket


def test_a_burst_is_fine_and_more_than_that_is_not() -> None:
    bucket = Bucket(rate=2, burst=3, now=0)
    assert [bucket.take(0) for _ in range(4)] == [True, True, True, False]


def test_waiting_makes_room_again() -> None:
    bucket = Bucket(rate=2, burst=1, now=0)
    assert bucket.take(0)
    assert not bucket.take(0.4)
    assert bucket.take(0.5)


def test_it_is_full_again_once_nothing_taken_counts() -> None:
    bucket = Bucket(rate=1, burst=2, now=0)
    assert bucket.is_full(0)
    bucket.take(0)
    assert not bucket.is_full(0.5)
    assert bucket.is_full(1)


@given(st.lists(st.floats(0, 5), max_size=200))
def test_never_more_than_the_burst_and_the_rate_allow(waits: list[float]) -> None:
    bucket, now, taken = Bucket(rate=4, burst=6, now=0), 0.0, 0
    for wait in waits:
        now += wait
        taken += bucket.take(now)
    assert taken <= 6 + 4 * now + 1e-6
