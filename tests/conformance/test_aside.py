"""Those in the side room hear each other and nobody else, and nobody else hears them."""

import asyncio

import pytest

from moderation.actions import EndAside, Leave, Mute
from moderation.model import PersonId
from tests.conformance.clients import CHATTER, LISTENED, grows, growth, sound
from tests.conformance.session import ANNA, BELA, HOST, SECOND_HOST, Session

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_side_room_is_another_room(session: Session) -> None:
    host, anna, bela = await session.sdk(HOST), await session.sdk(ANNA), await session.page(BELA)
    for client in (host, anna, bela):
        await client.publish_sound()
    await grows(lambda: sound(bela, ANNA))
    await session.step_aside()
    await session.quiet_down()
    assert await growth(lambda: sound(bela, ANNA), 1.0) <= 0
    host, anna = await session.sdk(HOST), await session.sdk(ANNA)
    for client in (host, anna):
        await client.publish_sound()
    await grows(lambda: sound(host, ANNA))
    await grows(lambda: sound(anna, HOST))
    from_anna, from_host, from_bela = await asyncio.gather(
        growth(lambda: sound(bela, ANNA), LISTENED),
        growth(lambda: sound(bela, HOST), LISTENED),
        growth(lambda: sound(anna, BELA), LISTENED),
    )
    assert max(from_anna, from_host, from_bela) <= 0
    assert (await session.people()).keys() == {BELA}


async def test_a_mute_and_a_freeze_hold_in_the_side_room_too(session: Session) -> None:
    await session.step_aside()
    host, anna = await session.sdk(HOST), await session.sdk(ANNA)
    for client in (host, anna):
        await client.publish_sound()
    await grows(lambda: sound(host, ANNA))
    await session.do(Mute(PersonId(ANNA)))
    await session.quiet_down()
    assert await growth(lambda: sound(host, ANNA), 1.0) <= 0
    await grows(lambda: sound(anna, HOST))
    await session.do(Leave(), by=SECOND_HOST)
    await session.quiet_down()
    assert await growth(anna.packets_off_the_wire, LISTENED) < CHATTER


async def test_back_in_the_group_everyone_hears_them_again(session: Session) -> None:
    bela = await session.page(BELA)
    await session.step_aside()
    anna = await session.sdk(ANNA)
    await anna.publish_sound()
    await session.do(EndAside())
    await session.quiet_down()
    assert await growth(lambda: sound(bela, ANNA), 1.0) <= 0
    anna = await session.sdk(ANNA)
    await anna.publish_sound()
    await grows(lambda: sound(bela, ANNA))
