"""Started as `python3 dev.py shots`; the pictures go to shots/, named after screen, width and colours.

Contact sheets lie beside them. With --more they are named after what was tried instead: rtl, long, large.
What does not fit is told.
"""

import asyncio
import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from tests.browsers import chromium
from tests.journeys.stage import stage
from tests.platform import Platform
from tests.shots import pages, room, sheets
from tests.shots.camera import Camera
from tools.platform import WillNotStart

FOLDER = Path(__file__).resolve().parent.parent.parent / "shots"


async def run(*, tries: bool) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    camera = Camera(FOLDER, tries)
    with tempfile.TemporaryDirectory() as data:
        async with Platform(Path(data)) as platform, chromium() as browser:
            await pages.take_all(camera, platform, browser)
    with tempfile.TemporaryDirectory() as data:
        began = timedelta(minutes=5)
        async with chromium() as browser, stage(Path(data), browser, room.PARENTS, began=began) as night:
            await room.take_all(camera, night)
    async with chromium() as browser:
        await sheets.lay_out(browser, FOLDER)
    told = f", and {camera.amiss} things amiss" if tries else ""
    print(f"The pictures are in {FOLDER.name}/{told}", flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(run(tries="--more" in sys.argv))
    except WillNotStart as failure:
        sys.exit(str(failure))
