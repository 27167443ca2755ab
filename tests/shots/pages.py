"""The pages: public ones, staff's, and a parent's way in up to the waiting room."""

from tests.browsers import LAPTOP, PHONE, Chromium, ChromiumTab
from tests.journeys.people import Admin, Host, Parent
from tests.platform import Platform
from tests.shots.camera import Camera
from tools.platform import Seed


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


async def public_pages(camera: Camera, tab: ChromiumTab, origin: str) -> None:
    for path, screen in (("/", "front"), ("/helplines", "helplines"), ("/goodbye", "goodbye")):
        await tab.goto(f"{origin}{path}")
        await camera.take(tab, screen)


async def take_all(camera: Camera, platform: Platform, browser: Chromium) -> None:
    seed = await platform.seed(parents=1)
    await public_pages(camera, await browser.tab(LAPTOP), platform.origin)
    await staff_pages(camera, Admin(await browser.tab(LAPTOP), "Ali"), platform, seed)
    sam = Parent(await browser.tab(PHONE), "Sam")
    await way_in(camera, sam, seed.parents[0])
    for path, screen in (
        ("/near", "near"),
        ("/joining-from", "joining-from"),
        ("/agreement/question", "agreement-question"),
        ("/agreement/change", "agreement-change"),
        ("/my-place", "my-place"),
    ):
        await sam.tab.goto(f"{platform.origin}{path}")
        await camera.take(sam.tab, screen)
    jo = Host(await browser.tab(LAPTOP), "Jo")
    await jo.sign_in(platform.origin, seed.facilitator)
    await camera.take(jo.tab, "host-home")
    for path, screen in (("agreement", "agreed"), ("agreement/new", "agreed-new"), ("practice", "practice")):
        await jo.tab.goto(f"{platform.origin}/staff/groups/{seed.group}/{path}")
        await camera.take(jo.tab, screen)
