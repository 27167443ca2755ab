"""Many parents in one room, all of whom talk: each with cookies, an event connection and media of its own.

They come as far as the waiting room, enter whenever a host has let them in, and publish again whenever a
mute was lifted. Whatever a host does, they go on sending.
"""

import asyncio
import contextlib
import time
from typing import Any

import aiohttp

from tests.bench.kit.lines import serve
from tests.bench.kit.link import Certificate
from tests.bench.kit.voice import Voice
from tests.hostile.people import Person, View

TICK = 0.002
CHECK_EVERY = 2.5
SIDE_BY_SIDE = 4
"""How many walk in at a time."""
AGAIN = 0.5
"""Seconds until a door that stayed shut is tried again."""
RECENTLY = 0.4


class Guest:
    """One parent."""

    def __init__(self, person: Person, certificate: Certificate) -> None:
        self.person = person
        self.voice: Voice | None = None
        self.every: float | None = None
        self._certificate = certificate
        self._following: asyncio.Task[None] | None = None
        self._former = ""

    async def come(self, link: str) -> None:
        """To the waiting room, and from then on wherever a host lets them."""
        await self.person.walks_in(link)
        await self.person.listen()
        await self.person.sees_itself("waiting")
        self._following = asyncio.create_task(self._follow())

    @property
    def sid(self) -> str:
        """Of the present stay in the room, or of the last one."""
        return self._former if self.voice is None else self.voice.sid

    async def close(self) -> None:
        """Go."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        if self.voice is not None:
            await self.voice.close()
        await self.person.close()

    async def _follow(self) -> None:
        """Be where the newest view says one is. Views are not kept: there are many, and they are long."""
        wire, view = self.person.wire, self.person.view
        while True:
            view = next((data for name, data in reversed(wire.events) if name == "view"), view)
            wire.events.clear()
            wire.frames.clear()
            with contextlib.suppress(aiohttp.ClientError):  # The door may not be open yet.
                await self._be_where(view)
            await wire.until(lambda: bool(wire.events), AGAIN)

    async def _be_where(self, view: View) -> None:
        you = view["you"]
        if self.voice is not None and (self.voice.ended or you["place"] != "present"):
            self._former = self.voice.sid
            await self.voice.close()
            self.voice = None
        if self.voice is None and you["place"] == "present":
            url = f"{self.person.origin}/media/{self.person.meeting}"
            self.voice = Voice(self.person.http, url, self._certificate)
            if self.every is not None:
                self.voice.every = self.every
            await self.voice.join()
        if self.voice is not None:
            self.voice.is_held = you["microphone_held"]
            await self.voice.speak()


class Gathering:
    """All of them."""

    def __init__(self) -> None:
        self._guests: dict[str, Guest] = {}
        self._certificate = Certificate()
        self._talking = asyncio.create_task(self._talk())

    async def answer(self, asked: dict[str, Any]) -> object:
        """`of` names one of them, or nobody for everybody; times are in seconds since 1970."""
        match asked:
            case {"do": "come", "origin": origin, "meeting": meeting, "links": dict(links)}:
                await self._come(origin, meeting, links)
                return {}
            case {"do": "hurry", "of": name, "every": every}:
                guest = self._guests[name]
                guest.every = every
                if guest.voice is not None:
                    guest.voice.every = every
                return {}
            case {"do": "last", "of": name}:
                return {"last": max(self._lasts(name).values(), default=0.0)}
            case {"do": "reach", "of": name}:
                since = time.time() - RECENTLY
                lasts = self._lasts(name)
                reached = sum(last > since for last in lasts.values())
                return {"reached": reached}
            case other:
                raise ValueError(other)

    async def _come(self, origin: str, meeting: str, links: dict[str, str]) -> None:
        turns = asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(name: str, link: str) -> None:
            async with turns:
                guest = self._guests[name] = Guest(Person(origin, meeting, name), self._certificate)
                await guest.come(link)

        await asyncio.gather(*(one(name, link) for name, link in links.items()))

    def _lasts(self, name: str | None) -> dict[str, float]:
        """When each of the others last got a packet of this one; or of anybody."""
        sid = None if name is None else self._guests[name].sid
        return {
            other: max(
                (
                    at
                    for ssrc, at in guest.voice.last.items()
                    if sid is None or guest.voice.sources.get(ssrc) == sid
                ),
                default=0.0,
            )
            for other, guest in self._guests.items()
            if other != name and guest.voice is not None
        }

    async def _talk(self) -> None:
        checked = 0.0
        while True:
            now = time.monotonic()
            due = now - checked > CHECK_EVERY
            checked = now if due else checked
            for guest in self._guests.values():
                if guest.voice is not None:
                    guest.voice.talk(now)
                    if due:
                        guest.voice.check()
            await asyncio.sleep(TICK)

    async def close(self) -> None:
        self._talking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._talking
        await asyncio.gather(*(guest.close() for guest in self._guests.values()))


async def main() -> None:
    gathering = Gathering()
    try:
        await serve(gathering.answer)
    finally:
        await gathering.close()


if __name__ == "__main__":
    asyncio.run(main())
