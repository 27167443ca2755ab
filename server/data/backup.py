"""The whole database in one encrypted file, and back into an empty database, of either kind.

A file is a row of parts, each with its length (4 bytes) before it and sealed by the key ring for its place in
this file: a part that was changed, moved, left out or taken from another file does not open. The first says
which tables the others are for, the last that nothing is missing.
"""

import base64
import json
import os
import struct
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.crypto import KeyRing, Place, Unreadable
from server.data.store import Database, new_id
from server.data.tables import area, metadata, seat, staff_session

MARK = b"hearth backup 1\n"
ROWS = 200  # in a part
LONGEST_PART = 2**26
_LENGTH = struct.Struct(">I")
_PASSING = frozenset({"presence", "challenge"})  # of this moment only


class BadBackup(Exception):
    """The file is not a whole backup that one of our keys opens."""


class NotEmpty(Exception):
    """There is something in this database already."""


class OtherTables(Exception):
    """The backup is of another version. `found` is its revision, `wanted` this database's."""

    def __init__(self, found: str, wanted: str | None) -> None:
        super().__init__(f"the backup is of revision {found}, the database of {wanted}")
        self.found, self.wanted = found, wanted


async def write(database: Database, keys: KeyRing, path: Path) -> int:
    """Write everything to a new file that only its owner can read; how many rows there were.

    Raises:
        FileExistsError, OSError, DatabaseDown
    """
    made, number, count = new_id(), 0, 0
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(MARK + made.encode())
        _put(file, keys, _place(made, 0, last=False), {"revision": await database.revision()})
        async for table, rows in _read_all(database):
            number, count = number + 1, count + len(rows)
            _put(file, keys, _place(made, number, last=False), {"table": table.name, "rows": rows})
        _put(file, keys, _place(made, number + 1, last=True), {"rows": count})
        file.flush()
        os.fsync(file.fileno())
    return count


async def restore(database: Database, keys: KeyRing, path: Path) -> int:
    """Fill an empty, migrated database; how many rows there were. Everybody has to come in anew.

    Raises:
        BadBackup, NotEmpty, OtherTables, OSError, DatabaseDown. Nothing was changed then.
    """
    with path.open("rb") as file:
        parts = _parts(file, keys)
        revision, wanted = next(parts)["revision"], await database.revision()
        if revision != wanted:
            raise OtherTables(revision, wanted)
        count = 0
        async with database.writing() as connection:
            if (await connection.execute(select(area.c.id))).first() is not None:
                raise NotEmpty
            for part in parts:
                if "table" in part:
                    table = metadata.tables[part["table"]]
                    rows = [_row(row) for row in part["rows"]]
                    await connection.execute(table.insert(), rows)
                    count += len(rows)
                elif part["rows"] != count:
                    raise BadBackup
            await _end_all(connection)
    return count


async def _end_all(connection: AsyncConnection) -> None:
    """Whoever was signed out or stopped since the backup must not be in again by a cookie."""
    for table in (seat, staff_session):
        await connection.execute(table.update().where(table.c.ended_at.is_(None)).values(ended_at=func.now()))


async def _read_all(database: Database) -> AsyncIterator[tuple[Table, list[dict[str, Any]]]]:
    """Every table as it is at one moment, those that others refer to first."""
    async with database.reading() as connection:
        if not database.is_sqlite:
            await connection.execution_options(isolation_level="REPEATABLE READ")
        for table in metadata.sorted_tables:
            if table.name not in _PASSING:
                wanted = select(table).order_by(*table.primary_key)
                found = (await connection.execute(wanted)).mappings().all()
                for start in range(0, len(found), ROWS):
                    yield table, [_plain(row) for row in found[start : start + ROWS]]


def _put(file: IO[bytes], keys: KeyRing, place: Place, part: Mapping[str, Any]) -> None:
    sealed = keys.seal(json.dumps(part, separators=(",", ":")), place)
    file.write(_LENGTH.pack(len(sealed)) + sealed)


def _parts(file: IO[bytes], keys: KeyRing) -> Iterator[dict[str, Any]]:
    """Each part in turn, the last one too; a file that ends before it is no backup."""
    if file.read(len(MARK)) != MARK:
        raise BadBackup
    made, number = file.read(24).decode(errors="replace"), 0
    while True:
        head = file.read(_LENGTH.size)
        length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else 0
        sealed = file.read(length) if 0 < length <= LONGEST_PART else b""
        try:
            yield json.loads(keys.open(sealed, _place(made, number, last=False)))
        except Unreadable:
            break
        number += 1
    try:
        yield json.loads(keys.open(sealed, _place(made, number, last=True)))
    except Unreadable:
        raise BadBackup from None


def _place(made: str, number: int, *, last: bool) -> Place:
    return Place("backup", "last" if last else "part", f"{made}/{number}")


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): _as_json(value) for name, value in row.items()}


def _as_json(value: object) -> object:
    match value:
        case bytes():
            return {"bytes": base64.b64encode(value).decode()}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case _:
            return value


def _row(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _from_json(value) for name, value in told.items()}


def _from_json(value: object) -> object:
    match value:
        case {"bytes": str(text)}:
            return base64.b64decode(text)
        case {"moment": str(text)}:
            return datetime.fromisoformat(text)
        case {"day": str(text)}:
            return date.fromisoformat(text)
        case _:
            return value
