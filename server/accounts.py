"""Who works in an area: inviting, joining, and the ways in which somebody signs in.

Nobody is given a password. An admin, or the first time whoever runs the server, makes a link; whoever opens
it chooses a passkey, or a password with an authenticator app. The same kind of link lets somebody start anew
who has lost both.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from server import auth, factors, logs, passkeys
from server.auth import SECRET_BYTES, EmailTaken, Kind, Role
from server.crypto import Place, digest
from server.data.store import new_id
from server.data.tables import account, passkey, recovery_code, staff_invite
from server.house import House
from server.passkeys import Made
from server.passwords import Hasher

GOOD_FOR = timedelta(days=3)

log = logs.get(__name__)


class Used(Exception):
    """The link was used, stopped, or is too old."""


class State(Enum):
    """How far a staff invite has come."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Invitation:
    """A link for somebody who is to work here, or who starts anew. `account` is theirs, now or then."""

    id: str
    area: str
    account: str
    is_new: bool
    role: Role
    kind: Kind | None
    email: str
    expires_at: datetime
    state: State


@dataclass(frozen=True)
class Colleague:
    """An account in an admin's list."""

    id: str
    name: str
    email: str
    role: Role
    kind: Kind | None
    passkeys: int
    has_password: bool
    ended: bool


@dataclass(frozen=True)
class Ways:
    """A password and an authenticator app, tried once: `step` is that of the code that was typed."""

    password: str
    totp: str
    step: int


@dataclass(frozen=True)
class Joined:
    """Somebody who has just joined: the session's cookie, recovery codes, and sessions that ended."""

    cookie: str
    codes: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()


async def invite(house: House, area: str, role: Role, kind: Kind | None, email: str, by: str | None) -> str:
    """A link's secret for somebody new. `by` is an admin, or nobody: the command line.

    Raises:
        EmailTaken
    """
    lookups = house.keys.lookups(auth.plain_email(email))
    async with house.database.writing() as connection:
        taken = select(account.c.id).where(account.c.lookup.in_(lookups))
        if (await connection.execute(taken)).first() is not None:
            raise EmailTaken
        made, secret = await _issue(connection, house, area, None, role, kind, email, by)
    log.info("invited to work here", invite=made, by=by)
    return secret


async def renew(house: House, of: str, in_area: str, by: str | None) -> str | None:
    """A link's secret for somebody who cannot sign in any more. None: nobody of this area."""
    wanted = select(account).where(account.c.id == of, account.c.area == in_area)
    async with house.database.writing() as connection:
        row = (await connection.execute(wanted)).first()
        if row is None:
            return None
        email = house.keys.open(row.email, Place("account", "email", row.id))
        kind = None if row.kind is None else Kind(row.kind)
        made, secret = await _issue(connection, house, row.area, row.id, Role(row.role), kind, email, by)
    log.info("may start anew", account=of, invite=made, by=by)
    return secret


async def by_email(house: House, email: str) -> tuple[str, str] | None:
    """An account and its area, for the command line."""
    lookups = house.keys.lookups(auth.plain_email(email))
    async with house.database.reading() as connection:
        row = (
            await connection.execute(
                select(account.c.id, account.c.area).where(account.c.lookup.in_(lookups))
            )
        ).first()
    return None if row is None else (row.id, row.area)


async def look(house: House, secret: str) -> Invitation | None:
    """The invitation that a link leads to."""
    async with house.database.reading() as connection:
        row = (
            await connection.execute(select(staff_invite).where(staff_invite.c.secret == digest(secret)))
        ).first()
    return None if row is None else _invitation(house, row)


async def waiting(house: House, in_area: str) -> tuple[Invitation, ...]:
    """An area's links that can still be used, the newest first."""
    wanted = (
        select(staff_invite)
        .where(staff_invite.c.area == in_area)
        .order_by(staff_invite.c.issued_at.desc(), staff_invite.c.id)
    )
    async with house.database.reading() as connection:
        found = [_invitation(house, row) for row in await connection.execute(wanted)]
    return tuple(one for one in found if one.state is State.OPEN)


