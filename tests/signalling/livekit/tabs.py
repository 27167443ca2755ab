"""People with livekit-client in real browsers, straight at an engine."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.browsers import Chromium, Firefox, Tab, until

PAGE = Path(__file__).parent / "page"
CLIENT = Path(__file__).parents[3] / "web/node_modules/livekit-client/dist"
SERVED = {
    "/": (PAGE / "index.html", "text/html"),
    "/page.js": (PAGE / "page.js", "text/javascript"),
    "/livekit-client.esm.mjs": (CLIENT / "livekit-client.esm.mjs", "text/javascript"),
    "/livekit-client.e2ee.worker.mjs": (CLIENT / "livekit-client.e2ee.worker.mjs", "text/javascript"),
}


@dataclass
class Someone:
    """One person in a tab."""

    tab: Tab

    async def enter(self, url: str, token: str, **options: Any) -> None:
        await self.call("enter", url, token, options)

    async def speak(self, **options: Any) -> None:
        await self.call("speak", options)

    async def show(self, **options: Any) -> None:
        await self.call("show", options)

    async def look(self, who: str, size: tuple[int, int] | None) -> None:
        await self.call("look", who, size)

    async def received(self, who: str) -> Mapping[str, Mapping[str, float]]:
        seen: Mapping[str, Mapping[str, float]] = await self.call("received", who)
        return seen

    async def frames(self, who: str) -> float:
        return (await self.received(who))["video"].get("framesDecoded", 0)

    async def sound(self, who: str) -> float:
        return (await self.received(who))["audio"].get("packetsReceived", 0)

    async def width(self, who: str) -> float:
        """Of the picture that is shown now, in pixels."""
        return (await self.received(who))["video"].get("frameWidth", 0)

    async def sent(self) -> Mapping[str, Mapping[str, Any]]:
        layers: Mapping[str, Mapping[str, Any]] = await self.call("sent")
        return layers

    async def ways(self) -> list[Mapping[str, Any]]:
        """How packets go, for each of its connections."""
        found: list[Mapping[str, Any]] = await self.call("ways")
        return found

    async def call(self, name: str, *given: Any) -> Any:
        return await self.tab.evaluate(f"(async () => await window.{name}(...{json.dumps(given)}))()")


@dataclass
class Place:
    """Where tabs get their page from."""

    origin: str
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def someone(self, browser: Chromium | Firefox) -> Someone:
        """A tab on the page, which closes with the place."""
        tab: Tab = await browser.tab()
        self.stack.push_async_callback(tab.close)
        await tab.goto(f"{self.origin}/")
        someone = Someone(tab)
        await until(lambda: tab.evaluate("window.enter !== undefined"), "the page is ready")
        return someone


@asynccontextmanager
async def place() -> AsyncIterator[Place]:
    """Serve the page for as long as the block lasts."""
    app = web.Application()
    for address, (path, content) in SERVED.items():
        app.router.add_get(address, _file(path, content))
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with AsyncExitStack() as stack:
            yield Place(f"http://127.0.0.1:{runner.addresses[0][1]}", stack)
    finally:
        await runner.cleanup()


def _file(path: Path, content: str) -> Handler:
    body = path.read_bytes()

    async def send(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type=content)

    return send
