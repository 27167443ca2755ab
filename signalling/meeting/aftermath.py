"""What a session leaves for the house to do, told until the house has heard it.

Kept in this process's memory only: a database that is down for as long as the process lives loses a note,
never the removal itself, which is in the journal.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from moderation import actions as a
from moderation.model import Actor, MeetingId, PersonId, RemovalReason
from signalling.meeting.errors import JournalDown
from signalling.meeting.ports import Aftercare, Departure

log = logging.getLogger(__name__)

LONGEST_BACKLOG = 1000

Telling = Callable[[], Awaitable[None]]
Announce = Callable[[MeetingId], None]


@dataclass(frozen=True, slots=True)
class _Out:
    """How somebody was put out: by whom, why, until when."""

    by: PersonId
    reason: RemovalReason
    suspended: bool
    until: date | None
    note: str = field(repr=False)


class Aftermath:
    """Tells the house, at once where that works and again each second where it does not. One per process.

    What the house has heard is announced, because hosts see how much there is to follow up.
    """

    def __init__(self, aftercare: Aftercare, announce: Announce) -> None:
        self._aftercare = aftercare
        self._announce = announce
        self._backlog: list[tuple[MeetingId, Telling]] = []
        self._retrying = asyncio.Lock()

    async def of(self, meeting: MeetingId, actor: Actor, action: a.Action, note: str) -> None:
        """What follows from an action that has taken place."""
        match action:
            case a.Remove(person, reason):
                out = _Out(actor.person, reason, suspended=False, until=None, note=note)
                await self._tell(meeting, lambda: self._put_out(meeting, person, out))
            case a.Suspend(person, reason, until):
                out = _Out(actor.person, reason, suspended=True, until=_day(until), note=note)
                await self._tell(meeting, lambda: self._put_out(meeting, person, out))
            case a.Restore(person):
                await self._tell(meeting, lambda: self._aftercare.restored(meeting, person, actor.person))
            case a.CallDanger(person):
                await self._tell(meeting, lambda: self._aftercare.danger(meeting, person, actor.person))
            case _:
                pass

    def departed(self, meeting: MeetingId, person: PersonId, how: Departure) -> None:
        """Someone has been gone for long enough. Told with the next retry: whoever watches must not wait."""
        self._queue(meeting, lambda: self._aftercare.departed(meeting, person, how))

    async def location(self, meeting: MeetingId, person: PersonId) -> str | None:
        """Where a parent said they are joining from; the journal has it already that a host looks.

        Raises:
            JournalDown
        """
        return await self._aftercare.location(meeting, person)

    async def retry(self) -> None:
        """Tell once more what the house has not heard, in order. Called each second."""
        async with self._retrying:
            while self._backlog:
                meeting, telling = self._backlog[0]
                if not await self._heard(telling):
                    return
                del self._backlog[0]
                self._announce(meeting)

    async def _put_out(self, meeting: MeetingId, person: PersonId, out: _Out) -> None:
        await self._aftercare.put_out(
            meeting,
            person,
            out.by,
            out.reason,
            suspended=out.suspended,
            until=out.until,
            note=out.note,
        )

    async def _tell(self, meeting: MeetingId, telling: Telling) -> None:
        self._queue(meeting, telling)
        await self.retry()

    def _queue(self, meeting: MeetingId, telling: Telling) -> None:
        if len(self._backlog) >= LONGEST_BACKLOG:
            log.error("aftercare lost")
        else:
            self._backlog.append((meeting, telling))

    async def _heard(self, telling: Telling) -> bool:
        """A fault of ours is in the log, and must not keep what comes after it from being told."""
        try:
            await telling()
        except JournalDown:
            return False
        except Exception:
            log.exception("aftercare failed")
        return True


def _day(until: datetime | None) -> date | None:
    return None if until is None else until.astimezone(UTC).date()