async def stop(house: House, wanted: str, in_area: str) -> bool:
    """Make a link worth nothing. False: no such link here."""
    this = (staff_invite.c.id == wanted) & (staff_invite.c.area == in_area)
    open_still = staff_invite.c.used_at.is_(None) & staff_invite.c.revoked_at.is_(None)
    async with house.database.writing() as connection:
        done = await connection.execute(
            staff_invite.update().where(this & open_still).values(revoked_at=house.clock.now())
        )
    return done.rowcount == 1


async def join(house: House, hasher: Hasher, of: Invitation, name: str, ways: Ways, device: str) -> Joined:
    """Use a link to sign in from now on with a password and an authenticator app.

    Raises:
        Used, EmailTaken
    """
    hashed = await hasher.hash(ways.password)
    async with house.database.writing() as connection:
        ended = await _enter(connection, house, of, name)
        codes = await _set_ways(connection, house, of.account, hashed, ways)
        cookie = await auth.open_session(connection, house, of.account, device)
    log.info("joined", account=of.account)
    return Joined(cookie, codes, ended)


async def join_by_passkey(house: House, of: Invitation, name: str, made: Made, device: str) -> Joined:
    """Use a link to sign in from now on with a passkey alone.

    Raises:
        Used, EmailTaken, PasskeyRefused
    """
    async with house.database.writing() as connection:
        ended = await _enter(connection, house, of, name)
        await passkeys.keep(connection, house, of.account, made, device)
        cookie = await auth.open_session(connection, house, of.account, device)
    log.info("joined", account=of.account)
    return Joined(cookie, ended=ended)


async def change_ways(
    house: House, hasher: Hasher, of: str, session: str, ways: Ways
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A new password and app for somebody signed in: recovery codes, and the other devices' sessions."""
    hashed = await hasher.hash(ways.password)
    async with house.database.writing() as connection:
        codes = await _set_ways(connection, house, of, hashed, ways)
        ended = await auth.end_sessions(connection, house, of, but=session)
    log.info("changed the password", account=of)
    return codes, ended


async def new_codes(house: House, of: str) -> tuple[str, ...]:
    """Fresh recovery codes; there are none without an authenticator app."""
    async with house.database.writing() as connection:
        totp = (await connection.execute(select(account.c.totp).where(account.c.id == of))).scalar()
        return () if totp is None else await factors.new_codes(connection, of)


async def add_passkey(house: House, of: str, made: Made, name: str) -> None:
    """One more passkey.

    Raises:
        PasskeyRefused: known already, or too many.
    """
    async with house.database.writing() as connection:
        known = (await connection.execute(select(passkey.c.id).where(passkey.c.account == of))).all()
        if len(known) >= passkeys.MOST:
            raise passkeys.PasskeyRefused
        await passkeys.keep(connection, house, of, made, name)
    log.info("added a passkey", account=of)


async def remove_passkey(house: House, of: str, wanted: str) -> bool:
    """Take a passkey away. False: not theirs, or the last way in."""
    async with house.database.writing() as connection:
        of_theirs = select(passkey.c.id).where(passkey.c.account == of)
        known = set((await connection.execute(of_theirs)).scalars())
        totp = (await connection.execute(select(account.c.totp).where(account.c.id == of))).scalar()
        if wanted not in known or (totp is None and len(known) == 1):
            return False
        await connection.execute(passkey.delete().where(passkey.c.id == wanted))
    log.info("removed a passkey", account=of)
    return True


async def colleagues(house: House, in_area: str) -> tuple[Colleague, ...]:
    """Everyone with an account in this area, by name."""
    async with house.database.reading() as connection:
        rows = (await connection.execute(select(account).where(account.c.area == in_area))).all()
        theirs = select(passkey.c.account).join(account, account.c.id == passkey.c.account)
        owners = (await connection.execute(theirs.where(account.c.area == in_area))).scalars().all()
    found = [_colleague(house, row, owners.count(row.id)) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.ended, one.name)))


