"""The neutral page that the quick exit opens, on this machine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

WEATHER = "Fair, with a light breeze."


@asynccontextmanager
async def neutral() -> AsyncIterator[str]:
    """Its address, for as long as the block lasts."""

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=f"<title>Weather</title><p>{WEATHER}", content_type="text/html")

    app = web.Application()
    app.router.add_get("/weather", page)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://localhost:{runner.addresses[0][1]}/weather"
    finally:
        await runner.cleanup()
