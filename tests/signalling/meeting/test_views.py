"""Who sees what: the waiting room hides everyone from everyone."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import actions as a
from moderation.lifecycle import replay
from moderation.model import (
    HOUSE,
    Actor,
    ChatMode,
    Feature,
    Mark,
    Meeting,
    PersonId,
    Place,
    RemovalReason,
    ReturnWord,
    Role,
    SeatId,
    Terms,
)
from moderation.rules import Refused, decide
from signalling.meeting.ports import HostKind, Member, Readiness, SeatLabel, Task, TaskKind
from signalling.meeting.scene import Scene, View
from signalling.meeting.views import view
from tests.fakes import NOON, FakeSeats
from tests.signalling.meeting.house import (
    AGREEMENT,
    JO,
    KAZ,
    RAY,
    SAM,
    SAM_TABLET,
    TUESDAY,
    arriving,
    holder,
)

DESK = {
    "title",
    "waiting",
    "out",
    "expected",
    "departed",
    "attending",
    "missing_kind",
    "side_room",
    "tasks",
}
NOTHING_AGAINST = {
    "mark": "none",
    "late": False,
    "full": False,
    "kept_apart_from": [],
    "similar_name": False,
}
NAMES = {"jo": "Jo", "ray": "Ray", "sam": "Sam", "kaz": "Kaz"}


@pytest.fixture
def seats() -> FakeSeats:
    return everyone_seated()


def everyone_seated() -> FakeSeats:
    seats = FakeSeats()
    for actor in (JO, RAY, SAM, SAM_TABLET, KAZ):
        seats.take(holder(actor), NAMES[actor.person])
    return seats


def after(*steps: tuple[Actor, a.Action]) -> Meeting:
    return moved(Meeting(TUESDAY, AGREEMENT), *steps)


def moved(meeting: Meeting, *steps: tuple[Actor, a.Action]) -> Meeting:
    for actor, action in steps:
        decision = decide(meeting, actor, action, NOON)
        if not isinstance(decision, Refused):
            meeting = replay(meeting, decision)
    return meeting


OPENED = (
    arriving(JO),
    arriving(SAM),
    arriving(KAZ),
    (JO, a.Open()),
    (HOUSE, a.HostAttending(JO.seat)),
)


IN_SESSION = (*OPENED, (JO, a.AdmitAll()))
RAY_TOO = (arriving(RAY), (HOUSE, a.HostAttending(RAY.seat)))


async def seen(seats: FakeSeats, actor: Actor, meeting: Meeting, connected: Iterable[SeatId] = ()) -> View:
    labels = await seats.labels(TUESDAY)
    shown = view(Scene(meeting, 9, labels, frozenset(connected), NOON), holder(actor))
    return json.loads(json.dumps(shown))  # type: ignore[no-any-return]


async def test_someone_waiting_sees_only_themself_and_who_will_let_them_in(seats: FakeSeats) -> None:
    shown = await seen(seats, SAM, after(*OPENED))
    assert shown == {
        "seq": 9,
        "phase": "open",
        "you": {
            "seat": "sam-phone",
            "person": "sam",
            "name": "Sam",
            "role": "parent",
            "place": "waiting",
            "standing": "welcome",
            "suspended": False,
            "returned_with": "none",
            "microphone_held": False,
            "camera_held": False,
            "mark": "none",
            "hand_up": False,
            "has_word": False,
            "may_share": False,
            "aside": None,
        },
        "hosts": ["Jo", "Amal"],
        "theme": "Sleep",
        "note": "",
        "starts": "2026-03-02T12:00:00+00:00",
        "ends": "2026-03-02T13:30:00+00:00",
        "locked": False,
        "people": [],
    }


async def test_a_host_sees_who_waits_with_everything_needed_to_decide(seats: FakeSeats) -> None:
    seats.names[SAM.seat] = SeatLabel(
        SAM.person, "Sam", first_visit=True, readiness=Readiness.SOUND_ONLY, ring_me=True
    )
    shown = await seen(seats, JO, after(*OPENED), connected=[SAM.seat])
    assert shown["title"] == "Monday group"
    assert shown["waiting"] == [
        {
            "seat": "sam-phone",
            "person": "sam",
            "name": "Sam",
            "first_visit": True,
            "second_device": False,
            "readiness": "sound_only",
            "ring_me": True,
            "connected": True,
            **NOTHING_AGAINST,
        },
        {
            "seat": "kaz-phone",
            "person": "kaz",
            "name": "Kaz",
            "first_visit": False,
            "second_device": False,
            "readiness": "not_checked",
            "ring_me": False,
            "connected": False,
            **NOTHING_AGAINST,
        },
    ]


async def test_a_second_device_is_marked_as_one(seats: FakeSeats) -> None:
    meeting = after(*OPENED, (JO, a.AdmitAll()), arriving(SAM_TABLET))
    shown = await seen(seats, JO, meeting)
    assert [(one["seat"], one["second_device"]) for one in shown["waiting"]] == [("sam-tablet", True)]


async def test_in_the_room_everyone_sees_everyone_there_and_what_is_held(seats: FakeSeats) -> None:
    meeting = after(*OPENED, (JO, a.AdmitAll()), (JO, a.Mute(SAM.person)))
    shown = await seen(seats, KAZ, meeting, connected=[SAM.seat])
    people = {one["name"]: one for one in shown["people"]}
    assert people.keys() == {"Jo", "Sam", "Kaz"}
    assert people["Sam"]["microphone_held"]
    assert people["Sam"]["connected"]
    assert not people["Kaz"]["connected"]
    assert people["Jo"]["role"] == "facilitator"


@pytest.mark.parametrize("private", sorted(DESK))
async def test_parents_get_nothing_that_is_for_hosts(seats: FakeSeats, private: str) -> None:
    meeting = after(*OPENED, (JO, a.AdmitAll()))
    assert private not in await seen(seats, SAM, meeting)


async def test_hosts_see_who_is_out_and_why(seats: FakeSeats) -> None:
    removal = a.Remove(SAM.person, RemovalReason.UNSAFE)
    meeting = after(*OPENED, (JO, removal), (JO, a.Decline(KAZ.person)))
    shown = await seen(seats, JO, meeting)
    assert shown["out"] == [
        {"person": "sam", "name": "Sam", "standing": "removed", "suspended": False, "reason": "unsafe"},
        {"person": "kaz", "name": "Kaz", "standing": "declined", "suspended": False, "reason": None},
    ]


async def test_whoever_was_removed_learns_that_and_nothing_of_the_others(seats: FakeSeats) -> None:
    meeting = after(*OPENED, (JO, a.AdmitAll()), (JO, a.Remove(SAM.person, RemovalReason.OTHER)))
    shown = await seen(seats, SAM, meeting)
    assert shown["you"]["standing"] == "removed"
    assert shown["you"]["place"] == "outside"
    assert shown["people"] == []


async def test_someone_unknown_to_the_meeting_is_outside(seats: FakeSeats) -> None:
    shown = await seen(seats, SAM, Meeting(TUESDAY, AGREEMENT))
    assert shown["you"]["place"] == "outside"
    assert shown["phase"] == "scheduled"


async def test_an_erased_name_is_empty(seats: FakeSeats) -> None:
    del seats.names[SAM.seat]
    shown = await seen(seats, JO, after(*OPENED))
    assert shown["waiting"][0]["name"] == ""


# --- Everyone's own ---


async def you(seats: FakeSeats, actor: Actor, meeting: Meeting) -> View:
    own: View = (await seen(seats, actor, meeting))["you"]
    return own


async def test_a_second_device_learns_nothing_of_what_is_told_on_the_first(seats: FakeSeats) -> None:
    """It may be in somebody else's hand."""
    steps = (*OPENED, (JO, a.AdmitAll()), arriving(SAM_TABLET), (SAM, a.RaiseHand()))
    meeting = after(*steps, (SAM, a.TellHosts(Mark.CHECK_ON_ME)))
    first, second = [await you(seats, actor, meeting) for actor in (SAM, SAM_TABLET)]
    assert (first["mark"], first["hand_up"]) == ("check_on_me", True)
    assert (second["mark"], second["hand_up"]) == ("none", False)


