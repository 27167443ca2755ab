"""What is said in which language. English stands in the code; every other language is a catalogue of its own.

A catalogue is a gettext file, `catalogues/<tag>.po`. Each sentence in it has its area as the context and its
English as the key, so one that is not translated yet is said in English. Pages and scripts take their
sentences from the same file.
"""

import gettext
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po

CATALOGUES = Path(__file__).parent / "catalogues"
BROWSER = "browser/"  # what the names of the browser's areas begin with
HIGHEST_TRIED = 200  # every plural rule shows all its kinds below this
_FACT = re.compile(r"\{(\w+)\}")
_ISOLATED = "\u2068{\\1}\u2069"  # a name's own direction does not stir the sentence around it (UAX 9, 2.4)

Key = tuple[str, str]
"""An area and the English of it; of a counted sentence, its singular."""


class BadCatalogue(Exception):
    """A catalogue cannot be used. `lines` has one sentence for each thing that is wrong in it."""

    def __init__(self, tag: str, lines: Sequence[str]) -> None:
        super().__init__(f"{tag}: {'; '.join(lines)}")
        self.tag = tag
        self.lines = tuple(lines)


@dataclass(frozen=True)
class Counted:
    """A sentence that depends on a number, in English. The number goes in as `count`."""

    one: str
    many: str


Source = str | Counted


@dataclass(frozen=True)
class Language:
    """A language and all that is said in it. `form` gives a number's place among the forms of a sentence."""

    tag: str  # BCP 47
    name: str  # in the language itself
    locale: Locale
    sentences: Mapping[Key, tuple[str, ...]]
    form: Callable[[int], int]

    @property
    def direction(self) -> str:
        """Which way it is written: ltr or rtl."""
        return self.locale.text_direction

    def say(self, area: str, source: Source) -> "str | Told":
        """The sentence; of a counted one, what waits for its number."""
        if isinstance(source, Counted):
            return Told(self, self.sentences.get((area, source.one), (source.one, source.many)))
        return self.sentences.get((area, source), (source,))[0]

    def in_browser(self) -> str:
        """The sentences of the browser's areas as a script that a page loads before any other."""
        said: dict[str, dict[str, object]] = {}
        for (area, english), forms in self.sentences.items():
            if area.startswith(BROWSER):
                area = area.removeprefix(BROWSER)
                said.setdefault(area, {})[english] = forms[0] if len(forms) == 1 else self._by_kind(forms)
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        return f"globalThis.sentences={text};\n"

    def _by_kind(self, forms: Sequence[str]) -> dict[str, str]:
        """By the kinds of number that browsers know (CLDR): one, few, many …"""
        return {self.locale.plural_form(n): forms[self.form(n)] for n in range(HIGHEST_TRIED, -1, -1)}


@dataclass(frozen=True)
class Told:
    """A counted sentence in one language, which is said once its number is known."""

    language: Language
    forms: tuple[str, ...]

    def format(self, *, count: int, **facts: object) -> str:
        """The sentence for this number."""
        form = self.forms[min(self.language.form(count), len(self.forms) - 1)]
        return form.format(count=count, **facts)


ENGLISH = Language("en", "English", Locale("en", "GB"), {}, lambda number: int(number != 1))
_spoken: ContextVar[Language] = ContextVar("spoken", default=ENGLISH)


def spoken() -> Language:
    """The language of whoever is being answered; English outside of any request."""
    return _spoken.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Say everything in this language for a while."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def shipped() -> list[str]:
    """The tags of the languages that have a catalogue."""
    return sorted(file.stem for file in CATALOGUES.glob("*.po"))


def read(file: Path) -> Language:
    """A language from its catalogue.

    Raises:
        BadCatalogue: it is no catalogue, names no language, or a sentence has lost a fact.
    """
    tag = file.stem
    try:
        locale = Locale.parse(tag, sep="-")
        with file.open("rb") as opened:
            catalog = read_po(opened, locale=str(locale), abort_invalid=True)
        form = gettext.c2py(catalog.plural_expr)
    except (UnknownLocaleError, PoFileError, UnicodeError, ValueError) as error:
        raise BadCatalogue(tag, [str(error)]) from error
    return language(tag, locale, _translated(tag, catalog), form)


def language(
    tag: str, locale: Locale, sentences: Mapping[Key, tuple[str, ...]], form: Callable[[int], int]
) -> Language:
    """A language from its sentences. Where it is written from right to left, facts in them stand apart."""
    if locale.text_direction == "rtl":
        sentences = {
            key: tuple(_FACT.sub(_ISOLATED, form) for form in forms) for key, forms in sentences.items()
        }
    return Language(tag, locale.get_display_name(str(locale)) or tag, locale, sentences, form)


def _translated(tag: str, catalog: Catalog) -> dict[Key, tuple[str, ...]]:
    found: dict[Key, tuple[str, ...]] = {}
    wrong = []
    for message in catalog:
        english, forms = _as_forms(message.id), _as_forms(message.string or "")
        if not english[0] or not all(forms) or message.fuzzy:
            continue
        if not all(_has_facts_of(english, form) for form in forms):
            wrong.append(f"“{english[0]}” must keep what stands in {{}}, and have no other")
        found[message.context or "", english[0]] = forms
    if wrong:
        raise BadCatalogue(tag, wrong)
    return found


def _as_forms(said: str | Sequence[str]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def _has_facts_of(english: tuple[str, ...], form: str) -> bool:
    """Whether the facts of the English can be filled in. A form for one number may leave the number out."""
    needed = [facts(said) for said in english]
    if not facts(form) <= set.union(*needed) or re.search(r"[{}]", _FACT.sub("", form)):
        return False
    return facts(form) >= set.intersection(*needed) - ({"count"} if len(english) > 1 else set())


def facts(sentence: str) -> set[str]:
    """What is filled into a sentence."""
    return set(_FACT.findall(sentence))


@dataclass(frozen=True)
class Script:
    """The browser's part of a catalogue. Its name changes with its content."""

    tag: str
    text: str

    @cached_property
    def name(self) -> str:
        """The file's name."""
        return f"{self.tag}-{hashlib.sha256(self.text.encode()).hexdigest()[:12]}.js"
