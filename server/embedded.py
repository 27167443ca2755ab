"""The embedded media engine as a child process: started, watched, restarted, never outliving its parent.

The child lives as long as its standard input is open. The kernel closes it when this process ends, however
that comes, so a platform that was killed leaves no media behind. Its key and ports go in on that same pipe,
and it inherits no environment: it parses hostile bytes, and must hold nothing worth stealing.
"""

import asyncio
import json
import os
import re
import secrets
import socket
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self, cast

from server import logs

HOME: Final = Path(__file__).resolve().parent.parent
COMMAND: Final = (sys.executable, "-m", "signalling.livekit")
READY_WITHIN = 30.0
ENDED_WITHIN = 3.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
# A child that lived this long (seconds) was healthy: its end starts the back-off anew.
HEALTHY_AFTER = 30.0
LONGEST_LINE = 4096
PLACE: Final = re.compile(r' +File ".*?(?P<file>\w+\.py)", line (?P<line>\d+), in (?P<function>[\w<>]+)')
ERROR: Final = re.compile(r"(\w+\.)*(?P<name>[A-Z]\w*(Error|Exception|Warning))\b")
LOOPBACK: Final = "127.0.0.1"

log = logs.get(__name__)


class EngineWillNotStart(Exception):
    """The engine ended, or kept silent, before it was ready. `reason` is its own last line."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the media engine does not start: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Ports:
    """What a running engine listens on: signalling on loopback (TCP), media on its own address (UDP)."""

    signalling: int
    media: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What the engine is told. `media_host` is where it binds its port, over UDP and TCP; 0 means any."""

    media_host: str = LOOPBACK
    media_port: int = 0
    advertised_host: str | None = None
    media_host6: str = ""
    """Where it binds its port for IPv6; empty for nowhere."""
    advertised_host6: str = ""
    turn_urls: tuple[str, ...] = ()
    turn_secret: str = field(default="", repr=False)
    webhook_url: str | None = None
    departure_timeout: int = 15

    def line(self, key: str, secret: str) -> bytes:
        """The one line of JSON that the engine reads from its standard input."""
        told: dict[str, str | int | list[str] | None] = {
            "api_key": key,
            "api_secret": secret,
            "host": LOOPBACK,
            "signalling_port": 0,
            "media_host": self.media_host,
            "media_port": self.media_port,
            "webhook_url": self.webhook_url,
            "departure_timeout": self.departure_timeout,
        }
        if self.advertised_host is not None:
            told["advertised_host"] = self.advertised_host
        if self.media_host6:
            told |= {"media_host6": self.media_host6, "advertised_host6": self.advertised_host6}
        if self.turn_urls:
            told |= {"turn_urls": list(self.turn_urls), "turn_secret": self.turn_secret}
        return json.dumps(told).encode() + b"\n"


def binding(host: str) -> str:
    """Where the engine binds so that browsers find it at `host`; nowhere for none.

    At that very address where it is this machine's own: bound to all of them, answers could leave by another,
    and no browser would take them. Wherever the machine is reached, where a router translates.
    """
    if not host:
        return ""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((host, 0))
    except OSError:
        return "::" if family is socket.AF_INET6 else "0.0.0.0"  # noqa: S104 - browsers must reach it
    return host


