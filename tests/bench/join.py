"""From a host's press on "Let in" to the first picture that the parent's page shows; and back by a reload.

Two pages in Chromium; the host's camera is on. Before each round the parent's page is loaded anew, so that
the media client is fetched and compiled each time.
"""

import time
from typing import Any

from tests.bench.kit.evening import evening, host_at_the_desk
from tests.bench.kit.figures import busyness, progress, quantile, tell
from tests.bench.kit.limits import is_time_for_another, run
from tests.bench.kit.page import press
from tests.browsers import LIVELY, PHONE, chromium, until
from tests.journeys.people import Host, Parent

ROUNDS = 30
RELOADS = 10
AIM = 1000.0
"""Milliseconds, at the 95th percentile."""
BACK_WITHIN = 3000.0
"""The same for a page in the room that is loaded anew."""

# Notes when each step of getting into the room was done; all in milliseconds since 1970.
WATCH = """
(() => {
  const noted = (window.noted = {});
  const note = (step, at) => { noted[step] ??= at ?? Date.now(); };
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(url, ...rest) {
      super(url, ...rest);
      if (!String(url).includes("/media/")) return;
      note("client_loaded");
      this.addEventListener("open", () => note("gate_open"));
    }
  };
  const Peers = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Peers {
    constructor(...given) {
      super(...given);
      this.addEventListener("track", () => note("track_announced"));
      this.addEventListener("connectionstatechange", () => {
        if (this.connectionState === "connected" && this.getReceivers().length) note("media_connected");
      });
    }
  };
  new MutationObserver(() => {
    for (const video of document.querySelectorAll("video:not([data-noted])")) {
      video.dataset.noted = "";
      video.requestVideoFrameCallback(() => note("first_picture"));
    }
  }).observe(document, { childList: true, subtree: true });
})();
"""
STEPS = ("client_loaded", "gate_open", "track_announced", "media_connected", "first_picture")


async def one_round(host: Host, parent: Parent, url: str) -> dict[str, float]:
    """Milliseconds from the press to each step."""
    await parent.tab.goto(url)
    await parent.shows(f"Hello {parent.name}")
    pressed = await press(host.tab, f"Let in {parent.name}")

    async def noted() -> Any:
        told = await parent.tab.evaluate("window.noted")
        return told if "first_picture" in told else None

    told = await until(noted, "the parent sees the host")
    await press(host.tab, f"More about {parent.name}")
    await press(host.tab, "Back to the waiting room")
    await press(host.tab, "No word, just back")
    await parent.shows("You are back in the waiting room")
    return {step: told[step] - pressed for step in STEPS if step in told}


async def one_reload(parent: Parent) -> float:
    """Milliseconds from the reload to the host's picture, where it was."""
    began = time.time() * 1000
    await parent.page.reload(wait_until="commit")

    async def seen() -> Any:
        return await parent.tab.evaluate("window.noted?.first_picture")

    return float(await until(seen, "the parent sees the host again")) - began


async def main() -> None:
    async with evening(parents=1) as (platform, seed), chromium(LIVELY) as browser:
        tab = await browser.tab(PHONE)
        await tab.page.context.add_init_script(WATCH)
        parent = Parent(tab, "Sam")
        await parent.come_in(seed.parents[0])
        host = await host_at_the_desk(browser, platform, seed)
        await press(host.tab, "Camera is off. Turn it on")
        await until(
            lambda: host.tab.evaluate("!!document.querySelector('li.tile video')"), "the host's picture"
        )
        progress(f"{ROUNDS} rounds.")
        rounds = []
        for number in range(ROUNDS):
            if not is_time_for_another():
                break
            rounds.append(await one_round(host, parent, f"{platform.origin}/session"))
            if number % 5 == 4:
                progress(
                    f"{number + 1}: the longest so far took {max(r['first_picture'] for r in rounds):.0f} ms"
                )
        await parent.tab.goto(f"{platform.origin}/session")
        await parent.shows(f"Hello {parent.name}")
        await press(host.tab, f"Let in {parent.name}")
        await parent.sees(host.name)
        back = [await one_reload(parent) for _ in range(RELOADS)]
    whole = [one["first_picture"] for one in rounds]
    tell(
        "join", quantile(whole, 0.95), "ms",
        "p95 from the host's press to the first picture at the parent's page, which was loaded anew",
        aim=AIM, median=quantile(whole, 0.5), longest=max(whole), rounds=len(whole), busyness=busyness(),
    )  # fmt: skip
    tell(
        "join_reload", quantile(back, 0.95), "ms", "p95 from a reload in the room to the host's picture",
        aim=BACK_WITHIN, median=quantile(back, 0.5), longest=max(back), rounds=len(back),
    )  # fmt: skip
    for step in STEPS[:-1]:
        passed = [one[step] for one in rounds if step in one]
        tell(
            f"join_{step}",
            quantile(passed, 0.5),
            "ms",
            "median, from the host's press",
            p95=quantile(passed, 0.95),
        )


if __name__ == "__main__":
    run(main())
