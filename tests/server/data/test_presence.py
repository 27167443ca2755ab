"""Leases: who is connected, to whichever process."""

from moderation.model import MeetingId, SeatId
from server.data.presence import SqlPresence
from server.house import House
from signalling.meeting.ports import Connected, Connection
from tests.fakes import FakeClock

MEETING = MeetingId("m" * 24)
SAM, JO = SeatId("5" * 24), SeatId("6" * 24)


async def test_a_lease_holds_for_five_seconds(house: House, clock: FakeClock) -> None:
    presence = SqlPresence(house.database, clock)
    await presence.beat(MEETING, {SAM, JO}, {JO})
    clock.advance(4.9)
    assert await presence.connected(MEETING) == Connected(frozenset({SAM, JO}), frozenset({JO}))
    clock.advance(0.2)
    assert await presence.connected(MEETING) == Connected()


async def test_one_process_sees_the_leases_of_another(house: House, clock: FakeClock) -> None:
    here, there = SqlPresence(house.database, clock), SqlPresence(house.database, clock)
    await here.beat(MEETING, {SAM}, set())
    await there.beat(MEETING, {JO}, set())
    assert (await here.connected(MEETING)).events == {SAM, JO}


async def test_a_seat_that_went_over_to_another_process_is_not_dropped_by_the_first(
    house: House, clock: FakeClock
) -> None:
    here, there = SqlPresence(house.database, clock), SqlPresence(house.database, clock)
    await here.beat(MEETING, {SAM}, set())
    await there.beat(MEETING, {SAM}, set())
    await here.drop(MEETING, SAM, Connection.EVENTS)
    assert (await here.connected(MEETING)).events == {SAM}
    await there.drop(MEETING, SAM, Connection.EVENTS)
    assert (await here.connected(MEETING)).events == frozenset()


async def test_a_lease_not_renewed_holds_while_others_are_renewed(house: House, clock: FakeClock) -> None:
    presence = SqlPresence(house.database, clock)
    await presence.beat(MEETING, {SAM, JO}, set())
    clock.advance(3)
    await presence.beat(MEETING, {JO}, set())
    assert (await presence.connected(MEETING)).events == {SAM, JO}
    clock.advance(3)
    assert (await presence.connected(MEETING)).events == {JO}


async def test_the_only_process_begins_with_nobody(house: House, clock: FakeClock) -> None:
    await SqlPresence(house.database, clock).beat(MEETING, {SAM}, {SAM})
    presence = SqlPresence(house.database, clock)
    await presence.clear()
    assert await presence.connected(MEETING) == Connected()
