"""The people of a group, one at a time: who they are to an admin, and that they leave."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from server import invites
from server.crypto import Place
from server.data.tables import group, member, reach
from server.house import House


@dataclass(frozen=True)
class Person:
    """A member. `name` is what the group calls them, once they have said."""

    id: str
    group: str
    group_title: str
    label: str
    name: str | None
    left_at: datetime | None


async def find(house: House, wanted: str, in_area: str) -> Person | None:
    """A member of a group of this area, or None: another area's people do not exist here."""
    found = (
        select(member, group.c.title)
        .join(group, group.c.id == member.c.group)
        .where(member.c.id == wanted, group.c.area == in_area)
    )
    async with house.database.reading() as connection:
        row = (await connection.execute(found)).first()
    if row is None:
        return None
    label = house.keys.open(row.label, Place("member", "label", row.id))
    name = None if row.name is None else house.keys.open(row.name, Place("member", "name", row.id))
    return Person(row.id, row.group, row.title, label, name, row.left_at)


async def leave(house: House, person: str) -> None:
    """They leave the group: every link and device of theirs ends, and how to reach them is forgotten.

    The rest goes when its time is over. A new link makes them a member again.
    """
    now = house.clock.now()
    async with house.database.writing() as connection:
        await invites.end_all(connection, person, now)
        gone = {"left_at": now, "contact": None, "plan": None, "plan_at": None}
        this = (member.c.id == person) & member.c.left_at.is_(None)
        await connection.execute(member.update().where(this).values(**gone))
        await connection.execute(reach.delete().where(reach.c.member == person))
