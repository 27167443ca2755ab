"""Days and times in words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.pages import when

LONDON = ZoneInfo("Europe/London")
EVENING = datetime(2026, 3, 3, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (EVENING, "7pm"),
        (EVENING + timedelta(minutes=5), "7.05pm"),
        (datetime(2026, 7, 7, 18, 30, tzinfo=UTC), "7.30pm"),
        (datetime(2026, 3, 3, 0, 0, tzinfo=UTC), "12am"),
        (datetime(2026, 3, 3, 12, 15, tzinfo=UTC), "12.15pm"),
    ],
)
def test_times_are_said_as_people_say_them(moment: datetime, said: str) -> None:
    assert when.clock(moment, LONDON) == said


@pytest.mark.parametrize(
    ("days", "said"), [(0, "today"), (1, "tomorrow"), (7, "on Tuesday 10 March"), (-1, "on Monday 2 March")]
)
def test_days_are_said_from_where_one_stands(days: int, said: str) -> None:
    assert when.on_day(EVENING + timedelta(days=days), EVENING, LONDON) == said


def test_today_is_todays_on_the_wall_not_in_utc() -> None:
    late = datetime(2026, 7, 6, 23, 30, tzinfo=UTC)
    assert when.on_day(datetime(2026, 7, 7, 18, 0, tzinfo=UTC), late, LONDON) == "today"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(90, "an hour and a half"), (60, "an hour"), (120, "2 hours"), (45, "45 minutes"), (75, "75 minutes")],
)
def test_lengths(minutes: int, said: str) -> None:
    assert when.length(minutes) == said


@pytest.mark.parametrize(
    ("names", "said"),
    [([], ""), (["Jo"], "Jo"), (["Jo", "Ray"], "Jo or Ray"), (["Jo", "Ray", "Kim"], "Jo, Ray or Kim")],
)
def test_hosts(names: list[str], said: str) -> None:
    assert when.either(names) == said
