"""Phones and lines on which something is wrong on purpose, and a parent who takes them through the check."""

import shutil
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browsers import CHROMIUM_FLAGS, PATIENCE, PHONE, until
from tools.visitor import Visitor

ASKING = "--use-fake-ui-for-media-stream"
FAKE_DEVICES = "--use-fake-device-for-media-stream"
IN_APP = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 [FBAN/FBIOS;FBAV/440.0]"
)
NO_MEDIA = "Object.defineProperty(Navigator.prototype, 'mediaDevices', { value: undefined });"
NO_CONNECTION = "delete window.RTCPeerConnection;"

# Where the engine says it is by UDP, browsers find the line instead.
BY_THE_LINE = """
(() => {
  const there = / udp (\\d+) (\\S+) %d typ host/g;
  const here = (text) => text.replace(there, " udp $1 $2 %d typ host");
  const { setRemoteDescription, addIceCandidate } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.setRemoteDescription = function (told, ...rest) {
    return setRemoteDescription.call(this, { type: told.type, sdp: here(told.sdp) }, ...rest);
  };
  RTCPeerConnection.prototype.addIceCandidate = function (told, ...rest) {
    const moved = told?.candidate ? { ...told, candidate: here(told.candidate), sdpMid: told.sdpMid,
      sdpMLineIndex: told.sdpMLineIndex } : told;
    return addIceCandidate.call(this, moved, ...rest);
  };
})();
"""
# A network from which only TURN servers are reached.
ONLY_RELAYS = """
(() => {
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(config, ...rest) { super({ ...config, iceTransportPolicy: "relay" }, ...rest); }
  };
})();
"""
NO_TCP = """
(() => {
  const bare = (text) => text.replace(/a=candidate:\\S+ \\d+ tcp [^\\r\\n]*\\r?\\n/gi, "");
  const { setRemoteDescription } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.setRemoteDescription = function (told, ...rest) {
    return setRemoteDescription.call(this, { type: told.type, sdp: bare(told.sdp) }, ...rest);
  };
})();
"""

PARTS = """
Object.fromEntries([...document.querySelectorAll("[data-part]")].map(
  (row) => [row.dataset.part, { outcome: row.dataset.outcome, fault: row.dataset.fault }]))
"""
VERDICT = "document.querySelector('[data-verdict]')?.dataset.verdict ?? ''"
NOT_ABLE = "document.querySelector('.notice[data-fault]')?.dataset.fault ?? ''"
DETAILS = """
Object.fromEntries([...document.querySelectorAll(".facts > div")].map(
  (line) => [line.querySelector("dt").textContent, line.querySelector("dd").textContent]))
"""


@asynccontextmanager
async def phones(*, without: Sequence[str] = (), besides: Sequence[str] = ()) -> AsyncIterator[Browser]:
    """Chromium as it is on phones: it asks before it gives a camera away."""
    flags = [flag for flag in (*CHROMIUM_FLAGS, FAKE_DEVICES) if flag not in {ASKING, *without}]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*flags, *besides]
        )
        try:
            yield browser
        finally:
            await browser.close()


def silent_and_black(folder: Path) -> list[str]:
    """Flags for a microphone that hears nothing and a camera that sees nothing."""
    sound, picture = folder / "silence.wav", folder / "black.y4m"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(bytes(2 * 48_000))
    width, height = 320, 180
    black = bytes([16]) * (width * height) + bytes([128]) * (width * height // 2)
    picture.write_bytes(
        f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420mpeg2\n".encode() + (b"FRAME\n" + black) * 2
    )
    return [f"--use-file-for-fake-audio-capture={sound}", f"--use-file-for-fake-video-capture={picture}"]


async def come_to_the_check(origin: str, link: str) -> str:
    """Take a link as far as the check without a browser; the cookies of whoever stands there."""
    async with Visitor(origin) as visitor:
        page = await visitor.open(link)
        while page.path != "/ready":
            page = await visitor.submit(page, **({"name": "Sam"} if page.path == "/name" else {}))
        return visitor.cookies


@dataclass
class Phone:
    """A page with the check on it."""

    page: Page

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    async def parts(self) -> dict[str, dict[str, str]]:
        told: dict[str, dict[str, str]] = await self.page.evaluate(PARTS)
        return told

    async def details(self) -> dict[str, str]:
        told: dict[str, str] = await self.page.evaluate(DETAILS)
        return told

    async def text(self) -> str:
        return await self.page.inner_text("main")

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).first.click(timeout=PATIENCE * 1000)

    async def came_out(self, part: str) -> str:
        """Waits until this part has come to something; its fault, or ""."""

        async def settled() -> bool:
            return (await self.parts())[part]["outcome"] not in {"untried", "trying"}

        await until(settled, f"the check's part “{part}” comes to something", 60)
        return (await self.parts())[part]["fault"]

    async def go_through(self) -> None:
        """Sound, voice and picture, as a patient parent would; the internet comes by itself."""
        await self.press("Play the chime")
        await self.press("Yes")
        await self.press("Try my voice")
        await self.came_out("voice")
        await self.press("Try my camera")
        await self.came_out("picture")

    async def verdict(self) -> str:
        async def told() -> str:
            return str(await self.page.evaluate(VERDICT))

        return await until(told, "there is a verdict", 90)


@asynccontextmanager
async def phone(
    browser: Browser, address: str, *, cookies: str = "", scripts: Sequence[str] = (), **how: Any
) -> AsyncIterator[Phone]:
    """A phone whose owner allows camera and microphone when asked, unless `permissions` says otherwise."""
    allowed = how.pop("permissions", ["camera", "microphone"])
    size = {"width": PHONE[0], "height": PHONE[1]}
    context = await browser.new_context(viewport=size, locale="en-GB", **how)  # type: ignore[arg-type]
    try:
        origin = "/".join(address.split("/")[:3])
        if allowed:
            await context.grant_permissions(allowed, origin=origin)
        given = [part.split("=", 1) for part in cookies.split("; ") if part]
        await context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in given])
        for script in scripts:
            await context.add_init_script(script)
        page = await context.new_page()
        await page.goto(address)
        yield Phone(page)
    finally:
        await context.close()
