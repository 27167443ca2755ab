"""Names to be called by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.names import LONGEST_NAME, is_name, likeness, similar, tidy


@pytest.mark.parametrize(
    "name", ["Sam", "Zoë", "Anne-Marie", "O’Neil", "O'Neil", "Sam B", "Sam 2", "عائشة", "美玲", "J. R."]
)
def test_names_of_many_kinds_are_names(name: str) -> None:
    assert is_name(tidy(name))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "2",
        "-",
        "<b>",
        "Sam\u202eevil",
        "Sam\x00",
        "a@b",
        "😀",
        "Sam\u200b",
        "x" * (LONGEST_NAME + 1),
        "S/M",
    ],
)
def test_what_cannot_be_said_or_seen_is_not_a_name(text: str) -> None:
    assert not is_name(tidy(text))


@pytest.mark.parametrize("other", ["sam", "SAM", "Sám", "S.am", "Sam ", "S am", "ｓａｍ"])
def test_names_that_sound_the_same_are_alike(other: str) -> None:
    assert likeness(tidy(other)) == likeness("Sam")


@pytest.mark.parametrize("other", ["Sam B", "Sam 2", "Pam", "Samira"])
def test_names_that_can_be_told_apart_are_not(other: str) -> None:
    assert likeness(other) != likeness("Sam")


@given(st.text())
def test_tidying_is_done_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(st.text())
def test_every_name_has_a_likeness(text: str) -> None:
    assert likeness(text) or not is_name(text)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Sam", "SÁM", True),
        ("Sam", "Sam B", True),
        ("Sam", "Samira", True),
        ("Pat", "Kat", True),
        ("Anna", "Ana", True),
        ("Marian", "Marion", True),
        ("Bo", "Bob", False),
        ("Sam", "Pat", False),
        ("Marian", "Martin", False),
    ],
)
def test_names_that_could_be_mixed_up_are_pointed_out(one: str, other: str, near: bool) -> None:
    assert (similar([one, other]) == {one, other}) == near
    assert similar([one]) == frozenset()