async def test_everyone_sees_what_they_have_asked_for_and_been_given(seats: FakeSeats) -> None:
    meeting = after(
        *IN_SESSION,
        (SAM, a.TellHosts(Mark.MOMENT)),
        (JO, a.HoldFloor()),
        (JO, a.GiveWord(SAM.person)),
        (KAZ, a.RaiseHand()),
        (JO, a.AllowScreen(KAZ.person)),
    )
    sam, kaz, jo = [await you(seats, actor, meeting) for actor in (SAM, KAZ, JO)]
    assert (sam["mark"], sam["has_word"], sam["hand_up"], sam["may_share"]) == ("moment", True, False, False)
    assert (kaz["mark"], kaz["has_word"], kaz["hand_up"], kaz["may_share"]) == ("none", False, True, True)
    assert jo["may_share"]


async def test_whoever_was_sent_back_reads_the_word_until_they_are_let_in(seats: FakeSeats) -> None:
    back = (*IN_SESSION, (JO, a.ReturnToWaiting(SAM.person, ReturnWord.BREATHER)))
    assert (await you(seats, SAM, after(*back)))["returned_with"] == "breather"
    again = after(*back, (JO, a.Admit(SAM.seat)))
    assert (await you(seats, SAM, again))["returned_with"] == "none"


