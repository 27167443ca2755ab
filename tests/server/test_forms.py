"""Fields as people fill them in."""

from datetime import date, time

import pytest

from server.forms import Typed


def typed(value: str) -> Typed:
    return Typed({"x": [value]})


@pytest.mark.parametrize("value", ["90", " 15 ", "240"])
def test_whole_numbers_in_range(value: str) -> None:
    form = typed(value)
    assert form.whole("x", 15, 240, wrong="!") == int(value)
    assert not form.errors


@pytest.mark.parametrize("value", ["", "14", "241", "9e1", "-90", "٩٠", "9" * 5000, "90.0"])
def test_anything_else_is_wrong(value: str) -> None:
    form = typed(value)
    form.whole("x", 15, 240, wrong="!")
    assert form.errors == {"x": "!"}


@pytest.mark.parametrize(
    ("value", "is_right"),
    [
        ("19:00", True),
        ("07:05:30", True),
        ("7pm", False),
        ("25:00", False),
        ("19:00+02:00", False),
        ("", False),
    ],
)
def test_times(value: str, is_right: bool) -> None:
    form = typed(value)
    found = form.time("x", wrong="!")
    assert (found is not None) == is_right == (not form.errors)
    assert found is None or found == time(found.hour, found.minute)


@pytest.mark.parametrize(
    ("value", "day"), [("2026-03-03", date(2026, 3, 3)), ("03/03/2026", None), ("2026-02-30", None)]
)
def test_days(value: str, day: date | None) -> None:
    form = typed(value)
    assert form.day("x", wrong="!") == day
    assert bool(form.errors) == (day is None)


def test_text_is_tidied_and_missing_text_is_missing() -> None:
    assert (
        typed("  Talking \t with\nschool ").text("x", 80, missing="?", wrong="!", is_right=bool)
        == "Talking with school"
    )
    for nothing in ("", "   ", "\n"):
        form = typed(nothing)
        form.text("x", 80, missing="?", wrong="!", is_right=bool)
        assert form.errors == {"x": "?"}


@pytest.mark.parametrize("value", ["x" * 81, "a\x00b", "a\u202eb", "\ud800"])
def test_text_that_cannot_be_shown_is_wrong(value: str) -> None:
    form = typed(value)
    form.text("x", 80, missing="?", wrong="!", is_right=bool)
    assert form.errors == {"x": "!"}


def test_only_offered_choices_count() -> None:
    form = Typed({"x": ["a", "z"]})
    assert form.choices("x", ["a", "b"], missing="?") == ("a",)
    assert form.choices("y", ["a", "b"], missing="?") == ()
    assert form.errors == {"y": "?"}
