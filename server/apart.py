"""Who is never to meet: pairs of a group's people, with a sealed reason that only workers read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from server.crypto import Place
from server.data.store import new_id
from server.data.tables import apart
from server.house import House

LONGEST_REASON = 500


@dataclass(frozen=True)
class Pair:
    """Two people kept apart."""

    id: str
    one: str
    other: str
    reason: str
    at: datetime


async def of_group(house: House, group: str) -> tuple[Pair, ...]:
    """Every pair of a group, the oldest first."""
    wanted = select(apart).where(apart.c.group == group).order_by(apart.c.at, apart.c.id)
    async with house.database.reading() as connection:
        return tuple(
            Pair(
                row.id,
                row.one,
                row.other,
                house.keys.open(row.reason, Place("apart", "reason", row.id)),
                row.at,
            )
            for row in await connection.execute(wanted)
        )


async def keep(house: House, group: str, one: str, other: str, reason: str, by: str) -> None:
    """Keep two people of a group apart. Once more changes nothing."""
    made = new_id()
    first, second = sorted((one, other))
    told = {"id": made, "group": group, "one": first, "other": second, "by": by}
    sealed = house.keys.seal(reason, Place("apart", "reason", made))
    try:
        async with house.database.writing() as connection:
            await connection.execute(apart.insert().values(**told, reason=sealed, at=house.clock.now()))
    except IntegrityError:
        return


async def let_meet(house: House, group: str, wanted: str) -> Pair | None:
    """Not keep a pair apart any more. None: there is no such pair in this group."""
    found = next((pair for pair in await of_group(house, group) if pair.id == wanted), None)
    if found is not None:
        async with house.database.writing() as connection:
            await connection.execute(apart.delete().where(apart.c.id == wanted))
    return found
