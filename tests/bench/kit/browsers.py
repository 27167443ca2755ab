"""A browser that can be killed like any process, in the middle of whatever it does."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import psutil

from tests.browsers import Chromium, chromium


class Killable:
    """One browser after the other."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._process: psutil.Process | None = None
        self.chromium: Chromium

    async def again(self) -> Chromium:
        """Start one."""
        before = _browsers()
        self.chromium = await self._stack.enter_async_context(chromium())
        (self._process,) = _browsers() - before
        return self.chromium

    def kill(self) -> None:
        """kill -9, with everything it has started."""
        assert self._process is not None
        for process in (self._process, *self._process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                process.kill()


def _browsers() -> set[psutil.Process]:
    """The first process of each browser that this one has started."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            command = process.cmdline()
            if "--remote-debugging-pipe" in command and not any(
                part.startswith("--type=") for part in command
            ):
                found.add(process)
    return found


@asynccontextmanager
async def killable() -> AsyncIterator[Killable]:
    """A first one, and in the end none of them is left."""
    async with AsyncExitStack() as stack:
        made = Killable(stack)
        await made.again()
        yield made
