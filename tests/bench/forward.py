"""How many packets the media engine sends on in a second of CPU time, and where that second goes.

One publisher sends a picture in 1,000-byte packets to eleven subscribers, AES-GCM. The rate rises until
packets are lost; just below that the engine's CPU time is set against what arrived. The same load is then put
on a LiveKit server, where there is one on the machine.
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
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from livekit import api

from server.embedded import COMMAND, Embedded, Settings
from tests.bench.kit import sampled
from tests.bench.kit.figures import busyness, cpu_seconds, progress, tell
from tests.bench.kit.limits import run
from tests.bench.kit.lines import Helper, helper
from tests.bench.kit.publisher import SIZE
from tests.bench.kit.wire import GCM
from tests.conformance import engines, livekit_server

ROOM = "bench"
SUBSCRIBERS = 11
FIRST_RATE, STEP = 1500, 1.3
"""Packets a second from the publisher, and the factor between one try and the next."""
LOST_TOO_MUCH, TOO_LATE = 0.003, 50.0
"""Share of the packets, and milliseconds at the 99th percentile, from which on the engine is overloaded."""
TRIES = 2
"""A rate is too high only if it was twice: somebody else may have used the machine."""
TRY, WINDOW = 1.5, 4.0
"""Seconds of one try on the way up, and of one of the windows that count."""
WINDOWS = 3
BELOW = 0.85
"""Of the highest rate without loss: where the windows are measured."""
SETTLE = 0.3
CALM_RATE = 250
"""2 Mbit/s: what one person's good picture amounts to, for the latency nobody has to wait behind."""
LOAD = f"1 publisher → {SUBSCRIBERS} subscribers, 1,000-byte video packets, AES-GCM"
SAMPLING = "samples of the engine's CPU time; a call into C counts for the line that makes it"


@dataclass(frozen=True)
class Window:
    """What happened while the publisher sent for some seconds."""

    rate: int
    sent: int
    received: int
    seconds: float
    cpu: float
    p50: float
    p99: float
    samples: int

    @property
    def lost(self) -> float:
        return 1 - self.received / (self.sent * SUBSCRIBERS)

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


@dataclass
class Stage:
    """An engine with everybody in it."""

    process: psutil.Process
    publisher: Helper
    subscribers: Helper
    alone: int
    together: int

    async def send(self, rate: int, seconds: float) -> Window:
        """Send for a while, wait for what is under way, and count."""
        await self.subscribers.ask(do="begin")
        before = cpu_seconds(self.process)
        sent = await self.publisher.ask(do="send", rate=rate, seconds=seconds)
        await asyncio.sleep(SETTLE)
        cpu = cpu_seconds(self.process) - before
        heard = await self.subscribers.ask(do="end")
        return Window(
            rate, sent["sent"], heard["received"], sent["seconds"], cpu,
            heard["p50_ms"], heard["p99_ms"], heard["samples"],
        )  # fmt: skip


def token(engine: engines.Engine, identity: str) -> str:
    grants = api.VideoGrants(
        room_join=True, room=ROOM, can_publish=True, can_subscribe=True, can_publish_data=False
    )
    return api.AccessToken(engine.key, engine.secret).with_identity(identity).with_grants(grants).to_jwt()


@asynccontextmanager
async def staged(engine: engines.Engine, process: psutil.Process) -> AsyncIterator[Stage]:
    """Everybody joins, the publisher publishes, and the first packets arrive everywhere."""
    async with AsyncExitStack() as stack:
        subscribers = await stack.enter_async_context(helper("tests.bench.kit.subscribers"))
        publisher = await stack.enter_async_context(helper("tests.bench.kit.publisher"))
        url = engine.endpoint()
        await publisher.ask(do="join", url=url, token=token(engine, "publisher"))
        stage = Stage(process, publisher, subscribers, process.memory_info().rss, 0)
        for number in range(SUBSCRIBERS):
            await subscribers.ask(do="join", url=url, token=token(engine, f"subscriber{number}"))
        agreed = (await subscribers.ask(do="listen"))["profile"]
        assert agreed == GCM.decode(), agreed
        await warm(stage)
        stage.together = process.memory_info().rss
        yield stage


async def warm(stage: Stage) -> None:
    """Routes begin with a keyframe, and a LiveKit server takes a moment before it forwards at all."""
    for _ in range(20):
        await stage.subscribers.ask(do="begin")
        await stage.publisher.ask(do="send", rate=CALM_RATE, seconds=0.5)
        await asyncio.sleep(0.1)
        if (await stage.subscribers.ask(do="end"))["fewest"] > 0:
            return
    raise RuntimeError("not every subscriber receives the picture")


