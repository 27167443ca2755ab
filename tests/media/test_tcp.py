"""Packets over TCP: framing, and what a hostile client gets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aioice import stun

from media import tcp
from media.peer import Peer
from media.udp import MediaPort
from tests.browsers import until

WITHIN = 10.0


@asynccontextmanager
async def listening() -> AsyncIterator[MediaPort]:
    port = MediaPort(["127.0.0.1"], 0, streams=True)
    await port.start()
    try:
        yield port
    finally:
        port.close()


@asynccontextmanager
async def connected(port: MediaPort) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def framed(packet: bytes) -> bytes:
    return len(packet).to_bytes(2, "big") + packet


def check(peer: Peer) -> bytes:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{peer.credentials.ufrag}:browser"
    message.attributes["ICE-CONTROLLING"] = 1
    message.add_message_integrity(peer.credentials.password.encode())
    return bytes(message)


async def read(reader: asyncio.StreamReader) -> bytes:
    size = await asyncio.wait_for(reader.readexactly(2), WITHIN)
    return await asyncio.wait_for(reader.readexactly(int.from_bytes(size, "big")), WITHIN)


async def test_a_check_is_answered_however_it_is_cut() -> None:
    async with listening() as port:
        peer = port.engine.open()
        async with connected(port) as (reader, writer):
            for byte in framed(check(peer)):
                writer.write(bytes([byte]))
                await writer.drain()
            answer = stun.parse_message(await read(reader))
            assert answer.message_class is stun.Class.RESPONSE
            writer.write(framed(check(peer)) * 2)
            await read(reader)
            await read(reader)
            assert peer.address is not None
            assert peer.address[2:] == ("tcp",)

        async def forgotten() -> bool:
            return peer.address is None

        await until(forgotten, "the closed connection is no address any more", WITHIN)


async def test_who_proves_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "PROVE_WITHIN", 0.5)
    async with (
        listening() as port,
        connected(port) as (good, welcome),
        connected(port) as (silent, _),
        connected(port) as (forging, writer),
    ):
        peer = port.engine.open()
        welcome.write(framed(check(peer)))
        await read(good)
        writer.write(framed(b"\x80" + bytes(200)))
        for reader in (silent, forging):
            assert await asyncio.wait_for(_gone(reader), WITHIN)
        welcome.write(framed(check(peer)))
        assert await read(good)


async def test_a_frame_that_no_packet_has_ends_the_connection() -> None:
    async with listening() as port, connected(port) as (reader, writer):
        writer.write(b"\xff\xff" + bytes(1000))
        assert await asyncio.wait_for(_gone(reader), WITHIN)


async def test_there_is_an_end_to_how_many_may_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "MAX_CONNECTIONS", 1)
    async with listening() as port, connected(port) as (good, welcome):
        peer = port.engine.open()
        welcome.write(framed(check(peer)))
        await read(good)
        async with connected(port) as (surplus, _):
            assert await asyncio.wait_for(_gone(surplus), WITHIN)


async def test_who_does_not_read_loses_packets_and_holds_nobody_up() -> None:
    async with listening() as port, connected(port) as (reader, writer):
        peer = port.engine.open()
        writer.write(framed(check(peer)))
        await read(reader)
        address = peer.address
        assert address is not None
        send = peer._ways[address]
        refused = 0
        for _ in range(20_000):
            try:
                send(bytes(1200), address)
            except BlockingIOError:
                refused += 1
        assert refused > 10_000


async def _gone(reader: asyncio.StreamReader) -> bool:
    try:
        return not await reader.read(1)
    except ConnectionError:
        return True
