"""Those who try it: a browser without a page, each with cookies, an event connection and media of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
from yarl import URL

from tests.hostile.wire import Unanswered, Wire
from tests.peers import Peer
from tools.parents import walk_in
from tools.platform import SignIn
from tools.visitor import LostTheWay, Visitor

View = dict[str, Any]
WAIT: Final = 6.0
SEAT_TOKEN: Final = "seat"  # what the page presents; the gate makes its own


@dataclass
class Person:
    """One device of somebody. `meeting` is the session it tries to be in."""

    origin: str
    meeting: str
    name: str = ""
    peers: list[Peer] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.origin)

    @property
    def http(self) -> aiohttp.ClientSession:
        """This device's cookie jar."""
        return self.visitor.http

    async def close(self) -> None:
        """End everything of this device."""
        for peer in self.peers:
            await peer.close()
        for wire in self.wires:
            await wire.close()
        await self.http.close()

    # --- Pages ---

    async def walks_in(self, link: str) -> None:
        """Come by the link as far as the waiting room's page. Raises LostTheWay."""
        await walk_in(self.visitor, link, self.name)

    async def signs_in(self, who: SignIn) -> None:
        """Sign in as one of the staff, by the form. Raises LostTheWay."""
        page = await self.visitor.open("/staff/sign-in")
        page = await self.visitor.submit(page, email=who.email, password=who.password, code=await who.code())
        if page.path != "/staff":
            raise LostTheWay(page.url, "signing in did not work")

    # --- Cookies ---

    @property
    def cookies(self) -> dict[str, str]:
        """What a browser would send to the platform now."""
        kept = self.http.cookie_jar.filter_cookies(URL(self.origin))
        return {name: morsel.value for name, morsel in kept.items()}

    def steal(self, cookies: Mapping[str, str]) -> None:
        """Put cookies of any origin into the jar."""
        self.http.cookie_jar.update_cookies(cookies, URL(self.origin))

    # --- Events ---

    async def listen(self, headers: Mapping[str, str] | None = None) -> "Person":
        """Open an event connection for the meeting. Raises NotLetIn."""
        wire = await Wire.open(self.http, self.origin, {"meeting": self.meeting}, headers)
        self.wires.append(wire)
        return self

    @property
    def wire(self) -> Wire:
        """The newest event connection."""
        return self.wires[-1]

    @property
    def views(self) -> list[View]:
        """Every view that came on the newest connection."""
        return [data for name, data in self.wire.events if name == "view"]

    @property
    def view(self) -> View:
        """The newest view."""
        return self.views[-1]

    @property
    def place(self) -> str:
        """Where the newest view says that this device is."""
        return str(self.view["you"]["place"])

    @property
    def person(self) -> str:
        """The person's id."""
        return str(self.view["you"]["person"])

    @property
    def seat(self) -> str:
        """This device's seat: the media identity."""
        return str(self.view["you"]["seat"])

    async def sees(self, met: Callable[[View], bool], wait: float = WAIT) -> View:
        """Wait for a view that fits. Raises Unanswered, with the newest view."""
        if not await self.wire.until(lambda: bool(self.views) and met(self.view), wait):
            raise Unanswered(f"the newest view is {self.views[-1:]}")
        return self.view

    async def sees_itself(self, place: str) -> View:
        """Wait until the newest view says that this device is there."""
        return await self.sees(lambda view: view["you"]["place"] == place)

    async def act(self, do: str, **fields: object) -> dict[str, Any]:
        """Ask for an action; the acknowledgement."""
        answer = await self.wire.ask("act", {"do": do, **fields})
        assert isinstance(answer, dict)
        return answer

    async def must(self, do: str, **fields: object) -> int:
        """Ask for an action that has to work; the journal's head after it."""
        answer = await self.act(do, **fields)
        assert answer["ok"], f"{do}: {answer}"
        return int(answer["seq"])

    # --- Media ---

    def media(
        self, token: str = SEAT_TOKEN, headers: Mapping[str, str] | None = None,
        meeting: str | None = None, *, single: bool = False,
    ) -> Peer:  # fmt: skip
        """A media client with this device's cookies, at the gate of its meeting (or of another).

        `single`: it speaks the dialect of one connection.
        """
        url = f"{self.origin}/media/{meeting or self.meeting}"
        peer = Peer(self.http, url, token, headers or {}, single=single)
        self.peers.append(peer)
        return peer

    async def joins(self, *, single: bool = False) -> Peer:
        """A media client in the room. Raises Refused."""
        peer = self.media(single=single)
        await peer.join()
        return peer
