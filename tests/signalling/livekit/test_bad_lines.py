"""Poor networks, seeded, between livekit-client in Chromium and the engine.

How well it goes is a matter of figures, which `bench lines` measures on a quiet machine. Here it is to come
right at some time while the line stays as bad as it is.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.browsers import LIVELY, chromium, until
from tests.media.conditions import PERFECT, Conditions
from tests.signalling.livekit.line import ADVERTISED, network
from tests.signalling.livekit.process import engine
from tests.signalling.livekit.scene import Scene, Window, on_a_line
from tests.signalling.livekit.tabs import place

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]
WITHIN = 60.0
CONCEALED = 0.02
"""Of the sound that was played; so much may be invented."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene() -> AsyncIterator[Scene]:
    """Sam speaks and shows three layers; Jo is on the other end of a line that tests make bad."""
    async with (
        engine(advertised_host=ADVERTISED) as child,
        network(child.media_port) as carrier,
        chromium(LIVELY) as browser,
        place() as where,
    ):
        yield await on_a_line(child, carrier, where, browser)


async def settles(scene: Scene, what: str, seconds: float) -> None:
    """Wait for so many seconds with whole sound."""

    async def whole() -> Window | None:
        window = await scene.watch(seconds)
        return window if window.sound > 0 and window.concealed < CONCEALED else None

    await until(whole, what, WITHIN)


@pytest.mark.parametrize("loss", [0.05, 0.1])
async def test_where_packets_get_lost_sound_and_picture_stay(scene: Scene, loss: float) -> None:
    line = Conditions(loss=loss, delay=0.03, jitter=0.02)
    scene.become(line, line)

    async def both() -> bool:
        window = await scene.watch(3.0)
        return window.concealed < CONCEALED and window.pictures > 20

    await until(both, "whole sound and a moving picture", WITHIN)
    scene.become(PERFECT, PERFECT)


async def test_on_a_narrow_line_the_picture_gives_way_and_sound_does_not(scene: Scene) -> None:
    """150 kb/s hold one voice with its redundancy, and at most the least layer of a picture."""
    scene.become(PERFECT, Conditions(rate=150_000, delay=0.03))

    async def gave_way() -> bool:
        window = await scene.watch(3.0)
        small = window.width <= 240 or window.pictures == 0
        return small and window.sound > 0 and window.concealed < CONCEALED

    await until(gave_way, "sound is whole, the picture small or off", WITHIN)
    scene.become(PERFECT, PERFECT)

    async def back() -> bool:
        window = await scene.watch(1.0)
        return window.width >= 480 and window.pictures > 5

    await until(back, "a better picture when the line is wide again", WITHIN)


async def test_after_an_outage_and_from_another_address_everything_goes_on(scene: Scene) -> None:
    gone = Conditions(out=True)
    scene.become(gone, gone)
    await scene.watch(4.0)
    scene.become(PERFECT, PERFECT)
    await settles(scene, "sound after the outage", 1.0)
    scene.move()
    await settles(scene, "sound from the new address", 1.0)
