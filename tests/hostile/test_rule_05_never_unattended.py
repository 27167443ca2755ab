"""Never unattended: without a facilitator in that very room nobody hears or sees anybody.

No media outlives the platform.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.hostile.doors import gate_says
from tests.hostile.people import Person
from tests.hostile.premises import Evening, Premises, evening, new_premises
from tests.peers import Peer, Refused
from tests.reels import picture, tone

SILENCE_NOTICED_WITHIN = 6.0
"""Five seconds, and a second for the look that finds it."""


@dataclass
class Room:
    """A host and two parents, all of whom send sound."""

    evening: Evening
    host: Person
    host_media: Peer
    parents: list[Person]
    media: list[Peer]

    async def all_hear(self) -> None:
        """Each parent hears the other."""
        one, other = self.media
        await one.hears(other.sid, "audio")
        await other.hears(one.sid, "audio")

    async def frozen(self, within: float) -> float:
        """When the last packet came to a parent, once they have seen that the host is gone."""
        for parent in self.parents:
            await parent.sees(lambda view: view["phase"] == "unattended", within)
        async with asyncio.TaskGroup() as listening:
            for peer in self.media:
                listening.create_task(peer.hears_nothing(0.8))
        return max(peer.last_from() for peer in self.media)


async def _room(evening: Evening) -> Room:
    host, host_media = await evening.host()
    parents = await evening.admitted(host, "Asha", "Ben")
    media = [await parent.joins() for parent in parents]
    for peer in media:
        await peer.publish(tone())
    await host_media.publish(tone())
    room = Room(evening, host, host_media, parents, media)
    await room.all_hear()
    return room


@pytest.fixture
async def room(tonight: Evening) -> Room:
    """A room that is open."""
    return await _room(tonight)


def _now() -> float:
    return asyncio.get_running_loop().time()


# --- Losing the host ---


async def test_a_host_who_closes_the_page_is_gone_at_once(room: Room) -> None:
    gone = _now()
    await room.host.wire.close()
    assert await room.frozen(2) < gone + 1


async def test_a_host_who_hangs_up_is_gone_at_once(room: Room) -> None:
    gone = _now()
    await room.host_media.leave()
    assert await room.frozen(2) < gone + 1


async def test_a_host_whose_media_socket_is_closed_is_gone_at_once(room: Room) -> None:
    gone = _now()
    assert room.host_media._socket is not None
    await room.host_media._socket.close()
    assert await room.frozen(2) < gone + 1


async def test_a_host_whose_network_is_gone_is_gone_after_five_seconds(room: Room) -> None:
    gone = _now()
    room.host.wire.is_silent = True
    room.host_media.fall_silent()
    assert await room.frozen(10) < gone + SILENCE_NOTICED_WITHIN


async def test_a_host_whose_connections_are_cut_is_gone_after_five_seconds(room: Room) -> None:
    gone = _now()
    room.host.wire.drop()
    room.host_media.drop()
    assert await room.frozen(10) < gone + SILENCE_NOTICED_WITHIN


async def test_the_last_host_counts_and_no_other(room: Room) -> None:
    other, other_media = await room.evening.host("colleague")
    await room.host.wire.close()
    await asyncio.sleep(0.3)
    await room.all_hear()
    assert room.parents[0].view["phase"] == "open"
    gone = _now()
    await other_media.leave()
    assert await room.frozen(2) < gone + 1
    assert other.wire.is_open


# --- While nobody attends ---


async def test_who_joins_late_hears_nothing_either(tonight: Evening) -> None:
    host, _ = await tonight.host()
    (late,) = await tonight.admitted(host, "Noor")
    room = Room(tonight, host, _, await tonight.admitted(host, "Asha", "Ben"), [])
    room.media = [await parent.joins() for parent in room.parents]
    for peer in room.media:
        await peer.publish(tone())
    await room.all_hear()
    await host.wire.close()
    await room.frozen(2)
    late_media = await late.joins()
    await late_media.publish(picture())
    async with asyncio.TaskGroup() as listening:
        for peer in (late_media, *room.media):
            listening.create_task(peer.hears_nothing(1.5))


async def test_rejoining_and_resuming_hear_nothing_either(room: Room) -> None:
    await room.host.wire.close()
    await room.frozen(2)
    again = await room.parents[0].joins()
    room.media[1].drop()
    await asyncio.sleep(0.2)
    await room.media[1].resume()
    await again.publish(tone())
    async with asyncio.TaskGroup() as listening:
        for peer in (again, *room.media):
            listening.create_task(peer.hears_nothing(1.5))


async def test_nobody_is_let_in_while_nobody_attends(tonight: Evening) -> None:
    host = await (await tonight.staff("facilitator")).listen()
    await host.sees_itself("present")
    await host.must("open")
    asha = await tonight.waiting("Asha")
    for do, fields in (("admit", {"seat": asha.seat}), ("admit_all", {})):
        assert await host.act(do, **fields) == {"ok": False, "error": "unattended"}
    assert asha.view["phase"] == "unattended"
    assert await gate_says(asha.media()) == "not_admitted"


async def test_a_host_with_one_connection_only_does_not_attend(tonight: Evening) -> None:
    host = await (await tonight.staff("facilitator")).listen()
    await host.sees_itself("present")
    await host.must("open")
    await asyncio.sleep(1.2)
    assert host.view["phase"] == "unattended"
    media = host.media()
    await media.join()
    await host.sees(lambda view: view["phase"] == "open")
    await host.wire.close()
    (asha,) = [await tonight.waiting("Asha")]
    await asha.sees(lambda view: view["phase"] == "unattended")


async def test_a_host_in_the_media_of_another_room_does_not_attend(
    tonight: Evening, platform: Premises
) -> None:
    async with evening(platform) as elsewhere:
        host = await (await tonight.staff("facilitator")).listen()
        await host.must("open")
        other, _ = await elsewhere.host()
        check = host.media(meeting="check")
        await check.join()
        await asyncio.sleep(1.5)
        assert host.view["phase"] == "unattended"
        assert other.view["phase"] == "open"


async def test_a_parent_does_not_make_it_attended(room: Room) -> None:
    await room.host.wire.close()
    await room.host_media.leave()
    await room.frozen(2)
    for do, fields in (("open", {}), ("host_attending", {"seat": room.parents[0].seat}), ("unlock", {})):
        assert (await room.parents[0].act(do, **fields))["ok"] is False
    await room.frozen(2)


async def test_when_a_host_returns_the_room_resumes_as_it_was(room: Room) -> None:
    asha, ben = room.parents
    await room.host.must("mute", person=asha.person)
    await room.host.wire.close()
    await room.frozen(2)
    await room.host.listen()
    await asha.sees(lambda view: view["phase"] == "open")
    await room.media[0].hears(room.media[1].sid, "audio")
    await room.media[1].hears_nothing(0.8, room.media[0].sid, "audio")
    assert asha.view["you"]["microphone_held"] is True
    assert [one["name"] for one in ben.view["people"]] == ["Facilitator", "Asha", "Ben"]


# --- Processes that die ---


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[Evening]:
    """An evening on a platform of its own, for those that do not survive."""
    async with new_premises(tmp_path) as premises, evening(premises, links=5) as made:
        yield made


async def test_no_media_outlives_the_platform_and_everyone_is_as_they_were(alone: Evening) -> None:
    room = await _room(alone)
    asha, ben = room.parents
    noor, dev, erin = [await alone.waiting(name) for name in ("Noor", "Dev", "Erin")]
    await room.host.must("mute", person=asha.person)
    await room.host.must("hold_camera", person=ben.person)
    await room.host.must("remove", person=dev.person, reason="unsafe")
    await room.host.must("decline", person=erin.person)
    before = await room.host.wire.ask("view")

    platform = alone.premises.platform
    assert platform.process is not None
    engine = psutil.Process(platform.process.pid).children(recursive=True)
    killed = _now()
    platform.kill()
    await asyncio.sleep(2.5)
    assert max(peer.last_from() for peer in (*room.media, room.host_media)) < killed + 1
    assert not [child for child in engine if child.is_running()], "the engine lives on"
    await platform.start()

    for person, place in ((asha, "present"), (ben, "present"), (noor, "waiting")):
        await person.listen()
        await person.sees_itself(place)
        assert person.view["phase"] == "unattended"
    assert asha.view["you"]["microphone_held"] is True
    assert ben.view["you"]["camera_held"] is True
    room.media = [await asha.joins(), await ben.joins()]
    assert (await room.media[0].publish(tone())).info is None
    assert (await room.media[1].publish(tone())).info is not None
    async with asyncio.TaskGroup() as listening:
        for peer in room.media:
            listening.create_task(peer.hears_nothing(1.2))
    for person, why in ((noor, "not_admitted"), (dev, "removed"), (erin, "declined")):
        assert await gate_says(person.media()) == why

    await room.host.listen()
    await room.host.joins()
    view = await room.host.sees(lambda view: view["phase"] == "open")
    await room.media[0].hears(room.media[1].sid, "audio")
    await room.media[1].hears_nothing(0.8, room.media[0].sid, "audio")
    for part in ("people", "waiting", "out"):
        assert _who(view[part]) == _who(before[part])


def _who(lines: list[dict[str, object]]) -> list[dict[str, object]]:
    """The same people in the same order and state, whoever happens to be connected."""
    return [{key: value for key, value in line.items() if key != "connected"} for line in lines]


async def test_when_the_engine_dies_nobody_counts_as_attending_until_they_are_back(alone: Evening) -> None:
    room = await _room(alone)
    assert alone.premises.platform.process is not None
    (engine,) = psutil.Process(alone.premises.platform.process.pid).children()
    killed = _now()
    engine.kill()
    for parent in room.parents:
        await parent.sees(lambda view: view["phase"] == "unattended")
    assert max(peer.last_from() for peer in room.media) < killed + 1
    for peer in (room.host_media, *room.media):
        assert await peer.ended()
    host_media = await _joins_when_it_can(room.host)
    await room.host.sees(lambda view: view["phase"] == "open")
    assert host_media.is_connected


async def _joins_when_it_can(person: Person) -> Peer:
    async with asyncio.timeout(10):
        while True:
            try:
                return await person.joins()
            except Refused:
                await asyncio.sleep(0.2)
