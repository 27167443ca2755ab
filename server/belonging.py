"""A parent's own place in a group: what comes, what they agreed to, and what is held about them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from server import groups, meetings
from server.crypto import Place
from server.data.tables import acceptance, agreement, member, readiness, seat, visit
from server.data.tables import invite as invite_table
from server.house import House
from server.meetings import Session
from server.seats import Parent
from signalling.meeting.ports import Plan

SESSIONS_SHOWN = 6


@dataclass(frozen=True)
class Version:
    """One version of the agreement. `accepted_at`: when this person said yes to it, if they did."""

    number: int
    made_at: datetime
    accepted_at: datetime | None


@dataclass(frozen=True)
class Belonging:
    """One person's place. `label`: what whoever invited them calls them; `checks`, `visits`: counts."""

    label: str
    plan: Plan
    has_number: bool
    since: datetime
    hosts: tuple[str, ...]
    sessions: tuple[Session, ...]
    agreements: tuple[Version, ...]
    checks: int
    visits: int


async def of(house: House, here: Parent) -> Belonging:
    """Everything that is held about this person, and what comes next in their group."""
    now = house.clock.now()
    person = select(member).where(member.c.id == here.member)
    versions = (
        select(agreement.c.version, agreement.c.created_at, acceptance.c.accepted_at)
        .join(
            acceptance,
            (acceptance.c.version == agreement.c.version) & (acceptance.c.member == here.member),
            isouter=True,
        )
        .where(agreement.c.group == here.group)
        .order_by(agreement.c.version.desc())
    )
    own_seats = select(seat.c.id).join(invite_table).where(invite_table.c.member == here.member)
    checks = select(readiness.c.meeting).where(readiness.c.seat.in_(own_seats)).distinct()
    visits = select(visit.c.meeting).where(visit.c.member == here.member)
    async with house.database.reading() as connection:
        row = (await connection.execute(person)).one()
        hosts = await groups.hosts(house, connection, here.group)
        asked = meetings.still_to_come(here.group, now, here.member)
        sessions = meetings.to_come(await connection.execute(meetings.STILL_TO_COME, asked), now)
        agreed = tuple(Version(*line) for line in await connection.execute(versions))
        checked = len((await connection.execute(checks)).all())
        visited = len((await connection.execute(visits)).all())
    return Belonging(
        house.keys.open(row.label, Place("member", "label", here.member)),
        Plan(row.plan or Plan.WAIT.value),
        row.contact is not None,
        row.created_at,
        tuple(host.name for host in hosts),
        sessions[:SESSIONS_SHOWN],
        agreed,
        checked,
        visited,
    )
