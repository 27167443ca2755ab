"""From a host's press to its effect at every other person, with thirty people in the room.

The host and one parent are real pages. The other 28 are scripted (`kit/gathering.py`): all of them talk all
the time, whatever a host does, and note when the last packet came. Who is muted or removed is one of them and
sends a packet every 5 ms. Stages can be named: `bench control mute kill`.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from server.meetings import Options
from tests.bench.kit.browsers import Killable, killable
from tests.bench.kit.evening import host_at_the_desk, is_connected
from tests.bench.kit.figures import busyness, progress, quantile, tell
from tests.bench.kit.limits import is_time_for_another, run
from tests.bench.kit.lines import Helper, helper
from tests.bench.kit.page import NOTE_HIDDEN, NOTE_WHEN, press
from tests.browsers import LAPTOP, ChromiumTab, chromium, until
from tests.hostile.premises import Evening, Premises, evening, new_premises
from tests.journeys.people import Host, Parent
from tools.platform import Seed

ROOM = 30
LONGEST = 270.0
SAM, ANA = "Sam", "Ana"
"""Who is muted and removed; whose page shows it."""
QUICK = 0.005
"""Seconds between Sam's packets."""
QUIET, SURE = 0.35, 0.15
"""Seconds after which the last packet must have come, and during which no other may."""
SILENT_FOR = 0.9
"""Seconds after which nobody gets anything any more, where it may take seconds until then."""
BREATH = 0.2, 0.4
"""Seconds between what has brought everything back and the next press: no hand is faster."""
WITHIN = 40.0
LOAD = f"{ROOM} people in one room, {ROOM - 2} of them scripted and talking, two pages in Chromium"


@dataclass
class Took:
    """Milliseconds of each round: to the last packet anywhere, and to what the parent's page shows."""

    everywhere: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    browser: list[float] = field(default_factory=list)
    """Of these, until the browser had told the page that it is being closed."""


@dataclass
class Stage:
    """Everybody, in the room."""

    group: Evening
    gathering: Helper
    host: Host
    parent: Parent

    async def last(self, of: str | None) -> float:
        """When the last packet of this one, or of anybody, came to anybody else; seconds since 1970."""
        return float((await self.gathering.ask(do="last", of=of))["last"])

    async def everybody_hears(self, of: str | None, others: int) -> None:
        """Wait until everything is as it was, and for as long as a hand takes at least."""

        async def reaches() -> bool:
            return bool((await self.gathering.ask(do="reach", of=of))["reached"] == others)

        await until(reaches, f"{others} people hear {of or 'somebody'}", WITHIN)
        await asyncio.sleep(random.uniform(*BREATH))

    async def stopped(self, of: str | None) -> float:
        """The last packet, once it is sure that no other will come."""
        await asyncio.sleep(QUIET)
        last, before = await self.last(of), 0.0
        while last != before:  # on a crowded machine: it has not taken effect yet
            before = last
            await asyncio.sleep(SURE)
            last = await self.last(of)
        return last

    async def shows(self, test: str) -> None:
        """Have the parent's page note when this comes to be true of it."""
        await self.parent.tab.evaluate(f"window.noteWhen(() => {test})")

    async def noted(self) -> float:
        return float(
            await until(lambda: self.parent.tab.evaluate("window.notedAt"), "the parent's page shows it")
        )

    async def take(self, took: Took, of: str | None, pressed: float) -> None:
        """Wait for the effect of a press, in milliseconds since 1970."""
        took.everywhere.append(1000 * await self.stopped(of) - pressed)
        took.shown.append(await self.noted() - pressed)


def tile(name: str) -> str:
    return f'[...document.querySelectorAll("li.tile")].find((each) => each.innerText.includes("{name}"))'


def as_chromium(host: Host) -> ChromiumTab:
    assert isinstance(host.tab, ChromiumTab)
    return host.tab


# --- One round of each ---


async def mute(stage: Stage, took: Took) -> None:
    await stage.everybody_hears(SAM, ROOM - 3)
    await stage.shows(f'/muted/.test({tile(SAM)}?.innerText ?? "")')
    await stage.take(took, SAM, await press(stage.host.tab, f"Mute {SAM}"))
    await press(stage.host.tab, f"Lift the mute of {SAM}")


async def remove(stage: Stage, took: Took) -> None:
    await stage.everybody_hears(SAM, ROOM - 3)
    await stage.shows(f"!{tile(SAM)}")
    await press(stage.host.tab, f"More about {SAM}")
    await press(stage.host.tab, "Remove for today")
    await stage.host.tab.tick("Not safe for them or others")
    await stage.take(took, SAM, await press(stage.host.tab, "Remove for today"))
    await press(stage.host.tab, f"Undo for {SAM}")
    await press(stage.host.tab, f"Let in {SAM}")


async def pause(stage: Stage, took: Took) -> None:
    await stage.everybody_hears(None, ROOM - 2)
    await stage.shows('document.body.innerText.includes("Your host has paused everything")')
    await stage.take(took, None, await press(stage.host.tab, "Pause everything"))
    for feature in ("Sound", "Picture", "Chat", "Hands"):
        await press(stage.host.tab, f"{feature} back")


FROZEN = 'document.body.innerText.includes("We’ve lost your host")'


