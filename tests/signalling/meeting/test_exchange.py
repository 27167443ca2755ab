"""Messages to the house and between people, with a real Socket.IO client and server."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from moderation import actions as a
from moderation import events as e
from moderation.model import ChatMode, FloorMode
from signalling.meeting import exchange as exchange_module
from signalling.meeting import sittings as sittings_module
from signalling.meeting.ports import HostKind
from tests.fakes import NOON
from tests.signalling.meeting.gateway.page import Page, Site, serving
from tests.signalling.meeting.house import JO, KAZ, RAY, SAM, TUESDAY, House, arriving, eventually


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    house = House()
    await house.in_session()
    async with serving(house) as site:
        yield site


@pytest.fixture
async def jo(site: Site) -> Page:
    return await site.page(JO)


@pytest.fixture
async def sam(site: Site) -> Page:
    return await site.page(SAM)


@pytest.fixture
async def kaz(site: Site) -> Page:
    return await site.page(KAZ)


async def test_a_round_passes_over_a_parent_whose_line_broke_off(
    site: Site, jo: Page, sam: Page, kaz: Page
) -> None:
    await sam.leaves()
    await eventually(lambda: [gone["person"] for gone in jo.views[-1]["departed"]] == ["sam"])
    assert (await jo.ask(do="start_round"))["ok"]
    assert (await site.house.meeting()).floor.speaker == KAZ.person
    assert (await kaz.ask(do="pass_word"))["ok"]
    assert (await site.house.meeting()).floor.mode is FloorMode.OPEN


# --- What goes to the house ---


async def test_a_removal_takes_its_note_to_the_house_and_not_into_the_journal(site: Site, jo: Page) -> None:
    assert (await jo.ask(do="remove", person="sam", reason="unsafe", note="They shouted."))["ok"]
    assert site.house.aftercare.told == [("removed", "sam", "jo", "unsafe", None, "They shouted.")]
    assert "shouted" not in str(site.house.journal.lines)
    assert (await jo.ask(do="remove", person="sam", reason="unsafe", note="Again."))["ok"]
    assert len(site.house.aftercare.told) == 1


async def test_a_suspension_and_its_undoing(site: Site, jo: Page) -> None:
    until = (NOON + timedelta(days=7)).date()
    answer = await jo.ask(do="suspend", person="sam", reason="other", until=until.isoformat())
    assert answer["ok"]
    assert (await jo.ask(do="restore", person="sam"))["ok"]
    assert site.house.aftercare.told == [
        ("suspended", "sam", "jo", "other", date(2026, 3, 9), ""),
        ("restored", "sam", "jo"),
    ]


async def test_a_suspension_until_yesterday_is_none(site: Site, jo: Page) -> None:
    answer = await jo.ask(do="suspend", person="sam", reason="other", until="2026-03-01")
    assert answer["error"] == "not_allowed"
    assert site.house.aftercare.told == []


async def test_what_is_refused_leaves_nothing_to_do(site: Site, sam: Page) -> None:
    answer = await sam.ask(do="remove", person="kaz", reason="other", note="I do not like them.")
    assert answer["error"] == "not_allowed"
    assert site.house.aftercare.told == []


async def test_a_removal_while_the_database_is_down_stands_and_the_note_arrives_later(
    site: Site, jo: Page
) -> None:
    await jo.sees("phase", "open")
    site.house.journal.down = site.house.seats.down = site.house.aftercare.down = True
    answer = await jo.ask(do="remove", person="sam", reason="unsafe", note="Why")
    assert (answer["error"], answer["stands"]) == ("not_recorded", True)
    site.house.journal.down = site.house.seats.down = site.house.aftercare.down = False
    await site.house.poller.push()
    await site.house.aftermath.retry()
    assert site.house.aftercare.told == [("removed", "sam", "jo", "unsafe", None, "Why")]


async def test_a_house_that_is_slow_to_hear_keeps_no_host_waiting(
    site: Site, jo: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = asyncio.Event()
    restored = site.house.aftercare.restored

    async def slow(*what: Any) -> None:
        await heard.wait()
        await restored(*what)

    monkeypatch.setattr(exchange_module, "HEARD_WITHIN", 0.05)
    monkeypatch.setattr(site.house.aftercare, "restored", slow)
    await jo.ask(do="remove", person="sam", reason="other")
    assert (await jo.ask(do="restore", person="sam"))["ok"]
    assert len(site.house.aftercare.told) == 1
    heard.set()
    await eventually(lambda: len(site.house.aftercare.told) == 2)


async def test_danger_takes_the_others_out_and_opens_a_safeguarding_entry(
    site: Site, jo: Page, kaz: Page
) -> None:
    assert (await jo.ask(do="call_danger", person="sam"))["ok"]
    await eventually(lambda: kaz.views[-1]["you"]["place"] == "waiting")
    assert kaz.views[-1]["you"]["returned_with"] == "safety"
    assert site.house.aftercare.told == [("danger", "sam", "jo")]


# --- Where someone joins from ---


async def test_a_worker_sees_the_location_once_the_journal_has_it(site: Site, jo: Page) -> None:
    site.house.seats.kinds[JO.person] = HostKind.WORKER
    site.house.aftercare.locations[SAM.person] = "at my sister's"
    answer = await jo.ask(do="reveal_location", person="sam")
    head = len(site.house.journal.events(TUESDAY))
    assert answer == {"ok": True, "seq": head, "location": "at my sister's"}
    assert site.house.journal.events(TUESDAY)[-1] == e.LocationRevealed(SAM.person)
    assert "sister" not in str(site.house.journal.lines)
    assert (await jo.ask(do="reveal_location", person="kaz"))["location"] is None


@pytest.mark.parametrize("kind", [None, HostKind.LIVED_EXPERIENCE])
async def test_no_other_host_sees_it(site: Site, jo: Page, kind: HostKind | None) -> None:
    if kind is not None:
        site.house.seats.kinds[JO.person] = kind
    site.house.aftercare.locations[SAM.person] = "at my sister's"
    assert await jo.ask(do="reveal_location", person="sam") == {"ok": False, "error": "not_allowed"}
    assert e.LocationRevealed(SAM.person) not in site.house.journal.events(TUESDAY)


async def test_a_parent_sees_nobodys(site: Site, sam: Page) -> None:
    site.house.seats.kinds[SAM.person] = HostKind.WORKER
    site.house.aftercare.locations[KAZ.person] = "home"
    assert (await sam.ask(do="reveal_location", person="kaz"))["error"] == "not_allowed"


@pytest.mark.parametrize("down", ["journal", "seats", "aftercare"])
async def test_what_cannot_be_recorded_is_not_revealed(site: Site, jo: Page, down: str) -> None:
    site.house.seats.kinds[JO.person] = HostKind.WORKER
    site.house.aftercare.locations[SAM.person] = "at my sister's"
    await jo.sees("phase", "open")
    getattr(site.house, down).down = True
    answer = await jo.ask(do="reveal_location", person="sam")
    assert answer["error"] == "not_recorded"
    assert "location" not in answer


# --- What people say ---


async def test_a_message_to_the_hosts_is_read_by_hosts_and_its_sender_alone(
    site: Site, jo: Page, sam: Page, kaz: Page
) -> None:
    answer = await sam.say("hosts", "Can we talk later?")
    await eventually(lambda: bool(jo.said) and bool(sam.said))
    assert (
        jo.said
        == sam.said
        == [
            {
                "id": answer["id"],
                "from": {"seat": "sam-phone", "name": "Sam", "role": "parent"},
                "to": "hosts",
                "text": "Can we talk later?",
                "at": NOON.isoformat(),
                "links": False,
            }
        ]
    )
    answer = await jo.say({"seat": "sam-phone"}, "Yes: https://example.org")
    await eventually(lambda: len(sam.said) == len(jo.said) == 2)
    assert (sam.said[1]["to"], sam.said[1]["links"]) == ("you", True)
    assert jo.said[1]["to"] == {"seat": "sam-phone"}
    assert kaz.said == []


async def test_someone_who_waits_reaches_the_hosts_and_hears_them(site: Site, jo: Page) -> None:
    await site.house.done((JO, a.ReturnToWaiting(SAM.person)))
    sam, kaz = await site.page(SAM), await site.page(KAZ)
    assert (await sam.say("everyone", "hello"))["error"] == "not_here"
    assert (await sam.say("hosts", "I am still here"))["ok"]
    assert (await jo.say("waiting", "A minute more."))["ok"]
    await eventually(lambda: len(sam.said) == len(jo.said) == 2)
    assert [(said["to"], said["text"]) for said in sam.said] == [
        ("hosts", "I am still here"),
        ("you", "A minute more."),
    ]
    assert kaz.said == []


async def test_who_comes_later_reads_nothing_of_what_was_said(site: Site, jo: Page) -> None:
    await site.house.done((JO, a.SetChat(ChatMode.EVERYONE)))
    assert (await jo.say("everyone", "Welcome."))["ok"]
    kaz = await site.page(KAZ)
    await kaz.sees("chat", "everyone")
    assert (await kaz.say("everyone", "Hello."))["ok"]
    await eventually(lambda: bool(kaz.said))
    assert [said["text"] for said in kaz.said] == ["Hello."]


async def test_what_is_said_is_neither_stored_nor_logged(
    site: Site, jo: Page, sam: Page, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    before = str(site.house.journal.lines)
    await sam.say("hosts", "a secret of mine")
    await sam.say({"seat": "jo-laptop"}, "a secret of mine")
    await sam.call("say", {"to": "nobody", "text": "a secret of mine"})
    await eventually(lambda: bool(jo.said))
    assert str(site.house.journal.lines) == before
    assert "secret" not in "".join(
        record.getMessage() for record in caplog.records if "hearth" in record.name
    )
    assert "secret" not in "".join(r.getMessage() for r in caplog.records if r.name.startswith("signalling"))


async def test_a_host_takes_back_one_message_or_all(site: Site, jo: Page, sam: Page, kaz: Page) -> None:
    await site.house.done((JO, a.SetChat(ChatMode.EVERYONE)))
    answer = await sam.say("everyone", "oops")
    assert (await sam.call("unsay", {"id": answer["id"]}))["error"] == "not_allowed"
    assert (await jo.call("unsay", {"id": answer["id"]})) == {"ok": True}
    assert (await jo.call("unsay", {"id": "all"})) == {"ok": True}
    await eventually(lambda: all(page.unsaid == [answer["id"], "all"] for page in (jo, sam, kaz)))


async def test_a_reaction_is_seen_by_everyone_in_the_room_unless_all_is_paused(
    site: Site, jo: Page, sam: Page, kaz: Page
) -> None:
    assert (await sam.call("react", {"reaction": "heart"})) == {"ok": True}
    shown = [{"seat": "sam-phone", "reaction": "heart"}]
    await eventually(lambda: all(page.reacted == shown for page in (jo, sam, kaz)))
    await jo.ask(do="pause")
    assert (await sam.call("react", {"reaction": "heart"}))["error"] == "paused"
    assert (await sam.say("hosts", "I need a moment"))["ok"]


async def test_what_a_host_types_along_is_read_in_the_room_and_by_nobody_who_comes_later(
    site: Site, jo: Page, sam: Page
) -> None:
    await jo.ask(do="set_chat", mode="off")
    assert (await jo.call("caption", {"text": "and then we rang the school"})) == {"ok": True}
    shown = [{"seat": "jo-laptop", "text": "and then we rang the school"}]
    await eventually(lambda: jo.captioned == sam.captioned == shown)
    kaz = await site.page(KAZ)
    assert (await kaz.call("view", None))["you"]["person"] == "kaz"
    assert kaz.captioned == []
    assert "school" not in str(site.house.journal.lines)


async def test_captions_stop_with_everything_else_and_only_hosts_type_them(
    site: Site, jo: Page, sam: Page
) -> None:
    assert (await sam.call("caption", {"text": "Jo said so"}))["error"] == "not_allowed"
    await jo.ask(do="pause")
    assert (await jo.call("caption", {"text": "and"}))["error"] == "paused"
    assert sam.captioned == jo.captioned == []


async def test_words_have_a_slower_limit_than_controls(site: Site, jo: Page, sam: Page) -> None:
    answers = await asyncio.gather(*(sam.call("react", {"reaction": "tear"}) for _ in range(15)))
    assert [answer["ok"] for answer in answers].count(True) == sittings_module.WORDS_BURST
    assert answers[-1]["error"] == "too_fast"
    assert (await sam.ask(do="raise_hand"))["ok"]
    site.house.clock.advance(1 / sittings_module.WORDS_RATE)
    assert (await sam.call("react", {"reaction": "tear"}))["ok"]


async def test_someone_whose_seat_has_ended_says_nothing_more(site: Site, jo: Page, sam: Page) -> None:
    site.house.seats.ended.add("sam-phone")
    assert (await sam.say("hosts", "boo"))["error"] == "seat_ended"
    await sam.is_away()
    assert jo.said == []


async def test_the_private_line_stays_open_while_the_database_is_down(
    site: Site, jo: Page, sam: Page
) -> None:
    await sam.sees("phase", "open")
    site.house.journal.down = site.house.seats.down = True
    assert (await sam.say("hosts", "Is anybody there?"))["ok"]
    await eventually(lambda: bool(jo.said))


@pytest.mark.parametrize("event", ["say", "unsay", "react", "caption"])
async def test_malformed_words_are_answered_and_end_nothing(sam: Page, event: str) -> None:
    for data in (None, 7, {}, {"words": "x"}, ({"to": "hosts", "text": "x"}, 2)):
        answer = await sam.call(event, data)
        assert answer["error"] == "malformed"
        assert answer["detail"]
    assert (await sam.say("hosts", "fine"))["ok"]


async def test_nothing_is_passed_on_about_a_meeting_of_which_nothing_is_known(
    site: Site, sam: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(_: object) -> None:
        return None

    monkeypatch.setattr(site.house.scenes, "now", nothing)
    for event, data in {
        "say": {"to": "hosts", "text": "x"},
        "unsay": {"id": "all"},
        "react": {"reaction": "tear"},
        "caption": {"text": "x"},
    }.items():
        assert (await sam.call(event, data))["error"] == "not_recorded"


# --- The side room ---


async def test_from_the_group_to_the_side_room_and_back(site: Site, jo: Page, sam: Page, kaz: Page) -> None:
    await site.house.done(arriving(RAY))
    assert (await jo.ask(do="invite_aside", person="sam"))["error"] == "would_be_unattended"
    await site.house.connects(RAY)
    assert (await jo.ask(do="invite_aside", person="sam"))["ok"]
    await eventually(lambda: sam.views[-1]["you"]["aside"] == {"state": "invited", "with": ["Jo"]})
    assert kaz.views[-1]["you"]["aside"] is None
    assert (await kaz.ask(do="accept_aside"))["error"] == "no_aside"
    assert (await sam.ask(do="accept_aside"))["ok"]
    await eventually(lambda: sam.views[-1]["you"]["aside"] == {"state": "in", "with": ["Jo"]})
    await eventually(lambda: jo.views[-1]["you"]["aside"] == {"state": "in", "with": ["Sam"]})
    await eventually(
        lambda: {one["person"] for one in kaz.views[-1]["people"] if one["stepped_out"]} == {"jo", "sam"}
    )
    assert "side_room" not in kaz.views[-1]
    assert (await sam.ask(do="leave_aside"))["ok"]
    await eventually(lambda: sam.views[-1]["you"]["aside"] is None)
