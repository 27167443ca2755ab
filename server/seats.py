"""Seats: which browser sits where, and the Seats port that the wire asks at every upgrade."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from moderation.events import Admitted
from moderation.model import MeetingId, PersonId, Role, SeatId
from server import aftercare, agreements, auth, groups, invites, meetings, tasks
from server.cookies import SEAT, STAFF, cookie_name
from server.crypto import Place, digest
from server.data.tables import (
    account,
    group_facilitator,
    invite,
    journal,
    meeting,
    member,
    readiness,
    seat,
    staff_session,
)
from server.house import House
from server.names import likeness, similar
from signalling.meeting.errors import UnknownMeeting
from signalling.meeting.ports import (
    HostKind,
    MeetingLabels,
    Member,
    Plan,
    Readiness,
    SeatHolder,
    SeatLabel,
    SeatRefusal,
)


@dataclass(frozen=True)
class Parent:
    """A parent's device with a good seat, and how far this person has come on the way in."""

    seat: str
    member: str
    group: str
    invite: str
    welcomed: bool
    name: str | None
    accepted: frozenset[int]
    planned: bool


async def parent(house: House, cookie: str | None) -> Parent | SeatRefusal:
    """Who holds this cookie. A seat is good until it is ended, or its invite is revoked or expires."""
    if not cookie:
        return SeatRefusal.NO_SEAT
    async with house.database.reading() as connection:
        return await sitting(house, connection, cookie)


async def sitting(house: House, connection: AsyncConnection, cookie: str | None) -> Parent | SeatRefusal:
    """The same, in a transaction."""
    if not cookie:
        return SeatRefusal.NO_SEAT
    row = (await connection.execute(_SEAT, {"secret": digest(cookie)})).first()
    if row is None:
        return SeatRefusal.NO_SEAT
    if row.ended_at is not None or invites.state(row, house.clock.now()) not in invites.LIVE:
        return SeatRefusal.SEAT_ENDED
    accepted = await agreements.accepted(connection, row.member)
    name = None if row.name is None else house.keys.open(row.name, Place("member", "name", row.member))
    return Parent(
        row.seat,
        row.member,
        row.group,
        row.id,
        row.welcomed_at is not None,
        name,
        accepted,
        row.plan_at is not None,
    )


_SEAT = (
    select(
        seat.c.id.label("seat"),
        seat.c.ended_at,
        invite,
        member.c.group,
        member.c.name,
        member.c.welcomed_at,
        member.c.plan_at,
    )
    .join(invite, invite.c.id == seat.c.invite)
    .join(member, member.c.id == invite.c.member)
    .where(seat.c.secret == bindparam("secret"))
)


async def welcome(house: House, of: Parent) -> None:
    """Note that this person has been told how to leave quickly."""
    async with house.database.writing() as connection:
        this = member.c.id == of.member
        await connection.execute(member.update().where(this).values(welcomed_at=house.clock.now()))


async def call(house: House, of: Parent, name: str) -> bool:
    """Give this person a name to be called by. False: somebody in the group has one too much like it."""
    async with house.database.writing() as connection:
        # The group's people are held, so that two of them who choose at once take turns.
        rows = await connection.execute(
            select(member.c.id, member.c.name).where(member.c.group == of.group).with_for_update()
        )
        others = [
            house.keys.open(row.name, Place("member", "name", row.id))
            for row in rows
            if row.name is not None and row.id != of.member
        ]
        hosts = await groups.hosts(house, connection, of.group)
        taken = {likeness(other) for other in (*others, *(host.name for host in hosts))}
        if likeness(name) in taken:
            return False
        sealed = house.keys.seal(name, Place("member", "name", of.member))
        await connection.execute(member.update().where(member.c.id == of.member).values(name=sealed))
    return True


async def end(house: House, cookie: str | None) -> Parent | None:
    """End the seat of this cookie. Gives whose it was, if it was good."""
    found = await parent(house, cookie)
    if not isinstance(found, Parent):
        return None
    async with house.database.writing() as connection:
        this = seat.c.id == found.seat
        await connection.execute(seat.update().where(this).values(ended_at=house.clock.now()))
    return found