async def test_whoever_was_suspended_learns_it(seats: FakeSeats) -> None:
    meeting = after(*IN_SESSION, (JO, a.Suspend(SAM.person, RemovalReason.OTHER, None)))
    assert (await you(seats, SAM, meeting))["suspended"]
    shown = await seen(seats, JO, meeting)
    assert shown["out"][0]["suspended"]


async def test_the_side_room_is_shown_to_those_in_it_and_as_stepped_out_to_the_others(
    seats: FakeSeats,
) -> None:
    invited = (*IN_SESSION, *RAY_TOO, (JO, a.InviteAside(SAM.person)))
    assert (await you(seats, SAM, after(*invited)))["aside"] == {"state": "invited", "with": ["Jo"]}
    assert (await you(seats, JO, after(*invited)))["aside"] == {"state": "invited", "with": ["Sam"]}
    meeting = after(*invited, (SAM, a.AcceptAside()))
    assert (await you(seats, SAM, meeting))["aside"] == {"state": "in", "with": ["Jo"]}
    assert (await you(seats, RAY, meeting))["aside"] is None
    kaz = await seen(seats, KAZ, meeting)
    assert kaz["you"]["aside"] is None
    assert {one["person"]: one["stepped_out"] for one in kaz["people"]} == {
        "jo": True,
        "sam": True,
        "kaz": False,
        "ray": False,
    }
    ray = await seen(seats, RAY, meeting)
    assert ray["side_room"] == {"state": "in", "person": "sam", "host": "jo-laptop", "witness": None}
    assert ray["attending"] == 1


async def test_a_witness_is_named_to_the_parent(seats: FakeSeats) -> None:
    third = Actor(Role.FACILITATOR, PersonId("lou"), SeatId("lou-laptop"))
    seats.take(holder(third), "Lou")
    meeting = after(
        *IN_SESSION,
        *RAY_TOO,
        arriving(third),
        (HOUSE, a.HostAttending(third.seat)),
        (JO, a.InviteAside(SAM.person)),
        (SAM, a.AcceptAside()),
        (RAY, a.JoinAside()),
    )
    assert (await you(seats, SAM, meeting))["aside"] == {"state": "in", "with": ["Jo", "Ray"]}
    assert (await you(seats, RAY, meeting))["aside"] == {"state": "in", "with": ["Jo", "Sam"]}
    assert (await seen(seats, third, meeting))["attending"] == 1


