"""A platform of one's own: the real process, with a fresh SQLite database in a folder of its choice."""

import asyncio
import base64
import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol, Self

import aiohttp
import pyotp

ROOT = Path(__file__).resolve().parent.parent
START_WITHIN = 60.0  # seconds until the first page must be served
END_WITHIN = 6.0


class WillNotStart(Exception):
    """The platform ended, or kept silent, before it served a page. `printed` is what it said."""

    def __init__(self, command: str, printed: str) -> None:
        super().__init__(f"`python -m server {command}` failed:\n{printed.strip()}")
        self.printed = printed.strip()


def free_port(*also: socket.SocketKind) -> int:
    """A TCP port of loopback that nothing used a moment ago, nor the same number of another kind."""
    while True:
        with contextlib.ExitStack() as stack:
            probe = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            with contextlib.suppress(OSError):
                for kind in also:
                    stack.enter_context(socket.socket(socket.AF_INET, kind)).bind(("127.0.0.1", port))
                return port


_STEP = 30  # seconds that an authenticator app shows a code


@dataclass(frozen=True)
class SignIn:
    """What a member of staff types, and the secret in their authenticator app."""

    role: str
    email: str
    password: str
    totp: str
    _used: list[int] = field(default_factory=list, init=False, compare=False, repr=False)

    async def code(self) -> str:
        """A code that was not used yet: the platform takes the next one early, and none twice."""
        while True:
            now = int(time.time()) // _STEP
            step = max([now, *(used + 1 for used in self._used)])
            if step <= now + 1:
                self._used.append(step)
                return pyotp.TOTP(self.totp).generate_otp(step)
            await asyncio.sleep(0.2)


@dataclass(frozen=True)
class Seed:
    """What `seed-demo` made: a session under way now, its staff, and one unused link for each parent."""

    meeting: str
    group: str
    staff: tuple[SignIn, ...]
    parents: tuple[str, ...]

    @property
    def admin(self) -> SignIn:
        return self._first("admin")

    @property
    def facilitator(self) -> SignIn:
        return self._first("facilitator")

    def _first(self, role: str) -> SignIn:
        return next(person for person in self.staff if person.role == role)


class Process(Protocol):
    """What a platform's process is asked for: see `subprocess.Popen`."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self) -> int | None: ...
    def send_signal(self, number: int, /) -> None: ...
    def kill(self) -> None: ...


@dataclass
class Platform:
    """The platform's process and what it needs. `start` it, and `stop` it: it does not end by itself."""

    folder: Path
    port: int = field(default_factory=free_port)
    media_port: int = field(default_factory=lambda: free_port(socket.SOCK_DGRAM))
    settings: Mapping[str, str] = field(default_factory=dict)
    program: Sequence[str] = ("server", "serve")  # the module that serves, and what it is told
    process: Process | None = None
    _log: IO[bytes] | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._key = base64.b64encode(secrets.token_bytes(32)).decode()

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def log(self) -> Path:
        """Everything the process wrote, on both streams."""
        return self.folder / "platform.log"

    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HEARTH_")}
        return {
            **inherited,
            "HEARTH_ORIGIN": self.origin,
            "HEARTH_PORT": str(self.port),
            "HEARTH_MEDIA_PORT": str(self.media_port),
            "HEARTH_DATABASE_URL": f"sqlite+aiosqlite:///{self.folder / 'hearth.db'}",
            "HEARTH_KEY": self._key,
            **self.settings,
        }

    async def run(self, *command: str) -> str:
        """One of the platform's own commands, to its end; what it printed. Raises: WillNotStart"""
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", *command),
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        printed, complained = await child.communicate()
        if child.returncode:
            raise WillNotStart(" ".join(command), (printed + complained).decode(errors="replace"))
        return printed.decode()

    async def migrate(self) -> None:
        await self.run("migrate")

    async def seed(self, parents: int = 3) -> Seed:
        """Fills a new, migrated database. Raises: WillNotStart"""
        told = json.loads((await self.run("seed-demo", "--parents", str(parents))).strip().splitlines()[-1])
        staff = tuple(SignIn(**one) for one in told["staff"])
        return Seed(told["meeting"], told["group"], staff, tuple(told["parents"]))

    async def start(self) -> None:
        """Starts the process and waits until it serves pages. Raises: WillNotStart"""
        self._launch()
        assert self.process
        deadline = time.monotonic() + START_WITHIN
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as http:
            while not await self._serves(http):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    await self.stop()
                    raise WillNotStart("serve", self.log.read_text(errors="replace"))
                await asyncio.sleep(0.05)

    def _launch(self) -> None:
        self._log = self.log.open("ab")
        self.process = subprocess.Popen(
            (sys.executable, "-m", *self.program),
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )

    async def _serves(self, http: aiohttp.ClientSession) -> bool:
        try:
            async with http.get(f"{self.origin}/helplines") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def stop(self) -> None:
        """Ends the process as an operator would."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            for _ in range(int(END_WITHIN / 0.05)):
                if self.process.poll() is not None:
                    break
                await asyncio.sleep(0.05)
        self.kill()

    def kill(self) -> None:
        """kill -9, in the middle of whatever it is doing."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
        if self._log:
            self._log.close()
            self._log = None

    async def __aenter__(self) -> Self:
        await self.migrate()
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
