"""Passkeys (Web Authentication, level 2): one that its owner unlocks is both factors at once.

What a browser is asked to sign is made by us, used once, and good for a few minutes and one purpose.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server.crypto import Place, digest
from server.data.store import new_id
from server.data.tables import account, challenge, passkey
from server.factors import TITLE
from server.house import House

GOOD_FOR = timedelta(minutes=5)
CHALLENGE_BYTES = 32
MOST = 10


class Purpose(Enum):
    """What a signature is for."""

    SIGN_IN = "sign in"
    PROVE = "prove"
    MAKE = "make"


class PasskeyRefused(Exception):
    """What came is not what was asked for."""


@dataclass(frozen=True)
class Made:
    """A passkey that a device has just made."""

    credential: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True)
class Line:
    """A passkey in its owner's list."""

    id: str
    name: str
    created_at: datetime
    used_at: datetime | None


async def ask_to_make(house: House, of: str, email: str) -> str:
    """What to tell a browser that is to make a passkey for an account, as JSON."""
    known = select(passkey.c.credential).where(passkey.c.account == of)
    async with house.database.reading() as connection:
        credentials = (await connection.execute(known)).scalars().all()
    options = webauthn.generate_registration_options(
        rp_id=_place(house),
        rp_name=TITLE,
        user_name=email,
        user_id=of.encode(),
        challenge=await _new_challenge(house, Purpose.MAKE, of),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in credentials],
    )
    return webauthn.options_to_json(options)


async def ask_to_sign(house: House, purpose: Purpose, of: str = "") -> str:
    """What to tell a browser that is to use a passkey, as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=_place(house),
        challenge=await _new_challenge(house, purpose, of),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


async def read_made(house: House, of: str, answer: Mapping[str, Any]) -> Made:
    """The passkey that a browser has made for an account.

    Raises:
        PasskeyRefused
    """
    asked = await _answered(house, Purpose.MAKE, of, answer)
    try:
        found = webauthn.verify_registration_response(
            credential=dict(answer),
            expected_challenge=asked,
            expected_rp_id=_place(house),
            expected_origin=house.config.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise PasskeyRefused from None
    return Made(found.credential_id, found.credential_public_key, found.sign_count)


async def keep(connection: AsyncConnection, house: House, of: str, made: Made, name: str) -> None:
    """Add a passkey to an account.

    Raises:
        PasskeyRefused: it is known already.
    """
    row = new_id()
    told = {"credential": made.credential, "public_key": made.public_key, "sign_count": made.sign_count}
    sealed = house.keys.seal(name, Place("passkey", "name", row))
    insert = passkey.insert().values(id=row, account=of, name=sealed, created_at=house.clock.now(), **told)
    try:
        await connection.execute(insert)
    except IntegrityError:
        raise PasskeyRefused from None


async def signer(house: House, purpose: Purpose, of: str, answer: Mapping[str, Any]) -> str:
    """The account whose passkey has signed what we asked for.

    Raises:
        PasskeyRefused: unknown, not unlocked by its owner, or a copy that counts behind the original.
    """
    asked = await _answered(house, purpose, of, answer)
    wanted = (
        select(passkey)
        .join(account, account.c.id == passkey.c.account)
        .where(passkey.c.credential == _bytes(answer.get("rawId")), account.c.ended_at.is_(None))
    )
    async with house.database.reading() as connection:
        row = (await connection.execute(wanted)).first()
    if row is None or (of and row.account != of):
        raise PasskeyRefused
    try:
        found = webauthn.verify_authentication_response(
            credential=dict(answer),
            expected_challenge=asked,
            expected_rp_id=_place(house),
            expected_origin=house.config.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise PasskeyRefused from None
    used = {"sign_count": found.new_sign_count, "used_at": house.clock.now()}
    async with house.database.writing() as connection:
        await connection.execute(passkey.update().where(passkey.c.id == row.id).values(**used))
    return str(row.account)


async def of_account(house: House, of: str) -> tuple[Line, ...]:
    """An account's passkeys, the oldest first."""
    wanted = select(passkey).where(passkey.c.account == of).order_by(passkey.c.created_at, passkey.c.id)
    async with house.database.reading() as connection:
        rows = (await connection.execute(wanted)).all()
    keys = house.keys
    return tuple(
        Line(row.id, keys.open(row.name, Place("passkey", "name", row.id)), row.created_at, row.used_at)
        for row in rows
    )


async def _new_challenge(house: House, purpose: Purpose, of: str) -> bytes:
    made, now = secrets.token_bytes(CHALLENGE_BYTES), house.clock.now()
    kept = {"secret": _digest(made), "purpose": purpose.value, "whose": of, "expires_at": now + GOOD_FOR}
    async with house.database.writing() as connection:
        await connection.execute(challenge.delete().where(challenge.c.expires_at <= now))
        await connection.execute(challenge.insert().values(**kept))
    return made


async def _answered(house: House, purpose: Purpose, of: str, answer: Mapping[str, Any]) -> bytes:
    """The challenge that an answer names, used up.

    Raises:
        PasskeyRefused: we never asked that, or not for this, or it was answered already.
    """
    response = answer.get("response")
    told = response.get("clientDataJSON") if isinstance(response, dict) else None
    try:
        named = parse_client_data_json(_bytes(told)).challenge
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise PasskeyRefused from None
    this = (
        (challenge.c.secret == _digest(named))
        & (challenge.c.purpose == purpose.value)
        & (challenge.c.whose == of)
        & (challenge.c.expires_at > house.clock.now())
    )
    async with house.database.writing() as connection:
        if (await connection.execute(challenge.delete().where(this))).rowcount != 1:
            raise PasskeyRefused
    return named


def _place(house: House) -> str:
    """The relying party's id: the host that browsers see."""
    return urlsplit(house.config.origin).hostname or ""


def _bytes(told: object) -> bytes:
    """Raises PasskeyRefused for what is not base64url."""
    if not isinstance(told, str) or len(told) > 8192:
        raise PasskeyRefused
    try:
        return base64url_to_bytes(told)
    except ValueError:
        raise PasskeyRefused from None


def _digest(made: bytes) -> str:
    return digest(bytes_to_base64url(made))
