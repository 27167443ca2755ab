"""A word alone, and a shared screen: who hears and sees whom then, with real sound and picture.

One evening in its order. Jo begins as the only host; Ray comes with a page, Bo without one.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

import pytest
import pytest_asyncio

from server.auth import Kind, Role
from tests.browsers import Tab, chromium, until
from tests.journeys.people import MICROPHONE_OFF, Host, Parent
from tests.journeys.stage import STAFF, Stage, stage

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

ALONE = "The group would be without a host. Ask another host to stay with it."
POOR = "Your line is poor, so you have sound only for now."
BACK = "You are back with the group. Your microphone and camera are off."

# What the shared screen shows now, as a fingerprint; empty while there is none.
SCREEN = """
(() => {
  const video = document.querySelector(".shared video");
  if (!video || !video.videoWidth) return "";
  const canvas = document.createElement("canvas");
  canvas.width = 64; canvas.height = 36;
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0, 64, 36);
  return [...pen.getImageData(0, 0, 64, 36).data].join();
})()
"""


@dataclass
class Evening:
    night: Stage
    jo: Host
    sam: Parent
    ana: Parent
    ray: Host | None = None

    @property
    def people(self) -> tuple[Host, Host, Parent, Parent]:
        """Jo, Ray, Sam and Ana."""
        assert self.ray is not None
        return self.jo, self.ray, self.sam, self.ana


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def evening(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Evening]:
    """Jo is the only host; Sam and Ana are in the room. All have their microphones on."""
    folder = tmp_path_factory.mktemp("stage")
    staff = {**STAFF, "Bo": (Role.FACILITATOR, Kind.WORKER)}
    async with chromium() as browser, stage(folder, browser, ["Sam", "Ana"], staff=staff) as night:
        sam, ana = await night.parent("Sam"), await night.parent("Ana")
        jo = await night.host()
        await jo.open_session()
        await night.let_in(jo, sam, ana)
        for someone in (jo, sam, ana):
            await someone.tab.press(MICROPHONE_OFF)
        yield Evening(night, jo, sam, ana)


async def _screen_moves(someone: Parent) -> bool:
    """On a busy machine the page may find the line too poor for pictures: they are wanted all the same."""
    if POOR in await someone.words():
        await someone.tab.press("Pictures back")
    first = await someone.tab.evaluate(SCREEN)
    await asyncio.sleep(0.5)
    return bool(first) and await someone.tab.evaluate(SCREEN) != first


async def _shows_no_screen(tab: Tab) -> bool:
    return not await tab.evaluate("document.querySelectorAll('.shared').length")


async def sees_the_screen(*parents: Parent) -> None:
    for parent in parents:
        try:
            await until(partial(_screen_moves, parent), f"{parent.name} sees the screen move")
        except AssertionError as error:
            raise AssertionError(f"{error}; the page says:\n{await parent.words()}") from None


async def sees_no_screen(*parents: Parent) -> None:
    for parent in parents:
        await until(partial(_shows_no_screen, parent.tab), f"{parent.name} sees no screen")


async def offers_to_share(parent: Parent) -> bool:
    """Whether the parent's "More" has it."""
    await parent.more()
    await parent.shows("With you")
    offered = await parent.page.get_by_role("button", name="Share my screen", exact=True).count()
    await parent.tab.press("Close")
    return bool(offered)


async def may_not_share(parent: Parent) -> bool:
    return not await offers_to_share(parent)


# --- A word alone ---


async def test_a_side_room_that_would_leave_the_group_alone_is_refused(evening: Evening) -> None:
    jo, sam = evening.jo, evening.sam
    await jo.about("Sam", "Ask for a word alone")
    await jo.shows(ALONE)
    assert "a word with you alone" not in await sam.words()


async def test_the_parent_may_say_no(evening: Evening) -> None:
    evening.ray = await evening.night.host("Ray")
    jo, ray, sam, ana = evening.people
    await ray.tab.press(MICROPHONE_OFF)
    await ana.hears("Jo", "Ray", "Sam")
    await jo.about("Sam", "Ask for a word alone")
    await jo.shows("You asked Sam for a word alone.")
    await sam.shows("Jo would like a word with you alone")
    await sam.shows("The group will only see that you stepped out. You can come back any time.")
    await sam.tab.press("Not now")
    await jo.no_longer_shows("You asked Sam for a word alone.")
    await sam.hears("Jo", "Ray", "Ana")


