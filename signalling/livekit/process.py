"""The engine's process: settings from standard input, two ports, until standard input ends."""

import asyncio
import contextlib
import gc
import ipaddress
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from aiohttp import web

from media.udp import MediaPort
from signalling.livekit.descriptions import Reach
from signalling.livekit.errors import BadSettings
from signalling.livekit.figures import LOOK_EVERY, Figures
from signalling.livekit.rooms import House, Settings
from signalling.livekit.roomservice import RoomService
from signalling.livekit.session import Signalling
from signalling.livekit.stats import Stats
from signalling.livekit.tokens import Tokens
from signalling.livekit.turn import Turn
from signalling.livekit.webhooks import Webhooks

MAX_LINE = 16_384
MIN_SECRET = 32
"""Bytes: HS256 is no stronger than its key."""
MIN_TURN_SECRET = 16
TICK = 0.3
MOMENT = 0.1
"""Seconds for which an offer waits that only says what has ended."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the parent process says. Secrets come no other way."""

    api_key: str
    api_secret: str
    host: str = "127.0.0.1"
    signalling_port: int = 0
    media_host: str = "127.0.0.1"
    advertised_host: str = ""
    media_port: int = 0
    media_host6: str = ""
    advertised_host6: str = ""
    media_tcp: bool = True
    turn_urls: tuple[str, ...] = ()
    turn_secret: str = ""
    webhook_url: str | None = None
    departure_timeout: float = 15.0


def read_configuration(line: str) -> Configuration:
    """Check the line of settings. Raises: BadSettings, in one line, without any secret."""
    try:
        given = json.loads(line)
    except ValueError:
        raise BadSettings("the first line of standard input must be JSON") from None
    if not isinstance(given, dict):
        raise BadSettings("the settings must be a JSON object")
    unknown = given.keys() - Configuration.__slots__
    if unknown:
        raise BadSettings(f"unknown setting: {min(unknown)}")
    for name, kinds in _KINDS.items():
        if name in given and (
            not isinstance(given[name], kinds) or (isinstance(given[name], bool) and kinds is not bool)
        ):
            raise BadSettings(f"{name} has the wrong type")
    if not given.get("api_key") or len(given.get("api_secret", "").encode()) < MIN_SECRET:
        raise BadSettings(f"api_key and an api_secret of at least {MIN_SECRET} bytes are needed")
    urls = tuple(str(url) for url in given.pop("turn_urls", ()))
    configuration = Configuration(**given, turn_urls=urls)
    _check(configuration)
    return configuration


_KINDS: dict[str, type | tuple[type, ...]] = {
    "api_key": str, "api_secret": str, "host": str, "signalling_port": int, "media_host": str,
    "advertised_host": str, "media_port": int, "webhook_url": (str, type(None)),
    "departure_timeout": (int, float), "media_host6": str, "advertised_host6": str, "media_tcp": bool,
    "turn_urls": list, "turn_secret": str,
}  # fmt: skip


def _check(configuration: Configuration) -> None:
    for name in ("signalling_port", "media_port"):
        if not 0 <= getattr(configuration, name) <= 65535:
            raise BadSettings(f"{name} is no port")
    for name in ("media_host", "advertised_host", "media_host6", "advertised_host6"):
        try:
            ipaddress.ip_address(getattr(configuration, name) or "127.0.0.1")
        except ValueError:
            raise BadSettings(f"{name} must be an IP address") from None
    if not 0 <= configuration.departure_timeout <= 3600:
        raise BadSettings("departure_timeout must be between 0 and 3600 seconds")
    if not all(url.startswith(("turn:", "turns:")) for url in configuration.turn_urls):
        raise BadSettings("turn_urls must be turn: or turns: addresses")
    if configuration.turn_urls and len(configuration.turn_secret) < MIN_TURN_SECRET:
        raise BadSettings(f"a turn_secret of at least {MIN_TURN_SECRET} characters is needed")
    if configuration.webhook_url is not None and not configuration.webhook_url.startswith(
        ("http://", "https://")
    ):
        raise BadSettings("webhook_url must be http or https")


def _why(problem: OSError) -> str:
    return os.strerror(problem.errno or 0).lower()


def application(house: House, tokens: Tokens, figures: Figures) -> web.Application:
    """The routes of the private HTTP port."""
    signalling, commands, stats = Signalling(house, tokens), RoomService(house, tokens), Stats(house, tokens)

    async def health(_: web.Request) -> web.Response:
        return web.Response(text="OK")

    app = web.Application(client_max_size=65536)
    app.add_routes(
        [
            web.get("/rtc", signalling.rtc),
            web.get("/rtc/validate", signalling.validate),
            web.get("/rtc/v1", signalling.rtc_v1),
            web.get("/rtc/v1/validate", signalling.validate),
            web.post("/twirp/livekit.RoomService/{method}", commands.call),
            web.get("/stats", stats.show),
            web.get("/figures", figures.show),
            web.get("/health", health),
        ]
    )
    return app


