"""What whoever runs the server may look at: `/health` and `/metrics`, on loopback and a port of their own.

The way in for browsers does not lead here, and there is no name, id or address of anybody in it.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Final, Self

import aiohttp
from aiohttp import web
from sqlalchemy import select

from server.data.store import Database
from server.draining import Draining
from server.embedded import LOOPBACK, Embedded
from server.figures import Figures, Reading, as_text, read
from server.livekit import LiveKit
from signalling.meeting.errors import JournalDown, MediaDown

DATABASE_WITHIN: Final = 2.0
TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


class PortTaken(Exception):
    """The figures cannot be served where the settings say."""

    def __init__(self, port: int) -> None:
        super().__init__(f"HEARTH_FIGURES_PORT: nothing can be served at {LOOPBACK}:{port}")


class Caretaker:
    """Asks the database and each engine whenever it is asked itself. Use it as an async context manager.

    `cluster`: what takes the place of engines of our own. Port 0 is any. Entering raises PortTaken.
    """

    def __init__(
        self,
        port: int,
        database: Database,
        engines: Sequence[Embedded],
        cluster: LiveKit | None = None,
        draining: Draining | None = None,
    ) -> None:
        self.port = port
        self._database = database
        self._engines = tuple(engines)
        self._cluster = cluster
        self._draining = draining
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes([web.get("/health", self.health), web.get("/metrics", self.metrics)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handle_signals=False)
        await runner.setup()
        self._opened.push_async_callback(runner.cleanup)
        try:
            await web.TCPSite(runner, LOOPBACK, self.port).start()
        except OSError:
            await self._opened.aclose()
            raise PortTaken(self.port) from None
        self.port = runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    async def health(self, _: web.Request) -> web.Response:
        """One figure: 1 when all is well, less where engines do not answer; 0, and 503: nobody can meet."""
        figures = await self._look()
        told = {
            "health": figures.health,
            "engines": len(figures.readings),
            "answering": sum(reading.told is not None for reading in figures.readings),
            "draining": figures.draining,
        }
        return web.json_response(told, status=200 if figures.health else 503)

    async def metrics(self, _: web.Request) -> web.Response:
        """Everything, for Prometheus."""
        text = as_text(await self._look())
        return web.Response(body=text, headers={"Content-Type": TEXT, "Cache-Control": "no-store"})

    async def _look(self) -> Figures:
        async with aiohttp.ClientSession() as http:
            readings, media, database = await asyncio.gather(
                asyncio.gather(*(read(engine, http) for engine in self._engines)),
                self._cluster_answers(),
                self._database_answers(),
            )
        draining = self._draining is not None and self._draining.has_begun
        return Figures(database * media * _share(readings), readings, draining)

    async def _cluster_answers(self) -> bool:
        if self._cluster is None:
            return True
        try:
            await self._cluster.people()
        except MediaDown:
            return False
        return True

    async def _database_answers(self) -> bool:
        try:
            async with asyncio.timeout(DATABASE_WITHIN), self._database.reading() as connection:
                await connection.execute(select(1))
        except (JournalDown, TimeoutError):
            return False
        return True


def _share(readings: Sequence[Reading]) -> float:
    if not readings:
        return 1.0
    return sum(reading.told is not None for reading in readings) / len(readings)
