"""The readiness check has a door of its own."""

import pytest
from aiohttp import WSMsgType
from livekit.protocol.rtc import SignalRequest, TrickleRequest

from moderation.model import SeatId
from signalling.meeting import gate as gate_module
from tests.signalling.meeting.gate.site import Site, first_word
from tests.signalling.meeting.house import ORIGIN, eventually


async def test_the_readiness_check_has_a_room_of_its_own(site: Site) -> None:
    headers = {"Cookie": "seat=sam-phone", "Origin": ORIGIN}
    socket = await site.client.ws_connect("/media/check/rtc", headers=headers)
    assert await socket.receive_bytes() == first_word(resumed=False)
    token = site.engine.queries[0]["access_token"]
    assert token == "check-sam-phone/sam-phone:hear+camera+microphone"
    await socket.close()
    answer = await site.client.get("/media/check/rtc/validate", headers=headers)
    assert answer.status == 200


async def test_the_readiness_check_is_heard_by_its_own_echo_which_sends_nothing(site: Site) -> None:
    headers = {"Cookie": "seat=sam-phone", "Origin": ORIGIN}
    sending = await site.client.ws_connect("/media/check/rtc", headers=headers)
    hearing = await site.client.ws_connect("/media/check-echo/rtc", headers=headers)
    for socket in (sending, hearing):
        await socket.receive_bytes()
    assert site.engine.queries[1]["access_token"] == "check-sam-phone/sam-phone-echo:hear"
    site.gate.end_seat(SeatId("sam-phone"))
    for socket in (sending, hearing):
        assert (await socket.receive()).type is WSMsgType.CLOSE, "both end with the seat"


async def test_a_check_by_tcp_alone_hears_of_no_other_address(site: Site) -> None:
    headers = {"Cookie": "seat=sam-phone", "Origin": ORIGIN}
    socket = await site.client.ws_connect("/media/check-tcp/rtc", headers=headers)
    assert await socket.receive_bytes() == first_word(resumed=False)
    udp = TrickleRequest(candidateInit='{"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host"}')
    await socket.send_bytes(SignalRequest(trickle=udp).SerializeToString())
    await socket.send_bytes(b"anything else")
    await eventually(lambda: site.engine.got == [b"anything else"])
    await socket.close()


async def test_the_readiness_check_needs_a_seat(site: Site) -> None:
    for cookie, reason in (("nobody", "no_seat"), ("sam-phone", "seat_ended")):
        site.house.seats.ended = {"sam-phone"}
        answer = await site.client.get(
            "/media/check/rtc", headers={"Cookie": f"seat={cookie}", "Origin": ORIGIN}
        )
        assert (answer.status, answer.headers["Hearth-Refusal"]) == (401, reason)


async def test_the_readiness_check_ends_by_itself(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "CHECK_LASTS", 0.1)
    headers = {"Cookie": "seat=sam-phone", "Origin": ORIGIN}
    socket = await site.client.ws_connect("/media/check/rtc", headers=headers)
    await socket.receive_bytes()
    assert (await socket.receive(timeout=2)).data == 1000


async def test_the_readiness_check_does_not_pass_from_elsewhere(site: Site) -> None:
    answer = await site.client.get("/media/check/rtc", headers={"Cookie": "seat=sam-phone"})
    assert answer.headers["Hearth-Refusal"] == "wrong_origin"
