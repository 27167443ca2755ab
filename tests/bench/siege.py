"""A session goes on while somebody attacks the platform: how long a mute and a page take, with and without.

A host mutes a parent and lifts it again, over Socket.IO, until another parent's client shows it; that parent
opens pages. First in peace, then under each attack (`kit/besiegers.py`, a process of its own). Attacks can be
named: `bench siege sign_ins flood`.
"""

import asyncio
import contextlib
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from tests.bench.kit import besiegers
from tests.bench.kit.figures import busyness, cpu_seconds, progress, quantile, tell
from tests.bench.kit.limits import run
from tests.bench.kit.lines import Helper, helper
from tests.hostile.people import Person
from tests.hostile.premises import Evening, Premises, evening, started
from tests.platform import Platform

LONGEST = 560.0
IN_PEACE = 10.0
BREATH = 0.06
"""Seconds between two actions: a host may ask twenty a second."""
PAGES = ("/session", "/my-place", "/helplines")
BESIEGED = {"HEARTH_TRUSTED_PROXIES": "1"}
"""Attackers come from many addresses, which a proxy tells."""


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    sign_ins: int = 10_000
    guesses: int = 100_000
    at_once: int = 500
    """Tries between two words with the besiegers."""
    sockets: int = 1000
    slow_bodies: int = 300
    bad_bodies: int = 3000
    bad_requests: int = 3000
    bad_frames: int = 150
    hold: float = 15.0
    """Seconds for which connections are kept, and a flood lasts."""
    longest: float = 240.0
    """Seconds after which one attack is not gone on with: on a crowded machine there are fewer tries."""


@dataclass
class Took:
    """Milliseconds of each action, and what it cost."""

    actions: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    load_cpu: float = 0.0
    platform_cpu: float = 0.0
    memory: int = 0
    """The most that the platform had, in bytes."""


@dataclass
class Town:
    """What is besieged: a session. Sam is muted, Ben looks on, Eve's cookie is in other hands."""

    premises: Premises
    evening: Evening
    host: Person
    sam: Person
    ben: Person
    eve: Person

    @property
    def process(self) -> psutil.Process:
        assert self.premises.platform.process is not None
        return psutil.Process(self.premises.platform.process.pid)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.eve.cookies.items())

    def log_lines(self) -> list[str]:
        return self.premises.platform.log.read_text(errors="replace").splitlines()


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    """A platform, a session, a host and three parents in the room."""
    platform = Platform(folder, settings=BESIEGED)
    try:
        premises = await started(platform)
        async with evening(premises) as tonight:
            host, _ = await tonight.host()
            sam, ben, eve = await tonight.admitted(host, "Sam", "Ben", "Eve")
            yield Town(premises, tonight, host, sam, ben, eve)
    finally:
        await platform.stop()


# --- What the session does meanwhile ---


async def mute_and_lift(town: Town, took: Took, over: asyncio.Event) -> None:
    def held() -> bool:
        return any(
            one["person"] == town.sam.person and one["microphone_held"] for one in town.ben.view["people"]
        )

    while not over.is_set():
        wanted = not held()
        begun = time.monotonic()
        try:
            await town.host.must("mute" if wanted else "lift", person=town.sam.person)
            await town.ben.sees(lambda view, wanted=wanted: held() is wanted, 20)  # type: ignore[misc]
        except Exception as error:
            took.failed.append(f"{type(error).__name__}: {error}")
            if not (town.host.wire.is_open and town.ben.wire.is_open):
                return
        took.actions.append(1000 * (time.monotonic() - begun))
        await asyncio.sleep(BREATH)


async def open_pages(town: Town, took: Took, over: asyncio.Event) -> None:
    number = 0
    while not over.is_set():
        begun = time.monotonic()
        try:
            page = await town.ben.visitor.open(PAGES[number % len(PAGES)])
            if page.status != 200:
                took.failed.append(f"{page.path}: {page.status}")
        except Exception as error:
            took.failed.append(f"{type(error).__name__}: {error}")
        took.pages.append(1000 * (time.monotonic() - begun))
        number += 1
        await asyncio.sleep(BREATH)


async def weigh(town: Town, took: Took, over: asyncio.Event) -> None:
    while not over.is_set():
        took.memory = max(took.memory, town.process.memory_info().rss)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), 0.2)


async def during(town: Town, attack: Awaitable[Sequence[Mapping[str, Any]]]) -> Took:
    """What the session took while this lasted."""
    took, over = Took(), asyncio.Event()
    spent, begun = cpu_seconds(town.process), time.monotonic()
    watching = [asyncio.create_task(watch(town, took, over)) for watch in (mute_and_lift, open_pages, weigh)]
    try:
        for told in await attack:
            took.load_cpu += told["cpu"]
            for kind, count in told["answers"].items():
                took.answers[kind] = took.answers.get(kind, 0) + count
    finally:
        over.set()
        await asyncio.gather(*watching)
    took.seconds = time.monotonic() - begun
    took.platform_cpu = cpu_seconds(town.process) - spent
    return took


async def peace(seconds: float) -> Sequence[Mapping[str, Any]]:
    await asyncio.sleep(seconds)
    return ()


# --- The attacks ---


