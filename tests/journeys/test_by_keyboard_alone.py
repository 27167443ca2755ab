"""An evening without a mouse, a host's and a parent's: Tab, Enter, Space, Escape and the room's own keys.

In its order. Nobody clicks: what cannot be got at by Tab, or loses its place when it is pressed, fails.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.browsers import PHONE, chromium
from tests.hostile.people import Person
from tests.journeys.keyboard import Keyboard
from tests.journeys.people import CAMERA_OFF, HAND_DOWN, Host, Parent
from tests.journeys.stage import Stage, stage

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

HELP = "Help: tell your hosts quietly"
KEYS = "Keys on your keyboard"
MORE = "More: messages, reactions and your own picture"


@dataclass
class Evening:
    """Ana is in the room without a page."""

    night: Stage
    jo: Host
    sam: Parent
    ana: Person

    @property
    def host(self) -> Keyboard:
        return Keyboard(self.jo)

    @property
    def parent(self) -> Keyboard:
        return Keyboard(self.sam)

    async def did(self, words: str, *, by: str = "host") -> None:
        """The host's page shows what was done, and whoever did it has not lost their place."""
        await self.jo.shows(words)
        await (self.host if by == "host" else self.parent).keeps_place()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def evening(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Evening]:
    folder = tmp_path_factory.mktemp("stage")
    async with chromium() as browser, stage(folder, browser, ["Sam", "Ana"]) as night:
        ana = await night.stand_in("Ana")
        yield Evening(night, await night.host(), Parent(await browser.tab(PHONE), "Sam"), ana)


# --- The way in ---


async def test_a_parent_comes_from_the_link_to_the_check(evening: Evening) -> None:
    sam, keys = evening.sam, evening.parent
    await sam.tab.goto(evening.night.links["Sam"])
    await sam.shows("We are glad you came")
    await keys.press("Skip to the page")
    await keys.press("Carry on")
    await sam.shows("How to leave quickly")
    await keys.press("Carry on", "Space")
    await sam.shows("What shall we call you?")
    await keys.press("Carry on")
    await sam.shows("Write the name you want us to use.")
    await keys.keeps_place()
    await keys.write("Name", "Sam")
    await keys.key("Enter")
    await sam.shows("What we agree in this group")
    await keys.press("I agree")
    await sam.shows("If you are suddenly gone")
    await keys.to("Wait. Do not call or text me.")
    for _ in range(2):
        await keys.key("ArrowDown")
    assert (await keys.where())["name"] == "Ring me."
    await keys.write("Phone number", "07700 900123")
    await keys.press("Carry on")
    await sam.shows("Let’s get you ready")


async def test_a_parent_goes_through_the_check_to_the_waiting_room(evening: Evening) -> None:
    sam, keys = evening.sam, evening.parent
    await keys.press("Play the chime")
    await keys.press("Yes")
    await keys.keeps_place()
    await keys.press("Try my voice")
    await sam.shows("The bar moves when you talk.")
    await keys.keeps_place()
    await keys.press("Try my camera", "Space")
    await sam.shows("There you are.")
    await sam.shows("All set")
    await keys.press("I’m ready")
    await sam.shows("Can anyone see or hear you?")
    await keys.press("I am alone")
    await sam.shows("Where are you joining from?")
    await keys.write("Where you are today", "At home")
    await keys.press("Carry on")
    await sam.shows("Hello Sam")
    await keys.keeps_place()


async def test_a_host_opens_and_lets_people_in(evening: Evening) -> None:
    jo, keys = evening.jo, evening.host
    await keys.press("Open session")
    await jo.no_longer_shows("The room is not open yet")
    await keys.keeps_place()
    await jo.no_longer_shows("Nobody hears or sees anybody")
    await keys.key("w")
    assert "Waiting" in (await keys.where())["name"]
    for name in ("Ana", "Sam"):
        await keys.press(f"Let in {name}")
        await jo.shows("In the room")
        await keys.keeps_place()
    await evening.sam.shows("Mic off")
    await evening.parent.keeps_place()
    await evening.did("Nobody is waiting.")
    assert (await keys.where())["name"].startswith("Waiting"), "at the heading of the list"


# --- In the room ---


