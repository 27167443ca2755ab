"""Personal invites: the one way in for a parent.

The link's secret has 256 random bits; only its SHA-256 is stored, so the link is shown once. Opening the link
changes nothing but a note that it was opened. Redeeming it gives the device a seat, with a secret of its own
in a cookie. A second device that redeems gets another seat: moderation sees two seats of one person, and each
needs its own admission. An invite may ask for a PIN too, which its person was told by voice: then the link
alone, in a message that somebody else reads, opens nothing.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from server.crypto import Place, digest
from server.data.store import new_id
from server.data.tables import group, invite, member, seat
from server.house import House
from server.passwords import Hasher

UNUSED_FOR = timedelta(days=14)
USED_FOR = timedelta(weeks=26)
SECRET_BYTES = 32
PIN_DIGITS = 6
MOST_PINS = 5  # wrong ones in a row, and the link lets no further device in


class State(Enum):
    """How far an invite has come."""

    ISSUED = "issued"
    OPENED = "opened"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Pin(Enum):
    """Why a link that asks for a PIN lets nobody in."""

    ASKED = "asked"
    WRONG = "wrong"
    USED_UP = "used_up"


LIVE = frozenset({State.ISSUED, State.OPENED, State.USED})


@dataclass(frozen=True)
class Issued:
    """A fresh invite. `secret` is never shown or known again; `ended` are the seats that the old link had."""

    invite: str
    secret: str
    ended: tuple[str, ...] = ()


@dataclass(frozen=True)
class Invite:
    """An invite as found by its secret."""

    id: str
    member: str
    group: str
    state: State
    asks_pin: bool = False


@dataclass(frozen=True)
class Line:
    """A person of a group in the admin's list, with the newest invite."""

    invite: str
    member: str
    group: str
    label: str
    name: str | None
    state: State
    issued_at: datetime
    expires_at: datetime
    is_locked: bool = False


def state(row: Row[Any], now: datetime) -> State:
    """What an invite's times say."""
    if row.revoked_at is not None:
        return State.REVOKED
    if now >= row.expires_at:
        return State.EXPIRED
    if row.used_at is not None:
        return State.USED
    return State.ISSUED if row.opened_at is None else State.OPENED


def new_pin() -> str:
    """A number to tell somebody by voice. Its hash goes with the invite."""
    return f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"


async def issue(house: House, for_group: str, label: str, by: str, pin: str | None = None) -> Issued:
    """Invite someone new to a group. The label is what the admin calls this person; `pin` is a hash."""
    person, now = new_id(), house.clock.now()
    sealed = house.keys.seal(label, Place("member", "label", person))
    async with house.database.writing() as connection:
        await connection.execute(
            member.insert().values(id=person, group=for_group, label=sealed, created_at=now)
        )
        return await _issue(connection, person, by, now, pin)


async def reissue(house: House, wanted: str, in_area: str, by: str, pin: str | None = None) -> Issued | None:
    """A new link for the same person. The old link and every seat it gave end. None: no such invite here."""
    now = house.clock.now()
    async with house.database.writing() as connection:
        found = await _in_area(connection, wanted, in_area)
        if found is None:
            return None
        ended = await end_all(connection, found.member, now)
        fresh = await _issue(connection, found.member, by, now, pin)
        back = member.update().where(member.c.id == found.member, member.c.left_at.is_not(None))
        await connection.execute(back.values(left_at=None))
    return Issued(fresh.invite, fresh.secret, ended)


async def revoke(house: House, wanted: str, in_area: str) -> Invite | None:
    """End an invite and every seat of its person. None: no such invite here. Once more changes nothing."""
    now = house.clock.now()
    async with house.database.writing() as connection:
        found = await _in_area(connection, wanted, in_area)
        if found is None:
            return None
        await end_all(connection, found.member, now)
    return Invite(found.id, found.member, found.group, State.REVOKED)


async def look(house: House, secret: str, *, opened: bool) -> Invite | None:
    """The invite that a link leads to. `opened` notes that somebody, or a mail scanner, opened the link."""
    now = house.clock.now()
    async with house.database.reading() as connection:
        row = await _by_secret(connection, secret)
    if row is None:
        return None
    found = Invite(row.id, row.member, row.group, state(row, now), row.pin is not None)
    if opened and found.state is State.ISSUED:
        async with house.database.writing() as connection:
            await connection.execute(invite.update().where(invite.c.id == row.id).values(opened_at=now))
    return found


