"""The migrations make exactly the tables that the code believes in."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from server.data.store import Database, NotMigrated, migrate
from server.data.tables import metadata


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_migrated_tables_are_the_tables(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")
    await asyncio.to_thread(migrate, database.url)
    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []
    await database.must_be_migrated()
    await database.close()


def test_migrating_twice_changes_nothing(database_file: Path) -> None:
    before = database_file.read_bytes()
    migrate(f"sqlite+aiosqlite:///{database_file}")
    assert database_file.read_bytes() == before


async def test_an_empty_database_is_not_served(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(NotMigrated, match="server migrate"):
        await database.must_be_migrated()
    await database.close()
