"""Who gets which layer of whose picture when a line does not carry everything. Pure.

Sound is not weighed: it always goes. Of the pictures other people's cameras give way first, a shared screen
last: everybody gets something to see before anybody gets it sharp.
"""

from collections.abc import Sequence
from dataclasses import dataclass

OFF = -1
CAUTION = 1.15
"""How much more than a better layer costs must be there before somebody moves up to it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One picture that a subscriber would have."""

    rates: tuple[int, ...]
    """What each of its layers costs, in bits a second, the best last."""
    limit: int
    """The best layer there is a use for, as a place in `rates`; OFF for none."""
    present: int
    """The layer that goes now."""
    screen: bool = False


def share(budget: int, wishes: Sequence[Wish]) -> list[int]:
    """The layer for each wish, or OFF, within so many bits a second."""
    chosen = [OFF] * len(wishes)
    screens = [place for place, wish in enumerate(wishes) if wish.screen]
    cameras = [place for place, wish in enumerate(wishes) if not wish.screen]
    for group in (screens, cameras):
        budget = _raise_together(budget, wishes, group, chosen)
    return chosen


def _raise_together(budget: int, wishes: Sequence[Wish], group: Sequence[int], chosen: list[int]) -> int:
    """Lift everybody in the group layer by layer; what is left of the budget."""
    steps = max((len(wishes[place].rates) for place in group), default=0)
    for layer in range(steps):
        for place in group:
            wish = wishes[place]
            if layer > wish.limit or layer >= len(wish.rates) or chosen[place] != layer - 1:
                continue
            step = wish.rates[layer] - (wish.rates[layer - 1] if layer else 0)
            needed = step * CAUTION if layer > wish.present else step
            if needed <= budget:
                chosen[place] = layer
                budget -= step
    return budget


def next_price(wishes: Sequence[Wish], chosen: Sequence[int]) -> int:
    """What it would cost, in bits a second, to give somebody one layer more; 0 when all is given."""
    steps = [
        wish.rates[place + 1] - (wish.rates[place] if place >= 0 else 0)
        for wish, place in zip(wishes, chosen, strict=True)
        if place < min(wish.limit, len(wish.rates) - 1)
    ]
    return int((price(wishes, chosen) + min(steps)) * CAUTION) if steps else 0


def price(wishes: Sequence[Wish], chosen: Sequence[int]) -> int:
    """What it costs, in bits a second."""
    return sum(wish.rates[place] for wish, place in zip(wishes, chosen, strict=True) if place >= 0)


def least_price(wishes: Sequence[Wish]) -> int:
    """What it takes, in bits a second, for `share` to give everybody the lowest layer."""
    return int(CAUTION * sum(wish.rates[0] for wish in wishes if wish.rates and wish.limit >= 0)) + 1
