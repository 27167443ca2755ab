"""From a parent's press on the way out, in the call and on a busy page, to the blank page.

The page does nothing but tasks of 50 ms meanwhile. The press is real input, of the button or a third Shift in
turn, and counts from the moment the browser got it. The neutral page answers "no content" and the seat
stays, so that the same parent can come back for the next round.
"""

import asyncio
from typing import Any

from playwright.async_api import Route

from tests.bench.kit.evening import evening, host_at_the_desk
from tests.bench.kit.figures import busyness, progress, quantile, tell
from tests.bench.kit.limits import is_time_for_another, run
from tests.browsers import PHONE, chromium, until
from tests.journeys.people import MICROPHONE_OFF, Parent

ROUNDS = 40
AIM, LONGEST_TASK = 100.0, 50.0
"""Milliseconds: to the blank page, p99; and of any task of ours while joining."""
WATCH = """
(() => {
  let pressed = 0;
  const note = (event) => { pressed = event.timeStamp; };
  addEventListener("click", note, true);
  addEventListener("keydown", note, true);
  Navigator.prototype.sendBeacon = () => true;
  window.tasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.tasks.push(duration);
  }).observe({ type: "longtask", buffered: true });
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(() => {
      if (pressed === 0 || window.blank || document.body.childElementCount > 0) return;
      window.blank = { done: performance.now() - pressed };
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => { window.blank.shown = performance.now() - pressed; };
        port2.postMessage(0);
      });
    }).observe(document.body, { childList: true });
  });
  window.beBusy = () => {
    const end = performance.now() + 50;
    while (performance.now() < end) { /* a task of somebody's */ }
    if (window.blank?.shown === undefined) setTimeout(window.beBusy, 5);
  };
})();
"""
IN_CALL = """
!!document.querySelector("li.tile video")?.videoWidth
  && window.peersOfThisPage().some((peer) => peer.connectionState === "connected")
"""


async def no_content(route: Route) -> None:
    await route.fulfill(status=204)


async def come_in(parent: Parent, address: str) -> float:
    """Into the call with the microphone on; the longest task on the way, in milliseconds."""
    await parent.tab.goto(address)
    await until(lambda: parent.tab.evaluate(IN_CALL), "the parent is in the call")
    await parent.tab.press(MICROPHONE_OFF)
    tasks: list[float] = await parent.tab.evaluate("window.tasks")
    return max(tasks, default=0.0)


async def leave(parent: Parent, *, by_shift: bool) -> dict[str, float]:
    """Milliseconds from the press until the page is blank, and until that is shown."""
    way_out = parent.page.get_by_role("button", name="Exit quickly").first
    box = await way_out.bounding_box()
    assert box is not None
    await parent.tab.evaluate("void setTimeout(window.beBusy, 0)")
    await asyncio.sleep(0.2)
    if by_shift:
        for _ in range(3):
            await parent.page.keyboard.press("Shift")
    else:
        await parent.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    async def noted() -> Any:
        told = await parent.tab.evaluate("window.blank ?? {}")
        return told if "shown" in told else None

    told: dict[str, float] = await until(noted, "the page is blank")
    return told


async def main() -> None:
    async with evening(parents=1) as (platform, seed), chromium() as browser:
        tab = await browser.tab(PHONE)
        await tab.page.context.add_init_script(WATCH)
        parent = Parent(tab, "Sam")
        await parent.come_in(seed.parents[0])
        host = await host_at_the_desk(browser, platform, seed)
        await host.turn_on()
        await host.let_in("Sam")
        await parent.shows("Mic off")
        neutral = await tab.evaluate("document.documentElement.dataset.exitUrl")
        await tab.page.route(f"{neutral}**", no_content)
        progress(f"{ROUNDS} ways out.")
        told, tasks = [], []
        for number in range(ROUNDS):
            if not is_time_for_another():
                break
            tasks.append(await come_in(parent, f"{platform.origin}/session"))
            told.append(await leave(parent, by_shift=number % 2 == 1))
    shown, done = [one["shown"] for one in told], [one["done"] for one in told]
    how = "p99 from the press to the blank page on the screen, with 50 ms tasks all the time"
    tell(
        "exit", quantile(shown, 0.99), "ms", how,
        aim=AIM, p50=quantile(shown, 0.5), blank_before_shown_p99=quantile(done, 0.99), rounds=len(told),
        busyness=busyness(),
    )  # fmt: skip
    tell(
        "exit_longest_task", max(tasks), "ms", "the longest task of a page, from load to first picture",
        aim=LONGEST_TASK, median=quantile(tasks, 0.5),
    )  # fmt: skip


if __name__ == "__main__":
    run(main())
