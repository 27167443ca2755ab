from itertools import pairwise

import pytest

from media.playout import CALM, MOST, RISE, RISE_AFTER, STEP, Playout, needed


def test_pictures_are_held_only_where_packets_get_lost() -> None:
    assert needed(0.007, 0.2, holding=False) == 0
    assert needed(0.012, 0.2, holding=False) > 0.3
    assert needed(0.05, 0.2, holding=False) > 0.3
    assert needed(0.05, 30.0, holding=False) == MOST


def test_who_holds_them_goes_on_until_hardly_anything_is_lost() -> None:
    assert needed(0.007, 0.2, holding=True) > 0
    assert needed(0.001, 0.2, holding=True) == 0


def test_they_are_held_longer_a_little_at_a_time() -> None:
    playout = Playout()
    held = []
    for tick in range(20):
        playout.need(0.31, 100.0 + tick / 10)
        held.append(playout.seconds)
    assert max(later - before for before, later in pairwise([0.0, *held])) == pytest.approx(RISE * STEP)
    assert held[-1] == pytest.approx(0.3)
    assert held.count(held[0]) >= 10 * RISE_AFTER
    assert playout.told() == (30 << 12 | 1000).to_bytes(3, "big")


def test_they_are_held_less_after_a_calm_while() -> None:
    playout = Playout()
    for at in (100.0, 101.0, 102.0):
        assert playout.need(0.31, at)
    assert not playout.need(0.1, 102.0 + CALM / 2)
    assert not playout.need(0.29, 103.0 + CALM / 2), "so small a difference is none"
    assert not playout.need(0.0, 102.0 + CALM)
    assert playout.need(0.0, 104.0 + 2 * CALM)
    assert playout.told()[0] == 0
