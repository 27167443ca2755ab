"""One of several engines dies: its people are back by themselves within ten seconds, others notice nothing.

Only the embedded engine comes in several; a LiveKit cluster has its own way of placing rooms.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic

import pytest

from moderation.actions import Mute
from moderation.model import MeetingId, PersonId
from server.embedded import Settings
from server.workers import Workers, side_by_side
from tests.browsers import Chromium, until
from tests.conformance.clients import Client, grows, growth, sound
from tests.conformance.engines import EMBEDDED, Engine, free_port
from tests.conformance.house import serving, webhook_url
from tests.conformance.relay import relay_to
from tests.conformance.session import ANNA, BELA, CLEO, Session, begin
from tests.peers import WAIT

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

BACK_WITHIN = 10.0
LEAST_OF_SOUND = 40
"""Packets a second: what comes of fifty on a busy machine."""


@asynccontextmanager
async def two_sessions(browser: Chromium) -> AsyncIterator[tuple[Workers, Session, Session]]:
    """Two engines, and a session in each."""
    port = free_port(socket.SOCK_STREAM)
    told = side_by_side(Settings(webhook_url=webhook_url(port)), 2)
    async with (
        Workers(told) as workers,
        serving(workers, port) as house,
        relay_to(house.origin) as relay,
        AsyncExitStack() as stack,
    ):
        sessions = []
        for meeting, one in zip((MeetingId("monday"), MeetingId("tuesday")), workers.engines, strict=True):
            engine = Engine(EMBEDDED, one.key, one.secret, one.endpoint)
            cookies = await begin(house, meeting)
            sessions.append(Session(house, relay, browser, engine, meeting, cookies, stack))
        yield workers, sessions[0], sessions[1]


async def hears_again(listener: Client, died: float) -> float:
    """Seconds from then until Bela's sound comes once more. The counter begins anew with the new stay."""

    async def comes() -> bool:
        before = await sound(listener, BELA)
        await asyncio.sleep(0.1)
        return 0 < before < await sound(listener, BELA)

    await until(comes, f"{listener.seat} hears Bela again", within=BACK_WITHIN + WAIT)
    return monotonic() - died


async def test_people_are_back_by_themselves_as_they_were_and_others_notice_nothing(
    browser: Chromium,
) -> None:
    async with two_sessions(browser) as (workers, first, second):
        anna, bela, cleo = await first.page(ANNA), await first.page(BELA), await first.sdk(CLEO)
        others = await second.sdk(ANNA), await second.sdk(BELA)
        for sender in (anna, bela, others[0]):
            await sender.publish_sound()
        await grows(lambda: sound(bela, ANNA))
        await grows(lambda: sound(cleo, BELA))
        await grows(lambda: sound(others[1], ANNA))
        await first.do(Mute(PersonId(ANNA)))

        heard_before, died = await sound(others[1], ANNA), monotonic()
        workers.engines[0].kill()
        await until(lambda: asyncio.sleep(0, workers.engines[0].endpoint() is None), "the engine is dead", 5)
        away = await asyncio.gather(hears_again(anna, died), hears_again(cleo, died))
        print("back after", [round(seconds, 1) for seconds in away])
        assert max(away) < BACK_WITHIN

        assert await growth(lambda: sound(bela, ANNA), 2.0) <= 0
        assert await sound(cleo, ANNA) == 0
        heard = await sound(others[1], ANNA) - heard_before
        assert heard > LEAST_OF_SOUND * (monotonic() - died)
