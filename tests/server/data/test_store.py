"""Transactions."""

import asyncio

import pytest
from sqlalchemy import select

from server.data.store import new_id
from server.data.tables import area
from server.house import House


async def titles(house: House) -> set[str]:
    async with house.database.reading() as connection:
        return set((await connection.execute(select(area.c.title))).scalars())


async def test_a_failure_takes_everything_back(house: House) -> None:
    async def fail_half_way() -> None:
        async with house.database.writing() as connection:
            await connection.execute(area.insert().values(id=new_id(), title="half"))
            raise KeyError

    with pytest.raises(KeyError):
        await fail_half_way()
    assert await titles(house) == set()


async def test_many_writers_take_turns_and_none_is_told_busy(house: House) -> None:
    async def write(number: int) -> None:
        async with house.database.writing() as connection:
            await connection.execute(select(area))
            await asyncio.sleep(0.002)
            await connection.execute(area.insert().values(id=new_id(), title=str(number)))

    await asyncio.gather(*(write(number) for number in range(30)))
    assert await titles(house) == {str(number) for number in range(30)}


async def test_readers_do_not_wait_for_a_writer(house: House) -> None:
    async with house.database.writing() as connection:
        await connection.execute(area.insert().values(id=new_id(), title="not yet"))
        async with asyncio.timeout(1):
            assert await titles(house) == set()


async def test_ids_are_long_and_never_the_same() -> None:
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(one) for one in made} == {24}
