"""Who works here: accounts, passwords, and the sessions of those signed in."""

import asyncio
import base64
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from sqlalchemy import select
from sqlalchemy.engine import Row
from sqlalchemy.exc import IntegrityError

from server.crypto import Place, digest
from server.data.store import new_id
from server.data.tables import account, staff_session
from server.house import House

IDLE = timedelta(hours=4)
ABSOLUTE = timedelta(hours=12)
TOUCHED_EVERY = timedelta(minutes=5)
SECRET_BYTES = 32
LONGEST_PASSWORD = 200
SHORTEST_PASSWORD = 12
AT_ONCE = 2  # each takes 64 MiB and four threads' worth of work

# One guesser gets few tries; many together get more, or they could lock anybody out.
_BY_BOTH = RateLimitItemPerMinute(8, 15)
_BY_ACCOUNT = RateLimitItemPerMinute(40, 15)
_BY_ADDRESS = RateLimitItemPerMinute(40, 15)


class Role(Enum):
    """What an account may do."""

    ADMIN = "admin"
    FACILITATOR = "facilitator"


class Kind(Enum):
    """Which kind of facilitator."""

    WORKER = "worker"
    LIVED_EXPERIENCE = "lived_experience"


class NotSignedIn(Enum):
    """Why signing in did not work. An unknown account and a wrong password are the same."""

    WRONG = "wrong"
    TOO_MANY = "too_many"


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

    @property
    def is_worker(self) -> bool:
        """Whether what only workers may see is theirs to see."""
        return self.role is Role.FACILITATOR and self.kind is Kind.WORKER


class Doorkeeper:
    """Checks passwords: slowly for whoever guesses, alike for accounts that exist and those that do not."""

    def __init__(self, house: House, cost: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._house = house
        self._hasher = PasswordHasher.from_parameters(cost)
        self._decoy = _hash_of_nothing(cost)
        self._busy = asyncio.Semaphore(AT_ONCE)
        # Counted by each process alone; several processes give a guesser that many times as many tries.
        self._limits = MovingWindowRateLimiter(MemoryStorage())

    async def sign_in(self, email: str, password: str, address: str) -> str | NotSignedIn:
        """A new session's cookie secret, or why there is none. `address` is for counting only."""
        lookups = self._house.keys.lookups(_plain(email))
        if not await self._may_try(lookups[0], address):
            return NotSignedIn.TOO_MANY
        row = await self._account(lookups)
        known = self._decoy if row is None else row.password
        if not await self._verify(known, password) or row is None:
            return NotSignedIn.WRONG
        await self._limits.clear(_BY_BOTH, "both", lookups[0], address)
        return await self._open_session(row.id)

    async def _may_try(self, account: str, address: str) -> bool:
        tries = (
            (_BY_ADDRESS, ("address", address)),
            (_BY_BOTH, ("both", account, address)),
            (_BY_ACCOUNT, ("account", account)),
        )
        for limit, who in tries:
            if not await self._limits.hit(limit, *who):
                return False
        return True

    async def _account(self, lookups: tuple[str, ...]) -> Row[Any, Any] | None:
        wanted = select(account.c.id, account.c.password).where(account.c.lookup.in_(lookups))
        async with self._house.database.reading() as connection:
            return (await connection.execute(wanted)).first()

    async def _verify(self, known: str, password: str) -> bool:
        def check() -> bool:
            try:
                return self._hasher.verify(known, password)
            except (VerificationError, InvalidHashError):
                return False

        async with self._busy:
            return await asyncio.to_thread(check)

    async def _open_session(self, of: str) -> str:
        cookie, now = secrets.token_urlsafe(SECRET_BYTES), self._house.clock.now()
        async with self._house.database.writing() as connection:
            await connection.execute(
                staff_session.insert().values(
                    id=new_id(), account=of, secret=digest(cookie), created_at=now, seen_at=now
                )
            )
        return cookie


async def create_account(
    house: House, area: str, role: Role, email: str, name: str, password: str, kind: Kind | None = None
) -> str:
    """A new account. Gives its id.

    Raises:
        EmailTaken
    """
    made, keys = new_id(), house.keys
    hashed = await asyncio.to_thread(PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY).hash, password)
    try:
        async with house.database.writing() as connection:
            await connection.execute(
                account.insert().values(
                    id=made,
                    area=area,
                    role=role.value,
                    kind=None if kind is None else kind.value,
                    email=keys.seal(email.strip(), Place("account", "email", made)),
                    lookup=keys.lookups(_plain(email))[0],
                    name=keys.seal(name, Place("account", "name", made)),
                    password=hashed,
                    created_at=house.clock.now(),
                )
            )
    except IntegrityError:
        raise EmailTaken from None
    return made


async def staff(house: House, cookie: str | None) -> Staff | None:
    """Who holds this cookie, if the session is still good. Being seen keeps an idle session alive."""
    if not cookie:
        return None
    now = house.clock.now()
    wanted = (
        select(staff_session, account.c.area, account.c.role, account.c.kind, account.c.name)
        .join(account, account.c.id == staff_session.c.account)
        .where(
            staff_session.c.secret == digest(cookie),
            staff_session.c.ended_at.is_(None),
            staff_session.c.seen_at > now - IDLE,
            staff_session.c.created_at > now - ABSOLUTE,
        )
    )
    async with house.database.reading() as connection:
        row = (await connection.execute(wanted)).first()
    if row is None:
        return None
    if now - row.seen_at > TOUCHED_EVERY:
        this = staff_session.c.id == row.id
        async with house.database.writing() as connection:
            await connection.execute(staff_session.update().where(this).values(seen_at=now))
    name = house.keys.open(row.name, Place("account", "name", row.account))
    kind = None if row.kind is None else Kind(row.kind)
    return Staff(row.account, row.id, row.area, Role(row.role), name, kind)


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


def _hash_of_nothing(cost: Parameters) -> str:
    """A hash that takes as long to check as any, and that no password has."""
    salt, tag = (
        base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (cost.salt_len, cost.hash_len)
    )
    costs = f"m={cost.memory_cost},t={cost.time_cost},p={cost.parallelism}"
    return f"$argon2id$v={cost.version}${costs}${salt}${tag}"


def _plain(email: str) -> str:
    """Addresses are compared without case and without the space that a phone's keyboard adds."""
    return email.strip().casefold()
