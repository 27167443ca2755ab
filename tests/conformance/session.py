"""One session in the house: a facilitator and three parents, and the clients they come with."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp
from livekit import api

from moderation.actions import AcceptAside, Action, AdmitAll, Arrive, InviteAside, Open
from moderation.model import Actor, Meeting, MeetingId, PersonId, Role, SeatId
from signalling.meeting.messages import Done
from signalling.meeting.ports import Connection, SeatHolder
from tests.browsers import Chromium, Firefox, until
from tests.conformance.clients import V0, V1, PageClient, SdkClient
from tests.conformance.engines import EMBEDDED, LIVEKIT, Engine
from tests.conformance.house import House
from tests.conformance.relay import Relay
from tests.peers import Peer

AGREEMENT: Final = 1
HOST, ANNA, BELA, CLEO = SeatId("host"), SeatId("anna"), SeatId("bela"), SeatId("cleo")
SECOND_HOST = SeatId("second")
ROLES: Final = {
    HOST: Role.FACILITATOR,
    ANNA: Role.PARENT,
    BELA: Role.PARENT,
    CLEO: Role.PARENT,
    SECOND_HOST: Role.FACILITATOR,
}
TOKEN: Final = "seat"
"""What a page presents as its token. The gate does not look at it."""

FLAT_AFTER: Final = {EMBEDDED: 0.1, LIVEKIT: 0.5}
"""Seconds from an acknowledgement to the last packet. LiveKit ends streams with 0.2 s of its own silence."""

_numbers = itertools.count(1)


async def act(house: House, meeting: MeetingId, by: SeatId, action: Action) -> None:
    """Have someone act in a meeting, and take no refusal."""
    outcome = await house.applier.act(meeting, Actor(ROLES[by], PersonId(by), by), action)
    assert isinstance(outcome, Done), outcome


async def attend(house: House, meeting: MeetingId, host: SeatId = HOST) -> None:
    """A facilitator is there, connected to another process of the platform."""
    await house.presence.beat(meeting, {host}, {host})
    await house.attendance.review(meeting)


async def begin(house: House, meeting: MeetingId) -> dict[SeatId, str]:
    """A meeting that is open and attended, all parents admitted and nobody connected; everyone's cookies."""
    house.journal.plan(Meeting(meeting, AGREEMENT))
    cookies = {seat: f"{seat}-{meeting}" for seat in ROLES}
    for seat, role in ROLES.items():
        house.seats.holders[cookies[seat]] = SeatHolder(seat, PersonId(seat), role, meeting, AGREEMENT)
        await act(house, meeting, seat, Arrive(AGREEMENT))
    await act(house, meeting, HOST, Open())
    await attend(house, meeting)
    await act(house, meeting, HOST, AdmitAll())
    return cookies


