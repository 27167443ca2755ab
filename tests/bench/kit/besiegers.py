"""Those who attack: in a process of their own, told in lines of JSON what to do next and how often."""

import asyncio
import contextlib
import json
import re
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import psutil

from tests.bench.kit.figures import cpu_seconds
from tests.bench.kit.lines import serve
from tests.hostile.wire import PATH

AT_ONCE = 64
ONE = "198.51.100.7"
"""The address of one attacker; the others are from `many`."""
MARKER = "besieger"
"""In everything that is sent, so that it can be looked for where it must not be."""
NONSENSE = (
    "",
    "2",
    "42",
    "42[",
    '420["act",null]',
    '420["act",{"do":"mute"}]',
    "42" + "[" * 3000,
    "9",
    "\x00",
)


def many(number: int) -> str:
    """One of very many addresses."""
    return f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::1"


def from_address(number: int) -> str:
    """Every second try comes from one address, the others from as many as there are tries."""
    return ONE if number % 2 else many(number)


class Besiegers:
    """Each attack tells how often it was answered how."""

    def __init__(self) -> None:
        self._attacks: dict[str, Callable[..., Awaitable[Counter[str]]]] = {
            "sign_ins": self.sign_ins,
            "guesses": self.guesses,
            "sockets": self.sockets,
            "slow_bodies": self.slow_bodies,
            "bad_bodies": self.bad_bodies,
            "bad_requests": self.bad_requests,
            "bad_frames": self.bad_frames,
            "flood": self.flood,
        }
        self.origin = ""

    async def answer(self, asked: dict[str, Any]) -> object:
        """Attack once. Gives the answers by kind, and what it took."""
        self.origin = asked.pop("origin")
        attack = self._attacks[asked.pop("do")]
        begun, spent = time.monotonic(), cpu_seconds(psutil.Process())
        answers = await attack(**asked)
        took, cpu = time.monotonic() - begun, cpu_seconds(psutil.Process()) - spent
        return {"answers": dict(sorted(answers.items())), "seconds": took, "cpu": cpu}

    async def sign_ins(self, count: int, begin: int, emails: list[str]) -> Counter[str]:
        """Passwords for accounts that exist and that do not."""
        async with self._browser() as http:
            async with http.get(f"{self.origin}/staff/sign-in") as page:
                found = re.search(r'name="token" value="([^"]+)"', await page.text())
            token = "" if found is None else found[1]

            async def one(number: int) -> str:
                email = emails[number % len(emails)] if number % 4 else f"{MARKER}-{number}@example.org"
                told = {"email": email, "password": f"{MARKER} {number}", "code": "123456", "token": token}
                return await self._status(http, "POST", "/staff/sign-in", number, data=told)

            return await _all(one, range(begin, begin + count))

    async def guesses(self, count: int, begin: int) -> Counter[str]:
        """Links that nobody was given."""
        async with self._browser() as http:

            async def one(number: int) -> str:
                return await self._status(http, "GET", f"/i/{secrets.token_urlsafe(32)}", number)

            return await _all(one, range(begin, begin + count))

    async def sockets(self, count: int, hold: float, cookie: str = "") -> Counter[str]:
        """Event connections that say nothing, all from one address: kept for as long as they are let."""
        async with self._browser() as http:

            async def one(number: int) -> str:
                headers = {"Origin": self.origin, "X-Forwarded-For": ONE, "Cookie": cookie}
                try:
                    async with http.ws_connect(f"{self.origin}{PATH}", headers=headers) as socket:
                        with contextlib.suppress(TimeoutError):
                            async with asyncio.timeout(hold):
                                async for _ in socket:
                                    pass
                                return "ended"
                        return "kept"
                except aiohttp.WSServerHandshakeError as refused:
                    return str(refused.status)
                except (aiohttp.ClientError, OSError) as error:
                    return type(error).__name__

            return await _all(one, range(count), at_once=count)

    async def slow_bodies(self, count: int, hold: float) -> Counter[str]:
        """A letter of a form each second, from one address."""
        head = (
            f"POST /staff/sign-in HTTP/1.1\r\nHost: {urlsplit(self.origin).netloc}\r\n"
            f"Origin: {self.origin}\r\n"
            f"X-Forwarded-For: {ONE}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            "Content-Length: 4000\r\n\r\n"
        )

        async def one(number: int) -> str:
            try:
                reader, writer = await self._connection()
            except OSError as error:
                return type(error).__name__
            answered = asyncio.ensure_future(reader.readline())
            end = time.monotonic() + hold
            try:
                writer.write(head.encode())
                while time.monotonic() < end and not answered.done():
                    writer.write(b"a")
                    await asyncio.wait({answered}, timeout=1)
                if not answered.done():
                    return "kept"
                return answered.result()[9:12].decode() or "closed"
            except OSError:
                return "closed"
            finally:
                answered.cancel()
                await asyncio.gather(answered, return_exceptions=True)
                writer.close()

        return await _all(one, range(count), at_once=count)

    async def bad_bodies(self, count: int) -> Counter[str]:
        """Too large, no form, no JSON."""
        bodies: tuple[tuple[bytes, str], ...] = (
            (b"a" * 100_000, "application/x-www-form-urlencoded"),
            (b"%ff%00=%", "application/x-www-form-urlencoded"),
            (b"&".join(b"a=%d" % n for n in range(500)), "application/x-www-form-urlencoded"),
            (b"[" * 20_000, "application/json"),
            (secrets.token_bytes(5000), "multipart/form-data; boundary=x"),
            (secrets.token_bytes(5000), "text/plain"),
        )
        async with self._browser() as http:

            async def one(number: int) -> str:
                body, kind = bodies[number % len(bodies)]
                path = ("/staff/sign-in", "/staff/sign-in/passkey", "/name", "/livekit/webhook")[number % 4]
                headers = {"Content-Type": kind}
                return await self._status(http, "POST", path, number, data=body, headers=headers)

            return await _all(one, range(count))

    async def bad_requests(self, count: int) -> Counter[str]:
        """No HTTP, each on a connection of its own. Where a proxy stands in front, it answers these."""
        raw = (
            b"\x16\x03\x01" + secrets.token_bytes(300),
            b"GET / HTTP/9.9\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
            b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        )

        async def one(number: int) -> str:
            return await self._raw(raw[number % len(raw)])

        return await _all(one, range(count))

    async def bad_frames(self, count: int, cookie: str, meeting: str) -> Counter[str]:
        """Somebody who was let in and speaks nonsense, or far too much at once."""
        async with self._browser() as http:

            async def one(number: int) -> str:
                async with self._events(http, cookie, meeting) as socket:
                    if number % 3 == 0:
                        await socket.send_str("42" + json.dumps(["act", {"do": "x" * 200_000}]))
                    elif number % 3 == 1:
                        await socket.send_bytes(secrets.token_bytes(2000))
                    else:
                        for frame in NONSENSE:
                            await socket.send_str(frame)
                    return "said"

            return await _all(one, range(count), at_once=2)

    async def flood(self, seconds: float, cookie: str, meeting: str) -> Counter[str]:
        """Somebody who was let in and asks as fast as they can, again and again."""
        asked = json.dumps(["act", {"do": "raise_hand"}])
        counts: Counter[str] = Counter()
        end = time.monotonic() + seconds
        async with self._browser() as http:
            while time.monotonic() < end:
                try:
                    async with self._events(http, cookie, meeting) as socket:
                        counts["connections"] += 1
                        while time.monotonic() < end and not socket.closed:
                            await socket.send_str(f"42{counts['events']}{asked}")
                            counts["events"] += 1
                            if counts["events"] % 20 == 0:
                                await asyncio.sleep(0)
                except (aiohttp.ClientError, OSError):
                    counts["refused"] += 1
                    await asyncio.sleep(0.05)
        return counts

    # --- How ---

    def _browser(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=0)
        jar = aiohttp.CookieJar(unsafe=True)
        return aiohttp.ClientSession(connector=connector, cookie_jar=jar, headers={"Origin": self.origin})

    async def _status(
        self, http: aiohttp.ClientSession, method: str, path: str, number: int, **more: Any
    ) -> str:
        headers = {"X-Forwarded-For": from_address(number), **more.pop("headers", {})}
        try:
            async with http.request(method, self.origin + path, headers=headers, **more) as answer:
                await answer.read()
                return str(answer.status)
        except (aiohttp.ClientError, OSError) as error:
            return type(error).__name__

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        parts = urlsplit(self.origin)
        return await asyncio.open_connection(parts.hostname, parts.port)

    async def _raw(self, told: bytes) -> str:
        try:
            reader, writer = await self._connection()
            writer.write(told)
            async with asyncio.timeout(10):
                line = await reader.readline()
            writer.close()
            return line[9:12].decode(errors="replace") or "closed"
        except (OSError, TimeoutError) as error:
            return type(error).__name__

    @contextlib.asynccontextmanager
    async def _events(
        self, http: aiohttp.ClientSession, cookie: str, meeting: str
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        headers = {"Cookie": cookie, "X-Forwarded-For": ONE}
        async with http.ws_connect(f"{self.origin}{PATH}", headers=headers) as socket:
            await socket.receive(timeout=10)
            await socket.send_str(f"40{json.dumps({'meeting': meeting})}")
            await socket.receive(timeout=10)
            yield socket


async def _all(
    one: Callable[[int], Awaitable[str]], numbers: Iterable[int], at_once: int = AT_ONCE
) -> Counter[str]:
    counts: Counter[str] = Counter()
    left = iter(numbers)

    async def work() -> None:
        for number in left:
            try:
                counts[await one(number)] += 1
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                counts[type(error).__name__] += 1

    await asyncio.gather(*(work() for _ in range(at_once)))
    return counts


async def main() -> None:
    await serve(Besiegers().answer)


if __name__ == "__main__":
    asyncio.run(main())
