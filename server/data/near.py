"""A SQLite connection that answers where it is asked, and goes to a thread only to wait.

SQLite answers a small question from memory in a few microseconds; a hop to a thread and back costs ten times
that in CPU time, and `aiosqlite` makes nine of them for one SELECT in a transaction. So statements run on the
event loop. What has to wait never does so there: a statement that finds the database locked is tried again on
the connection's own thread, and so is made everything behind it; and a commit, which waits for the disk,
always runs there.
"""

import sqlite3
import time
from collections.abc import Callable
from typing import Any

import aiosqlite

BUSY_SECONDS = 5.0
"""How long the thread tries again what finds the database locked."""
_LOOK_AGAIN = 0.005
_CHUNK = 64
_STATEMENTS = 512
"""How many prepared statements a connection keeps: more than the platform has."""


class NearConnection(aiosqlite.Connection):
    """One of them, around a connection of the standard library that is open."""

    def __init__(self, opened: sqlite3.Connection) -> None:
        super().__init__(lambda: opened, _CHUNK)
        self._thread.daemon = True
        self._away: set[object] = set()

    def did(self, statement: str) -> bool:
        """Do this if it can be done at once."""
        if self._away or self._connection is None:
            return False
        try:
            self._connection.execute(statement)
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise
            return False
        return True

    async def _connect(self) -> "NearConnection":
        """At once: whoever is cancelled while it opens would leave a thread that calls a loop long closed."""
        self._connection = self._connector()
        return self

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Everything that `aiosqlite` does with its connection comes through here."""
        if not (self._away or fn.__name__ == "commit") and self._running and self._connection:
            try:
                return fn(*args, **kwargs)
            except sqlite3.OperationalError as error:
                if not _is_busy(error):
                    raise
        return await self._execute_away(lambda: fn(*args, **kwargs))

    async def _execute_away(self, what: Callable[[], Any]) -> Any:
        """On the thread. Whoever asks next queues up behind it, even where its caller was cancelled."""
        mark = object()

        def run() -> Any:
            try:
                return _patiently(what)
            finally:
                self._away.discard(mark)

        self._away.add(mark)
        return await super()._execute(run)  # type: ignore[no-untyped-call]


async def connect(path: str, **options: Any) -> NearConnection:
    """Open a database. It must allow its connection to be used by two threads, one at a time.

    `path` and `options` are those of `sqlite3.connect`.
    """
    settings = {**options, "timeout": 0.0, "cached_statements": _STATEMENTS}
    return await NearConnection(sqlite3.connect(path, **settings))  # type: ignore[return-value]


def _patiently(what: Callable[[], Any]) -> Any:
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return what()
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > until:
                raise
        time.sleep(_LOOK_AGAIN)


def _is_busy(error: sqlite3.OperationalError) -> bool:
    """Whether somebody else holds a lock (any of the result codes whose last byte says so)."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
