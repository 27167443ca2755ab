"""How a bench runs: it ends in time, and takes what it started with it, however it ends."""

import asyncio
import signal
import sys
import time
from collections.abc import Coroutine
from typing import Any

LONGEST = 110.0
"""Seconds for a whole bench, unless it says otherwise."""
ROUNDS_END = 80.0
"""Seconds after which no new round is begun: fewer rounds are better than no figure."""
_begun = time.monotonic()


def is_time_for_another(until: float = ROUNDS_END) -> bool:
    """Whether one more round may be begun: not so many seconds after the bench itself began."""
    return time.monotonic() - _begun < until


def run(bench: Coroutine[Any, Any, int | None], longest: float = LONGEST) -> None:
    """Run it and end the process with its status; being told to end is an end like any other."""
    sys.exit(asyncio.run(_within(bench, longest)))


async def _within(bench: Coroutine[Any, Any, int | None], longest: float) -> int | None:
    task = asyncio.ensure_future(bench)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await asyncio.wait_for(task, longest)
    except TimeoutError:
        return _said(f"It was not done after {longest:.0f} s: the machine is too busy to measure.")
    except asyncio.CancelledError:
        return _said("Stopped.")


def _said(line: str) -> int:
    print(f"  {line}", file=sys.stderr)
    return 1
