"""A real platform for a module of tests, and evenings on it: a group, a session, people who come to it."""

import asyncio
import json
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
from livekit import api

from server import auth, groups, invites, meetings
from server.config import Config
from server.crypto import KeyRing
from server.data.store import Database
from server.house import House, SystemClock
from tests.hostile.people import Person
from tests.peers import Peer
from tests.platform import Platform
from tools.platform import ROOT, SignIn, free_port

PASSWORD: Final = "a long enough password"
TOTP: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOOPBACK: Final = "127.0.0.1"
AREA: Final = "Valley Council"
THEME: Final = "When sleep will not come"


@dataclass(frozen=True)
class GlassEngine:
    """The embedded engine's own program with a key that the test knows, so that its counters can be read."""

    process: subprocess.Popen[bytes]
    key: str
    secret: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def token(self, **grants: Any) -> str:
        """A token that the engine itself takes for good."""
        identity = str(grants.pop("identity", "tester"))
        given = api.AccessToken(self.key, self.secret).with_identity(identity)
        return given.with_grants(api.VideoGrants(**grants)).to_jwt()

    async def stats(self, room: str) -> "Counters":
        """The counters of one room at this moment."""
        headers = {"Authorization": f"Bearer {self.token(room_admin=True, room_list=True)}"}
        async with aiohttp.ClientSession() as http, http.get(f"{self.url}/stats", headers=headers) as answer:
            answer.raise_for_status()
            rooms = (await answer.json())["rooms"]
        return Counters(next((one for one in rooms if one["name"] == room), {}))


@dataclass(frozen=True)
class Counters:
    """What the engine counted in one room, by seat."""

    told: dict[str, Any]

    def sent_on(self, publisher: str, kind: str, subscriber: str | None = None) -> int:
        """Packets of this publisher that went out to others, on all routes there ever were."""
        return sum(
            int(route["packets"])
            for route in self.told["routes"]
            if route["publisher"] == publisher
            and route["kind"] == kind
            and subscriber in (None, route["subscriber"])
        )

    def came_in(self, publisher: str) -> int:
        """Packets that this publisher's open connection has brought in."""
        return sum(
            int(source["received"])
            for one in self.told["participants"]
            if one["identity"] == publisher
            for source in one["ingress"]
        )

    @property
    def identities(self) -> set[str]:
        """Who is in the room."""
        return {str(one["identity"]) for one in self.told.get("participants", [])}


