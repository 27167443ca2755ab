"""A host and a parent with a keyboard alone: all is found by Tab, seen to have the focus, called by name."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Dialog

from tests.browsers import chromium, until
from tests.journeys.people import Host, Parent, Someone
from tests.journeys.stage import stage

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

FARTHEST = 60  # presses of Tab, however full the page is

# What has the focus: its role and name as a screen reader has them, whether a ring shows, and where it is.
FOCUS = """
(() => {
  const on = document.activeElement;
  const style = getComputedStyle(on);
  const box = on.getBoundingClientRect();
  return {
    name: (on.getAttribute("aria-label") ?? on.textContent).trim().replace(/\\s+/g, " "),
    tag: on.localName,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inSight: box.width > 0 && box.top < innerHeight && box.bottom > 0,
    row: on.dataset.row ?? "",
    inDialog: on.closest("dialog[open]") !== null,
  };
})()
"""


@dataclass
class Room:
    jo: Host
    sam: Parent


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    folder = tmp_path_factory.mktemp("stage")
    async with chromium() as browser, stage(folder, browser, ["Sam"]) as night:
        yield Room(await night.host(), await night.parent("Sam"))


async def tab_to(someone: Someone, name: str) -> None:
    """Presses Tab until this has the focus. What has it on the way is in sight and shows it."""
    passed = []
    for _ in range(FARTHEST):
        await someone.page.keyboard.press("Tab")
        focus = await someone.tab.evaluate(FOCUS)
        if focus["tag"] == "body":
            continue
        assert focus["ring"], f"no ring on {focus}"
        assert focus["inSight"], f"out of sight: {focus}"
        if focus["name"] == name:
            return
        passed.append(focus["name"])
    raise AssertionError(f"{someone.name} finds no “{name}” by Tab, only {passed}")


async def press(someone: Someone, name: str) -> None:
    await tab_to(someone, name)
    await someone.page.keyboard.press("Enter")


async def comes_to(someone: Someone, name: str) -> None:
    """Waits until the focus is there without anybody's doing."""

    async def is_there() -> bool:
        return bool((await someone.tab.evaluate(FOCUS))["name"] == name)

    await until(is_there, f"the focus of {someone.name} is at “{name}”")


async def escape(someone: Someone) -> None:
    await someone.page.keyboard.press("Escape")


async def test_a_host_opens_and_lets_in_and_keeps_their_place_on_the_page(room: Room) -> None:
    jo, sam = room.jo, room.sam
    await press(jo, "Open session")
    await jo.no_longer_shows("The room is not open yet")
    await jo.no_longer_shows("Nobody hears or sees anybody")
    await press(jo, "Let in Sam")
    await sam.shows("Mic off")
    await comes_to(jo, "Waiting")
    await jo.shows("Sam joined.")


async def test_a_question_takes_the_focus_keeps_it_and_gives_it_back(room: Room) -> None:
    jo = room.jo
    await press(jo, "More about Sam")
    await comes_to(jo, "Sam")
    for _ in range(FARTHEST // 2):
        await jo.page.keyboard.press("Tab")
        focus = await jo.tab.evaluate(FOCUS)
        assert focus["inDialog"] or focus["tag"] == "body", focus
    await press(jo, "In danger: what to do")
    await comes_to(jo, "If Sam is in danger")
    await tab_to(jo, "Show where they are joining from")
    await escape(jo)
    await comes_to(jo, "More about Sam")


async def test_a_parent_asks_for_help_and_the_host_is_led_to_them(room: Room) -> None:
    jo, sam = room.jo, room.sam
    await press(sam, "Help: tell your hosts quietly")
    await press(sam, "Please check on me")
    await comes_to(sam, "Help: tell your hosts quietly")
    await press(jo, "Sam · asks you to check on them")

    async def is_led() -> bool:
        focus = await jo.tab.evaluate(FOCUS)
        return bool(focus["row"] and focus["ring"] and focus["name"].startswith("Sam"))

    await until(is_led, "Jo is at the line about Sam")
    await press(jo, "Mute Sam")
    await sam.shows("You are muted by your host. Press Hand to ask to speak.")
    await press(sam, "Hand is down. Put it up to ask to speak")
    await jo.shows("hand up, 1st")
    await press(jo, "Lift the mute of Sam")
    await sam.shows("Your host has lifted the mute.")


async def test_single_keys_are_a_hosts_and_a_parents_only_once_they_want_them(room: Room) -> None:
    jo, sam = room.jo, room.sam
    await jo.page.keyboard.press("m")
    await jo.shows("Mic on")
    await jo.page.keyboard.press("?")
    await jo.shows("Keys on your keyboard")
    await jo.page.keyboard.press("l")
    await escape(jo)
    await jo.page.keyboard.press("l")
    await jo.shows("The door is locked.")
    await jo.page.keyboard.press("l")
    await jo.no_longer_shows("The door is locked.")

    await sam.page.keyboard.press("m")
    await sam.more("Keyboard keys")
    assert "Mic off" in await sam.words()
    await press(sam, "The keys are off. Turn them on")
    await escape(sam)
    await sam.page.keyboard.press("m")
    await sam.shows("Mic on")
    await sam.page.keyboard.press("m")
    await sam.shows("You are muted.")


async def test_the_last_host_is_warned_by_the_button_and_by_the_browser(room: Room) -> None:
    jo = room.jo
    await press(jo, "Leave")
    await comes_to(jo, "You are the last host here")
    await escape(jo)
    await comes_to(jo, "Leave")

    asked = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    jo.page.on("dialog", stay)
    await jo.page.close(run_before_unload=True)

    async def was_asked() -> bool:
        return bool(asked)

    await until(was_asked, "the browser asks Jo to stay")
    assert asked == ["beforeunload"]
    assert "In the room" in await jo.words()
