"""Where and when somebody said that an e-mail is safe for them."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from server.crypto import Place
from server.data.tables import reach
from server.house import House


@dataclass(frozen=True)
class Reach:
    """An address, and the hours of any day, on the clock on the wall, at which an e-mail may arrive."""

    email: str
    earliest: time
    latest: time

    def opens(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The first moment from now on that lies within the hours."""
        local = now.astimezone(zone)
        if self.earliest <= local.time() < self.latest:
            return now
        day = local.date() + timedelta(days=1 if local.time() >= self.latest else 0)
        return datetime.combine(day, self.earliest, tzinfo=zone)


async def agree(connection: AsyncConnection, house: House, of: str, told: Reach, by: str) -> None:
    """Keep what a member has agreed to, in place of what was agreed before."""
    await connection.execute(reach.delete().where(reach.c.member == of))
    await connection.execute(
        reach.insert().values(
            member=of,
            email=house.keys.seal(told.email, Place("reach", "email", of)),
            from_minute=_minute(told.earliest),
            until_minute=_minute(told.latest),
            agreed_at=house.clock.now(),
            by=by,
        )
    )


async def of_member(connection: AsyncConnection, house: House, of: str) -> Reach | None:
    """What a member has agreed to, if anything."""
    row: Row[tuple[object, ...]] | None = (
        await connection.execute(select(reach).where(reach.c.member == of))
    ).first()
    if row is None:
        return None
    email = house.keys.open(row.email, Place("reach", "email", of))
    return Reach(email, _time(row.from_minute), _time(row.until_minute))


def _minute(of: time) -> int:
    return of.hour * 60 + of.minute


def _time(minute: int) -> time:
    return time(minute // 60, minute % 60)