class SqlSeats:
    """The Seats port: every answer is made from the database at this moment."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def holder(self, cookies: Mapping[str, str], of: MeetingId) -> SeatHolder | SeatRefusal:
        """Who this browser is in this meeting.

        Raises:
            JournalDown
        """
        staff = await auth.staff(self._house, self._cookie(cookies, STAFF))
        async with self._house.database.reading() as connection:
            session = await meetings.found_in(connection, of)
            if staff is not None:
                return await self._host(connection, staff, session)
            found = await sitting(self._house, connection, self._cookie(cookies, SEAT))
            if not isinstance(found, Parent):
                return found
            if session is None or session.group != found.group or found.name is None:
                return SeatRefusal.NOT_YOUR_SESSION
            if await aftercare.suspended(self._house, connection, found.member, but_in=of):
                return SeatRefusal.SUSPENDED
        agreed = (
            session.agreement if session.agreement in found.accepted else max(found.accepted, default=None)
        )
        return SeatHolder(SeatId(found.seat), PersonId(found.member), Role.PARENT, of, agreed)

    async def check_seat(self, cookies: Mapping[str, str]) -> SeatId | SeatRefusal:
        """Which seat this browser's readiness check belongs to.

        Raises:
            JournalDown
        """
        staff = await auth.staff(self._house, self._cookie(cookies, STAFF))
        if staff is not None:
            return SeatId(staff.session)
        found = await parent(self._house, self._cookie(cookies, SEAT))
        return SeatId(found.seat) if isinstance(found, Parent) else found

    async def labels(self, of: MeetingId) -> MeetingLabels:
        """Everyone with a seat in this meeting, who is expected, the hosts' kinds, and what is to do.

        Raises:
            UnknownMeeting, JournalDown
        """
        async with self._house.database.reading() as connection:
            session = await meetings.found_in(connection, of)
            if session is None:
                raise UnknownMeeting(of)
            hosts = await groups.hosts(self._house, connection, session.group)
            seats = {
                **await self._parents(connection, session),
                **await self._facilitators(connection, session),
            }
            members = await self._members(connection, session, [host.name for host in hosts])
            to_do = await tasks.open_of_group(self._house, connection, session.group)
        return MeetingLabels(
            session.group_title,
            session.theme,
            session.starts_at,
            session.ends_at,
            [host.name for host in hosts],
            seats,
            members=members,
            kinds={PersonId(host.id): HostKind(host.kind) for host in hosts if host.kind is not None},
            wants_both_kinds=session.both_kinds,
            tasks=to_do,
        )

    async def _host(
        self, connection: AsyncConnection, staff: auth.Staff, session: meetings.Session | None
    ) -> SeatHolder | SeatRefusal:
        hosting = staff.role is auth.Role.FACILITATOR and session is not None
        if (
            session is None
            or not hosting
            or not await meetings.is_host_in(connection, staff.account, session.group)
        ):
            return SeatRefusal.NOT_YOUR_SESSION
        return SeatHolder(
            SeatId(staff.session), PersonId(staff.account), Role.FACILITATOR, MeetingId(session.id), None
        )

    async def _parents(
        self, connection: AsyncConnection, session: meetings.Session
    ) -> dict[SeatId, SeatLabel]:
        wanted = (
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
                (readiness.c.seat == seat.c.id) & (readiness.c.meeting == session.id),
                isouter=True,
            )
            .where(member.c.group == session.group, seat.c.ended_at.is_(None) | _has_come(seat.c.id, session))
        )
        been = await _been_before(connection, session)
        return {
            SeatId(row.id): self._parent_label(row, first=row.member not in been)
            for row in await connection.execute(wanted)
        }

    def _parent_label(self, row: Row[*tuple[Any, ...]], *, first: bool) -> SeatLabel:
        sealed = row.name
        name = "" if sealed is None else self._house.keys.open(sealed, Place("member", "name", row.member))
        found = Readiness(row.verdict) if row.verdict and row.shared else Readiness.NOT_CHECKED
        return SeatLabel(PersonId(row.member), name, first, found, bool(row.ring_me))

    async def _members(
        self, connection: AsyncConnection, session: meetings.Session, hosts: Sequence[str]
    ) -> tuple[Member, ...]:
        """The group's parents with an invite that holds, by name: until they choose one, the admin's."""
        wanted = (
            select(invite, member.c.name, member.c.label, member.c.plan)
            .join(member, member.c.id == invite.c.member)
            .where(member.c.group == session.group)
        )
        now, keys = self._house.clock.now(), self._house.keys
        found: dict[str, tuple[str, Plan]] = {}
        for row in await connection.execute(wanted):
            if invites.state(row, now) in invites.LIVE:
                column = "label" if row.name is None else "name"
                name = keys.open(getattr(row, column), Place("member", column, row.member))
                found[row.member] = name, Plan(row.plan or Plan.WAIT.value)
        alike = similar([*hosts, *(name for name, _ in found.values())])
        return tuple(
            Member(PersonId(person), name, plan, name in alike)
            for person, (name, plan) in sorted(found.items(), key=lambda line: line[1][0])
        )

    async def _facilitators(
        self, connection: AsyncConnection, session: meetings.Session
    ) -> dict[SeatId, SeatLabel]:
        now = self._house.clock.now()
        good = staff_session.c.ended_at.is_(None) & (staff_session.c.created_at > now - auth.ABSOLUTE)
        wanted = (
            select(staff_session.c.id, staff_session.c.account, account.c.name)
            .join(account, account.c.id == staff_session.c.account)
            .join(group_facilitator, group_facilitator.c.account == account.c.id)
            .where(group_facilitator.c.group == session.group, good | _has_come(staff_session.c.id, session))
        )
        return {
            SeatId(row.id): SeatLabel(
                PersonId(row.account), self._house.keys.open(row.name, Place("account", "name", row.account))
            )
            for row in await connection.execute(wanted)
        }

    def _cookie(self, cookies: Mapping[str, str], name: str) -> str | None:
        return cookies.get(cookie_name(self._house.config, name))


def _has_come(column: ColumnElement[str], session: meetings.Session) -> ColumnElement[bool]:
    return column.in_(select(journal.c.seat).where(journal.c.stream == session.id))


async def _been_before(connection: AsyncConnection, session: meetings.Session) -> frozenset[str]:
    """The members who were let into an earlier session of this group."""
    wanted = (
        select(invite.c.member)
        .join(seat, seat.c.invite == invite.c.id)
        .join(journal, (journal.c.event == Admitted.__name__) & (journal.c.whom == seat.c.id))
        .join(meeting, meeting.c.id == journal.c.stream)
        .where(meeting.c.group == session.group, meeting.c.id != session.id)
    )
    return frozenset((await connection.execute(wanted)).scalars())
