"""Two whole platforms, as they are run, serve one session: PostgreSQL, Redis and one media engine.

A host is on each. They contradict each other in the same instant, and nobody gets media on a decision that
the other has overruled.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from moderation.grants import grants
from moderation.model import MeetingId, Phase
from server.data import chain
from server.data.journal import SqlJournal
from server.data.tables import journal
from server.doorkeeper import BY_BOTH
from tests.hostile.people import Person
from tests.hostile.premises import Evening, GlassEngine, Premises, evening, glass_engine, started
from tests.peers import Refused
from tests.platform import Platform
from tests.redis import redis_server
from tests.server.data.conftest import fresh_copy
from tools.platform import free_port
from tools.visitor import Visitor

pytestmark = [pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

WAIT = 20.0
Act = tuple[str, dict[str, str]]


@dataclass
class Two:
    """An evening on two platforms, a host on each."""

    tonight: Evening
    other: Platform
    engine: GlassEngine
    jo: Person
    ray: Person

    async def parent(self, name: str, *, at_other: bool) -> Person:
        """A parent who waits, by way of one of the platforms."""
        link = self.tonight.links.pop(0)
        if not at_other:
            return await self.tonight.waiting(name, link)
        one = self.tonight.keep(Person(self.other.origin, self.tonight.meeting, name))
        await one.walks_in(link.replace(self.tonight.premises.origin, self.other.origin))
        await (await one.listen()).sees_itself("waiting")
        return one

    async def contradict(self, jos: Act, rays: Act) -> tuple[dict[str, Any], dict[str, Any]]:
        """Both hosts at once; what each is told."""
        return await asyncio.gather(self.jo.act(jos[0], **jos[1]), self.ray.act(rays[0], **rays[1]))

    async def agree(self, parents: Sequence[Person]) -> None:
        """Both hosts are shown the same, which is what the journal says, and media is where it says."""
        meeting = MeetingId(self.tonight.meeting)
        async with self.tonight.premises.house() as house:
            record = SqlJournal(house.database)
            async with house.database.reading() as connection:
                numbers = select(journal.c.sequence).where(journal.c.stream == meeting)
                found = sorted((await connection.execute(numbers)).scalars())
            stands, head = await record.load(meeting)
            assert found == list(range(1, head + 1))
            assert (await chain.verify(house.database)).breaks == ()
        await self._see_the_same(head)
        assert self.jo.view["phase"] == stands.phase.value
        for parent in parents:
            may = parent.seat in grants(stands)
            assert await _gets_media(parent) is may
        inside = (await self.engine.stats(meeting)).identities
        assert inside <= set(grants(stands))

    async def _see_the_same(self, head: int) -> None:
        """What was sent last may be of an earlier number: a view that differs in nothing else is not sent."""
        views: list[dict[str, Any]] = []
        for _ in range(int(WAIT / 0.2)):
            asked = [await host.wire.ask("view") for host in (self.jo, self.ray)]
            views = [*asked, self.jo.view, self.ray.view]
            alike = all(_shared(view) == _shared(views[0]) for view in views)
            if alike and min(view["seq"] for view in asked) >= head:
                return
            await asyncio.sleep(0.2)
        raise AssertionError(f"the two hosts are shown different things: {views}")


def _shared(view: dict[str, Any]) -> dict[str, Any]:
    """What every host sees alike."""
    parts = ("phase", "locked", "people", "waiting", "out", "paused", "floor", "hands", "chat", "side_room")
    return {name: view.get(name) for name in parts}


async def _gets_media(parent: Person) -> bool:
    """Whether the gate lets this device through at this moment, wherever it knocks."""
    for _ in range(int(WAIT / 0.2)):
        peer = parent.media()
        try:
            await peer.join()
        except Refused as refused:
            if refused.status != HTTPStatus.SERVICE_UNAVAILABLE:
                return False
            await asyncio.sleep(0.2)  # a restriction is being enforced: it says to try again
        else:
            await peer.close()
            return True
    raise AssertionError("the gate never got ready")


@dataclass
class Both:
    """Two running platforms, and the engine that both use."""

    one: Premises
    other: Platform
    engine: GlassEngine


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(migrated_postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Both]:
    folder, url, port = tmp_path_factory.mktemp("two"), await fresh_copy(migrated_postgresql), free_port()
    webhook = f"http://localhost:{port}/livekit/webhook"
    with glass_engine(webhook, folder / "engine.log") as engine:
        async with redis_server() as redis_url:
            settings = {
                "HEARTH_DATABASE_URL": url,
                "HEARTH_REDIS_URL": redis_url,
                "HEARTH_MEDIA": f"ws://127.0.0.1:{engine.port}",
                "HEARTH_MEDIA_KEY": engine.key,
                "HEARTH_MEDIA_SECRET": engine.secret,
            }
            first = Platform(folder / "one", port, settings=settings)
            key = {"HEARTH_KEY": first.environment()["HEARTH_KEY"]}
            second = Platform(folder / "other", settings={**settings, **key})
            try:
                one = await started(first)
                await second.start()
                yield Both(one, second, engine)
            finally:
                await asyncio.gather(first.stop(), second.stop())


@pytest_asyncio.fixture(loop_scope="module")
async def two(both: Both) -> AsyncIterator[Two]:
    async with evening(both.one, links=2) as tonight:
        jo, _ = await tonight.host()
        ray = tonight.keep(Person(both.other.origin, tonight.meeting))
        await ray.signs_in(both.one.staff["colleague"])
        await ray.listen()
        await ray.joins()
        await jo.sees(lambda view: view["attending"] == 2, WAIT)
        yield Two(tonight, both.other, both.engine, jo, ray)


async def test_hosts_on_two_platforms_contradict_each_other_and_one_order_holds(two: Two) -> None:
    sam = await two.parent("Sam", at_other=False)
    kim = await two.parent("Kim", at_other=True)
    for parent in (sam, kim):
        await two.contradict(("admit", {"seat": parent.seat}), ("decline", {"person": parent.person}))
        await two.agree((sam, kim))
        await two.jo.act("restore", person=parent.person)
        await two.ray.act("admit", seat=parent.seat)
        await parent.sees_itself("present")
    muting = {"person": kim.person}
    for jos, rays in (
        (("mute", muting), ("lift", muting)),
        (("lift_all", {}), ("mute_all", {})),
        (("pause", {}), ("resume_feature", {"feature": "sound"})),
        (("resume_feature", {"feature": "picture"}), ("resume_feature", {"feature": "sound"})),
        (("hold_floor", {}), ("start_round", {})),
        (("return_to_waiting", {"person": sam.person}), ("lock", {})),
        (("unlock", {}), ("admit", {"seat": sam.seat})),
    ):
        await two.contradict(jos, rays)
        await two.agree((sam, kim))


async def test_two_hosts_remove_each_others_guest_and_neither_comes_back(two: Two) -> None:
    sam = await two.parent("Sam", at_other=True)
    kim = await two.parent("Kim", at_other=False)
    for parent in (sam, kim):
        await two.jo.must("admit", seat=parent.seat)
        await parent.sees_itself("present")
        await parent.joins()
    unsafe = {"reason": "unsafe"}
    answers = await two.contradict(
        ("remove", {"person": sam.person, **unsafe}), ("remove", {"person": kim.person, **unsafe})
    )
    assert [answer["ok"] for answer in answers] == [True, True]
    for parent in (sam, kim):
        await parent.sees(lambda view: view["you"]["standing"] == "removed", WAIT)
    await two.agree((sam, kim))


async def test_a_session_that_one_host_ends_lets_nobody_in_whom_the_other_admits(two: Two) -> None:
    sam = await two.parent("Sam", at_other=True)
    answers = await two.contradict(("end", {}), ("admit", {"seat": sam.seat}))
    assert answers[0]["ok"]
    assert answers[1] in ({"ok": False, "error": "ended"}, {"ok": True, "seq": answers[1].get("seq")})
    await two.jo.sees(lambda view: view["phase"] == Phase.ENDED.value, WAIT)
    await two.agree((sam,))


async def test_whoever_guesses_at_both_platforms_in_turns_has_the_tries_of_one(both: Both) -> None:
    wrong = {"email": "nobody@valley.example", "password": "a guess", "code": "123456"}
    async with Visitor(both.one.origin) as one, Visitor(both.other.origin) as other:
        answers = []
        for number in range(BY_BOTH.amount + 2):
            guesser = (one, other)[number % 2]
            page = await guesser.open("/staff/sign-in")
            answers.append((await guesser.submit(page, **wrong)).status)
    refused = [HTTPStatus.TOO_MANY_REQUESTS] * 2
    assert answers == [HTTPStatus.UNPROCESSABLE_ENTITY] * BY_BOTH.amount + refused
