"""Acting and asking; what is hostile or malformed is answered."""

import asyncio

import aiohttp
import pytest

from moderation import events as e
from signalling.meeting import exchange as exchange_module
from signalling.meeting import sittings as sittings_module
from tests.signalling.meeting.gateway.page import Site, raw_page
from tests.signalling.meeting.house import JO, KAZ, SAM, TUESDAY, eventually


async def test_what_a_host_does_everyone_is_shown(in_session: Site) -> None:
    jo, sam, kaz = [await in_session.page(actor) for actor in (JO, SAM, KAZ)]
    answer = await jo.ask(do="mute", person="sam")
    assert answer == {"ok": True, "seq": len(in_session.house.journal.events(TUESDAY))}
    for page in (jo, sam, kaz):
        await page.sees("seq", answer["seq"])
        held = {one["person"]: one["microphone_held"] for one in page.views[-1]["people"]}
        assert held == {"jo": False, "sam": True, "kaz": False}
    assert sam.views[-1]["you"]["microphone_held"]
    assert "waiting" in jo.views[-1]
    assert "waiting" not in kaz.views[-1]


async def test_from_the_waiting_room_to_the_room_and_back(site: Site) -> None:
    jo, sam = await site.page(JO), await site.page(SAM)
    assert (await jo.ask(do="admit", seat="sam-phone"))["error"] == "not_open"
    await jo.ask(do="open")
    assert (await jo.ask(do="admit", seat="sam-phone"))["error"] == "unattended"
    await site.house.connects(JO)
    assert (await jo.ask(do="admit", seat="sam-phone"))["ok"]
    await eventually(lambda: sam.views[-1]["you"]["place"] == "present")
    await jo.ask(do="return_to_waiting", person="sam")
    await eventually(lambda: sam.views[-1]["you"]["place"] == "waiting")
    assert sam.views[-1]["people"] == []
    await jo.ask(do="end")
    await sam.sees("phase", "ended")


@pytest.mark.parametrize("do", ["mute_all", "open", "end", "admit_all", "lock", "unlock", "lift_all"])
async def test_a_parent_moderates_nothing(in_session: Site, do: str) -> None:
    sam = await in_session.page(SAM)
    before = list(in_session.house.journal.events(TUESDAY))
    assert await sam.ask(do=do) == {"ok": False, "error": "not_allowed"}
    assert in_session.house.journal.events(TUESDAY) == before


async def test_malformed_messages_are_answered_and_change_nothing(in_session: Site) -> None:
    jo = await in_session.page(JO)
    before = list(in_session.house.journal.events(TUESDAY))
    for data in (None, "mute", {"do": "dance"}, ({"do": "lock"}, {"do": "end"}), {"do": "mute"}):
        answer = await jo.client.call("act", data, timeout=5)
        assert answer["error"] == "malformed"
        assert answer["detail"]
    assert (await jo.client.call("dance", {}, timeout=5))["error"] == "malformed"
    assert in_session.house.journal.events(TUESDAY) == before
    assert (await jo.ask(do="lock"))["ok"]


HOSTILE_FRAMES = [
    "",
    "9",
    "4",
    "4x",
    "42",
    "42{}",
    "42[]",
    "42[7]",
    '42["connect",{"aiohttp.request":{}},{}]',
    '42["disconnect","client disconnect"]',
    '451-["act",{"_placeholder":true,"num":0}]',
    "40/admin,",
    '40{"meeting":"tuesday"}',
    "4" + "2" * 300,
    "42" + "[" * 5000,
    b"\x04\x00\xff",
]


@pytest.mark.parametrize("frame", HOSTILE_FRAMES)
async def test_a_hostile_frame_hurts_nobody(in_session: Site, frame: str | bytes) -> None:
    jo = await in_session.page(JO)
    async with aiohttp.ClientSession() as http:
        socket = await raw_page(in_session, http, SAM)
        await (socket.send_bytes(frame) if isinstance(frame, bytes) else socket.send_str(frame))
        await socket.send_str("2")
        assert (await jo.ask(do="lock"))["ok"]
        await jo.sees("locked", True)
        await socket.close()


async def test_a_message_too_large_ends_the_connection_that_sent_it(in_session: Site) -> None:
    jo = await in_session.page(JO)
    async with aiohttp.ClientSession() as http:
        socket = await raw_page(in_session, http, SAM)
        await socket.send_str('42["act","' + "x" * 20_000 + '"]')
        async with asyncio.timeout(3):
            while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert socket.close_code == 1009
    assert (await jo.ask(do="lock"))["ok"]


async def test_one_connections_messages_are_handled_in_order(in_session: Site) -> None:
    jo = await in_session.page(JO)
    dos = ["lock", "unlock"] * 10
    await asyncio.gather(*(jo.ask(do=do) for do in dos))
    locks = in_session.house.journal.events(TUESDAY)[-20:]
    assert locks == [e.Locked(), e.Unlocked()] * 10


async def test_too_many_messages_are_too_fast(in_session: Site) -> None:
    jo = await in_session.page(JO)
    answers = await asyncio.gather(*(jo.ask(do="lock") for _ in range(200)))
    errors = [answer.get("error") for answer in answers]
    assert errors.count(None) == sittings_module.BURST
    assert errors.count("too_fast") == 200 - sittings_module.BURST
    assert errors[0] is None
    in_session.house.clock.advance(1.5 / sittings_module.RATE)
    assert (await jo.ask(do="unlock"))["ok"]
    assert (await jo.ask(do="lock"))["error"] == "too_fast"


async def test_whoever_does_not_stop_is_sent_away(in_session: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange_module, "PATIENCE", 20)
    jo = await in_session.page(JO)
    for _ in range(100):
        if jo.client.connected:
            await jo.client.emit("dance", {})
    await jo.is_away()
    assert jo.gone == ["too_fast"]


async def test_the_whole_view_can_be_asked_for(in_session: Site) -> None:
    sam = await in_session.page(SAM)
    view = await sam.client.call("view", timeout=20)
    assert view["phase"] == "open"
    assert {one["name"] for one in view["people"]} == {"Jo", "Sam", "Kaz"}


async def test_a_bug_answers_failed_and_ends_nothing(
    in_session: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    jo = await in_session.page(JO)

    async def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(in_session.house.applier, "act", broken)
        assert await jo.ask(do="lock") == {"ok": False, "error": "failed"}
    assert (await jo.ask(do="lock"))["ok"]


async def test_a_host_is_told_honestly_what_did_not_happen(in_session: Site) -> None:
    jo = await in_session.page(JO)
    await jo.sees("phase", "open")
    in_session.house.media.down = True
    answer = await jo.ask(do="mute", person="sam")
    assert (answer["error"], answer["stands"]) == ("not_enforced", True)
    in_session.house.media.down = False
    in_session.house.journal.down = in_session.house.seats.down = True
    answer = await jo.ask(do="mute", person="kaz")
    assert answer == {"ok": False, "error": "not_recorded", "stands": True}
    await eventually(lambda: all(p["microphone_held"] for p in jo.views[-1]["people"][1:]))
    answer = await jo.ask(do="lift", person="kaz")
    assert answer == {"ok": False, "error": "not_recorded", "stands": False}
