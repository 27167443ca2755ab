"""A backup, its restore, and a change of keys: on both databases, whole or not at all."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from server import auth, groups, invites, meetings, seats
from server.auth import Kind, Role
from server.crypto import KeyRing, Unreadable
from server.data import backup, chain
from server.data.backup import BadBackup, NotEmpty
from server.data.reseal import reseal
from server.data.store import Database
from server.data.tables import SEALED, account, metadata
from server.house import House
from server.seats import Parent
from signalling.meeting.ports import SeatRefusal
from tests.server.conftest import KEY, TOTP

NEW = bytes(range(32, 64))


async def furnish(house: House) -> tuple[str, str]:
    """Somebody of each kind; the link's secret and the cookie of the seat it gave."""
    area = await groups.create_area(house, "Somewhere")
    told = ("jo@example.org", "Josephine", "plum otter lantern", Kind.WORKER)
    host = await auth.create_account(house, area, Role.FACILITATOR, *told, totp=TOTP)
    group = await groups.create(house, area, "Tuesday group", (host,))
    await meetings.plan(house, group, house.clock.now() + timedelta(hours=1), 90, "Talking with school")
    secret = (await invites.issue(house, group, "Rosalind", host)).secret
    cookie = await invites.redeem(house, secret)
    assert isinstance(cookie, str)
    return secret, cookie


async def everything(database: Database) -> dict[str, list[Any]]:
    async with database.reading() as connection:
        return {
            table.name: [
                tuple(row) for row in await connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }


@pytest.fixture
async def empty(database_file: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty, migrated database to restore into."""
    copy = shutil.copy(database_file, tmp_path / "restored.db")
    made = Database(f"sqlite+aiosqlite:///{copy}")
    yield made
    await made.close()


async def test_what_was_backed_up_comes_back_and_everybody_comes_in_anew(
    kept: House, empty: Database, tmp_path: Path
) -> None:
    secret, cookie = await furnish(kept)
    file = tmp_path / "backup.hearth"
    count = await backup.write(kept.database, kept.keys, file)
    assert await backup.restore(empty, kept.keys, file) == count
    before, after = await everything(kept.database), await everything(empty)
    for table, rows in before.items():
        assert len(after[table]) == len(rows)
        if table not in {"seat", "staff_session"}:
            assert after[table] == rows
    restored = House(kept.config, empty, kept.keys, kept.clock)
    assert isinstance(await seats.parent(kept, cookie), Parent)
    assert await seats.parent(restored, cookie) is SeatRefusal.SEAT_ENDED
    again = await invites.redeem(restored, secret)
    assert isinstance(again, str)
    assert (await chain.verify(empty)).breaks == ()


async def test_the_file_tells_nothing_and_is_its_owners_alone(kept: House, tmp_path: Path) -> None:
    secret, cookie = await furnish(kept)
    file = tmp_path / "backup.hearth"
    await backup.write(kept.database, kept.keys, file)
    raw = file.read_bytes()
    for word in ("Tuesday", "Rosalind", "Josephine", "example.org", "Talking", secret, cookie, "argon2"):
        assert word.encode() not in raw
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        await backup.write(kept.database, kept.keys, file)


@pytest.mark.parametrize("harm", ["cut", "changed", "part left out", "other key", "not a backup"])
async def test_a_harmed_file_changes_nothing(kept: House, empty: Database, tmp_path: Path, harm: str) -> None:
    await furnish(kept)
    file, keys = tmp_path / "backup.hearth", kept.keys
    await backup.write(kept.database, kept.keys, file)
    raw = file.read_bytes()
    first = len(backup.MARK) + 24
    length = int.from_bytes(raw[first : first + 4], "big") + 4
    second = first + length
    third = second + int.from_bytes(raw[second : second + 4], "big") + 4
    match harm:
        case "cut":
            file.write_bytes(raw[: third + 7])
        case "changed":
            file.write_bytes(raw[:-40] + bytes([raw[-40] ^ 1]) + raw[-39:])
        case "part left out":
            file.write_bytes(raw[:second] + raw[third:])
        case "not a backup":
            file.write_bytes(b"hello")
        case _:
            keys = KeyRing([NEW])
    nothing = await everything(empty)
    with pytest.raises(BadBackup):
        await backup.restore(empty, keys, file)
    assert await everything(empty) == nothing


async def test_nothing_is_restored_over_something(kept: House, tmp_path: Path) -> None:
    await furnish(kept)
    file = tmp_path / "backup.hearth"
    await backup.write(kept.database, kept.keys, file)
    before = await everything(kept.database)
    with pytest.raises(NotEmpty):
        await backup.restore(kept.database, kept.keys, file)
    assert await everything(kept.database) == before


async def test_after_resealing_the_old_key_can_go(kept: House) -> None:
    await furnish(kept)
    both, new = KeyRing([NEW, KEY]), KeyRing([NEW])
    with pytest.raises(Unreadable):
        await reseal(kept.database, new)
    count = await reseal(kept.database, both)
    assert count == sum(
        value is not None
        for table, rows in (await everything(kept.database)).items()
        for row in rows
        for column, value in zip(metadata.tables[table].columns, row, strict=True)
        if column.info.get(SEALED)
    )
    house = House(kept.config, kept.database, new, kept.clock)
    async with kept.database.reading() as connection:
        kept_lookup = (await connection.execute(select(account.c.lookup))).scalar_one()
    assert kept_lookup == new.lookups("jo@example.org")[0]
    (area,) = {row[0] for row in (await everything(kept.database))["area"]}
    assert [host.name for host in await groups.facilitators(house, area)] == ["Josephine"]
