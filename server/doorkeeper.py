"""Signing in: slow for whoever guesses, alike for accounts that exist and those that do not.

The owner of an account is never locked out by a guesser: a browser that has been signed in before is counted
by itself, and a passkey is no guess, so nobody counts it by account.
"""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from limits import RateLimitItem, RateLimitItemPerMinute
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server import auth, deeds, factors, logs, passkeys
from server.auth import Staff
from server.crypto import Place
from server.data.store import new_id
from server.data.tables import account
from server.deeds import Deed
from server.house import House
from server.passkeys import PasskeyRefused, Purpose
from server.passwords import Hasher, TooBusy
from server.tries import Tries

# One guesser gets few tries; many together get more, and what they use up is not the owner's.
BY_BOTH = RateLimitItemPerMinute(8, 15)
BY_KNOWN_BROWSER = RateLimitItemPerMinute(8, 15)
BY_ACCOUNT = RateLimitItemPerMinute(40, 15)
BY_ADDRESS = RateLimitItemPerMinute(40, 15)
QUESTIONS_BY_ADDRESS = RateLimitItemPerMinute(120, 15)
NONCE_BYTES = 16

log = logs.get(__name__)


class NotSignedIn(Enum):
    """Why signing in did not work. An unknown account, a wrong password and a wrong code are the same."""

    WRONG = "wrong"
    TOO_MANY = "too_many"


@dataclass(frozen=True)
class Browser:
    """Where a try comes from. `address` is for counting only; `mark` was given to it when it signed in."""

    address: str
    device: str = ""
    mark: str | None = None


@dataclass(frozen=True)
class SignedIn:
    """A new session's cookie, and a mark by which this browser is known again."""

    cookie: str
    mark: str


@dataclass(frozen=True)
class _Known:
    """What is known of the account that somebody wants into."""

    id: str
    password: str
    totp: bytes


