"""Who works here: accounts, and the sessions of those signed in. How they sign in: `doorkeeper`."""

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from argon2 import PasswordHasher
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.crypto import Place, digest
from server.data.store import DatabaseDown, new_id
from server.data.tables import account, staff_session
from server.house import House

IDLE = timedelta(hours=4)
ABSOLUTE = timedelta(hours=12)
FRESH = timedelta(minutes=10)
TOUCHED_EVERY = timedelta(minutes=5)
TOUCHED_WITHIN = 0.5  # seconds
SECRET_BYTES = 32


class Role(Enum):
    """What an account may do."""

    ADMIN = "admin"
    FACILITATOR = "facilitator"


class Kind(Enum):
    """Which kind of facilitator."""

    WORKER = "worker"
    LIVED_EXPERIENCE = "lived_experience"


class EmailTaken(Exception):
    """There is an account with this e-mail address already."""


@dataclass(frozen=True)
class Staff:
    """Somebody signed in. `session` is the seat's id in a meeting too."""

    account: str
    session: str
    area: str
    role: Role
    name: str
    kind: Kind | None = None
    proved_at: datetime | None = None

    @property
    def is_worker(self) -> bool:
        """Whether what only workers may see is theirs to see."""
        return self.role is Role.FACILITATOR and self.kind is Kind.WORKER

    def is_fresh(self, now: datetime) -> bool:
        """Whether the second factor was shown so lately that something weighty may be done."""
        return self.proved_at is not None and now - self.proved_at < FRESH


@dataclass(frozen=True)
class Session:
    """One device that somebody is signed in on. `device` is its browser and system, as far as known."""

    id: str
    device: str
    since: datetime
    seen_at: datetime


async def create_account(
    house: House,
    area: str,
    role: Role,
    email: str,
    name: str,
    password: str,
    kind: Kind | None = None,
    *,
    totp: str | None = None,
) -> str:
    """A new account with a password and an authenticator app's secret. Gives its id.

    Raises:
        EmailTaken
    """
    made = new_id()
    hashed = await asyncio.to_thread(PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY).hash, password)
    async with house.database.writing() as connection:
        await add_account(connection, house, made, area, role, kind, email, name)
        sealed = None if totp is None else house.keys.seal(totp, Place("account", "totp", made))
        ways = {"password": hashed, "totp": sealed}
        await connection.execute(account.update().where(account.c.id == made).values(**ways))
    return made


async def add_account(
    connection: AsyncConnection,
    house: House,
    made: str,
    area: str,
    role: Role,
    kind: Kind | None,
    email: str,
    name: str,
) -> None:
    """Write down a new account, which cannot sign in yet.

    Raises:
        EmailTaken
    """
    told = account.insert().values(
        id=made,
        area=area,
        role=role.value,
        kind=None if kind is None else kind.value,
        email=house.keys.seal(email.strip(), Place("account", "email", made)),
        lookup=house.keys.lookups(plain_email(email))[0],
        name=house.keys.seal(name, Place("account", "name", made)),
        password="",
        created_at=house.clock.now(),
    )
    try:
        await connection.execute(told)
    except IntegrityError:
        raise EmailTaken from None


def plain_email(email: str) -> str:
    """Addresses are compared without case and without the space that a phone's keyboard adds."""
    return email.strip().casefold()


async def open_session(connection: AsyncConnection, house: House, of: str, device: str = "") -> str:
    """A new session of an account whose second factor was shown just now. Gives its cookie's secret."""
    cookie, now, made = secrets.token_urlsafe(SECRET_BYTES), house.clock.now(), new_id()
    sealed = house.keys.seal(device, Place("staff_session", "device", made))
    opened = {"id": made, "account": of, "secret": digest(cookie), "device": sealed}
    times = {"created_at": now, "seen_at": now, "proved_at": now}
    await connection.execute(staff_session.insert().values(**opened, **times))
    return cookie


async def staff(house: House, cookie: str | None) -> Staff | None:
    """Who holds this cookie, if the session is still good. Being seen keeps an idle session alive."""
    if not cookie:
        return None
    now = house.clock.now()
    wanted = (
        select(staff_session, account.c.area, account.c.role, account.c.kind, account.c.name)
        .join(account, account.c.id == staff_session.c.account)
        .where(staff_session.c.secret == digest(cookie), _is_good(now), account.c.ended_at.is_(None))
    )
    async with house.database.reading() as connection:
        row = (await connection.execute(wanted)).first()
    if row is None:
        return None
    if now - row.seen_at > TOUCHED_EVERY:
        await _touch(house, row.id, now)
    name = house.keys.open(row.name, Place("account", "name", row.account))
    kind = None if row.kind is None else Kind(row.kind)
    return Staff(row.account, row.id, row.area, Role(row.role), name, kind, row.proved_at)


async def _touch(house: House, session: str, now: datetime) -> None:
    """Note that a session was seen, if that can be done in a moment: a mute may be waiting for this."""
    this = staff_session.c.id == session
    with suppress(TimeoutError, DatabaseDown):
        async with asyncio.timeout(TOUCHED_WITHIN), house.database.writing() as connection:
            await connection.execute(staff_session.update().where(this).values(seen_at=now))


async def proved(connection: AsyncConnection, house: House, session: str) -> None:
    """Note that the second factor was shown again."""
    this = staff_session.c.id == session
    await connection.execute(staff_session.update().where(this).values(proved_at=house.clock.now()))


async def sessions(house: House, of: str) -> tuple[Session, ...]:
    """Every device that an account is signed in on, the one seen last first."""
    wanted = (
        select(staff_session)
        .where(staff_session.c.account == of, _is_good(house.clock.now()))
        .order_by(staff_session.c.seen_at.desc(), staff_session.c.id)
    )
    async with house.database.reading() as connection:
        rows = (await connection.execute(wanted)).all()
    return tuple(
        Session(
            row.id,
            house.keys.open(row.device, Place("staff_session", "device", row.id)) if row.device else "",
            row.created_at,
            row.seen_at,
        )
        for row in rows
    )


async def end_sessions(
    connection: AsyncConnection, house: House, of: str, *, only: str | None = None, but: str | None = None
) -> tuple[str, ...]:
    """Sign an account out: everywhere, on `only` one device, or on all `but` one. Gives the sessions."""
    these = (staff_session.c.account == of) & staff_session.c.ended_at.is_(None)
    if only is not None:
        these &= staff_session.c.id == only
    if but is not None:
        these &= staff_session.c.id != but
    ended = tuple((await connection.execute(select(staff_session.c.id).where(these))).scalars())
    await connection.execute(staff_session.update().where(these).values(ended_at=house.clock.now()))
    return ended


async def sign_out(house: House, cookie: str | None) -> str | None:
    """End the session of this cookie. Gives its id, if there was one."""
    if not cookie:
        return None
    now = house.clock.now()
    this = (staff_session.c.secret == digest(cookie)) & staff_session.c.ended_at.is_(None)
    async with house.database.writing() as connection:
        ended = (await connection.execute(select(staff_session.c.id).where(this))).scalar()
        await connection.execute(staff_session.update().where(this).values(ended_at=now))
    return ended


def _is_good(now: datetime) -> ColumnElement[bool]:
    return (
        staff_session.c.ended_at.is_(None)
        & (staff_session.c.seen_at > now - IDLE)
        & (staff_session.c.created_at > now - ABSOLUTE)
    )
