"""The database: opening it, transactions, migrations, and new ids."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from server.data import near
from signalling.meeting.errors import JournalDown

MIGRATIONS = Path(__file__).parent / "migrations"


class DatabaseDown(JournalDown):
    """The database cannot be reached or does not answer."""


class NotMigrated(Exception):
    """The database's tables are not those of this version. `found` is its revision, if it has any."""

    def __init__(self, found: str | None) -> None:
        super().__init__(f"the database is at revision {found}: run `python -m server migrate`")
        self.found = found


def new_id() -> str:
    """An opaque id: 96 random bits in hex."""
    return secrets.token_hex(12)


def is_id(text: str) -> bool:
    """Whether a text from outside can be an id at all: databases choke on some texts."""
    return re.fullmatch("[0-9a-f]{24}", text) is not None


class Database:
    """One database, SQLite or PostgreSQL, with reading and writing transactions."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._engine = _open(url)
        self._locks = create_async_engine(url, poolclass=NullPool) if not self.is_sqlite else None
        # SQLite's own queue is a lottery whose losers are told "busy", having held a connection of the pool
        # all the while: within this process writers take turns before they take a connection.
        self._turn = asyncio.Lock() if self.is_sqlite else nullcontext()

    @property
    def locks(self) -> AsyncEngine | None:
        """PostgreSQL only: connections for advisory locks, apart from the pool so that it never starves."""
        return self._locks

    def insert(self, into: Table) -> postgresql.Insert | sqlite.Insert:
        """An INSERT that may say what happens where the row is there already (`on_conflict_do_…`)."""
        return sqlite.insert(into) if self.is_sqlite else postgresql.insert(into)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads: one consistent view.

        Raises:
            DatabaseDown: the database does not answer.
        """
        with down_is_down():
            async with self._engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes: committed at the end, rolled back on an exception.

        On SQLite there is one at a time.

        Raises:
            DatabaseDown: the database does not answer.
        """
        with down_is_down():
            async with self._turn, self._engine.connect() as connection:
                await connection.execution_options(writes=True)
                async with connection.begin():
                    yield connection

    async def revision(self) -> str | None:
        """Which version the tables are.

        Raises:
            DatabaseDown
        """
        with down_is_down():
            async with self._engine.connect() as connection:
                return await connection.run_sync(_revision)

    async def must_be_migrated(self) -> None:
        """Look whether the tables are this version's.

        Raises:
            NotMigrated, DatabaseDown
        """
        found = await self.revision()
        if found != _newest():
            raise NotMigrated(found)

    async def close(self) -> None:
        """Give every connection back."""
        await self._engine.dispose()
        if self._locks is not None:
            await self._locks.dispose()


@cache
def _newest() -> str | None:
    """The revision that this version's tables are of."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


@contextmanager
def down_is_down() -> Iterator[None]:
    """Turn what drivers raise when a database is unreachable into one error.

    Raises:
        DatabaseDown
    """
    try:
        yield
    except (OSError, InterfaceError) as error:
        raise DatabaseDown from error
    except DBAPIError as error:
        if error.connection_invalidated or isinstance(error, OperationalError):
            raise DatabaseDown from error
        raise


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database to a version of the tables, the newest. Call it outside an event loop."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, revision)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _open(url: str) -> AsyncEngine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True)
    engine = create_async_engine(url, connect_args={"async_creator_fn": near.connect})
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, entry: ConnectionPoolEntry) -> None:
    """Write-ahead log: readers never wait. Recursive triggers: REPLACE cannot get past the journal's."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A deferred transaction that turns to writing is told "busy" at once: writers queue at the start."""
    begin = "BEGIN IMMEDIATE" if connection.get_execution_options().get("writes", False) else "BEGIN"
    driver: Any = connection.connection.driver_connection
    if not driver.did(begin):
        connection.exec_driver_sql(begin)
