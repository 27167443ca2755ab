"""The main job, end to end: from an invite to a muted microphone, in three browsers with real media.

The tests are one evening in its order: they share the people and the room, and each leaves the room as it
found it, with everybody heard and seen, up to the last one, which ends the session.
"""

import asyncio

import pytest

from tests.browsers import ChromiumTab
from tests.journeys.conftest import ALI, JO, Evening
from tests.journeys.people import CAMERA_OFF, MICROPHONE_OFF, receives_media

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]


async def everybody_meets(evening: Evening) -> None:
    """Each page decodes moving pictures and sound of both others."""
    names = {someone.name for someone in evening.everyone()}
    await asyncio.gather(*(someone.hears_and_sees(*names - {someone.name}) for someone in evening.everyone()))


async def test_an_admin_invites_and_two_parents_walk_in(evening: Evening) -> None:
    await evening.ali.sign_in(evening.platform.origin, evening.signs[ALI])
    await evening.ali.make_group("Tuesday group", "Jo")
    await evening.ali.plan_session("Talking with school")
    links = [await evening.ali.invite(name) for name in ("S", "A")]
    await evening.ali.tab.close()

    async def sam_comes_in() -> None:
        await evening.sam.reach_the_check(links[0])
        await evening.sam.check_everything()

    await asyncio.gather(sam_comes_in(), evening.ana.come_in(links[1]))


async def test_whoever_waits_sees_nobody_and_hears_nothing(evening: Evening) -> None:
    assert await evening.sam.names() == set()
    assert "Ana" not in await evening.sam.words()
    assert not await receives_media(evening.sam.tab)


async def test_a_reload_keeps_the_place_in_the_waiting_room(evening: Evening) -> None:
    await evening.sam.tab.goto(f"{evening.platform.origin}/session")
    await evening.sam.shows("Hello Sam")


async def test_the_host_opens_lets_everyone_in_and_all_hear_and_see_each_other(evening: Evening) -> None:
    jo, sam, ana = evening.everyone()
    await jo.sign_in(evening.platform.origin, evening.signs[JO])
    await jo.go_to_desk()
    await jo.shows("The room is not open yet")
    await jo.open_session()
    await jo.let_in("Sam")
    await sam.shows("Mic off")
    await ana.shows("Hello Ana")
    await jo.let_in("Ana")
    for someone in evening.everyone():
        await someone.turn_on()
    await everybody_meets(evening)


async def test_a_muted_parent_is_seen_but_not_heard_until_the_mute_is_lifted(evening: Evening) -> None:
    jo, sam, ana = evening.everyone()
    await jo.tab.press("Mute Sam")
    await asyncio.gather(ana.hears("Jo"), jo.hears("Ana"), ana.sees("Jo", "Sam"))
    await sam.shows("You are muted by your host")
    await sam.tab.press("Microphone is muted by your host")
    await ana.hears("Jo")

    await jo.tab.press("Lift the mute of Sam")
    await sam.shows("Your host has lifted the mute")
    await sam.tab.press(MICROPHONE_OFF)
    await everybody_meets(evening)


async def test_mute_all_and_lift_all_are_for_every_parent(evening: Evening) -> None:
    jo, sam, ana = evening.everyone()
    await jo.tab.press("Mute all")
    await asyncio.gather(sam.hears("Jo"), ana.hears("Jo"), jo.hears())

    await jo.tab.press("Lift all mutes")
    for parent in (sam, ana):
        await parent.tab.press(MICROPHONE_OFF)
    await everybody_meets(evening)


async def test_a_camera_held_off_is_heard_but_not_seen(evening: Evening) -> None:
    jo, sam, ana = evening.everyone()
    await jo.about("Ana", "Turn camera off")
    await asyncio.gather(sam.sees("Jo"), sam.hears("Jo", "Ana"))

    await jo.about("Ana", "Let them use the camera")
    await ana.tab.press(CAMERA_OFF)
    await everybody_meets(evening)


async def test_someone_back_in_the_waiting_room_hears_and_sees_nobody(evening: Evening) -> None:
    jo, sam, ana = evening.everyone()
    await jo.return_to_waiting("Sam")
    await sam.shows("You are back in the waiting room")
    await ana.hears_and_sees("Jo")
    assert await ana.names() == {"Jo", "You"}
    assert not await receives_media(sam.tab)

    await jo.let_in("Sam")
    await sam.turn_on()
    await everybody_meets(evening)


async def test_someone_removed_stays_out_until_the_host_undoes_it(evening: Evening) -> None:
    jo, sam, ana = evening.everyone()
    await jo.remove("Ana", "Something else")
    await ana.shows("Your place is paused")
    await sam.hears_and_sees("Jo")
    await ana.tab.goto(f"{evening.platform.origin}/session")
    await ana.shows("Your place is paused")

    await jo.tab.press("Undo for Ana")
    await ana.shows("Hello Ana")
    await jo.let_in("Ana")
    await ana.turn_on()
    await everybody_meets(evening)


async def test_a_locked_door_lets_nobody_in(evening: Evening) -> None:
    jo, sam, _ = evening.everyone()
    await jo.return_to_waiting("Sam")
    await jo.tab.press("Lock door")
    await jo.shows("The door is locked")
    await jo.let_in("Sam")
    await jo.shows("Unlock it first")
    await sam.shows("You are back in the waiting room")

    await jo.tab.press("Unlock door")
    await jo.let_in("Sam")
    await sam.turn_on()
    await everybody_meets(evening)


async def test_without_a_host_nobody_hears_or_sees_anybody_until_one_is_back(evening: Evening) -> None:
    jo, sam, ana = evening.everyone()
    desk = await jo.tab.address()
    await jo.tab.goto("about:blank")
    for parent in (sam, ana):
        await parent.shows("We’ve lost your host. Hang on")
    assert not any(await asyncio.gather(*(receives_media(parent.tab) for parent in (sam, ana))))

    await jo.tab.goto(desk)
    await jo.turn_on()
    await everybody_meets(evening)


async def test_everybody_sees_that_the_session_has_ended(evening: Evening) -> None:
    await evening.jo.tab.press("End session")
    await evening.jo.tab.press("End for everyone")
    for someone in evening.everyone():
        await someone.shows("That’s it for today")
    received = await asyncio.gather(*(receives_media(someone.tab) for someone in evening.everyone()))
    assert not any(received)


async def test_nobodys_browser_has_asked_anybody_else_for_anything(evening: Evening) -> None:
    ours = {f"{scheme}://localhost:{evening.platform.port}" for scheme in ("http", "ws")}
    for someone in (evening.ali, evening.jo, evening.sam):
        assert isinstance(someone.tab, ChromiumTab)
        asked = {
            "/".join(url.split("/")[:3])
            for url in someone.tab.asked
            if not url.startswith(("data:", "blob:"))
        }
        assert asked, "the tab was watched"
        assert asked <= ours, someone.name
    assert isinstance(evening.sam.tab, ChromiumTab)
    assert any(url.startswith("ws:") for url in evening.sam.tab.asked), "sockets too"
