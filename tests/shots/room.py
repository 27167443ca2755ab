"""The room and the desk: everyday, and each thing that a host or a parent opens in it, up to the debrief."""

from datetime import timedelta

from tests.browsers import LAPTOP, PHONE
from tests.journeys.people import HAND_DOWN, Host, Parent
from tests.journeys.stage import Stage
from tests.shots.camera import Camera

PARENTS = ("Sam", "Ana", "Kim")
UNTIL_LAST_WORD = timedelta(minutes=77)  # of ninety, five of which are over

# A page goes by its device's clock.
PUT_FORWARD = """
(by) => {
  const Real = Date;
  window.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + by); }
    static now() { return Real.now() + by; }
  };
}
"""


async def close(someone: Host | Parent) -> None:
    await someone.page.keyboard.press("Escape")


async def take_all(camera: Camera, night: Stage) -> None:
    jo = await night.host()
    await camera.take(jo.tab, "desk-before")
    await jo.open_session()
    ray = await night.host("Ray")
    sam, ana, kim = [await night.parent(name) for name in PARENTS]
    await night.let_in(jo, sam, ana)
    for someone in (jo, sam, ana):
        await someone.turn_on()
    await sam.sees("Jo", "Ana")
    await jo.sees("Sam", "Ana")
    await camera.take(sam.tab, "room")
    await everyday(camera, jo, sam, ana)
    await about_one(camera, jo, sam, ana)
    await aside(camera, jo, sam)
    await everyone(camera, jo, sam)
    await out(camera, jo, sam, kim)
    await alone(camera, night, jo, ray, sam)
    await the_end(camera, jo, sam)


async def everyday(camera: Camera, jo: Host, sam: Parent, ana: Parent) -> None:
    """What parents open, and what the host sees of it at a glance."""
    await sam.tab.press("Help: tell your hosts quietly")
    await camera.take(sam.tab, "room-help")
    await sam.tab.press("Please check on me")
    await sam.tab.press(HAND_DOWN)
    await ana.tab.press(HAND_DOWN)
    await jo.shows("2. Ana")
    await camera.take(jo.tab, "desk")
    await jo.page.keyboard.press("w")
    await camera.take(jo.tab, "desk-people")
    await jo.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await jo.tab.press("Faces")
    await jo.page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})
    await jo.tab.press("Seen to what Sam told you")
    for parent in ("Sam", "Ana"):
        await jo.tab.press(f"Lower the hand of {parent}")
    await sam.more()
    await camera.take(sam.tab, "room-more")
    await sam.tab.press("Sound and picture")
    await camera.take(sam.tab, "room-equipment")
    await close(sam)
    await sam.more("Show whoever speaks large")
    await camera.take(sam.tab, "room-large")
    await sam.more("Show everyone the same size")
    await jo.for_everyone("Everyone")
    await close(jo)
    await ana.more("Messages")
    await ana.tab.write("Your message", "The school rang again today. I do not know where to start.")
    await ana.tab.press("Send")
    await close(ana)
    await ana.more("With you")
    await sam.tab.press("More · 1. More: messages, reactions and your own picture")
    await sam.tab.press("Messages · 1 new")
    await camera.take(sam.tab, "room-messages")
    await close(sam)
    await jo.tab.press("Messages · 1 new")
    await camera.take(jo.tab, "desk-messages")
    await jo.tab.press("People")


async def about_one(camera: Camera, jo: Host, sam: Parent, ana: Parent) -> None:
    await jo.tab.press("Mute Sam")
    await sam.shows("You are muted by your host")
    await camera.take(sam.tab, "room-muted")
    await jo.about(ana.name)
    await camera.take(jo.tab, "desk-person")
    await jo.tab.press("In danger: what to do")
    await camera.take(jo.tab, "desk-danger")
    await jo.tab.press("Close the card")
    await jo.about(ana.name, "Back to the waiting room")
    await camera.take(jo.tab, "desk-back-to-waiting")
    await close(jo)
    await jo.about(ana.name, "Remove for today")
    await camera.take(jo.tab, "desk-remove")
    await close(jo)
    await jo.about(ana.name, "Suspend")
    await camera.take(jo.tab, "desk-suspend")
    await close(jo)


