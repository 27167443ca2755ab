"""Which media engine a meeting lives in."""

import pytest

from moderation.model import MeetingId
from server.placement import AWAITED, EXPECTED, LINGERS, Placement

MON, TUE, WED, THU = (MeetingId(name) for name in ("mon", "tue", "wed", "thu"))


class Row:
    """Engines in a row, and since how many seconds each has been down."""

    def __init__(self, count: int) -> None:
        self.down: dict[int, float] = {}
        self.placement = Placement(count, self.down.get)

    def place(self, meeting: MeetingId, now: float = 0.0, expected: int = EXPECTED) -> int | None:
        return self.placement.place(meeting, now, expected)


@pytest.fixture
def row() -> Row:
    return Row(3)


def test_a_meeting_has_no_engine_before_somebody_needs_it(row: Row) -> None:
    assert row.placement.of(MON) is None
    assert row.place(MON) == 0
    assert row.placement.of(MON) == 0


def test_meetings_spread_before_anybody_has_come(row: Row) -> None:
    assert [row.place(meeting) for meeting in (MON, TUE, WED, MON, TUE, WED)] == [0, 1, 2, 0, 1, 2]


def test_one_engine_has_them_all() -> None:
    row = Row(1)
    assert {row.place(meeting) for meeting in (MON, TUE, WED)} == {0}


def test_a_meeting_goes_where_the_fewest_have_to_hear_each_other(row: Row) -> None:
    for meeting in (MON, TUE, WED):
        row.place(meeting)
    row.placement.heard(0, {MON: 12}, 1.0)
    row.placement.heard(1, {TUE: 15}, 1.0)
    row.placement.heard(2, {WED: 9}, 1.0)
    assert row.place(THU) == 2


def test_a_large_meeting_costs_more_than_two_small_ones() -> None:
    row = Row(2)
    assert [row.place(meeting, expected=2) for meeting in (MON, TUE, WED)] == [0, 1, 0]
    row.placement.heard(0, {MON: 7, WED: 7}, 1.0)
    row.placement.heard(1, {TUE: 14}, 1.0)
    assert row.place(THU) == 0


def test_checks_of_phones_weigh_little_beside_a_meeting() -> None:
    row = Row(2)
    assert row.place(MON) == 0
    checks = [MeetingId(f"check-{number}") for number in range(5)]
    assert [row.place(check, expected=2) for check in checks] == [1] * 5
    assert row.place(TUE) == 1


def test_a_meeting_waits_for_its_engine_to_be_started_again(row: Row) -> None:
    row.place(MON)
    row.down[0] = AWAITED - 0.1
    assert row.place(MON) == 0
    del row.down[0]
    assert row.place(MON) == 0


def test_a_meeting_moves_when_its_engine_stays_away(row: Row) -> None:
    row.place(MON)
    row.down[0] = AWAITED
    assert row.place(MON) == 1
    del row.down[0]
    assert row.place(MON) == 1, "and stays there: half a group elsewhere would be alone"


def test_nothing_new_goes_to_an_engine_that_is_down(row: Row) -> None:
    row.down[0] = 0.0
    assert [row.place(meeting) for meeting in (MON, TUE, WED)] == [1, 2, 1]


def test_where_none_runs_nothing_has_a_place(row: Row) -> None:
    row.down |= {0: 0.0, 1: 0.0, 2: 0.0}
    assert row.place(MON) is None
    assert row.placement.of(MON) is None


def test_a_meeting_that_is_over_has_no_place(row: Row) -> None:
    row.place(MON)
    row.placement.forget(MON)
    row.placement.forget(TUE)
    assert row.placement.of(MON) is None


def test_what_an_engine_does_not_know_is_forgotten_once_nobody_has_asked_for_long(row: Row) -> None:
    row.place(MON, now=100.0)
    row.placement.heard(0, {}, 100.0 + LINGERS - 1)
    assert row.placement.of(MON) == 0, "somebody may be on the way"
    row.place(MON, now=200.0)
    row.placement.heard(0, {}, 200.0 + LINGERS - 1)
    assert row.placement.of(MON) == 0
    row.placement.heard(1, {}, 1000.0)
    assert row.placement.of(MON) == 0, "it is another's to tell"
    row.placement.heard(0, {}, 200.0 + LINGERS)
    assert row.placement.of(MON) is None


def test_a_meeting_that_goes_on_keeps_its_place_for_hours(row: Row) -> None:
    row.place(MON)
    for hour in range(1, 4):
        row.placement.heard(0, {MON: 6}, 3600.0 * hour)
    assert row.placement.of(MON) == 0