# --- The room ---


async def test_everyone_in_the_room_sees_who_may_speak_write_and_show(seats: FakeSeats) -> None:
    meeting = after(
        *IN_SESSION,
        (KAZ, a.RaiseHand()),
        (SAM, a.RaiseHand()),
        (JO, a.SetChat(ChatMode.HOSTS)),
        (JO, a.StartRound()),
        (JO, a.Pause()),
        (JO, a.ResumeFeature(Feature.SOUND)),
        (JO, a.StartClosing()),
    )
    shown = await seen(seats, KAZ, meeting)
    assert shown["paused"] == ["chat", "hands", "picture"]
    assert shown["floor"] == {"mode": "round", "speaker": "sam", "since": NOON.isoformat()}
    assert shown["hands"] == ["kaz", "sam"]
    assert {one["person"]: one["hand"] for one in shown["people"]} == {"jo": None, "sam": 2, "kaz": 1}
    assert shown["chat"] == "hosts"
    assert shown["closing_since"] == NOON.isoformat()


async def test_nobody_outside_the_room_sees_any_of_it(seats: FakeSeats) -> None:
    shown = await seen(seats, SAM, after(*OPENED, (JO, a.Pause())))
    assert shown.keys().isdisjoint({"paused", "floor", "hands", "chat", "closing_since"})


async def test_only_hosts_see_what_a_parent_has_quietly_told_them(seats: FakeSeats) -> None:
    meeting = after(*IN_SESSION, (SAM, a.TellHosts(Mark.CHECK_ON_ME)))
    host = {one["person"]: one["mark"] for one in (await seen(seats, JO, meeting))["people"]}
    assert host == {"jo": "none", "sam": "check_on_me", "kaz": "none"}
    kaz = await seen(seats, KAZ, meeting)
    assert "check_on_me" not in json.dumps(kaz)
    assert all("mark" not in one for one in kaz["people"])
    waiting = after(*OPENED, (SAM, a.TellHosts(Mark.MOMENT)))
    assert (await seen(seats, JO, waiting))["waiting"][0]["mark"] == "moment"


# --- The hosts' desk ---


async def test_a_host_sees_what_speaks_against_letting_someone_in(seats: FakeSeats) -> None:
    terms = Terms(NOON - timedelta(minutes=1), None, 2, frozenset({frozenset({SAM.person, KAZ.person})}))
    meeting = replace(after(*OPENED), terms=terms)
    meeting = moved(meeting, (JO, a.AdmitAnyway(SAM.seat)))
    seats.members = [Member(KAZ.person, "Kaz", similar_name=True)]
    (kaz,) = (await seen(seats, JO, meeting))["waiting"]
    against = {name: kaz[name] for name in ("late", "full", "kept_apart_from", "similar_name")}
    assert against == {"late": True, "full": True, "kept_apart_from": ["Sam"], "similar_name": True}


async def test_a_host_sees_everyone_who_is_expected(seats: FakeSeats) -> None:
    names = {"sam": "Sam", "kaz": "Kaz", "mo": "Mo", "lee": "Lee"}
    seats.members = [Member(PersonId(person), name) for person, name in names.items()]
    meeting = after(
        *OPENED,
        arriving(Actor(Role.PARENT, PersonId("mo"), SeatId("mo-phone"))),
        (JO, a.Admit(SAM.seat)),
        (JO, a.Decline(PersonId("mo"))),
    )
    shown = await seen(seats, JO, meeting)
    assert [(one["name"], one["state"]) for one in shown["expected"]] == [
        ("Sam", "present"),
        ("Kaz", "waiting"),
        ("Mo", "out"),
        ("Lee", "not_here"),
    ]
    assert shown["out"][0]["name"] == "Mo"


