"""Networks that let little through: TCP, TURN, IPv6, with livekit-client in Chromium on both ends."""

import asyncio
import shutil
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aioice import stun, turn

from signalling.livekit.turn import Turn
from tests.browsers import Chromium, chromium, until
from tests.signalling.livekit.line import ADVERTISED
from tests.signalling.livekit.process import WITHIN, Child, engine
from tests.signalling.livekit.tabs import Place, Someone, place

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]
SECRET = "what-coturn-and-the-engine-share"
INNER = "10.0.0.0-10.255.255.255"
PATIENCE = 60.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[tuple[Place, Chromium]]:
    async with chromium() as browser, place() as where:
        yield where, browser


async def hears(stage: tuple[Place, Chromium], child: Child, **how: Any) -> tuple[Someone, Someone]:
    """Sam speaks, and Jo hears it over a connection like this."""
    where, browser = stage
    sam, jo = await where.someone(browser), await where.someone(browser)
    await sam.enter(child.ws, child.token("sam"), **how)
    await sam.speak()
    await jo.enter(child.ws, child.token("jo"), **how)

    async def heard() -> bool:
        return await jo.sound("sam") > 20

    await until(heard, "jo hears sam", PATIENCE)
    return sam, jo


async def test_where_udp_is_swallowed_media_goes_over_tcp_to_the_same_port(
    stage: tuple[Place, Chromium],
) -> None:
    """The engine advertises an address where nothing answers UDP, and a relay takes TCP.

    Chromium resolves even an address before it opens TCP, and in these tests only 127.0.0.1 resolves.
    """
    async with engine(media_host=ADVERTISED, advertised_host="127.0.0.1") as child:
        port = child.media_port
        server = await asyncio.start_server(lambda r, w: _pass_on(r, w, port), "127.0.0.1", port)
        async with server:
            _, jo = await hears(stage, child)
            ways = await jo.ways()
            assert {(way["protocol"], way["port"]) for way in ways} == {("tcp", port)}
            await jo.call("leave")


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with closing(sink), suppress(OSError):
            while data := await source.read(4096):
                sink.write(data)

    with closing(writer), suppress(OSError):
        inner_reader, inner_writer = await asyncio.open_connection(ADVERTISED, port)
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))


async def test_over_ipv6(stage: tuple[Place, Chromium]) -> None:
    async with engine(media_host="::1") as child:
        _, jo = await hears(stage, child)
        assert {way["address"] for way in await jo.ways()} <= {"::1", None}
        assert (await child.stats())["faults"] == 0


async def test_both_families_have_one_port() -> None:
    async with engine(media_host6="::1") as child:
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with socket.socket(family, socket.SOCK_STREAM) as client:
                client.connect((host, child.media_port))


# --- TURN ---


@asynccontextmanager
async def coturn(folder: Path) -> AsyncIterator[int]:
    """A TURN server on loopback for as long as the block lasts; its port, the same for UDP, TCP and TLS."""
    port = _free()
    await _certificate(folder)
    command = (
        "turnserver", "-n", "--no-cli", "--log-file=stdout",
        "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--allow-loopback-peers",
        f"--listening-port={port}", f"--tls-listening-port={port + 1}", "--realm=hearth",
        "--use-auth-secret", f"--static-auth-secret={SECRET}", "--no-multicast-peers",
        f"--cert={folder}/cert.pem", f"--pkey={folder}/key.pem", f"--pidfile={folder}/pid",
        f"--userdb={folder}/turndb", f"--denied-peer-ip={INNER}",
    )  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, cwd=folder
    )
    try:
        await until(lambda: _open(port), "coturn listens", WITHIN)
        yield port
    finally:
        process.kill()
        await process.wait()


def _free() -> int:
    """A port that is free, and the next as well."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            try:
                other.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


async def _open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def _certificate(folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
        *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"),
        cwd=folder,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0


@pytest.mark.parametrize("protocol", ["udp", "tcp"])
async def test_by_relay_alone_with_credentials_of_the_moment(
    stage: tuple[Place, Chromium], tmp_path: Path, protocol: str
) -> None:
    assert shutil.which("turnserver"), "coturn is installed"
    async with coturn(tmp_path) as port:
        urls = [f"turn:127.0.0.1:{port}?transport={protocol}"]
        async with engine(turn_urls=urls, turn_secret=SECRET) as child:
            sam, jo = await hears(stage, child, rtcConfig={"iceTransportPolicy": "relay"})
            for person in (sam, jo):
                ways = await person.ways()
                assert {(way["near"], way["relay"]) for way in ways} == {("relay", protocol)}


async def test_the_relay_takes_no_stranger_and_leads_to_no_inner_address(tmp_path: Path) -> None:
    """What docs/deploy.md asks coturn to refuse."""
    name = f"{int(time.time()) + 600}:PA_x"
    server = Turn(("turn:127.0.0.1",), SECRET).server("PA_x", time.time())
    async with coturn(tmp_path) as port:
        with pytest.raises(stun.TransactionFailed):
            await turn.create_turn_endpoint(Refusals, ("127.0.0.1", port), name, "guessed")
        transport, refusals = await turn.create_turn_endpoint(
            Refusals, ("127.0.0.1", port), server.username, server.credential
        )
        transport.sendto(b"hello", ("10.1.2.3", 22))
        try:
            problem = await asyncio.wait_for(refusals.first, WITHIN)
            assert isinstance(problem, stun.TransactionFailed)
            assert problem.response.attributes["ERROR-CODE"][0] == 403
        finally:
            transport.close()


class Refusals(asyncio.DatagramProtocol):
    """What the relay would not send."""

    def __init__(self) -> None:
        self.first: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

    def error_received(self, exc: Exception) -> None:
        if not self.first.done():
            self.first.set_result(exc)
