from hypothesis import given, settings
from hypothesis import strategies as st

from media.layers import OFF, Wish, least_price, share

CAMERA = (100_000, 300_000, 1_000_000)


def camera(present: int = 2, limit: int = 2) -> Wish:
    return Wish(CAMERA, limit, present)


def test_a_wide_line_carries_everything_that_is_looked_at() -> None:
    assert share(10_000_000, [camera(), camera(limit=0), camera(limit=OFF)]) == [2, 0, OFF]


def test_everybody_is_seen_before_anybody_is_seen_sharply() -> None:
    assert share(450_000, [camera()] * 4) == [0, 0, 0, 0]
    assert share(650_000, [camera()] * 4) == [1, 0, 0, 0]


def test_other_cameras_give_way_before_a_shared_screen() -> None:
    screen = Wish((800_000,), 0, 0, screen=True)
    assert share(1_000_000, [camera(), camera(), screen]) == [0, 0, 0]
    assert share(850_000, [camera(), camera(), screen]) == [OFF, OFF, 0]
    assert share(100_000, [camera(), screen]) == [0, OFF]


def test_moving_up_needs_a_little_more_than_it_costs() -> None:
    assert share(1_000_000, [camera(present=1)]) == [1]
    assert share(1_200_000, [camera(present=1)]) == [2]
    assert share(1_000_000, [camera(present=2)]) == [2]


WISHES = st.lists(
    st.builds(
        Wish,
        st.lists(st.integers(0, 10**6), max_size=3).map(lambda rates: tuple(sorted(rates))),
        st.integers(-1, 5),
        st.integers(-1, 2),
        st.booleans(),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(st.integers(0, 10**7), WISHES)
def test_no_more_is_given_than_there_is(budget: int, wishes: list[Wish]) -> None:
    chosen = share(budget, wishes)
    price = sum(wish.rates[place] for wish, place in zip(wishes, chosen, strict=True) if place >= 0)
    assert price <= budget
    assert price <= sum(wish.rates[-1] for wish in wishes if wish.rates)
    assert all(place <= wish.limit for wish, place in zip(wishes, chosen, strict=True))


@settings(deadline=None)
@given(WISHES)
def test_the_least_price_gives_everybody_something(wishes: list[Wish]) -> None:
    cameras = [Wish(wish.rates, wish.limit, wish.present) for wish in wishes]
    chosen = share(least_price(cameras), cameras)
    assert all(
        place >= 0 for wish, place in zip(cameras, chosen, strict=True) if wish.rates and wish.limit >= 0
    )
