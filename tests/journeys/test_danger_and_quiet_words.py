"""What is for some eyes only: the private line, what is written, what hosts do when somebody is in danger.

One evening in its order, with two hosts; then a session that asks for both kinds of them.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from server import visits
from server.meetings import Options
from tests.browsers import chromium, until
from tests.hostile.people import Person
from tests.journeys.people import Host, Parent
from tests.journeys.stage import Stage, stage

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

PLACE = "In my car near the library"
ASKED, ANSWERED, CHECKED = "Can we talk afterwards?", "Yes, stay a minute.", "I am here for you."
WRITTEN = "Have a look at http://localhost/theirs"
POSTED = "This helped me: http://localhost/ours"
LATER = "See you all next week"
REFERENCE = "SG-2041"
EMPTY = "Nothing here yet"


@dataclass
class Evening:
    """Max is in the room without a page: what comes over his connection can be read to the last letter."""

    night: Stage
    jo: Host
    ray: Host
    sam: Parent
    ana: Parent
    max: Person

    @property
    def people(self) -> tuple[Host, Host, Parent, Parent]:
        return self.jo, self.ray, self.sam, self.ana


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def evening(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Evening]:
    folder = tmp_path_factory.mktemp("stage")
    async with chromium() as browser, stage(folder, browser, ["Sam", "Ana", "Max", "Kim"]) as night:
        async with night.house() as house:
            await visits.join_from(house, night.meeting, night.members["Sam"], PLACE)
        sam, ana, max_ = await night.parent("Sam"), await night.parent("Ana"), await night.stand_in("Max")
        jo, ray = await night.host(), await night.host("Ray")
        await jo.open_session()
        await night.let_in(jo, sam, ana)
        await jo.let_in("Max")
        await max_.sees_itself("present")
        yield Evening(night, jo, ray, sam, ana, max_)


async def send(someone: Host | Parent, text: str) -> None:
    await someone.tab.write("Your message", text)
    await someone.tab.press("Send")


async def reads(host: Host) -> None:
    """The host turns to the messages, however many are new."""
    await host.page.get_by_role("button", name=re.compile("^Messages")).first.click()


async def links(someone: Host | Parent) -> list[str]:
    """What can be opened in what is written on this page."""
    found = "[...document.querySelectorAll('.message a')].map((link) => link.href)"
    return [str(one) for one in await someone.tab.evaluate(found)]


async def may_write_to(parent: Parent) -> list[str]:
    found = "[...document.querySelectorAll('#talk-to option')].map((option) => option.textContent)"
    return [str(one) for one in await parent.tab.evaluate(found)]


# --- The private line ---


async def test_a_parent_writes_to_the_hosts_and_one_of_them_answers_alone(evening: Evening) -> None:
    jo, ray, sam, _ = evening.people
    await sam.help("Message a host")
    assert await may_write_to(sam) == ["The hosts only"]
    await send(sam, ASKED)
    for host in (jo, ray):
        await host.shows(f"Sam: {ASKED}")
    await jo.tab.press("Answer")
    await send(jo, ANSWERED)
    await sam.shows(ANSWERED)
    await sam.shows("Jo to you")
    await reads(ray)
    await ray.shows("Jo to Sam")
    await ray.tab.press("People")
    await jo.tab.press("People")
    await sam.tab.press("Close")


async def test_who_needs_a_moment_is_off_at_once_and_only_hosts_know(evening: Evening) -> None:
    jo, ray, sam, ana = evening.people
    await sam.turn_on()
    await jo.hears_and_sees("Sam")
    await sam.help("I need a moment")
    for words in ("Mic off", "Camera off"):
        await sam.shows(words)
    await jo.hears()
    await jo.sees()
    for host in (jo, ray):
        await host.shows("needs a moment")
    await sam.help()
    await sam.shows("Your hosts can see that you need a moment. Take your time.")
    await sam.tab.press("Close")
    assert "moment" not in await ana.words()
    await jo.tab.press("Seen to what Sam told you")
    for host in (jo, ray):
        await host.no_longer_shows("needs a moment")


async def test_who_asks_to_be_checked_on_is_written_to_and_says_when_all_is_right(evening: Evening) -> None:
    jo, _, sam, ana = evening.people
    await sam.help("Please check on me")
    await jo.shows("asks you to check on them")
    await jo.tab.press("Reply to Sam")
    await send(jo, CHECKED)
    await sam.shows(f"Jo: {CHECKED}")
    await sam.tab.press("OK")
    await jo.tab.press("People")
    assert "check on" not in await ana.words()
    await sam.help("I’m all right again")
    await jo.no_longer_shows("asks you to check on them")


# --- What is written ---


async def test_hosts_say_whether_parents_write_to_each_other(evening: Evening) -> None:
    jo, _, sam, _ = evening.people
    await sam.more("Messages")
    await sam.shows("Writing to everyone is off. You can always write to the hosts.")
    assert await may_write_to(sam) == ["The hosts only"]
    await jo.for_everyone("Hosts only")
    await sam.shows("What you write goes to the hosts only.")
    assert await may_write_to(sam) == ["The hosts only"]
    await jo.answer("Everyone")
    await sam.no_longer_shows("What you write goes to the hosts only.")
    assert await may_write_to(sam) == ["Everyone in the room", "The hosts only"]
    await jo.tab.press("Close")


async def test_an_address_can_be_opened_only_where_a_host_has_posted_it(evening: Evening) -> None:
    jo, _, sam, ana = evening.people
    await sam.page.get_by_label("To", exact=True).select_option("everyone")
    await send(sam, WRITTEN)
    await ana.page.get_by_role("button", name=re.compile("^More")).click()
    await ana.tab.press("Messages · 1 new")
    await ana.shows(WRITTEN)
    assert await links(ana) == []
    await reads(jo)
    await jo.shows(WRITTEN)
    assert await links(jo) == []
    await jo.page.get_by_label("To", exact=True).select_option("everyone")
    await send(jo, POSTED)
    await ana.shows(POSTED)
    assert await links(ana) == ["http://localhost/ours"]


async def test_a_host_deletes_one_message_or_all_of_them_on_every_page(evening: Evening) -> None:
    jo, _, sam, ana = evening.people
    await jo.page.get_by_role("button", name="Delete the message of Sam").last.click()
    await ana.no_longer_shows(WRITTEN)
    assert POSTED in await ana.words()
    await jo.tab.press("Delete all messages")
    for someone in (jo, sam, ana):
        await someone.shows(EMPTY)


async def test_who_comes_late_finds_nothing_that_was_written_before(evening: Evening) -> None:
    jo, _, _, ana = evening.people
    await send(jo, LATER)
    await ana.shows(LATER)
    await jo.tab.press("People")
    kim = await evening.night.parent("Kim")
    await evening.night.let_in(jo, kim)
    await kim.more("Messages")
    await kim.shows(EMPTY)
    await kim.tab.close()


async def test_nothing_of_the_private_line_came_over_anothers_connection(evening: Evening) -> None:
    told = "".join(evening.max.wire.frames)
    for passed_on in (WRITTEN, POSTED, LATER):
        assert passed_on in told
    for private in (ASKED, ANSWERED, CHECKED, "check_on_me"):
        assert private not in told
    marks = {one.get("mark", "none") for view in evening.max.views for one in view.get("people", [])}
    assert marks == {"none"}


async def test_what_a_host_types_along_is_read_large_by_everyone(evening: Evening) -> None:
    jo, sam = evening.jo, evening.sam
    await jo.for_everyone("Type captions")
    await jo.tab.write("What is being said", "We rang the school. ")
    for someone in (jo, sam):
        await someone.shows("We rang the school.")
    await jo.tab.write("What is being said", "They will ring back")  # and then a pause
    await sam.shows("We rang the school. They will ring back")
    await sam.shows("Captions by Jo")
    await sam.tab.press("Close")  # what was written before
    await sam.tab.press("Hide captions")
    await sam.no_longer_shows("They will ring back")
    await jo.shows("They will ring back")
    await jo.tab.write("What is being said", "Tomorrow. ")
    await jo.shows("Tomorrow.")
    await sam.tab.press("Show captions")
    await sam.shows("Tomorrow.")
    await jo.tab.press("Stop captions")
    await jo.no_longer_shows("What is being said")


async def test_a_quiet_sign_is_seen_by_everyone_for_a_moment(evening: Evening) -> None:
    jo, _, sam, ana = evening.people
    await ana.tab.press("Close")
    await sam.more("With you")
    for someone in (jo, ana):
        sign = someone.page.get_by_role("img", name="With you")
        await until(sign.count, f"{someone.name} sees the sign")


# --- In danger ---


async def test_the_card_says_what_to_do_and_only_a_worker_sees_the_place(evening: Evening) -> None:
    jo, ray, *_ = evening.people
    for host in (ray, jo):
        await host.tab.press("Danger card")
        await host.shows("Nothing happens yet. You see what to do first.")
        await host.answer("Sam")
        await host.shows("They cannot speak? On a mobile they call 999, wait to be asked, then press 55.")
        await host.answer("Show where they are joining from")
        if host is ray:
            await host.shows("Only a worker can see this.")
            await host.answer("Close the card")
    await jo.shows(f"They said they are joining from {PLACE}")
    assert PLACE not in await ray.words()


async def test_one_press_leaves_the_hosts_alone_with_whoever_is_in_danger(evening: Evening) -> None:
    jo, _, sam, ana = evening.people
    await jo.answer("Take the others to the waiting room")
    await jo.shows("The others are in the waiting room.")
    await jo.answer("Close the card")
    await ana.shows("Everyone waits here for a little while. You have done nothing wrong.")
    assert await sam.names() == {"Jo", "Ray", "You"}
    await evening.max.sees_itself("waiting")


async def test_the_look_and_the_call_are_on_record_and_the_entry_holds_only_a_reference(
    evening: Evening,
) -> None:
    night = evening.night
    jo = await night.page_of("Jo", f"/staff/sessions/{night.meeting}/debrief")
    await jo.shows("May be in danger")
    await jo.shows("Not written yet")
    await jo.tab.write("Reference", REFERENCE)
    await jo.tab.press("Keep the reference")
    await jo.no_longer_shows("Not written yet")
    await jo.shows(REFERENCE)
    await jo.tab.goto(f"{night.origin}/staff/audit?kind=safety")
    for words in (
        "Looked at where they joined from",
        "Acted on danger",
        "Noted a safeguarding reference",
    ):
        await jo.shows(words)
    for secret in (PLACE, REFERENCE):
        assert secret not in await jo.words()
    ray = await night.page_of("Ray", f"/staff/sessions/{night.meeting}/debrief")
    await ray.shows("May be in danger")
    assert "Safeguarding" not in await ray.words()
    for host in (jo, ray):
        await host.tab.close()


# --- Two hosts, and one ---


async def test_a_session_that_asks_for_two_hosts_says_before_opening_that_one_is_missing(
    evening: Evening,
) -> None:
    jo, ray, night = evening.jo, evening.ray, evening.night
    await jo.tab.press("End session")
    await jo.answer("End for everyone")
    await evening.sam.shows("That’s it for today")
    await night.plan(["Sam"], began=timedelta(), options=Options(both_kinds=True))
    await jo.tab.goto(night.desk)
    await jo.shows("This session asks for two hosts. The host with lived experience has not come in yet.")
    await jo.shows("Open session")
    await ray.tab.goto(night.desk)
    await ray.shows("Open session")
    assert "asks for two hosts" not in await ray.words()
    await jo.no_longer_shows("asks for two hosts")


async def test_a_host_who_would_leave_the_room_alone_is_warned(evening: Evening) -> None:
    jo, ray, sam, night = evening.jo, evening.ray, evening.sam, evening.night
    await jo.open_session()
    await ray.no_longer_shows("Nobody hears or sees anybody")
    await night.comes_again(sam)
    await night.let_in(jo, sam)
    await ray.tab.press("Leave")
    await ray.shows("Another host stays with the group. You can come back.")
    await ray.answer("Leave")
    await ray.shows("You have left")
    await sam.shows("Mic off")
    await until(lambda: _are_two(sam), "Ray is gone from the room")
    await jo.tab.press("Leave")
    await jo.shows("You are the last host here")
    await jo.shows("After ten minutes the session closes.")
    await jo.answer("Stay")
    await jo.shows("In the room")


async def _are_two(parent: Parent) -> bool:
    return await parent.names() == {"Jo", "You"}
