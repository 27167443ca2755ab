"""The child process: its settings, its end, and what its HTTP port answers."""

import asyncio
import json
import signal

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from livekit import api
from livekit.protocol.rtc import SignalRequest, SignalResponse

from signalling.livekit.errors import BadSettings
from signalling.livekit.process import Configuration, read_configuration
from signalling.livekit.rooms import PING_TIMEOUT
from tests.signalling.livekit.process import KEY, SECRET, WITHIN, engine, start

GOOD = {"api_key": "k", "api_secret": "s" * 32}


def test_settings_have_defaults_on_loopback() -> None:
    configuration = read_configuration(json.dumps(GOOD))
    assert configuration == Configuration("k", "s" * 32)
    assert configuration.host == configuration.media_host == "127.0.0.1"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"api_secret": "short"}, "32 bytes"),
        ({"api_key": ""}, "api_key"),
        ({"api_secret": 5}, "api_secret"),
        ({"media_port": 70000}, "media_port"),
        ({"media_port": True}, "media_port"),
        ({"signalling_port": "80"}, "signalling_port"),
        ({"media_host": "example.org"}, "IP address"),
        ({"webhook_url": "ftp://x"}, "webhook_url"),
        ({"departure_timeout": -1}, "departure_timeout"),
        ({"secret": "x"}, "unknown setting"),
    ],
)
def test_what_is_wrong_with_settings_is_said_in_one_line(change: dict[str, object], word: str) -> None:
    with pytest.raises(BadSettings, match=word) as bad:
        read_configuration(json.dumps(GOOD | change))
    assert "\n" not in bad.value.text
    assert "s" * 32 not in bad.value.text


@given(st.text(max_size=100) | st.dictionaries(st.text(), st.none() | st.integers()).map(json.dumps))
def test_no_line_does_more_than_be_refused(line: str) -> None:
    with pytest.raises(BadSettings):
        read_configuration(line)


async def test_bad_settings_end_the_process_with_two_and_a_reason() -> None:
    process = await start(api_secret="short")
    _, error = await asyncio.wait_for(process.communicate(), WITHIN)
    assert process.returncode == 2
    assert error.decode().count("\n") == 1
    assert "32 bytes" in error.decode()


async def test_a_taken_port_ends_the_process_with_two_and_a_reason() -> None:
    async with engine() as first:
        for setting in ("media_port", "signalling_port"):
            port = first.media_port if setting == "media_port" else first.port
            process = await start(**{setting: port})
            _, error = await asyncio.wait_for(process.communicate(), WITHIN)
            assert process.returncode == 2
            assert "address already in use" in error.decode()


async def test_the_process_ends_with_its_parent_even_while_someone_is_connected() -> None:
    async with engine() as child, aiohttp.ClientSession() as http:
        socket = await http.ws_connect(f"{child.ws}/rtc?access_token={child.token('sam')}")
        assert child.process.stdin is not None
        child.process.stdin.close()
        await asyncio.wait_for(child.process.wait(), 3)
        assert child.process.returncode == 0
        await socket.close()


async def test_a_signal_ends_the_process() -> None:
    async with engine() as child:
        child.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(child.process.wait(), 3)
        assert child.process.returncode == 0


async def test_the_doors_and_their_reasons() -> None:
    async with engine() as child, aiohttp.ClientSession() as http:

        async def get(path: str, token: str = "") -> tuple[int, str]:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with http.get(child.http + path, headers=headers) as answer:
                return answer.status, await answer.text()

        assert await get("/health") == (200, "OK")
        assert await get("/rtc/validate", child.token("sam")) == (200, "success")
        assert await get(f"/rtc/validate?access_token={child.token('sam')}") == (200, "success")
        assert await get("/rtc/validate") == (401, "no token")
        status, text = await get("/rtc/validate", child.token("sam", hidden=True))
        assert status == 403
        assert "hidden" in text
        assert await get("/rtc/v1/validate", child.token("sam")) == (200, "success")
        assert await get("/rtc/v1", child.token("sam")) == (400, "this needs a join_request")
        assert (await get("/rtc", child.token("sam")))[0] == 400
        assert (await get("/stats", child.token("sam")))[0] == 403
        assert (await get("/stats"))[0] == 401
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(f"{child.ws}/rtc?access_token={child.token('sam', recorder=True)}")
        assert refused.value.status == 403


