"""Real browsers for the tests: Debian's Chromium by Playwright, Firefox ESR by a small Node program.

Both give tabs with the same few verbs, named as a person would: `press` a button, `tick` a choice, `write`.
Each tab is a person of its own: nothing is shared with another (cookies, storage, cache). Cameras and
microphones are fake, and no name but localhost resolves, so nothing leaves this machine.
"""

import asyncio
import itertools
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import Error as PlaywrightError

WEB = Path(__file__).resolve().parent.parent / "web"
PATIENCE = 30.0  # seconds a page may take to show what a test waits for, on a machine that is busy
START_WITHIN = 90.0  # seconds a browser may take to start, likewise
PHONE = (360, 740)
LAPTOP = (1280, 800)
FRAME_RATE = 5  # of a camera whose picture need only be seen to move
LIVELY = 20  # of one whose frames are counted or timed

# The address bar's menus are pages of their own, loaded for every window: more than half of what one costs.
# Of several lists of features Chromium heeds the last; so this one repeats what matters here of Playwright's.
WITHOUT = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "AimEnabled"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "PaintHolding"),
    *("HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "MediaRouter", "OptimizationHints"),
)
CHROMIUM_FLAGS = (
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
    f"--disable-features={','.join(WITHOUT)}",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)

# Runs before a page's own scripts: remembers its peer connections, so that a test can ask what arrives.
WATCH_PEERS = """
(() => {
  const Native = window.RTCPeerConnection;
  const peers = [];
  window.RTCPeerConnection = class extends Native {
    constructor(...given) { super(...given); peers.push(this); }
  };
  window.peersOfThisPage = () => peers.filter((peer) => peer.connectionState !== "closed");
})();
"""

FLOWS = """
(async () => {
  const flows = [];
  for (const peer of window.peersOfThisPage())
    for (const [, one] of await peer.getStats())
      if (one.type === "inbound-rtp" || one.type === "outbound-rtp")
        flows.push({ way: one.type === "inbound-rtp" ? "in" : "out", kind: one.kind, ssrc: one.ssrc,
          track: one.trackIdentifier ?? "", packets: one.packetsReceived ?? one.packetsSent ?? 0,
          bytes: one.bytesReceived ?? one.bytesSent ?? 0, frames: one.framesDecoded ?? 0,
          energy: one.totalAudioEnergy ?? 0 });
  return flows;
})()
"""


@dataclass(frozen=True)
class Flow:
    """One RTP stream of a page, as the browser counts it since it began."""

    way: str  # "in" or "out"
    kind: str  # "audio" or "video"
    ssrc: int
    track: str
    packets: int
    bytes: int
    frames: int  # decoded pictures
    energy: float  # of decoded sound


class Tab(Protocol):
    """A page in some browser."""

    async def goto(self, url: str) -> None: ...
    async def evaluate(self, expression: str) -> Any: ...
    async def press(self, name: str, role: str = "button") -> None: ...
    async def tick(self, label: str) -> None: ...
    async def write(self, label: str, text: str) -> None: ...
    async def address(self) -> str: ...
    async def close(self) -> None: ...


class MovingOn(Exception):
    """The page was just being left for another one: ask again."""


# How the browsers say so.
LEAVING = ("context was destroyed", "browsing context", "navigat", "detached", "no such frame", "AbortError")


async def read(tab: Tab) -> str:
    """All the words on the page, as shown; nothing between two pages."""
    try:
        return str(await tab.evaluate("document.body ? document.body.innerText : ''"))
    except MovingOn:
        return ""


async def flows(tab: Tab) -> list[Flow]:
    """What media really goes in and out of the page."""
    return [Flow(**one) for one in await tab.evaluate(FLOWS)]


def _label(text: str) -> str:
    """A choice's label: it lies over the box, so that is where a finger goes."""
    return f"//label[normalize-space()='{text}']"


def _named(name: str, role: str) -> str:
    """Whatever has this name, as written on it or as said instead."""
    kind = {"button": "self::button or @role='button'", "link": "self::a"}[role]
    return f"//*[{kind}][@aria-label='{name}' or not(@aria-label) and normalize-space()='{name}']"


T = TypeVar("T")


