"""Passwords and PINs: which are good enough, and how they are kept (argon2id, RFC 9106, section 4)."""

import asyncio
import base64
import os
import secrets
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import TypeVar

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from zxcvbn import zxcvbn

LONGEST = 200
SHORTEST = 12
AT_ONCE = 1  # takes 64 MiB and four threads: two processors have no more to give while somebody speaks
MOST_WAITING = 2  # they have their turn meanwhile (`turns`): others must find one left
BEHIND_THE_REST = 5  # of 19: how far hashing steps back (nice) where somebody is speaking or being muted
GOOD_SCORE = 3  # of 4: more than 10**8 tries for who knows the lists of common passwords, names and patterns
LOOKED_AT = 64  # letters: what comes after them can only make a password better
OUR_OWN_WORDS = ("hearth", "session", "sessions", "admin", "facilitator", "parent", "parents")


Done = TypeVar("Done")


class TooBusy(Exception):
    """So many are being checked that one more would wait for too long."""


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
        self._threads = ThreadPoolExecutor(AT_ONCE, "hashing", initializer=_step_back)
        self._guesses = 0

    async def hash(self, secret: str) -> str:
        """What to keep of a secret."""
        return await self._apart(lambda: self._hasher.hash(secret))

    async def fits(self, known: str, secret: str, *, anybody: bool = False) -> bool:
        """Whether this is the secret that was hashed. It takes as long where nothing is known ("").

        Of what `anybody` may ask, only a few wait.

        Raises:
            TooBusy
        """

        def check() -> bool:
            try:
                return self._hasher.verify(known or self._nothing, secret)
            except (VerificationError, InvalidHashError):
                return False

        if not anybody:
            return await self._apart(check)
        if self._guesses >= AT_ONCE + MOST_WAITING:
            raise TooBusy
        self._guesses += 1
        try:
            return await self._apart(check)
        finally:
            self._guesses -= 1

    async def _apart(self, work: Callable[[], Done]) -> Done:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def is_outdated(self, known: str) -> bool:
        """Whether this was hashed with other costs than today's."""
        return self._hasher.check_needs_rehash(known)


def _step_back() -> None:
    """Let this thread, and those that it starts, run when nothing else wants to. Linux alone has that."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BEHIND_THE_REST)


def _hash_of_nothing(cost: Parameters) -> str:
    """A hash that takes as long to check as any, and that no secret has."""
    salt, tag = (
        base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (cost.salt_len, cost.hash_len)
    )
    costs = f"m={cost.memory_cost},t={cost.time_cost},p={cost.parallelism}"
    return f"$argon2id$v={cost.version}${costs}${salt}${tag}"
