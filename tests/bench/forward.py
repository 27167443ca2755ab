"""How many packets the media engine sends on in a second of CPU time, and where that second goes.

People of one room send pictures in 1,000-byte packets, AES-GCM, and everybody receives everybody else's. The
rate rises until packets are lost; just below that the engine's CPU time is set against what arrived. The same
people then do the same at a LiveKit server and at Janus, where these are on the machine. Loads can be named:
`bench forward one all nine`.
"""

import asyncio
import json
import linecache
import socket
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from livekit import api

from server.embedded import COMMAND, Embedded, Settings
from tests.bench.kit import janus, sampled
from tests.bench.kit.figures import busyness, cpu_seconds, progress, quantile, tell
from tests.bench.kit.limits import run
from tests.bench.kit.lines import Helper, helper
from tests.bench.kit.picture import SIZE
from tests.bench.kit.wire import GCM
from tests.conformance import engines, livekit_server

ROOM = "bench"
FIRST_RATE, STEP = 16_500, 1.3
"""Packets a second sent on in all, and the factor between one try and the next."""
LOST_TOO_MUCH, TOO_LATE = 0.003, 50.0
"""Share of the packets, and milliseconds at the 99th percentile, from which on the engine is overloaded."""
TRIES = 3
"""A rate is too high only if it was each time: somebody else may have used the machine."""
TRY, WINDOW = 1.5, 4.0
"""Seconds of one try on the way up, and of one of the windows that count."""
WINDOWS = 3
BELOW = 0.85
"""Of the highest rate without loss: where the windows are measured."""
SETTLE = 0.3
CALM_RATE = 250
"""2 Mbit/s: what one person's good picture amounts to, for the latency nobody has to wait behind."""
WARM_UPS = 20
LONGEST = 400.0
SAMPLING = "samples of the engine's CPU time; a call into C counts for the line that makes it"


@dataclass(frozen=True)
class Load:
    """So many people, the first of whom send pictures. `name` begins the names of its figures."""

    name: str
    people: int
    pictures: int

    @property
    def others(self) -> int:
        """Whom one packet goes to."""
        return self.people - 1

    @property
    def description(self) -> str:
        return (
            f"{self.people} people, {self.pictures} of them with a picture that goes to all others, "
            "1,000-byte video packets, AES-GCM"
        )


LOADS = {
    "one": Load("forward", people=12, pictures=1),
    "all": Load("forward_all", people=12, pictures=12),
    "nine": Load("forward_nine", people=30, pictures=9),
}


@dataclass(frozen=True)
class Window:
    """What happened while pictures were sent for some seconds. Latencies in milliseconds."""

    rate: int
    sent: int
    others: int
    received: int
    seconds: float
    cpu: float
    p50: float
    p99: float
    samples: int

    @property
    def lost(self) -> float:
        return 1 - self.received / (self.sent * self.others)

    @property
    def overloaded(self) -> bool:
        return self.lost > LOST_TOO_MUCH or self.p99 > TOO_LATE

    @property
    def per_cpu_second(self) -> float:
        return self.received / self.cpu

    @property
    def used(self) -> float:
        """Cores."""
        return self.cpu / self.seconds


@dataclass(frozen=True)
class Server:
    """What the people are sent to: `kind` says how one comes in there, `name` is that of its figures."""

    kind: str
    name: str
    url: str | None
    process: psutil.Process
    engine: engines.Engine | None = None

    def token(self, identity: str) -> str:
        """What lets this person in."""
        if self.engine is None:
            return identity
        grants = api.VideoGrants(
            room_join=True, room=ROOM, can_publish=True, can_subscribe=True, can_publish_data=False
        )
        token = api.AccessToken(self.engine.key, self.engine.secret)
        return token.with_identity(identity).with_grants(grants).to_jwt()


@dataclass
class Stage:
    """A server with everybody in it. Who sends is one process, who only receives another."""

    load: Load
    process: psutil.Process
    senders: Helper
    receivers: Helper
    alone: int
    together: int = 0

    async def send(self, rate: int, seconds: float) -> Window:
        """Send for a while, wait for what is under way, and count."""
        both = (self.senders, self.receivers)
        for each in both:
            await each.ask(do="begin")
        before = cpu_seconds(self.process)
        sent = await self.senders.ask(do="send", rate=rate, seconds=seconds)
        await asyncio.sleep(SETTLE)
        cpu = cpu_seconds(self.process) - before
        heard = [await each.ask(do="end") for each in both]
        ages = [age for each in heard for age in each["ages_ms"]]
        return Window(
            rate, sent["sent"], self.load.others, sum(each["received"] for each in heard), sent["seconds"],
            cpu, quantile(ages or [0.0], 0.5), quantile(ages or [0.0], 0.99), len(ages),
        )  # fmt: skip


