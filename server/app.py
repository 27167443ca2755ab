"""The composition root: every port gets its implementation here, and nowhere else."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol

from aiohttp import web

from server import entry, logs, security, visits
from server.aftercare import SqlAftercare
from server.caretaker import Caretaker
from server.config import EMBEDDED, LAST_PORT, MOST_WORKERS, Config
from server.crypto import KeyRing
from server.data.journal import SqlJournal
from server.data.presence import OwnPresence, SqlPresence
from server.data.store import Database
from server.doorkeeper import Doorkeeper
from server.draining import Draining, drain_when_asked, end_platform
from server.embedded import Embedded, Settings, binding
from server.entry import Entry
from server.forms import LONGEST_BODY
from server.house import House, SystemClock
from server.livekit import LiveKit
from server.mail.carrier import carry
from server.pages.context import BUNDLE, DOORKEEPER, HEADERS, HOUSE, ROOMS, RULES, TEMPLATES, TURNS
from server.pages.guard import add_headers, errors_as_pages, guard, in_turn
from server.pages.language import LANGUAGES, in_its_language, of_house
from server.pages.render import environment
from server.pages.trial import TRIALS
from server.pages.webhook import REPORTER, Reporter
from server.readiness import Trials
from server.retention.periods import periods
from server.retention.purging import purge_if_due
from server.routes import ROUTES
from server.seats import SqlSeats
from server.tries import Tries
from server.turns import Turns
from server.will import Will
from server.workers import Workers, side_by_side
from signalling.meeting.aftermath import Aftermath
from signalling.meeting.applier import Applier
from signalling.meeting.attendance import Attendance
from signalling.meeting.errors import JournalDown
from signalling.meeting.gate import Gate
from signalling.meeting.gateway import Gateway
from signalling.meeting.lookout import Lookout
from signalling.meeting.poller import Poller
from signalling.meeting.ports import Clock, Journal, MediaEngine
from signalling.meeting.scenes import Scenes

log = logs.get(__name__)

BUILT = Path(__file__).resolve().parent.parent / "web" / "dist"
WEBHOOK = "/livekit/webhook"
TIDY_EVERY = 60.0  # seconds


class Engine(MediaEngine, Reporter, Protocol):
    """A media engine with its webhooks."""


@dataclass(frozen=True)
class _Wire:
    """What is started with the application and stopped with it."""

    applier: Applier
    gate: Gate
    gateway: Gateway
    poller: Poller


def build(
    config: Config,
    *,
    engine: Engine | None = None,
    clock: Clock | None = None,
    bundle: Path = BUILT,
) -> web.Application:
    """The whole platform as one application. Tests bring an engine, a clock and a bundle of their own.

    Raises:
        NoBundle: the browser's part has not been built.
        NoDoor: a route does not say who may enter.
    """
    middlewares = [in_its_language, errors_as_pages, in_turn, guard]
    app = web.Application(middlewares=middlewares, client_max_size=LONGEST_BODY)
    house = House(config, Database(config.database_url), KeyRing(config.key), clock or SystemClock())
    own, child = (engine, None) if engine is not None else _media(config)
    journal = SqlJournal(house.database)
    wire = _connect(house, journal, own)
    app[HOUSE], app[BUNDLE], app[HEADERS] = house, bundle, security.headers(config)
    tries = Tries(house)
    app[DOORKEEPER] = Doorkeeper(house, tries=tries)
    app[TEMPLATES], app[LANGUAGES] = environment(config, bundle), of_house(config)
    app[TRIALS], app[TURNS] = Trials(house, tries), Turns()
    app[ROOMS], app[RULES], app[REPORTER] = wire.gateway, wire.applier, own
    app.add_routes(ROUTES)
    for route in (*app.add_routes(wire.gate.routes()), *app.add_routes(wire.gateway.routes())):
        entry.declare(route.handler, Entry.SEAT, token=False)
    entry.check_all(app)
    app.on_response_prepare.append(add_headers)
    app.cleanup_ctx.append(_running(house, own, child, wire))
    app.on_shutdown.append(_stop(wire))
    app.on_cleanup.append(lambda _: tries.close())
    return app


def _connect(house: House, journal: Journal, media: MediaEngine) -> _Wire:
    config, clock = house.config, house.clock
    origins = frozenset({config.origin})
    seats = SqlSeats(house)
    applier = Applier(journal, media, clock)
    alone = config.media == EMBEDDED
    presence = OwnPresence(clock) if alone else SqlPresence(house.database, clock)
    attendance = Attendance(applier, presence, media)
    aftermath = Aftermath(SqlAftercare(house), applier.announce)
    lookout = Lookout(journal, applier, attendance, aftermath, clock)
    gate = Gate(applier, seats, media, attendance, origins=origins)
    gateway = Gateway(
        journal,
        applier,
        seats,
        attendance,
        gate,
        Scenes(applier, seats, attendance, lookout, clock),
        aftermath,
        origins=origins,
        redis_url=config.redis_url or None,
    )
    poller = Poller(journal, applier, attendance, lookout, aftermath, clock, alone=alone)
    return _Wire(applier, gate, gateway, poller)


def how_many_engines(config: Config, cores: int) -> int:
    """As many as the settings say, or else one for each core that we may use.

    Where media stays on this machine somebody is trying things out, and one starts sooner.
    """
    if config.media_workers:
        return config.media_workers
    if _is_loopback(config.media_host):
        return 1
    return min(cores, MOST_WORKERS, LAST_PORT + 1 - config.media_port)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _media(config: Config) -> tuple[LiveKit | Workers, Embedded | None]:
    """The embedded engine and its child process, several of them, or the cluster that the settings name."""
    if config.media != EMBEDDED:
        will = Will(config.media, config.media_key, config.media_secret)
        return LiveKit(lambda: config.media, config.media_key, config.media_secret, will=will), None
    settings = Settings(
        media_host=binding(config.media_host),
        media_port=config.media_port,
        advertised_host=config.media_host,
        media_host6=binding(config.media_host6),
        advertised_host6=config.media_host6,
        turn_urls=tuple(config.turn_urls.split()),
        turn_secret=config.turn_secret,
        webhook_url=f"http://{_reachable(config.host)}:{config.port}{WEBHOOK}",
    )
    if (count := how_many_engines(config, _cores())) > 1:
        return Workers(side_by_side(settings, count)), None
    child = Embedded(settings)
    return LiveKit(child.endpoint, child.key, child.secret), child


def _running(
    house: House, engine: Engine, child: Embedded | None, wire: _Wire
) -> Callable[[web.Application], AsyncIterator[None]]:
    async def running(app: web.Application) -> AsyncIterator[None]:
        async with AsyncExitStack() as started:
            started.push_async_callback(house.database.close)
            await house.database.must_be_migrated()
            for part in (child, engine):
                if isinstance(part, AbstractAsyncContextManager):
                    await started.enter_async_context(part)
            draining = Draining(wire.gate, house.config.drain_minutes, end_platform)
            if house.config.figures_port:
                await started.enter_async_context(_caretaker(house, engine, child, draining))
            await wire.gate.start()
            await wire.gateway.start()
            await wire.poller.start()
            started.push_async_callback(wire.poller.stop)
            started.push_async_callback(_last_failures, app[DOORKEEPER])
            tidying = asyncio.create_task(_tidy(house, app[DOORKEEPER]))
            started.push_async_callback(_ended, tidying)
            if house.config.smtp:
                started.push_async_callback(_ended, asyncio.create_task(carry(house)))
            if house.config.drain_minutes:
                drain_when_asked(draining)
            wire.gate.open()
            log.info("open", port=house.config.port)
            yield

    return running


def _caretaker(house: House, engine: Engine, child: Embedded | None, draining: Draining) -> Caretaker:
    engines = engine.engines if isinstance(engine, Workers) else (child,) if child is not None else ()
    cluster = engine if isinstance(engine, LiveKit) and not engines else None
    return Caretaker(house.config.figures_port, house.database, engines, cluster, draining)


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel it and wait until it is gone: a query of its own must be over before the database is closed."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _last_failures(keeper: Doorkeeper) -> None:
    with suppress(JournalDown):
        await keeper.record_failures()


async def _tidy(house: House, keeper: Doorkeeper) -> None:
    """Again and again delete what must not be kept: locations at once, the rest once a day.

    And write down who could not sign in.
    """
    while True:
        try:
            await keeper.record_failures()
            await visits.forget_places(house, periods(house.config).location)
            purged = await purge_if_due(house)
            if purged is not None:
                log.info("purged", **purged.counts)
        except JournalDown as error:
            log.error("the database does not answer", exc_info=error)
        await asyncio.sleep(TIDY_EVERY)


def _stop(wire: _Wire) -> Callable[[web.Application], Awaitable[None]]:
    async def stop(app: web.Application) -> None:
        await wire.gateway.close()
        await wire.gate.close()

    return stop


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reachable(host: str) -> str:
    """An address of ours at which a process of this machine reaches us."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
