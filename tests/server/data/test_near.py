"""SQLite answers on the event loop, and waits on a thread."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.data import near
from server.data.store import Database, DatabaseDown, new_id
from server.data.tables import area
from server.house import House


@pytest.fixture
async def database(house: House, database_file: Path) -> Path:
    """The house's own database, in use: opening it the first time writes."""
    assert await titles(house) == []
    return database_file


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Somebody else is writing, for as long as this lasts."""
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def write(house: House, title: str = "written") -> None:
    async with house.database.writing() as connection:
        await connection.execute(area.insert().values(id=new_id(), title=title))


async def titles(house: House) -> list[str]:
    async with house.database.reading() as connection:
        return list((await connection.execute(select(area.c.title))).scalars())


async def listen(connection: AsyncConnection, heard: dict[str, bool]) -> None:
    """Note of each kind of statement whether it ran on the event loop."""
    loop = threading.get_ident()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.set_trace_callback(
        lambda said: heard.update({said.split()[0]: threading.get_ident() == loop})
    )


async def test_a_question_is_answered_on_the_event_loop(house: House) -> None:
    heard: dict[str, bool] = {}
    async with house.database.reading() as connection:
        await listen(connection, heard)
        await connection.execute(select(area))
    assert heard == {"BEGIN": True, "SELECT": True, "ROLLBACK": True}


async def test_the_disk_is_waited_for_on_a_thread(house: House) -> None:
    heard: dict[str, bool] = {}
    async with house.database.writing() as connection:
        await listen(connection, heard)
        await connection.execute(area.insert().values(id=new_id(), title="written"))
    assert heard == {"INSERT": True, "COMMIT": False}
    assert await titles(house) == ["written"]


async def test_whoever_waits_for_a_lock_holds_up_nobody_else(house: House, database: Path) -> None:
    with locked(database):
        writing = asyncio.create_task(write(house))
        for _ in range(20):
            assert await titles(house) == []
        assert not writing.done()
    await asyncio.wait_for(writing, 10)
    assert await titles(house) == ["written"]


async def test_a_lock_that_is_never_given_back_is_a_database_that_is_down(
    house: House, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near, "BUSY_SECONDS", 0.02)
    with locked(database), pytest.raises(DatabaseDown):
        await write(house)
    await write(house)
    assert await titles(house) == ["written"]


async def test_who_gives_up_waiting_leaves_a_connection_that_works(house: House, database: Path) -> None:
    with locked(database):
        writing = asyncio.create_task(write(house, "given up"))
        await titles(house)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
    await write(house)
    assert await titles(house) == ["written"]


def test_who_turns_back_while_a_database_opens_leaves_no_thread_behind(
    database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: list[BaseException | None] = []
    monkeypatch.setattr(threading, "excepthook", lambda failure: broken.append(failure.exc_value))
    before = set(threading.enumerate())
    for _ in range(30):
        asyncio.run(turn_back(database_file))
    for thread in set(threading.enumerate()) - before:
        thread.join()
    assert broken == []


async def turn_back(database_file: Path) -> None:
    """Open a database and be cancelled, as a task is whose house closes at once."""
    database = Database(f"sqlite+aiosqlite:///{database_file}")

    async def read() -> None:
        async with database.reading():
            pass

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait([reading])
    await database.close()
