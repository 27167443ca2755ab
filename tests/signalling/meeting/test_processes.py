"""Two platform processes serve one session: what one decides, the other's people are shown."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from redis.asyncio import Redis

from moderation.model import Phase
from signalling.meeting.news import CHANNEL, News
from tests.fakes import FakeClock
from tests.redis import redis_server
from tests.signalling.meeting.gateway.page import Serving, Site, serving
from tests.signalling.meeting.house import JO, KAZ, SAM, TUESDAY, House, eventually

Hear = Callable[[News], None]


@pytest.fixture
async def redis_url() -> AsyncIterator[str]:
    async with redis_server() as url:
        yield url


@pytest.fixture
async def two(redis_url: str) -> AsyncIterator[tuple[Site, Site]]:
    here = House()
    there = House(clock=here.clock, journal=here.journal, media=here.media, seats=here.seats)
    there.presence.process, there.presence.leases = "there", here.presence.leases
    async with serving(here, redis_url) as one, serving(there, redis_url) as other:
        await hear_each_other(one, other)
        yield one, other


async def hear_each_other(one: Site, other: Site) -> None:
    """Redis delivers to those who listen already; wait until both do."""
    heard: list[str] = []
    for site in (one, other):
        news = site.gateway._news
        assert news is not None
        news._hear = listening(news._hear, heard)
    async with asyncio.timeout(20):
        while len(set(heard)) < 2:
            for site, name in ((one, "one"), (other, "other")):
                site.gateway._tell({"news": "test", "from": name})
            await asyncio.sleep(0.02)


def listening(hear: Hear, heard: list[str]) -> Hear:
    def listen(news: News) -> None:
        if news["news"] == "test":
            heard.append(news["from"])
        else:
            hear(news)

    return listen


async def test_a_decision_in_one_process_is_shown_by_the_other(two: tuple[Site, Site]) -> None:
    one, other = two
    await one.house.in_session()
    jo, sam = await one.page(JO), await other.page(SAM)
    await sam.sees("phase", "open")
    await jo.ask(do="mute", person="sam")
    await eventually(lambda: sam.views[-1]["you"]["microphone_held"])
    assert one.house.media.rooms[TUESDAY][SAM.seat].can_subscribe


async def test_a_host_connected_to_one_and_heard_of_by_the_other_attends(two: tuple[Site, Site]) -> None:
    one, other = two
    await one.house.in_session()
    await one.gateway.media_left(TUESDAY, JO.seat, "PA_1")
    sam = await other.page(SAM)
    jo = await one.page(JO)
    await sam.sees("phase", "unattended")
    await other.gateway.media_joined(TUESDAY, JO.seat, "PA_2")
    await sam.sees("phase", "open")
    await jo.leaves()
    await sam.sees("phase", "unattended")


async def test_a_seat_is_taken_over_by_a_page_on_the_other_process(two: tuple[Site, Site]) -> None:
    one, other = two
    await one.house.in_session()
    older = await one.page(SAM)
    newer = await other.page(SAM)
    await older.is_away()
    assert older.gone == ["replaced"]
    await newer.sees("phase", "open")


async def test_what_is_said_in_one_process_is_read_in_the_other_and_by_nobody_else(
    two: tuple[Site, Site],
) -> None:
    one, other = two
    await one.house.in_session()
    jo, sam, kaz = await one.page(JO), await other.page(SAM), await other.page(KAZ)
    await kaz.sees("phase", "open")
    answer = await sam.say("hosts", "Can we talk?")
    await eventually(lambda: bool(jo.said) and bool(sam.said))
    assert [said["text"] for said in jo.said] == ["Can we talk?"]
    await jo.say({"seat": "sam-phone"}, "Of course.")
    await eventually(lambda: len(sam.said) == 2)
    assert sam.said[1]["to"] == "you"
    await jo.call("unsay", {"id": answer["id"]})
    await eventually(lambda: sam.unsaid == [answer["id"]])
    await jo.call("react", {"reaction": "with_you"})
    await eventually(lambda: kaz.reacted == [{"seat": "jo-laptop", "reaction": "with_you"}])
    assert kaz.said == []


async def test_a_quick_exit_heard_by_one_process_ends_the_page_on_the_other(two: tuple[Site, Site]) -> None:
    one, other = two
    await one.house.in_session()
    sam = await other.page(SAM)
    await one.gateway.seat_exited(SAM.seat)
    await sam.is_away()
    assert sam.gone == ["seat_ended"]


async def test_a_revoked_invite_heard_by_one_process_ends_the_page_on_the_other(
    two: tuple[Site, Site],
) -> None:
    one, other = two
    await one.house.in_session()
    sam = await other.page(SAM)
    await one.gateway.person_revoked(SAM.person)
    await sam.is_away()
    assert sam.gone == ["seat_ended"]


async def test_a_process_that_dies_is_noticed_by_the_other(two: tuple[Site, Site]) -> None:
    one, other = two
    await one.house.in_session()
    await one.house.attendance.beat()
    sam = await other.page(SAM)
    await sam.sees("phase", "open")
    other.house.clock.advance(5)
    await other.house.poller.watch()
    assert (await other.house.meeting()).phase is Phase.UNATTENDED
    await sam.sees("phase", "unattended")


async def test_what_is_no_news_is_passed_over(two: tuple[Site, Site], redis_url: str) -> None:
    one, other = two
    redis: Redis = Redis.from_url(redis_url)
    for data in ("7", "[]", '{"from": "x", "news": 7}', '{"from": "x", "news": {"news": "dance"}}', "{"):
        await redis.publish(CHANNEL, data)
    await redis.aclose()
    await one.house.in_session()
    older = await one.page(SAM)
    await other.page(SAM)
    await older.is_away()


async def test_without_redis_answering_a_process_goes_on_alone() -> None:
    async with Serving(House(clock=FakeClock()), "redis://127.0.0.1:9/0") as site:
        await site.house.in_session()
        jo, sam = await site.page(JO), await site.page(SAM)
        assert (await jo.ask(do="mute", person="sam"))["ok"]
        assert (await sam.say("hosts", "Hello"))["ok"]
        await eventually(lambda: bool(jo.said))
        await eventually(lambda: sam.views[-1]["you"]["microphone_held"])
