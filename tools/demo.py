"""The demo: a platform with one session under way, and as many synthetic parents as wanted.

Every start begins with new data in .demo/, so the links it prints always work.
"""

import argparse
import asyncio
import contextlib
import secrets
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.platform import ROOT, Platform, Seed, WillNotStart

FOLDER = ROOT / ".demo"
DEMO = "HEARTH_DEMO"
YOUR_LINKS = 3  # personal links for whoever tries the demo; synthetic parents have their own


def forget(folder: Path) -> None:
    """Removes an earlier demo's data; not the lock that says a demo is running."""
    for path in folder.iterdir():
        if path.name != "lock":
            path.unlink()


def describe(platform: Platform, seed: Seed, links: Sequence[str]) -> str:
    secret = platform.settings[DEMO]
    staff = "\n".join(f"    {one.role:<12} {platform.origin}/demo/{secret}/{one.role}" for one in seed.staff)
    parents = "\n".join(f"    {link}" for link in links)
    return f"""
Hearth is running on {platform.origin}  (Ctrl-C ends it)

  Staff sign in by a link, in the demo alone (else with a passkey, or a password and a code)
{staff}

  Parents open a personal link, each in a browser or private window of their own
{parents}
  (Chrome, Edge and Chromium need nothing. Firefox finds media on its own machine only with
  media.peerconnection.ice.loopback set in about:config, and once the page may use the camera.)

  The facilitator opens the session and admits whoever waits: {platform.origin}/staff/sessions/{seed.meeting}
"""


async def synthetic(platform: Platform, links: Sequence[str]) -> asyncio.subprocess.Process:
    # The LiveKit SDK writes to standard error, and may even crash, as a session ends: that is for a log.
    with (platform.folder / "parents.log").open("wb") as log:
        parents = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tools.parents", platform.origin),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stderr=log,
        )
    assert parents.stdin
    parents.stdin.write("\n".join(links).encode())
    parents.stdin.close()
    return parents


async def run(port: int, parents: int) -> int:
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    forget(FOLDER)
    platform = Platform(FOLDER, port=port, settings={DEMO: secrets.token_urlsafe(32)})
    company: asyncio.subprocess.Process | None = None
    try:
        print("  Preparing the demo's data …", flush=True)
        await platform.migrate()
        seed = await platform.seed(YOUR_LINKS + parents)
        await platform.start()
        print(describe(platform, seed, seed.parents[:YOUR_LINKS]), flush=True)
        if parents:
            company = await synthetic(platform, seed.parents[YOUR_LINKS:])
        while not stopped.is_set() and platform.process and platform.process.poll() is None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), 0.5)
    finally:
        if company and company.returncode is None:
            company.terminate()
            await company.wait()
        ended = platform.process is not None and platform.process.poll() is not None
        await platform.stop()
    if ended and not stopped.is_set():
        print(f"The platform has ended by itself. Its last words are in {platform.log}", file=sys.stderr)
        return 1
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools.demo")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--parents", type=int, required=True)
    options = parser.parse_args()
    try:
        return asyncio.run(run(options.port, options.parents))
    except WillNotStart as failure:
        print(f"dev.py: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