async def test_hostile_messages_end_at_worst_their_senders_session() -> None:
    async with engine() as child, aiohttp.ClientSession() as http:
        url = f"{child.ws}/rtc?access_token={{}}"
        watcher = await http.ws_connect(url.format(child.token("watcher")))
        nonsense = [
            b"\xff" * 100,
            SignalRequest(offer={"type": "offer", "sdp": "v=0\r\nm=nonsense"}).SerializeToString(),
            SignalRequest(answer={"type": "answer", "sdp": "\x00" * 500}).SerializeToString(),
            SignalRequest(add_track={"cid": "x", "type": 2}).SerializeToString(),
            SignalRequest(add_track={"cid": "x", "type": 0, "source": 1}).SerializeToString(),
            b"x" * 70_000,
        ]
        for number, message in enumerate(nonsense):
            socket = await http.ws_connect(url.format(child.token(f"hostile-{number}")))
            await socket.send_bytes(message)
            await socket.send_str("hello")
            await asyncio.sleep(0.05)
            await socket.close()
        async with asyncio.timeout(WITHIN):
            await watcher.send_bytes(SignalRequest(ping=7).SerializeToString())
            while True:
                answer = SignalResponse.FromString(await watcher.receive_bytes())
                if answer.WhichOneof("message") == "pong":
                    break
        await watcher.close()


async def test_a_flood_of_messages_ends_the_session() -> None:
    async with engine() as child, aiohttp.ClientSession() as http:
        socket = await http.ws_connect(f"{child.ws}/rtc?access_token={child.token('sam')}")
        ping = SignalRequest(ping=1).SerializeToString()
        async with asyncio.timeout(WITHIN):
            for _ in range(2000):
                if socket.closed:
                    break
                await socket.send_bytes(ping)
            async for _ in socket:
                pass
        assert socket.closed


async def test_who_says_nothing_stays_and_whose_line_is_dead_does_not() -> None:
    async with engine() as child, aiohttp.ClientSession() as http:
        url = f"{child.ws}/rtc?access_token={{}}"
        quiet = await http.ws_connect(url.format(child.token("sam")))
        dead = await http.ws_connect(url.format(child.token("jo")), autoping=False)
        gone = asyncio.create_task(_until_closed(quiet)), asyncio.create_task(_until_closed(dead))
        done, _ = await asyncio.wait(gone, timeout=PING_TIMEOUT + WITHIN, return_when=asyncio.FIRST_COMPLETED)
        assert done == {gone[1]}
        await quiet.close()


async def _until_closed(socket: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in socket:
        pass


async def test_roomservice_refuses_in_twirps_words() -> None:
    async with engine() as child, api.LiveKitAPI(child.http, KEY, SECRET) as livekit:
        await livekit.room.create_room(api.CreateRoomRequest(name="room", empty_timeout=60))
        rooms = await livekit.room.list_rooms(api.ListRoomsRequest())
        assert [(room.name, room.empty_timeout) for room in rooms.rooms] == [("room", 60)]
        nobody = api.RoomParticipantIdentity(room="room", identity="nobody")
        for call in (livekit.room.get_participant(nobody), livekit.room.remove_participant(nobody)):
            with pytest.raises(api.TwirpError) as refused:
                await call
            assert (refused.value.code, refused.value.status) == ("not_found", 404)
        await livekit.room.delete_room(api.DeleteRoomRequest(room="room"))
        with pytest.raises(api.TwirpError):
            await livekit.room.delete_room(api.DeleteRoomRequest(room="room"))
        assert (
            list(
                (await livekit.room.list_participants(api.ListParticipantsRequest(room="room"))).participants
            )
            == []
        )


ADMIN_OF_OTHER = {"room_admin": True, "room": "other"}
CREATE_X = api.CreateRoomRequest(name="x").SerializeToString()
LIST_ROOM = api.ListParticipantsRequest(room="room").SerializeToString()
REFUSALS: list[tuple[str, dict[str, object], bytes, str]] = [
    ("ListRooms", {"room_admin": True, "room": "room"}, b"", "permission_denied"),
    ("CreateRoom", {"room_list": True}, CREATE_X, "permission_denied"),
    ("CreateRoom", {"room_create": True}, b"", "invalid_argument"),
    ("CreateRoom", {"room_create": True}, b"\xff\xff", "malformed"),
    ("CreateRoom", {"room_create": True}, b"\x0a" + b"x" * 70_000, "malformed"),
    ("ListParticipants", ADMIN_OF_OTHER, LIST_ROOM, "permission_denied"),
    ("SendData", {"room_admin": True, "room": "room"}, b"", "bad_route"),
]


async def test_every_command_needs_its_own_right() -> None:
    async with engine() as child, aiohttp.ClientSession() as http:
        for method, grants, body, code in REFUSALS:
            url = f"{child.http}/twirp/livekit.RoomService/{method}"
            headers = child.command(**grants) | {"Content-Type": "application/protobuf"}
            async with http.post(url, data=body, headers=headers) as answer:
                assert (await answer.json())["code"] == code
            async with http.post(url, data=body) as answer:
                assert answer.status in {401, 404}
