"""What people type: read strictly, checked field by field, and kept when it has to be shown again."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from server.names import tidy

LONGEST_BODY = 32 * 1024
MOST_FIELDS = 60


class BadBody(Exception):
    """A body that no form or script of ours sends."""


async def read_form(request: web.Request) -> Mapping[str, Sequence[str]]:
    """The fields of a posted form.

    Raises:
        BadBody: another kind of body, or one that is not UTF-8, too large, or not a form.
    """
    if request.content_type != "application/x-www-form-urlencoded" and await _body(request):
        raise BadBody
    try:
        pairs = parse_qsl(
            (await _body(request)).decode(),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise BadBody from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


async def read_json(request: web.Request) -> Mapping[str, Any]:
    """The object that a script of ours posts.

    Raises:
        BadBody: not JSON, or not an object.
    """
    try:
        found = json.loads((await _body(request)).decode())
    except (ValueError, RecursionError):
        raise BadBody from None
    if not isinstance(found, dict):
        raise BadBody
    return found


async def _body(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.RequestPayloadError:
        raise BadBody from None


@dataclass
class Typed:
    """A form being checked. `errors` holds the name of each wrong field and what to do about it, in order."""

    posted: Mapping[str, Sequence[str]]
    errors: dict[str, str] = field(default_factory=dict)

    def raw(self, name: str) -> str:
        """Exactly what was typed, the first of that name."""
        return next(iter(self.posted.get(name, ())), "")

    def text(
        self, name: str, longest: int, *, missing: str, wrong: str, is_right: Callable[[str], bool]
    ) -> str:
        """One line of text, tidied. `missing` and `wrong` are the sentences to show."""
        value = tidy(self.raw(name))
        if not value:
            self.errors[name] = missing
        elif len(value) > longest or not value.isprintable() or not is_right(value):
            self.errors[name] = wrong
        return value

    def choice(self, name: str, options: Sequence[str], *, missing: str) -> str:
        """One of the options."""
        value = self.raw(name)
        if value not in options:
            self.errors[name] = missing
        return value

    def choices(self, name: str, options: Sequence[str], *, missing: str) -> tuple[str, ...]:
        """At least one of the options."""
        values = tuple(value for value in options if value in self.posted.get(name, ()))
        if not values:
            self.errors[name] = missing
        return values

    def day(self, name: str, *, wrong: str) -> date | None:
        """A day as browsers send it."""
        try:
            return date.fromisoformat(self.raw(name).strip())
        except ValueError:
            self.errors[name] = wrong
            return None

    def time(self, name: str, *, wrong: str) -> time | None:
        """A time of day as browsers send it, to the minute."""
        try:
            found = time.fromisoformat(self.raw(name).strip())
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None:
            self.errors[name] = wrong
            return None
        return found.replace(second=0, microsecond=0)

    def whole(self, name: str, least: int, most: int, *, wrong: str) -> int:
        """A whole number between two others."""
        typed = self.raw(name).strip()
        if not (typed.isascii() and typed.isdigit() and len(typed) <= 6 and least <= int(typed) <= most):
            self.errors[name] = wrong
            return least
        return int(typed)