@contextmanager
def glass_engine(webhook_url: str, log: Path) -> Iterator[GlassEngine]:
    """Run the engine's program as the platform does, for as long as the block lasts."""
    key, secret = "glass", secrets.token_urlsafe(48)
    told = {
        "api_key": key,
        "api_secret": secret,
        "host": LOOPBACK,
        "signalling_port": 0,
        "media_host": LOOPBACK,
        "media_port": 0,
        "webhook_url": webhook_url,
        "departure_timeout": 15,
    }
    with log.open("wb") as errors:
        process = subprocess.Popen(
            (sys.executable, "-m", "signalling.livekit"),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(json.dumps(told).encode() + b"\n")
        process.stdin.flush()
        ready = json.loads(process.stdout.readline())
        yield GlassEngine(process, key, secret, int(ready["signalling_port"]))
    finally:
        process.stdin.close()
        process.wait(5)
        process.stdout.close()


@dataclass
class Premises:
    """A running platform and its staff. `stranger` is a facilitator of no group that meets here."""

    platform: Platform
    area: str
    accounts: dict[str, str]
    staff: dict[str, SignIn]
    engine: GlassEngine | None = None
    signed_in: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return self.platform.origin

    @property
    def database(self) -> Path:
        return self.platform.folder / "hearth.db"

    @asynccontextmanager
    async def house(self) -> AsyncIterator[House]:
        """The platform's use cases, on its own database, without its process."""
        async with _house(self.platform) as house:
            yield house

    async def sign_in(self, who: str, person: Person) -> None:
        """Make this browser one in which somebody of the staff has signed in, now or some time before."""
        if who in self.signed_in:
            person.steal(self.signed_in[who])
        else:
            await person.signs_in(self.staff[who])
            self.signed_in[who] = person.cookies


@asynccontextmanager
async def _house(platform: Platform) -> AsyncIterator[House]:
    told = platform.environment()
    config = Config(
        origin=told["HEARTH_ORIGIN"],
        database_url=told["HEARTH_DATABASE_URL"],
        key=told["HEARTH_KEY"],  # type: ignore[arg-type]
    )
    database = Database(config.database_url)
    try:
        yield House(config, database, KeyRing(config.key), SystemClock())
    finally:
        await database.close()


@contextmanager
def premises(folder: Path, *, glass: bool) -> Iterator[Premises]:
    """A platform with its own embedded engine, or with one that the test can look into."""
    port = free_port()
    if not glass:
        with _running(Platform(folder, port)) as running:
            yield running
        return
    with glass_engine(f"http://localhost:{port}/livekit/webhook", folder / "engine.log") as engine:
        settings = {
            "HEARTH_MEDIA": f"ws://{LOOPBACK}:{engine.port}",
            "HEARTH_MEDIA_KEY": engine.key,
            "HEARTH_MEDIA_SECRET": engine.secret,
        }
        with _running(Platform(folder, port, settings=settings)) as running:
            running.engine = engine
            yield running


@asynccontextmanager
async def new_premises(folder: Path) -> AsyncIterator[Premises]:
    """A platform for one test only, which may kill it."""
    platform = Platform(folder)
    try:
        yield await started(platform)
    finally:
        await platform.stop()


@contextmanager
def _running(platform: Platform) -> Iterator[Premises]:
    try:
        yield asyncio.run(started(platform))
    finally:
        asyncio.run(platform.stop())


async def started(platform: Platform) -> Premises:
    """Start a platform on a fresh database, with its staff."""
    await platform.migrate()
    async with _house(platform) as house:
        area = await groups.create_area(house, AREA)
        signs = {
            who: SignIn("admin" if who == "admin" else "facilitator", f"{who}@valley.example", PASSWORD, TOTP)
            for who in ("admin", "facilitator", "colleague", "stranger")
        }
        made = await asyncio.gather(*(_account(house, area, who, sign) for who, sign in signs.items()))
    await platform.start()
    return Premises(platform, area, dict(zip(signs, made, strict=True)), signs)


async def _account(house: House, area: str, who: str, sign: SignIn) -> str:
    role = auth.Role(sign.role)
    kind = auth.Kind.WORKER if role is auth.Role.FACILITATOR else None
    return await auth.create_account(
        house, area, role, sign.email, who.title(), sign.password, kind, totp=sign.totp
    )


@dataclass
class Evening:
    """One session of a group of its own. Everybody who comes is closed in the end."""

    premises: Premises
    group: str
    meeting: str
    links: list[str]
    everyone: list[Person] = field(default_factory=list)

    @property
    def engine(self) -> GlassEngine:
        """The engine that can be looked into."""
        assert self.premises.engine is not None
        return self.premises.engine

    async def staff(self, who: str) -> Person:
        """Somebody of the staff, signed in, doing nothing yet."""
        one = self.keep(Person(self.premises.origin, self.meeting, who))
        await self.premises.sign_in(who, one)
        return one

    async def parent(self, name: str, link: str | None = None) -> Person:
        """Somebody who has come as far as the waiting room's page; by a fresh link where none is given."""
        one = self.keep(Person(self.premises.origin, self.meeting, name))
        await one.walks_in(self.links.pop(0) if link is None else link)
        return one

    def stranger(self) -> Person:
        """A browser that has never been here."""
        return self.keep(Person(self.premises.origin, self.meeting))

    def keep(self, person: Person) -> Person:
        self.everyone.append(person)
        return person

    async def host(self, who: str = "facilitator") -> tuple[Person, Peer]:
        """A facilitator in the room, with the event connection and media."""
        host = await (await self.staff(who)).listen()
        await host.sees_itself("present")
        await host.must("open")
        before = host.view["attending"]
        peer = await host.joins()
        await host.sees(lambda view: view["phase"] == "open" and view["attending"] > before)
        return host, peer

    async def waiting(self, name: str, link: str | None = None) -> Person:
        """A parent in the waiting room."""
        one = await (await self.parent(name, link)).listen()
        await one.sees_itself("waiting")
        return one

    async def admitted(self, host: Person, *names: str) -> list[Person]:
        """Parents whom the host has let in."""
        ones = [await self.waiting(name) for name in names]
        for one in ones:
            await host.must("admit", seat=one.seat)
            await one.sees_itself("present")
        return ones


@asynccontextmanager
async def evening(
    premises: Premises,
    links: int = 3,
    hosts: Sequence[str] = (),
    options: meetings.Options = meetings.USUAL,
) -> AsyncIterator[Evening]:
    """A group with a session under way, hosted by the facilitator and the colleague."""
    accounts = premises.accounts
    hosts = [accounts[who] for who in hosts or ("facilitator", "colleague")]
    async with premises.house() as house:
        group = await groups.create(house, premises.area, "Tuesday group", hosts)
        begun = datetime.now(UTC) - timedelta(minutes=5)
        meeting = await meetings.plan(house, group, begun, 90, THEME, options)
        issued = [await invites.issue(house, group, f"Referral {n}", accounts["admin"]) for n in range(links)]
    made = Evening(premises, group, meeting, [f"{premises.origin}/i/{one.secret}" for one in issued])
    try:
        yield made
    finally:
        await asyncio.gather(*(one.close() for one in made.everyone))
