"""Layers of a picture, with livekit-client in Chromium on both ends."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from tests.browsers import Chromium, chromium, until
from tests.signalling.livekit.process import Child, engine
from tests.signalling.livekit.tabs import Place, Someone, place

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]
WITHIN = 60.0
DIALECTS = pytest.mark.parametrize(
    "single", [pytest.param(False, id="v0"), pytest.param(True, id="v1", marks=pytest.mark.long)]
)
"""Two connections, or one that carries both ways."""
Stage = tuple[Child, Place, Chromium]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with engine() as child, chromium() as browser, place() as where:
        yield child, where, browser


async def two(stage: Stage, room: str, **how: object) -> tuple[Someone, Someone]:
    """Sam shows three layers to Jo."""
    child, where, browser = stage
    sam, jo = await where.someone(browser), await where.someone(browser)
    await sam.enter(child.ws, child.token("sam", room=room), **how)
    await sam.show()
    await jo.enter(child.ws, child.token("jo", room=room), **how)
    return sam, jo


def shows(person: Someone, width: int) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return await person.width("sam") == width

    return ask


@DIALECTS
async def test_each_size_gets_its_layer_and_what_nobody_looks_at_is_not_sent(
    stage: Stage, single: bool
) -> None:
    sam, jo = await two(stage, f"sizes {single}", single=single)
    await until(shows(jo, 960), "jo sees sam sharply", WITHIN)
    await jo.look("sam", (200, 100))
    await until(shows(jo, 240), "the least layer is enough", WITHIN)

    async def saved() -> bool:
        layers = await sam.sent()
        return not layers["f"]["active"] and not layers["h"]["active"] and bool(layers["q"]["active"])

    await until(saved, "nobody looks at the better layers, so they are not sent", WITHIN)
    await jo.look("sam", (900, 500))
    await until(shows(jo, 960), "jo sees sam sharply again", WITHIN)
    await jo.look("sam", None)

    async def dark() -> bool:
        return not any(layer["active"] for rid, layer in (await sam.sent()).items() if rid != "audio")

    await until(dark, "nobody looks at sam at all", WITHIN)
    before = await jo.frames("sam")
    await jo.look("sam", (200, 100))

    async def again() -> bool:
        return await jo.frames("sam") > before

    await until(again, "jo looks at sam again", WITHIN)


@DIALECTS
async def test_changes_of_layers_lose_nothing(stage: Stage, single: bool) -> None:
    _, jo = await two(stage, f"changes {single}", single=single)
    await until(shows(jo, 960), "jo sees sam sharply", WITHIN)
    for width, size in ((240, (200, 100)), (480, (400, 200)), (960, (900, 500)), (240, (100, 50))):
        await jo.look("sam", size)
        await until(shows(jo, width), f"the layer of {width} pixels", WITHIN)
    assert (await jo.received("sam"))["video"]["packetsLost"] == 0


@DIALECTS
async def test_what_is_encrypted_from_end_to_end_passes_whatever_the_layer(
    stage: Stage, single: bool
) -> None:
    """The engine changes headers and picture numbers, which encryption leaves in the clear."""
    child, where, browser = stage
    room = f"sealed {single}"
    sam, jo = await two(stage, room, secret="known to both", single=single)
    await sam.speak()
    await until(shows(jo, 960), "jo, who has the key, sees sam", WITHIN)
    await jo.look("sam", (200, 100))
    await until(shows(jo, 240), "another layer opens with the same key", WITHIN)
    stranger = await where.someone(browser)
    await stranger.enter(child.ws, child.token("stranger", room=room), secret="another", single=single)

    async def gets_packets() -> bool:
        return await stranger.sound("sam") > 50

    await until(gets_packets, "the stranger gets packets", WITHIN)
    assert await stranger.frames("sam") == 0
    heard = (await stranger.received("sam"))["audio"].get("totalAudioEnergy", 0)
    assert heard < (await jo.received("sam"))["audio"]["totalAudioEnergy"] / 10