async def aside(camera: Camera, jo: Host, sam: Parent) -> None:
    await jo.about(sam.name, "Ask for a word alone")
    await sam.shows("would like a word with you alone")
    await camera.take(sam.tab, "room-asked-aside")
    await sam.tab.press("Go along")
    for someone in (jo, sam):
        await someone.shows("You are alone with")
    await camera.take(jo.tab, "desk-aside")
    await camera.take(sam.tab, "room-aside")
    await sam.tab.press("Back to the group")
    await jo.shows("Ana")


async def everyone(camera: Camera, jo: Host, sam: Parent) -> None:
    """What touches everybody."""
    await jo.for_everyone()
    await camera.take(jo.tab, "desk-for-everyone")
    await jo.tab.press("Sound and picture")
    await camera.take(jo.tab, "desk-equipment")
    await close(jo)
    await jo.page.keyboard.press("?")
    await camera.take(jo.tab, "desk-keys")
    await close(jo)
    await jo.for_everyone("Start a round")
    await jo.shows("A round")
    await camera.take(jo.tab, "desk-round")
    await camera.take(sam.tab, "room-round")
    await jo.tab.press("End the round")
    await jo.tab.press("Pause everything")
    await jo.shows("You have paused everything")
    await camera.take(jo.tab, "desk-paused")
    await camera.take(sam.tab, "room-paused")
    for feature in ("Sound", "Picture", "Chat", "Hands"):
        await jo.tab.press(f"{feature} back")


async def out(camera: Camera, jo: Host, sam: Parent, kim: Parent) -> None:
    await jo.return_to_waiting(sam.name, "Take a breather")
    await sam.shows("You are back in the waiting room")
    await camera.take(sam.tab, "returned")
    await jo.let_in(sam.name)
    await sam.shows("People in the room")
    await jo.tab.press(f"Not now for {kim.name}")
    await kim.shows("Not this time")
    await camera.take(kim.tab, "declined")
    await jo.tab.press(f"Undo for {kim.name}")
    await jo.let_in(kim.name)
    await kim.shows("People in the room")
    await jo.remove(kim.name, "Something else")
    await kim.shows("Your place is paused")
    await camera.take(kim.tab, "removed")


async def alone(camera: Camera, night: Stage, jo: Host, ray: Host, sam: Parent) -> None:
    """One host goes, the other is asked to stay; and nobody is there for a while."""
    await ray.tab.press("Leave")
    await camera.take(ray.tab, "desk-leave")
    await ray.answer("Leave")
    await ray.shows("You have left")
    await jo.tab.press("Leave")
    await jo.shows("You are the last host here")
    await camera.take(jo.tab, "desk-leave-last")
    await close(jo)
    await jo.tab.goto("about:blank")
    await sam.shows("We’ve lost your host. Hang on")
    await camera.take(sam.tab, "room-host-lost")
    await jo.tab.goto(night.desk)
    await jo.no_longer_shows("Nobody hears or sees anybody")


async def the_end(camera: Camera, jo: Host, sam: Parent) -> None:
    for someone in (jo, sam):
        by = UNTIL_LAST_WORD.total_seconds() * 1000
        await someone.page.evaluate(PUT_FORWARD, by)
    await sam.shows("About ten minutes left.")
    await jo.shows("Ten minutes left.")
    await camera.take(jo.tab, "desk-ten-minutes")
    await camera.take(sam.tab, "room-ten-minutes")
    await jo.tab.press("Start closing")
    await camera.take(jo.tab, "desk-start-closing")
    await jo.answer("Start closing")
    await sam.shows("Time for goodbyes")
    await camera.take(jo.tab, "desk-closing")
    await camera.take(sam.tab, "room-closing")
    await sam.tab.press("Say goodbye")
    await sam.shows("You have left")
    await camera.take(sam.tab, "left")
    await sam.tab.press("Carry on", "link")
    await sam.shows("call")
    await camera.take(sam.tab, "goodbye-after")
    await jo.tab.press("End session")
    await jo.tab.press("End for everyone")
    await jo.shows("That’s it for today")
    await camera.take(jo.tab, "ended-host")
    await jo.tab.press("To the debrief", "link")
    await jo.shows("Who was here")
    await camera.take(jo.tab, "debrief")
