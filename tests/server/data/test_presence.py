"""Leases: who is connected, to whichever process."""

import asyncio

import pytest

from moderation.model import MeetingId, SeatId
from server.data.presence import OwnPresence, SqlPresence
from server.house import House
from signalling.meeting.ports import Connected, Connection, Presence
from tests.fakes import FakeClock

MEETING = MeetingId("m" * 24)
SAM, JO = SeatId("5" * 24), SeatId("6" * 24)


@pytest.fixture(params=["of the only process", "of several"])
def presence(request: pytest.FixtureRequest, house: House, clock: FakeClock) -> Presence:
    """Either kind."""
    alone = request.param == "of the only process"
    return OwnPresence(clock) if alone else SqlPresence(house.database, clock)


async def test_a_lease_holds_for_five_seconds(presence: Presence, clock: FakeClock) -> None:
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


async def test_a_lease_not_renewed_holds_while_others_are_renewed(
    presence: Presence, clock: FakeClock
) -> None:
    await presence.beat(MEETING, {SAM, JO}, set())
    clock.advance(3)
    await presence.beat(MEETING, {JO}, set())
    assert (await presence.connected(MEETING)).events == {SAM, JO}
    clock.advance(3)
    assert (await presence.connected(MEETING)).events == {JO}


async def test_a_dropped_lease_ends_at_once_and_alone(presence: Presence) -> None:
    await presence.beat(MEETING, {SAM, JO}, {SAM})
    await presence.drop(MEETING, SAM, Connection.EVENTS)
    assert await presence.connected(MEETING) == Connected(frozenset({JO}), frozenset({SAM}))
    assert await presence.connected(MeetingId("o" * 24)) == Connected()


async def test_many_may_renew_the_same_lease_at_the_same_moment(kept: House) -> None:
    presence = SqlPresence(kept.database, kept.clock)
    await asyncio.gather(*(presence.beat(MEETING, {SAM, JO}, {JO}) for _ in range(20)))
    assert await presence.connected(MEETING) == Connected(frozenset({SAM, JO}), frozenset({JO}))


async def test_the_only_process_begins_with_nobody(presence: Presence) -> None:
    await presence.beat(MEETING, {SAM}, {SAM})
    await presence.clear()
    assert await presence.connected(MEETING) == Connected()
