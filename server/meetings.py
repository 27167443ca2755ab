"""Sessions in the diary: when a group meets, and which session a person means when they come.

On screen it is a session; in code it is a meeting, so that nobody confuses it with being signed in.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, exists, or_, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from moderation.events import Arrived, Ended
from server.data.store import is_id, new_id
from server.data.tables import group, group_facilitator, journal, meeting, practice
from server.house import House

USUAL_MINUTES = 90
USUAL_CAPACITY = 16
USUAL_LATE_MINUTES = 15
DOOR_OPENS_BEFORE = timedelta(hours=12)
OVER_AFTER = timedelta(hours=2)  # a session may run late; then it is over, ended or not
LONG_AGO = timedelta(days=2)  # a session that began so long ago is over, however long it was
LOOKED_BACK_ON = timedelta(days=14)
GOODBYE_WITHIN = timedelta(days=1)
GATHERS_BEFORE = timedelta(minutes=30)


@dataclass(frozen=True)
class Pair:
    """Who a practice call is for: one parent, and the host who opened it."""

    parent: str
    host: str


NOBODY = Pair("", "")


@dataclass(frozen=True)
class Session:
    """One session of a group. `ended`: a host or a deadline has ended it.

    `note` says what may be hard to hear in it. A practice call is a session for the two of `practice` alone.
    """

    id: str
    group: str
    group_title: str
    starts_at: datetime
    minutes: int
    theme: str
    agreement: int | None
    ended: bool
    both_kinds: bool = False
    note: str = ""
    practice: Pair | None = None

    @property
    def ends_at(self) -> datetime:
        """When it is planned to end."""
        return self.starts_at + timedelta(minutes=self.minutes)

    def is_over(self, now: datetime) -> bool:
        """Whether nobody can meet in it any more."""
        late = OVER_AFTER if self.practice is None else timedelta(0)
        return self.ended or now >= self.ends_at + late

    def is_for_parent(self, member: str) -> bool:
        """Whether this parent of the group may come to it."""
        return self.practice is None or self.practice.parent == member

    def is_for_host(self, account: str) -> bool:
        """Whether this host of the group may come to it."""
        return self.practice is None or self.practice.host == account

    def is_at_hand(self, now: datetime) -> bool:
        """Whether its waiting room is there to wait in."""
        return not self.is_over(now) and now >= self.starts_at - DOOR_OPENS_BEFORE


def at_wall_clock(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment that a clock on the wall in `zone` shows."""
    return datetime.combine(day, at, tzinfo=zone)


def would_last_beyond(starts_at: datetime, minutes: int, now: datetime) -> bool:
    """Whether a session that starts then still goes on now, or has not begun."""
    return starts_at + timedelta(minutes=minutes) > now


@dataclass(frozen=True)
class Options:
    """How a session's door is kept. `both_kinds`: it asks for a worker and somebody with lived experience."""

    capacity: int = USUAL_CAPACITY
    late_minutes: int = USUAL_LATE_MINUTES
    both_kinds: bool = False


USUAL = Options()


async def plan(
    house: House,
    for_group: str,
    starts_at: datetime,
    minutes: int,
    theme: str,
    options: Options = USUAL,
    note: str = "",
) -> str:
    """Put a session into the diary. Gives its id."""
    made, now = new_id(), house.clock.now()
    planned = {"id": made, "group": for_group, "starts_at": starts_at, "minutes": minutes, "theme": theme}
    planned["note"] = note or None
    async with house.database.writing() as connection:
        await connection.execute(meeting.insert().values(**planned, created_at=now, **asdict(options)))
    return made


async def find(house: House, wanted: str) -> Session | None:
    """One session, or None."""
    async with house.database.reading() as connection:
        return await found_in(connection, wanted)


async def found_in(connection: AsyncConnection, wanted: str) -> Session | None:
    """The same, in a transaction."""
    if not is_id(wanted):
        return None
    row = (await connection.execute(_ONE, {"wanted": wanted})).first()
    return None if row is None else _session(row)


async def of_group(house: House, wanted: str) -> tuple[Session, ...]:
    """All of a group's sessions, the earliest first."""
    return await _read(house, _SESSIONS.where(meeting.c.group == wanted))


async def meets_around(house: House, wanted: str, now: datetime) -> bool:
    """Whether a group meets now, or is about to: then is no time for practice."""
    return any(
        session.practice is None and not session.is_over(now) and now >= session.starts_at - GATHERS_BEFORE
        for session in await of_group(house, wanted)
    )


async def at_hand(house: House, for_group: str) -> Session | None:
    """The session a parent of this group means now: the one that runs, or else the next one."""
    async with house.database.reading() as connection:
        return await at_hand_in(house, connection, for_group)


