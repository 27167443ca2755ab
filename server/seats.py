"""Seats: which browser sits where, and the Seats port that the wire asks at every upgrade."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from moderation.model import MeetingId, PersonId, Role, SeatId
from server import aftercare, agreements, auth, groups, invites, labels, meetings
from server.cookies import SEAT, STAFF, TRIAL, cookie_name
from server.crypto import Place, digest
from server.data.tables import invite, member, seat
from server.house import House
from server.names import likeness
from server.readiness import trial
from signalling.meeting.errors import UnknownMeeting
from signalling.meeting.ports import MeetingLabels, SeatHolder, SeatRefusal


@dataclass(frozen=True)
class Parent:
    """A parent's device with a good seat, and how far this person has come on the way in.

    `newest` is the newest version of the group's agreement; `suspended`: they may not come to some session,
    `aftercare.suspended` says to which and until when.
    """

    seat: str
    member: str
    group: str
    invite: str
    welcomed: bool
    name: str | None
    accepted: frozenset[int]
    newest: int
    planned: bool
    suspended: bool


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
    asked = {"secret": digest(cookie), "today": aftercare.today(house)}
    row = (await connection.execute(_SEAT, asked)).first()
    if row is None:
        return SeatRefusal.NO_SEAT
    if row.ended_at is not None or invites.state(row, house.clock.now()) not in invites.LIVE:
        return SeatRefusal.SEAT_ENDED
    name = None if row.name is None else house.keys.open(row.name, Place("member", "name", row.member))
    return Parent(
        row.seat,
        row.member,
        row.group,
        row.id,
        row.welcomed_at is not None,
        name,
        agreements.versions(row.accepted),
        row.newest,
        row.plan_at is not None,
        bool(row.suspended),
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
        agreements.accepted_by(member.c.id).label("accepted"),
        agreements.newest_of(member.c.group).label("newest"),
        aftercare.IS_SUSPENDED.label("suspended"),
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
            if not session.is_for_parent(found.member):
                return SeatRefusal.NOT_YOUR_SESSION
            if found.suspended and await aftercare.suspended(
                self._house, connection, found.member, but_in=of
            ):
                return SeatRefusal.SUSPENDED
        agreed = (
            session.agreement if session.agreement in found.accepted else max(found.accepted, default=None)
        )
        return SeatHolder(SeatId(found.seat), PersonId(found.member), Role.PARENT, of, agreed)

    async def check_seat(self, cookies: Mapping[str, str]) -> SeatId | SeatRefusal:
        """Which seat this browser's readiness check belongs to; or which try, of somebody without a link.

        Raises:
            JournalDown
        """
        staff = await auth.staff(self._house, self._cookie(cookies, STAFF))
        if staff is not None:
            return SeatId(staff.session)
        found = await parent(self._house, self._cookie(cookies, SEAT))
        if isinstance(found, Parent):
            return SeatId(found.seat)
        tried = trial(self._house, self._cookie(cookies, TRIAL))
        return found if tried is None else SeatId(tried)

    async def labels(self, of: MeetingId) -> MeetingLabels:
        """Everyone with a seat in this meeting, who is expected, the hosts' kinds, and what is to do.

        Raises:
            UnknownMeeting, JournalDown
        """
        async with self._house.database.reading() as connection:
            session = await meetings.found_in(connection, of)
            if session is None:
                raise UnknownMeeting(of)
            return await labels.read(self._house, connection, session)

    async def _host(
        self, connection: AsyncConnection, staff: auth.Staff, session: meetings.Session | None
    ) -> SeatHolder | SeatRefusal:
        hosting = staff.role is auth.Role.FACILITATOR
        if (
            session is None
            or not hosting
            or not session.is_for_host(staff.account)
            or not await meetings.is_host_in(connection, staff.account, session.group)
        ):
            return SeatRefusal.NOT_YOUR_SESSION
        return SeatHolder(
            SeatId(staff.session), PersonId(staff.account), Role.FACILITATOR, MeetingId(session.id), None
        )

    def _cookie(self, cookies: Mapping[str, str], name: str) -> str | None:
        return cookies.get(cookie_name(self._house.config, name))
