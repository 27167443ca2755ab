"""People in front of a browser: what they do to get somewhere, and what they see and hear there."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import Page

from tests.browsers import PATIENCE, ChromiumTab, Tab, flows, read, until
from tools.platform import SignIn

# What the switches are called while they are off.
MICROPHONE_OFF = "Mic off. Microphone is off. Turn it on"
CAMERA_OFF = "Camera off. Camera is off. Turn it on"
HAND_DOWN = "Hand is down. Put it up to ask to speak"

# Every tile of the room: the name under it, and a fingerprint of what its video shows now, if anything.
FACES = """
[...document.querySelectorAll("li.tile")].map((tile) => {
  const video = tile.querySelector("video");
  let shows = "";
  if (video && video.videoWidth) {
    const canvas = document.createElement("canvas");
    canvas.width = 32; canvas.height = 18;
    const pen = canvas.getContext("2d");
    pen.drawImage(video, 0, 0, 32, 18);
    shows = [...pen.getImageData(0, 0, 32, 18).data].join();
  }
  return { name: tile.querySelector("bdi")?.textContent ?? "", shows };
})
"""

# What each person's sound has amounted to so far: the energy the browser decoded, by the name on their tile.
VOICES = """
(async () => {
  const names = new Map([...document.querySelectorAll("li.tile")].map(
    (tile) => [tile.dataset.seat, tile.querySelector("bdi")?.textContent ?? ""]));
  const heard = new Map();
  for (const peer of window.peersOfThisPage())
    for (const [, one] of await peer.getStats())
      if (one.type === "inbound-rtp" && one.kind === "audio")
        heard.set(one.trackIdentifier, [one.totalAudioEnergy ?? 0, one.packetsReceived ?? 0]);
  return [...document.querySelectorAll("audio[data-seat]")].map((audio) => {
    const track = audio.srcObject?.getAudioTracks()[0];
    const [energy, packets] = heard.get(track?.id) ?? [0, 0];
    return { name: names.get(audio.dataset.seat) ?? "", energy, packets, playing: !audio.paused };
  });
})()
"""


async def seen(tab: Tab, during: float = 1.0) -> set[str]:
    """The names whose pictures move on this page: decoded, and not the same picture after a moment."""
    before = {one["name"]: one["shows"] for one in await tab.evaluate(FACES)}
    await asyncio.sleep(during)
    after = {one["name"]: one["shows"] for one in await tab.evaluate(FACES)}
    return {name for name, shows in after.items() if shows and before.get(name) and shows != before[name]}


async def heard(tab: Tab, during: float = 1.5) -> set[str]:
    """The names whose sound is decoded on this page and is not silence."""
    before = {one["name"]: one["energy"] for one in await tab.evaluate(VOICES)}
    await asyncio.sleep(during)
    after = {one["name"]: one["energy"] for one in await tab.evaluate(VOICES) if one["playing"]}
    return {name for name, energy in after.items() if energy > before.get(name, 0.0) + 1e-6}


async def receives_media(tab: Tab, during: float = 2.0) -> bool:
    """Whether any sound or picture comes in at this page for a while."""
    before = {flow.ssrc: flow.packets for flow in await flows(tab)}
    await asyncio.sleep(during)
    return any(flow.packets > before.get(flow.ssrc, 0) for flow in await flows(tab) if flow.way == "in")


@dataclass
class Someone:
    """A person and their page."""

    tab: Tab
    name: str

    @property
    def page(self) -> Page:
        """What Playwright can do with it: of those who use Chromium."""
        assert isinstance(self.tab, ChromiumTab)
        return self.tab.page

    async def answer(self, name: str) -> None:
        """Presses a button of the question that is open, whatever the page behind it calls its own."""
        await self.page.locator(f'dialog[open] >> role=button[name="{name}"]').click(timeout=PATIENCE * 1000)

    async def shows(self, words: str, within: float = PATIENCE) -> None:
        """Waits until the page says these words. Raises: AssertionError with what it says instead."""

        async def said() -> bool:
            text = await read(self.tab)
            return words in text or words in " ".join(text.split())

        try:
            await until(said, f"{self.name} reads “{words}”", within)
        except AssertionError as error:
            raise AssertionError(f"{error}; the page says:\n{await read(self.tab)}") from None

    async def no_longer_shows(self, words: str) -> None:
        async def is_gone() -> bool:
            return words not in await read(self.tab)

        await until(is_gone, f"{self.name} no longer reads “{words}”")

    async def words(self) -> str:
        return await read(self.tab)

    async def names(self) -> set[str]:
        """The names under the faces on this page."""
        return {one["name"] for one in await self.tab.evaluate(FACES)}

    async def sees(self, *names: str) -> None:
        """Waits until the pictures of exactly these people move on this page, besides one's own."""
        await self._comes_to(seen, "sees", set(names))

    async def hears(self, *names: str) -> None:
        """Waits until the sound of exactly these people comes out of this page."""
        await self._comes_to(heard, "hears", set(names))

    async def hears_and_sees(self, *names: str) -> None:
        await asyncio.gather(self.sees(*names), self.hears(*names))

    async def turn_on(self) -> None:
        """Microphone and camera, which are off until their owner turns them on."""
        await self.tab.press(MICROPHONE_OFF)
        await self.tab.press(CAMERA_OFF)

    async def _comes_to(
        self, perceive: Callable[[Tab], Awaitable[set[str]]], verb: str, names: set[str]
    ) -> None:
        deadline = time.monotonic() + PATIENCE
        while (found := await perceive(self.tab) - {"You"}) != names:
            if time.monotonic() > deadline:
                coming = "\n".join(str(flow) for flow in await flows(self.tab) if flow.way == "in")
                raise AssertionError(
                    f"{self.name} {verb} {found or 'no one'}, not {names or 'no one'}; "
                    f"the page says:\n{await read(self.tab)}\nwhat comes in:\n{coming or 'nothing'}"
                )