async def test_in_the_side_room_they_hear_each_other_and_the_group_hears_nothing_of_it(
    evening: Evening,
) -> None:
    jo, ray, sam, ana = evening.people
    await jo.about("Sam", "Ask for a word alone")
    await sam.tab.press("Go along")
    await sam.shows("You are alone with Jo. The group cannot hear you.")
    await jo.shows("You are alone with Sam. The group cannot hear you.")
    await ana.shows("stepped out")
    assert "alone" not in await ana.words()
    await asyncio.gather(sam.hears("Jo"), jo.hears("Sam"), ana.hears("Ray"), ray.hears("Ana"))


async def test_a_mute_follows_into_the_side_room(evening: Evening) -> None:
    jo, _, sam, _ = evening.people
    await jo.tab.press("Mute Sam")
    await sam.shows("You are muted by your host")
    await jo.hears()


async def test_nobody_joins_them_from_a_group_that_would_be_left_alone(evening: Evening) -> None:
    _, ray, _, ana = evening.people
    await ray.shows("Jo and Sam are in the side room.")
    await ray.tab.press("Join them")
    await ray.shows(ALONE)
    await ana.hears("Ray")


async def test_a_second_host_comes_along_as_witness_when_another_stays_with_the_group(
    evening: Evening,
) -> None:
    jo, ray, sam, ana = evening.people
    bo = await evening.night.stand_in("Bo")
    await bo.joins()
    await bo.sees(lambda view: view["attending"] == 2)
    await ray.tab.press("Join them")
    await ray.shows("You are alone with Jo and Sam. The group cannot hear you.")
    await sam.shows("You are alone with Jo and Ray. The group cannot hear you.")
    await asyncio.gather(jo.hears("Ray"), sam.hears("Jo", "Ray"), ana.hears())


async def test_back_with_the_group_a_mute_still_holds_and_nobody_is_heard_before_they_want_to_be(
    evening: Evening,
) -> None:
    jo, ray, sam, ana = evening.people
    await sam.tab.press("Back to the group")
    for someone in (jo, ray, sam):
        await someone.shows(BACK)
        await someone.tab.press("OK")
    await sam.shows("You are muted by your host")
    await ana.no_longer_shows("stepped out")
    await asyncio.gather(sam.hears("Ana"), ana.hears())
    await jo.tab.press("Lift the mute of Sam")
    for person in (jo, ray, sam):
        await person.tab.press(MICROPHONE_OFF)
    await ana.hears("Jo", "Ray", "Sam")


# --- A shared screen ---


async def test_a_host_shows_a_screen_to_everyone(evening: Evening) -> None:
    jo, _, sam, ana = evening.people
    await jo.for_everyone("Share my screen")
    await jo.shows("You are sharing your screen. Everyone sees it.")
    for parent in (sam, ana):
        await parent.shows("Jo is sharing a screen")
    await sees_the_screen(sam, ana)
    await ana.tab.press("Sound only")
    await ana.shows("Jo is sharing a screen. Press “Pictures back” to see it.")
    await ana.tab.press("Pictures back")
    await sees_the_screen(ana)
    await jo.tab.press("Stop sharing my screen")
    await sees_no_screen(sam, ana)


async def test_a_parent_shows_theirs_when_a_host_allows_it_and_only_then(evening: Evening) -> None:
    jo, _, sam, ana = evening.people
    assert not await offers_to_share(sam)
    await jo.about("Sam", "Let them share their screen")
    await sam.shows("You may share your screen once.")
    await sam.more("Share my screen")
    await ana.shows("Sam is sharing a screen")
    await sees_the_screen(ana)
    await jo.about("Sam", "Stop their screen")
    await sees_no_screen(ana)
    await sam.no_longer_shows("You are sharing your screen")
    await until(partial(may_not_share, sam), "it was for once")


async def test_a_parent_may_stop_by_themselves_and_that_was_their_once(evening: Evening) -> None:
    jo, _, sam, ana = evening.people
    await jo.about("Sam", "Let them share their screen")
    await sam.more("Share my screen")
    await ana.shows("Sam is sharing a screen")
    await sam.tab.press("Stop sharing my screen")
    await sees_no_screen(ana)
