"""Sound and moving pictures between everyone, as the receivers' own counters have it."""

from functools import partial

import pytest

from tests.browsers import PATIENCE, Firefox, until
from tests.conformance.clients import V0, V1, Client, frames, grows, sound
from tests.conformance.session import ANNA, BELA, CLEO, Session

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.both_dialects
async def test_everybody_hears_and_sees_everybody(session: Session) -> None:
    anna, bela, cleo = await session.sdk(ANNA), await session.sdk(BELA), await session.page(CLEO)
    everybody: tuple[Client, ...] = (anna, bela, cleo)
    for client in everybody:
        await client.publish_sound()
        await client.publish_picture()
    for receiver in everybody:
        for sender in everybody:
            if sender is not receiver:
                await grows(partial(sound, receiver, sender.seat))
                await grows(partial(frames, receiver, sender.seat))
    assert await cleo.energy(ANNA) > 0, "the tone is decoded, not only received"
    assert await cleo.connections() == {V0: 2, V1: 1}[session.dialect]


@pytest.mark.both_dialects
async def test_firefox_and_chromium_hear_and_see_each_other(session: Session, other_browser: Firefox) -> None:
    anna, bela = await session.page(ANNA), await session.page(BELA, browser=other_browser)
    for client in (anna, bela):
        await client.publish_sound()
        await client.publish_picture()
    for receiver, sender in ((anna, BELA), (bela, ANNA)):
        await grows(partial(sound, receiver, sender), within=PATIENCE)
        await grows(partial(frames, receiver, sender), within=PATIENCE)
        assert await receiver.energy(sender) > 0, "the tone is decoded, not only received"
    assert await bela.connections() == {V0: 2, V1: 1}[session.dialect]


async def test_the_platform_learns_whose_media_is_connected(session: Session) -> None:
    async def is_in_the_room() -> bool:
        return session.house.attendance.is_in_room(session.meeting, ANNA)

    async def is_out_of_it() -> bool:
        return not await is_in_the_room()

    anna = await session.sdk(ANNA)
    await until(is_in_the_room, "news that somebody joined", within=3)
    await anna.leave()
    await until(is_out_of_it, "news that somebody left", within=3)
