"""The live client in every state, most of which a session seldom shows, as the demo has them."""

import json
from typing import cast

from tests.browsers import LAPTOP, Chromium, until
from tests.platform import Platform
from tests.shots.camera import Camera

CHOICE = 'select[aria-label="state"]'
OFFERED = f"[...document.querySelectorAll('{CHOICE} option')].map((one) => one.value)"


async def take_all(camera: Camera, platform: Platform, browser: Chromium) -> None:
    tab = await browser.tab(LAPTOP)
    await tab.goto(f"{platform.origin}/design")
    await camera.take(tab, "parts")
    await tab.goto(f"{platform.origin}/design/live")
    states = cast(list[str], await until(lambda: tab.evaluate(OFFERED), "the states are offered"))
    for state in states:
        await tab.goto("about:blank")  # else only what follows the # would change, and nothing be loaded
        await tab.goto(f"{platform.origin}/design/live#{state}")
        chosen = f"document.querySelector('{CHOICE}')?.value === {json.dumps(state)}"
        await until(lambda chosen=chosen: tab.evaluate(chosen), f"the page is in the state {state}")  # type: ignore[misc]
        await tab.page.locator(CHOICE).evaluate("(choice) => choice.remove()")
        await camera.take(tab, state.replace("_", "-"))
