"""An evening under way, at which one person misbehaves and the others must notice nothing."""

from dataclasses import dataclass

from tests.hostile.people import Person
from tests.hostile.premises import Evening
from tests.peers import Peer
from tests.reels import tone


@dataclass
class Scene:
    """A host hears Ben. Asha is the one who misbehaves."""

    evening: Evening
    host: Person
    host_media: Peer
    asha: Person
    ben_media: Peer

    async def goes_on(self) -> None:
        """Nobody else has noticed anything: sound, events and pages are there."""
        await self.host_media.hears(self.ben_media.sid, "audio", wait=2)
        answer = await self.host.wire.ask("view")
        assert answer["phase"] == "open"
        async with self.host.http.get(f"{self.host.origin}/helplines") as page:
            assert page.status == 200
        assert self.host_media.is_connected
        assert self.ben_media.is_connected


async def scene_of(evening: Evening) -> Scene:
    """The host has opened, Ben speaks, Asha is in the room."""
    host, host_media = await evening.host()
    asha, ben = await evening.admitted(host, "Asha", "Ben")
    ben_media = await ben.joins()
    await ben_media.publish(tone())
    await host_media.hears(ben_media.sid, "audio")
    return Scene(evening, host, host_media, asha, ben_media)
