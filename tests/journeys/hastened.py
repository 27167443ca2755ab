"""The platform with a clock that a test can put forward: `python -m tests.journeys.hastened`.

The file that the environment's CLOCK_AHEAD names holds the seconds by which its clock is ahead.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

from server import config, logs
from server.app import build
from server.house import SystemClock

PROGRAM = ("tests.journeys.hastened",)
AHEAD = "CLOCK_AHEAD"


class ClockAhead(SystemClock):
    """The machine's own, and what a test has put it forward by."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=float(self._file.read_text()))


def main() -> None:
    settings = config.load()
    logs.set_up(settings.log_level)
    app = build(settings, clock=ClockAhead(Path(os.environ[AHEAD])))
    web.run_app(app, host=settings.host, port=settings.port, print=None, access_log=None, shutdown_timeout=2)


if __name__ == "__main__":
    main()