@pytest.mark.parametrize(
    ("kinds", "connected", "missing"),
    [
        ({"jo": HostKind.WORKER, "ray": HostKind.LIVED_EXPERIENCE}, [JO, RAY], None),
        ({"jo": HostKind.WORKER, "ray": HostKind.LIVED_EXPERIENCE}, [JO], "lived_experience"),
        ({"jo": HostKind.WORKER, "ray": HostKind.WORKER}, [JO, RAY], "lived_experience"),
        ({"jo": HostKind.LIVED_EXPERIENCE}, [JO, RAY, SAM], "worker"),
    ],
)
async def test_a_host_is_warned_of_the_kind_that_has_not_come_in(
    seats: FakeSeats, kinds: dict[str, HostKind], connected: list[Actor], missing: str | None
) -> None:
    seats.kinds = {PersonId(person): kind for person, kind in kinds.items()}
    meeting = after(arriving(JO), arriving(RAY))
    here = [actor.seat for actor in connected]
    assert (await seen(seats, JO, meeting, here))["missing_kind"] is None
    seats.wants_both_kinds = True
    assert (await seen(seats, JO, meeting, here))["missing_kind"] == missing


async def test_a_host_sees_how_many_hold_the_room_and_what_is_still_to_do(seats: FakeSeats) -> None:
    seats.tasks = [Task("t1", TaskKind.DEPARTED, SAM.person, "Sam", NOON)]
    shown = await seen(seats, JO, after(*IN_SESSION, *RAY_TOO))
    assert shown["attending"] == 2
    assert shown["tasks"] == [
        {"id": "t1", "kind": "departed", "person": "sam", "name": "Sam", "due": NOON.isoformat()}
    ]


async def test_a_host_who_left_sees_no_desk(seats: FakeSeats) -> None:
    shown = await seen(seats, JO, after(*IN_SESSION, (JO, a.Leave())))
    assert shown.keys().isdisjoint(DESK - {"title"})


ACTORS = st.sampled_from([JO, RAY, SAM, SAM_TABLET, KAZ])
PERSONS = st.sampled_from([SAM.person, KAZ.person])
STEPS = st.one_of(
    ACTORS.map(arriving),
    st.tuples(
        ACTORS,
        st.sampled_from(
            [
                a.AdmitAll(),
                a.Leave(),
                a.MuteAll(),
                a.Lock(),
                a.Unlock(),
                a.StartRound(),
                a.RaiseHand(),
                a.AcceptAside(),
                a.TellHosts(Mark.MOMENT),
                a.Pause(),
            ]
        ),
    ),
    st.tuples(ACTORS, PERSONS.map(a.InviteAside)),
    st.tuples(ACTORS, PERSONS.map(a.CallDanger)),
    st.tuples(ACTORS, PERSONS.map(a.ReturnToWaiting)),
    st.tuples(ACTORS, PERSONS.map(lambda person: a.Remove(person, RemovalReason.OTHER))),
    st.tuples(ACTORS, PERSONS.map(a.Restore)),
)


@given(st.lists(STEPS, max_size=20))
async def test_nobody_outside_the_room_ever_reads_another_parents_name(
    steps: list[tuple[Actor, a.Action]],
) -> None:
    meeting = after(*OPENED, *RAY_TOO, *steps)
    for actor in (SAM, SAM_TABLET, KAZ):
        shown = json.dumps(await seen(everyone_seated(), actor, meeting))
        seat = meeting.seats.get(actor.seat)
        if seat is None or seat.place is not Place.PRESENT:
            others = {NAMES[p.id] for p in meeting.people.values() if p.role is Role.PARENT}
            assert not any(f'"{name}"' in shown for name in others - {NAMES[actor.person]})
            assert not any(f'"{p}"' in shown for p in {SAM.person, KAZ.person} - {actor.person})
