"""The waiting room hides everyone from everyone, and keeps a place for whoever loses the connection."""

import asyncio
import json

from tests.hostile.people import Person
from tests.hostile.premises import THEME, Evening
from tests.peers import Peer
from tests.reels import tone

TOLD_TO_WHO_WAITS = {"seq", "phase", "you", "hosts", "theme", "note", "starts", "ends", "locked", "people"}


def _tells_of_nobody(waits: Person, others: list[Person]) -> None:
    heard = "\n".join(waits.wire.frames)
    for other in others:
        for trace in (other.name, other.person, other.seat):
            assert trace not in heard, f"{trace} of {other.name} reached the waiting room"
    for view in waits.views:
        assert set(view) <= TOLD_TO_WHO_WAITS
        assert view["people"] == []
        assert view["you"]["person"] == waits.person


async def test_who_waits_learns_nothing_about_anyone_in_any_message(glass: Evening) -> None:
    waits = await glass.waiting("Noor")
    host, host_media = await glass.host()
    asha, ben = await glass.admitted(host, "Asha", "Ben")
    media: list[Peer] = [host_media, await asha.joins(), await ben.joins()]
    await media[1].publish(tone())
    for do, fields in (
        ("mute", {"person": asha.person}),
        ("hold_camera", {"person": asha.person}),
        ("lift", {"person": asha.person}),
        ("mute_all", {}),
        ("lift_all", {}),
        ("return_to_waiting", {"person": asha.person}),
        ("decline", {"person": asha.person}),
        ("restore", {"person": asha.person}),
        ("remove", {"person": ben.person, "reason": "unsafe"}),
    ):
        await host.must(do, **fields)
    ben.wire.drop()
    asked = await waits.wire.ask("view")
    assert asked["people"] == []
    await waits.sees(lambda view: view["phase"] == "open")
    assert waits.view["hosts"] == ["Colleague", "Facilitator"]
    assert waits.view["theme"] == THEME
    _tells_of_nobody(waits, [asha, ben])
    assert host.person not in "\n".join(waits.wire.frames)


async def test_what_happens_to_others_makes_no_stir_in_the_waiting_room(glass: Evening) -> None:
    """Even an empty message, or a number that grows, would tell that something happens to somebody."""
    host, _ = await glass.host()
    (asha,) = await glass.admitted(host, "Asha")
    waits = await glass.waiting("Noor")
    await waits.sees(lambda view: view["phase"] == "open")
    await asyncio.sleep(1.5)
    before = list(waits.wire.frames)
    await host.must("mute", person=asha.person)
    await host.must("return_to_waiting", person=asha.person)
    await asha.wire.close()
    await asyncio.sleep(1.5)
    assert waits.wire.frames == before


async def test_two_who_wait_do_not_see_each_other(glass: Evening) -> None:
    asha, ben = await glass.waiting("Asha"), await glass.waiting("Ben")
    host, _ = await glass.host()
    listed = (await host.sees(lambda view: len(view["waiting"]) == 2))["waiting"]
    assert [one["name"] for one in listed] == ["Asha", "Ben"]
    _tells_of_nobody(asha, [ben])
    _tells_of_nobody(ben, [asha])


async def test_who_was_in_the_room_and_waits_again_learns_no_more(glass: Evening) -> None:
    host, _ = await glass.host()
    asha, ben = await glass.admitted(host, "Asha", "Ben")
    await host.must("return_to_waiting", person=asha.person)
    await asha.sees_itself("waiting")
    before = len(asha.wire.frames)
    await host.must("mute", person=ben.person)
    await host.must("hold_camera", person=ben.person)
    asked = await asha.wire.ask("view")
    assert asked["people"] == []
    assert ben.name not in json.dumps(asked)
    assert not [frame for frame in asha.wire.frames[before:] if ben.name in frame or ben.person in frame]


async def test_a_place_is_kept_over_a_lost_connection_and_a_reload(glass: Evening) -> None:
    asha, ben = await glass.waiting("Asha"), await glass.waiting("Ben")
    host, _ = await glass.host()
    seat = asha.seat
    await host.sees(lambda view: len(view["waiting"]) == 2)
    for cut_off in (True, False):
        if cut_off:
            asha.wire.drop()
        else:
            await asha.wire.close()
        await host.sees(lambda view: [one["connected"] for one in view["waiting"]] == [False, True], wait=8)
        page = await asha.visitor.open("/session")
        assert page.data.get("data-meeting") == glass.meeting
        await asha.listen()
        await asha.sees_itself("waiting")
        assert asha.seat == seat
        listed = (await host.sees(lambda view: all(one["connected"] for one in view["waiting"])))["waiting"]
        assert [one["seat"] for one in listed] == [seat, ben.seat]


async def test_what_the_hosts_see_of_who_waits_is_what_the_rule_says(glass: Evening) -> None:
    await glass.waiting("Asha")
    host, _ = await glass.host()
    (one,) = (await host.sees(lambda view: bool(view["waiting"])))["waiting"]
    assert one["name"] == "Asha"
    assert one["first_visit"] is True
    assert one["second_device"] is False
    assert one["readiness"] == "not_checked"
    assert one["connected"] is True
