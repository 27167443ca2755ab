"""Programs that start at once: forked from a process that has imported the platform already.

To import it costs more than all that a platform does until it serves its first page, and the tests start one
for every file. What runs is the same program in a process of its own, with its own environment, input and
output.
"""

import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tools.platform import ROOT

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["server.__main__"])


class Warm:
    """A program that runs, with what of `subprocess.Popen` a test has a use for."""

    def __init__(self, program: Sequence[str], environment: Mapping[str, str], said: Path, log: Path) -> None:
        """`program` is a module and its arguments; it writes to the end of two files (or twice the same)."""
        files = (str(said), str(log))
        self._process: ForkServerProcess = _FORKS.Process(
            target=_become, args=(tuple(program), dict(environment), *files), daemon=True
        )
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        self._process.join(timeout)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()


def _become(program: Sequence[str], environment: Mapping[str, str], said: str, log: str) -> None:
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in ((1, said), (2, log)):
        file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, number)
        os.close(file)
    module, *arguments = program
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