class Embedded:
    """The engine and its keeper. Use it as an async context manager; entering raises EngineWillNotStart.

    `key` and `secret` are made anew in every platform process and stay the same over a restart of the child.
    """

    def __init__(self, settings: Settings, command: Sequence[str] = COMMAND, key: str = "embedded") -> None:
        self.key = key
        self.secret = secrets.token_urlsafe(32)
        self._settings = settings
        self._command = tuple(command)
        self._child: _Child | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._down_since: float | None = None
        self.starts = 0
        """How often the child has been started with success."""

    @property
    def ports(self) -> Ports | None:
        """Where the engine listens at this moment; None while it is not running."""
        return None if self._child is None or self._child.has_ended else self._child.ports

    def endpoint(self) -> str | None:
        """The private signalling URL of this moment; None while the engine is not running."""
        return None if (ports := self.ports) is None else f"ws://{LOOPBACK}:{ports.signalling}"

    def down_for(self) -> float | None:
        """For how many seconds the engine has not been running; None while it is."""
        if self.ports is not None:
            return None
        now = asyncio.get_running_loop().time()
        return 0.0 if self._down_since is None else now - self._down_since

    def kill(self) -> None:
        """End an engine that runs and does not answer; it is started again."""
        if self._child is not None:
            self._child.kill()

    async def __aenter__(self) -> Self:
        self._child = await self._launch()
        # Page loads must find media at the same place after a restart.
        self._settings = replace(self._settings, media_port=self._child.ports.media)
        self._keeper = asyncio.create_task(self._keep(self._child), name="media engine keeper")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._child is not None:
            await self._child.end()

    async def _launch(self) -> "_Child":
        child = await _Child.launch(self._command, self._settings.line(self.key, self.secret))
        self.starts += 1
        return child

    async def _keep(self, child: "_Child") -> None:
        """Start a new child whenever the old one has ended, waiting longer each time in vain."""
        pause = FIRST_PAUSE
        clock = asyncio.get_running_loop().time
        while True:
            born = clock()
            code = await child.ended()
            self._down_since = clock()
            log.error("media engine ended", status=code)
            if clock() - born > HEALTHY_AFTER:
                pause = FIRST_PAUSE
            while True:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                try:
                    child = self._child = await self._launch()
                except EngineWillNotStart:
                    log.error("media engine does not start")
                else:
                    self._down_since = None
                    log.warning("media engine is running again")
                    break


class _Child:
    """One run of the engine's process."""

    def __init__(self, process: Process) -> None:
        self._process = process
        # All three are pipes: see `launch`.
        self._input = cast(StreamWriter, process.stdin)
        self._output = cast(StreamReader, process.stdout)
        self._errors = cast(StreamReader, process.stderr)
        self._last_words = ""
        self._listener = asyncio.create_task(self._listen(), name="media engine log")
        self.ports = Ports(0, 0)

    @classmethod
    async def launch(cls, command: Sequence[str], settings: bytes) -> "_Child":
        """Start the process and wait until it is ready. Raises EngineWillNotStart."""
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            cwd=HOME,
            env={"PATH": os.defpath, "PYTHONUNBUFFERED": "1"},
            # Ctrl-C in a terminal is for the platform, which then ends the engine in its own order.
            process_group=0,
        )
        child = cls(process)
        try:
            child.ports = await asyncio.wait_for(child._greet(settings), READY_WITHIN)
        except TimeoutError:
            await child.end()
            raise EngineWillNotStart(f"it said nothing for {READY_WITHIN:.0f} s") from None
        except (ValueError, KeyError, TypeError, OSError):
            await child.end()
            raise EngineWillNotStart(child._last_words or "it ended without a word") from None
        except asyncio.CancelledError:
            await child.end()
            raise
        return child

    @property
    def has_ended(self) -> bool:
        return self._process.returncode is not None

    async def ended(self) -> int:
        """Wait for the process to end by itself; returns its status."""
        while await self._output.read(4096):
            pass
        return await self._process.wait()

    def kill(self) -> None:
        if not self.has_ended:
            self._process.kill()

    async def end(self) -> None:
        """Close the child's input, which ends it; kill it if it does not listen."""
        self._input.close()
        try:
            await asyncio.wait_for(self.ended(), ENDED_WITHIN)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._listener

    async def _greet(self, settings: bytes) -> Ports:
        self._input.write(settings)
        await self._input.drain()
        answer = json.loads(await self._output.readline())
        return Ports(int(answer["signalling_port"]), int(answer["media_port"]))

    async def _listen(self) -> None:
        """Keep the child's last line, which says why it ended, and log where in its code an error was.

        Nothing else of what it writes is logged: an error's message may quote what a browser sent.
        """
        rest = b""
        while chunk := await self._errors.read(4096):
            *lines, rest = (rest[-LONGEST_LINE:] + chunk).split(b"\n")
            for line in filter(None, lines):
                self._heed(line.decode(errors="replace"))
        if rest:
            self._heed(rest.decode(errors="replace"))

    def _heed(self, line: str) -> None:
        self._last_words = line.strip()
        if place := PLACE.fullmatch(line):
            log.warning(f"media engine: {place['file']}:{place['line']} {place['function']}")
        elif error := ERROR.match(line):
            log.warning(f"media engine: {error['name']}")
