"""Long random walks keep every rule in every state they reach, try everything, and find planted bugs."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, get_args

import pytest

from moderation import actions as a
from moderation import deadlines, door, grants, holds, lifecycle, presence
from moderation import events as e
from moderation.decisions import Decision, Reason, Refused
from moderation.model import Actor, Feature, Floor, Meeting, Override, PersonId, Phase, Place, Role, Standing
from moderation.rules import RULES, Entry
from tests.moderation import walker
from tests.moderation.walker import Failed, walks

_BEFORE, _FROZEN, _OPEN = Phase.SCHEDULED, Phase.UNATTENDED, Phase.OPEN
_ONLY_IN: dict[tuple[Phase, ...], tuple[type[a.Action], ...]] = {
    (_BEFORE,): (a.Open,),
    (_FROZEN,): (a.Close,),
    (_OPEN,): (a.Admit, a.AdmitAnyway, a.AdmitAll, a.InviteAside, a.AcceptAside, a.JoinAside),
    (_FROZEN, _OPEN): (
        *(a.EndAside, a.LeaveAside, a.Lapse, a.ReturnToWaiting, a.MuteAll, a.MuteAllBut),
        *(a.GiveWord, a.TakeWord, a.PassWord, a.StartRound, a.NextInRound, a.AllowScreen, a.StopScreen),
        *(a.RaiseHand, a.LowerOwnHand, a.LowerHand, a.LowerAllHands),
        *(a.Pause, a.ResumeFeature, a.StartClosing),
    ),
}
"""The phases in which an action can change something: in all three before the end, where it is not here."""

_PHASES = {kind: phases for phases, kinds in _ONLY_IN.items() for kind in kinds}
REACHABLE = {
    (kind, phase) for kind in get_args(a.Action) for phase in _PHASES.get(kind, (_BEFORE, _FROZEN, _OPEN))
}


@pytest.mark.timeout(300)
def test_random_walks_keep_the_rules_and_try_everything() -> None:
    seen = walks(seed=1, steps=25_000)
    assert seen.done.keys() <= REACHABLE
    assert {kind for kind, _ in seen.done} == set(get_args(a.Action))
    assert seen.happened.keys() == set(get_args(e.Event))
    assert seen.refused.keys() == set(Reason)


PARTS, OF_STEPS = 20, 50_000


@pytest.mark.long
@pytest.mark.timeout(1800)  # two to three minutes by itself; ten times that beside everything else
def test_a_million_steps_keep_the_rules_and_do_whatever_can_be_done_in_each_phase(
    capfd: pytest.CaptureFixture[str],
) -> None:
    done: set[tuple[type[a.Action], Phase]] = set()
    begun = time.monotonic()
    for part in range(PARTS):
        done |= walks(seed=1_000_000 * (part + 1), steps=OF_STEPS).done.keys()
        with capfd.disabled():
            print(f"  {(part + 1) * OF_STEPS:,} steps, {time.monotonic() - begun:.0f} s", flush=True)
    assert done == REACHABLE


def test_a_seed_walks_the_same_way_each_time() -> None:
    assert walks(seed=7, steps=1_000) == walks(seed=7, steps=1_000)


# --- What a walk finds ---

Plant = Callable[[pytest.MonkeyPatch], None]


def rule(kind: type[a.Action], decided: Callable[..., Decision], *more: Role) -> Plant:
    """In place of what the table says of this action; `more` may ask for it too."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setitem(RULES, kind, Entry(RULES[kind].may | set(more), decided))

    return plant


def instead(module: object, name: str, other: object) -> Plant:
    """In place of something the rules are made of."""
    return lambda patch: patch.setattr(module, name, other)


def admits_without_looking(meeting: Meeting, actor: Actor, action: a.Admit, now: datetime) -> Decision:
    seat = meeting.seats.get(action.seat)
    waits = seat is not None and seat.place is Place.WAITING and meeting.phase is Phase.OPEN
    return (e.Admitted(action.seat),) if waits else ()


def arrives_without_looking(meeting: Meeting, actor: Actor, action: a.Arrive, now: datetime) -> Decision:
    here = actor.seat in meeting.seats and meeting.seats[actor.seat].place is not Place.OUTSIDE
    if actor.role is Role.FACILITATOR or here:
        return door.arrive(meeting, actor, action, now)
    return (e.Arrived(actor.seat, actor.person, meeting.agreement),)


