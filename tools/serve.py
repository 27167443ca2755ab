"""The platform alone, for development: what HEARTH_ variables do not say is made up and kept in .data/."""

import base64
import os
import secrets
import subprocess
import sys

from tools.platform import ROOT

FOLDER = ROOT / ".data"


def kept_key() -> str:
    """The key of this folder's data, made on the first start."""
    path = FOLDER / "key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    return path.read_text()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    os.environ.setdefault("HEARTH_KEY", kept_key())
    os.environ.setdefault("HEARTH_DATABASE_URL", f"sqlite+aiosqlite:///{FOLDER / 'hearth.db'}")
    platform = (sys.executable, "-m", "server")
    migrated = subprocess.run((*platform, "migrate"), cwd=ROOT)
    if migrated.returncode:
        sys.exit(migrated.returncode)
    os.execv(platform[0], (*platform, "serve"))  # noqa: S606 this process becomes the platform


if __name__ == "__main__":
    main()
