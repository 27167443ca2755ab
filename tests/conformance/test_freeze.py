"""Without a facilitator nobody hears or sees anybody, and afterwards everything is as it was."""

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest
from livekit import api

from moderation.actions import HoldCamera, Mute
from moderation.model import PersonId, SeatId
from tests.conformance.clients import (
    CHATTER,
    LISTENED,
    Client,
    frames,
    grows,
    growth,
    sound,
    sound_sent,
)
from tests.conformance.session import ANNA, BELA, CLEO, HOST, Session

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_in_a_frozen_session_nobody_receives_anything(session: Session) -> None:
    anna, bela, cleo = await session.sdk(ANNA), await session.sdk(BELA), await session.page(CLEO)
    for client in (anna, bela, cleo):
        await client.publish_sound()
    await grows(lambda: sound(anna, CLEO))
    await grows(lambda: sound(bela, ANNA))
    await grows(lambda: sound(cleo, BELA))
    await session.freeze()
    await session.quiet_down()
    to_anna, to_bela, to_cleo, sent = await asyncio.gather(
        growth(anna.packets_off_the_wire, LISTENED),
        growth(bela.packets_off_the_wire, LISTENED),
        growth(lambda: sound(cleo, ANNA), LISTENED),
        growth(lambda: sound_sent(anna), LISTENED),
    )
    assert max(to_anna, to_bela) < CHATTER
    assert to_cleo <= 0
    assert sent > 50, "publications survive"


@pytest.mark.both_dialects
async def test_who_connects_during_the_freeze_receives_nothing_until_it_ends(session: Session) -> None:
    anna = await session.sdk(ANNA)
    await anna.publish_sound()
    await session.freeze()
    bela, cleo = await session.sdk(BELA), await session.page(CLEO)
    to_bela, to_cleo = await asyncio.gather(
        growth(bela.packets_off_the_wire, LISTENED), growth(lambda: sound(cleo, ANNA), LISTENED)
    )
    assert to_bela < CHATTER
    assert to_cleo <= 0
    await session.resume()
    await grows(lambda: sound(bela, ANNA))
    await grows(lambda: sound(cleo, ANNA))


async def test_after_the_freeze_everyone_sends_and_receives_as_before(session: Session) -> None:
    """On the same tracks; who was muted before or during the freeze stays muted."""
    host, anna, bela = await session.page(HOST), await session.sdk(ANNA), await session.sdk(BELA)
    await session.do(Mute(PersonId(BELA)))
    for client in (host, anna):
        await client.publish_sound()
        await client.publish_picture()
    pairs: tuple[tuple[Client, SeatId], ...] = ((host, ANNA), (anna, HOST), (bela, ANNA), (bela, HOST))
    await everything_flows(pairs)
    before = await session.tracks()
    await session.freeze()
    await session.resume()
    await everything_flows(pairs)
    assert await session.tracks() == before


async def everything_flows(pairs: Sequence[tuple[Client, SeatId]]) -> None:
    """Sound and pictures come, from each second to the first beside it. Raises TimeoutError."""
    for receiver, sender in pairs:
        await grows(partial(sound, receiver, sender))
        await grows(partial(frames, receiver, sender))


async def test_who_may_do_nothing_at_all_stays_connected_in_silence(session: Session) -> None:
    """A grant of nothing is not an empty one, which LiveKit could take for "everything" or "as it was"."""
    anna, bela = await session.sdk(ANNA), await session.sdk(BELA)
    for client in (anna, bela):
        await client.publish_sound()
    await grows(lambda: sound(anna, BELA))
    for held in (ANNA, CLEO):
        await session.do(Mute(PersonId(held)))
        await session.do(HoldCamera(PersonId(held)))
    await session.freeze()
    await (await session.raw(CLEO)).join()
    people = await session.people()
    assert people[ANNA].permission == people[CLEO].permission == api.ParticipantPermission()
    assert not people[ANNA].tracks
    await session.quiet_down()
    to_anna, to_bela = await asyncio.gather(
        growth(anna.packets_off_the_wire, LISTENED), growth(bela.packets_off_the_wire, LISTENED)
    )
    assert max(to_anna, to_bela) < CHATTER
    await session.resume()
    await grows(lambda: sound(anna, BELA))
    assert await growth(lambda: sound(bela, ANNA), 1.0) <= 0
