"""Sound and moving pictures between everyone, as the receivers' own counters have it."""

import asyncio

import pytest

from tests.conformance.clients import Client, grows
from tests.conformance.session import ANNA, BELA, CLEO, Session

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def hears_and_sees(receiver: Client, sender: Client) -> None:
    async def sound() -> int:
        return (await receiver.received(sender.seat)).sound

    async def frames() -> int:
        return (await receiver.received(sender.seat)).frames

    await asyncio.gather(grows(sound), grows(frames))


async def test_everybody_hears_and_sees_everybody(session: Session) -> None:
    anna, bela, cleo = await session.sdk(ANNA), await session.sdk(BELA), await session.page(CLEO)
    everybody: tuple[Client, ...] = (anna, bela, cleo)
    for client in everybody:
        await client.publish_sound()
        await client.publish_picture()
    for receiver in everybody:
        for sender in everybody:
            if sender is not receiver:
                await hears_and_sees(receiver, sender)
    assert await cleo.energy(ANNA) > 0, "the tone is decoded, not only received"
