"""The purge: whatever has been kept for long enough goes. Daily by itself, and by command.

Each step is on its own: if one fails the ones before it have been done, and the next purge does the rest.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Delete, Update, and_, exists, func, or_, select

from moderation.events import Ended
from moderation.model import MeetingId
from server import visits
from server.audit import KINDS
from server.data import checkpoints
from server.data.journal import SqlJournal
from server.data.store import new_id
from server.data.tables import (
    area,
    challenge,
    debrief,
    erasure,
    exclusion,
    farewell,
    group,
    invite,
    journal,
    meeting,
    member,
    outbox,
    presence,
    purge,
    reach,
    readiness,
    remark,
    safeguarding,
    seat,
    staff_invite,
    staff_session,
    task,
    visit,
)
from server.house import House
from server.retention.erasing import Why, erase
from server.retention.periods import Periods, periods

EVERY = timedelta(days=1)
_ALONE = MeetingId("purge")
_BLANK = "gone:"
"""In place of the hash of a secret that opens nothing any more."""

Change = Delete | Update


@dataclass(frozen=True)
class Purged:
    """One purge: when, and how many of what went."""

    at: datetime
    counts: Mapping[str, int]


async def purge_all(house: House) -> Purged:
    """Look through everything, and write down what went. One at a time over all processes.

    Raises:
        DatabaseDown
    """
    now, kept = house.clock.now(), periods(house.config)
    async with SqlJournal(house.database).exclusively(_ALONE):
        counts = {name: await step(house, kept, now) for name, step in STEPS.items()}
        async with house.database.writing() as connection:
            told = {"id": new_id(), "at": now, "counts": json.dumps(counts)}
            await connection.execute(purge.insert().values(**told))
    return Purged(now, counts)


async def purge_if_due(house: House) -> Purged | None:
    """A day after the last one, or at once where there was none.

    Raises:
        DatabaseDown
    """
    async with house.database.reading() as connection:
        last = (await connection.execute(select(func.max(purge.c.at)))).scalar()
    if last is not None and house.clock.now() - last < EVERY:
        return None
    return await purge_all(house)


async def latest(house: House, most: int = 14) -> tuple[Purged, ...]:
    """The last purges, the latest first."""
    wanted = select(purge.c.at, purge.c.counts).order_by(purge.c.at.desc()).limit(most)
    async with house.database.reading() as connection:
        return tuple(Purged(row.at, json.loads(row.counts)) for row in await connection.execute(wanted))


# --- The steps ---


async def _locations(house: House, kept: Periods, now: datetime) -> int:
    return await visits.forget_places(house, kept.location)


async def _join_times(house: House, kept: Periods, now: datetime) -> int:
    """When parents came and what their check found; when staff signed in; who came and went.

    What a host decided at the door stays, for the audit.
    """
    cutoff = now - kept.join_times
    over = await _over(house, cutoff)
    gone = await _change(
        house,
        *(visit.delete().where(visit.c.meeting.in_(some)) for some in _few(over)),
        *(readiness.delete().where(readiness.c.meeting.in_(some)) for some in _few(over)),
        presence.delete().where(presence.c.seen_at < cutoff),
        challenge.delete().where(challenge.c.expires_at < cutoff),
        staff_session.delete().where(staff_session.c.created_at < cutoff),
    )
    coming = journal.c.event.in_(KINDS["coming"])
    return gone + sum([await _take_out(house, one, coming) for one in over if await _has_ended(house, one)])


async def _dead_invites(house: House, kept: Periods, now: datetime) -> int:
    """A link that opens nothing any more leaves no trace but that its person was invited.

    Which device was whose is kept for as long as the audit names devices.
    """
    dead, long_dead = _is_dead(now - kept.dead_invites), _is_dead(now - kept.audit)
    these, those = select(invite.c.id).where(dead), select(invite.c.id).where(long_dead)
    old_seats = select(seat.c.id).where(seat.c.invite.in_(those))
    newer = invite.alias("newer")
    replaced = exists().where(newer.c.member == invite.c.member, newer.c.issued_at > invite.c.issued_at)
    in_use = exists().where(seat.c.invite == invite.c.id)
    unblanked = invite.c.secret.not_like(f"{_BLANK}%")
    cutoff = now - kept.dead_invites
    return await _change(
        house,
        outbox.delete().where(outbox.c.invite.in_(these)),
        readiness.delete().where(readiness.c.seat.in_(old_seats)),
        seat.delete().where(seat.c.invite.in_(those)),
        invite.delete().where(dead, ~in_use, replaced),
        invite.update().where(dead, unblanked).values(secret=_BLANK + invite.c.id, pin=None),
        seat.update()
        .where(seat.c.invite.in_(these), seat.c.secret.not_like(f"{_BLANK}%"))
        .values(secret=_BLANK + seat.c.id, ended_at=func.coalesce(seat.c.ended_at, now)),
        staff_invite.delete().where(
            or_(
                staff_invite.c.used_at < cutoff,
                staff_invite.c.revoked_at < cutoff,
                staff_invite.c.expires_at < cutoff,
            )
        ),
    )


async def _declined(house: House, kept: Periods, now: datetime) -> int:
    """Whoever was referred and invited, and never came."""
    alive_or_used = exists().where(
        invite.c.member == member.c.id,
        or_(invite.c.used_at.is_not(None), ~_is_dead(now - kept.declined)),
    )
    never = and_(member.c.welcomed_at.is_(None), member.c.created_at < now - kept.declined, ~alive_or_used)
    return await _erase_all(house, never, Why.DECLINED)


async def _left(house: House, kept: Periods, now: datetime) -> int:
    return await _erase_all(house, member.c.left_at < now - kept.left, Why.LEFT)


async def _contacts(house: House, kept: Periods, now: datetime) -> int:
    """How to reach whoever has left is nobody's business any more: at once."""
    gone = select(member.c.id).where(member.c.left_at.is_not(None))
    told = member.c.left_at.is_not(None) & member.c.contact.is_not(None)
    return await _change(
        house,
        member.update().where(told).values(contact=None, plan=None),
        reach.delete().where(reach.c.member.in_(gone)),
    )


