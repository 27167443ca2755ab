"""Events survive the journal."""

import contextlib
import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.events import Event, Removed
from moderation.model import PersonId, RemovalReason
from moderation.records import from_record, to_record

EVENTS = st.one_of(*(st.from_type(kind) for kind in get_args(Event)))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)
)


@given(EVENTS)
def test_every_event_comes_back_from_json_as_it_was(event: Event) -> None:
    assert from_record(json.loads(json.dumps(to_record(event)))) == event


@given(st.dictionaries(st.sampled_from(["event", "person", "seat", "at", "reason", "quick"]), JSON))
def test_any_record_is_an_event_or_a_clear_error(record: dict[str, object]) -> None:
    with contextlib.suppress(ValueError):
        assert to_record(from_record(record)) == record


def test_a_record_reads_plainly() -> None:
    assert to_record(Removed(PersonId("p1"), RemovalReason.UNSAFE)) == {
        "event": "Removed",
        "person": "p1",
        "reason": "unsafe",
    }


@pytest.mark.parametrize("record", [{}, {"event": "Removed"}, {"event": "Locked", "extra": 1}])
def test_missing_and_extra_fields_are_named(record: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"event|fields"):
        from_record(record)
