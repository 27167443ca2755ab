"""How a bench tells its figures."""

import json
import os
import sys
from collections.abc import Sequence

import psutil

Detail = str | int | float | bool | None | Sequence["Detail"]


def tell(name: str, value: float, unit: str, how: str, **details: Detail) -> None:
    """One figure, as one line of JSON on standard output. `how` says what was done to get it."""
    line = {"name": name, "value": value, "unit": unit, "how": how, **details}
    line = {key: rounded(each) if isinstance(each, float) else each for key, each in line.items()}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def progress(line: str) -> None:
    """What the bench is doing now, for whoever waits."""
    print(f"  {line}", file=sys.stderr, flush=True)


def rounded(value: float) -> float:
    """To four significant digits."""
    return float(f"{value:.4g}")


def cpu_seconds(process: psutil.Process) -> float:
    """What this process has used so far, in itself and in the kernel."""
    times = process.cpu_times()
    return float(times.user + times.system)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that is at least as large as this share of them (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def busyness() -> float:
    """Processes that want to run on this machine, for each of its cores, over the last minute."""
    return round(os.getloadavg()[0] / (os.cpu_count() or 1), 2)
