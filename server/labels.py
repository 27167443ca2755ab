"""What the rules do not know about a meeting and its people must see, read in one transaction.

It is read each time that a meeting is shown, so every question is put together once and asked with its facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from moderation.events import Admitted
from moderation.model import PersonId, SeatId
from server import auth, groups, invites, tasks
from server.crypto import Place
from server.data.tables import (
    account,
    group_facilitator,
    invite,
    journal,
    member,
    practice,
    readiness,
    seat,
    staff_session,
)
from server.house import House
from server.meetings import Session
from server.names import similar
from signalling.meeting.ports import HostKind, MeetingLabels, Member, Plan, Readiness, SeatLabel


async def read(house: House, connection: AsyncConnection, session: Session) -> MeetingLabels:
    """Everyone with a seat in this session, who is expected, the hosts' kinds, and what is to do."""
    asked = _Asked(house, connection, session, house.clock.now())
    of_group = await groups.hosts(house, connection, session.group)
    hosts = [host for host in of_group if session.is_for_host(host.id)]
    return MeetingLabels(
        session.group_title,
        session.theme,
        session.starts_at,
        session.ends_at,
        [host.name for host in hosts],
        {**await asked.parents(), **await asked.facilitators()},
        members=await asked.members([host.name for host in hosts]),
        kinds={PersonId(host.id): HostKind(host.kind) for host in hosts if host.kind is not None},
        wants_both_kinds=session.both_kinds,
        tasks=await tasks.open_of_group(house, connection, session.group),
        note=session.note,
    )


@dataclass(frozen=True)
class _Asked:
    """One reading of them."""

    house: House
    connection: AsyncConnection
    session: Session
    now: datetime

    async def parents(self) -> dict[SeatId, SeatLabel]:
        been = frozenset((await self._rows(_BEEN_BEFORE)).scalars())
        return {
            SeatId(row.id): self._parent(row, first=row.member not in been)
            for row in await self._rows(_PARENTS)
        }

    def _parent(self, row: Row[Any], *, first: bool) -> SeatLabel:
        name = "" if row.name is None else self._open(row.name, "member", "name", row.member)
        found = Readiness(row.verdict) if row.verdict and row.shared else Readiness.NOT_CHECKED
        return SeatLabel(PersonId(row.member), name, first, found, bool(row.ring_me))

    async def facilitators(self) -> dict[SeatId, SeatLabel]:
        rows = await self._rows(_FACILITATORS, good_since=self.now - auth.ABSOLUTE)
        return {
            SeatId(row.id): SeatLabel(
                PersonId(row.account), self._open(row.name, "account", "name", row.account)
            )
            for row in rows
        }

    async def members(self, hosts: Sequence[str]) -> tuple[Member, ...]:
        """The group's parents with an invite that holds, by name: until they choose one, the admin's."""
        found: dict[str, tuple[str, Plan]] = {}
        for row in await self._rows(_MEMBERS):
            if self.session.is_for_parent(row.member) and invites.state(row, self.now) in invites.LIVE:
                column = "label" if row.name is None else "name"
                name = self._open(getattr(row, column), "member", column, row.member)
                found[row.member] = name, Plan(row.plan or Plan.WAIT.value)
        alike = similar([*hosts, *(name for name, _ in found.values())])
        return tuple(
            Member(PersonId(person), name, plan, name in alike)
            for person, (name, plan) in sorted(found.items(), key=lambda line: line[1][0])
        )

    async def _rows(self, wanted: Any, **facts: object) -> Any:
        facts |= {"of_group": self.session.group, "session": self.session.id}
        return await self.connection.execute(wanted, facts)

    def _open(self, sealed: bytes, table: str, column: str, row: str) -> str:
        return self.house.keys.open(sealed, Place(table, column, row))


def _has_come(column: ColumnElement[str]) -> ColumnElement[bool]:
    return column.in_(select(journal.c.seat).where(journal.c.stream == bindparam("session")))


_PARENTS = (
    select(
        seat.c.id,
        invite.c.member,
        member.c.name,
        readiness.c.verdict,
        readiness.c.shared,
        readiness.c.ring_me,
    )
    .join(invite, invite.c.id == seat.c.invite)
    .join(member, member.c.id == invite.c.member)
    .join(
        readiness,
        (readiness.c.seat == seat.c.id) & (readiness.c.meeting == bindparam("session")),
        isouter=True,
    )
    .where(member.c.group == bindparam("of_group"), seat.c.ended_at.is_(None) | _has_come(seat.c.id))
)
_OF_GROUP = (
    select(seat.c.id)
    .join(invite, invite.c.id == seat.c.invite)
    .join(member, member.c.id == invite.c.member)
    .where(member.c.group == bindparam("of_group"))
)
_LET_IN = select(journal.c.whom).where(
    journal.c.event == Admitted.__name__,
    journal.c.whom.in_(_OF_GROUP),
    journal.c.stream != bindparam("session"),
    journal.c.stream.not_in(select(practice.c.meeting)),
)
_BEEN_BEFORE = select(invite.c.member).join(seat, seat.c.invite == invite.c.id).where(seat.c.id.in_(_LET_IN))
"""The members who were let into another session of this group. Practice does not count."""
_FACILITATORS = (
    select(staff_session.c.id, staff_session.c.account, account.c.name)
    .join(account, account.c.id == staff_session.c.account)
    .join(group_facilitator, group_facilitator.c.account == account.c.id)
    .where(
        group_facilitator.c.group == bindparam("of_group"),
        (staff_session.c.ended_at.is_(None) & (staff_session.c.created_at > bindparam("good_since")))
        | _has_come(staff_session.c.id),
    )
)
_MEMBERS = (
    select(invite, member.c.name, member.c.label, member.c.plan)
    .join(member, member.c.id == invite.c.member)
    .where(member.c.group == bindparam("of_group"))
)
