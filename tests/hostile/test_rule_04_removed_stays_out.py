"""Removed stays out, on every device, link, cookie and token; an undo leads to the waiting room only."""

import asyncio

import pytest

from tests.hostile.doors import events_say, gate_says
from tests.hostile.people import Person
from tests.hostile.premises import Evening
from tests.hostile.wire import NotLetIn
from tests.peers import Peer
from tests.reels import picture, tone


async def _in_the_room(evening: Evening) -> tuple[Person, Peer, Person, Peer]:
    host, host_media = await evening.host()
    (asha,) = await evening.admitted(host, "Asha")
    media = await asha.joins()
    await media.publish(tone())
    await media.publish(picture())
    await host_media.publish(tone())
    await host_media.hears(media.sid, "audio")
    await media.hears(host_media.sid, "audio")
    return host, host_media, asha, media


async def test_a_removal_ends_media_both_ways_at_once(glass: Evening) -> None:
    host, host_media, asha, media = await _in_the_room(glass)
    await host.must("remove", person=asha.person, reason="broke_agreement")
    before = await glass.engine.stats(glass.meeting)
    async with asyncio.TaskGroup() as listening:
        listening.create_task(host_media.hears_nothing(2, media.sid))
        listening.create_task(media.hears_nothing(2, host_media.sid))
    assert await media.ended(1)
    after = await glass.engine.stats(glass.meeting)
    assert asha.seat not in after.identities
    assert after.sent_on(asha.seat, "audio") == before.sent_on(asha.seat, "audio")
    assert host_media.is_connected


async def test_the_removed_learn_that_they_are_and_nothing_more(glass: Evening) -> None:
    host, _, asha, _ = await _in_the_room(glass)
    (ben,) = await glass.admitted(host, "Ben")
    await asha.sees(lambda view: len(view["people"]) == 3)
    await host.must("remove", person=asha.person, reason="unsafe")
    await asha.wire.until(lambda: not asha.wire.is_open or asha.view["you"]["standing"] == "removed")
    before = len(asha.wire.frames)
    await host.must("mute", person=ben.person)
    await asyncio.sleep(0.3)
    assert asha.view["people"] == []
    told = "\n".join(asha.wire.frames[before:])
    assert ben.name not in told
    assert ben.person not in told
    assert "unsafe" not in "\n".join(frame for frame in asha.wire.frames if '"removed"' in frame)


async def test_no_way_leads_back_in(glass: Evening) -> None:
    link = glass.links[0]
    host, host_media, asha, media = await _in_the_room(glass)
    second = await glass.waiting("Asha", link)
    await host.must("remove", person=asha.person, reason="other")

    for device in (asha, second):
        assert await gate_says(device.media()) == "removed"
        assert await gate_says(device.media(), reconnect="1", sid=media.sid) == "removed"
        assert await gate_says(device.media(), reconnect="1", sid=host_media.sid) == "removed"
    genuine = glass.engine.token(room_join=True, room=glass.meeting, identity=asha.seat)
    assert await gate_says(asha.media(genuine), access_token=genuine) == "removed"

    third = await glass.parent("Asha", link)
    assert third.cookies["seat"] not in (asha.cookies["seat"], second.cookies["seat"])
    assert await gate_says(third.media()) == "removed"
    for device in (asha, second, third):
        assert await _is_kept_out(device) == "removed"
    answer = await host.act("admit", seat=asha.seat)
    assert answer["ok"] is False
    assert not host.view["waiting"]
    assert [(one["person"], one["standing"]) for one in host.view["out"]] == [(asha.person, "removed")]


async def _is_kept_out(person: Person) -> str:
    """Why: refused at the door, or told by a view that shows nothing."""
    try:
        await person.listen()
    except NotLetIn as refusal:
        return refusal.error
    view = await person.sees(lambda view: view["you"]["place"] == "outside")
    assert view["people"] == []
    return str(view["you"]["standing"])


