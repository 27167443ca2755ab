"""A child process that is told what to do in lines of JSON, and answers in lines of JSON."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from tools.platform import ROOT

ANSWERS_WITHIN = 100.0
ENDS_WITHIN = 10.0


class Fell(Exception):
    """The child ended, or fell silent, instead of answering. `module` is what it ran."""

    def __init__(self, module: str) -> None:
        super().__init__(f"{module} did not answer; what it wrote on standard error says why")
        self.module = module


class Helper:
    """Our end of the child's lines."""

    def __init__(self, module: str, process: asyncio.subprocess.Process) -> None:
        self._module = module
        self._process = process

    async def ask(self, **what: object) -> Any:
        """Say one thing and wait for the answer. Raises: Fell."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        line = await asyncio.wait_for(self._process.stdout.readline(), ANSWERS_WITHIN)
        if not line:
            raise Fell(self._module)
        return json.loads(line)


@asynccontextmanager
async def helper(module: str) -> AsyncIterator[Helper]:
    """`python -m module`, which runs `serve` below and ends when its standard input does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module), cwd=ROOT, stdin=PIPE, stdout=PIPE, limit=2**24
    )
    try:
        yield Helper(module, process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), ENDS_WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()


async def serve(answer: Callable[[dict[str, Any]], Awaitable[object]]) -> None:
    """The child's side: answer every line until there are no more."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        print(json.dumps(await answer(json.loads(line))), flush=True)
