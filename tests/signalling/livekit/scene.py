"""Two people, one of them at the end of a line that can be made as bad as one likes."""

import asyncio
from dataclasses import dataclass

from media.stun import Address
from tests.browsers import Chromium, until
from tests.media.conditions import Conditions
from tests.signalling.livekit.line import Network
from tests.signalling.livekit.process import Child
from tests.signalling.livekit.tabs import Place, Someone

WITHIN = 60.0


@dataclass(frozen=True)
class Window:
    """What the person on the line got within some seconds."""

    sound: float
    """Samples played."""
    concealed: float
    """Share of them that had to be invented, silence aside."""
    pictures: float
    freezes: float
    width: float
    """Of the last picture, in pixels."""
    frozen: float = 0.0
    """Seconds in all."""
    asked: float = 0.0
    """Packets that were asked for again."""
    keyframes: float = 0.0
    held: float = 0.0
    """Seconds a picture waited on average for what it lacked, and for its turn."""


@dataclass
class Scene:
    """Sam speaks and shows, Jo gets it over the line."""

    child: Child
    carrier: Network
    sam: Someone
    jo: Someone
    line: set[Address]
    sams_line: set[Address]

    def become(self, up: Conditions, down: Conditions) -> None:
        """The line is like this from now on."""
        self.carrier.become(self.line, up, down)

    def sams_becomes(self, up: Conditions, down: Conditions) -> None:
        """So is Sam's, who is on a perfect one otherwise."""
        self.carrier.become(self.sams_line, up, down)

    def move(self) -> None:
        """Jo comes from another address from now on."""
        self.carrier.move(self.line)

    async def watch(self, seconds: float) -> Window:
        """What Jo gets in so many seconds."""
        before = await self.jo.received("sam")
        await asyncio.sleep(seconds)
        after = await self.jo.received("sam")

        def more(kind: str, name: str) -> float:
            return after[kind].get(name, 0) - before[kind].get(name, 0)

        sound = more("audio", "totalSamplesReceived")
        invented = more("audio", "concealedSamples") - more("audio", "silentConcealedSamples")
        came = more("audio", "packetsReceived") > 0
        return Window(
            sound if came else 0,
            invented / max(1, sound),
            more("video", "framesDecoded"),
            more("video", "freezeCount"),
            after["video"].get("frameWidth", 0),
            more("video", "totalFreezesDuration"),
            more("video", "nackCount"),
            more("video", "keyFramesDecoded"),
            more("video", "jitterBufferDelay") / max(1, more("video", "jitterBufferEmittedCount")),
        )


async def on_a_line(
    child: Child, carrier: Network, where: Place, browser: Chromium, width: int = 960, height: int = 540
) -> Scene:
    """Both have joined, and Jo sees Sam, whose picture is so large."""
    sam, jo = await where.someone(browser), await where.someone(browser)
    await sam.enter(child.ws, child.token("sam"))
    await sam.speak()
    await sam.show(width=width, height=height)

    async def sends() -> bool:
        return any(layer["packets"] for name, layer in (await sam.sent()).items() if name != "audio")

    await until(sends, "sam sends", WITHIN)
    sams = set(carrier.clients)
    await jo.enter(child.ws, child.token("jo"))

    async def sees() -> bool:
        return await jo.frames("sam") > 10

    await until(sees, "jo sees sam", WITHIN)
    return Scene(child, carrier, sam, jo, set(carrier.clients) - sams, sams)
