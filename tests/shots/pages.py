"""A picture of every screen, on a phone (360 px) and on a laptop (1280 px), taken from a real session.

Started as `python3 dev.py shots`; the pictures go to shots/, named after the screen and the width.
"""

import asyncio
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.browsers import LAPTOP, PHONE, Chromium, ChromiumTab, Tab, chromium
from tests.journeys.people import Admin, Host, Parent
from tools.platform import Platform, Seed, WillNotStart

FOLDER = Path(__file__).resolve().parent.parent / "shots"
SETTLE = 0.6  # seconds for pictures and transitions to come to rest


@dataclass
class Camera:
    """Takes pictures of whatever a tab shows, in both sizes."""

    folder: Path
    count: int = 0

    async def take(self, tab: Tab, screen: str) -> None:
        assert isinstance(tab, ChromiumTab)
        self.count += 1
        for width, height in (PHONE, LAPTOP):
            await tab.page.set_viewport_size({"width": width, "height": height})
            await asyncio.sleep(SETTLE)
            await tab.page.screenshot(path=self.folder / f"{self.count:02}-{screen}-{width}.png")
        print(f"  {screen}", flush=True)


async def staff_pages(camera: Camera, admin: Admin, platform: Platform, seed: Seed) -> None:
    group = f"{platform.origin}/staff/groups/{seed.group}"
    await admin.tab.goto(f"{platform.origin}/staff/sign-in")
    await camera.take(admin.tab, "sign-in")
    await admin.sign_in(platform.origin, seed.admin)
    for path, screen in (
        (f"{platform.origin}/staff", "admin-home"),
        (f"{platform.origin}/staff/groups/new", "group-new"),
        (group, "group"),
        (f"{group}/sessions/new", "session-new"),
        (f"{group}/invites/new", "invite-new"),
    ):
        await admin.tab.goto(path)
        await camera.take(admin.tab, screen)
    await admin.tab.write("First name, as you know it", "Robin")
    await admin.tab.press("Make the link")
    await admin.shows("It cannot be shown again.")
    await camera.take(admin.tab, "invite-issued")


async def way_in(camera: Camera, parent: Parent, link: str) -> None:
    """A parent's steps, with a picture of each."""
    await parent.tab.goto(link)
    for words, screen in (
        ("We are glad you came", "landing"),
        ("How to leave quickly", "welcome"),
        ("What shall we call you?", "name"),
        ("What we agree in this group", "agreement"),
        ("If you are suddenly gone", "if-i-leave"),
    ):
        await parent.shows(words)
        await camera.take(parent.tab, screen)
        if screen == "name":
            await parent.tab.write("Name", parent.name)
        await parent.tab.press("I agree" if screen == "agreement" else "Carry on")
    await parent.shows("Let’s get you ready")
    await camera.take(parent.tab, "check")
    await parent.check_everything(before_leaving=lambda: camera.take(parent.tab, "check-done"))
    await camera.take(parent.tab, "waiting")


async def session_pages(
    camera: Camera, jo: Host, parents: list[Parent], platform: Platform, seed: Seed
) -> None:
    sam, ana, kim = parents
    await jo.sign_in(platform.origin, seed.facilitator)
    await camera.take(jo.tab, "host-home")
    await jo.go_to_desk()
    await camera.take(jo.tab, "desk-before")
    await jo.open_session()
    for parent in (sam, ana):
        await jo.let_in(parent.name)
    for someone in (jo, sam, ana):
        await someone.turn_on()
    for someone in (jo, sam, ana):
        await someone.sees(*({"Jo", "Sam", "Ana"} - {someone.name}))
    await camera.take(jo.tab, "desk")
    await camera.take(sam.tab, "room")
    await jo.tab.press("Mute Sam")
    await sam.shows("You are muted by your host")
    await camera.take(sam.tab, "room-muted")
    await jo.tab.press(f"More about {ana.name}")
    await camera.take(jo.tab, "desk-more")
    await jo.tab.press("Remove for today")
    await camera.take(jo.tab, "desk-remove")
    await jo.tab.tick("Something else")
    await jo.tab.press("Remove for today")
    await ana.shows("Your place is paused")
    await camera.take(ana.tab, "removed")
    await jo.return_to_waiting(sam.name)
    await sam.shows("You are back in the waiting room")
    await camera.take(sam.tab, "returned")
    await jo.tab.press(f"Not now for {kim.name}")
    await kim.shows("Not this time")
    await camera.take(kim.tab, "declined")
    await jo.let_in(sam.name)
    await sam.shows("People in the room")
    desk = await jo.tab.address()
    await jo.tab.goto("about:blank")
    await sam.shows("We’ve lost your host. Hang on")
    await camera.take(sam.tab, "host-lost")
    await jo.tab.goto(desk)
    await jo.tab.press("End session")
    await jo.tab.press("End for everyone")
    await sam.shows("That’s it for today")
    await camera.take(sam.tab, "ended")


async def public_pages(camera: Camera, tab: ChromiumTab, origin: str) -> None:
    for path, screen in (("/", "front"), ("/helplines", "helplines"), ("/goodbye", "goodbye")):
        await tab.goto(f"{origin}{path}")
        await camera.take(tab, screen)


async def take_all(camera: Camera, platform: Platform, browser: Chromium) -> None:
    seed = await platform.seed(parents=3)
    sam, ana, kim = [Parent(await browser.tab(PHONE), name) for name in ("Sam", "Ana", "Kim")]
    await public_pages(camera, await browser.tab(LAPTOP), platform.origin)
    await staff_pages(camera, Admin(await browser.tab(LAPTOP), "Ali"), platform, seed)
    await way_in(camera, sam, seed.parents[0])
    await ana.come_in(seed.parents[1])
    await kim.come_in(seed.parents[2])
    jo = Host(await browser.tab(LAPTOP), "Jo")
    await session_pages(camera, jo, [sam, ana, kim], platform, seed)


async def run() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    with tempfile.TemporaryDirectory() as data:
        async with Platform(Path(data)) as platform, chromium() as browser:
            await take_all(Camera(FOLDER), platform, browser)
    print(f"The pictures are in {FOLDER.name}/", flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(run())
    except WillNotStart as failure:
        sys.exit(str(failure))
