"""The door and the ladder: who comes in, who goes out and how far, and what each of them reads meanwhile.

One evening in its order, and a second session for those who come late, to a full room, or to somebody they
are never to meet.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
import pytest_asyncio

from server.meetings import Options
from tests.browsers import ChromiumTab, chromium, until
from tests.journeys.people import Host, Parent
from tests.journeys.stage import Stage, stage

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

NOTE = "Shouted at Ana after the break"

# Counts the notes that a page plays: a knock has two.
COUNT_NOTES = """
(() => {
  const Note = window.OscillatorNode;
  window.notes = 0;
  window.OscillatorNode = class extends Note {
    start(...when) { window.notes += 1; super.start(...when); }
  };
})();
"""


@dataclass
class Evening:
    night: Stage
    jo: Host
    sam: Parent
    ana: Parent

    async def notes(self) -> int:
        """How many notes of a knock Jo's page has played."""
        return int(await self.jo.tab.evaluate("window.notes"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def evening(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Evening]:
    """Jo has opened; nobody has come yet."""
    folder = tmp_path_factory.mktemp("stage")
    async with chromium() as browser, stage(folder, browser, ["Sam", "Ana", "Kim"]) as night:
        jo = await night.host()
        page = page_of(jo)
        await page.page.add_init_script(COUNT_NOTES)
        await jo.tab.goto(night.desk)
        await jo.open_session()
        yield Evening(
            night,
            jo,
            Parent(await browser.tab((360, 740)), "Sam"),
            Parent(await browser.tab((360, 740)), "Ana"),
        )


def page_of(someone: Host | Parent) -> ChromiumTab:
    assert isinstance(someone.tab, ChromiumTab)
    return someone.tab


# --- The door ---


async def test_who_is_expected_stands_on_the_list_until_they_come_and_knock(evening: Evening) -> None:
    jo, sam = evening.jo, evening.sam
    await jo.shows("Not here yet · 3")
    await page_of(jo).page.get_by_text("Not here yet").click()
    await jo.shows("Ana, Kim, Sam")
    assert await evening.notes() == 0

    await evening.night.comes_again(sam)
    await jo.shows("Waiting 1")
    await jo.shows("first visit")
    await jo.shows("Ana, Kim")
    await until(evening.notes, "the knock is heard")


async def test_a_host_can_turn_the_knock_off(evening: Evening) -> None:
    jo, ana = evening.jo, evening.ana
    await jo.for_everyone("Knock sound is on. Turn it off", "Close")
    before = await evening.notes()
    await evening.night.comes_again(ana)
    await jo.shows("Waiting 2")
    assert await evening.notes() == before


async def test_a_host_writes_to_one_who_waits_and_to_all_of_them(evening: Evening) -> None:
    jo, sam, ana = evening.jo, evening.sam, evening.ana
    await jo.about("Sam", "Write to Sam")
    await jo.tab.write("Your message", "I will be with you in a minute.")
    await jo.tab.press("Send")
    await sam.shows("Jo: I will be with you in a minute.")
    await jo.tab.press("People")
    await jo.tab.press("Write to everyone who waits")
    await jo.tab.write("Your message", "We start at seven.")
    await jo.tab.press("Send")
    for parent in (sam, ana):
        await parent.shows("Jo: We start at seven.")
    assert "in a minute" not in await ana.words()
    await jo.tab.press("People")


async def test_those_at_a_locked_door_are_told_kindly_that_their_place_is_kept(evening: Evening) -> None:
    jo, sam = evening.jo, evening.sam
    await jo.tab.press("Lock door")
    await sam.shows("The group is in the middle of something.")
    await jo.tab.press("Let everyone in")
    await jo.shows("The door is locked. Unlock it first.")
    await jo.tab.press("Unlock door")
    await sam.shows("will let you in")


async def test_one_press_lets_everyone_in(evening: Evening) -> None:
    await evening.jo.tab.press("Let everyone in")
    for parent in (evening.sam, evening.ana):
        await parent.shows("Mic off")
    await evening.jo.shows("Nobody is waiting.")


async def test_another_device_of_the_same_person_takes_the_place_of_the_first(evening: Evening) -> None:
    jo, first = evening.jo, evening.sam
    evening.sam = await evening.night.parent("Sam")
    await jo.shows("second device")
    await jo.let_in("Sam")
    await evening.sam.shows("Mic off")
    await first.shows("This page is closed now")
    await first.tab.close()


async def test_not_now_is_kind_and_can_be_undone(evening: Evening) -> None:
    jo = evening.jo
    kim = await evening.night.parent("Kim")
    await jo.tab.press("Not now for Kim")
    await kim.shows("Not this time")
    await kim.shows("This is not about anything you did.")
    await jo.shows("Kim was told “not this time”.")
    await jo.tab.press("Undo")
    await kim.shows("Hello Kim")
    await kim.tab.close()


# --- The ladder ---


async def test_back_to_the_waiting_room_comes_with_a_word(evening: Evening) -> None:
    jo, sam = evening.jo, evening.sam
    await jo.return_to_waiting("Sam", "Take a breather")
    await sam.shows("You are back in the waiting room")
    await sam.shows("Take a breather. You have done nothing wrong.")
    await jo.let_in("Sam")
    await sam.shows("Mic off")


async def test_a_removal_asks_once_and_says_what_happens_next(evening: Evening) -> None:
    jo, sam = evening.jo, evening.sam
    await jo.about("Sam", "Remove for today")
    await jo.shows("They go at once and stay out of this session on every device.")
    await jo.tab.press("Remove for today")
    await jo.shows("Choose why.")
    await jo.tab.press("Cancel")
    assert "Mic off" in await sam.words()

    await jo.about("Sam", "Remove for today")
    await jo.tab.tick("Broke our agreement")
    await jo.tab.write("A private note, if you like", NOTE)
    await jo.tab.press("Remove for today")
    await sam.shows("Your place is paused")
    await sam.shows("will talk with you alone about what happens next. You still matter to us.")
    await jo.shows("Sam has been removed.")
    await jo.shows("removed for today")


async def test_the_undo_beside_the_word_of_it_leads_to_the_waiting_room(evening: Evening) -> None:
    jo, sam = evening.jo, evening.sam
    await jo.tab.press("Undo for Sam")
    await sam.shows("You are back in the waiting room")
    await jo.let_in("Sam")
    await sam.shows("Mic off")


async def test_a_suspension_wants_a_day_to_come_or_a_talk(evening: Evening) -> None:
    jo, sam = evening.jo, evening.sam
    await jo.about("Sam", "Suspend")
    await jo.tab.tick("Not safe for them or others")
    await jo.tab.tick("Until a day")
    await jo.tab.press("Suspend")
    await jo.shows("Choose a day after today.")
    await jo.tab.tick("Until we have talked")
    await jo.tab.write("A private note, if you like", NOTE)
    await jo.tab.press("Suspend")
    await sam.shows("Your place is paused for a while")
    await sam.shows("will get in touch to talk about it and about coming back.")
    await jo.shows("Sam is suspended.")
    await sam.tab.goto(f"{evening.night.origin}/session")
    await sam.shows("You still matter to us.")


async def test_what_follows_stands_on_the_hosts_list_with_the_note(evening: Evening) -> None:
    jo, night = evening.jo, evening.night
    ray = await night.host("Ray")
    await ray.for_everyone("Close")
    await ray.tab.goto(f"{night.origin}/staff/tasks")
    await ray.shows("Suspended")
    await ray.tab.press("Sam", "link")
    await ray.shows("Not safe.")
    await ray.shows(NOTE)
    await ray.shows("Until there has been a talk")
    await ray.tab.close()
    assert NOTE not in await jo.words()
    await jo.tab.press("Undo for Sam")
    await evening.sam.tab.goto(f"{night.origin}/session")
    await evening.sam.shows("place is kept.")
    await jo.let_in("Sam")
    await evening.sam.shows("Mic off")


async def test_closing_a_stuck_page_is_no_removal(evening: Evening) -> None:
    jo, sam = evening.jo, evening.sam
    await jo.about("Sam", "Close a stuck page of theirs")
    await sam.shows("This page is closed now")
    await sam.tab.press("Come back in")
    await sam.shows("place is kept.")
    await jo.let_in("Sam")
    await sam.shows("Mic off")


# --- Late, full, never to meet ---


async def test_two_people_are_marked_never_to_meet_on_a_page(evening: Evening) -> None:
    jo, night = evening.jo, evening.night
    await jo.tab.press("End session")
    await jo.tab.press("End for everyone")
    await evening.sam.shows("That’s it for today")
    await jo.tab.goto(f"{night.origin}/staff/groups/{night.group}/apart")
    page = page_of(jo).page
    await page.get_by_label("One person", exact=True).select_option("Sam")
    await page.get_by_label("The other person", exact=True).select_option("Ana")
    await jo.tab.write("Reason", "Their sons were arrested together")
    await jo.tab.press("Keep them apart")
    await jo.shows("Their sons were arrested together")


async def test_who_is_late_comes_in_by_a_second_press_on_purpose(evening: Evening) -> None:
    jo, sam, night = evening.jo, evening.sam, evening.night
    door = Options(capacity=2, late_minutes=0)
    await night.plan(["Sam", "Ana"], began=timedelta(minutes=20), options=door)
    await jo.tab.goto(night.desk)
    await jo.open_session()
    await night.comes_again(sam)
    await jo.shows("late")
    await jo.tab.press("Let in anyway: Sam")
    await jo.shows("The door is closed to those who come this late.")
    await jo.tab.press("Leave them waiting")
    assert "Hello Sam" in await sam.words()
    await jo.tab.press("Let in anyway: Sam")
    await jo.shows("This is recorded, with your name.")
    await jo.tab.press("Yes, let Sam in")
    await sam.shows("Mic off")


async def test_two_who_are_never_to_meet_do_so_only_when_a_host_means_it(evening: Evening) -> None:
    jo, ana, night = evening.jo, evening.ana, evening.night
    await night.comes_again(ana)
    for warning in ("kept apart from Sam", "late", "room is full"):
        await jo.shows(warning)
    assert not await page_of(jo).page.locator('role=button[name="Let in Ana"]').count()
    await jo.tab.press("Let in anyway: Ana")
    await jo.shows("Ana and Sam are never to meet. Sam is in the room now.")
    await jo.shows("The room is as full as was planned.")
    await jo.tab.press("Yes, let Ana in")
    await ana.shows("Mic off")
    for parent in (ana, evening.sam):
        assert "apart" not in await parent.words()
    await until(partial(_meet, evening), "they are in the same room")


async def _meet(evening: Evening) -> bool:
    return await evening.sam.names() == {"Jo", "Ana", "You"}
