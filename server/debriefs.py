"""What hosts keep after a session: one sealed note, and where a safeguarding record is to be found."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from server.crypto import Place
from server.data.store import new_id
from server.data.tables import debrief, safeguarding
from server.house import House

LONGEST_NOTE = 4000
LONGEST_REFERENCE = 80


@dataclass(frozen=True)
class Record:
    """A safeguarding entry: the time, and the number of a record that is kept elsewhere. Nothing else."""

    id: str
    at: datetime
    reference: str


async def note(house: House, session: str) -> str:
    """The hosts' note on a session."""
    wanted = select(debrief.c.note).where(debrief.c.meeting == session)
    async with house.database.reading() as connection:
        sealed = (await connection.execute(wanted)).scalar()
    return "" if sealed is None else house.keys.open(sealed, Place("debrief", "note", session))


async def write(house: House, session: str, text: str, by: str) -> None:
    """Keep the hosts' note, in place of the one before. An empty one is none."""
    sealed = house.keys.seal(text, Place("debrief", "note", session))
    told = {"meeting": session, "note": sealed, "by": by, "at": house.clock.now()}
    async with house.database.writing() as connection:
        await connection.execute(debrief.delete().where(debrief.c.meeting == session))
        if text:
            await connection.execute(debrief.insert().values(**told))


async def records(house: House, session: str) -> tuple[Record, ...]:
    """A session's safeguarding entries, the earliest first."""
    wanted = select(safeguarding).where(safeguarding.c.meeting == session).order_by(safeguarding.c.at)
    async with house.database.reading() as connection:
        rows = (await connection.execute(wanted)).all()
    return tuple(
        Record(
            row.id,
            row.at,
            ""
            if row.reference is None
            else house.keys.open(row.reference, Place("safeguarding", "reference", row.id)),
        )
        for row in rows
    )


async def refer(house: House, session: str, reference: str, wanted: str | None) -> str:
    """Give an entry its reference, or make a new entry with one. Gives the entry's id."""
    known = {record.id for record in await records(house, session)}
    made = wanted if wanted in known else new_id()
    sealed = house.keys.seal(reference, Place("safeguarding", "reference", made))
    async with house.database.writing() as connection:
        if wanted in known:
            this = safeguarding.c.id == wanted
            await connection.execute(safeguarding.update().where(this).values(reference=sealed))
        else:
            fresh = {"id": made, "meeting": session, "at": house.clock.now(), "reference": sealed}
            await connection.execute(safeguarding.insert().values(**fresh))
    return made
