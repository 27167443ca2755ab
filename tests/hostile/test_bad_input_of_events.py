"""Malformed, oversized and flooding events: the worst that happens is that their sender is sent away."""

import asyncio
import json
import secrets

import pytest

from tests.hostile.scene import Scene
from tests.hostile.wire import NotLetIn, Unanswered, Wire

DEEP = "[" * 3000 + "]" * 3000
FRAMES = (
    *(
        "",
        "4",
        "42",
        "42[",
        "42[]",
        "42{}",
        "42null",
        "42[1]",
        '42["act"]',
        '421["act"]',
        '42["act",',
        "40",
        "41x",
    ),
    *(
        '420["act",null]',
        '420["act",[]]',
        '420["act",{}]',
        '420["act",{"do":1}]',
        '420["act",{"do":["mute"]}]',
    ),
    *(
        '420["act",{"do":"mute"}]',
        '420["act",{"do":"mute","person":null}]',
        '420["act",{"do":"mute","person":{}}]',
    ),
    *(
        '420["act",{"do":"mute","person":"\\u0000"}]',
        '420["act",{"do":"lock"},{"do":"end"}]',
        '420["connect"]',
    ),
    *(
        '420["disconnect"]',
        '420["view",{"meeting":"x"}]',
        '420["__proto__"]',
        '420["on_act",{}]',
        "43",
        "430[]",
    ),
    *(
        "430[1,2]",
        "451-",
        '451-["act",{"_placeholder":true,"num":0}]',
        "44{}",
        "46",
        "5",
        "6",
        "9",
        "0{}",
        "1x",
    ),
    *(
        "42/admin,[]",
        "40/admin,",
        "41/admin",
        '42/%2e%2e,["act"]',
        f"420{DEEP}",
        '420["act",' + '{"a":' * 500,
        "\x00",
    ),
    *(
        f'42{"9" * 200}["act",{{}}]',
        '42-1["act",{}]',
        '420["act",1e999]',
        '420["act",NaN]',
        '420["act","' + "é" * 3000,
    ),
)


@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "all on one connection"])
async def test_no_frame_upsets_the_events(scene: Scene, at_once: bool) -> None:
    if at_once:
        await _say(scene.asha.wire, *FRAMES)
    else:
        for frame in FRAMES:
            wire = await Wire.open(scene.asha.http, scene.asha.origin, {"meeting": scene.evening.meeting})
            scene.asha.wires.append(wire)
            await _say(wire, frame)
            await wire.close()
    await scene.goes_on()


async def _say(wire: Wire, *frames: str) -> None:
    try:
        for frame in frames:
            await wire.say(frame)
        await asyncio.sleep(0.02)
    except Unanswered:
        assert await wire.ended()


@pytest.mark.parametrize(
    "auth",
    [
        None,
        [],
        "x",
        1,
        {},
        {"meeting": None},
        {"meeting": 1},
        {"meeting": ""},
        {"meeting": "x" * 5000},
        {"meeting": "é"},
    ],
    ids=repr,
)
async def test_a_malformed_knock_is_refused_by_name(scene: Scene, auth: object) -> None:
    with pytest.raises(NotLetIn) as refused:
        await Wire.open(scene.asha.http, scene.asha.origin, auth)
    assert refused.value.error in ("malformed", "not_your_session")


async def test_an_oversized_event_ends_its_sender_only(scene: Scene) -> None:
    await _say(scene.asha.wire, "42" + json.dumps(["act", {"do": "mute", "person": "x" * 200_000}]))
    assert await scene.asha.wire.ended()
    await scene.goes_on()


async def test_binary_is_not_spoken(scene: Scene) -> None:
    for data in (b"", b"\x00" * 100, secrets.token_bytes(1000)):
        await scene.asha.listen()
        await scene.asha.wire.socket.send_bytes(data)
    await scene.goes_on()


async def test_a_flood_of_events_holds_up_nobody_and_ends(scene: Scene) -> None:
    before = len(await _answers(scene.asha.wire, 600))
    assert before
    began = asyncio.get_running_loop().time()
    await scene.goes_on()
    assert asyncio.get_running_loop().time() - began < 3
    assert await scene.asha.wire.ended()


async def _answers(wire: Wire, count: int) -> list[str]:
    try:
        for number in range(1000, 1000 + count):
            await wire.say(f'42{number}["view"]')
    except Unanswered:
        pass
    await asyncio.sleep(0.5)
    return [frame for frame in wire.frames if frame.startswith("43")]


async def test_connections_that_say_nothing_do_not_stay(scene: Scene) -> None:
    silent = []
    for _ in range(20):
        wire = await Wire.knock(scene.asha.http, scene.asha.origin)
        wire.is_silent = True
        silent.append(wire)
    await scene.goes_on()
    for wire in silent:
        assert await wire.ended(12)


async def test_who_reads_nothing_is_not_waited_for(scene: Scene) -> None:
    """A browser that lets everything pile up costs the others nothing."""
    connection = scene.asha.wire.socket._response.connection
    assert connection is not None
    assert connection.transport is not None
    connection.transport.pause_reading()
    scene.asha.wire.is_silent = True
    for _ in range(10):
        await scene.host.must("lock")
        await scene.host.must("unlock")
    await scene.goes_on()
