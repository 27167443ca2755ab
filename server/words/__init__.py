"""Every sentence the server says, an area a file. Reading age 9 to 11; a facilitator is "your host".

Facts go in with `str.format`; templates escape what comes out. The English stands here; `words` says it in
the language of whoever is being answered (`languages.py`).
"""

from collections.abc import Mapping
from typing import Any

from server.words.account import ACCOUNT
from server.words.audit import AUDIT
from server.words.base import BASE
from server.words.errors import ERRORS
from server.words.kept import KEPT
from server.words.languages import Source, spoken
from server.words.mail import MAIL
from server.words.parent import PARENT
from server.words.staff import STAFF

AREAS: Mapping[str, Mapping[str, Source]] = {
    "account": ACCOUNT,
    "audit": AUDIT,
    "base": BASE,
    "errors": ERRORS,
    "kept": KEPT,
    "mail": MAIL,
    "parent": PARENT,
    "staff": STAFF,
}


class Area:
    """The sentences of an area, by name."""

    def __init__(self, area: str) -> None:
        self._area = area

    def __getattr__(self, name: str) -> Any:
        try:
            source = AREAS[self._area][name]
        except KeyError:
            raise AttributeError(f"words.{self._area} has no {name}") from None
        return spoken().say(self._area, source)


class Words:
    """The areas, by name."""

    def __getattr__(self, area: str) -> Area:
        if area not in AREAS:
            raise AttributeError(f"words has no {area}")
        return Area(area)


words = Words()
"""For handlers and templates: `words.parent.welcome_title`. A name that does not exist fails at once."""