@asynccontextmanager
async def staged(server: Server, load: Load) -> AsyncIterator[Stage]:
    """Everybody comes, the pictures are announced, and the first packets arrive everywhere."""
    async with AsyncExitStack() as stack:
        senders = await stack.enter_async_context(helper("tests.bench.kit.people"))
        receivers = await stack.enter_async_context(helper("tests.bench.kit.people"))

        async def comes(number: int) -> None:
            publishes = number < load.pictures
            await (senders if publishes else receivers).ask(
                do="come", server=server.kind, url=server.url, token=server.token(f"person{number}"),
                publishes=publishes,
            )  # fmt: skip

        await comes(0)
        stage = Stage(load, server.process, senders, receivers, server.process.memory_info().rss)
        for number in range(1, load.people):
            await comes(number)
        for helping, pictures in ((senders, load.pictures - 1), (receivers, load.pictures)):
            agreed = (await helping.ask(do="receive", pictures=pictures))["profiles"]
            assert set(agreed) <= {GCM.decode()}, agreed
        await warm(stage)
        stage.together = server.process.memory_info().rss
        yield stage


async def warm(stage: Stage) -> None:
    """Routes begin with a keyframe, and a LiveKit server takes a moment before it forwards at all."""
    for _ in range(WARM_UPS):
        tried = await stage.send(CALM_RATE, 0.5)
        if tried.lost <= LOST_TOO_MUCH:
            return
    raise RuntimeError(f"{tried.lost:.0%} of the packets do not arrive")


async def climb(stage: Stage) -> int:
    """The highest rate that the engine, on what is left of this machine, was not overloaded by."""
    rate = best = FIRST_RATE // stage.load.others
    while True:
        for _ in range(TRIES):
            tried = await stage.send(rate, TRY)
            progress(
                f"{rate} packets/s in: {tried.lost:.2%} lost, {tried.used:.2f} cores, "
                f"{tried.per_cpu_second:.0f} out/CPU-s, p99 {tried.p99:.1f} ms"
            )
            if not tried.overloaded:
                break
        else:
            return best
        best, rate = rate, int(rate * STEP)


async def measure(stage: Stage, rate: int, name: str) -> float:
    """Packets per CPU-second at this rate."""
    windows = [await stage.send(rate, WINDOW) for _ in range(WINDOWS)]
    middle = statistics.median(window.per_cpu_second for window in windows)
    tell(
        name, middle, "packets/CPU-s", f"{stage.load.description}; CPU time of the server's process",
        windows=[round(window.per_cpu_second) for window in windows], rate_in=rate,
        rate_out=round(statistics.median(window.received / window.seconds for window in windows)),
        lost=round(max(window.lost for window in windows), 5),
        cores=round(statistics.median(window.used for window in windows), 3),
        decrypted=sum(window.samples for window in windows), busyness=busyness(),
    )  # fmt: skip
    tell_latency(f"{name}_latency_loaded", windows)
    return middle


def tell_latency(name: str, windows: list[Window]) -> None:
    tell(
        name, statistics.median(window.p50 for window in windows), "ms",
        "sent to read by who receives, median; both ends' own work included",
        p99=round(max(window.p99 for window in windows), 3), rate_in=windows[0].rate,
        samples=sum(window.samples for window in windows),
    )  # fmt: skip


async def tell_calm(stage: Stage, name: str) -> None:
    """What there is to tell before anything is put under load: memory, and what latency is usual."""
    each = (stage.together - stage.alone) / stage.load.others
    tell(
        f"{name}_memory_per_person", each / 1024, "KiB",
        f"growth of resident memory from 1 to {stage.load.people} people, for each, pictures flowing",
        whole_mib=round(stage.together / 2**20, 1),
    )  # fmt: skip
    tell_latency(f"{name}_latency_calm", [await stage.send(CALM_RATE, TRY)])


# --- Where the time goes ----------------------------------------------------------------------------------


def stage_of(file: str, function: str, line: int | None, caller: str) -> str:
    """Which part of a packet's way this line belongs to."""
    text = linecache.getline(file, line or 0)
    match Path(file).stem, function:
        case "srtp", "Direction._apply":
            return "protect" if caller.endswith(".protect") else "unprotect"
        case "srtp", "Direction.protect":
            return "protect"
        case "srtp", _:
            return "unprotect"
        case "peer", ("Peer.send_sound" | "Peer.send_picture"):
            return "send" if "transmit" in text else "protect"
        case "peer", "Peer.receive_rtp":
            return "unprotect"
        case (("router" | "packets" | "vp8"), _):
            return "route"
        case "engine", "Engine._take_packet":
            return "route"
        case "<string>", _:  # a named tuple being made: the parsed header
            return "route"
        case "udp", "MediaPort._readable":
            return "receive"
        case _:
            return "other"


