"""The order of effect and record, and what happens when the journal or the engine fails in between."""

import asyncio
from collections.abc import Mapping

import pytest

from moderation import actions as a
from moderation import events as e
from moderation.grants import Grant, Source, grants
from moderation.model import HOUSE, MeetingId, Phase, RemovalReason, SeatId
from moderation.rules import Reason
from signalling.meeting.errors import UnknownMeeting
from signalling.meeting.messages import Done, NotDone, NotEnforced, NotRecorded
from signalling.meeting.ports import Entry
from tests.fakes import NOON
from tests.signalling.meeting.house import EVERYTHING, JO, KAZ, SAM, SAM_TABLET, TUESDAY, House, arriving

HEARD = "sam-phone:hear+camera+microphone"


@pytest.fixture
def house() -> House:
    return House()


async def test_a_mute_takes_effect_before_it_is_recorded(house: House) -> None:
    await house.in_session()
    outcome = await house.act(JO, a.Mute(SAM.person))
    assert outcome == Done(len(house.journal.events(TUESDAY)))
    assert [line.split()[0] for line in house.diary] == ["push", "append"]
    assert "sam-phone:hear+camera " in house.diary[0]
    assert house.diary[1] == "append MutedByHost"


async def test_a_lifted_mute_is_recorded_before_it_takes_effect(house: House) -> None:
    await house.in_session()
    await house.done((JO, a.Mute(SAM.person)))
    house.diary.clear()
    await house.done((JO, a.Lift(SAM.person)))
    assert house.diary[0] == "append MuteLifted"
    assert HEARD in house.diary[1]
    assert len(house.diary) == 2


async def test_an_admission_is_recorded_before_it_takes_effect(house: House) -> None:
    await house.opened()
    await house.done((JO, a.Admit(SAM.seat)))
    assert house.diary[0] == "append Admitted"
    assert HEARD in house.diary[1]


async def test_a_second_device_is_let_in_only_once_the_first_is_out(house: House) -> None:
    await house.in_session()
    await house.done(arriving(SAM_TABLET))
    house.diary.clear()
    await house.done((JO, a.Admit(SAM_TABLET.seat)))
    assert "sam-" not in house.diary[0]
    assert house.diary[1] == "append Replaced Admitted"
    assert "sam-tablet:hear" in house.diary[2]
    assert "sam-phone" not in house.diary[2]


async def test_what_changes_no_grant_is_not_pushed(house: House) -> None:
    await house.in_session()
    await house.done((JO, a.Lock()))
    assert house.diary == ["append Locked"]


async def test_a_refusal_changes_nothing_and_is_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await house.in_session()
    caplog.clear()
    assert await house.act(SAM, a.Mute(KAZ.person)) == NotDone(Reason.NOT_ALLOWED)
    assert house.diary == []
    (said,) = [vars(record) for record in caplog.records if record.message == "refused"]
    assert (said["meeting"], said["person"]) == (TUESDAY, SAM.person)
    assert (said["action"], said["reason"]) == (a.Mute, Reason.NOT_ALLOWED)


async def test_a_meeting_that_does_not_exist_is_said_to_be_unknown(house: House) -> None:
    with pytest.raises(UnknownMeeting):
        await house.applier.act(MeetingId("friday"), JO, a.Open())


async def test_the_journal_is_not_replayed_for_every_action(house: House) -> None:
    await house.in_session()
    before = house.journal.loads
    for _ in range(5):
        await house.done((JO, a.Mute(SAM.person)), (JO, a.Lift(SAM.person)))
    assert house.journal.loads == before


async def test_two_processes_see_each_others_decisions(house: House) -> None:
    await house.in_session()
    other = House(journal=house.journal, media=house.media)
    await other.done((JO, a.Mute(SAM.person)))
    assert (await house.meeting()).people[SAM.person].microphone_held
    await house.done((JO, a.Lift(SAM.person)))
    assert not (await other.meeting()).people[SAM.person].microphone_held