async def test_a_parent_turns_on_the_keys_and_the_devices_and_asks_for_help(evening: Evening) -> None:
    sam, keys = evening.sam, evening.parent
    await keys.key("m")
    await keys.press(MORE)
    await keys.is_asked("More")
    await keys.press("Keyboard keys")
    await keys.is_asked(KEYS)
    await sam.shows("Hand up or down")
    await keys.press("The keys are off. Turn them on")
    await keys.key("Escape")
    await sam.no_longer_shows("Hand up or down")
    assert (await keys.where())["name"] == MORE, "back where it was asked for"
    assert "Mic off" in await sam.words(), "single keys are a parent's only once they want them"
    await keys.key("m")
    await sam.shows("Mic on")
    await keys.press(CAMERA_OFF, "Space")
    await sam.shows("Camera on")
    await keys.press(HELP)
    await keys.is_asked("Tell your hosts quietly")
    await keys.press("Please check on me")
    await evening.did("asks you to check on them", by="parent")
    assert (await keys.where())["name"] == HELP, "back where it was asked for"
    await evening.host.press("Sam · asks you to check on them")
    await evening.host.is_led_to("Sam")
    await evening.host.press("Seen to what Sam told you")
    await evening.jo.no_longer_shows("asks you to check on them")
    await evening.host.keeps_place()


async def test_a_host_mutes_one_who_asks_to_speak_and_lifts_it(evening: Evening) -> None:
    sam, keys = evening.sam, evening.host
    await keys.press("Mute Sam", "Space")
    await sam.shows("You are muted by your host")
    await evening.did("muted by host")
    assert (await keys.where())["name"] == "Lift the mute of Sam"
    await evening.parent.press(HAND_DOWN)
    await evening.did("hand up, 1st", by="parent")
    await keys.press("Lower the hand of Sam", back=True)
    await evening.jo.no_longer_shows("hand up, 1st")
    await keys.keeps_place()
    await evening.parent.key("h")
    await evening.did("hand up, 1st", by="parent")
    await keys.press("Lift the mute of Sam")
    await sam.shows("Your host has lifted the mute")
    await keys.keeps_place()
    await keys.press("Lower the hand of Sam", back=True)
    await evening.jo.no_longer_shows("hand up, 1st")


async def test_a_host_mutes_all_and_lifts_all(evening: Evening) -> None:
    sam, keys = evening.sam, evening.host
    await keys.press("Mute all", back=True)
    await sam.shows("You are muted by your host")
    await evening.did("Lift all mutes")
    await keys.press("Lift all mutes")
    await sam.shows("Your host has lifted the mute")
    await evening.jo.no_longer_shows("Lift all mutes")
    await keys.keeps_place()


async def test_a_host_pauses_everything_and_brings_it_back_piece_by_piece(evening: Evening) -> None:
    sam, jo, keys = evening.sam, evening.jo, evening.host
    await keys.key("Shift+P")
    await sam.shows("Your host has paused everything for a moment")
    await evening.parent.keeps_place()
    await evening.did("You have paused everything.")
    for back in ("Sound back", "Picture back", "Chat back", "Hands back"):
        await keys.press(back)
        await jo.no_longer_shows(back)
        await keys.keeps_place()
    await sam.no_longer_shows("paused")


async def test_a_host_takes_one_back_to_the_waiting_room_and_undoes_it(evening: Evening) -> None:
    sam, keys = evening.sam, evening.host
    await keys.press("More about Sam")
    await keys.is_asked("Sam")
    await keys.press("Back to the waiting room")
    await keys.is_asked("Take Sam back to the waiting room?")
    await keys.press("Take a breather")
    await sam.shows("You are back in the waiting room")
    await evening.parent.keeps_place()
    await evening.did("Sam is back in the waiting room.")
    await keys.key("u")
    await sam.shows("Mic off")
    await evening.parent.keeps_place()
    await evening.did("Nobody is waiting.")


async def test_a_host_removes_one_with_a_reason_and_undoes_it(evening: Evening) -> None:
    sam, keys = evening.sam, evening.host
    await keys.press("More about Sam")
    await keys.is_asked("Sam")
    await keys.press("Remove for today")
    await keys.is_asked("Remove Sam for today?")
    await keys.press("Broke our agreement", "Space")
    assert (await keys.where())["checked"]
    await keys.press("Remove for today")
    await sam.shows("Your place is paused")
    await evening.parent.keeps_place()
    await evening.did("removed for today")
    await keys.press("Undo for Sam")
    await sam.shows("You are back in the waiting room")
    await keys.keeps_place()
    await keys.press("Let in Sam")
    await sam.shows("Mic off")
    await evening.did("Nobody is waiting.")


async def test_a_host_locks_the_door_and_unlocks_it(evening: Evening) -> None:
    jo, keys = evening.jo, evening.host
    await keys.key("l")
    await evening.did("The door is locked.")
    await keys.press("Unlock door", back=True)
    await jo.no_longer_shows("The door is locked.")
    assert (await keys.where())["name"] == "Lock door"


