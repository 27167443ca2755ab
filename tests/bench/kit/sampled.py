"""The media engine's process, looked at a few hundred times a second of its CPU time.

A signal of the profiling timer notes which line runs. Nothing is slowed down between two looks, and a call
into C counts for the line that made it. Written as JSON, at the end, to the file named as the argument.
"""

import asyncio
import json
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from signalling.livekit.process import run

EVERY = 0.002
FORGET = signal.SIGUSR1
"""Sent to this process: what was seen so far (starting, handshakes) does not count."""
seen: Counter[tuple[str, str, int, str]] = Counter()


def look(_sign: int, frame: FrameType | None) -> None:
    """Note file, function and line, and who called."""
    if frame is not None:
        code, caller = frame.f_code, frame.f_back
        called_by = caller.f_code.co_qualname if caller else ""
        seen[code.co_filename, code.co_qualname, frame.f_lineno, called_by] += 1


def main(where: str) -> int:
    signal.signal(FORGET, lambda *_: seen.clear())
    signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        return asyncio.run(run())
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        Path(where).write_text(json.dumps([[*place, times] for place, times in seen.items()]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