async def test_a_moved_head_means_deciding_again(house: House) -> None:
    await house.in_session()
    house.journal.interruptions.append(lambda: elsewhere(house, e.CameraHeld(SAM.person)))
    await house.done((JO, a.Mute(SAM.person)))
    assert house.journal.events(TUESDAY)[-2:] == [e.CameraHeld(SAM.person), e.MutedByHost(SAM.person)]
    assert house.media.rooms[TUESDAY][SAM.seat] == Grant(can_subscribe=True, sources=frozenset())


async def test_a_restriction_refused_the_second_time_is_taken_back(house: House) -> None:
    await house.in_session()
    house.journal.interruptions.append(lambda: elsewhere(house, e.Ended(unattended=False)))
    assert await house.act(JO, a.Mute(SAM.person)) == NotDone(Reason.ENDED)
    assert house.media.rooms[TUESDAY] == {}


async def test_an_admission_that_another_process_forestalled_gives_nothing(house: House) -> None:
    await house.opened()
    removed = e.Removed(SAM.person, RemovalReason.OTHER)
    house.journal.interruptions.append(lambda: elsewhere(house, removed))
    assert await house.act(JO, a.Admit(SAM.seat)) == NotDone(Reason.NOT_HERE)
    assert SAM.seat not in house.media.rooms.get(TUESDAY, {})


async def test_a_restriction_stands_while_the_journal_is_down_and_is_recorded_later(house: House) -> None:
    await house.in_session()
    house.journal.down = True
    assert await house.act(JO, a.Mute(SAM.person)) == NotRecorded(stands=True)
    assert house.media.rooms[TUESDAY][SAM.seat].sources == {Source.CAMERA}
    remembered = house.applier.remembered(TUESDAY)
    assert remembered is not None
    assert remembered.meeting.people[SAM.person].microphone_held
    house.journal.down = False
    await house.applier.enforce(TUESDAY)
    assert house.journal.events(TUESDAY)[-1] == e.MutedByHost(SAM.person)
    assert house.applier.unsettled() == frozenset()
    assert house.media.rooms[TUESDAY][SAM.seat].sources == {Source.CAMERA}


async def test_a_restriction_stands_where_only_the_append_fails(house: House) -> None:
    await house.in_session()
    house.journal.append_down = True
    removal = a.Remove(SAM.person, RemovalReason.UNSAFE)
    assert await house.act(JO, removal) == NotRecorded(stands=True)
    assert SAM.seat not in house.media.rooms[TUESDAY]
    assert SAM.seat not in grants(await house.meeting())
    house.journal.append_down = False
    await house.done((JO, a.Lock()))
    assert house.journal.events(TUESDAY)[-2:] == [
        e.Removed(SAM.person, RemovalReason.UNSAFE),
        e.Locked(),
    ]


async def test_a_pending_restriction_keeps_who_asked_and_when(house: House) -> None:
    await house.in_session()
    house.journal.down = True
    await house.act(JO, a.Mute(SAM.person))
    house.clock.advance(30)
    house.journal.down = False
    await house.applier.enforce(TUESDAY)
    assert house.journal.lines[TUESDAY][-1] == Entry(NOON, JO, e.MutedByHost(SAM.person))


async def test_a_pending_restriction_that_says_nothing_new_is_not_recorded_twice(house: House) -> None:
    await house.in_session()
    house.journal.down = True
    await house.act(JO, a.Mute(SAM.person))
    house.journal.down = False
    elsewhere(house, e.MutedByHost(SAM.person))
    await house.applier.enforce(TUESDAY)
    assert house.journal.events(TUESDAY).count(e.MutedByHost(SAM.person)) == 1
    assert house.applier.unsettled() == frozenset()


async def test_a_permission_is_refused_while_the_journal_is_down(house: House) -> None:
    await house.opened()
    pushes = house.media.pushes
    house.journal.down = True
    assert await house.act(JO, a.Admit(SAM.seat)) == NotRecorded(stands=False)
    assert house.media.pushes == pushes
    house.journal.down = False
    assert SAM.seat not in grants(await house.meeting())


