"""Two minutes after someone is gone hosts see what they wished for and the house is told, once."""

from typing import Any

import pytest

from moderation import actions as a
from moderation.model import HOUSE, Place
from signalling.meeting.ports import Connection, Member, Plan
from signalling.meeting.views import view
from tests.signalling.meeting.house import JO, KAZ, SAM, TUESDAY, House, arriving, holder

Shown = dict[str, Any]


@pytest.fixture
async def house() -> House:
    house = House()
    house.seats.members = [Member(SAM.person, "Sam", Plan.RING_CONTACT), Member(KAZ.person, "Kaz")]
    await house.in_session()
    for actor in (SAM, KAZ):
        await house.attendance.opened(TUESDAY, actor.seat, Connection.EVENTS)
    return house


async def seen(house: House) -> list[tuple[str, str, str | None]]:
    """What a host sees of who is gone: who, how, and what to do."""
    scene = await house.scenes.now(TUESDAY)
    assert scene is not None
    return [(gone["person"], gone["how"], gone["plan"]) for gone in view(scene, holder(JO))["departed"]]


async def wait(house: House, seconds: int) -> None:
    """Let time pass while everyone who is connected stays so."""
    await house.poller.watch()
    for _ in range(seconds // 4):
        house.clock.advance(4)
        await house.attendance.beat()
        await house.poller.watch()
    await house.aftermath.retry()


async def test_nobody_is_gone_while_everyone_is_there(house: House) -> None:
    await wait(house, 300)
    assert await seen(house) == []
    assert house.aftercare.told == []


async def test_a_lost_connection_is_shown_at_once_and_what_to_do_after_two_minutes(house: House) -> None:
    await house.attendance.closed(TUESDAY, SAM.seat, Connection.EVENTS, at_once=True)
    await wait(house, 118)
    assert await seen(house) == [("sam", "lost", None)]
    assert house.aftercare.told == []
    await wait(house, 4)
    assert await seen(house) == [("sam", "lost", "ring_contact")]
    assert house.aftercare.told == [("departed", "sam", "lost")]
    await wait(house, 300)
    assert len(house.aftercare.told) == 1


async def test_whoever_comes_back_in_time_is_not_followed_up(house: House) -> None:
    await house.attendance.closed(TUESDAY, SAM.seat, Connection.EVENTS, at_once=True)
    await wait(house, 110)
    await house.attendance.opened(TUESDAY, SAM.seat, Connection.EVENTS)
    await wait(house, 10)
    await house.attendance.closed(TUESDAY, SAM.seat, Connection.EVENTS, at_once=True)
    await wait(house, 110)
    assert await seen(house) == [("sam", "lost", None)]
    assert house.aftercare.told == []


async def test_whoever_is_away_for_five_minutes_waits_to_be_let_in_again(house: House) -> None:
    await house.attendance.closed(TUESDAY, SAM.seat, Connection.EVENTS, at_once=True)
    await wait(house, 296)
    assert (await house.meeting()).is_present(SAM.person)
    await wait(house, 8)
    assert (await house.meeting()).seats[SAM.seat].place is Place.OUTSIDE
    assert SAM.seat not in house.media.rooms[TUESDAY]
    assert await seen(house) == [("sam", "lost", "ring_contact")]
    await house.done(arriving(SAM))
    await house.attendance.opened(TUESDAY, SAM.seat, Connection.EVENTS)
    assert (await house.meeting()).seats[SAM.seat].place is Place.WAITING
    assert await seen(house) == []


async def test_after_a_quick_exit_hosts_are_never_shown_a_call(house: House) -> None:
    await house.act(HOUSE, a.Exit(SAM.seat))
    await house.attendance.closed(TUESDAY, SAM.seat, Connection.EVENTS, at_once=True)
    await wait(house, 600)
    assert await seen(house) == [("sam", "exited", None)]
    assert house.aftercare.told == [("departed", "sam", "exited")]


async def test_leaving_is_told_from_being_lost_across_a_restart_of_the_platform(house: House) -> None:
    await house.done((SAM, a.Leave()))
    await wait(house, 60)
    after = House(journal=house.journal, media=house.media, clock=house.clock, seats=house.seats)
    await after.done(arriving(JO))
    await after.connects(JO)
    await after.attendance.opened(TUESDAY, KAZ.seat, Connection.EVENTS)
    assert await seen(after) == [("sam", "left", None)]
    await wait(after, 62)
    assert await seen(after) == [("sam", "left", "ring_contact")]
    assert after.aftercare.told == [("departed", "sam", "left")]


async def test_other_parents_see_nothing_of_it(house: House) -> None:
    await house.act(HOUSE, a.Exit(SAM.seat))
    await wait(house, 130)
    scene = await house.scenes.now(TUESDAY)
    assert scene is not None
    shown = view(scene, holder(KAZ))
    assert "departed" not in shown
    assert "exit" not in str(shown)
    assert "lost" not in str(shown)


async def test_the_house_is_told_when_it_can_hear_again(house: House) -> None:
    house.aftercare.down = True
    await house.done((SAM, a.Leave()))
    await wait(house, 130)
    assert house.aftercare.told == []
    house.aftercare.down = False
    await wait(house, 2)
    assert house.aftercare.told == [("departed", "sam", "left")]


async def test_while_the_journal_is_down_nobody_is_called_lost_who_may_have_exited(house: House) -> None:
    await seen(house)
    house.journal.append_down = True
    await house.act(HOUSE, a.Exit(SAM.seat))
    await house.attendance.closed(TUESDAY, SAM.seat, Connection.EVENTS, at_once=True)
    await wait(house, 300)
    assert await seen(house) == []
    house.journal.append_down = False
    await house.poller.push()
    assert await seen(house) == [("sam", "exited", None)]


async def test_what_time_alone_changes_is_announced_once_and_its_follow_up_once(house: House) -> None:
    await house.done((SAM, a.Leave()))
    await wait(house, 2)
    told: list[str] = []
    house.applier.on_change.append(lambda meeting, _decided: told.append(meeting))
    await wait(house, 100)
    assert told == []
    for _ in range(2):
        await wait(house, 30)
        assert told == [TUESDAY, TUESDAY]


async def test_a_meeting_that_is_over_is_forgotten(house: House) -> None:
    await house.done((SAM, a.Leave()))
    await house.poller.watch()
    await house.done((JO, a.End()))
    await house.poller.watch()
    assert TUESDAY not in house.lookout._watched
    assert house.aftercare.told == []
