"""What a parent's readiness check found, for the hosts' list of one session."""

from dataclasses import dataclass

from server.data.tables import readiness
from server.house import House
from signalling.meeting.ports import Readiness


@dataclass(frozen=True)
class Result:
    """A check's result. Hosts see the verdict only if the parent agreed (`shared`)."""

    verdict: Readiness
    shared: bool
    ring_me: bool


async def record(house: House, seat: str, meeting: str, result: Result) -> None:
    """Keep the newest result of this seat for this session."""
    this = (readiness.c.seat == seat) & (readiness.c.meeting == meeting)
    async with house.database.writing() as connection:
        await connection.execute(readiness.delete().where(this))
        await connection.execute(
            readiness.insert().values(
                seat=seat,
                meeting=meeting,
                verdict=result.verdict.value,
                shared=result.shared,
                ring_me=result.ring_me,
                at=house.clock.now(),
            )
        )
