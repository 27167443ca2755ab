"""What people say about their group's agreement: a question to a host, or something they would change.

Hosts of the group and the area's admins read it. It is kept sealed, and goes when its time is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.engine import Row

from server import tasks
from server.crypto import Place
from server.data.store import new_id
from server.data.tables import member, remark
from server.house import House
from server.seats import Parent
from signalling.meeting.ports import TaskKind

LONGEST = 1000
MOST_OPEN = 10


class Kind(Enum):
    """What it is. The values are stored."""

    QUESTION = "question"
    CHANGE = "change"


@dataclass(frozen=True)
class Remark:
    """One of them. `name` is what the group calls whoever wrote it, `version` what it is about."""

    id: str
    kind: Kind
    text: str
    version: int
    name: str
    made_at: datetime
    done_at: datetime | None


async def say(house: House, by: Parent, kind: Kind, text: str, version: int, session: str | None) -> bool:
    """Keep it for the hosts; whoever asks before a session would like a call. False: too many are open."""
    made = new_id()
    told = {"id": made, "group": by.group, "member": by.member, "kind": kind.value, "version": version}
    sealed = house.keys.seal(text, Place("remark", "text", made))
    still_open = select(func.count()).where(remark.c.member == by.member, remark.c.done_at.is_(None))
    async with house.database.writing() as connection:
        if (await connection.execute(still_open)).scalar_one() >= MOST_OPEN:
            return False
        await connection.execute(remark.insert().values(**told, text=sealed, made_at=house.clock.now()))
        if kind is Kind.QUESTION and session is not None:
            await tasks.begin(house, connection, session, by.member, TaskKind.CALL)
    return True


async def of_group(house: House, group: str) -> tuple[Remark, ...]:
    """A group's, the latest first."""
    return await _read(house, _REMARKS.where(remark.c.group == group))


async def of_member(house: House, person: str) -> tuple[Remark, ...]:
    """Somebody's own, the latest first."""
    return await _read(house, _REMARKS.where(remark.c.member == person))


async def count_open(house: House, groups: Sequence[str]) -> dict[str, int]:
    """How many nobody has seen to yet, by group; groups without any are left out."""
    wanted = (
        select(remark.c.group, func.count().label("how_many"))
        .where(remark.c.group.in_(groups), remark.c.done_at.is_(None))
        .group_by(remark.c.group)
    )
    async with house.database.reading() as connection:
        return {row.group: row.how_many for row in await connection.execute(wanted)}


async def settle(house: House, group: str, wanted: str, by: str) -> None:
    """A host has seen to it. Once more changes nothing."""
    this = (remark.c.id == wanted) & (remark.c.group == group) & remark.c.done_at.is_(None)
    async with house.database.writing() as connection:
        await connection.execute(remark.update().where(this).values(done_at=house.clock.now(), done_by=by))


_REMARKS: Select[Any] = (
    select(remark, member.c.name, member.c.label)
    .join(member, member.c.id == remark.c.member)
    .order_by(remark.c.made_at.desc(), remark.c.id)
)


async def _read(house: House, wanted: Select[Any]) -> tuple[Remark, ...]:
    async with house.database.reading() as connection:
        return tuple(_remark(house, row) for row in await connection.execute(wanted))


def _remark(house: House, row: Row[Any]) -> Remark:
    column = "label" if row.name is None else "name"
    name = house.keys.open(getattr(row, column), Place("member", column, row.member))
    text = house.keys.open(row.text, Place("remark", "text", row.id))
    return Remark(row.id, Kind(row.kind), text, row.version, name, row.made_at, row.done_at)
