"""A real platform on a temporary database, with an engine made of memory; and people who walk through it."""

import asyncio
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from server import auth, groups, invites, meetings
from server.app import build
from server.auth import Kind, Role
from server.config import Config
from server.crypto import KeyRing
from server.data.store import Database, migrate
from server.house import House
from server.livekit import ForgedWebhook, Notice
from server.pages.context import HOUSE
from tests.fakes import FakeClock, FakeMediaEngine
from tools.visitor import Page, Visitor

KEY = bytes(range(32))
EVENING = datetime(2026, 3, 3, 19, 5, tzinfo=UTC)
PASSWORD = "correct horse battery"
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SOURCES = (
    "src/pages/main.ts",
    "src/pages/passkey.ts",
    "src/check/main.ts",
    "src/room/main.tsx",
    "src/styles/frame.css",
    "src/styles/main.css",
    "src/styles/room.css",
)
POSTGRESQL = "apt-get install postgresql"


class FakeEngine(FakeMediaEngine):
    """An engine whose webhooks are signed with one word."""

    def __init__(self) -> None:
        super().__init__()
        self.notices: dict[bytes, Notice] = {}

    async def receive(self, body: bytes, authorization: str) -> Notice | None:
        if authorization != "signed":
            raise ForgedWebhook("not signed")
        return self.notices.get(body)


@dataclass(frozen=True)
class Furniture:
    """What every place has: ids, and the database they are in."""

    database: Path
    area: str
    admin: str
    host: str
    group: str
    meeting: str


@dataclass
class Place:
    """One area with an admin, a host, a group, and a session that began five minutes ago."""

    house: House
    origin: str
    engine: FakeEngine
    clock: FakeClock
    furniture: Furniture
    people: list[Visitor] = field(default_factory=list)

    @property
    def area(self) -> str:
        return self.furniture.area

    @property
    def admin(self) -> str:
        return self.furniture.admin

    @property
    def host(self) -> str:
        return self.furniture.host

    @property
    def group(self) -> str:
        return self.furniture.group

    @property
    def meeting(self) -> str:
        return self.furniture.meeting

    def visitor(self) -> Visitor:
        """Somebody with a browser of their own."""
        made = Visitor(self.origin)
        self.people.append(made)
        return made

    async def invite(self, label: str = "Sam") -> str:
        """The path of a fresh personal link."""
        return f"/i/{(await invites.issue(self.house, self.group, label, self.admin)).secret}"

    async def staff(self, role: Role) -> Visitor:
        """Somebody signed in, a moment ago."""
        visitor = self.visitor()
        await self.sign_in(visitor, self.admin if role is Role.ADMIN else self.host)
        return visitor

    async def sign_in(self, visitor: Visitor, account: str) -> None:
        """Make this browser one in which somebody has signed in."""
        async with self.house.database.writing() as connection:
            cookie = await auth.open_session(connection, self.house, account, "Firefox/Linux")
        visitor.http.cookie_jar.update_cookies({"staff": cookie}, response_url=URL(self.origin))

    def code(self, later: int = 0) -> str:
        """What everybody's authenticator app shows, now or some steps later."""
        return code_at(self.clock.now(), later)

    async def parent(self, name: str = "Sam", link: str | None = None) -> Visitor:
        """A parent who has come as far as the session's page."""
        visitor = self.visitor()
        page = await visitor.open(link or await self.invite(name))
        page = await walk_in(visitor, page, name)
        assert page.path == "/session"
        return visitor


