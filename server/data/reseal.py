"""Changing the key: everything sealed is opened with whichever key sealed it, and sealed with the newest."""

from typing import Any

from sqlalchemy import Table, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from server.auth import plain_email
from server.crypto import KeyRing, Place
from server.data import checkpoints
from server.data.store import Database
from server.data.tables import SEALED, account, metadata


async def reseal(database: Database, keys: KeyRing) -> int:
    """Give every sealed value to the newest key; how many there were. Afterwards the old keys can go.

    What was signed with an old key is signed with the newest too.

    Raises:
        Unreadable: a value that none of the keys opens. Nothing was changed then.
        DatabaseDown
    """
    count = 0
    async with database.writing() as connection:
        for table in metadata.sorted_tables:
            columns = [column.name for column in table.columns if column.info.get(SEALED)]
            if columns:
                rows = (await connection.execute(select(table))).all()
                count += sum([await _row(connection, keys, table, columns, row) for row in rows])
        await checkpoints.sign_anew(connection, keys)
    return count


async def _row(
    connection: AsyncConnection, keys: KeyRing, table: Table, columns: list[str], row: Row[Any]
) -> int:
    told: dict[str, Any] = {}
    found: dict[str, str] = {}
    for name in columns:
        sealed = getattr(row, name)
        if sealed is not None:
            place = Place(table.name, name, "/".join(getattr(row, key.name) for key in table.primary_key))
            text = keys.open(sealed, place)
            told[name] = keys.seal(text, place)
            if table is account and name == "email":
                found = {"lookup": keys.lookups(plain_email(text))[0]}
    if told:
        this = [column == getattr(row, column.name) for column in table.primary_key]
        await connection.execute(update(table).where(*this).values(**told, **found))
    return len(told)