@dataclass
class Session:
    """A meeting in the house. Seats are called the same in every session, cookies are not."""

    house: House
    relay: Relay
    browser: Chromium
    engine: Engine
    meeting: MeetingId
    cookies: dict[SeatId, str]
    stack: AsyncExitStack
    dialect: str = V0
    """What all its clients speak."""

    # --- The rules ---

    async def do(self, action: Action, by: SeatId = HOST) -> None:
        """Have someone act, and take no refusal."""
        await act(self.house, self.meeting, by, action)

    async def freeze(self) -> None:
        """The last facilitator is gone. Returns when that is in effect."""
        await self.house.presence.drop(self.meeting, HOST, Connection.EVENTS)
        await self.house.attendance.review(self.meeting)

    async def resume(self) -> None:
        """A facilitator is back."""
        await attend(self.house, self.meeting)

    async def step_aside(self) -> None:
        """The host and Anna go to the side room; a second host stays with the others."""
        await attend(self.house, self.meeting, SECOND_HOST)
        await self.do(InviteAside(PersonId(ANNA)))
        await self.do(AcceptAside(), by=ANNA)

    async def quiet_down(self) -> None:
        """Let the time pass in which last packets may arrive, and whatever has arrived by then be counted."""
        await asyncio.sleep(FLAT_AFTER[self.engine.name])
        for _ in range(50):  # a client on asyncio takes one packet off its socket in each round of the loop
            await asyncio.sleep(0)

    # --- The clients ---

    async def sdk(self, seat: SeatId, token: str = TOKEN) -> SdkClient:
        """Connect a seat's client on the Python SDK. Raises NotLetIn."""
        url = self.relay.url(self.cookies[seat], self.meeting)
        client = await SdkClient.enter(seat, url, token, self.dialect)
        self.stack.push_async_callback(client.leave)
        return client

    async def page(
        self, seat: SeatId, token: str = TOKEN, browser: Chromium | Firefox | None = None
    ) -> PageClient:
        """Connect a seat's tab, of Chromium where no other browser is named. Raises NotLetIn."""
        tab = await (browser or self.browser).tab()
        self.stack.push_async_callback(tab.close)
        await tab.goto(f"{self.house.origin}/conformance/")
        await tab.evaluate(f"document.cookie = 'seat={self.cookies[seat]}; path=/'")
        await until(lambda: tab.evaluate("window.enter !== undefined"), "the page is ready")
        client = await PageClient.enter(seat, tab, self.url, token, self.dialect)
        self.stack.push_async_callback(client.leave)
        return client

    async def raw(self, seat: SeatId, token: str = TOKEN, url: str | None = None) -> Peer:
        """A client without manners that holds this seat's cookie. It has not joined yet."""
        headers = {"Cookie": f"seat={self.cookies[seat]}", "Origin": self.house.origin}
        http = await self.stack.enter_async_context(aiohttp.ClientSession(headers=headers))
        peer = Peer(http, url or self.url, token, single=self.dialect == V1)
        self.stack.push_async_callback(peer.close)
        return peer

    def drop(self, seat: SeatId) -> None:
        """Lose the signalling socket of this seat's SDK client."""
        self.relay.drop(self.cookies[seat])

    @property
    def url(self) -> str:
        """What a page calls the media server."""
        return f"{self.house.origin.replace('http', 'ws', 1)}/media/{self.meeting}"

    # --- The engine's own word ---

    async def people(self) -> Mapping[SeatId, api.ParticipantInfo]:
        """Who is in the engine's room."""
        return {SeatId(one.identity): one for one in await self.engine.people(self.meeting)}

    async def until_gone(self, seat: SeatId) -> None:
        """Wait until a seat is out of the engine's room. Raises AssertionError."""

        async def is_gone() -> bool:
            return seat not in await self.people()

        await until(is_gone, f"{seat} out of the engine's room", within=5)

    async def tracks(self) -> Mapping[SeatId, set[str]]:
        """The ids of what everyone publishes."""
        people = await self.people()
        return {seat: {track.sid for track in one.tracks} for seat, one in people.items()}

    async def routed(self, sender: SeatId, receiver: SeatId) -> int | None:
        """Packets of one that went to the other, ever. None from a LiveKit server, which does not tell."""
        return await self.engine.routed(self.meeting, sender, receiver)

    # --- Tokens that nobody should take ---

    def forged_tokens(self, seat: SeatId) -> Iterable[str]:
        """Tokens that say what their holder would like: a key of their own, more than granted, another room.

        The last ones are signed by the engine's own key, as if one had leaked.
        """
        wishes = (
            api.VideoGrants(room_join=True, room=self.meeting),
            api.VideoGrants(room_join=True, room=self.meeting, hidden=True),
            api.VideoGrants(room_join=True, room=self.meeting, recorder=True),
            api.VideoGrants(room_join=True, room=self.meeting, room_admin=True, room_list=True),
            api.VideoGrants(room_join=True, room="another"),
        )
        for secret in ("a secret of the forger's own, thirty-two", self.engine.secret):
            for wish in wishes:
                token = api.AccessToken(self.engine.key, secret).with_identity(seat).with_grants(wish)
                yield token.to_jwt()


@asynccontextmanager
async def session_in(
    house: House, relay: Relay, browser: Chromium, engine: Engine, dialect: str = V0
) -> AsyncIterator[Session]:
    """A session that has begun, and everybody's departure."""
    meeting = MeetingId(f"meeting{next(_numbers)}")
    house.gate._knocks.clear()  # the same few seats knock in every test, however quick they are
    async with AsyncExitStack() as stack:
        cookies = await begin(house, meeting)
        yield Session(house, relay, browser, engine, meeting, cookies, stack, dialect)
    await house.media.close(meeting)
