"""How many bytes a phone that has nothing in its cache loads: to the waiting room, and then to the room."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page

from tests.bench.kit.evening import evening, host_at_the_desk, is_connected
from tests.bench.kit.figures import progress, tell
from tests.bench.kit.limits import run
from tests.browsers import PHONE, Chromium, ChromiumTab, chromium, until
from tests.journeys.people import Parent

WAITING, TO_WAITING, TO_ROOM = 60_000, 80_000, 250_000
"""What the figures should stay below, in bytes."""
KINDS = {"Document": "html", "Stylesheet": "css", "Script": "js"}
SETTLE = 1.0
"""Seconds after which nothing more of a screen is expected."""


@dataclass
class Loaded:
    """Everything a page has fetched, as the browser's own network counts it: headers and compressed body."""

    bytes: Counter[str] = field(default_factory=Counter)
    headers: int = 0
    """Of all that, without redirects: over HTTP/2, which repeats none, next to nothing."""
    largest: list[tuple[int, str]] = field(default_factory=list)
    plain: set[str] = field(default_factory=set)
    """What was worth compressing and came as it is."""
    requests: int = 0
    _open: dict[str, tuple[str, str, bool, int]] = field(default_factory=dict)

    async def watch(self, page: Page) -> None:
        devtools = await page.context.new_cdp_session(page)
        devtools.on("Network.requestWillBeSent", self._redirect)
        devtools.on("Network.responseReceived", self._begin)
        devtools.on("Network.loadingFinished", self._end)
        await devtools.send("Network.enable")

    def _redirect(self, event: dict[str, Any]) -> None:
        if "redirectResponse" in event:
            self.bytes["redirects"] += int(event["redirectResponse"]["encodedDataLength"])

    def _begin(self, event: dict[str, Any]) -> None:
        answer = event["response"]
        encodings = {name.lower(): value for name, value in answer["headers"].items()}
        cached = answer.get("fromDiskCache", False) or answer.get("fromServiceWorker", False)
        headers = int(answer["encodedDataLength"])
        self._open[event["requestId"]] = (event["type"], urlsplit(answer["url"]).path, cached, headers)
        if not cached and event["type"] in KINDS and "content-encoding" not in encodings:
            self.plain.add(shown(urlsplit(answer["url"]).path))

    def _end(self, event: dict[str, Any]) -> None:
        kind, path, cached, headers = self._open.pop(event["requestId"], ("Other", "", True, 0))
        size = int(event["encodedDataLength"])
        if cached or not size:
            return
        self.requests += 1
        self.headers += headers
        self.bytes[KINDS.get(kind, "other")] += size
        self.largest.append((size, shown(path)))

    def tell(self, name: str, how: str, aim: int) -> None:
        tell(
            name, self.bytes.total(), "bytes", how, aim=aim, requests=self.requests,
            **self.bytes, headers=self.headers,
            largest=[f"{size} {path}" for size, path in sorted(self.largest, reverse=True)[:6]],
            uncompressed=sorted(self.plain),
        )  # fmt: skip


def shown(path: str) -> str:
    """A path without the secret of an invite."""
    return "/i/…" if path.startswith("/i/") else path


async def afresh(browser: Chromium, tab: ChromiumTab) -> Loaded:
    """What the page of this tab takes alone, by the same person with nothing in the cache."""
    other = await browser.tab(PHONE)
    await other.page.context.add_cookies(await tab.page.context.cookies())  # type: ignore[arg-type]
    loaded = Loaded()
    await loaded.watch(other.page)
    await other.goto(await tab.address())
    await asyncio.sleep(SETTLE)
    await other.close()
    return loaded


async def main() -> None:
    async with evening(parents=2) as (platform, seed), chromium() as browser:
        tab = await browser.tab(PHONE)
        loaded = Loaded()
        await loaded.watch(tab.page)
        sam = Parent(tab, "Sam")
        progress("A parent walks in, then another whose last page is loaded afresh.")
        await sam.come_in(seed.parents[0])
        await asyncio.sleep(SETTLE)
        loaded.tell(
            "page_to_waiting_room",
            "link, welcome, name, agreement, readiness page (check left for another day), waiting room; "
            "headers included",
            TO_WAITING,
        )
        theirs = await browser.tab(PHONE)
        await Parent(theirs, "Ana").come_in(seed.parents[1])
        alone = await afresh(browser, theirs)
        alone.tell("page_waiting_room_alone", "the waiting room's own page, headers included", WAITING)
        progress("The host lets them in.")
        jo = await host_at_the_desk(browser, platform, seed)
        await jo.let_in("Sam")
        await sam.shows("Mic off")
        await until(partial(is_connected, sam), "the parent's media connects")
        await asyncio.sleep(SETTLE)
        loaded.tell("page_to_room", "the same, and on into the room, livekit-client included", TO_ROOM)


if __name__ == "__main__":
    run(main())
