"""Whatever a browser sends is an action or malformed, and every answer says which of the outcomes it is."""

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import actions as a
from moderation.model import MeetingId, PersonId, RemovalReason, SeatId
from moderation.rules import MAY, Reason
from signalling.meeting.errors import Malformed
from signalling.meeting.messages import (
    FORMS,
    Done,
    NotDone,
    NotEnforced,
    NotRecorded,
    Outcome,
    answer,
    complaint,
    parse_act,
    parse_auth,
)

SAM, PHONE = PersonId("sam"), SeatId("sam-phone")

READ = {
    "open": a.Open(),
    "admit": a.Admit(PHONE),
    "admit_all": a.AdmitAll(),
    "decline": a.Decline(SAM),
    "mute": a.Mute(SAM),
    "mute_all": a.MuteAll(),
    "lift": a.Lift(SAM),
    "lift_all": a.LiftAll(),
    "hold_camera": a.HoldCamera(SAM),
    "lift_camera": a.LiftCamera(SAM),
    "return_to_waiting": a.ReturnToWaiting(SAM),
    "remove": a.Remove(SAM, RemovalReason.UNSAFE),
    "restore": a.Restore(SAM),
    "lock": a.Lock(),
    "unlock": a.Unlock(),
    "end": a.End(),
    "leave": a.Leave(),
}
VALUES = {"person": "sam", "seat": "sam-phone", "reason": "unsafe"}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
near_misses = st.fixed_dictionaries(
    {"do": st.sampled_from(sorted(FORMS)) | json_values},
    optional={name: st.sampled_from(sorted(VALUES.values())) | json_values for name in VALUES},
)


@pytest.mark.parametrize("do", sorted(FORMS))
def test_every_action_can_be_asked_for(do: str) -> None:
    message = {"do": do, **{name: VALUES[name] for name in FORMS[do].fields}}
    assert parse_act(message) == READ[do]


def test_every_action_but_the_houses_own_and_arriving_has_a_message() -> None:
    asked = {type(action) for action in READ.values()}
    own = {a.Arrive, a.HostAttending, a.HostAway, a.Close, a.Revoke, a.Exit}
    assert asked | own == set(get_args(a.Action)) == set(MAY)
    assert not asked & own


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "mute",
        {},
        {"do": "dance"},
        {"do": ["mute"]},
        {"do": "mute"},
        {"do": "mute", "person": ""},
        {"do": "mute", "person": 7},
        {"do": "mute", "person": "x" * 65},
        {"do": "mute", "person": "ß"},
        {"do": "mute", "person": "sam", "seat": "sam-phone"},
        {"do": "remove", "person": "sam"},
        {"do": "remove", "person": "sam", "reason": "rude"},
        {"do": "remove", "person": "sam", "reason": ["other"]},
        {"do": "host_attending", "seat": "jo-laptop"},
        {"do": "close"},
    ],
)
def test_anything_else_is_malformed(message: object) -> None:
    with pytest.raises(Malformed):
        parse_act(message)


@given(json_values | near_misses)
def test_any_json_is_an_action_or_malformed(message: object) -> None:
    try:
        action = parse_act(message)
    except Malformed:
        return
    assert isinstance(message, dict)
    assert isinstance(action, type(READ[message["do"]]))


@given(st.text(min_size=1, max_size=64))
def test_what_was_sent_is_not_quoted_back(secret: str) -> None:
    marked = f"<<{secret}>>"
    for message in ({"do": marked}, {"do": "mute", "person": marked * 40}, {"do": "lock", marked: 1}):
        with pytest.raises(Malformed) as raised:
            parse_act(message)
        assert marked not in raised.value.detail


@given(json_values | st.fixed_dictionaries({"meeting": json_values}))
def test_any_authentication_names_a_meeting_or_is_malformed(auth: object) -> None:
    try:
        meeting = parse_auth(auth)
    except Malformed:
        return
    assert isinstance(auth, dict)
    assert meeting == auth["meeting"]


def test_authentication_names_a_meeting() -> None:
    assert parse_auth({"meeting": "tuesday"}) == MeetingId("tuesday")


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Done(7), {"ok": True, "seq": 7}),
        (Done(7, late=True), {"ok": True, "seq": 7, "late": True}),
        (NotDone(Reason.LOCKED), {"ok": False, "error": "locked"}),
        (NotRecorded(stands=True), {"ok": False, "error": "not_recorded", "stands": True}),
        (NotRecorded(stands=False), {"ok": False, "error": "not_recorded", "stands": False}),
        (NotEnforced(7), {"ok": False, "error": "not_enforced", "stands": True, "seq": 7}),
    ],
)
def test_every_outcome_has_its_answer(outcome: Outcome, said: dict[str, object]) -> None:
    assert answer(outcome) == said
    json.dumps(answer(outcome))


def test_a_complaint_names_the_error_and_perhaps_a_detail() -> None:
    assert complaint("too_fast") == {"ok": False, "error": "too_fast"}
    assert complaint("malformed", "why") == {"ok": False, "error": "malformed", "detail": "why"}
