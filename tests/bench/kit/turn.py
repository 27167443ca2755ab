"""A TURN server on loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.browsers import until
from tools.platform import free_port

SECRET = "what-coturn-and-the-engine-share"
LISTENING = "127.0.0.1"


@asynccontextmanager
async def turn(folder: Path) -> AsyncIterator[dict[str, str]]:
    """A TURN server over UDP for as long as the block lasts; what the platform must be told of it."""
    port = free_port(socket.SOCK_DGRAM)
    command = (
        "turnserver", "-n", "--no-cli", "--no-tls", "--no-dtls", "--log-file=stdout",
        f"--listening-ip={LISTENING}", f"--relay-ip={LISTENING}", "--allow-loopback-peers",
        f"--listening-port={port}", "--realm=hearth", "--use-auth-secret",
        f"--static-auth-secret={SECRET}", f"--pidfile={folder}/pid", f"--userdb={folder}/turndb",
    )  # fmt: skip
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdout=nowhere, stderr=nowhere, cwd=folder)

    async def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((LISTENING, port)) == 0

    try:
        await until(listens, "the TURN server listens")
        yield {"HEARTH_TURN_URLS": f"turn:{LISTENING}:{port}?transport=udp", "HEARTH_TURN_SECRET": SECRET}
    finally:
        process.kill()
        await process.wait()
