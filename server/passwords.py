"""Passwords and PINs: which are good enough, and how they are kept (argon2id, RFC 9106, section 4)."""

import asyncio
import base64
import secrets
from collections.abc import Iterable
from enum import Enum

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from zxcvbn import zxcvbn

LONGEST = 200
SHORTEST = 12
AT_ONCE = 2  # each takes 64 MiB and four threads' worth of work
GOOD_SCORE = 3  # of 4: more than 10**8 tries for who knows the lists of common passwords, names and patterns
LOOKED_AT = 64  # letters: what comes after them can only make a password better
OUR_OWN_WORDS = ("hearth", "session", "sessions", "admin", "facilitator", "parent", "parents")


class Weak(Enum):
    """Why a password is not good enough."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"


def weakness(password: str, about: Iterable[str] = ()) -> Weak | None:
    """What is wrong with a password, if anything. `about` are words that a guesser would try first."""
    if len(password) < SHORTEST:
        return Weak.SHORT
    if len(password) > LONGEST:
        return Weak.LONG
    told = [word for text in about for word in (text, *text.replace("@", " ").replace(".", " ").split())]
    found = zxcvbn(password[:LOOKED_AT], user_inputs=[*OUR_OWN_WORDS, *told])
    return Weak.COMMON if found["score"] < GOOD_SCORE else None


class Hasher:
    """Makes and checks hashes, a few at a time: whoever floods it waits, and takes no memory meanwhile."""

    def __init__(self, cost: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._hasher = PasswordHasher.from_parameters(cost)
        self._nothing = _hash_of_nothing(cost)
        self._busy = asyncio.Semaphore(AT_ONCE)

    async def hash(self, secret: str) -> str:
        """What to keep of a secret."""
        async with self._busy:
            return await asyncio.to_thread(self._hasher.hash, secret)

    async def fits(self, known: str, secret: str) -> bool:
        """Whether this is the secret that was hashed. It takes as long where nothing is known ("")."""

        def check() -> bool:
            try:
                return self._hasher.verify(known or self._nothing, secret)
            except (VerificationError, InvalidHashError):
                return False

        async with self._busy:
            return await asyncio.to_thread(check)

    def is_outdated(self, known: str) -> bool:
        """Whether this was hashed with other costs than today's."""
        return self._hasher.check_needs_rehash(known)


def _hash_of_nothing(cost: Parameters) -> str:
    """A hash that takes as long to check as any, and that no secret has."""
    salt, tag = (
        base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (cost.salt_len, cost.hash_len)
    )
    costs = f"m={cost.memory_cost},t={cost.time_cost},p={cost.parallelism}"
    return f"$argon2id$v={cost.version}${costs}${salt}${tag}"
