"""Started as `python3 dev.py shots`; the pictures go to shots/, named after screen, width and colours.

Contact sheets lie beside them. With --more they are named after what was tried instead: rtl, long, large.
What does not fit is told. With names of parts, only those are taken.
"""

import argparse
import asyncio
import base64
import secrets
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from tests.browsers import Chromium, chromium
from tests.journeys.stage import stage
from tests.platform import Platform
from tests.shots import pages, room, sheets, states
from tests.shots.camera import Camera
from tools.platform import WillNotStart

FOLDER = Path(__file__).resolve().parent.parent.parent / "shots"


async def of_pages(camera: Camera, browser: Chromium) -> None:
    with tempfile.TemporaryDirectory() as data:
        async with Platform(Path(data)) as platform:
            await pages.take_all(camera, platform, browser)


async def of_the_room(camera: Camera, browser: Chromium) -> None:
    began = timedelta(minutes=5)
    with tempfile.TemporaryDirectory() as data:
        async with stage(Path(data), browser, room.PARENTS, began=began) as night:
            await room.take_all(camera, night)


async def of_states(camera: Camera, browser: Chromium) -> None:
    demo = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    with tempfile.TemporaryDirectory() as data:
        async with Platform(Path(data), settings={"HEARTH_DEMO": demo}) as platform:
            await states.take_all(camera, platform, browser)


PARTS = {"pages": of_pages, "room": of_the_room, "states": of_states}


async def run(chosen: Sequence[str], *, tries: bool) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    camera = Camera(FOLDER, tries)
    for part in chosen:
        async with chromium() as browser:
            await PARTS[part](camera, browser)
    async with chromium() as browser:
        await sheets.lay_out(browser, FOLDER)
    told = f", and {camera.amiss} things amiss" if tries else ""
    print(f"The pictures are in {FOLDER.name}/{told}", flush=True)


def asked(arguments: Sequence[str]) -> argparse.Namespace:
    """Which parts (all, unless some are named), and whether `more` is tried."""
    parser = argparse.ArgumentParser(prog="dev.py shots")
    parser.add_argument("--more", action="store_true")
    parser.add_argument("parts", nargs="*", type=_part)
    options = parser.parse_args(arguments)
    options.parts = options.parts or list(PARTS)
    return options


def _part(name: str) -> str:
    # Not `choices`: in Python 3.11 these refuse that nothing is named.
    if name not in PARTS:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(PARTS)}")
    return name


if __name__ == "__main__":
    options = asked(sys.argv[1:])
    try:
        asyncio.run(run(options.parts, tries=options.more))
    except WillNotStart as failure:
        sys.exit(str(failure))
