"""From a parent's press on the way out, in the call and on a busy page, to the blank page.

The page does nothing but tasks of 50 ms meanwhile. The press is real input, of the button or a third Shift in
turn, and counts from the moment the browser got it until what came of it was on the screen, as the browser
tells it to 8 ms: waiting for the task that was running, our own work, and what came before the picture.
The neutral page answers "no content" and the seat stays, so that the same parent can come back for the next
round.
"""

import asyncio

from playwright.async_api import Route

from tests.bench.kit.evening import evening, host_at_the_desk
from tests.bench.kit.figures import busyness, progress, quantile, tell
from tests.bench.kit.limits import is_time_for_another, run
from tests.browsers import PHONE, chromium, until
from tests.journeys.people import MICROPHONE_OFF, Parent

ROUNDS = 40
AIM, LONGEST_TASK = 100.0, 50.0
"""Milliseconds: to the blank page, p99; and of any task of ours while joining."""
BUSY_BEFORE, BUSY_FOR = 0.2, 1.0
"""Seconds that the tasks run before the press, and in all."""
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
  // The browser's own account of each press: when it was handled, when its result was shown.
  window.presses = [];
  new PerformanceObserver((list) => {
    for (const { name, startTime, processingStart, processingEnd, duration } of list.getEntries())
      if (name === "click" || name === "keydown")
        window.presses.push({
          at: startTime,
          waited: processingStart - startTime,
          ours: processingEnd - processingStart,
          whole: duration,
        });
  }).observe({ type: "event", durationThreshold: 16 });
  // Messages, because nothing of ours may clear them away as it may a timer.
  const { port1, port2 } = new MessageChannel();
  let until = 0;
  port1.onmessage = () => {
    const end = performance.now() + 50;
    while (performance.now() < end) { /* a task of somebody's */ }
    if (performance.now() < until) setTimeout(() => port2.postMessage(0), 5);
  };
  window.beBusy = (long) => { until = performance.now() + long; port2.postMessage(0); };
  // Nothing is drawn, or nothing is there.
  window.isBlank = () => !document.documentElement.checkVisibility() || !document.body.childElementCount;
  // What was shown sooner than in 16 ms the browser does not tell of: then no part of it took longer.
  const quick = () => pressed > 0 && performance.now() - pressed > 2000 && window.isBlank();
  window.lastPress = () =>
    window.presses.find(({ at }) => at === pressed)
      ?? (quick() ? { at: pressed, waited: 16, ours: 16, whole: 16 } : undefined);
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
    """Milliseconds of the press that leaves, as the browser tells them."""
    way_out = parent.page.get_by_role("button", name="Exit quickly").first
    box = await way_out.bounding_box()
    assert box is not None
    await parent.tab.evaluate(f"window.beBusy({BUSY_FOR * 1000})")
    await asyncio.sleep(BUSY_BEFORE)
    if by_shift:
        for _ in range(3):
            await parent.page.keyboard.press("Shift")
    else:
        await parent.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    told: dict[str, float] = await until(
        lambda: parent.tab.evaluate("window.lastPress()"), "the press is on the screen"
    )
    assert await parent.tab.evaluate("window.isBlank()")
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
    how = "p99 from the press to the blank page on the screen, with 50 ms tasks all the time"
    parts = {part: [one[part] for one in told] for part in ("whole", "waited", "ours")}
    after = [one["whole"] - one["waited"] - one["ours"] for one in told]
    tell(
        "exit", quantile(parts["whole"], 0.99), "ms", how,
        aim=AIM, p50=quantile(parts["whole"], 0.5),
        waited_for_a_task_p50=quantile(parts["waited"], 0.5),
        waited_for_a_task_p99=quantile(parts["waited"], 0.99),
        ours_p50=quantile(parts["ours"], 0.5), ours_p99=quantile(parts["ours"], 0.99),
        until_shown_p50=quantile(after, 0.5), until_shown_p99=quantile(after, 0.99),
        rounds=len(told), busyness=busyness(),
    )  # fmt: skip
    tell(
        "exit_longest_task", max(tasks), "ms", "the longest task of a page, from load to first picture",
        aim=LONGEST_TASK, median=quantile(tasks, 0.5),
    )  # fmt: skip


if __name__ == "__main__":
    run(main())
