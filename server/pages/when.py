"""Days and times in words, by the clock on the group's wall."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from server.words import words


def day(moment: datetime, zone: ZoneInfo) -> str:
    """Such as Tuesday 3 March."""
    return plain_day(moment.astimezone(zone).date())


def plain_day(of: date) -> str:
    """The same of a day in the calendar."""
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
    local = moment.astimezone(zone)
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
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {words.parent.both} {names[-1]}"


def either(names: Sequence[str]) -> str:
    """Such as Jo, Ray or Kim."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {words.parent.either} {names[-1]}"