async def freeze(stage: Stage, took: Took) -> None:
    """The host's page is closed, and opened again."""
    await stage.everybody_hears(None, ROOM - 2)
    await stage.shows(FROZEN)
    page = as_chromium(stage.host).page
    context = page.context
    closed = 1000 * time.time()
    await page.close()
    await stage.take(took, None, closed)
    stage.host.tab = ChromiumTab(await context.new_page())
    await _return(stage)
    hidden = float(await stage.host.tab.evaluate("localStorage.hiddenAt ?? 0"))
    if hidden:  # the first page was there before it was asked to note this
        took.browser.append(hidden - closed)


async def _return(stage: Stage) -> None:
    group = stage.group
    await stage.host.tab.goto(f"{group.premises.origin}/staff/sessions/{group.meeting}")
    await until(lambda: is_connected(stage.host), "the host's media connects", WITHIN)


async def kill(stage: Stage, took: Took, browser: Killable) -> None:
    """The host's browser is killed, and another one opened."""
    await stage.everybody_hears(None, ROOM - 2)
    await stage.shows(FROZEN)
    kept = await as_chromium(stage.host).page.context.storage_state()
    killed = 1000 * time.time()
    browser.kill()

    async def nothing_comes() -> bool:
        return time.time() - await stage.last(None) > SILENT_FOR

    await until(nothing_comes, "nobody gets anything any more", WITHIN)
    await stage.take(took, None, killed)
    stage.host.tab = await (await browser.again()).tab(LAPTOP)
    await as_chromium(stage.host).page.context.add_cookies(kept["cookies"])  # type: ignore[arg-type]
    await _return(stage)


# --- All of it ---


async def everybody_comes(stack: AsyncExitStack, premises: Premises) -> tuple[Stage, Killable]:
    group = await stack.enter_async_context(
        evening(premises, ROOM - 1, ["facilitator"], Options(capacity=ROOM))
    )
    gathering = await stack.enter_async_context(helper("tests.bench.kit.gathering"))
    theirs = await stack.enter_async_context(chromium())
    browser = await stack.enter_async_context(killable())
    seed = Seed(group.meeting, group.group, (premises.staff["facilitator"],), tuple(group.links))
    host = await host_at_the_desk(browser.chromium, premises.platform, seed)
    await as_chromium(host).page.context.add_init_script(NOTE_HIDDEN)
    tab = await theirs.tab(LAPTOP)
    await tab.page.context.add_init_script(NOTE_WHEN)
    parent = Parent(tab, ANA)
    await parent.come_in(group.links[0])
    progress(f"{ROOM - 2} more come.")
    links = dict(
        zip((SAM, *(f"Parent {number}" for number in range(1, ROOM))), group.links[1:], strict=False)
    )
    await gathering.ask(do="come", origin=premises.origin, meeting=group.meeting, links=links)
    stage = Stage(group, gathering, host, parent)
    await press(host.tab, "Let everyone in")
    await stage.everybody_hears(None, ROOM - 2)
    await gathering.ask(do="hurry", of=SAM, every=QUICK)
    await stage.everybody_hears(SAM, ROOM - 3)
    await until(lambda: is_connected(parent), "the parent's media connects", WITHIN)
    return stage, browser


Round = Callable[[Stage, Took], Awaitable[None]]


async def rounds(stage: Stage, name: str, one: Round, most: int, end: float) -> Took:
    """As many rounds as there is time for."""
    progress(f"{name}: {most} rounds.")
    took = Took()
    while len(took.everywhere) < most and is_time_for_another(end):
        await one(stage, took)
    if took.everywhere:
        usual, longest = quantile(took.everywhere, 0.5), max(took.everywhere)
        progress(f"{len(took.everywhere)} took {usual:.0f} ms, at most {longest:.0f} ms.")
    return took


def figure(name: str, took: Took, how: str, aim: float | None) -> None:
    if not took.everywhere:
        progress(f"{name}: no time was left for it.")
        return
    every, shown = took.everywhere, took.shown
    more = {"browser_p50": quantile(took.browser, 0.5)} if took.browser else {}
    tell(
        f"control_{name}", quantile(every, 0.99), "ms", f"p99 of {how} to the last packet; {LOAD}",
        aim=aim, p50=quantile(every, 0.5), longest=round(max(every), 1), rounds=len(every),
        shown_p50=quantile(shown, 0.5), shown_p99=quantile(shown, 0.99), **more, busyness=busyness(),
    )  # fmt: skip


STAGES = ("mute", "remove", "pause", "freeze", "kill")


async def main() -> None:
    wanted: Sequence[str] = sys.argv[1:] or STAGES
    progress("The host opens the room, and a parent comes.")
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        premises = await stack.enter_async_context(new_premises(Path(folder)))
        stage, browser = await everybody_comes(stack, premises)
        if "mute" in wanted:
            took = await rounds(stage, "mute", mute, 50, 110)
            figure("mute", took, "a host's press, at anybody else", 100)
        if "remove" in wanted:
            took = await rounds(stage, "remove", remove, 20, 150)
            figure("remove", took, "a host's press, at anybody else", 100)
        await stage.gathering.ask(do="hurry", of=SAM, every=0.06)
        if "pause" in wanted:
            took = await rounds(stage, "pause", pause, 20, 180)
            figure("pause", took, "a host's press, of anybody at anybody", 200)
        if "freeze" in wanted:
            took = await rounds(stage, "freeze", freeze, 10, 215)
            figure("freeze", took, "the host's page being closed, of anybody at anybody", 200)
        if "kill" in wanted:
            took = await rounds(stage, "kill", lambda stage, took: kill(stage, took, browser), 3, 240)
            figure("kill", took, "the host's browser being killed, of anybody at anybody", 6000)


if __name__ == "__main__":
    run(main(), LONGEST)