async def until(ask: Callable[[], Awaitable[T]], what: str, within: float = PATIENCE) -> T:
    """Asks again and again until the answer is true; that answer. Raises: AssertionError, naming `what`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while True:
        answer = await ask()
        if answer:
            return answer
        if loop.time() > deadline:
            raise AssertionError(f"waited {within:.0f} s in vain: {what} (last answer: {answer!r})")
        await asyncio.sleep(0.1)


# --- Chromium ---------------------------------------------------------------------------------------------


@dataclass
class ChromiumTab:
    page: Page
    asked: list[str] = field(default_factory=list)  # every address that this tab has asked for

    async def goto(self, url: str) -> None:
        await self.page.goto(url)

    async def evaluate(self, expression: str) -> Any:
        try:
            return await self.page.evaluate(expression)
        except PlaywrightError as error:
            if any(sign in error.message for sign in LEAVING):
                raise MovingOn from error
            raise

    async def press(self, name: str, role: str = "button") -> None:
        button = self.page.locator(f'role={role}[name="{name}"]').first
        await button.click(timeout=PATIENCE * 1000)

    async def tick(self, label: str) -> None:
        await self.page.locator(f"xpath={_label(label)}").click(timeout=PATIENCE * 1000)

    async def write(self, label: str, text: str) -> None:
        await self.page.get_by_label(label, exact=True).fill(text, timeout=PATIENCE * 1000)

    async def address(self) -> str:
        return self.page.url

    async def close(self) -> None:
        await self.page.context.close()


@dataclass
class Chromium:
    browser: Browser

    async def tab(self, size: tuple[int, int] = LAPTOP) -> ChromiumTab:
        width, height = size
        context = await self.browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
        await context.add_init_script(WATCH_PEERS)
        tab = ChromiumTab(await context.new_page())
        context.on("request", lambda request: tab.asked.append(request.url))
        tab.page.on("websocket", lambda socket: tab.asked.append(socket.url))
        return tab


@asynccontextmanager
async def chromium(frame_rate: int = FRAME_RATE) -> AsyncIterator[Chromium]:
    """Debian's Chromium. Close its tabs before the server they talk to: leaving closes them all.

    Its cameras give so many frames a second: to encode and decode them is most of what a journey costs.
    """
    camera = f"--use-fake-device-for-media-stream=fps={frame_rate}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*CHROMIUM_FLAGS, camera]
        )
        try:
            yield Chromium(browser)
        finally:
            await browser.close()


# --- Firefox ----------------------------------------------------------------------------------------------


class FirefoxRefused(Exception):
    """A command to Firefox failed. `command` is its name, `reason` the browser's words."""

    def __init__(self, command: str, reason: str) -> None:
        super().__init__(f"{command}: {reason}")
        self.command, self.reason = command, reason


@dataclass
class Firefox:
    driver: asyncio.subprocess.Process
    _waiting: dict[int, asyncio.Future[Any]] = field(default_factory=dict)
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    async def tell(self, command: str, **what: Any) -> Any:
        """Sends a command and waits for its value. Raises: FirefoxRefused"""
        assert self.driver.stdin
        number = next(self._ids)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        self.driver.stdin.write(json.dumps({"id": number, "do": command, **what}).encode() + b"\n")
        told: Mapping[str, Any] = await answer
        if not told["ok"]:
            raise FirefoxRefused(command, told["error"])
        return told["value"]

    async def listen(self) -> None:
        assert self.driver.stdout
        while line := await self.driver.stdout.readline():
            told = json.loads(line)
            waiting = self._waiting.pop(told["id"], None)
            if waiting and not waiting.done():
                waiting.set_result(told)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result({"ok": False, "error": "Firefox has ended"})

    async def tab(self, size: tuple[int, int] = LAPTOP) -> "FirefoxTab":
        name = f"tab{next(self._ids)}"
        await self.tell("open", tab=name, script=WATCH_PEERS, width=size[0], height=size[1])
        return FirefoxTab(self, name)


@dataclass
class FirefoxTab:
    firefox: Firefox
    name: str

    async def goto(self, url: str) -> None:
        await self.firefox.tell("goto", tab=self.name, url=url)

    async def evaluate(self, expression: str) -> Any:
        try:
            return await self.firefox.tell("evaluate", tab=self.name, expression=expression)
        except FirefoxRefused as error:
            if any(sign in error.reason for sign in LEAVING):
                raise MovingOn from error
            raise

    async def press(self, name: str, role: str = "button") -> None:
        await self._act("click", f"press “{name}”", _named(name, role))

    async def tick(self, label: str) -> None:
        await self._act("click", f"tick “{label}”", _label(label))

    async def write(self, label: str, text: str) -> None:
        await self._act("fill", f"write to “{label}”", f"//*[@id={_label(label)}/@for]", text=text)

    async def _act(self, command: str, what: str, xpath: str, **more: Any) -> None:
        # By path: asked for accessible names, this browser waits for each element of the page in turn.
        selector = f"::-p-xpath({xpath})"
        try:
            await self.firefox.tell(
                command, tab=self.name, selector=selector, timeout=PATIENCE * 1000, **more
            )
        except FirefoxRefused as error:
            raise AssertionError(f"cannot {what}: {error}; the page says:\n{await read(self)}") from None

    async def address(self) -> str:
        return str(await self.firefox.tell("address", tab=self.name))

    async def close(self) -> None:
        await self.firefox.tell("close", tab=self.name)


@asynccontextmanager
async def firefox() -> AsyncIterator[Firefox]:
    """Firefox ESR, which ends when the block does."""
    path = shutil.which("firefox-esr") or shutil.which("firefox") or "firefox-esr"
    driver = await asyncio.create_subprocess_exec(
        *("node", "e2e/firefox.mjs", path),
        cwd=WEB,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**22,
    )
    assert driver.stdin
    browser = Firefox(driver)
    ready = browser._waiting[0] = asyncio.get_running_loop().create_future()
    listening = asyncio.create_task(browser.listen())
    try:
        if not (await asyncio.wait_for(ready, START_WITHIN))["ok"]:
            raise FirefoxRefused("start", "it ended before it was ready")
        yield browser
    finally:
        driver.stdin.close()
        try:
            await asyncio.wait_for(driver.wait(), 10)
        except TimeoutError:
            driver.kill()
            await driver.wait()
        await listening
