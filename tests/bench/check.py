"""Whether the readiness check names what is wrong, and how long a patient parent waits for its verdict.

Twelve things are staged, one at a time, on a real browser, a platform and its engine; and nothing, once.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser

from tests.bench.kit.evening import evening
from tests.bench.kit.figures import busyness, progress, quantile, tell
from tests.bench.kit.limits import run
from tests.bench.kit.line import GOOD, Quality, line
from tests.bench.kit.turn import turn
from tests.journeys.staged import (
    BY_THE_LINE,
    FAKE_DEVICES,
    IN_APP,
    NO_CONNECTION,
    NO_MEDIA,
    NOT_ABLE,
    ONLY_RELAYS,
    Phone,
    come_to_the_check,
    phone,
    phones,
    silent_and_black,
)
from tests.platform import Platform

LONGEST = 900.0
"""Seconds for all of it, on a machine that is busy."""
AIM = 60.0
"""Seconds within which a verdict should be there, for somebody who presses at once."""
HOW = "seconds from the first press to the verdict, pressing at once; Chromium, embedded engine, loopback"


@dataclass(frozen=True)
class Staged:
    """One thing that is wrong, and what the check has to call it. `any_of`: more than one name is right."""

    name: str
    part: str
    any_of: tuple[str, ...]
    verdict: tuple[str, ...]
    quality: Quality = GOOD
    scripts: tuple[str, ...] = ()
    agent: str | None = None
    allowed: bool = True
    server_dies: bool = False
    details: tuple[str, str] | None = None
    """A line that the details must hold."""


WITHOUT_PICTURE = ("sound_only",)
HELP = ("needs_help",)
BY_UDP = "Straight way (UDP)"
WORKING = (
    Staged("nothing", "internet", ("",), ("ready",)),
    Staged("permission_denied", "voice", ("refused",), HELP, allowed=False),
    Staged(
        "udp_blocked",
        "internet",
        ("udp_blocked",),
        ("ready",),
        Quality(dead=True),
        details=(BY_UDP, "does not work"),
    ),
    Staged("turn_only", "internet", ("relay_only",), ("ready",), scripts=(ONLY_RELAYS,)),
    Staged("delay_200_ms", "internet", ("far",), ("ready", "sound_only"), Quality(delay=0.1)),
    Staged("loss_10_percent", "internet", ("lossy",), WITHOUT_PICTURE, Quality(loss=0.1)),
    Staged("100_kbit_s", "internet", ("narrow",), WITHOUT_PICTURE, Quality(rate=100_000)),
    Staged("old_browser", "", ("too_old",), HELP, scripts=(NO_CONNECTION,)),
    Staged("in_app_browser", "", ("in_app",), HELP, scripts=(NO_MEDIA,), agent=IN_APP),
)
NO_DEVICES = (Staged("no_microphone", "voice", ("missing",), HELP),)
SILENT_AND_BLACK = (
    Staged("silent_microphone", "voice", ("silent",), HELP),
    Staged("black_camera", "picture", ("black",), HELP),
)
LAST = (Staged("server_down", "internet", ("no_server",), HELP, server_dies=True),)


@dataclass
class Bench:
    """The platform and somebody who stands before the check."""

    platform: Platform
    cookies: str
    took: list[float]
    wrong: list[str]

    async def stage(self, browser: Browser, all_of: Sequence[Staged]) -> None:
        for staged in all_of:
            progress(staged.name)
            await self._try(browser, staged)

    async def _try(self, browser: Browser, staged: Staged) -> None:
        async with AsyncExitStack() as stack:
            poor = await stack.enter_async_context(line(self.platform.media_port, staged.quality))
            scripts = [*staged.scripts]
            if staged.quality is not GOOD:
                scripts.append(BY_THE_LINE % (self.platform.media_port, poor.port))
            how = {"user_agent": staged.agent} if staged.agent else {}
            if not staged.allowed:
                how["permissions"] = []  # type: ignore[assignment]
            address = f"{self.platform.origin}/ready"
            there = await stack.enter_async_context(
                phone(browser, address, cookies=self.cookies, scripts=scripts, **how)
            )
            began = time.monotonic()
            if staged.part:
                await self._go_through(there, staged)
            verdict = await there.verdict()
            seconds = time.monotonic() - began
            await self._judge(there, staged, verdict, seconds)

    async def _go_through(self, there: Phone, staged: Staged) -> None:
        if staged.server_dies:
            await there.press("Play the chime")
            await there.page.wait_for_load_state("networkidle")
            self.platform.kill()
            await there.press("Yes")
            await there.press("Try my voice")
            await there.came_out("voice")
            await there.press("Try my camera")
            await there.came_out("picture")
        else:
            await there.go_through()

    async def _judge(self, there: Phone, staged: Staged, verdict: str, seconds: float) -> None:
        if staged.part:
            named = (await there.parts())[staged.part]["fault"]
        else:
            named = str(await there.page.evaluate(NOT_ABLE))
        details = await there.details()
        is_right = named in staged.any_of and verdict in staged.verdict
        if staged.details is not None:
            is_right = is_right and details.get(staged.details[0]) == staged.details[1]
        if not is_right:
            self.wrong.append(staged.name)
        if staged.name != "nothing":
            self.took.append(seconds)
        tell(
            f"check_{staged.name}", seconds, "s", HOW, aim=AIM, named=named or "nothing", verdict=verdict,
            named_rightly=is_right, details=[f"{name}: {value}" for name, value in details.items()],
        )  # fmt: skip


async def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with turn(Path(folder)) as relay, evening(1, relay) as (platform, seed):
            cookies = await come_to_the_check(platform.origin, seed.parents[0])
            bench = Bench(platform, cookies, [], [])
            only = set(sys.argv[1:])
            async with phones(without=(FAKE_DEVICES,)) as bare:
                await bench.stage(bare, _chosen(NO_DEVICES, only))
            async with phones(besides=silent_and_black(Path(folder))) as dull:
                await bench.stage(dull, _chosen(SILENT_AND_BLACK, only))
            async with phones() as working:
                await bench.stage(working, _chosen(WORKING, only))
                await bench.stage(working, _chosen(LAST, only))
    tell("check_named_wrongly", len(bench.wrong), "faults", "of twelve staged", aim=0, which=bench.wrong)
    if bench.took:
        tell(
            "check_verdict", max(bench.took), "s", f"longest of those above; {HOW}", aim=AIM,
            p50=quantile(bench.took, 0.5), busyness=busyness(),
        )  # fmt: skip
    return 1 if bench.wrong else 0


def _chosen(all_of: Sequence[Staged], only: set[str]) -> Sequence[Staged]:
    return [staged for staged in all_of if not only or staged.name in only]


if __name__ == "__main__":
    run(main(), LONGEST)
