"""To the side room and back."""

import asyncio

from moderation import actions as a
from moderation.model import Phase
from signalling.meeting import passage
from signalling.meeting.ports import Connection
from tests.signalling.meeting.gate.site import Site
from tests.signalling.meeting.house import JO, KAZ, RAY, SAM, TUESDAY, arriving, until_phase


async def test_those_aside_are_taken_to_the_side_room_and_the_others_are_not(site: Site) -> None:
    await site.house.aside()
    sockets = [await site.enter(actor) for actor in (JO, SAM, KAZ)]
    rooms = [query["access_token"].split("/")[0] for query in site.engine.queries]
    assert rooms == ["tuesday-aside", "tuesday-aside", "tuesday"]
    for socket in sockets:
        await socket.close()


async def test_whoever_goes_aside_leaves_the_main_room_and_comes_back(in_session: Site) -> None:
    house = in_session.house
    sam, kaz = await in_session.enter(SAM), await in_session.enter(KAZ)
    await house.done(arriving(RAY))
    await house.connects(RAY)
    await house.done((JO, a.InviteAside(SAM.person)))
    assert not sam.closed
    await house.done((SAM, a.AcceptAside()))
    assert (await sam.receive()).data == passage.PassageClose.MOVED
    again = await in_session.enter(SAM)
    await house.done((SAM, a.LeaveAside()))
    assert (await again.receive()).data == passage.PassageClose.MOVED
    await kaz.send_bytes(b"still here")
    assert await kaz.receive_bytes() == b"echo still here"
    await kaz.close()


async def test_a_host_who_goes_aside_attends_there_and_the_side_room_goes_on(site: Site) -> None:
    house = site.house
    await house.in_session()
    jo = await site.enter(JO)
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    await house.done(arriving(RAY))
    await house.connects(RAY)
    await house.done((JO, a.InviteAside(SAM.person)), (SAM, a.AcceptAside()))
    assert (await jo.receive()).data == passage.PassageClose.MOVED
    await house.attendance.left(TUESDAY, JO.seat, "PA_2")
    there = await site.enter(JO)
    await house.attendance.joined(TUESDAY, JO.seat, "PA_3")
    meeting = await house.meeting()
    assert meeting.phase is Phase.OPEN
    assert meeting.aside is not None
    assert meeting.attending == {JO.seat, RAY.seat}
    await asyncio.sleep(passage.LAST_WORDS + 0.1)
    assert (await house.meeting()).attending == {JO.seat, RAY.seat}
    await house.attendance.closed(TUESDAY, RAY.seat, Connection.EVENTS, at_once=True)
    assert (await house.meeting()).phase is Phase.UNATTENDED
    await there.close()


async def test_a_host_on_the_way_back_from_the_side_room_attends_nothing_yet(site: Site) -> None:
    house = site.house
    await house.aside()
    jo = await site.enter(JO)
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    await house.attendance.closed(TUESDAY, RAY.seat, Connection.EVENTS, at_once=True)
    await house.done((JO, a.EndAside()))
    assert (await jo.receive()).data == passage.PassageClose.MOVED
    await house.poller.watch()
    assert (await house.meeting()).phase is Phase.UNATTENDED
    back = await site.enter(JO)
    await house.attendance.joined(TUESDAY, JO.seat, "PA_3")
    await until_phase(house, Phase.OPEN)
    await back.close()


async def test_whoever_goes_aside_while_the_engine_is_reached_tries_again(site: Site) -> None:
    house = site.house
    await house.in_session()
    await house.done(arriving(RAY))
    await house.connects(RAY)

    async def go_aside() -> None:
        site.engine.on_connect = None
        await house.done((JO, a.InviteAside(SAM.person)), (SAM, a.AcceptAside()))

    site.engine.on_connect = go_aside
    assert await site.refused(SAM) == (503, "not_ready")
    socket = await site.enter(SAM)
    assert site.engine.queries[-1]["access_token"].startswith("tuesday-aside/")
    await socket.close()
