"""The second factor beside a password: codes of an authenticator app (RFC 6238), and recovery codes."""

import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

import pyotp
from sqlalchemy import CursorResult, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from server.crypto import digest
from server.data.tables import account, recovery_code

STEP = 30  # seconds that a code is shown
AROUND = 1  # steps by which the clock of a phone may be off
TITLE = "Session"
CODES = 8
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 24  # letters of 5 bits each
_GROUP = 4


def new_secret() -> str:
    """A secret for an authenticator app: 160 bits, in base32."""
    return pyotp.random_base32()


def address(secret: str, email: str) -> str:
    """What an authenticator app reads from a QR code. It shows our neutral title."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=TITLE)


def plain(code: str) -> str:
    """A code as it was meant: without the spaces and dashes that make it readable."""
    return re.sub(r"[\s-]", "", code).upper()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, if it is one of now's."""
    here, found = int(now.timestamp()) // STEP, None
    app = pyotp.TOTP(secret)
    for step in range(here - AROUND, here + AROUND + 1):
        if hmac.compare_digest(app.generate_otp(step).encode(), code.encode()):
            found = step
    return found


async def take_step(connection: AsyncConnection, of: str, step: int) -> bool:
    """Use up a code. False: it, or a later one, was used before."""
    fresh = or_(account.c.totp_step.is_(None), account.c.totp_step < step)
    used = await connection.execute(account.update().where(account.c.id == of, fresh).values(totp_step=step))
    return _changed(used)


async def new_codes(connection: AsyncConnection, of: str) -> tuple[str, ...]:
    """A fresh set of recovery codes; an older set is worth nothing any more."""
    made = tuple("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(CODES))
    await connection.execute(recovery_code.delete().where(recovery_code.c.account == of))
    await connection.execute(
        recovery_code.insert(), [{"secret": digest(code), "account": of} for code in made]
    )
    return made


def readable(codes: Sequence[str]) -> tuple[str, ...]:
    """Codes in groups, to be written down."""
    return tuple(
        "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP)) for code in codes
    )


async def take_code(connection: AsyncConnection, of: str, code: str) -> bool:
    """Use up a recovery code. False: there is no such code, or not any more."""
    this = (recovery_code.c.secret == digest(code)) & (recovery_code.c.account == of)
    return _changed(await connection.execute(recovery_code.delete().where(this)))


def _changed(done: CursorResult[object]) -> bool:
    return done.rowcount == 1
