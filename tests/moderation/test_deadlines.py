"""An unattended session closes after ten minutes, and only then."""

from dataclasses import replace
from datetime import timedelta

from moderation import actions as a
from moderation.deadlines import due, next_due
from moderation.model import HOUSE, Terms
from tests.moderation.builders import JO, NOON, after, in_session, scheduled

FROZEN = after(in_session(), (HOUSE, a.HostAway(JO.seat)))


def test_an_attended_session_has_no_deadline() -> None:
    assert next_due(in_session()) is None
    assert due(in_session(), NOON + timedelta(days=1)) is None


def test_an_unattended_session_is_closed_at_ten_minutes_and_not_before() -> None:
    assert due(FROZEN, NOON + timedelta(minutes=10, microseconds=-1)) is None
    assert due(FROZEN, NOON + timedelta(minutes=10)) == a.Close()


def test_a_host_who_comes_back_stops_the_clock() -> None:
    resumed = after(FROZEN, (HOUSE, a.HostAttending(JO.seat)))
    assert due(resumed, NOON + timedelta(hours=1)) is None


def test_whoever_stays_behind_has_fifteen_minutes() -> None:
    closing = after(in_session(), (JO, a.StartClosing()))
    assert due(closing, NOON + timedelta(minutes=14)) is None
    assert due(closing, NOON + timedelta(minutes=15)) == a.TimeUp()


def test_what_closes_at_a_time_closes_then_whatever_goes_on() -> None:
    for meeting in (in_session(), scheduled()):
        practice = replace(meeting, terms=Terms(ends=NOON, closes=NOON + timedelta(minutes=15)))
        assert due(practice, NOON + timedelta(minutes=15, microseconds=-1)) is None
        assert due(practice, NOON + timedelta(minutes=15)) == a.TimeUp()


def test_a_session_winds_up_half_an_hour_after_its_planned_end_opened_or_not() -> None:
    for meeting in (in_session(), scheduled()):
        planned = replace(meeting, terms=Terms(ends=NOON + timedelta(minutes=90)))
        assert due(planned, NOON + timedelta(minutes=119)) is None
        assert due(planned, NOON + timedelta(minutes=120)) == a.TimeUp()
