"""The catalogue: what is asked for exists, what exists is asked for, and how it reads."""

import math
import re
from collections.abc import Container
from pathlib import Path

import pytest

from server import words
from server.words.languages import Counted
from server.words.sources import PARENTS, everything

SERVER = Path(__file__).resolve().parent.parent.parent / "server"
AREAS = ("account", "audit", "base", "errors", "mail", "parent", "staff")
MADE_UP = re.compile(
    r"(mail|anew|close|password|role|invite|remark|revoke|reissue|help|plan|answer|question|task|how|wish|did|why|kind)_\w+|(\d{3}|stale|seat|staff_link|last_way|invite_\w+)_(title|text)"
)


def sources() -> str:
    files = [*SERVER.glob("templates/*.html"), *SERVER.glob("pages/*.py"), *SERVER.glob("mail/*.py")]
    return "\n".join(file.read_text() for file in files)


@pytest.mark.parametrize("area", AREAS)
def test_every_sentence_asked_for_exists(area: str) -> None:
    asked = set(re.findall(rf"words\.{area}\.(\w+)", sources()))
    assert asked <= set(words.AREAS[area])


@pytest.mark.parametrize("area", AREAS)
def test_every_sentence_is_used(area: str) -> None:
    text = sources()
    unused = {
        name
        for name in words.AREAS[area]
        if not re.search(rf"\b{name}\b", text) and not MADE_UP.fullmatch(name)
    }
    assert unused == set()


# What puts it on a child or a parent, or makes a crime a choice or a relationship.
BLAMES = re.compile(
    r"associat(es?|ing) with|(put|plac)(s|ting|ing)? (her|him|them)sel(f|ves)|at risk because"
    r"|(lifestyle|poor|bad|risky|own) (behaviou?r|choice)|promiscu|prostitut|streetwise|abscond|runaway"
    r"|out of control|attention.seeking|manipulat|provocative|troubled|challenging behaviou?r"
    r"|(fail(s|ed|ure|ing)?|refus(es|ed|al|ing)|unwilling) to (protect|engage|cooperate)"
    r"|(hard|difficult) to (reach|engage)|(won.t|will not|does not) engage|consent(s|ed)? to"
    r"|older (boy|girl)friend|sexually active|should have|your fault|let (it|this) happen|bad parent",
    re.IGNORECASE,
)
# What tells whoever looks on what it is about, and the software's word for people.
BETRAYS = re.compile(r"abuse|exploit|victim|facilitator|\buser", re.IGNORECASE)
NO_FAULT = "It is not your fault."


def said(areas: Container[str] | None = None) -> list[str]:
    """Every sentence of these areas, the browser's too; of a counted one both its forms."""
    forms: list[str] = []
    for found in everything():
        if areas is None or found.area in areas:
            source = found.source
            forms += [source.one, source.many] if isinstance(source, Counted) else [source]
    return forms


def test_no_sentence_blames_or_betrays() -> None:
    every = [text.replace(NO_FAULT, "") for text in said()]
    assert [text for text in every if BLAMES.search(text) or BETRAYS.search(text)] == []


@pytest.mark.parametrize(
    "sentence",
    ["She is associating with older men.", "They put themselves at risk.", "He refuses to engage."],
)
def test_blame_is_found(sentence: str) -> None:
    assert BLAMES.search(sentence)


def syllables(word: str) -> int:
    """Near enough for English: groups of vowels, less the endings that are written and not spoken."""
    silent = r"[’']s$|(?<=[^aeiouytd])ed$|(?<=[^aeiouyl])e$|(?<=[^aeiouyclsxz])(?<![csh]h)es$"
    return max(1, len(re.findall(r"[aeiouy]+", re.sub(silent, "", word))))


@pytest.mark.parametrize(
    ("word", "count"),
    [("host", 1), ("pressed", 1), ("leaves", 1), ("table", 2), ("wanted", 2), ("agreement", 3)],
)
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_what_parents_read_taken_together_is_smog_11_or_easier() -> None:
    """G. Harry McLaughlin, SMOG Grading, 1969: words of three syllables or more in thirty sentences."""
    prose = [re.sub(r"\{\w+\}", "Sam", text) for text in said(PARENTS) if text.endswith((".", "?", "!"))]
    sentences = sum(len(re.findall(r"[.?!](?=\s|$)", text)) for text in prose)
    long = sum(syllables(word) >= 3 for text in prose for word in re.findall(r"[a-z’]+", text.lower()))
    assert sentences > 600
    assert 1.0430 * math.sqrt(long * 30 / sentences) + 3.1291 <= 11


def test_templates_hold_no_sentences_of_their_own() -> None:
    for file in SERVER.glob("templates/*.html"):
        text = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", " ", file.read_text(), flags=re.S)
        assert not re.findall(r"[A-Za-z]{3,} [A-Za-z]{2,}", text), file.name
