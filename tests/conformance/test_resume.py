"""A signalling socket that drops for a moment, as on a train, costs no media."""

import asyncio

import pytest

from tests.conformance.clients import frames, grows, sound
from tests.conformance.session import ANNA, BELA, CLEO, Session

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.both_dialects
async def test_media_goes_on_over_a_dropped_socket(session: Session) -> None:
    anna, bela, cleo = await session.sdk(ANNA), await session.sdk(BELA), await session.page(CLEO)
    for client in (anna, cleo):
        await client.publish_sound()
    await grows(lambda: sound(bela, ANNA))
    await grows(lambda: sound(bela, CLEO))
    tracks = await session.tracks()
    heard = await sound(bela, ANNA), await sound(bela, CLEO)
    session.drop(ANNA)
    await cleo.drop_signalling()
    await asyncio.sleep(3)
    print("grown", await sound(bela, ANNA) - heard[0], await sound(bela, CLEO) - heard[1])
    assert await session.tracks() == tracks
    assert await anna.is_connected()
    assert await cleo.is_connected()
    await anna.publish_picture()
    await grows(lambda: sound(bela, CLEO))
    await grows(lambda: frames(bela, ANNA))


async def test_a_client_that_lost_its_socket_may_resume_its_stay(session: Session) -> None:
    anna, bela = await session.raw(ANNA), await session.sdk(BELA)
    await bela.publish_sound()
    await anna.join()
    await anna.hears()
    anna.drop()
    answer = await anna.resume()
    assert answer.HasField("reconnect")
