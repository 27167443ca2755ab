"""The first seconds of somebody who comes to people who show themselves, on lines nothing is known of."""

from statistics import median

import pytest

from tests.media.conditions import Conditions
from tests.media.gathering import Gathering

GOOD = Conditions(delay=0.03, rate=3_000_000)
FAIR = Conditions(delay=0.03, rate=1_000_000)
POOR = Conditions(delay=0.04, rate=400_000)
NARROW = Conditions(delay=0.05, rate=150_000)
WATCH = 12.0


def waits_after(gathering: Gathering, seconds: float) -> list[float]:
    """How long packets of sound wait once so much time has passed; hardly any of them is lost."""
    gathering.run(seconds)
    gathering.waits.clear()
    gathering.run(WATCH)
    assert gathering.waits.count(None) < len(gathering.waits) / 50
    return [wait for wait in gathering.waits if wait is not None]


@pytest.mark.parametrize("line", [GOOD, FAIR])
def test_everybody_is_seen_at_once(line: Conditions) -> None:
    gathering = Gathering(9, line, limit=0)
    gathering.run(1.0)
    assert len(gathering.firsts()) == 9
    assert sum(view.begged for view in gathering.newcomer.views) < 20, "nobody begs for what is on its way"


@pytest.mark.parametrize("people", [1, 3])
def test_a_good_line_is_found_to_be_good_within_seconds(people: int) -> None:
    limit = 2 if people == 1 else 1
    gathering = Gathering(people, GOOD, limit)
    gathering.run(2.5)
    assert gathering.ranks() == [limit] * people


@pytest.mark.parametrize("people", [1, 3, 9])
def test_a_narrow_line_is_left_to_sound_after_a_moment(people: int) -> None:
    gathering = Gathering(people, NARROW, limit=0)
    assert waits_after(gathering, 1.5)
    assert gathering.firsts()[0] < 1.0


@pytest.mark.parametrize("people", [3, 9])
def test_what_waits_to_be_sent_does_not_keep_a_line_full(people: int) -> None:
    gathering = Gathering(people, POOR, limit=1)
    assert median(waits_after(gathering, 3.0)) < 0.05
    assert len(gathering.firsts()) >= 3
