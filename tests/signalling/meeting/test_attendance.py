"""Attended means: a facilitator with the event connection and media in that room, in some process."""

import asyncio

import pytest

from moderation import actions as a
from moderation.model import MeetingId, Phase, SeatId
from signalling.meeting.attendance import Attendance
from signalling.meeting.ports import Connected, Connection
from tests.fakes import FakePresence
from tests.signalling.meeting.house import JO, RAY, SAM, TUESDAY, House, arriving

EVENTS, MEDIA = Connection.EVENTS, Connection.MEDIA


@pytest.fixture
async def house() -> House:
    house = House()
    await house.in_session()
    return house


async def phase(house: House) -> Phase:
    return (await house.meeting()).phase


async def test_the_session_is_open_while_a_host_has_both_connections(house: House) -> None:
    assert await phase(house) is Phase.OPEN


@pytest.mark.parametrize("connection", [EVENTS, MEDIA])
async def test_a_clean_close_of_either_freezes_the_room_at_once(house: House, connection: Connection) -> None:
    await house.attendance.closed(TUESDAY, JO.seat, connection, at_once=True)
    assert await phase(house) is Phase.UNATTENDED
    assert not house.media.rooms[TUESDAY][SAM.seat].can_subscribe


@pytest.mark.parametrize("connection", [EVENTS, MEDIA])
async def test_a_connection_that_breaks_off_has_five_seconds_to_return(
    house: House, connection: Connection
) -> None:
    await house.attendance.closed(TUESDAY, JO.seat, connection, at_once=False)
    house.clock.advance(4.9)
    await house.poller.watch()
    assert await phase(house) is Phase.OPEN
    await house.attendance.opened(TUESDAY, JO.seat, connection)
    house.clock.advance(4.9)
    await house.attendance.beat()
    await house.poller.watch()
    assert await phase(house) is Phase.OPEN


@pytest.mark.parametrize("connection", [EVENTS, MEDIA])
async def test_one_that_does_not_return_freezes_the_room_after_five_seconds(
    house: House, connection: Connection
) -> None:
    await house.attendance.closed(TUESDAY, JO.seat, connection, at_once=False)
    house.clock.advance(5)
    await house.attendance.beat()
    await house.poller.watch()
    assert await phase(house) is Phase.UNATTENDED


async def test_the_room_resumes_when_the_host_is_back_with_both(house: House) -> None:
    for connection in (EVENTS, MEDIA):
        await house.attendance.closed(TUESDAY, JO.seat, connection, at_once=True)
    await house.attendance.opened(TUESDAY, JO.seat, EVENTS)
    assert await phase(house) is Phase.UNATTENDED
    await house.attendance.opened(TUESDAY, JO.seat, MEDIA)
    assert await phase(house) is Phase.OPEN


async def test_a_socket_at_the_gate_is_not_media_until_the_engine_says_so(house: House) -> None:
    await house.attendance.closed(TUESDAY, JO.seat, MEDIA, at_once=True)
    house.attendance.begins_stay(TUESDAY, JO.seat)
    await house.attendance.opened(TUESDAY, JO.seat, MEDIA)
    assert await phase(house) is Phase.UNATTENDED
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    assert await phase(house) is Phase.OPEN


async def test_media_that_the_engine_lost_freezes_the_room_at_once(house: House) -> None:
    await house.attendance.left(TUESDAY, JO.seat, "PA_1")
    assert await phase(house) is Phase.UNATTENDED


async def test_the_end_of_an_older_stay_says_nothing_about_the_newer(house: House) -> None:
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    await house.attendance.left(TUESDAY, JO.seat, "PA_1")
    assert await phase(house) is Phase.OPEN


async def test_one_of_two_hosts_may_go(house: House) -> None:
    await house.done(arriving(RAY))
    await house.connects(RAY)
    await house.attendance.closed(TUESDAY, JO.seat, EVENTS, at_once=True)
    assert await phase(house) is Phase.OPEN
    await house.attendance.closed(TUESDAY, RAY.seat, EVENTS, at_once=True)
    assert await phase(house) is Phase.UNATTENDED


async def test_a_parents_connections_keep_no_room_attended(house: House) -> None:
    await house.connects(SAM)
    await house.attendance.closed(TUESDAY, JO.seat, EVENTS, at_once=True)
    assert await phase(house) is Phase.UNATTENDED


async def test_another_process_holds_the_room_by_its_leases(house: House) -> None:
    other = FakePresence(house.clock, "there", house.presence.leases)
    await other.beat(TUESDAY, {JO.seat}, {JO.seat})
    for connection in (EVENTS, MEDIA):
        await house.attendance.closed(TUESDAY, JO.seat, connection, at_once=True)
    assert await phase(house) is Phase.OPEN
    house.clock.advance(5)
    await house.poller.watch()
    assert await phase(house) is Phase.UNATTENDED