def tell_profile(samples: Path, name: str, rate: int) -> None:
    """The samples of a whole run, by part and by the lines that cost most."""
    parts: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for file, function, line, caller, times in json.loads(samples.read_text()):
        parts[stage_of(file, function, line, caller)] += times
        lines[f"{Path(file).name}:{line} {linecache.getline(file, line or 0).strip()[:60]}"] += times
    whole = sum(parts.values())
    for part, times in parts.most_common():
        tell(f"{name}_time_{part}", 100 * times / whole, "%", SAMPLING, rate_in=rate, samples=whole)
    dearest = [f"{100 * times / whole:.1f} % {line}" for line, times in lines.most_common(12)]
    tell(
        f"{name}_dearest_line",
        100 * lines.most_common(1)[0][1] / whole,
        "%",
        "the twelve dearest lines",
        lines=dearest,
    )


async def profile(load: Load, rate: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        samples = Path(folder, "samples.json")
        command = (sys.executable, "-m", sampled.__name__, str(samples))
        async with embedded(command, sampled.__name__) as server, staged(server, load) as stage:
            stage.process.send_signal(sampled.FORGET)
            await stage.send(rate, 2 * WINDOW)
        tell_profile(samples, load.name, rate)


# --- The servers ------------------------------------------------------------------------------------------


def child_of_ours(word: str) -> psutil.Process:
    """The process that this one started, itself or through a shell, whose command line has this word."""
    below = psutil.Process().children(recursive=True)
    return [child for child in below if any(word in part for part in child.cmdline())][-1]


@asynccontextmanager
async def embedded(command: tuple[str, ...] = COMMAND, word: str = COMMAND[-1]) -> AsyncIterator[Server]:
    async with Embedded(Settings(), command) as running:
        engine = engines.Engine(engines.EMBEDDED, running.key, running.secret, running.endpoint)
        yield Server(engines.LIVEKIT, "", engine.endpoint(), child_of_ours(word), engine)


@asynccontextmanager
async def livekit(program: str) -> AsyncIterator[Server]:
    async with engines.running(engines.LIVEKIT, "http://127.0.0.1:9/") as engine:
        yield Server(engines.LIVEKIT, "livekit_", engine.endpoint(), child_of_ours(program), engine)


@asynccontextmanager
async def at_janus(program: str) -> AsyncIterator[Server]:
    async with janus.running() as url:
        yield Server(janus.NAME, "janus_", url, child_of_ours(program))


def others_here() -> Iterator[tuple[Callable[[str], AbstractAsyncContextManager[Server]], str]]:
    """How to start each of the other servers that this machine has, and its program."""
    for called, start, found in (
        ("LiveKit server", livekit, livekit_server.find()),
        ("Janus (Debian's janus)", at_janus, janus.find()),
    ):
        if found is None:
            progress(f"There is no {called} on this machine to compare with.")
        else:
            yield start, str(found)


async def ours(load: Load) -> tuple[float, int]:
    """Packets per CPU-second of the embedded engine, and the rate at which that was."""
    async with embedded() as server, staged(server, load) as stage:
        await tell_calm(stage, load.name)
        rate = int(await climb(stage) * BELOW)
        return await measure(stage, rate, load.name), rate


async def tell_ratio(
    load: Load, engine: float, rate: int, other: AbstractAsyncContextManager[Server]
) -> None:
    """The same load on another server, and how the embedded engine compares."""
    async with other as server, staged(server, load) as stage:
        name = server.name + load.name
        await tell_calm(stage, name)
        theirs = await measure(stage, rate, name)
    tell(
        f"{load.name}_to_{name.split('_')[0]}", engine / theirs, "×",
        "packets per CPU-second: the embedded engine to this server, same load",
    )  # fmt: skip


def tell_machine() -> None:
    """What the machine itself can do, so that figures of two machines can be compared."""
    packet, count = bytes(SIZE), 100_000
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as source,
    ):
        sink.bind(("127.0.0.1", 0))
        destination, begun = sink.getsockname(), time.process_time()
        for _ in range(count):
            source.sendto(packet, destination)
        spent = time.process_time() - begun
    tell(
        "machine_sendto",
        count / spent,
        "packets/CPU-s",
        "bare sendto of 1,000 bytes from Python, nothing else",
    )


async def main() -> None:
    loads = [LOADS[name] for name in sys.argv[1:] or LOADS]
    others = list(others_here())
    tell_machine()
    progress(f"The machine is at {busyness():.0%} of its cores.")
    for load in loads:
        progress(load.description)
        engine, rate = await ours(load)
        await profile(load, rate)
        for start, program in others:
            await tell_ratio(load, engine, rate, start(program))


if __name__ == "__main__":
    run(main(), LONGEST)