async def at_hand_in(house: House, connection: AsyncConnection, for_group: str) -> Session | None:
    """The same, in a transaction."""
    now = house.clock.now()
    rows = await connection.execute(STILL_TO_COME, still_to_come(for_group, now))
    return first_at_hand(rows, now)[1]


def still_to_come(for_group: str, now: datetime, member: str = "") -> dict[str, object]:
    """What `STILL_TO_COME` has to be told. A practice call is found only for its parent."""
    return {"of_group": for_group, "long_ago": now - LONG_AGO, "member": member}


def to_come(rows: Iterable[Row[Any]], now: datetime) -> tuple[Session, ...]:
    """The sessions that are not over, of what `STILL_TO_COME` has found."""
    return tuple(session for session in map(_session, rows) if not session.is_over(now))


def first_at_hand(rows: Iterable[Row[Any]], now: datetime) -> tuple[Row[Any], Session] | tuple[None, None]:
    """The session that is meant now, of what `STILL_TO_COME` has found."""
    for row in rows:
        session = _session(row)
        if not session.is_over(now):
            return row, session
    return None, None


async def of_host(house: House, account: str) -> tuple[Session, ...]:
    """A facilitator's own sessions that are not over, the earliest first."""
    now = house.clock.now()
    own = select(group_facilitator.c.group).where(group_facilitator.c.account == account)
    found = await _read(house, _SESSIONS.where(meeting.c.group.in_(own)))
    return tuple(session for session in found if not session.is_over(now) and session.is_for_host(account))


async def just_over(house: House, account: str) -> tuple[Session, ...]:
    """A facilitator's own sessions of the last two weeks that are over, the latest first."""
    now = house.clock.now()
    own = select(group_facilitator.c.group).where(group_facilitator.c.account == account)
    lately = (meeting.c.starts_at > now - LOOKED_BACK_ON) & (meeting.c.starts_at <= now)
    wanted = _SESSIONS.where(meeting.c.group.in_(own), lately, ~meeting.c.practice)
    found = await _read(house, wanted)
    return tuple(session for session in reversed(found) if session.is_over(now))


async def attended_last(house: House, member: str) -> Session | None:
    """The session of this day that a parent has come to, running or over: what a goodbye is about."""
    now = house.clock.now()
    came = exists().where(
        journal.c.stream == meeting.c.id, journal.c.person == member, journal.c.event == Arrived.__name__
    )
    wanted = _SESSIONS.where(came, meeting.c.starts_at > now - GOODBYE_WITHIN, ~meeting.c.practice)
    found = [
        session for session in await _read(house, wanted) if session.starts_at - DOOR_OPENS_BEFORE <= now
    ]
    return found[-1] if found else None


async def is_host(house: House, account: str, of_group: str) -> bool:
    """Whether this facilitator hosts this group."""
    async with house.database.reading() as connection:
        return await is_host_in(connection, account, of_group)


async def is_host_in(connection: AsyncConnection, account: str, of_group: str) -> bool:
    """The same, in a transaction."""
    found = await connection.execute(_IS_HOST, {"account": account, "of_group": of_group})
    return found.first() is not None


_IS_OVER = exists().where(journal.c.stream == meeting.c.id, journal.c.event == Ended.__name__)
_SESSIONS: Select[Any] = (
    select(
        meeting,
        group.c.title.label("group_title"),
        _IS_OVER.label("ended"),
        practice.c.member.label("practice_parent"),
        practice.c.by.label("practice_host"),
    )
    .join(group, group.c.id == meeting.c.group)
    .join(practice, practice.c.meeting == meeting.c.id, isouter=True)
    .order_by(meeting.c.starts_at, meeting.c.id)
)
_ONE = _SESSIONS.where(meeting.c.id == bindparam("wanted"))
STILL_TO_COME = _SESSIONS.where(
    meeting.c.group == bindparam("of_group"),
    meeting.c.starts_at > bindparam("long_ago"),
    or_(~meeting.c.practice, practice.c.member == bindparam("member")),
)
"""A group's sessions that may not be over yet, the earliest first; of practice calls only one's own."""
_IS_HOST = select(group_facilitator).where(
    group_facilitator.c.account == bindparam("account"), group_facilitator.c.group == bindparam("of_group")
)


async def _read(house: House, wanted: Select[Any]) -> tuple[Session, ...]:
    async with house.database.reading() as connection:
        return tuple(_session(row) for row in await connection.execute(wanted))


def _session(row: Row[Any]) -> Session:
    return Session(
        row.id,
        row.group,
        row.group_title,
        row.starts_at,
        row.minutes,
        row.theme,
        row.agreement,
        bool(row.ended),
        row.both_kinds,
        row.note or "",
        _pair(row) if row.practice else None,
    )


def _pair(row: Row[Any]) -> Pair:
    """Where the line that says whose it was is gone, it is nobody's."""
    return NOBODY if row.practice_parent is None else Pair(row.practice_parent, row.practice_host)