class Doorkeeper:
    """Checks who signs in, and counts tries."""

    def __init__(self, house: House, hasher: Hasher | None = None, tries: Tries | None = None) -> None:
        self._house = house
        self.hasher = hasher or Hasher()
        self._tries = tries or Tries(house)
        self._failed: Counter[str] = Counter()
        nobody = new_id()
        totp = house.keys.seal(factors.new_secret(), Place("account", "totp", nobody))
        self._nobody = _Known(nobody, "", totp)

    async def sign_in(self, email: str, password: str, code: str, browser: Browser) -> SignedIn | NotSignedIn:
        """Sign in with a password and a code: of the authenticator app, or a recovery code."""
        lookups = self._house.keys.lookups(auth.plain_email(email))
        if not await self._may_try(lookups, browser):
            log.warning("too many tries to sign in")
            return NotSignedIn.TOO_MANY
        known = await self._known(lookups)
        try:
            fits = await self.hasher.fits(
                known.password, password, anybody=not self._is_marked(lookups, browser.mark)
            )
        except TooBusy:
            log.warning("too many tries to sign in at once")
            return NotSignedIn.TOO_MANY
        step = self._step(known, code)
        recovery = step is None and len(factors.plain(code)) > 6
        if not fits or known is self._nobody or (step is None and not recovery):
            self._failed[known.id] += 1
            log.warning("signing in failed")
            return NotSignedIn.WRONG
        async with self._house.database.writing() as connection:
            if not await self._take(connection, known, step, code):
                self._failed[known.id] += 1
                log.warning("signing in failed", account=known.id)
                return NotSignedIn.WRONG
            cookie = await auth.open_session(connection, self._house, known.id, browser.device)
        await self._rehash(known, password)
        await self._tries.forget(BY_BOTH, "both", lookups[0], browser.address)
        await self._record(cookie, known.id)
        return SignedIn(cookie, self._mark(lookups[0]))

    async def sign_in_by_passkey(self, answer: Mapping[str, Any], browser: Browser) -> SignedIn | NotSignedIn:
        """Sign in with a passkey alone."""
        if not await self._tries.one_more(BY_ADDRESS, "passkey", browser.address):
            return NotSignedIn.TOO_MANY
        try:
            found = await passkeys.signer(self._house, Purpose.SIGN_IN, "", answer)
        except PasskeyRefused:
            log.warning("signing in failed")
            return NotSignedIn.WRONG
        async with self._house.database.writing() as connection:
            lookup = (
                await connection.execute(select(account.c.lookup).where(account.c.id == found))
            ).scalar_one()
            cookie = await auth.open_session(connection, self._house, found, browser.device)
        await self._record(cookie, found)
        return SignedIn(cookie, self._mark(lookup))

    async def prove(self, here: Staff, code: str) -> bool:
        """Show the second factor again. False: a wrong code, or too many of them."""
        if not await self._tries.one_more(BY_BOTH, "prove", here.account):
            return False
        known = await self._known_by_id(here.account)
        step = self._step(known, code)
        async with self._house.database.writing() as connection:
            taken = await self._take(connection, known, step, code)
            if taken:
                await auth.proved(connection, self._house, here.session)
        self._failed[here.account] += not taken
        log.info("showed the second factor again" if taken else "a wrong code", account=here.account)
        return taken

    async def prove_by_passkey(self, here: Staff, answer: Mapping[str, Any]) -> bool:
        """Use a passkey again. False: not one of theirs."""
        try:
            await passkeys.signer(self._house, Purpose.PROVE, here.account, answer)
        except PasskeyRefused:
            log.info("a wrong passkey", account=here.account)
            return False
        async with self._house.database.writing() as connection:
            await auth.proved(connection, self._house, here.session)
        return True

    async def is_password(self, here: Staff, password: str) -> bool:
        """Whether this is the password of somebody signed in. There is none to know where there is none."""
        known = await self._known_by_id(here.account)
        if not await self._tries.one_more(BY_BOTH, "password", here.account):
            return False
        return await self.hasher.fits(known.password, password)

    async def may_ask(self, browser: Browser) -> bool:
        """Whether a browser may be told what to sign: each question is kept until it is answered."""
        return await self._tries.one_more(QUESTIONS_BY_ADDRESS, "question", browser.address)

    async def record_failures(self) -> None:
        """Write down who could not sign in since the last time, and how often. Gathered: whether an account
        exists must not show in the time that an answer takes, nor a guesser fill the journal.

        Raises:
            NotRecorded, DatabaseDown
        """
        failed, self._failed = self._failed, Counter()
        wanted = select(account.c.id, account.c.area).where(account.c.id.in_(failed))
        async with self._house.database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        for row in rows:
            times = str(failed[row.id])
            await deeds.record(self._house, row.area, None, Deed.SIGN_IN_FAILED, row.id, times=times)

    async def _record(self, cookie: str, of: str) -> None:
        """Whoever is let in is in the journal before they are."""
        here = await auth.staff(self._house, cookie)
        if self._failed[of]:
            await self.record_failures()
        if here is not None:
            await deeds.record(self._house, here.area, here, Deed.SIGNED_IN, of)
        log.info("signed in", account=of)

    async def _may_try(self, lookups: tuple[str, ...], browser: Browser) -> bool:
        if self._is_marked(lookups, browser.mark):
            return await self._tries.one_more(BY_KNOWN_BROWSER, "known", str(browser.mark))
        who = lookups[0]
        tries: tuple[tuple[RateLimitItem, tuple[str, ...]], ...] = (
            (BY_ADDRESS, ("address", browser.address)),
            (BY_BOTH, ("both", who, browser.address)),
            (BY_ACCOUNT, ("account", who)),
        )
        for limit, counted in tries:
            if not await self._tries.one_more(limit, *counted):
                return False
        return True

    def _mark(self, lookup: str) -> str:
        nonce = secrets.token_urlsafe(NONCE_BYTES)
        return f"{nonce}.{self._house.keys.browser_marks(lookup + nonce)[0]}"

    def _is_marked(self, lookups: tuple[str, ...], mark: str | None) -> bool:
        """Whether we marked this browser when it signed in to this account."""
        nonce, _, told = (mark or "").partition(".")
        good = [one for lookup in lookups for one in self._house.keys.browser_marks(lookup + nonce)]
        return sum(secrets.compare_digest(one.encode(), told.encode(errors="replace")) for one in good) > 0

    async def _known(self, lookups: tuple[str, ...]) -> _Known:
        wanted = select(account.c.id, account.c.password, account.c.totp).where(
            account.c.lookup.in_(lookups), account.c.ended_at.is_(None)
        )
        async with self._house.database.reading() as connection:
            row = (await connection.execute(wanted)).first()
        return self._nobody if row is None or row.totp is None else _Known(*row)

    async def _known_by_id(self, of: str) -> _Known:
        wanted = select(account.c.id, account.c.password, account.c.totp).where(account.c.id == of)
        async with self._house.database.reading() as connection:
            row = (await connection.execute(wanted)).one()
        return self._nobody if row.totp is None else _Known(*row)

    def _step(self, known: _Known, code: str) -> int | None:
        secret = self._house.keys.open(known.totp, Place("account", "totp", known.id))
        return factors.step_of(secret, factors.plain(code), self._house.clock.now())

    async def _take(self, connection: AsyncConnection, known: _Known, step: int | None, code: str) -> bool:
        if step is not None:
            return await factors.take_step(connection, known.id, step)
        return await factors.take_code(connection, known.id, factors.plain(code))

    async def _rehash(self, known: _Known, password: str) -> None:
        """Costs have changed since the password was hashed, and here it is, for once."""
        if self.hasher.is_outdated(known.password):
            hashed = await self.hasher.hash(password)
            async with self._house.database.writing() as connection:
                this = (account.c.id == known.id) & (account.c.password == known.password)
                await connection.execute(account.update().where(this).values(password=hashed))
