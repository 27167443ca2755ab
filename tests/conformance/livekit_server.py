"""The LiveKit server, built where Go is found. `python3 -m` of this module builds it; it needs no package."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

VERSION: Final = "1.13.5"
MODULE: Final = f"github.com/livekit/livekit-server/cmd/server@v{VERSION}"
QUICKER: Final = {"CGO_ENABLED": "0", "GOGC": "400"}
"""Builds in three quarters of the time: without C, and with less collecting of garbage in the compiler."""
UNDEBUGGED: Final = ("-ldflags=-s", "-gcflags=all=-dwarf=false")
"""And that by a sixth: nothing is made for debuggers, which changes nothing about the program."""


class NotBuilt(Exception):
    """Go could not build the LiveKit server. The text is its own last line."""


def can_be_had() -> bool:
    """Whether the server is on this machine or can be built here."""
    return find() is not None or shutil.which("go") is not None


def find() -> Path | None:
    """The program, if this machine has that version."""
    found = [Path(path) for name in ("livekit-server",) if (path := shutil.which(name))]
    if go := shutil.which("go"):
        asked = subprocess.run([go, "env", "GOBIN", "GOPATH"], capture_output=True, text=True, check=True)
        own, common = asked.stdout.split("\n")[:2]
        found.append(Path(own or f"{common}/bin", "server"))
    return next((path for path in found if path.exists() and _version(path) == VERSION), None)


def build() -> None:
    """Build the server, which takes minutes; one process does it. Raises NotBuilt."""
    with open(__file__) as own:
        fcntl.flock(own, fcntl.LOCK_EX)
        if find() is not None:
            return
        environment = {**os.environ, **QUICKER}
        command = ["go", "install", *UNDEBUGGED, MODULE]
        built = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if built.returncode or find() is None:
        raise NotBuilt((built.stderr.strip().splitlines() or ["no server of that version"])[-1])


def _version(path: Path) -> str | None:
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+\.\d+\.\d+", told)
    return found.group() if found else None


if __name__ == "__main__" and can_be_had():
    try:
        build()
    except NotBuilt as problem:
        sys.exit(f"LiveKit server: {problem}")
