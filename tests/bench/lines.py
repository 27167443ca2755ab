"""How sound and picture do on poor lines, with livekit-client in Chromium on both ends.

Each line is simulated by a seeded relay in user space, in both directions. The machine must be quiet: a
browser that gets no time to decode conceals sound and lets pictures stand as well. How much of that there is
show `loss_0`, the same line without loss, and how many pictures were made at all. Lines can be named:
`bench lines loss_10 loss_10_up`.
"""

import asyncio
import sys
import time

from tests.bench.kit.figures import busyness, progress, tell
from tests.bench.kit.limits import run
from tests.browsers import LIVELY, chromium, until
from tests.media.conditions import PERFECT, Conditions
from tests.signalling.livekit.line import ADVERTISED, network
from tests.signalling.livekit.process import engine
from tests.signalling.livekit.scene import Scene, on_a_line
from tests.signalling.livekit.tabs import place

SETTLE, WATCH = 6.0, 25.0
USUAL = ("loss_0", "loss_5", "loss_5_up", "rate_150", "outage", "new_address")
UP = "_up"
"""At the end of a line's name: it is whoever sends that has it, not whoever receives."""
WIDTH, HEIGHT = 480, 270
"""Little to encode and to decode: it is the line that is to be measured."""
LONGEST = 300.0
LINES = {
    "loss_0": Conditions(delay=0.03, jitter=0.02),
    "loss_1": Conditions(loss=0.01, delay=0.03, jitter=0.02),
    "loss_3": Conditions(loss=0.03, delay=0.03, jitter=0.02),
    "loss_5": Conditions(loss=0.05, delay=0.03, jitter=0.02),
    "loss_10": Conditions(loss=0.10, delay=0.03, jitter=0.02),
    "loss_20": Conditions(loss=0.20, delay=0.03, jitter=0.02),
    "delay_150": Conditions(loss=0.01, delay=0.15, jitter=0.05),
    "delay_300": Conditions(loss=0.01, delay=0.3, jitter=0.05),
    "rate_400": Conditions(rate=400_000, delay=0.03),
    "rate_150": Conditions(rate=150_000, delay=0.03),
}
OUTAGE = 10.0


async def on(scene: Scene, name: str, line: Conditions) -> None:
    """The figures of one line."""
    if name.endswith(UP):
        scene.sams_becomes(line, line)
    else:
        scene.become(line if not line.rate else PERFECT, line)
    await asyncio.sleep(SETTLE)
    before = await made(scene)
    window = await scene.watch(WATCH)
    made_meanwhile = await made(scene) - before
    how = f"{line}; down only if it is a matter of rate; {WATCH:.0f} s after {SETTLE:.0f} s"
    tell(f"lines_{name}_concealed", 100 * window.concealed, "% of samples", how, busyness=busyness())
    tell(
        f"lines_{name}_freezes", window.freezes * 60 / WATCH, "a minute", how,
        pictures_a_second=round(window.pictures / WATCH, 1), width=window.width, frozen=window.frozen,
        made_a_second=round(made_meanwhile / WATCH, 1), asked_again=window.asked, keyframes=window.keyframes,
        held=window.held,
    )  # fmt: skip
    scene.become(PERFECT, PERFECT)
    scene.sams_becomes(PERFECT, PERFECT)


async def made(scene: Scene) -> float:
    """Pictures that Sam's browser has encoded so far: where they are too few, the machine is the limit."""
    layers = await scene.sam.sent()
    return max(float(layer["frames"]) for name, layer in layers.items() if name != "audio")


async def back_after(scene: Scene, name: str, how: str) -> None:
    """Seconds until sound and picture come again."""
    before = await scene.jo.received("sam")
    begun = time.monotonic()

    async def comes() -> bool:
        now = await scene.jo.received("sam")
        return (
            now["audio"]["packetsReceived"] > before["audio"]["packetsReceived"] + 10
            and now["video"]["framesDecoded"] > before["video"]["framesDecoded"] + 2
        )

    await until(comes, "media is back")
    tell(f"lines_{name}", time.monotonic() - begun, "s", how, busyness=busyness())


async def main() -> None:
    async with (
        engine(advertised_host=ADVERTISED) as child,
        network(child.media_port) as carrier,
        chromium(LIVELY) as browser,
        place() as where,
    ):
        scene = await on_a_line(child, carrier, where, browser, WIDTH, HEIGHT)
        for name in sys.argv[1:] or USUAL:
            progress(name)
            await measure(scene, name)


async def measure(scene: Scene, name: str) -> None:
    """One line, by its name."""
    if name == "outage":
        gone = Conditions(out=True)
        scene.become(gone, gone)
        await asyncio.sleep(OUTAGE)
        scene.become(PERFECT, PERFECT)
        await back_after(scene, name, f"until media is back after {OUTAGE:.0f} s without any packet")
    elif name == "new_address":
        scene.move()
        await back_after(scene, name, "until media comes after the client's address has changed")
    else:
        await on(scene, name, LINES[name.removesuffix(UP)])


if __name__ == "__main__":
    run(main(), LONGEST)
