"""What a parent's readiness check found, for the hosts of one session; and who may try without a link."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from limits import RateLimitItemPerMinute

from server import tasks
from server.data.tables import readiness
from server.house import House
from server.tries import Tries
from signalling.meeting.ports import Readiness, TaskKind

PASS_LASTS = timedelta(minutes=5)
# A try costs the engine two connections for half a minute. A whole charity may sit behind one address.
TRIES_BY_ADDRESS = RateLimitItemPerMinute(6, 10)
TRIES_BY_ALL = RateLimitItemPerMinute(60, 10)


@dataclass(frozen=True)
class Result:
    """A check's result. Hosts see the verdict only if the parent agreed (`shared`)."""

    verdict: Readiness
    shared: bool
    ring_me: bool


async def record(house: House, seat: str, member: str, meeting: str, result: Result) -> None:
    """Keep the newest result of this seat for this session; to ring them is something to do."""
    found = {
        "verdict": result.verdict.value,
        "shared": result.shared,
        "ring_me": result.ring_me,
        "at": house.clock.now(),
    }
    made = house.database.insert(readiness).values(seat=seat, meeting=meeting, **found)
    kept = made.on_conflict_do_update(index_elements=list(readiness.primary_key), set_=found)
    async with house.database.writing() as connection:
        await connection.execute(kept)
        if result.ring_me:
            # The door's list shows who waits. Whoever is stuck does not wait yet, and is not forgotten.
            await tasks.begin(house, connection, meeting, member, TaskKind.CALL)


class Trials:
    """Lets anybody try their phone without a link, but not too often."""

    def __init__(self, house: House, tries: Tries | None = None) -> None:
        self._house = house
        self._tries = tries or Tries(house)

    async def begin(self, address: str) -> str | None:
        """A pass for one try; None: there were too many. `address` is for counting only."""
        if not await self._tries.one_more(TRIES_BY_ADDRESS, "address", address):
            return None
        if not await self._tries.one_more(TRIES_BY_ALL, "all"):
            return None
        until = int((self._house.clock.now() + PASS_LASTS).timestamp())
        told = f"{secrets.token_hex(12)}.{until}"
        return f"{told}.{_mark(self._house, told)}"


def trial(house: House, shown: str | None) -> str | None:
    """The id of the try that a pass is for, while it lasts. It says nothing about whose it is."""
    told, _, mark = (shown or "").rpartition(".")
    if not secrets.compare_digest(_mark(house, told).encode(), mark.encode(errors="surrogateescape")):
        return None
    name, _, until = told.partition(".")
    return f"trial-{name}" if house.clock.now() < datetime.fromtimestamp(int(until), UTC) else None


def _mark(house: House, told: str) -> str:
    return house.keys.form_mark(f"trial {told}").hex()
