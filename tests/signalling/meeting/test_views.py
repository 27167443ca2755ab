"""Who sees what: the waiting room hides everyone from everyone."""

import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import actions as a
from moderation.lifecycle import replay
from moderation.model import HOUSE, Actor, Meeting, Place, RemovalReason, Role, SeatId
from moderation.rules import Refused, decide
from signalling.meeting.ports import Readiness, SeatLabel
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
    meeting = Meeting(TUESDAY, AGREEMENT)
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


@pytest.mark.parametrize("private", ["waiting", "out", "title"])
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


ACTORS = st.sampled_from([JO, RAY, SAM, SAM_TABLET, KAZ])
PERSONS = st.sampled_from([SAM.person, KAZ.person])
STEPS = st.one_of(
    ACTORS.map(arriving),
    st.tuples(ACTORS, st.sampled_from([a.AdmitAll(), a.Leave(), a.MuteAll(), a.Lock(), a.Unlock()])),
    st.tuples(ACTORS, PERSONS.map(a.ReturnToWaiting)),
    st.tuples(ACTORS, PERSONS.map(lambda person: a.Remove(person, RemovalReason.OTHER))),
    st.tuples(ACTORS, PERSONS.map(a.Restore)),
)


@given(st.lists(STEPS, max_size=20))
async def test_nobody_outside_the_room_ever_reads_another_parents_name(
    steps: list[tuple[Actor, a.Action]],
) -> None:
    meeting = after(*OPENED, *steps)
    for actor in (SAM, SAM_TABLET, KAZ):
        shown = json.dumps(await seen(everyone_seated(), actor, meeting))
        seat = meeting.seats.get(actor.seat)
        if seat is None or seat.place is not Place.PRESENT:
            others = {NAMES[p.id] for p in meeting.people.values() if p.role is Role.PARENT}
            assert not any(f'"{name}"' in shown for name in others - {NAMES[actor.person]})
