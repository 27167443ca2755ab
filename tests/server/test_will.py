"""The last will, executed on a RoomService in memory. tests/conformance/test_killed.py ends real media."""

import asyncio
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Iterable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from livekit import api

from server import will
from server.embedded import HOME
from server.will import Will

KEY, SECRET = "key", "a secret of thirty-two characters"
ANNA, BELA = ("meeting", "anna"), ("meeting", "bela")


class Rooms:
    """A RoomService that notes who was removed. The first `failures` calls fail."""

    def __init__(self) -> None:
        self.removed: list[tuple[str, str]] = []
        self.failures = 0
        self.url = ""

    async def remove(self, request: web.Request) -> web.Response:
        who = api.RoomParticipantIdentity.FromString(await request.read())
        if self.failures:
            self.failures -= 1
            return web.json_response({"code": "unavailable", "msg": "busy"}, status=503)
        if who.identity == "nobody":
            return web.json_response({"code": "not_found", "msg": "not there"}, status=404)
        self.removed.append((who.room, who.identity))
        body = api.RemoveParticipantResponse().SerializeToString()
        return web.Response(body=body, content_type="application/protobuf")


@pytest.fixture
async def rooms() -> AsyncIterator[Rooms]:
    rooms = Rooms()
    app = web.Application()
    app.router.add_post("/twirp/livekit.RoomService/RemoveParticipant", rooms.remove)
    async with TestServer(app) as server:
        rooms.url = f"ws://127.0.0.1:{server.port}"
        yield rooms


async def execute(rooms: Rooms, let_in: Iterable[tuple[str, str]], over: Iterable[str] = ()) -> None:
    async with Will(rooms.url, KEY, SECRET) as last_will:
        for place in let_in:
            last_will.name(*place)
        for room in over:
            last_will.forget(room)
        assert rooms.removed == []


async def test_whoever_was_let_in_is_removed_when_the_platform_ends(rooms: Rooms) -> None:
    await execute(rooms, [ANNA, BELA, ANNA, ("meeting", "nobody")])
    assert sorted(rooms.removed) == [ANNA, BELA]


async def test_a_room_that_is_over_is_forgotten(rooms: Rooms) -> None:
    await execute(rooms, [ANNA, ("other", "cleo")], over=["meeting"])
    assert rooms.removed == [("other", "cleo")]


async def test_who_was_let_in_too_long_ago_is_forgotten(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(will, "LONGEST_STAY", -1.0)
    await execute(rooms, [ANNA])
    assert rooms.removed == []


async def test_a_server_that_is_busy_is_asked_again(rooms: Rooms) -> None:
    rooms.failures = 2
    await execute(rooms, [ANNA])
    assert rooms.removed == [ANNA]


async def test_an_executor_that_dies_is_replaced_and_told_everything(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(will, "PAUSE", 0.01)
    async with Will(rooms.url, KEY, SECRET) as last_will:
        last_will.name(*ANNA)
        first = last_will._executor
        assert first is not None
        first.kill()
        async with asyncio.timeout(5):
            while last_will._executor is first:  # noqa: ASYNC110 - the keeper works in its own time
                await asyncio.sleep(0.01)
        assert rooms.removed == []
    assert rooms.removed == [ANNA]


PLATFORM = """
    import asyncio, sys
    from server.will import Will
    async def main():
        async with Will(sys.argv[1], "key", "a secret of thirty-two characters") as last_will:
            last_will.name("meeting", "anna")
            print("ready", flush=True)
            await asyncio.sleep(600)
    asyncio.run(main())
"""


async def test_a_platform_killed_outright_leaves_nobody_in_a_room(rooms: Rooms) -> None:
    platform = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", textwrap.dedent(PLATFORM), rooms.url), stdout=subprocess.PIPE, cwd=HOME
    )
    assert platform.stdout is not None
    await asyncio.wait_for(platform.stdout.readline(), 15)
    platform.kill()
    await platform.wait()
    async with asyncio.timeout(10):
        while rooms.removed != [ANNA]:  # noqa: ASYNC110 - another process removes
            await asyncio.sleep(0.02)
