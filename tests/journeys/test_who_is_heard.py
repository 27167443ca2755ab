"""Pausing everything, mutes, microphones by invitation, a round: who is heard when a host presses what.

One evening in its order, with real sound and picture in three pages. The tests of each part leave the room
with everybody heard.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.browsers import chromium
from tests.journeys.people import CAMERA_OFF, HAND_DOWN, MICROPHONE_OFF, Host, Parent, receives_media
from tests.journeys.stage import stage

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

MICROPHONE_ON = "Mic on. Microphone is on. Turn it off"
PAUSED = "Your host has paused everything for a moment"


@dataclass
class Room:
    jo: Host
    sam: Parent
    ana: Parent

    def everyone(self) -> tuple[Host, Parent, Parent]:
        return self.jo, self.sam, self.ana


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    """Jo has opened and let in Sam and Ana; all three are heard and seen."""
    folder = tmp_path_factory.mktemp("stage")
    async with chromium() as browser, stage(folder, browser, ["Sam", "Ana"]) as night:
        sam, ana = await night.parent("Sam"), await night.parent("Ana")
        jo = await night.host()
        await jo.open_session()
        await night.let_in(jo, sam, ana)
        made = Room(jo, sam, ana)
        for someone in made.everyone():
            await someone.turn_on()
        yield made


# --- Pause everything ---


async def test_one_press_pauses_everything_for_everyone(room: Room) -> None:
    jo, sam, ana = room.everyone()
    await sam.hears_and_sees("Jo", "Ana")
    await jo.tab.press("Pause everything")
    await jo.shows("You have paused everything. Nobody hears or sees anybody.")
    for parent in (sam, ana):
        await parent.shows(PAUSED)
        assert not await receives_media(parent.tab)
    await sam.tab.press(HAND_DOWN)
    await sam.shows("That is paused just now.")


async def test_sound_comes_back_alone_and_nobody_had_to_press_anything(room: Room) -> None:
    jo, sam, ana = room.everyone()
    await jo.tab.press("Sound back")
    await sam.shows("Still paused: picture, chat and hands.")
    await asyncio.gather(sam.hears("Jo", "Ana"), ana.hears("Jo", "Sam"), sam.sees())
    await sam.tab.press("Camera is paused for everyone by your host")
    await sam.shows("Pictures are paused for everyone. Your host will bring them back.")


async def test_pictures_are_back_when_the_host_says_so_and_their_owner_shows_them(room: Room) -> None:
    jo, sam, ana = room.everyone()
    await jo.tab.press("Picture back")
    await sam.shows("Still paused: chat and hands.")
    await ana.sees()
    for someone in room.everyone():
        await someone.tab.press(CAMERA_OFF)
    await ana.hears_and_sees("Jo", "Sam")


async def test_hands_and_chat_come_back_each_by_its_own_press(room: Room) -> None:
    jo, sam, _ = room.everyone()
    await jo.tab.press("Hands back")
    await sam.shows("Still paused: chat.")
    await sam.tab.press(HAND_DOWN)
    await sam.shows("Hand up · 1st")
    await jo.tab.press("Chat back")
    await sam.no_longer_shows("Still paused")
    await jo.no_longer_shows("Still paused")


async def test_a_press_is_not_lost_when_the_list_changes_before_the_release(room: Room) -> None:
    jo, sam, _ = room.everyone()
    await jo.shows("hand up, 1st")
    await jo.page.get_by_role("button", name="More about Sam").hover()
    await jo.page.mouse.down()
    await sam.tab.press("Hand up · 1st. Hand is up. Take it down")
    await jo.no_longer_shows("hand up, 1st")
    await jo.page.mouse.up()
    await jo.tab.press("Close")


# --- Mutes ---


async def test_all_but_one_are_muted_and_the_muted_ask_to_speak(room: Room) -> None:
    jo, sam, ana = room.everyone()
    await jo.about("Sam", "Mute all but Sam")
    await ana.shows("You are muted by your host. Press Hand to ask to speak.")
    await asyncio.gather(jo.hears("Sam"), sam.hears("Jo"))
    await ana.tab.press(HAND_DOWN)
    await ana.shows("You are muted by your host. Your hand is up. They can see it.")
    await jo.shows("hand up, 1st")


async def test_a_lifted_mute_opens_nobodys_microphone(room: Room) -> None:
    jo, sam, ana = room.everyone()
    await jo.tab.press("Lift the mute of Ana")
    await ana.shows("Your host has lifted the mute. Press Mic when you want to speak.")
    await jo.tab.press("Lower the hand of Ana")
    await sam.hears("Jo")
    await ana.tab.press(MICROPHONE_OFF)
    await sam.hears("Jo", "Ana")


# --- By invitation ---


async def test_by_invitation_parents_listen_until_they_are_given_the_word(room: Room) -> None:
    jo, sam, ana = room.everyone()
    await jo.for_everyone("Microphones by invitation")
    await jo.shows("By invitation · nobody has the word")
    await sam.shows("Your host asks one person at a time to speak. Press Hand to ask.")
    await asyncio.gather(sam.hears("Jo"), jo.hears())
    await ana.tab.press(HAND_DOWN)
    await ana.shows("Your hand is up. Your host can see it.")
    await sam.tab.press(HAND_DOWN)
    await sam.shows("Hand up · 2nd")


async def test_hands_are_heard_in_the_order_in_which_they_went_up(room: Room) -> None:
    jo, sam, ana = room.everyone()
    await jo.shows("1. Ana")
    await jo.shows("2. Sam")
    await jo.tab.press("Give the word to Ana")
    await ana.shows("It is your turn. Turn your microphone on when you like.")
    await sam.shows("Hand up · 1st")
    await ana.tab.press(MICROPHONE_OFF)
    await asyncio.gather(sam.hears("Jo", "Ana"), jo.hears("Ana"))


async def test_a_word_taken_back_is_silence_again(room: Room) -> None:
    jo, sam, ana = room.everyone()
    await jo.tab.press("Take the word back from Ana")
    await ana.shows("Your turn is over. Thank you.")
    await sam.hears("Jo")
    await jo.tab.press("Let everyone speak again")
    await jo.no_longer_shows("By invitation")
    await jo.tab.press("Lower the hand of Sam")
    await sam.shows("Mic off")
    for parent in (sam, ana):
        await parent.tab.press(MICROPHONE_OFF)
    await jo.hears("Sam", "Ana")


# --- A round ---


async def test_a_round_goes_from_one_to_the_next_and_anyone_may_pass(room: Room) -> None:
    jo, sam, ana = room.everyone()
    await jo.for_everyone("Start a round")
    await jo.shows("A round · Sam has the word")
    await jo.shows("0 min")
    await ana.shows("We go round. Sam has the word.")
    await jo.hears()
    await sam.tab.press(MICROPHONE_OFF)
    await ana.hears("Jo", "Sam")
    await sam.tab.press("Pass: I would rather not speak now, or I am done")
    await ana.shows("It is your turn. Turn your microphone on when you like.")
    await sam.shows("Your turn is over. Thank you.")
    await ana.hears("Jo")
    await jo.tab.press("Next")
    await jo.no_longer_shows("A round")
    for parent in (sam, ana):
        await parent.tab.press(MICROPHONE_OFF)
    await jo.hears("Sam", "Ana")


async def test_a_round_can_be_ended_and_all_hands_lowered(room: Room) -> None:
    jo, sam, ana = room.everyone()
    for parent in (sam, ana):
        await parent.tab.press(HAND_DOWN)
    await jo.shows("2. Ana")
    await jo.tab.press("Lower all hands")
    await jo.no_longer_shows("2. Ana")
    await jo.for_everyone("Start a round")
    await ana.shows("We go round. Sam has the word.")
    await jo.tab.press("End the round")
    await ana.no_longer_shows("We go round")
    await sam.tab.press(MICROPHONE_OFF)
    await ana.hears("Jo", "Sam")
