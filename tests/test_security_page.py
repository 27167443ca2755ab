"""docs/security.md is true of the code: what it names exists, and what is not met says so."""

import re

import pytest

from server.entry import Entry
from tools.platform import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.*?) \| (.*?) \|$", PAGE, flags=re.MULTILINE)
STATES = {"met", "in part", "not met"}


def test_there_is_one_row_for_each_requirement_and_each_has_a_state() -> None:
    numbers = [number for number, _, _, _ in ROWS]
    assert len(numbers) > 150
    assert len(numbers) == len(set(numbers))
    assert {number.split(".")[0] for number in numbers} >= {"6", "7", "8", "14", "16", "17"}
    assert {state for _, _, _, state in ROWS} <= STATES


@pytest.mark.parametrize(("number", "places"), [(row[0], row[2]) for row in ROWS])
def test_every_place_that_a_row_names_exists(number: str, places: str) -> None:
    named = re.findall(r"`([^`]+)`", places)
    assert named, number
    for place in named:
        path, _, test = place.partition("::")
        assert (ROOT / path).is_file(), place
        assert not test or f"def {test}(" in (ROOT / path).read_text(), place


def test_every_kind_of_entry_is_in_the_table_of_who_may_open_what() -> None:
    listed = set(re.findall(r"^\| `([A-Z]+)` \|", PAGE, flags=re.MULTILINE))
    assert listed == {entry.name for entry in Entry}