def takes_aside_unasked(meeting: Meeting, actor: Actor, action: a.InviteAside, now: datetime) -> Decision:
    asked = RULE_OF_ASIDE.rule(meeting, actor, action, now)
    return (*asked, e.AsideAccepted()) if isinstance(asked, tuple) else asked


def forgets_the_tablet(meeting: Meeting, person: PersonId, **change: Any) -> Meeting:
    changed = lifecycle._with_person(meeting, person, **change)
    return lifecycle._without_the_absent(lifecycle._move_seats(changed, person, Place.PRESENT, Place.OUTSIDE))


def lets_in_again(meeting: Meeting, person: PersonId) -> Meeting:
    welcome = lifecycle._with_person(meeting, person, standing=Standing.WELCOME)
    return lifecycle._move_seats(welcome, person, Place.OUTSIDE, Place.PRESENT)


def overlooks_who_is_apart(meeting: Meeting, person: PersonId, now: datetime) -> Iterator[Override]:
    found = OVERRIDES_NEEDED(meeting, person, now)
    return (override for override in found if override is not Override.KEPT_APART)


def silences_a_crowd(meeting: Meeting, actor: Actor, action: a.TellHosts, now: datetime) -> Decision:
    if len(list(meeting.in_place(Place.WAITING))) > 2:
        return Refused(Reason.PAUSED)
    return holds.tell_hosts(meeting, actor, action, now)


def only_marks(meeting: Meeting, actor: Actor, action: a.KeepApart, now: datetime) -> Decision:
    return (e.KeptApart(action.person, action.other),)


OVERRIDES_NEEDED = door.overrides_needed
RULE_OF_ASIDE = RULES[a.InviteAside]

PLANTED: dict[str, tuple[str, Plant]] = {
    "a host admits without looking": ("Broken: ", rule(a.Admit, admits_without_looking)),
    "the door asks for nothing": ("Broken: ", rule(a.Arrive, arrives_without_looking)),
    "a parent lifts a mute": ("Broken: 3", rule(a.Lift, holds.lift, Role.PARENT)),
    "a held microphone stays in the grant": (
        "Broken: ",
        instead(grants, "_sources", lambda meeting, person, room: frozenset(grants.Source)),
    ),
    "a held floor holds nobody": ("Broken: 3", instead(grants, "_has_floor", lambda meeting, person: True)),
    "the word outlasts the turn": (
        "Broken: 3",
        instead(lifecycle, "_floor", lambda floor, event: Floor(floor.mode, floor.speaker)),
    ),
    "removing forgets whoever waits": ("Broken: ", instead(lifecycle, "_put_out", forgets_the_tablet)),
    "an undone removal lets in": ("Broken: ", instead(lifecycle, "_restored", lets_in_again)),
    "nothing freezes": (
        "Broken: 5",
        instead(presence, "_with_attendance", lambda meeting, events, now: events),
    ),
    "a host aside counts as attending": (
        "Broken: 5",
        instead(Meeting, "attended", lambda meeting: bool(meeting.attending)),
    ),
    "nothing ever becomes due": ("Broken: 5", instead(walker, "due", lambda meeting, now: None)),
    "ten minutes have become twenty": (
        "Broken: 5",
        instead(deadlines, "UNATTENDED_FOR", deadlines.UNATTENDED_FOR * 2),
    ),
    "a pause holds back sound only": ("Broken: ", instead(grants, "MEDIA", frozenset({Feature.SOUND}))),
    "a mark parts nobody": ("Broken: 8", rule(a.KeepApart, only_marks)),
    "the door overlooks who is kept apart": (
        "Broken: 8",
        instead(door, "overrides_needed", overlooks_who_is_apart),
    ),
    "a host takes a parent aside unasked": ("Broken: ", rule(a.InviteAside, takes_aside_unasked)),
    "a full waiting room silences the private line": ("Broken: 9", rule(a.TellHosts, silences_a_crowd)),
    "lifting counts as a restriction": (
        "Broken: 12",
        lambda patch: patch.setattr(e.MuteLifted, "restricts", True),
    ),
    "a mute is not recorded": (
        "Broken: 13",
        instead(walker, "to_record", lambda event: {"event": "Locked"}),
    ),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("broken", "plant"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_bug_is_found_and_told_in_a_few_steps(
    broken: str, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(Failed) as found:
        walks(seed=1, steps=30_000)
    assert found.value.rule.startswith(broken)
    assert 0 < len(found.value.steps) <= 15
    assert str(found.value.steps[-1]) in str(found.value)
