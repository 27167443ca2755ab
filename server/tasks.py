"""What has to be followed up after somebody was put out, got lost, asked for a call or was in danger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.engine import Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from moderation.model import PersonId
from server.crypto import Place
from server.data.store import new_id
from server.data.tables import account, exclusion, group_facilitator, meeting, member, task
from server.data.tables import group as group_table
from server.house import House
from signalling.meeting.ports import Departure, Plan, Task, TaskKind

TALK_WITHIN = timedelta(days=2)
CALL_WITHIN = timedelta(days=1)
AT_LEAST = timedelta(hours=1)
KEPT_IN_SIGHT = timedelta(days=14)
_ONCE_ONLY = frozenset({TaskKind.DEPARTED, TaskKind.CALL})


@dataclass(frozen=True)
class FollowUp:
    """One of them, with what a host needs to know. `how` is of a departure; `done_by` is a name."""

    id: str
    meeting: str
    group: str
    group_title: str
    starts_at: datetime
    member: str
    name: str
    kind: TaskKind
    how: Departure | None
    plan: Plan
    made_at: datetime
    due_at: datetime
    done_at: datetime | None
    done_by: str

    @property
    def is_quiet(self) -> bool:
        """Whether nobody may ring or write: they left by the quick exit."""
        return self.how is Departure.EXITED

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should have been done by now."""
        return self.done_at is None and now > self.due_at


@dataclass(frozen=True)
class PutOut:
    """Why somebody was put out, and what the host wrote. `until`: the first day they may come."""

    reason: str
    by: str
    at: datetime
    suspended: bool
    until: date | None
    note: str


@dataclass(frozen=True)
class Count:
    """How many there are to do in a group, and how many of them should have been done."""

    title: str
    to_do: int
    overdue: int


def due(kind: TaskKind, now: datetime, zone: ZoneInfo) -> datetime:
    """By when: two days for a talk, a day for a call, and this evening for whoever may not be safe."""
    match kind:
        case TaskKind.REMOVED | TaskKind.SUSPENDED:
            return now + TALK_WITHIN
        case TaskKind.CALL:
            return now + CALL_WITHIN
        case TaskKind.DEPARTED | TaskKind.DANGER:
            tonight = datetime.combine(now.astimezone(zone).date(), time(23, 59), tzinfo=zone)
            return max(tonight, now + AT_LEAST)


async def begin(
    house: House,
    connection: AsyncConnection,
    of: str,
    person: str,
    kind: TaskKind,
    how: Departure | None = None,
) -> bool:
    """Have it to do, once for a session and person. False: it is there already.

    What a host does a second time after the first was done is there to do again.
    """
    now = house.clock.now()
    fresh = {
        "made_at": now,
        "due_at": due(kind, now, house.config.zone),
        "how": None if how is None else how.value,
        "done_at": None,
        "done_by": None,
    }
    this = _this(of, person, kind)
    known = (await connection.execute(select(task.c.done_at).where(this))).first()
    if known is not None:
        if known.done_at is None or kind in _ONCE_ONLY:
            return False
        await connection.execute(task.update().where(this).values(**fresh))
        return True
    told = {"id": new_id(), "meeting": of, "member": person, "kind": kind.value}
    try:
        async with connection.begin_nested():
            await connection.execute(task.insert().values(**told, **fresh))
    except IntegrityError:  # another process was quicker
        return False
    return True


async def finish(
    house: House, connection: AsyncConnection, of: str, person: str, kinds: Sequence[TaskKind], by: str
) -> None:
    """These of a person are done for this session."""
    these = (
        (task.c.meeting == of)
        & (task.c.member == person)
        & task.c.kind.in_([kind.value for kind in kinds])
        & task.c.done_at.is_(None)
    )
    await connection.execute(task.update().where(these).values(done_at=house.clock.now(), done_by=by))


async def keep_quiet(connection: AsyncConnection, person: str) -> None:
    """Somebody has left by the quick exit: nothing that is to do about them may ring their phone now."""
    these = (task.c.member == person) & task.c.done_at.is_(None)
    await connection.execute(task.update().where(these).values(how=Departure.EXITED.value))


async def of_host(house: House, host: str) -> tuple[FollowUp, ...]:
    """What the groups of a host have to do, the most urgent first; then what was done lately."""
    own = select(group_facilitator.c.group).where(group_facilitator.c.account == host)
    lately = task.c.done_at.is_(None) | (task.c.done_at > house.clock.now() - KEPT_IN_SIGHT)
    return await _read(house, _TASKS.where(meeting.c.group.in_(own), lately))


async def of_meeting(house: House, wanted: str) -> tuple[FollowUp, ...]:
    """What there is to do, and was done, about one session."""
    return await _read(house, _TASKS.where(task.c.meeting == wanted))