@dataclass
class Staff(Someone):
    async def sign_in(self, origin: str, account: SignIn) -> None:
        await self.tab.goto(f"{origin}/staff/sign-in")
        await self.tab.write("E-mail address", account.email)
        await self.tab.write("Password", account.password)
        await self.tab.write("Code", await account.code())
        await self.tab.press("Sign in")
        await self.shows("Hello")


@dataclass
class Admin(Staff):
    async def make_group(self, title: str, *hosts: str) -> None:
        await self.tab.press("Make a group", "link")
        await self.tab.write("Name of the group", title)
        for host in hosts:
            await self.tab.tick(host)
        await self.tab.press("Make the group")
        await self.shows("No one is invited yet")

    async def plan_session(self, theme: str) -> None:
        """Plans the next session for a few minutes from now."""
        starts = datetime.now(ZoneInfo("Europe/London")) + timedelta(minutes=5)
        await self.tab.press("Plan a session", "link")
        await self.tab.write("Day", starts.strftime("%Y-%m-%d"))
        await self.tab.write("Starts at", starts.strftime("%H:%M"))
        await self.tab.write("Minutes", "90")
        await self.tab.write("Theme", theme)
        await self.tab.press("Plan the session")
        await self.shows(theme)

    async def invite(self, label: str) -> str:
        """Invites a person; the link, which the page shows this once."""
        await self.tab.press("Invite someone", "link")
        await self.tab.write("First name, as you know it", label)
        await self.tab.press("Make the link")
        await self.shows("It cannot be shown again.")
        link = str(await self.tab.evaluate("document.getElementById('link').value"))
        await self.tab.press("Back to the group", "link")
        await self.shows(label)
        return link


@dataclass
class Host(Staff):
    async def go_to_desk(self) -> None:
        await self.tab.press("Go to the session", "link")
        await self.shows("In the room")

    async def open_session(self) -> None:
        """Opens it, and waits until the host is heard and seen there: before that nobody can be let in."""
        await self.tab.press("Open session")
        await self.no_longer_shows("The room is not open yet")
        await self.no_longer_shows("Nobody hears or sees anybody")

    async def let_in(self, name: str) -> None:
        await self.tab.press(f"Let in {name}")

    async def about(self, name: str, *presses: str) -> None:
        """The rarer steps, behind "More"."""
        for button in (f"More about {name}", *presses):
            await self.tab.press(button)

    async def for_everyone(self, *presses: str) -> None:
        """What touches everybody and is not for every minute, behind "More"."""
        for button in ("More: For everyone", *presses):
            await self.tab.press(button)

    async def return_to_waiting(self, name: str, word: str = "No word, just back") -> None:
        await self.about(name, "Back to the waiting room", word)

    async def remove(self, name: str, why: str) -> None:
        await self.about(name, "Remove for today")
        await self.tab.tick(why)
        await self.tab.press("Remove for today")


@dataclass
class Parent(Someone):
    async def more(self, *presses: str) -> None:
        """What is not for every minute, behind "More"."""
        for button in ("More: messages, reactions and your own picture", *presses):
            await self.tab.press(button)

    async def help(self, *presses: str) -> None:
        """The private line, behind "Help"."""
        for button in ("Help: tell your hosts quietly", *presses):
            await self.tab.press(button)

    async def come_in(self, link: str) -> None:
        """From the link to the waiting room, leaving the readiness check for another day."""
        await self.reach_the_check(link)
        await self.tab.press("Carry on")
        await self.pass_over_where()

    async def pass_over_where(self) -> None:
        """The last step before the waiting room, which need not be answered."""
        await self.shows("Can anyone see or hear you?")
        await self.tab.press("I am alone")
        await self.shows("Where are you joining from?")
        await self.tab.press("Skip this")
        await self.shows(f"Hello {self.name}")

    async def reach_the_check(self, link: str) -> None:
        await self.tab.goto(link)
        await self.shows("We are glad you came")
        await self.tab.press("Carry on")
        await self.shows("How to leave quickly")
        await self.tab.press("Carry on")
        await self.shows("What shall we call you?")
        await self.tab.write("Name", self.name)
        await self.tab.press("Carry on")
        await self.shows("What we agree in this group")
        await self.tab.press("I agree")
        await self.shows("If you are suddenly gone")
        await self.tab.press("Skip this")
        await self.shows("Let’s get you ready")

    async def check_everything(self, before_leaving: Callable[[], Awaitable[None]] | None = None) -> None:
        """The whole readiness check, with devices that work, and on to the waiting room."""
        await self.tab.press("Play the chime")
        await self.tab.press("Yes")
        await self.tab.press("Try my voice")
        await self.shows("The bar moves when you talk.")
        await self.tab.press("Try my camera")
        await self.shows("There you are.")
        await self.shows("All set")
        if before_leaving:
            await before_leaving()
        await self.tab.press("I’m ready")
        await self.pass_over_where()
