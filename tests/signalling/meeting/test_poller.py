"""What happens though nobody asks."""

import pytest

from moderation import actions as a
from moderation import events as e
from moderation.grants import grants
from moderation.model import MeetingId, Phase
from signalling.meeting.errors import JournalDown
from signalling.meeting.ports import Connection
from tests.signalling.meeting.house import JO, SAM, TUESDAY, House, arriving, eventually


@pytest.fixture
async def house() -> House:
    house = House()
    await house.in_session()
    return house


async def test_ten_minutes_unattended_close_the_session(house: House) -> None:
    await house.attendance.closed(TUESDAY, JO.seat, Connection.EVENTS, at_once=True)
    house.clock.advance(599)
    await house.poller.watch()
    assert (await house.meeting()).phase is Phase.UNATTENDED
    house.clock.advance(1)
    await house.poller.watch()
    assert house.journal.events(TUESDAY)[-1] == e.Ended(unattended=True)
    assert house.media.closed == [TUESDAY]


async def test_a_new_process_freezes_what_a_dead_one_left_open(house: House) -> None:
    after = House(journal=house.journal, media=house.media, clock=house.clock)
    after.presence.leases.update(house.presence.leases)
    before = await house.meeting()
    await after.poller.start()
    await after.poller.stop()
    meeting = await after.meeting()
    assert meeting.phase is Phase.UNATTENDED
    assert not meeting.attending
    assert meeting.seats == before.seats
    assert meeting.people == before.people


async def test_a_process_that_cannot_read_the_journal_does_not_start(house: House) -> None:
    house.journal.down = True
    with pytest.raises(JournalDown):
        await house.poller.start()


async def test_the_grants_are_pushed_again_and_again(house: House) -> None:
    house.media.rooms.clear()
    await house.poller.push()
    assert house.media.rooms[TUESDAY] == grants(await house.meeting())


async def test_nothing_is_pushed_before_the_session_opens() -> None:
    house = House()
    await house.done(arriving(SAM))
    await house.poller.push()
    assert house.media.pushes == 0


async def test_what_another_process_decided_is_announced(house: House) -> None:
    await house.poller.watch()
    told: list[MeetingId] = []
    house.applier.on_change.append(lambda meeting, _decided: told.append(meeting))
    other = House(journal=house.journal, media=house.media)
    await other.done((JO, a.Lock()))
    await house.poller.watch()
    assert told == [TUESDAY]
    await house.poller.watch()
    assert told == [TUESDAY]


async def test_a_restriction_that_ended_the_session_is_enforced_when_the_engine_is_back(house: House) -> None:
    house.media.down = True
    await house.act(JO, a.End())
    house.media.down = False
    await house.poller.push()
    assert house.media.rooms[TUESDAY] == {}
    assert house.applier.unsettled() == frozenset()


async def test_the_loops_outlive_a_failing_turn(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signalling.meeting.poller.WATCH_EVERY", 0.01)
    monkeypatch.setattr("signalling.meeting.poller.PUSH_EVERY", 0.01)
    await house.poller.start()
    running = house.journal.running
    turns = 0

    async def broken() -> list[MeetingId]:
        nonlocal turns
        turns += 1
        raise RuntimeError("a bug")

    monkeypatch.setattr(house.journal, "running", broken)
    await eventually(lambda: turns > 2)
    monkeypatch.setattr(house.journal, "running", running)
    house.media.rooms.clear()
    await eventually(lambda: TUESDAY in house.media.rooms)
    await house.poller.stop()


async def test_what_the_house_has_not_heard_is_told_again_while_it_is_watched(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signalling.meeting.poller.WATCH_EVERY", 0.01)
    house.aftercare.down = True
    await house.aftermath.of(TUESDAY, JO, a.Restore(SAM.person), "")
    await house.poller.start()
    house.aftercare.down = False
    await eventually(lambda: house.aftercare.told == [("restored", SAM.person, JO.person)])
    await house.poller.stop()


async def test_one_meetings_trouble_is_no_others(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    strange = MeetingId("strange")

    async def running() -> list[MeetingId]:
        return [strange, TUESDAY]

    monkeypatch.setattr(house.journal, "running", running)
    house.media.rooms.clear()
    await house.poller.watch()
    await house.poller.push()
    assert TUESDAY in house.media.rooms