async def climb(stage: Stage) -> int:
    """The highest rate that the engine, on what is left of this machine, was not overloaded by."""
    rate, best = FIRST_RATE, FIRST_RATE
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


async def measure(stage: Stage, rate: int, name: str, how: str) -> float:
    """Packets per CPU-second at this rate."""
    calm = await stage.send(CALM_RATE, TRY)
    windows = [await stage.send(rate, WINDOW) for _ in range(WINDOWS)]
    middle = statistics.median(window.per_cpu_second for window in windows)
    tell(
        f"{name}", middle, "packets/CPU-s", how,
        windows=[round(window.per_cpu_second) for window in windows], rate_in=rate,
        rate_out=round(statistics.median(window.received / window.seconds for window in windows)),
        lost=round(max(window.lost for window in windows), 5),
        cores=round(statistics.median(window.used for window in windows), 3),
        decrypted=sum(window.samples for window in windows), busyness=busyness(),
    )  # fmt: skip
    for which, one in (("calm", [calm]), ("loaded", windows)):
        tell(
            f"{name}_latency_{which}", statistics.median(window.p50 for window in one), "ms",
            "sent by the publisher to read by a subscriber, median; both ends' own work included",
            p99=round(max(window.p99 for window in one), 3), rate_in=one[0].rate,
            samples=sum(window.samples for window in one),
        )  # fmt: skip
    return middle


def tell_memory(stage: Stage, name: str) -> None:
    each = (stage.together - stage.alone) / SUBSCRIBERS
    tell(
        f"{name}_memory_per_person", each / 1024, "KiB",
        "growth of the engine's resident memory from 1 to 12 people, for each that joined, a picture flowing",
        whole_mib=round(stage.together / 2**20, 1),
    )  # fmt: skip


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


def tell_profile(samples: Path, rate: int) -> None:
    """The samples of a whole run, by part and by the lines that cost most."""
    parts: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for file, function, line, caller, times in json.loads(samples.read_text()):
        parts[stage_of(file, function, line, caller)] += times
        lines[f"{Path(file).name}:{line} {linecache.getline(file, line or 0).strip()[:60]}"] += times
    whole = sum(parts.values())
    for part, times in parts.most_common():
        tell(f"forward_time_{part}", 100 * times / whole, "%", SAMPLING, rate_in=rate, samples=whole)
    dearest = [f"{100 * times / whole:.1f} % {line}" for line, times in lines.most_common(12)]
    tell(
        "forward_dearest_line",
        100 * lines.most_common(1)[0][1] / whole,
        "%",
        "the twelve dearest lines",
        lines=dearest,
    )


async def profile(rate: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        samples = Path(folder, "samples.json")
        command = (sys.executable, "-m", sampled.__name__, str(samples))
        async with Embedded(Settings(), command) as embedded:
            engine = engines.Engine(engines.EMBEDDED, embedded.key, embedded.secret, embedded.endpoint)
            async with staged(engine, child_of_ours(sampled.__name__)) as stage:
                stage.process.send_signal(sampled.FORGET)
                await stage.send(rate, 2 * WINDOW)
        tell_profile(samples, rate)


# --- The two engines --------------------------------------------------------------------------------------


def child_of_ours(word: str) -> psutil.Process:
    """The process that this one started, itself or through a shell, whose command line has this word."""
    below = psutil.Process().children(recursive=True)
    return [child for child in below if any(word in part for part in child.cmdline())][-1]


async def embedded_figures() -> tuple[float, int]:
    async with Embedded(Settings()) as embedded:
        engine = engines.Engine(engines.EMBEDDED, embedded.key, embedded.secret, embedded.endpoint)
        async with staged(engine, child_of_ours(COMMAND[-1])) as stage:
            tell_memory(stage, "forward")
            rate = int(await climb(stage) * BELOW)
            return await measure(stage, rate, "forward", f"{LOAD}; CPU time of the engine's process"), rate


async def livekit_figures(ours: float, rate: int) -> None:
    binary = livekit_server.find()
    if binary is None:
        progress("There is no LiveKit server on this machine to compare with.")
        return
    async with engines.running(engines.LIVEKIT, "http://127.0.0.1:9/") as engine:
        async with staged(engine, child_of_ours(str(binary))) as stage:
            tell_memory(stage, "livekit_forward")
            how = f"{LOAD}; CPU time of the server"
            theirs = await measure(stage, rate, "livekit_forward", how)
    tell(
        "forward_ratio",
        ours / theirs,
        "×",
        "packets per CPU-second: the embedded engine to a LiveKit server, same load",
    )


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
    tell_machine()
    progress(f"The machine is at {busyness():.0%} of its cores.")
    ours, rate = await embedded_figures()
    await profile(rate)
    await livekit_figures(ours, rate)


if __name__ == "__main__":
    run(main())
