"""When a host attends, as the gate and the engine see it."""

import pytest
from livekit.protocol.models import DisconnectReason
from livekit.protocol.rtc import SignalRequest

from moderation.model import Phase
from signalling.meeting.gate import is_resumed
from signalling.meeting.passage import LEAVE, says_goodbye
from signalling.meeting.ports import Connection
from tests.signalling.meeting.gate.site import Site, first_word
from tests.signalling.meeting.house import JO, TUESDAY, House, eventually, until_phase


async def host_without_media(site: Site) -> House:
    """Jo has the event connection, and no media yet."""
    house = site.house
    await house.in_session()
    await house.attendance.closed(TUESDAY, JO.seat, Connection.MEDIA, at_once=True)
    return house


async def test_a_host_attends_from_the_engines_word_until_the_close(site: Site) -> None:
    house = await host_without_media(site)
    socket = await site.enter(JO)
    assert (await house.meeting()).phase is Phase.UNATTENDED
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    assert (await house.meeting()).phase is Phase.OPEN
    await socket.close()
    await until_phase(house, Phase.UNATTENDED)


async def test_a_host_who_says_goodbye_is_gone_before_anything_is_closed(site: Site) -> None:
    house = await host_without_media(site)
    socket = await site.enter(JO)
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    goodbye = SignalRequest(leave={"reason": DisconnectReason.CLIENT_INITIATED}).SerializeToString()
    await socket.send_bytes(goodbye)
    await until_phase(house, Phase.UNATTENDED)
    assert site.engine.got == [goodbye]
    await socket.close()


async def test_a_host_who_resumes_attends_without_another_word(site: Site) -> None:
    house = await host_without_media(site)
    await house.attendance.left(TUESDAY, JO.seat, "PA_1")
    socket = await site.enter(JO, query="reconnect=1")
    await until_phase(house, Phase.OPEN)
    await socket.close()


async def test_resuming_a_stay_whose_media_never_came_is_not_attending(site: Site) -> None:
    house = await host_without_media(site)
    joining = await site.enter(JO)
    resuming = await site.enter(JO, query="reconnect=1")
    await joining.receive(timeout=2)
    assert (await house.meeting()).phase is Phase.UNATTENDED
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    assert (await house.meeting()).phase is Phase.OPEN
    await resuming.close()


async def test_a_hosts_connection_that_breaks_off_has_its_five_seconds(site: Site) -> None:
    house = await host_without_media(site)
    socket = await site.enter(JO)
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    connection = socket._response.connection
    assert connection is not None
    assert connection.transport is not None
    connection.transport.abort()
    await eventually(lambda: not site.gate._passages)
    assert (await house.meeting()).phase is Phase.OPEN
    house.clock.advance(5)
    await house.poller.watch()
    assert (await house.meeting()).phase is Phase.UNATTENDED


async def test_the_engines_end_of_a_hosts_media_freezes_at_once(site: Site) -> None:
    house = await host_without_media(site)
    socket = await site.enter(JO)
    await house.attendance.joined(TUESDAY, JO.seat, "PA_2")
    await site.engine.sockets["jo-laptop"].close()
    await until_phase(house, Phase.UNATTENDED)
    await socket.close()


@pytest.mark.parametrize(
    ("message", "goodbye"),
    [
        (SignalRequest(leave={}).SerializeToString(), True),
        (SignalRequest(ping=7).SerializeToString(), False),
        (LEAVE, False),
        (b"", False),
    ],
)
def test_only_the_word_leave_is_a_goodbye(message: bytes, goodbye: bool) -> None:
    assert says_goodbye(message) is goodbye


@pytest.mark.parametrize(
    ("first", "resumed"),
    [(first_word(resumed=True), True), (first_word(resumed=False), False), (b"\xff\xff", False)],
)
def test_only_the_word_reconnect_means_a_resumed_stay(first: bytes, resumed: bool) -> None:
    assert is_resumed(first) is resumed