async def test_what_gives_way_to_a_permission_is_given_back_if_that_cannot_be_recorded(house: House) -> None:
    await house.in_session()
    await house.done(arriving(SAM_TABLET))
    house.journal.append_down = True
    assert await house.act(JO, a.Admit(SAM_TABLET.seat)) == NotRecorded(stands=False)
    assert house.media.rooms[TUESDAY][SAM.seat].sources == EVERYTHING
    assert SAM_TABLET.seat not in house.media.rooms[TUESDAY]


async def test_nothing_can_be_decided_about_a_meeting_never_read_while_the_journal_is_down(
    house: House,
) -> None:
    house.journal.down = True
    assert await house.act(JO, a.End()) == NotRecorded(stands=False)


async def test_a_restriction_is_recorded_though_the_engine_is_down_and_pushed_until_it_holds(
    house: House,
) -> None:
    await house.in_session()
    house.media.down = True
    outcome = await house.act(JO, a.Mute(SAM.person))
    assert outcome == NotEnforced(len(house.journal.events(TUESDAY)))
    assert house.journal.events(TUESDAY)[-1] == e.MutedByHost(SAM.person)
    assert not house.applier.enforced(TUESDAY)
    await house.applier.enforce(TUESDAY)
    assert not house.applier.enforced(TUESDAY)
    house.media.down = False
    await house.applier.enforce(TUESDAY)
    assert house.applier.enforced(TUESDAY)
    assert house.media.rooms[TUESDAY][SAM.seat].sources == {Source.CAMERA}


async def test_a_permission_is_late_while_the_engine_is_down(house: House) -> None:
    await house.opened()
    house.media.down = True
    outcome = await house.act(JO, a.Admit(SAM.seat))
    assert outcome == Done(len(house.journal.events(TUESDAY)), late=True)


