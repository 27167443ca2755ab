"""Days and times in words, by the clock on the group's wall."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_time
from babel.lists import format_list

from server.words import words
from server.words.languages import ENGLISH, spoken


def day(moment: datetime, zone: ZoneInfo) -> str:
    """Such as Tuesday 3 March."""
    return plain_day(moment.astimezone(zone).date())


def plain_day(of: date) -> str:
    """The same of a day in the calendar."""
    locale = spoken().locale
    if locale.language != ENGLISH.tag:
        return format_skeleton("MMMMEEEEd", datetime(of.year, of.month, of.day), locale=locale)  # noqa: DTZ001 - a day
    return f"{of:%A} {of.day} {of:%B}"


def on_day(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Such as today, tomorrow or on Tuesday 3 March."""
    match (moment.astimezone(zone).date() - now.astimezone(zone).date()).days:
        case 0:
            return str(words.parent.today)
        case 1:
            return str(words.parent.tomorrow)
        case _:
            return str(words.parent.on_day.format(day=day(moment, zone)))


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """Such as 7pm or 7.30pm."""
    local, locale = moment.astimezone(zone), spoken().locale
    if locale.language != ENGLISH.tag:
        return format_time(local.time(), "short", locale=locale)
    minutes = f".{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"


def length(minutes: int) -> str:
    """Such as an hour and a half."""
    match minutes:
        case 60:
            return str(words.parent.hour)
        case 90:
            return str(words.parent.hour_and_half)
        case _ if minutes % 60 == 0:
            return str(words.parent.hours.format(count=minutes // 60))
        case _:
            return str(words.parent.minutes.format(count=minutes))


def both(names: Sequence[str]) -> str:
    """Such as Sam, Pat and Kim."""
    return format_list(names, locale=_joining())


def either(names: Sequence[str]) -> str:
    """Such as Jo, Ray or Kim."""
    return format_list(names, style="or", locale=_joining())


def _joining() -> Locale:
    """American English would put a comma before the last."""
    locale = spoken().locale
    return ENGLISH.locale if locale.language == ENGLISH.tag else locale