async def redeem(
    house: House, secret: str, hasher: Hasher | None = None, pin: str = ""
) -> str | State | Pin | None:
    """Give this device a seat: its cookie's secret. Or what forbids it; None: no such link.

    The hasher is for links that ask for a PIN.
    """
    now = house.clock.now()
    async with house.database.reading() as connection:
        row = await _by_secret(connection, secret)
    if row is not None and row.pin is not None and state(row, now) in LIVE:
        refused = await _refused_pin(house, hasher or Hasher(), row, pin)
        if refused is not None:
            return refused
    async with house.database.writing() as connection:
        row = await _by_secret(connection, secret)
        if row is None:
            return None
        found = state(row, now)
        if found not in LIVE:
            return found
        if found is not State.USED:
            used = {"used_at": now, "opened_at": row.opened_at or now, "expires_at": now + USED_FOR}
            await connection.execute(invite.update().where(invite.c.id == row.id).values(**used))
        cookie = secrets.token_urlsafe(SECRET_BYTES)
        await connection.execute(
            seat.insert().values(id=new_id(), invite=row.id, secret=digest(cookie), created_at=now)
        )
    return cookie


async def _refused_pin(house: House, hasher: Hasher, row: Row[Any], pin: str) -> Pin | None:
    """A try is counted before it is looked at, so that many at once are no more than many in turn."""
    if not pin and row.pin_tries < MOST_PINS:
        return Pin.ASKED
    this = (invite.c.id == row.id) & (invite.c.pin_tries < MOST_PINS)
    counted = invite.update().where(this).values(pin_tries=invite.c.pin_tries + 1)
    async with house.database.writing() as connection:
        if (await connection.execute(counted)).rowcount != 1:
            return Pin.USED_UP
    if not await hasher.fits(row.pin, pin):
        return Pin.WRONG
    async with house.database.writing() as connection:
        await connection.execute(invite.update().where(invite.c.id == row.id).values(pin_tries=0))
    return None


async def of_group(house: House, wanted: str) -> tuple[Line, ...]:
    """Everyone invited to a group, in the order of being invited, each with the newest invite."""
    now = house.clock.now()
    found = (
        select(invite, member.c.group, member.c.label, member.c.name)
        .join(member, member.c.id == invite.c.member)
        .where(member.c.group == wanted)
        .order_by(member.c.created_at, invite.c.issued_at)
    )
    async with house.database.reading() as connection:
        newest = {row.member: row for row in await connection.execute(found)}
    return tuple(_line(house, row, now) for row in newest.values())


async def line(house: House, wanted: str, in_area: str) -> Line | None:
    """One invite with its person, or None: another area's invite does not exist here."""
    async with house.database.reading() as connection:
        row = await _in_area(connection, wanted, in_area)
    return None if row is None else _line(house, row, house.clock.now())


def _line(house: House, row: Row[Any], now: datetime) -> Line:
    label = house.keys.open(row.label, Place("member", "label", row.member))
    name = None if row.name is None else house.keys.open(row.name, Place("member", "name", row.member))
    return Line(
        row.id,
        row.member,
        row.group,
        label,
        name,
        state(row, now),
        row.issued_at,
        row.expires_at,
        row.pin_tries >= MOST_PINS,
    )


async def _issue(connection: AsyncConnection, person: str, by: str, now: datetime, pin: str | None) -> Issued:
    made, secret = new_id(), secrets.token_urlsafe(SECRET_BYTES)
    await connection.execute(
        invite.insert().values(
            id=made,
            member=person,
            secret=digest(secret),
            issued_by=by,
            issued_at=now,
            expires_at=now + UNUSED_FOR,
            pin=pin,
        )
    )
    return Issued(made, secret)


async def end_all(connection: AsyncConnection, person: str, now: datetime) -> tuple[str, ...]:
    """Revoke every invite of a person and end their seats; gives the seats that were still good."""
    own = select(invite.c.id).where(invite.c.member == person)
    good = seat.c.invite.in_(own) & seat.c.ended_at.is_(None)
    ended = tuple((await connection.execute(select(seat.c.id).where(good))).scalars())
    await connection.execute(seat.update().where(good).values(ended_at=now))
    await connection.execute(
        invite.update().where(invite.c.member == person, invite.c.revoked_at.is_(None)).values(revoked_at=now)
    )
    return ended


async def _by_secret(connection: AsyncConnection, secret: str) -> Row[Any] | None:
    found = (
        select(invite, member.c.group)
        .join(member, member.c.id == invite.c.member)
        .where(invite.c.secret == digest(secret))
    )
    return (await connection.execute(found)).first()


async def _in_area(connection: AsyncConnection, wanted: str, in_area: str) -> Row[Any] | None:
    found = (
        select(invite, member.c.group, member.c.label, member.c.name)
        .join(member, member.c.id == invite.c.member)
        .join(group, group.c.id == member.c.group)
        .where(invite.c.id == wanted, group.c.area == in_area)
    )
    return (await connection.execute(found)).first()