def code_at(now: datetime, later: int = 0) -> str:
    """A code of everybody's authenticator app."""
    return pyotp.TOTP(TOTP).generate_otp(int(now.timestamp()) // 30 + later)


async def walk_in(visitor: Visitor, page: Page, name: str) -> Page:
    """Press on from any step to the session's page."""
    for _ in range(8):
        if page.path == "/session":
            break
        page = await visitor.submit(page, **({"name": name} if page.path == "/name" else {}))
    return page


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the bundler would have built."""
    folder = tmp_path_factory.mktemp("dist")
    (folder / ".vite").mkdir()
    (folder / "assets").mkdir()
    manifest = {source: {"file": f"assets/{source.replace('/', '-')}"} for source in SOURCES}
    (folder / ".vite" / "manifest.json").write_text(json.dumps(manifest))
    for entry in manifest.values():
        (folder / entry["file"]).write_text("/* built */")
        (folder / (entry["file"] + ".gz")).write_bytes(b"\x1f\x8bgz")
    (folder / "sw.js").write_text("// keeps the helplines")
    return folder


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with this version's tables, to be copied."""
    path = tmp_path_factory.mktemp("database") / "empty.db"
    migrate(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def database_file(migrated: Path, tmp_path: Path) -> Path:
    """An empty database of this test's own."""
    return Path(shutil.copy(migrated, tmp_path / "empty.db"))


@pytest.fixture(scope="session")
def furniture(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Furniture:
    """Made once, to be copied: hashing passwords takes its time."""
    path = Path(shutil.copy(migrated, tmp_path_factory.mktemp("furnished") / "furnished.db"))
    return asyncio.run(_furnish(path))


async def _furnish(path: Path) -> Furniture:
    url = f"sqlite+aiosqlite:///{path}"
    house = House(Config(key=(KEY,), database_url=url), Database(url), KeyRing((KEY,)), FakeClock(EVENING))
    area = await groups.create_area(house, "Somewhere")
    admin = await auth.create_account(
        house, area, Role.ADMIN, "admin@example.org", "Ali", PASSWORD, totp=TOTP
    )
    host = await auth.create_account(
        house, area, Role.FACILITATOR, "facilitator@example.org", "Jo", PASSWORD, Kind.WORKER, totp=TOTP
    )
    group = await groups.create(house, area, "Tuesday group", (host,))
    starts_at = EVENING - timedelta(minutes=5)
    meeting = await meetings.plan(house, group, starts_at, 90, "Talking with school")
    await house.database.close()
    return Furniture(path, area, admin, host, group, meeting)


@pytest.fixture
def furnished_file(furniture: Furniture, tmp_path: Path) -> Path:
    """A database of this test's own, with somebody in it."""
    return Path(shutil.copy(furniture.database, tmp_path / "hearth.db"))


@pytest.fixture
def clock() -> FakeClock:
    """A Tuesday evening."""
    return FakeClock(EVENING)


@pytest.fixture
async def house(database_file: Path, clock: FakeClock) -> AsyncIterator[House]:
    """A house without pages."""
    url = f"sqlite+aiosqlite:///{database_file}"
    config = Config(key=(KEY,), database_url=url)
    made = House(config, Database(url), KeyRing(config.key), clock)
    yield made
    await made.database.close()


@pytest.fixture
def port() -> int:
    """A port that nothing used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def engine() -> FakeEngine:
    """The media engine."""
    return FakeEngine()


def _config(furnished_file: Path, port: int, **more: str) -> Config:
    return Config(
        key=(KEY,),
        database_url=f"sqlite+aiosqlite:///{furnished_file}",
        origin=f"http://127.0.0.1:{port}",
        port=port,
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def app(
    furnished_file: Path, clock: FakeClock, engine: FakeEngine, bundle: Path, port: int
) -> web.Application:
    """The whole platform, not yet served."""
    return build(_config(furnished_file, port), engine=engine, clock=clock, bundle=bundle)


@asynccontextmanager
async def _served(app: web.Application, engine: FakeEngine, furniture: Furniture) -> AsyncIterator[Place]:
    house = app[HOUSE]
    assert isinstance(house.clock, FakeClock)
    async with TestServer(app, port=house.config.port):
        made = Place(house, house.config.origin, engine, house.clock, furniture)
        yield made
        await asyncio.gather(*(visitor.http.close() for visitor in made.people))


@pytest.fixture
async def place(app: web.Application, engine: FakeEngine, furniture: Furniture) -> AsyncIterator[Place]:
    """The platform, served, with somebody in it."""
    async with _served(app, engine, furniture) as made:
        yield made


@pytest.fixture
async def place_with_mail(
    furnished_file: Path,
    clock: FakeClock,
    engine: FakeEngine,
    bundle: Path,
    port: int,
    furniture: Furniture,
) -> AsyncIterator[Place]:
    """The same, where letters could be sent if the mail server were there."""
    config = _config(furnished_file, port, smtp="smtp://127.0.0.1:9", mail_from="hello@session.example")
    async with _served(build(config, engine=engine, clock=clock, bundle=bundle), engine, furniture) as made:
        yield made


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own on a socket of loopback; the URL of its first database."""
    folder = tmp_path_factory.mktemp("postgresql")
    with _postgresql(folder) as port:
        yield f"postgresql+asyncpg://house@127.0.0.1:{port}/postgres"


@contextmanager
def _postgresql(folder: Path) -> Iterator[int]:
    programs = _postgresql_programs()
    user = _somebody(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    data = folder / "data"
    run = {"check": True, "capture_output": True, "cwd": folder, **user}
    subprocess.run([programs / "initdb", "-D", data, "-U", "house", "-A", "trust", "-E", "UTF8"], **run)  # type: ignore[call-overload]
    settings = (
        f"-c fsync=off -c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
    )
    server = [programs / "pg_ctl", "-D", data, "-w"]
    subprocess.run([*server, "-o", settings, "-l", folder / "log", "start"], **run)  # type: ignore[call-overload]
    try:
        yield port
    finally:
        subprocess.run([*server, "-m", "immediate", "stop"], **run)  # type: ignore[call-overload]


def _postgresql_programs() -> Path:
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    for place in reversed(places):
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    raise FileNotFoundError(f"PostgreSQL is missing: {POSTGRESQL}")


def _somebody(folder: Path) -> dict[str, object]:
    """PostgreSQL refuses to run as root: whom to run it as instead."""
    if os.getuid() != 0:
        return {}
    known = {entry.pw_name for entry in pwd.getpwall()}
    name = "postgres" if "postgres" in known else "nobody"
    somebody = pwd.getpwnam(name)
    for path in folder.parents:
        if path.is_relative_to(tempfile.gettempdir()):
            path.chmod(path.stat().st_mode | 0o011)
    os.chown(folder, somebody.pw_uid, somebody.pw_gid)
    return {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}
