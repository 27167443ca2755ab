"""Who is gone and how, what follows from it, and how an evening ends: its goodbyes, its debrief, its record.

One evening in its order, whose clocks are put forward. Lou leaves, Ana loses the connection, Kim goes by the
quick exit; Sam stays to the end.
"""

import asyncio
import csv
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from server import visits
from server.visits import Wish
from signalling.meeting.ports import Plan
from tests.browsers import chromium, until
from tests.journeys.people import Host, Parent, Someone
from tests.journeys.stage import Stage, stage

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

NUMBER = "07700 900123"
NOTE = "A quiet evening. Ask after Ana’s phone."
MINUTES = 90
CLOCK = r"\d+(\.\d\d)?[ap]m"
WISHES = {"Lou": Wish(), "Ana": Wish(Plan.RING, NUMBER), "Kim": Wish(Plan.RING, NUMBER)}

# What time the page takes it to be; its timers go on as they did.
OTHER_TIME = """
(() => {
  const Native = Date;
  window.ahead = 0;
  window.Date = class extends Native {
    constructor(...given) { if (given.length) super(...given); else super(Native.now() + window.ahead); }
  };
})();
"""


@dataclass
class Evening:
    night: Stage
    jo: Host
    sam: Parent
    ana: Parent
    kim: Parent
    lou: Parent

    async def put_clocks_forward(self, by: timedelta) -> None:
        """The platform's, and those on the pages of Jo and Sam."""
        self.night.put_clock_forward(by)
        for someone in (self.jo, self.sam):
            await someone.tab.evaluate(f"window.ahead += {by.total_seconds() * 1000}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def evening(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Evening]:
    """Jo has let everybody in."""
    folder = tmp_path_factory.mktemp("stage")
    began = timedelta(minutes=5)
    async with (
        chromium() as browser,
        stage(folder, browser, ["Sam", "Ana", "Kim", "Lou"], began=began, minutes=MINUTES) as night,
    ):
        async with night.house() as house:
            for name, wish in WISHES.items():
                await visits.choose(house, night.members[name], wish)
        sam, ana, kim, lou = await asyncio.gather(*map(night.parent, ("Sam", "Ana", "Kim", "Lou")))
        jo = await night.host()
        for someone, address in ((jo, night.desk), (sam, f"{night.origin}/session")):
            await someone.page.add_init_script(OTHER_TIME)
            await someone.tab.goto(address)
        await jo.open_session()
        await night.let_in(jo, sam, ana, kim, lou)
        yield Evening(night, jo, sam, ana, kim, lou)


async def said_to_readers(someone: Someone) -> str:
    """What a screen reader has been told last."""
    return str(await someone.tab.evaluate("document.querySelector('.unseen[aria-live]').textContent"))


# --- Gone ---


async def test_leaving_is_a_goodbye_from_which_one_can_come_back(evening: Evening) -> None:
    jo, sam, lou = evening.jo, evening.sam, evening.lou
    await lou.tab.press("Leave")
    await lou.shows("You can come back. Your host will let you in again.")
    await lou.answer("Stay")
    await lou.tab.press("Leave")
    await lou.answer("Leave")
    await lou.shows("You have left")
    await jo.shows("left at")
    await until(lambda: _are_there(sam, "Jo", "Ana", "Kim"), "Sam sees that Lou is gone")


async def test_a_lost_connection_is_shown_as_such_and_the_place_is_kept(evening: Evening) -> None:
    jo, sam, ana = evening.jo, evening.sam, evening.ana
    await ana.tab.close()
    await jo.shows("lost connection · 0 min")
    assert "Ana" in await sam.names()


async def test_hosts_alone_know_of_a_quick_exit(evening: Evening) -> None:
    jo, sam, kim = evening.jo, evening.sam, evening.kim
    await kim.tab.press("Exit quickly")
    await jo.shows("left quickly at")
    await jo.shows("Do not ring or text them. They may not be alone.")
    await until(lambda: _are_there(sam, "Jo", "Ana"), "Sam sees that Kim is gone")
    assert "Kim left." in await said_to_readers(sam)
    for words in ("left quickly", "Do not ring", "wish"):
        assert words not in await sam.words()


async def _are_there(parent: Parent, *names: str) -> bool:
    return await parent.names() == {*names, "You"}


async def test_after_two_minutes_hosts_read_what_each_has_wished_for(evening: Evening) -> None:
    jo = evening.jo
    assert "Their wish" not in await jo.words()
    await evening.put_clocks_forward(timedelta(minutes=2))
    await jo.shows("Their wish: wait for them.")
    await jo.shows("Their wish: ring them.")
    await jo.shows("lost connection · 2 min")
    assert (await jo.words()).count("Their wish") == 2, "no wish is shown of whoever left by the quick exit"


async def test_each_is_followed_up_and_nobody_is_rung_after_a_quick_exit(evening: Evening) -> None:
    jo, night = evening.jo, evening.night
    await jo.for_everyone()
    await jo.shows("Follow-ups · 3")
    await jo.answer("Close")
    office = await night.page_of("Jo", "/staff/tasks")
    for name, how in (("Lou", "They pressed Leave before the end."), ("Ana", "Their connection was lost.")):
        await office.tab.press(name, "link")
        await office.shows(how)
        await office.tab.goto(f"{night.origin}/staff/tasks")
    await office.tab.press("Ana", "link")
    await office.shows("Ring them.")
    await office.tab.press("Show the number")
    await office.shows(NUMBER)
    await office.tab.press("Done")
    await office.shows("Done by Jo")
    await office.tab.press("Kim", "link")
    await office.shows("Do not ring or text")
    assert "Show the number" not in await office.words()
    await office.tab.close()


# --- The end ---


async def test_everybody_sees_the_time_and_is_told_when_ten_minutes_are_left(evening: Evening) -> None:
    jo, sam = evening.jo, evening.sam
    assert re.search(rf"{CLOCK} · ends {CLOCK}", await jo.words())
    assert re.search(CLOCK, await sam.words())
    assert "minutes left" not in await sam.words()
    await evening.put_clocks_forward(timedelta(minutes=74))
    await sam.shows("About ten minutes left.")
    await jo.shows("Ten minutes left. Time for a last round?")


async def test_a_last_round_goes_round_before_the_goodbyes(evening: Evening) -> None:
    jo, sam = evening.jo, evening.sam
    await jo.for_everyone("Start a round")
    await sam.shows("It is your turn.")
    await sam.tab.press("Pass: I would rather not speak now, or I am done")
    await jo.no_longer_shows("A round")
    await jo.tab.press("Start closing")
    await jo.answer("Not yet")
    assert "Time for goodbyes" not in await sam.words()
    await jo.tab.press("Start closing")
    await jo.answer("Start closing")
    await sam.shows("Time for goodbyes. Go when you like, or stay with a host until")
    await jo.shows("Closing. Who wishes can stay until")
    await jo.shows("Unlock door")


async def test_who_says_goodbye_taps_three_times_and_may_ask_for_a_call(evening: Evening) -> None:
    jo, sam = evening.jo, evening.sam
    await sam.tab.press("Say goodbye")
    await sam.shows("You have left")
    await sam.tab.press("Carry on", "link")
    await sam.shows("Goodbye for now")
    for question in ("Did you feel heard?", "Did you feel safe?", "Did it help to be here?"):
        group = sam.page.get_by_role("group", name=question)
        await group.get_by_text("Yes", exact=True).click()
    await sam.tab.tick("I would like a call")
    await sam.tab.press("Send")
    await sam.shows("Your host will ring you by tomorrow. Take care until then.")
    await until(lambda: _is_alone(jo), "Jo sees that Sam is gone")
    listed = "[...document.querySelectorAll('li.who b')].map((name) => name.textContent)"
    assert "Sam" not in await jo.tab.evaluate(listed), "who says goodbye is not missed"


async def _is_alone(host: Host) -> bool:
    return await host.names() == {"You"}


async def test_after_a_quarter_of_an_hour_it_is_over_for_everyone(evening: Evening) -> None:
    jo, night = evening.jo, evening.night
    night.put_clock_forward(timedelta(minutes=14))
    await jo.shows("Closing. Who wishes can stay until")
    night.put_clock_forward(timedelta(minutes=1))
    await jo.shows("That’s it for today")


async def test_the_debrief_knows_who_was_here_and_keeps_the_hosts_note(evening: Evening) -> None:
    jo = evening.jo
    await jo.tab.press("To the debrief", "link")
    await jo.shows("Who was here")
    for name in ("Sam", "Ana", "Kim", "Lou"):
        await jo.shows(name)
    await jo.shows("Would like a call")
    assert "Did you feel heard?" not in await jo.words(), "one answer alone would say whose it is"
    await jo.tab.write("Hosts’ note", NOTE)
    await jo.tab.press("Keep the note")
    await jo.tab.goto(f"{evening.night.desk}/debrief")

    async def is_kept() -> bool:
        return await jo.page.get_by_label("Hosts’ note", exact=True).input_value() == NOTE

    await until(is_kept, "the note is kept")


# --- The record ---


async def test_the_record_can_be_sifted_and_only_hosts_read_how_somebody_left(evening: Evening) -> None:
    jo, night = evening.jo, evening.night
    ali = await night.page_of("Ali", "/staff/audit")
    await jo.tab.goto(f"{night.origin}/staff/audit")
    for keeper in (jo, ali):
        await keeper.page.get_by_label("Kind", exact=True).select_option("coming")
        await keeper.page.get_by_label("Person", exact=True).select_option(label="Kim")
        await keeper.tab.press("Show")
        await keeper.no_longer_shows("Said goodbye")
        await keeper.shows("Came to the waiting room")
        await keeper.shows("Left")
    await jo.shows("By the quick exit")
    assert "By the quick exit" not in await ali.words()
    await ali.page.get_by_label("Kind", exact=True).select_option("session")
    await ali.page.get_by_label("Person", exact=True).select_option("")
    await ali.tab.press("Show")
    for words in ("Opened the session", "Said goodbye", "Ended the session"):
        await ali.shows(words)
    await ali.tab.close()


async def test_the_record_is_saved_as_it_was_sifted(evening: Evening, tmp_path: Path) -> None:
    jo = evening.jo
    await jo.page.get_by_label("Kind", exact=True).select_option("door")
    await jo.page.get_by_label("Person", exact=True).select_option("")
    await jo.tab.press("Show")
    await jo.shows("Let in")
    table, told = tmp_path / "table", tmp_path / "told"
    for link, file in (("Save for a spreadsheet (CSV)", table), ("Save as JSON", told)):
        async with jo.page.expect_download() as download:
            await jo.tab.press(link, "link")
        await (await download.value).save_as(file)
    rows = list(csv.DictReader(table.read_text("utf-8-sig").splitlines()))
    assert {row["whom"] for row in rows if row["what"] == "Let in"} == {"Sam", "Ana", "Kim", "Lou"}
    assert {row["who"] for row in rows if row["what"] == "Let in"} == {"Jo"}
    assert len(json.loads(told.read_text())) == len(rows)
    for secret in (NUMBER, NOTE):
        assert secret not in table.read_text() + told.read_text()


async def test_the_chain_of_the_record_holds(evening: Evening) -> None:
    assert "the journal holds" in await evening.night.platform.run("verify-journal")
