"""The group's agreement: versions, and who has accepted which when."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, String, bindparam, cast, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.data.tables import acceptance, agreement
from server.house import House
from server.words.agreement import DEFAULT_CLAUSES


@dataclass(frozen=True)
class Clause:
    """One promise: a few words to remember it by, and what it says."""

    heading: str
    text: str


@dataclass(frozen=True)
class Agreement:
    """One version of a group's agreement."""

    version: int
    clauses: tuple[Clause, ...]


async def start(connection: AsyncConnection, group: str, now: datetime) -> None:
    """Give a new group the default agreement as its first version."""
    await connection.execute(
        agreement.insert().values(group=group, version=1, clauses=json.dumps(DEFAULT_CLAUSES), created_at=now)
    )


async def current_version(connection: AsyncConnection, group: str) -> int:
    """The newest version of the group's agreement."""
    return int((await connection.execute(_NEWEST, {"of_group": group})).scalar_one())


async def read(house: House, group: str, version: int) -> Agreement:
    """One version, in full."""
    wanted = select(agreement.c.clauses).where(agreement.c.group == group, agreement.c.version == version)
    async with house.database.reading() as connection:
        clauses = json.loads((await connection.execute(wanted)).scalar_one())
    return Agreement(version, tuple(Clause(heading, text) for heading, text in clauses))


async def find(house: House, group: str, version: int) -> Agreement | None:
    """One version, in full, or None: there is no such one."""
    async with house.database.reading() as connection:
        newest = await current_version(connection, group)
    return await read(house, group, version) if 1 <= version <= newest else None


async def change(house: House, group: str, after: int, clauses: Sequence[Clause]) -> bool:
    """What the group has agreed, as the version after this one. It holds from the next session that opens.

    False: somebody was quicker.
    """
    told = json.dumps([[clause.heading, clause.text] for clause in clauses])
    line = {"group": group, "version": after + 1, "clauses": told, "created_at": house.clock.now()}
    try:
        async with house.database.writing() as connection:
            await connection.execute(agreement.insert().values(**line))
    except IntegrityError:
        return False
    return True


async def accept(house: House, member: str, version: int) -> None:
    """Record that a member accepts this version now. Accepting again changes nothing."""
    given = house.database.insert(acceptance).on_conflict_do_nothing()
    told = {"member": member, "version": version, "accepted_at": house.clock.now()}
    async with house.database.writing() as connection:
        await connection.execute(given, told)


def newest_of(group: ColumnElement[str]) -> ScalarSelect[int]:
    """The newest version of this group's agreement, within another question."""
    return select(func.max(agreement.c.version)).where(agreement.c.group == group).scalar_subquery()


def accepted_by(member: ColumnElement[str]) -> ScalarSelect[str]:
    """Every version this member has accepted, within another question; `versions` reads it."""
    every = func.aggregate_strings(cast(acceptance.c.version, String), ",")
    return select(every).where(acceptance.c.member == member).scalar_subquery()


def versions(listed: str | None) -> frozenset[int]:
    """What `accepted_by` has found."""
    return frozenset(int(version) for version in (listed or "").split(",") if version)


_NEWEST = select(func.max(agreement.c.version)).where(agreement.c.group == bindparam("of_group"))