async def test_a_host_and_a_parent_write_to_each_other(evening: Evening) -> None:
    sam, jo, keys = evening.sam, evening.jo, evening.host
    await keys.key("t")
    await jo.shows("Nothing here yet")
    await keys.to("To")
    await keys.write("Your message", "It is good that you are here.")
    await keys.press("Send")
    await evening.did("It is good that you are here.")
    await evening.parent.key("t")
    await evening.parent.is_asked("Messages")
    await sam.shows("It is good that you are here.")
    await evening.parent.write("Your message", "Thank you, Jo.")
    await evening.parent.press("Send")
    await evening.did("Thank you, Jo.", by="parent")
    await evening.parent.key("Escape")
    await sam.no_longer_shows("It is good that you are here.")
    await evening.parent.keeps_place()
    await keys.press("Delete the message of Sam", back=True)
    await jo.no_longer_shows("Thank you, Jo.")
    await keys.keeps_place()
    await keys.press("People", back=True)
    await evening.did("In the room")


async def test_a_question_keeps_the_focus_and_the_keys_and_gives_it_back(evening: Evening) -> None:
    jo, keys = evening.jo, evening.host
    await keys.press("More about Sam")
    await keys.is_asked("Sam")
    await keys.key("l")
    await keys.goes_round_inside()
    await keys.press("Remove for today")
    await keys.is_asked("Remove Sam for today?")
    await keys.key("Escape")
    await jo.no_longer_shows("Remove Sam for today?")
    assert (await keys.where())["name"] == "More about Sam"
    assert "The door is locked." not in await jo.words()


async def test_the_danger_card_opens_and_closes_and_leaves_one_where_one_was(evening: Evening) -> None:
    jo, keys = evening.jo, evening.host
    before = (await keys.where())["name"]
    await keys.key("d")
    await keys.is_asked("Who is in danger?")
    await keys.key("Escape")
    await jo.no_longer_shows("Who is in danger?")
    assert (await keys.where())["name"] == before
    await keys.press("Danger card")
    await keys.is_asked("Who is in danger?")
    await keys.press("Sam")
    await keys.is_asked("If Sam is in danger")
    await keys.press("Close the card")
    await jo.no_longer_shows("If Sam is in danger")
    assert (await keys.where())["name"] == "Danger card"


async def test_the_list_of_keys_says_what_there_is_and_turns_them_off(evening: Evening) -> None:
    jo, keys = evening.jo, evening.host
    await keys.key("?")
    await keys.is_asked(KEYS)
    await jo.shows("Lock or unlock the door")
    await keys.press("The keys are on. Turn them off")
    await keys.press("Close")
    await jo.no_longer_shows("Lock or unlock the door")
    await keys.key("l")
    await keys.press("More: For everyone")
    await keys.is_asked("For everyone")
    await keys.press("Keyboard keys")
    await keys.is_asked(KEYS)
    assert "The door is locked." not in await jo.words()
    await keys.press("The keys are off. Turn them on")
    await keys.key("Escape")
    await jo.no_longer_shows("Lock or unlock the door")
    await keys.keeps_place()


# --- The way out ---


async def test_the_last_host_is_warned_by_the_button_and_by_the_browser(evening: Evening) -> None:
    jo, keys = evening.jo, evening.host
    await keys.press("Leave")
    await keys.is_asked("You are the last host here")
    await keys.press("Stay")
    await jo.no_longer_shows("You are the last host here")
    assert (await keys.where())["name"] == "Leave"
    async with jo.page.expect_event("dialog") as asked:
        await jo.page.close(run_before_unload=True)
    question = await asked.value
    assert question.type == "beforeunload"
    await question.dismiss()
    await jo.shows("In the room")


async def test_a_host_ends_the_session_and_a_parent_says_goodbye(evening: Evening) -> None:
    sam, jo, keys = evening.sam, evening.jo, evening.host
    await keys.press("End session")
    await keys.is_asked("End the session for everyone?")
    await keys.press("Keep going")
    await jo.no_longer_shows("End the session for everyone?")
    assert (await keys.where())["name"] == "End session"
    await keys.press("End session")
    await keys.is_asked("End the session for everyone?")
    await keys.press("End for everyone")
    await sam.shows("That’s it for today")
    await evening.parent.keeps_place()
    await evening.did("That’s it for today")
    await keys.press("To the debrief")
    await jo.shows("Who was here")
    await evening.parent.press("Carry on")
    await sam.shows("Goodbye for now")
    await evening.parent.to("Yes")
    await evening.parent.key("ArrowDown")
    at = await evening.parent.where()
    assert (at["name"], at["checked"]) == ("A bit", True)
    await evening.parent.press("I would like a call", "Space")
    await evening.parent.press("Send")
    await sam.shows("Your host will ring you by tomorrow.")
