"""Two hundred parents of twenty groups come within ten seconds, from the link to the waiting room.

Evenings begin at the full hour, so groups arrive together; a group is about ten. Over HTTP and Socket.IO,
page by page as a browser would, without the browser.
"""

import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import psutil

from tests.bench.kit.figures import busyness, cpu_seconds, progress, quantile, tell
from tests.bench.kit.limits import run
from tests.bench.kit.lines import helper
from tests.hostile.premises import Premises, evening, new_premises

GROUPS, PARENTS, SECONDS = 20, 10, 10.0
EVERYBODY = GROUPS * PARENTS
HOW = (
    f"{EVERYBODY} parents of {GROUPS} groups arriving evenly over {SECONDS:.0f} s, with a host in each; "
    "one platform process, SQLite"
)


async def arrive(premises: Premises) -> dict[str, Any]:
    """Let everybody come: what the crowd tells, and what it cost the platform."""
    assert premises.platform.process is not None
    process = psutil.Process(premises.platform.process.pid)
    async with AsyncExitStack() as stack:
        crowd = await stack.enter_async_context(helper("tests.bench.kit.crowd"))
        parents: list[tuple[str, str]] = []
        for _ in range(GROUPS):
            group = await stack.enter_async_context(evening(premises, links=PARENTS))
            host = await group.staff("facilitator")
            await host.listen()
            parents += [(group.meeting, link) for link in group.links]
        progress("They arrive.")
        memory, spent = process.memory_info().rss, cpu_seconds(process)
        # One of each group, then the next of each.
        mixed = [parents[place * PARENTS + turn] for turn in range(PARENTS) for place in range(GROUPS)]
        told: dict[str, Any] = await crowd.ask(origin=premises.origin, parents=mixed, seconds=SECONDS)
        told["cpu"] = cpu_seconds(process) - spent
        told["memory"] = process.memory_info().rss - memory
        return told


async def main() -> int:
    progress(f"{GROUPS} groups are being made.")
    with tempfile.TemporaryDirectory() as folder:
        async with new_premises(Path(folder)) as premises:
            told = await arrive(premises)
    whole = told["steps"].pop("whole", [0.0])
    tell("arrivals_errors", len(told["errors"]), "parents", HOW, aim=0, first=told["errors"][:3])
    tell(
        "arrivals_whole", quantile(whole, 0.99), "ms", f"p99 of all steps of one parent; {HOW}",
        p50=quantile(whole, 0.5), parents=len(whole), seconds=round(told["seconds"], 1),
        cpu_ms_each=round(1000 * told["cpu"] / EVERYBODY, 1),
        memory_kib_each=round(told["memory"] / 1024 / EVERYBODY, 1), busyness=busyness(),
    )  # fmt: skip
    for step, took in told["steps"].items():
        how = "p99, from a page (before the landing: the link) to the next one read whole"
        tell(f"arrivals_{step}", quantile(took, 0.99), "ms", how, p50=quantile(took, 0.5), longest=max(took))
    return 1 if told["errors"] else 0


if __name__ == "__main__":
    run(main())
