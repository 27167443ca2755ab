"""The Aftercare port on SQL, and what follows from it: who is suspended, and until when."""

from datetime import date
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from moderation.model import MeetingId, PersonId, RemovalReason
from server import tasks, visits
from server.crypto import Place
from server.data.store import new_id
from server.data.tables import exclusion, safeguarding
from server.data.tables import member as table
from server.house import House
from signalling.meeting.ports import Departure, TaskKind

_PUT_OUT = (TaskKind.REMOVED, TaskKind.SUSPENDED)


class SqlAftercare:
    """What follows from a session outside it. Doing one of these a second time does no more."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def put_out(
        self,
        meeting: MeetingId,
        person: PersonId,
        by: PersonId,
        reason: RemovalReason,
        *,
        suspended: bool,
        until: date | None,
        note: str,
    ) -> None:
        """Keep why and the sealed note, and have a talk to do within two days.

        Raises:
            JournalDown
        """
        standing = _standing(meeting, person) & (exclusion.c.suspended == suspended)
        made, keys = new_id(), self._house.keys
        told = {
            "id": made,
            "meeting": meeting,
            "member": person,
            "by": by,
            "at": self._house.clock.now(),
            "reason": reason.value,
            "suspended": suspended,
            "until": until,
            "note": keys.seal(note, Place("exclusion", "note", made)) if note else None,
        }
        async with self._house.database.writing() as connection:
            if (await connection.execute(select(exclusion.c.id).where(standing))).first() is not None:
                return
            await connection.execute(exclusion.insert().values(**told))
            kind = TaskKind.SUSPENDED if suspended else TaskKind.REMOVED
            await tasks.begin(self._house, connection, meeting, person, kind)
            if suspended:
                await tasks.finish(self._house, connection, meeting, person, [TaskKind.REMOVED], by)

    async def restored(self, meeting: MeetingId, person: PersonId, by: PersonId) -> None:
        """They may come again: nothing stands against them, and there is no talk to do.

        Raises:
            JournalDown
        """
        now = self._house.clock.now()
        async with self._house.database.writing() as connection:
            lifted = exclusion.update().where(_standing(meeting, person)).values(lifted_at=now)
            await connection.execute(lifted)
            await tasks.finish(self._house, connection, meeting, person, _PUT_OUT, by)

    async def departed(self, meeting: MeetingId, person: PersonId, how: Departure) -> None:
        """Gone without coming back: somebody looks after it this evening, quietly after a quick exit.

        Raises:
            JournalDown
        """
        async with self._house.database.writing() as connection:
            await tasks.begin(self._house, connection, meeting, person, TaskKind.DEPARTED, how)
            if how is Departure.EXITED:
                await tasks.keep_quiet(connection, person)

    async def danger(self, meeting: MeetingId, person: PersonId, by: PersonId) -> None:
        """A safeguarding entry with nothing but the time, and something to do today.

        Raises:
            JournalDown
        """
        now = self._house.clock.now()
        async with self._house.database.writing() as connection:
            if await tasks.begin(self._house, connection, meeting, person, TaskKind.DANGER):
                await connection.execute(safeguarding.insert().values(id=new_id(), meeting=meeting, at=now))

    async def location(self, meeting: MeetingId, person: PersonId) -> str | None:
        """Where the parent said they are, if they did.

        Raises:
            JournalDown
        """
        return await visits.place(self._house, meeting, person)


async def is_suspended(house: House, member: str, *, but_in: str | None = None) -> date | bool:
    """Whether a person may not come now: True until a talk, or the day from which they may come again.

    `but_in` is a session that knows of its own suspensions.
    """
    async with house.database.reading() as connection:
        return await suspended(house, connection, member, but_in=but_in)


async def suspended(
    house: House, connection: AsyncConnection, member: str, *, but_in: str | None
) -> date | bool:
    """The same, in a transaction."""
    told = {"of": member, "today": today(house), "but_in": but_in or ""}
    found = list((await connection.execute(_SUSPENSIONS, told)).scalars())
    if not found:
        return False
    days = [until for until in found if until is not None]
    return max(days) if len(days) == len(found) else True


def today(house: House) -> date:
    """The day it is where the group meets."""
    return house.clock.now().astimezone(house.config.zone).date()


_HOLDS = (
    exclusion.c.suspended
    & exclusion.c.lifted_at.is_(None)
    & (exclusion.c.until.is_(None) | (exclusion.c.until > bindparam("today")))
)
IS_SUSPENDED = exists().where(exclusion.c.member == table.c.id, _HOLDS)
"""Whether anything at all says so of a member, within another question; it has to be told `today`."""
_SUSPENSIONS = select(exclusion.c.until).where(
    exclusion.c.member == bindparam("of"), _HOLDS, exclusion.c.meeting != bindparam("but_in")
)


async def lift_suspension(house: House, member: str) -> None:
    """There has been a talk: they may come again."""
    these = (exclusion.c.member == member) & exclusion.c.suspended & exclusion.c.lifted_at.is_(None)
    async with house.database.writing() as connection:
        await connection.execute(exclusion.update().where(these).values(lifted_at=house.clock.now()))


def _standing(meeting: str, person: str) -> Any:
    return (exclusion.c.meeting == meeting) & (exclusion.c.member == person) & exclusion.c.lifted_at.is_(None)
