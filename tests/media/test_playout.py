from media.playout import CALM, MOST, Playout, needed


def test_pictures_are_held_only_where_packets_get_lost() -> None:
    assert needed(0.007, 0.2, holding=False) == 0
    assert needed(0.012, 0.2, holding=False) > 0.3
    assert needed(0.05, 0.2, holding=False) > 0.3
    assert needed(0.05, 30.0, holding=False) == MOST


def test_who_holds_them_goes_on_until_hardly_anything_is_lost() -> None:
    assert needed(0.007, 0.2, holding=True) > 0
    assert needed(0.001, 0.2, holding=True) == 0


def test_they_are_held_longer_at_once_and_less_after_a_calm_while() -> None:
    playout = Playout()
    assert playout.need(0.31, 100.0)
    assert playout.told() == (30 << 12 | 1000).to_bytes(3, "big")
    assert not playout.need(0.1, 100.0 + CALM / 2)
    assert not playout.need(0.29, 101.0 + CALM / 2), "so small a difference is none"
    assert not playout.need(0.0, 102.0 + CALM)
    assert playout.need(0.0, 102.0 + 2 * CALM)
    assert playout.told()[0] == 0
