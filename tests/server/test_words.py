"""The catalogue: every sentence that is asked for exists, and every one that exists is asked for."""

import re
from pathlib import Path

import pytest

from server.words import words

SERVER = Path(__file__).resolve().parent.parent.parent / "server"
AREAS = ("account", "audit", "base", "errors", "mail", "parent", "staff")
MADE_UP = re.compile(
    r"(mail|anew|close|password|role|invite|revoke|reissue|help|plan|answer|question|task|how|wish|did|why|kind)_\w+|(\d{3}|stale|seat|staff_link|last_way|invite_\w+)_(title|text)"
)


def sources() -> str:
    files = [*SERVER.glob("templates/*.html"), *SERVER.glob("pages/*.py"), *SERVER.glob("mail/*.py")]
    return "\n".join(file.read_text() for file in files)


@pytest.mark.parametrize("area", AREAS)
def test_every_sentence_asked_for_exists(area: str) -> None:
    asked = set(re.findall(rf"words\.{area}\.(\w+)", sources()))
    assert asked <= set(vars(getattr(words, area)))


@pytest.mark.parametrize("area", AREAS)
def test_every_sentence_is_used(area: str) -> None:
    text = sources()
    unused = {
        name
        for name in vars(getattr(words, area))
        if not re.search(rf"\b{name}\b", text) and not MADE_UP.fullmatch(name)
    }
    assert unused == set()


def test_no_sentence_blames_or_betrays() -> None:
    every = " ".join(sentence for area in AREAS for sentence in vars(getattr(words, area)).values()).lower()
    for word in ("abuse", "exploit", "victim", "associating", "putting themselves", "facilitator’s", "user"):
        assert word not in every


def test_templates_hold_no_sentences_of_their_own() -> None:
    for file in SERVER.glob("templates/*.html"):
        text = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", " ", file.read_text(), flags=re.S)
        assert not re.findall(r"[A-Za-z]{3,} [A-Za-z]{2,}", text), file.name
