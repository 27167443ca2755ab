"""The same door in the newer dialect: what a browser says in its join request, and what passes of it."""

from urllib.parse import urlencode

import pytest
from livekit.protocol.models import ClientInfo, ReconnectReason
from livekit.protocol.rtc import (
    AddTrackRequest,
    ConnectionSettings,
    JoinRequest,
    SessionDescription,
    SignalRequest,
    SyncState,
)

from moderation import actions as a
from signalling import join_request
from signalling.meeting import tcp_only, wishes
from tests.signalling.meeting.gate.site import Site
from tests.signalling.meeting.house import JO, ORIGIN, SAM

PATH = "tuesday/rtc/v1"
HARMLESS = JoinRequest(
    client_info=ClientInfo(sdk=ClientInfo.JS, version="2.23.0", protocol=16, browser="Chrome"),
    connection_settings=ConnectionSettings(auto_subscribe=True, adaptive_stream=True),
    publisher_offer=SessionDescription(type="offer", sdp="v=0\r\n", id=1),
)


def query(request: JoinRequest, **more: str) -> str:
    return urlencode({"join_request": join_request.write(request), **more})


def of_engine(site: Site) -> JoinRequest:
    """What the engine was told."""
    (asked,) = site.engine.queries
    assert asked.keys() == {"join_request", "access_token"}
    return join_request.read(asked["join_request"])


async def test_what_a_client_must_say_passes_with_the_grants_of_this_moment(in_session: Site) -> None:
    await in_session.house.done((JO, a.Mute(SAM.person)))
    socket = await in_session.enter(SAM, query=query(HARMLESS, access_token="stolen"), path=PATH)
    assert in_session.engine.queries[0]["access_token"] == "tuesday/sam-phone:hear+camera"
    assert of_engine(in_session) == HARMLESS
    await socket.send_bytes(b"x" * (wishes.MESSAGE + 1))
    assert len(await socket.receive_bytes()) > wishes.MESSAGE, "offers are longer in this dialect"
    await socket.close()


async def test_wishes_for_more_go_nowhere(in_session: Site) -> None:
    greedy = JoinRequest()
    greedy.CopyFrom(HARMLESS)
    greedy.metadata = "a host"
    greedy.participant_attributes["role"] = "host"
    greedy.add_track_requests.append(AddTrackRequest(cid="c", name="screen"))
    greedy.sync_state.CopyFrom(SyncState(track_sids_disabled=["TR_1"]))
    greedy.client_info.address = "192.0.2.1"
    greedy.client_info.other_sdks = "many"
    greedy.client_info.device_model = "x" * 65
    greedy.publisher_offer.mid_to_track_id["0"] = "TR_1"
    greedy.connection_settings.disable_ice_lite = True
    greedy.participant_sid = "x" * 65
    socket = await in_session.enter(SAM, query=query(greedy, name="Jo", hidden="1"), path=PATH)
    assert of_engine(in_session) == HARMLESS
    await socket.close()


async def test_who_comes_back_says_which_stay_goes_on(in_session: Site) -> None:
    back = JoinRequest(
        client_info=ClientInfo(),
        connection_settings=ConnectionSettings(),
        reconnect=True,
        reconnect_reason=ReconnectReason.RR_SIGNAL_DISCONNECTED,
        participant_sid="PA_1",
    )
    socket = await in_session.enter(SAM, query=query(back), path=PATH)
    assert of_engine(in_session) == back
    await socket.close()


@pytest.mark.parametrize("said", ["", "join_request=x", "join_request=" + "A" * 8000, "join_request=%ff"])
async def test_what_is_no_join_request_is_malformed(in_session: Site, said: str) -> None:
    assert await in_session.refused(SAM, query=said, path=PATH) == (400, "malformed")
    assert in_session.engine.queries == []


async def test_another_origin_does_not_pass_in_this_dialect_either(in_session: Site) -> None:
    refused = await in_session.refused(SAM, query=query(HARMLESS), path=PATH, origin="http://evil.example")
    assert refused == (403, "wrong_origin")


async def test_a_check_by_tcp_alone_hides_other_addresses_in_the_first_offer_too(site: Site) -> None:
    udp = "a=candidate:1 1 udp 2113937151 192.0.2.1 50000 typ host\r\n"
    tcp = "a=candidate:2 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active\r\n"
    offer = SessionDescription(type="offer", sdp=f"v=0\r\n{udp}{tcp}", id=1)
    said = query(JoinRequest(publisher_offer=offer))
    headers = {"Cookie": "seat=sam-phone", "Origin": ORIGIN}
    socket = await site.client.ws_connect(f"/media/check-tcp/rtc/v1?{said}", headers=headers)
    assert of_engine(site).publisher_offer.sdp == f"v=0\r\n{tcp}"
    as_message = SignalRequest(offer=offer).SerializeToString()
    assert (
        tcp_only.from_browser(as_message)
        == SignalRequest(offer=of_engine(site).publisher_offer).SerializeToString()
    )
    await socket.close()
