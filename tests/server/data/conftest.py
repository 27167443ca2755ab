"""A house on a fresh database of each kind."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from moderation.model import MeetingId
from server import groups, meetings
from server.config import Config
from server.crypto import KeyRing
from server.data.store import Database, migrate, new_id
from server.house import House
from tests.fakes import FakeClock
from tests.server.conftest import KEY

NOW = datetime(2026, 3, 3, 19, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def prepared(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{request.getfixturevalue('database_file')}"
    return str(request.getfixturevalue("migrated_postgresql"))


@pytest.fixture
async def kept(prepared: str) -> AsyncIterator[House]:
    """A house on a fresh database of each kind."""
    url = prepared if prepared.startswith("sqlite") else await fresh_copy(prepared)
    config = Config(key=(KEY,), database_url=url)
    house = House(config, Database(url), KeyRing(config.key), FakeClock(NOW))
    yield house
    await house.database.close()


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: str) -> str:
    """A database with this version's tables, to be copied."""
    asyncio.run(_on_server(postgresql, "CREATE DATABASE empty"))
    url = postgresql.rsplit("/", 1)[0] + "/empty"
    migrate(url)
    return url


async def fresh_copy(url: str) -> str:
    name = f"copy_{new_id()}"
    server = url.rsplit("/", 1)[0]
    await _on_server(f"{server}/postgres", f"CREATE DATABASE {name} TEMPLATE empty")
    return f"{server}/{name}"


async def _on_server(url: str, statement: str) -> None:
    database = Database(url)
    assert database.locks is not None
    async with database.locks.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(text(statement))
    await database.close()


@pytest.fixture
async def meeting(kept: House) -> MeetingId:
    """A planned session."""
    group = await groups.create(kept, await groups.create_area(kept, "Somewhere"), "Tuesday", ())
    return MeetingId(await meetings.plan(kept, group, NOW, 90, "Hello"))
