"""Practice calls: before the first session a host and one parent try out a call, by the same doors as ever.

It is a session like any other, with a line that says whose it is. It is on at once, and closes by itself.
"""

from server import meetings
from server.data.store import new_id
from server.data.tables import meeting, practice
from server.house import House
from server.meetings import Pair, Session

MINUTES = 15
TWO = 2


def new() -> str:
    """An id, so that it can be written down before anybody can come."""
    return new_id()


async def running(house: House, group: str, parent: str) -> Session | None:
    """The practice call that is on for this parent, whoever opened it."""
    now = house.clock.now()
    for session in await meetings.of_group(house, group):
        if session.practice is not None and session.practice.parent == parent and not session.is_over(now):
            return session
    return None


async def begin(house: House, made: str, group: str, pair: Pair, theme: str) -> None:
    """Open it: from now on these two may come, for a quarter of an hour."""
    now = house.clock.now()
    told = {
        **{"id": made, "group": group, "starts_at": now, "minutes": MINUTES, "created_at": now},
        **{"theme": theme, "capacity": TWO, "late_minutes": MINUTES, "practice": True},
    }
    async with house.database.writing() as connection:
        await connection.execute(meeting.insert().values(**told))
        await connection.execute(practice.insert().values(meeting=made, member=pair.parent, by=pair.host))
