"""Whatever a browser sends is an action or malformed, and every answer says which of the outcomes it is."""

import json
from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import actions as a
from moderation.model import (
    ChatMode,
    Feature,
    Mark,
    MeetingId,
    PersonId,
    RemovalReason,
    ReturnWord,
    Role,
    SeatId,
)
from moderation.rules import RULES, Reason
from signalling.meeting.errors import Malformed
from signalling.meeting.messages import (
    FORMS,
    Asked,
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

READ: dict[str, a.Action] = {
    "open": a.Open(),
    "start_closing": a.StartClosing(),
    "pause": a.Pause(),
    "resume_feature": a.ResumeFeature(Feature.SOUND),
    "admit_anyway": a.AdmitAnyway(PHONE),
    "mute_all_but": a.MuteAllBut(SAM),
    "suspend": a.Suspend(SAM, RemovalReason.UNSAFE, datetime(2026, 3, 9, tzinfo=UTC)),
    "eject": a.Eject(PHONE),
    "clear_mark": a.ClearMark(SAM),
    "reveal_location": a.RevealLocation(SAM),
    "call_danger": a.CallDanger(SAM),
    "hold_floor": a.HoldFloor(),
    "open_floor": a.OpenFloor(),
    "give_word": a.GiveWord(SAM),
    "take_word": a.TakeWord(),
    "start_round": a.StartRound(),
    "next_in_round": a.NextInRound(),
    "lower_hand": a.LowerHand(SAM),
    "lower_all_hands": a.LowerAllHands(),
    "set_chat": a.SetChat(ChatMode.HOSTS),
    "allow_screen": a.AllowScreen(SAM),
    "stop_screen": a.StopScreen(),
    "invite_aside": a.InviteAside(SAM),
    "join_aside": a.JoinAside(),
    "end_aside": a.EndAside(),
    "raise_hand": a.RaiseHand(),
    "lower_own_hand": a.LowerOwnHand(),
    "pass_word": a.PassWord(),
    "tell_hosts": a.TellHosts(Mark.CHECK_ON_ME),
    "accept_aside": a.AcceptAside(),
    "leave_aside": a.LeaveAside(),
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
VALUES = {
    "person": "sam",
    "seat": "sam-phone",
    "reason": "unsafe",
    "until": "2026-03-09",
    "feature": "sound",
    "mode": "hosts",
    "mark": "check_on_me",
    "word": "breather",
    "note": "They shouted.",
}

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
    assert parse_act(message) == Asked(READ[do])


def test_what_may_be_left_out_is_read_where_it_is_there() -> None:
    word = {"do": "return_to_waiting", "person": "sam", "word": "breather"}
    assert parse_act(word).action == a.ReturnToWaiting(SAM, ReturnWord.BREATHER)
    for do in ("remove", "suspend"):
        message = {"do": do, **{name: VALUES[name] for name in FORMS[do].fields}, "note": " They shouted.\n"}
        assert parse_act(message) == Asked(READ[do], "They shouted.")
        assert "shouted" not in repr(parse_act(message))


def test_a_suspension_can_be_until_a_talk() -> None:
    message = {"do": "suspend", "person": "sam", "reason": "other", "until": None}
    assert parse_act(message).action == a.Suspend(SAM, RemovalReason.OTHER, None)


def test_every_action_but_the_houses_own_and_arriving_has_a_message() -> None:
    asked = {type(action) for action in READ.values()}
    own = {a.Arrive, *(action for action, entry in RULES.items() if entry.may == {Role.HOUSE})}
    assert asked | own == set(get_args(a.Action)) == set(RULES)
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
        {"do": "suspend", "person": "sam", "reason": "other"},
        {"do": "suspend", "person": "sam", "reason": "other", "until": ""},
        {"do": "suspend", "person": "sam", "reason": "other", "until": "20260309"},
        {"do": "suspend", "person": "sam", "reason": "other", "until": "2026-02-30"},
        {"do": "suspend", "person": "sam", "reason": "other", "until": 20260309},
        {"do": "remove", "person": "sam", "reason": "other", "note": "x" * 2001},
        {"do": "remove", "person": "sam", "reason": "other", "note": "a\x00b"},
        {"do": "remove", "person": "sam", "reason": "other", "note": "\ud800"},
        {"do": "remove", "person": "sam", "reason": "other", "note": None},
        {"do": "mute", "person": "sam", "note": "why"},
        {"do": "return_to_waiting", "person": "sam", "word": "go away"},
        {"do": "resume_feature", "feature": "screens"},
        {"do": "set_chat", "mode": ["off"]},
        {"do": "tell_hosts", "mark": 1},
        {"do": "time_up"},
        {"do": "keep_apart", "person": "sam", "other": "kaz"},
    ],
)
def test_anything_else_is_malformed(message: object) -> None:
    with pytest.raises(Malformed):
        parse_act(message)


@given(json_values | near_misses)
def test_any_json_is_an_action_or_malformed(message: object) -> None:
    try:
        action = parse_act(message).action
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