async def _tasks(house: House, kept: Periods, now: datetime) -> int:
    cutoff = now - kept.tasks
    return await _change(
        house, task.delete().where(task.c.done_at < cutoff), remark.delete().where(remark.c.done_at < cutoff)
    )


async def _notes(house: House, kept: Periods, now: datetime) -> int:
    """Hosts' notes, why somebody was put out, and what nobody has seen to.

    A suspension that stands is kept for as long as it does.
    """
    cutoff = now - kept.notes
    day = cutoff.astimezone(house.config.zone).date()
    stands = exclusion.c.suspended & (exclusion.c.until.is_(None) | (exclusion.c.until >= day))
    over = await _over(house, cutoff)
    return await _change(
        house,
        exclusion.delete().where(exclusion.c.at < cutoff, ~stands),
        exclusion.delete().where(exclusion.c.lifted_at < cutoff),
        debrief.delete().where(debrief.c.at < cutoff),
        remark.delete().where(remark.c.made_at < cutoff),
        *(farewell.delete().where(farewell.c.meeting.in_(some)) for some in _few(over)),
    )


async def _audit(house: House, kept: Periods, now: datetime) -> int:
    """The journal up to then, of sessions that have ended, groups and areas; and safeguarding references."""
    cutoff = now - kept.audit
    old = journal.c.at < cutoff
    async with house.database.reading() as connection:
        streams = list((await connection.execute(select(journal.c.stream).where(old).distinct())).scalars())
        endless = set((await connection.execute(select(group.c.id).union(select(area.c.id)))).scalars())
    ended = [one for one in streams if one in endless or await _has_ended(house, one)]
    lines = sum([await _take_out(house, one, old) for one in ended])
    return lines + await _change(house, safeguarding.delete().where(safeguarding.c.at < cutoff))


async def _stubs(house: House, kept: Periods, now: datetime) -> int:
    """What was written down of purges and erasures."""
    cutoff = now - kept.audit
    return await _change(
        house, purge.delete().where(purge.c.at < cutoff), erasure.delete().where(erasure.c.at < cutoff)
    )


async def _erased_again(house: House, kept: Periods, now: datetime) -> int:
    """Whoever was erased is here again only if somebody restored a backup."""
    return await _erase_all(house, member.c.id.in_(select(erasure.c.person)), Why.AGAIN)


STEPS: dict[str, Callable[[House, Periods, datetime], Awaitable[int]]] = {
    "locations": _locations,
    "join_times": _join_times,
    "dead_invites": _dead_invites,
    "declined": _declined,
    "left": _left,
    "contacts": _contacts,
    "tasks": _tasks,
    "notes": _notes,
    "audit": _audit,
    "erased_again": _erased_again,
    "stubs": _stubs,
}


# --- What they are made of ---


async def _change(house: House, *changes: Change) -> int:
    """Make these changes in one transaction; how many rows they met."""
    async with house.database.writing() as connection:
        return sum([(await connection.execute(change)).rowcount for change in changes])


async def _erase_all(house: House, condition: ColumnElement[bool], why: Why) -> int:
    async with house.database.reading() as connection:
        people = list((await connection.execute(select(member.c.id).where(condition))).scalars())
    return sum([await erase(house, person, why) is not None for person in people])


async def _over(house: House, cutoff: datetime) -> list[str]:
    """The sessions that were over by then."""
    wanted = select(meeting.c.id, meeting.c.starts_at, meeting.c.minutes).where(meeting.c.starts_at < cutoff)
    async with house.database.reading() as connection:
        rows = (await connection.execute(wanted)).all()
    return [row.id for row in rows if row.starts_at + timedelta(minutes=row.minutes) < cutoff]


async def _has_ended(house: House, stream: str) -> bool:
    """Whether a session's journal has come to its end: until then it is what the session is."""
    end = select(journal.c.sequence).where(journal.c.stream == stream, journal.c.event == Ended.__name__)
    async with house.database.reading() as connection:
        return (await connection.execute(end)).first() is not None


async def _take_out(house: House, stream: str, condition: ColumnElement[bool]) -> int:
    lines = select(journal.c.sequence).where(journal.c.stream == stream, condition)
    async with house.database.writing() as connection:
        numbers = list((await connection.execute(lines.order_by(journal.c.sequence))).scalars())
        return await checkpoints.take_out(connection, house.keys, stream, numbers, house.clock.now())


def _is_dead(by: datetime) -> ColumnElement[bool]:
    """Whether an invite was revoked or out of date by then."""
    return or_(invite.c.revoked_at < by, and_(invite.c.revoked_at.is_(None), invite.c.expires_at < by))


def _few(ids: Sequence[Any]) -> Sequence[Sequence[Any]]:
    """So few at a time that a database takes them in one question."""
    return [ids[begin : begin + 500] for begin in range(0, len(ids), 500)]
