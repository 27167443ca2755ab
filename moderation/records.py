"""Events as plain records for the journal, and back.

A record is a flat mapping that JSON carries: `{"event": "Removed", "person": "…", "reason": "other"}`. The
names of events and fields are part of what is stored, so renaming one needs a migration of the journal.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from enum import Enum
from types import NoneType
from typing import get_args, get_type_hints

from moderation.events import Event

Scalar = str | int | bool | None

_EVENTS: dict[str, type[Event]] = {event.__name__: event for event in get_args(Event)}
# Looked up once: a whole journal is read each time a meeting is.
_FIELDS = {
    name: {field.name: get_type_hints(event)[field.name] for field in fields(event)}
    for name, event in _EVENTS.items()
}


def to_record(event: Event) -> dict[str, Scalar]:
    """The event as a flat mapping of JSON scalars."""
    record: dict[str, Scalar] = {"event": type(event).__name__}
    for field in fields(event):
        record[field.name] = _scalar(getattr(event, field.name))
    return record


def from_record(record: Mapping[str, object]) -> Event:
    """The event that `to_record` wrote.

    Raises:
        ValueError: the record names no known event, or its fields are not that event's.
    """
    rest = dict(record)
    name = rest.pop("event", None)
    event = _EVENTS.get(name) if isinstance(name, str) else None
    if event is None:
        raise ValueError(f"no event is called {name!r}")
    hints = _FIELDS[event.__name__]
    if rest.keys() != hints.keys():
        raise ValueError(f"{name} has the fields {sorted(hints)}, not {sorted(rest)}")
    build: Callable[..., Event] = event
    return build(**{key: _value(hint, rest[key]) for key, hint in hints.items()})


def _scalar(value: object) -> Scalar:
    match value:
        case datetime():
            return value.isoformat()
        case Enum():
            return str(value.value)
        case bool() | int() | str() | None:
            return value
        case _:
            raise TypeError(f"{type(value).__name__} does not belong in an event")


def _value(hint: type, raw: object) -> object:
    choices = get_args(hint)
    if NoneType in choices:
        return None if raw is None else _value(next(kind for kind in choices if kind is not NoneType), raw)
    plain = getattr(hint, "__supertype__", hint)
    if plain is datetime or issubclass(plain, Enum):
        if not isinstance(raw, str):
            raise ValueError(f"{raw!r} is not text")
        return datetime.fromisoformat(raw) if plain is datetime else plain(raw)
    if type(raw) is not plain:
        raise ValueError(f"{raw!r} is not of type {plain.__name__}")
    return raw
