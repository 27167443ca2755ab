"""A Redis server of a test's own, on loopback, keeping nothing."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing


@asynccontextmanager
async def redis_server() -> AsyncIterator[str]:
    """Run one for as long as the block lasts; its URL."""
    if shutil.which("redis-server") is None:
        raise FileNotFoundError("redis-server is missing: apt-get install redis-server")
    with closing(socket.socket()) as finder:
        finder.bind(("127.0.0.1", 0))
        port = int(finder.getsockname()[1])
    nothing_kept = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1"]
    redis = await asyncio.create_subprocess_exec(
        "redis-server", "--port", str(port), *nothing_kept, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await _answers(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        redis.terminate()
        await redis.wait()


async def _answers(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await writer.wait_closed()
                return