async def test_an_engine_that_hangs_counts_as_down(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.in_session()

    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(house.media, "push", hang)
    monkeypatch.setattr("signalling.meeting.applier.PUSH_WITHIN", 0.01)
    assert isinstance(await house.act(JO, a.Mute(SAM.person)), NotEnforced)


async def test_both_down_a_restriction_is_settled_once_both_are_back(house: House) -> None:
    await house.in_session()
    house.journal.down = house.media.down = True
    assert await house.act(JO, a.Mute(SAM.person)) == NotRecorded(stands=True)
    assert house.applier.unsettled() == {TUESDAY}
    house.media.down = False
    await house.applier.enforce(TUESDAY)
    assert house.media.rooms[TUESDAY][SAM.seat].sources == {Source.CAMERA}
    house.journal.down = False
    await house.applier.enforce(TUESDAY)
    assert house.applier.unsettled() == frozenset()
    assert house.journal.events(TUESDAY)[-1] == e.MutedByHost(SAM.person)


async def test_nothing_is_pushed_from_memory_while_the_journal_is_down(house: House) -> None:
    await house.in_session()
    pushes = house.media.pushes
    house.journal.down = True
    await house.applier.enforce(TUESDAY)
    assert house.media.pushes == pushes


async def test_enforcing_pushes_the_grants_of_this_moment(house: House) -> None:
    await house.in_session()
    house.media.rooms.clear()
    await house.applier.enforce(TUESDAY)
    assert house.media.rooms[TUESDAY] == grants(await house.meeting())


async def test_what_the_engine_holds_is_not_pushed_again_but_told_to_the_sockets(house: House) -> None:
    await house.in_session()
    house.media.sure = True
    pushes, told = house.media.pushes, told_to_sockets(house)
    await house.applier.enforce(TUESDAY)
    assert house.media.pushes == pushes
    assert told == [grants(await house.meeting())]


async def test_a_decision_does_not_wait_while_the_engine_is_asked_what_it_holds(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.in_session()
    asked, proceed = asyncio.Event(), asyncio.Event()

    async def slowly(*_: object) -> bool:
        asked.set()
        await proceed.wait()
        return True

    monkeypatch.setattr(house.media, "holds", slowly)
    told = told_to_sockets(house)
    repetition = asyncio.create_task(house.applier.enforce(TUESDAY))
    await asked.wait()
    assert isinstance(await house.act(JO, a.Remove(SAM.person, RemovalReason.OTHER)), Done)
    proceed.set()
    await repetition
    assert [SAM.seat in pushed for pushed in told] == [False], "the older grants are no news any more"


async def test_ending_closes_the_room(house: House) -> None:
    await house.in_session()
    await house.done((JO, a.End()))
    assert house.media.closed == [TUESDAY]
    assert (await house.meeting()).phase is Phase.ENDED


async def test_a_meeting_that_is_over_is_forgotten_once_all_is_settled(house: House) -> None:
    await house.in_session()
    house.media.down = True
    await house.act(JO, a.End())
    house.applier.forget_what_is_over()
    assert house.applier.remembered(TUESDAY) is not None
    house.media.down = False
    await house.poller.push()
    assert house.applier.remembered(TUESDAY) is None


async def test_a_meeting_is_not_forgotten_while_it_ends(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.in_session()
    close = house.media.close

    async def forgetful_close(meeting: MeetingId) -> None:
        house.applier.forget_what_is_over()
        await close(meeting)

    monkeypatch.setattr(house.media, "close", forgetful_close)
    assert isinstance(await house.act(JO, a.End()), Done)


async def test_actions_at_once_are_applied_one_by_one(house: House) -> None:
    await house.in_session()
    wishes = (a.Mute(SAM.person), a.HoldCamera(SAM.person), a.Mute(KAZ.person), a.Lock())
    outcomes = await asyncio.gather(*(house.act(JO, wish) for wish in wishes))
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert house.media.rooms[TUESDAY] == grants(await house.meeting())


async def test_whoever_asked_is_told_of_changes_and_of_nothing_else(house: House) -> None:
    await house.in_session()
    told: list[MeetingId] = []
    house.applier.on_change.append(lambda meeting, _decided: told.append(meeting))
    await house.act(JO, a.Mute(SAM.person))
    await house.act(JO, a.Mute(SAM.person))
    await house.act(SAM, a.Mute(KAZ.person))
    assert told == [TUESDAY]


async def test_certainty_waits_for_whoever_is_deciding(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.in_session()
    pushed, proceed = asyncio.Event(), asyncio.Event()
    push = house.media.push

    async def slow_push(*args: object) -> None:
        await push(*args)  # type: ignore[arg-type]
        pushed.set()
        await proceed.wait()

    monkeypatch.setattr(house.media, "push", slow_push)
    removal = asyncio.create_task(house.act(JO, a.Remove(SAM.person, RemovalReason.OTHER)))
    await pushed.wait()
    certain = asyncio.create_task(house.applier.certain(TUESDAY))
    await asyncio.sleep(0)
    assert not certain.done()
    proceed.set()
    assert SAM.seat not in grants((await certain).meeting)
    assert isinstance(await removal, Done)


async def test_the_house_may_act_too(house: House) -> None:
    await house.in_session()
    await house.done((HOUSE, a.Exit(SAM.seat)))
    assert house.journal.events(TUESDAY)[-1] == e.Left(SAM.seat, quick=True)


def told_to_sockets(house: House) -> list[Mapping[SeatId, Grant]]:
    """What the gate hears from now on."""
    told: list[Mapping[SeatId, Grant]] = []
    house.applier.on_push.append(lambda _meeting, pushed: told.append(pushed))
    return told


def elsewhere(house: House, event: e.Event) -> None:
    """Another process records this."""
    house.journal.lines[TUESDAY].append(Entry(NOON, JO, event))