async def colleague(house: House, of: str, in_area: str) -> Colleague | None:
    """One account, or None: another area's does not exist here."""
    return next((one for one in await colleagues(house, in_area) if one.id == of), None)


async def end(house: House, of: str, in_area: str) -> tuple[str, ...] | None:
    """Close an account: it is signed out everywhere and cannot sign in. Gives the sessions that ended."""
    async with house.database.writing() as connection:
        this = (account.c.id == of) & (account.c.area == in_area)
        done = await connection.execute(account.update().where(this).values(ended_at=house.clock.now()))
        if done.rowcount != 1:
            return None
        ended = await auth.end_sessions(connection, house, of)
        await connection.execute(
            staff_invite.update()
            .where(staff_invite.c.account == of, staff_invite.c.used_at.is_(None))
            .values(revoked_at=house.clock.now())
        )
    log.info("closed an account", account=of)
    return ended


async def _issue(
    connection: AsyncConnection,
    house: House,
    area: str,
    of: str | None,
    role: Role,
    kind: Kind | None,
    email: str,
    by: str | None,
) -> tuple[str, str]:
    made, secret, now = new_id(), secrets.token_urlsafe(SECRET_BYTES), house.clock.now()
    await connection.execute(
        staff_invite.insert().values(
            id=made,
            area=area,
            account=of,
            role=role.value,
            kind=None if kind is None else kind.value,
            email=house.keys.seal(email.strip(), Place("staff_invite", "email", made)),
            secret=digest(secret),
            issued_by=by,
            issued_at=now,
            expires_at=now + GOOD_FOR,
        )
    )
    return made, secret


def _invitation(house: House, row: Row[Any]) -> Invitation:
    if row.used_at is not None:
        state = State.USED
    elif row.revoked_at is not None:
        state = State.REVOKED
    else:
        state = State.OPEN if house.clock.now() < row.expires_at else State.EXPIRED
    return Invitation(
        row.id,
        row.area,
        row.account or row.id,
        row.account is None,
        Role(row.role),
        None if row.kind is None else Kind(row.kind),
        house.keys.open(row.email, Place("staff_invite", "email", row.id)),
        row.expires_at,
        state,
    )


def _colleague(house: House, row: Row[Any], passkeys: int) -> Colleague:
    return Colleague(
        row.id,
        house.keys.open(row.name, Place("account", "name", row.id)),
        house.keys.open(row.email, Place("account", "email", row.id)),
        Role(row.role),
        None if row.kind is None else Kind(row.kind),
        passkeys,
        row.totp is not None,
        row.ended_at is not None,
    )


async def _enter(connection: AsyncConnection, house: House, of: Invitation, name: str) -> tuple[str, ...]:
    """Use the link up. Someone new gets an account; someone who starts anew loses every old way in."""
    now = house.clock.now()
    good = staff_invite.c.used_at.is_(None) & staff_invite.c.revoked_at.is_(None)
    this = (staff_invite.c.id == of.id) & good & (staff_invite.c.expires_at > now)
    if (await connection.execute(staff_invite.update().where(this).values(used_at=now))).rowcount != 1:
        raise Used
    if of.is_new:
        await auth.add_account(connection, house, of.account, of.area, of.role, of.kind, of.email, name)
        return ()
    await connection.execute(passkey.delete().where(passkey.c.account == of.account))
    await connection.execute(recovery_code.delete().where(recovery_code.c.account == of.account))
    none = {"password": "", "totp": None, "totp_step": None, "ended_at": None}
    await connection.execute(account.update().where(account.c.id == of.account).values(**none))
    return await auth.end_sessions(connection, house, of.account)


async def _set_ways(
    connection: AsyncConnection, house: House, of: str, hashed: str, ways: Ways
) -> tuple[str, ...]:
    sealed = house.keys.seal(ways.totp, Place("account", "totp", of))
    told = {"password": hashed, "totp": sealed, "totp_step": ways.step}
    await connection.execute(account.update().where(account.c.id == of).values(**told))
    return await factors.new_codes(connection, of)
