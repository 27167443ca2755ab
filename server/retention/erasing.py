"""Erasing a person: every row of theirs, with a receipt, and a stub that says no more than that it was done.

The journal stays whole. It has ids and codes only, and with the person's rows gone the ids lead nowhere; its
lines go when the audit's time is over. The stub keeps the id for as long, so that somebody whom an old backup
brings back is erased again.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.data.store import new_id
from server.data.tables import erasure, invite, journal, member, seat
from server.house import House
from server.retention.belongings import belongings
from server.retention.periods import periods


class Why(Enum):
    """Why somebody was erased. The values are stored."""

    ASKED = "asked"
    LEFT = "left"
    DECLINED = "declined"
    AGAIN = "again"  # a backup had brought them back


@dataclass(frozen=True)
class Receipt:
    """What was erased: how many rows of which table. `lines` of the audit name the id until `until`."""

    id: str
    person: str
    group: str
    why: Why
    at: datetime
    counts: Mapping[str, int]
    lines: int
    until: datetime | None

    def as_json(self) -> str:
        """For the record of whoever asked."""
        told = {**asdict(self), "why": self.why.value, "at": self.at.isoformat()}
        return json.dumps({**told, "until": None if self.until is None else self.until.isoformat()}, indent=2)


async def erase(house: House, person: str, why: Why, by: str | None = None) -> Receipt | None:
    """Erase a member for good. None: there is no such member.

    Whoever calls it ends their connections: `invites.revoke`, and the running sessions' word of it.
    """
    now, made = house.clock.now(), new_id()
    async with house.database.writing() as connection:
        group = (await connection.execute(select(member.c.group).where(member.c.id == person))).scalar()
        if group is None:
            return None
        lines, newest = await _lines(connection, person)
        counts = await _delete(connection, person)
        told = {"id": made, "group": group, "person": person, "why": why.value, "by": by, "at": now}
        await connection.execute(erasure.insert().values(**told, counts=json.dumps(counts)))
    until = None if newest is None else newest + periods(house.config).audit
    return Receipt(made, person, group, why, now, counts, lines, until)


async def receipts(house: House, area_groups: list[str]) -> tuple[Receipt, ...]:
    """Those of these groups, the latest first."""
    wanted = select(erasure).where(erasure.c.group.in_(area_groups)).order_by(erasure.c.at.desc())
    async with house.database.reading() as connection:
        rows = (await connection.execute(wanted)).all()
    return tuple(
        Receipt(row.id, row.person, row.group, Why(row.why), row.at, json.loads(row.counts), 0, None)
        for row in rows
    )


async def _delete(connection: AsyncConnection, person: str) -> dict[str, int]:
    """What refers to others goes first."""
    counts: dict[str, int] = {}
    for table, condition in reversed(belongings(person).items()):
        gone = (await connection.execute(table.delete().where(condition))).rowcount
        if gone:
            counts[table.name] = gone
    return counts


async def _lines(connection: AsyncConnection, person: str) -> tuple[int, datetime | None]:
    """How many lines of the audit name this person or a device of theirs, and when the last was written."""
    named = select(func.count(), func.max(journal.c.at)).where(about(person))
    count, newest = (await connection.execute(named)).one()
    return int(count), newest


def about(person: str) -> ColumnElement[bool]:
    """The lines of the journal that this person did, or that name them, on whichever device."""
    devices = select(seat.c.id).join(invite, invite.c.id == seat.c.invite).where(invite.c.member == person)
    return or_(
        journal.c.person == person,
        journal.c.whom == person,
        journal.c.whom.in_(devices),
        journal.c.record.contains(person),
    )
