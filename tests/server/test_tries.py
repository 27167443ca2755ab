"""Who guesses at two processes has no more tries than at one: Redis counts for both."""

import socket
from dataclasses import replace

from argon2.profiles import CHEAPEST
from limits import RateLimitItemPerMinute
from redis.asyncio import Redis

from server.doorkeeper import BY_BOTH, Browser, Doorkeeper, NotSignedIn
from server.house import House
from server.passwords import Hasher
from server.tries import Tries
from tests.redis import redis_server
from tests.server.conftest import Place

FIVE = RateLimitItemPerMinute(5, 15)


def at(house: House, redis: str) -> House:
    return replace(house, config=house.config.model_copy(update={"redis_url": redis}))


async def test_two_processes_count_together_and_redis_is_told_no_address(house: House) -> None:
    async with redis_server() as url:
        first, second, alone = Tries(at(house, url)), Tries(at(house, url)), Tries(house)
        counted = ("address", "192.0.2.77")
        went = [await tries.one_more(FIVE, *counted) for tries in (first, second) * 5]
        assert went == [True] * 5 + [False] * 5
        assert await alone.one_more(FIVE, *counted)
        assert await second.one_more(FIVE, "address", "192.0.2.78")
        redis = Redis.from_url(url)
        kept = [await redis.dump(key) for key in await redis.keys()]
        assert kept
        assert not [one for one in (*await redis.keys(), *kept) if b"192.0.2" in (one or b"")]
        assert all([await redis.ttl(key) > 0 for key in await redis.keys()])
        await redis.aclose()
        await first.forget(FIVE, *counted)
        assert await second.one_more(FIVE, *counted)
        for tries in (first, second):
            await tries.close()


async def test_somebody_who_guesses_at_two_doors_has_the_tries_of_one(place: Place) -> None:
    async with redis_server() as url:
        house = at(place.house, url)
        tries = [Tries(house), Tries(house)]
        doors = [Doorkeeper(house, Hasher(CHEAPEST), one) for one in tries]
        found = [
            await doors[number % 2].sign_in("nobody@example.org", "x", "1", Browser("192.0.2.1"))
            for number in range(BY_BOTH.amount + 4)
        ]
        assert found.count(NotSignedIn.WRONG) == BY_BOTH.amount
        assert found[-4:] == [NotSignedIn.TOO_MANY] * 4
        for one in tries:
            await one.close()


async def test_while_redis_is_away_each_process_counts_for_itself(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        nowhere = f"redis://127.0.0.1:{taken.getsockname()[1]}/0"
        tries = Tries(at(house, nowhere))
        went = [await tries.one_more(FIVE, "address", "192.0.2.1") for _ in range(7)]
        await tries.forget(FIVE, "address", "192.0.2.1")
        assert went == [True] * 5 + [False] * 2
        assert await tries.one_more(FIVE, "address", "192.0.2.1")
        await tries.close()