async def test_a_host_who_goes_while_the_database_is_down_leaves_a_frozen_room(house: House) -> None:
    house.journal.down = house.presence.down = True
    await house.attendance.closed(TUESDAY, JO.seat, EVENTS, at_once=True)
    assert not house.media.rooms[TUESDAY][SAM.seat].can_subscribe
    house.journal.down = house.presence.down = False
    await house.applier.enforce(TUESDAY)
    assert await phase(house) is Phase.UNATTENDED


async def test_a_database_that_is_down_freezes_nobody_who_is_attended_here(house: House) -> None:
    house.presence.down = True
    await house.poller.watch()
    assert await phase(house) is Phase.OPEN


async def test_who_is_connected_is_told_from_memory_while_leases_cannot_be_read(house: House) -> None:
    other = FakePresence(house.clock, "there", house.presence.leases)
    await other.beat(TUESDAY, {RAY.seat}, set())
    assert RAY.seat in (await house.attendance.connected(TUESDAY)).events
    house.presence.down = True
    assert RAY.seat in (await house.attendance.connected(TUESDAY)).events


async def test_nobody_is_remembered_of_a_meeting_that_is_over(house: House) -> None:
    house.attendance.forget(TUESDAY)
    assert not house.attendance.is_in_room(TUESDAY, JO.seat)


# --- Media that falls silent ---


async def test_a_host_whose_packets_stop_is_away_until_they_come_again(house: House) -> None:
    house.media.quiet.add(JO.seat)
    await house.poller.watch()
    assert await phase(house) is Phase.UNATTENDED
    await house.poller.watch()
    assert await phase(house) is Phase.UNATTENDED
    house.media.quiet.clear()
    await house.poller.watch()
    assert await phase(house) is Phase.OPEN


async def test_a_parents_silent_media_changes_nothing(house: House) -> None:
    await house.connects(SAM)
    house.media.quiet.add(SAM.seat)
    await house.poller.watch()
    assert await phase(house) is Phase.OPEN


async def test_a_host_who_joins_while_the_engine_answers_is_not_the_one_it_means(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def late_answer(_: MeetingId) -> frozenset[SeatId]:
        await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
        return frozenset({JO.seat})

    monkeypatch.setattr(house.media, "silent", late_answer)
    await house.poller.watch()
    assert await phase(house) is Phase.OPEN


async def test_a_host_who_joins_anew_is_silent_no_longer(house: House) -> None:
    house.media.quiet.add(JO.seat)
    await house.poller.watch()
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    assert await phase(house) is Phase.OPEN


@pytest.mark.parametrize("trouble", ["down", "slow"])
async def test_an_engine_that_does_not_say_leaves_it_as_it_was(
    house: House, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    async def slow(_: MeetingId) -> frozenset[SeatId]:
        await asyncio.sleep(9)
        return frozenset({JO.seat})

    monkeypatch.setattr("signalling.meeting.attendance.LISTEN_WITHIN", 0.01)
    house.media.quiet.add(JO.seat)
    if trouble == "down":
        house.media.down = True
    else:
        monkeypatch.setattr(house.media, "silent", slow)
    await house.poller.watch()
    assert await phase(house) is Phase.OPEN


# --- The side room ---


async def test_a_host_aside_does_not_hold_the_main_room(house: House) -> None:
    await house.done(arriving(RAY))
    await house.connects(RAY)
    await house.done((JO, a.InviteAside(SAM.person)), (SAM, a.AcceptAside()))
    await house.attendance.closed(TUESDAY, RAY.seat, MEDIA, at_once=True)
    assert await phase(house) is Phase.UNATTENDED
    assert not any(grant.can_subscribe for grant in house.media.rooms[TUESDAY].values())


async def test_a_host_aside_whose_connection_drops_does_not_end_the_side_room(house: House) -> None:
    await house.done(arriving(RAY))
    await house.connects(RAY)
    await house.done((JO, a.InviteAside(SAM.person)), (SAM, a.AcceptAside()))
    await house.attendance.closed(TUESDAY, JO.seat, MEDIA, at_once=True)
    assert (await house.meeting()).aside is not None
    assert await phase(house) is Phase.OPEN


async def test_a_new_process_knows_nobody(house: House) -> None:
    attendance = Attendance(house.applier, house.presence, house.media)
    await attendance.begin()
    assert await attendance.connected(TUESDAY) == Connected()