async def find(house: House, wanted: str, host: str) -> FollowUp | None:
    """One of them, or None: other groups' do not exist for a host."""
    own = select(group_facilitator.c.group).where(group_facilitator.c.account == host)
    found = await _read(house, _TASKS.where(task.c.id == wanted, meeting.c.group.in_(own)))
    return found[0] if found else None


async def mark(house: House, wanted: str, by: str, *, done: bool) -> None:
    """Done, or not done after all. Once more changes nothing."""
    this = (task.c.id == wanted) & (task.c.done_at.is_(None) if done else task.c.done_at.is_not(None))
    values = {"done_at": house.clock.now(), "done_by": by} if done else {"done_at": None, "done_by": None}
    async with house.database.writing() as connection:
        await connection.execute(task.update().where(this).values(**values))


async def counts(house: House, area: str) -> tuple[Count, ...]:
    """How much there is to do in each group of an area: numbers, nobody's name."""
    overdue = func.count(task.c.id).filter(task.c.due_at < house.clock.now())
    wanted = (
        select(group_table.c.title, func.count(task.c.id).label("to_do"), overdue.label("overdue"))
        .select_from(group_table)
        .join(meeting, meeting.c.group == group_table.c.id, isouter=True)
        .join(task, (task.c.meeting == meeting.c.id) & task.c.done_at.is_(None), isouter=True)
        .where(group_table.c.area == area)
        .group_by(group_table.c.id, group_table.c.title)
        .order_by(group_table.c.title, group_table.c.id)
    )
    async with house.database.reading() as connection:
        return tuple(Count(row.title, row.to_do, row.overdue) for row in await connection.execute(wanted))


async def open_of_group(house: House, connection: AsyncConnection, group: str) -> tuple[Task, ...]:
    """What the views of a session show of it: the whole group's."""
    rows = await connection.execute(_OPEN_OF_GROUP, {"of_group": group})
    found = (_follow_up(house, row, {}) for row in rows)
    return tuple(Task(one.id, one.kind, PersonId(one.member), one.name, one.due_at) for one in found)


async def put_out(house: House, of: FollowUp) -> PutOut | None:
    """What lies behind the follow-up of a removal or a suspension."""
    wanted = (
        select(exclusion, account.c.name)
        .join(account, account.c.id == exclusion.c.by)
        .where(
            exclusion.c.meeting == of.meeting,
            exclusion.c.member == of.member,
            exclusion.c.suspended == (of.kind is TaskKind.SUSPENDED),
        )
        .order_by(exclusion.c.at.desc())
    )
    if of.kind not in (TaskKind.REMOVED, TaskKind.SUSPENDED):
        return None
    async with house.database.reading() as connection:
        row = (await connection.execute(wanted)).first()
    if row is None:
        return None
    by = house.keys.open(row.name, Place("account", "name", row.by))
    note = "" if row.note is None else house.keys.open(row.note, Place("exclusion", "note", row.id))
    return PutOut(row.reason, by, row.at, row.suspended, row.until, note)


def _this(of: str, person: str, kind: TaskKind) -> Any:
    return (task.c.meeting == of) & (task.c.member == person) & (task.c.kind == kind.value)


_TASKS: Select[Any] = (
    select(
        task,
        meeting.c.group,
        meeting.c.starts_at,
        group_table.c.title.label("group_title"),
        member.c.name,
        member.c.label,
        member.c.plan,
    )
    .join(meeting, meeting.c.id == task.c.meeting)
    .join(group_table, group_table.c.id == meeting.c.group)
    .join(member, member.c.id == task.c.member)
    .order_by(task.c.done_at.is_not(None), task.c.due_at, task.c.id)
)
_OPEN_OF_GROUP = _TASKS.where(meeting.c.group == bindparam("of_group"), task.c.done_at.is_(None))


async def _read(house: House, wanted: Select[Any]) -> tuple[FollowUp, ...]:
    async with house.database.reading() as connection:
        rows = (await connection.execute(wanted)).all()
        who = {row.done_by for row in rows if row.done_by is not None}
        found = await connection.execute(select(account.c.id, account.c.name).where(account.c.id.in_(who)))
        names = {row.id: house.keys.open(row.name, Place("account", "name", row.id)) for row in found}
    return tuple(_follow_up(house, row, names) for row in rows)


def _follow_up(house: House, row: Row[Any], names: Mapping[str, str]) -> FollowUp:
    column = "label" if row.name is None else "name"
    name = house.keys.open(getattr(row, column), Place("member", column, row.member))
    return FollowUp(
        id=row.id,
        meeting=row.meeting,
        group=row.group,
        group_title=row.group_title,
        starts_at=row.starts_at,
        member=row.member,
        name=name,
        kind=TaskKind(row.kind),
        how=None if row.how is None else Departure(row.how),
        plan=Plan(row.plan or Plan.WAIT.value),
        made_at=row.made_at,
        due_at=row.due_at,
        done_at=row.done_at,
        done_by=names.get(row.done_by, ""),
    )
