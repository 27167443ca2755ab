"""What a parent's own microphone and screen do in the call, and when they really stop."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.browsers import chromium, until
from tests.journeys.people import MICROPHONE_OFF, Host, Parent
from tests.journeys.stage import stage

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

MICROPHONE_ON = "Mic on. Microphone is on. Turn it off"
NOTICE = "Tell me when I talk while muted"

# From now on the page remembers what it opens, copies included.
WATCH_TRACKS = """
(() => {
  window.opened = [];
  const remember = (track) => { window.opened.push(track); return track; };
  const media = navigator.mediaDevices;
  for (const way of ["getUserMedia", "getDisplayMedia"]) {
    const ask = media[way].bind(media);
    media[way] = async (...wish) => {
      const stream = await ask(...wish);
      stream.getTracks().forEach(remember);
      return stream;
    };
  }
  const { clone } = MediaStreamTrack.prototype;
  MediaStreamTrack.prototype.clone = function () { return remember(clone.call(this)); };
})()
"""
OPEN_MICROPHONES = """
window.opened.filter((one) => one.kind === "audio" && one.readyState === "live").map((one) => one.label)
"""
# As a headset does that is pulled out.
TAKE_AWAY = """
window.opened.filter((one) => one.kind === "audio" && one.readyState === "live").forEach((one) => {
  one.stop();
  one.dispatchEvent(new Event("ended"));
})
"""
NO_OTHER = """
(() => {
  const media = navigator.mediaDevices;
  const ask = media.getUserMedia;
  media.getUserMedia = async () => { throw new DOMException("none", "NotFoundError"); };
  window.plugIn = () => {
    media.getUserMedia = ask;
    media.dispatchEvent(new Event("devicechange"));
  };
})()
"""
# As the browser's own "Stop sharing" does.
STOP_SHARING = """
window.opened.filter((one) => one.kind === "video").forEach((one) => {
  one.stop();
  one.dispatchEvent(new Event("ended"));
})
"""


@dataclass
class Room:
    jo: Host
    sam: Parent

    async def microphones(self) -> list[str]:
        """Those that Sam's page holds open."""
        return [str(label) for label in await self.sam.tab.evaluate(OPEN_MICROPHONES)]

    async def is_closed(self) -> bool:
        return not await self.microphones()

    async def listens(self) -> bool:
        return not await self.is_closed()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    folder = tmp_path_factory.mktemp("stage")
    async with chromium() as browser, stage(folder, browser, ["Sam"]) as night:
        sam = await night.parent("Sam")
        jo = await night.host()
        await jo.open_session()
        await night.let_in(jo, sam)
        await sam.tab.evaluate(WATCH_TRACKS)
        yield Room(jo, sam)


async def test_another_microphone_is_chosen_in_the_call(room: Room) -> None:
    sam = room.sam
    await sam.tab.press(MICROPHONE_OFF)
    await sam.shows("Mic on")
    [before] = await room.microphones()
    await sam.more("Sound and picture")
    await sam.page.get_by_label("Microphone", exact=True).select_option(index=2)

    async def is_another() -> bool:
        return len(now := await room.microphones()) == 1 and now != [before]

    await until(is_another, "another microphone is open, and only that")
    await sam.answer("Close")


async def test_a_microphone_that_is_taken_away_gives_way_to_another_or_is_off_and_stays_off(
    room: Room,
) -> None:
    sam = room.sam
    await sam.tab.evaluate(TAKE_AWAY)
    await until(room.listens, "another microphone takes its place by itself")
    await sam.shows("Mic on")
    await sam.tab.evaluate(NO_OTHER)
    await sam.tab.evaluate(TAKE_AWAY)
    await sam.shows("We found no microphone.")
    await sam.shows("Mic off")
    await sam.tab.evaluate("window.plugIn()")
    assert await room.is_closed(), "nobody is heard who reads that they are not"
    await sam.tab.press(MICROPHONE_OFF)
    await sam.shows("Mic on")


async def test_muted_means_closed(room: Room) -> None:
    await room.sam.tab.press(MICROPHONE_ON)
    await room.sam.shows("You are muted.")
    await until(room.is_closed, "no microphone is open")


async def test_whoever_wants_to_be_told_is_listened_to_until_a_host_mutes(room: Room) -> None:
    jo, sam = room.jo, room.sam
    await sam.more("Sound and picture")
    await sam.tab.tick(NOTICE)
    await sam.answer("Close")
    await sam.tab.press(MICROPHONE_OFF)
    await sam.tab.press(MICROPHONE_ON)
    await sam.shows("Mic off")
    await until(room.listens, "the page listens for a voice")
    await jo.tab.press("Mute Sam")
    await until(room.is_closed, "a host's mute closes it too")
    await jo.tab.press("Lift the mute of Sam")


async def test_sharing_that_the_browser_itself_ends_was_the_once(room: Room) -> None:
    jo, sam = room.jo, room.sam
    await jo.about("Sam", "Let them share their screen")
    await sam.shows("You may share your screen once.")
    await sam.more("Share my screen")
    await jo.shows("Sam is sharing a screen")
    await sam.tab.evaluate(STOP_SHARING)
    await jo.no_longer_shows("Sam is sharing a screen")
    await sam.no_longer_shows("You may share your screen once.")
    await sam.more()
    assert not await sam.page.get_by_role("button", name="Share my screen").count()
    await sam.answer("Close")