def _reach(configuration: Configuration, port: int) -> Reach:
    hosts = [configuration.advertised_host or configuration.media_host]
    if configuration.media_host6:
        hosts.append(configuration.advertised_host6 or configuration.media_host6)
    return Reach(tuple(hosts), port, configuration.media_tcp)


def _turn(configuration: Configuration) -> Turn | None:
    return Turn(configuration.turn_urls, configuration.turn_secret) if configuration.turn_urls else None


class Running:
    """An engine that serves; `close` ends all media before it waits for anything."""

    def __init__(self, configuration: Configuration) -> None:
        """Binds the media port. Raises: BadSettings."""
        self._configuration = configuration
        host, port = configuration.media_host, configuration.media_port
        hosts = [host, *([configuration.media_host6] if configuration.media_host6 else [])]
        try:
            self._media = MediaPort(hosts, port, streams=configuration.media_tcp)
        except OSError as problem:
            where = " and ".join(hosts)
            raise BadSettings(f"port {port} of {where} cannot be bound: {_why(problem)}") from None
        key, secret = configuration.api_key, configuration.api_secret
        url = configuration.webhook_url
        self._webhooks = Webhooks(url, key, secret, time.time) if url else None
        self._house = House(
            self._media.engine,
            _reach(configuration, self._media.port),
            Settings(departure_timeout=configuration.departure_timeout, turn=_turn(configuration)),
            self._webhooks.tell if self._webhooks else lambda *_: None,
            time.monotonic,
            time.time,
            _soon,
        )
        tokens = Tokens(key, secret)
        figures = Figures(self._house, tokens)
        app = application(self._house, tokens, figures)
        self._totals = figures.totals
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handle_signals=False)
        self._ticking: asyncio.Task[None] | None = None
        self.signalling_port = 0

    @property
    def media_port(self) -> int:
        """Where packets go."""
        return self._media.port

    async def start(self) -> None:
        """Begin to serve. Raises: BadSettings when the signalling port cannot be bound."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._configuration.host, self._configuration.signalling_port)
        try:
            await site.start()
        except OSError as problem:
            await self._runner.cleanup()
            self._media.close()
            port = self._configuration.signalling_port
            raise BadSettings(f"TCP port {port} cannot be bound: {_why(problem)}") from None
        self.signalling_port = self._runner.addresses[0][1]
        await self._media.start()
        if self._webhooks:
            self._webhooks.start()
        self._ticking = asyncio.create_task(self._tick())

    async def close(self) -> None:
        """End everything: media first."""
        self._house.close()
        self._media.close()
        if self._ticking is not None:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
        if self._webhooks:
            await self._webhooks.close()
        await self._runner.cleanup()

    async def _tick(self) -> None:
        looked = time.monotonic()
        while True:
            await asyncio.sleep(TICK)
            self._house.tick()
            if time.monotonic() - looked >= LOOK_EVERY:
                looked = time.monotonic()
                self._totals.look()


async def serve(configuration: Configuration, parent: asyncio.Future[None], out: TextIO) -> None:
    """Serve until `parent` is done, saying on `out` where, in one line. Raises: BadSettings."""
    running = Running(configuration)
    await running.start()
    gc.freeze()  # what the start has made stays: going through it again and again would hold up packets
    try:
        line = {"signalling_port": running.signalling_port, "media_port": running.media_port}
        out.write(json.dumps(line) + "\n")
        out.flush()
        await parent
    finally:
        await running.close()


async def run() -> int:
    """The whole life of the process; its exit status: 0, or 2 for settings that cannot be used."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=MAX_LINE)
    parent: asyncio.Future[None] = loop.create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _finish, parent)
    try:
        configuration = read_configuration(await _first_line(reader))
        watching = asyncio.create_task(_until_end(reader, parent))
        try:
            await serve(configuration, parent, sys.stdout)
        finally:
            watching.cancel()
    except BadSettings as bad:
        sys.stderr.write(bad.text + "\n")
        return 2
    return 0


def _soon(do: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(MOMENT, do)


async def _first_line(reader: asyncio.StreamReader) -> str:
    loop = asyncio.get_running_loop()
    try:
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    except ValueError:
        raise BadSettings("standard input must be a pipe that the parent process holds open") from None
    try:
        return (await reader.readline()).decode(errors="replace")
    except ValueError:
        raise BadSettings("the line of settings is too long") from None


async def _until_end(reader: asyncio.StreamReader, parent: asyncio.Future[None]) -> None:
    """The parent holds the other end: when it dies in whatever way, standard input ends."""
    with contextlib.suppress(ConnectionError):
        while await reader.read(4096):
            pass
    _finish(parent)


def _finish(parent: asyncio.Future[None]) -> None:
    if not parent.done():
        parent.set_result(None)