async def test_a_token_that_reaches_the_engine_itself_does_not_last(glass: Evening) -> None:
    """Nobody reaches the private port; if somebody did, the grants pushed again put them out."""
    host, host_media, asha, _ = await _in_the_room(glass)
    await host.must("remove", person=asha.person, reason="other")
    genuine = glass.engine.token(room_join=True, room=glass.meeting, identity=asha.seat)
    behind = Peer(asha.http, glass.engine.url, genuine)
    asha.peers.append(behind)
    await behind.join()
    await asyncio.sleep(3)
    assert not behind.is_connected
    assert behind.bytes_from() < 40_000
    assert asha.seat not in (await glass.engine.stats(glass.meeting)).identities
    assert host_media.is_connected


async def test_an_undo_leads_to_the_waiting_room_only(glass: Evening) -> None:
    host, host_media, asha, _ = await _in_the_room(glass)
    await host.must("remove", person=asha.person, reason="other")
    await host.must("restore", person=asha.person)
    assert await gate_says(asha.media()) in ("not_admitted", "not_here")
    await asha.listen()
    await asha.sees_itself("waiting")
    assert await gate_says(asha.media()) == "not_admitted"
    await host_media.hears_nothing(0.5, kind="audio")
    await host.must("admit", seat=asha.seat)
    await asha.sees_itself("present")
    again = await asha.joins()
    await again.publish(tone())
    await host_media.hears(again.sid, "audio")


async def test_declined_stays_out_too(glass: Evening) -> None:
    link = glass.links[0]
    host, _ = await glass.host()
    asha = await glass.waiting("Asha")
    await host.must("decline", person=asha.person)
    assert await gate_says(asha.media()) == "declined"
    second = await glass.parent("Asha", link)
    assert await _is_kept_out(second) == "declined"
    assert (await host.act("admit", seat=asha.seat))["ok"] is False


async def test_back_to_the_waiting_room_is_out_of_the_room_at_once(glass: Evening) -> None:
    host, host_media, asha, media = await _in_the_room(glass)
    await host.must("return_to_waiting", person=asha.person)
    async with asyncio.TaskGroup() as listening:
        listening.create_task(host_media.hears_nothing(1, media.sid))
        listening.create_task(media.hears_nothing(1, host_media.sid))
    assert await media.ended(1)
    assert await gate_says(asha.media(), reconnect="1", sid=media.sid) == "not_admitted"
    assert asha.wire.is_open


async def test_a_lock_keeps_out_who_is_not_in(glass: Evening) -> None:
    host, _, asha, media = await _in_the_room(glass)
    ben = await glass.waiting("Ben")
    await host.must("lock")
    for do, fields in (("admit", {"seat": ben.seat}), ("admit_all", {})):
        assert await host.act(do, **fields) == {"ok": False, "error": "locked"}
    assert await gate_says(ben.media()) == "not_admitted"
    media.drop()
    await asyncio.sleep(0.1)
    assert (await media.resume()).WhichOneof("message") == "reconnect"
    assert asha.view["you"]["place"] == "present"


async def test_the_end_ends_it_for_everyone(glass: Evening) -> None:
    host, host_media, asha, media = await _in_the_room(glass)
    ben = await glass.waiting("Ben")
    await host.must("end")
    assert await media.ended()
    assert await host_media.ended()
    for one in (host, asha, ben):
        assert await gate_says(one.media()) == "ended"
    assert (await host.act("open"))["ok"] is False
    assert not (await glass.engine.stats(glass.meeting)).identities


@pytest.mark.parametrize("do", ["remove", "mute", "decline", "return_to_waiting", "hold_camera"])
async def test_a_host_is_nobodys_target(glass: Evening, do: str) -> None:
    host, host_media = await glass.host()
    fields = {"reason": "other"} if do == "remove" else {}
    answer = await host.act(do, person=host.person, **fields)
    assert answer["ok"] is False
    assert host_media.is_connected


async def test_a_removed_persons_events_do_nothing(glass: Evening) -> None:
    host, _, asha, _ = await _in_the_room(glass)
    await host.must("remove", person=asha.person, reason="other")
    if asha.wire.is_open:
        for do, fields in (
            ("restore", {"person": asha.person}),
            ("admit", {"seat": asha.seat}),
            ("open", {}),
        ):
            assert (await asha.act(do, **fields))["ok"] is False
    assert await events_say(glass.stranger()) == "no_seat"
    assert (await host.wire.ask("view"))["out"][0]["standing"] == "removed"