Attack = Callable[[], Awaitable[Sequence[Mapping[str, Any]]]]


def attacks(town: Town, load: Helper, size: Size) -> dict[str, Attack]:
    """Each by its name."""
    origin, meeting = town.premises.origin, town.evening.meeting
    inside = {"origin": origin, "cookie": town.cookie, "meeting": meeting}

    async def asked(**what: object) -> Sequence[Mapping[str, Any]]:
        return [await load.ask(**what)]

    async def in_parts(count: int, **what: object) -> Sequence[Mapping[str, Any]]:
        answers, end = [], time.monotonic() + size.longest
        for begin in range(0, count, size.at_once):
            if time.monotonic() > end:
                break
            some = min(size.at_once, count - begin)
            answers.append(await load.ask(count=some, begin=begin, **what))
        return answers

    emails = [sign.email for sign in town.premises.staff.values()]
    return {
        "sign_ins": partial(in_parts, size.sign_ins, do="sign_ins", origin=origin, emails=emails),
        "guesses": partial(in_parts, size.guesses, do="guesses", origin=origin),
        "sockets": partial(asked, do="sockets", origin=origin, count=size.sockets, hold=size.hold),
        "slow_bodies": partial(
            asked, do="slow_bodies", origin=origin, count=size.slow_bodies, hold=size.hold + 5
        ),
        "bad_bodies": partial(asked, do="bad_bodies", origin=origin, count=size.bad_bodies),
        "bad_requests": partial(asked, do="bad_requests", origin=origin, count=size.bad_requests),
        "bad_frames": partial(asked, do="bad_frames", count=size.bad_frames, **inside),
        "flood": partial(asked, do="flood", seconds=size.hold, **inside),
    }


@dataclass(frozen=True)
class Siege:
    """What came of it."""

    before: Took
    under: Mapping[str, Took]
    lines: Sequence[str]
    """What the platform logged meanwhile."""

    def all_actions(self) -> list[float]:
        return [one for took in self.under.values() for one in took.actions]

    def all_pages(self) -> list[float]:
        return [one for took in self.under.values() for one in took.pages]

    def failed(self) -> list[str]:
        return [*self.before.failed, *(one for took in self.under.values() for one in took.failed)]

    def betrayals(self, *more: str) -> list[str]:
        """Lines of the log in which an address, a name or something that was typed stands."""
        wanted = (besiegers.MARKER, besiegers.ONE, "2001:db8", "127.0.0.1", "@", "Sam", "Ben", "Eve", *more)
        return [line for line in self.lines if any(one in line for one in wanted) or _SECRET.search(line)]


_SECRET = re.compile(r"/i/(?!\{secret\})|[A-Za-z0-9_-]{43}")
"""A link that was asked for, or what opens one; `/i/{secret}` itself is what every such route is called."""


async def besiege(town: Town, size: Size, wanted: Sequence[str] = (), in_peace: float = IN_PEACE) -> Siege:
    """Peace first, then one attack after the other."""
    logged = len(town.log_lines())
    async with helper("tests.bench.kit.besiegers") as load:
        before = await during(town, peace(in_peace))
        under: dict[str, Took] = {}
        for name, attack in attacks(town, load, size).items():
            if not wanted or name in wanted:
                progress(f"{name}.")
                under[name] = await during(town, attack())
    return Siege(before, under, town.log_lines()[logged:])


# --- All of it ---


def told(name: str, took: Took, before: Took, how: str) -> None:
    p99, calm = quantile(took.actions, 0.99), quantile(before.actions, 0.99)
    pages, calm_pages = quantile(took.pages, 0.99), quantile(before.pages, 0.99)
    tell(
        f"siege_{name}", p99, "ms", f"p99 from a host's press to another's view; {how}",
        ratio=p99 / calm, p50=quantile(took.actions, 0.5), actions=len(took.actions),
        pages_p99=pages, pages_ratio=pages / calm_pages, failed=len(took.failed), first=took.failed[:2],
        answers=str(took.answers), seconds=round(took.seconds, 1),
        load_cpu=round(took.load_cpu, 1), platform_cpu=round(took.platform_cpu, 1),
        memory_mb=round(took.memory / 2**20, 1), busyness=busyness(),
    )  # fmt: skip


async def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with town(Path(folder)) as besieged:
            found = await besiege(besieged, Size(), sys.argv[1:])
    told("peace", found.before, found.before, "nobody attacks")
    for name, took in found.under.items():
        told(name, took, found.before, f"under {name.replace('_', ' ')}")
    p99, calm = quantile(found.all_actions(), 0.99), quantile(found.before.actions, 0.99)
    tell("siege", p99, "ms", "p99 over all attacks", ratio=p99 / calm, in_peace=calm, busyness=busyness())
    grown = max(took.memory for took in found.under.values()) - found.before.memory
    tell("siege_memory", grown / 2**20, "MB", "the platform's most under attack, above its most in peace")
    betrayals = found.betrayals()
    how = "lines logged under all attacks; betrayals: with an address, a name or a secret"
    tell("siege_log", len(found.lines), "lines", how, betrayals=len(betrayals))
    return 1 if found.failed() or betrayals else 0


if __name__ == "__main__":
    run(main(), LONGEST)
