"""A Janus server on loopback, as Debian packages it, and how a client comes into a room of its videoroom.

The messages are those of Janus' own pages: https://janus.conf.meetecho.com/docs/rest.html and videoroom.html.
"""

import asyncio
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import aioice.ice
import psutil
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcdtlstransport import RTCDtlsTransport

from tests.bench.kit.picture import Stream
from tests.bench.kit.wire import Unsent, payload_type
from tests.conformance.engines import LOOPBACK, UNTIL_ITS_INPUT_ENDS, free_port, until_open

NAME = "janus"
ROOM = 1
MOST = 40
"""People who may publish in the room."""
WAIT = 15.0
SETTINGS = {
    "janus.jcfg": """
        general: {{ debug_level = 0, session_timeout = 0 }}
        plugins: {{ disable = "{others}" }}
        transports: {{ disable = "libjanus_http.so,libjanus_pfunix.so" }}
    """,
    "janus.transport.websockets.jcfg": """
        general: {{ ws = true, ws_port = {port}, ws_interface = "lo" }}
    """,
    "janus.plugin.videoroom.jcfg": """
        room-{room}: {{ description = "bench", publishers = {most}, bitrate = 0, videocodec = "vp8" }}
    """,
}
OTHERS = ("audiobridge", "duktape", "echotest", "lua", "nosip", "recordplay", "sip", "streaming", "textroom")
"""Plugins that nobody asks for here."""


def find() -> str | None:
    """The program, where it is on this machine."""
    return shutil.which(NAME)


@asynccontextmanager
async def running() -> AsyncIterator[str]:
    """Janus with one empty room, as the URL of its WebSockets."""
    program = find()
    assert program is not None, "whoever calls has asked for it"
    port = free_port(socket.SOCK_STREAM)
    with tempfile.TemporaryDirectory() as folder:
        others = ",".join(f"libjanus_{name}.so" for name in OTHERS)
        for name, text in SETTINGS.items():
            settings = text.format(others=others, port=port, room=ROOM, most=MOST)
            Path(folder, name).write_text(settings)  # noqa: ASYNC240 - three lines, before anything runs
        process = await asyncio.create_subprocess_exec(
            *("sh", "-c", UNTIL_ITS_INPUT_ENDS, program, f"--configs-folder={folder}"),
            stdin=subprocess.PIPE,
            env={"PATH": os.defpath},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        try:
            await until_open(port)
            yield f"ws://{LOOPBACK}:{port}"
        finally:
            assert process.stdin is not None
            process.stdin.close()
            await process.wait()


def own_address() -> str:
    """An IPv4 address of this machine, because Janus does not offer loopback: what is sent there stays on the
    machine all the same. Raises LookupError."""
    for name, addresses in psutil.net_if_addrs().items():
        for one in addresses:
            if one.family == socket.AF_INET and psutil.net_if_stats()[name].isup and one.address != LOOPBACK:
                return one.address
    raise LookupError("Janus needs an IPv4 address of this machine other than loopback.")


class Refused(Exception):
    """Janus said no, in its own words."""


class AtJanus:
    """A person of the videoroom; `name` is what the room calls them."""

    def __init__(self, http: aiohttp.ClientSession, url: str, name: str) -> None:
        self._http, self._url, self._name = http, url, name
        self._numbers = itertools.count(1)
        self._connections: list[RTCPeerConnection] = []
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._session = 0
        self._own = 0
        """Its own feed, where it has one."""

    async def come(self) -> None:
        """Open a session. Raises Refused, LookupError."""
        address = own_address()
        aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [address]
        self._socket = await self._http.ws_connect(self._url, protocols=("janus-protocol",))
        self._session = (await self._ask(janus="create"))["data"]["id"]

    async def publish(self) -> tuple[RTCDtlsTransport, Stream]:
        """Announce a picture, and connect. Raises Refused."""
        handle = await self._attach()
        joining = {"request": "join", "ptype": "publisher", "room": ROOM, "display": self._name}
        self._own = _told(await self._message(handle, joining))["id"]
        connection = self._connection()
        sender = connection.addTrack(Unsent("video"))
        await connection.setLocalDescription(await connection.createOffer())
        answered = await self._message(handle, {"request": "publish"}, connection.localDescription)
        await connection.setRemoteDescription(RTCSessionDescription(answered["jsep"]["sdp"], "answer"))
        transport = await _connected(connection)
        return transport, Stream(sender._ssrc, payload_type(connection, "video/VP8"))

    async def receive(self, pictures: int) -> RTCDtlsTransport:
        """Subscribe to so many others, all over one connection. Raises Refused, TimeoutError."""
        handle = await self._attach()
        feeds = await self._feeds(handle, pictures)
        joining = {"request": "join", "ptype": "subscriber", "room": ROOM}
        offered = await self._message(handle, {**joining, "streams": [{"feed": feed} for feed in feeds]})
        connection = self._connection()
        await connection.setRemoteDescription(RTCSessionDescription(offered["jsep"]["sdp"], "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        await self._message(handle, {"request": "start"}, connection.localDescription)
        return await _connected(connection)

    async def close(self) -> None:
        """End everything on this side."""
        for connection in self._connections:
            await connection.close()
        if self._socket is not None:
            await self._socket.close()

    def _connection(self) -> RTCPeerConnection:
        self._connections.append(connection := RTCPeerConnection(RTCConfiguration(iceServers=[])))
        return connection

    async def _feeds(self, handle: int, pictures: int) -> list[int]:
        """Whoever else sends, once there are so many."""
        async with asyncio.timeout(WAIT):
            while True:
                told = _told(await self._message(handle, {"request": "listparticipants", "room": ROOM}))
                feeds = [one["id"] for one in told["participants"] if one["publisher"]]
                others = [feed for feed in feeds if feed != self._own]
                if len(others) >= pictures:
                    return others
                await asyncio.sleep(0.1)

    async def _attach(self) -> int:
        attached = await self._ask(janus="attach", session_id=self._session, plugin="janus.plugin.videoroom")
        return int(attached["data"]["id"])

    async def _message(
        self, handle: int, body: dict[str, Any], jsep: RTCSessionDescription | None = None
    ) -> dict[str, Any]:
        described = {} if jsep is None else {"jsep": {"type": jsep.type, "sdp": jsep.sdp}}
        said = await self._ask(
            janus="message", session_id=self._session, handle_id=handle, body=body, **described
        )
        if "error" in _told(said):
            raise Refused(_told(said)["error"])
        return said

    async def _ask(self, **request: object) -> dict[str, Any]:
        """One request and what it leads to: an "ack" only says that this comes later."""
        assert self._socket is not None
        transaction = str(next(self._numbers))
        await self._socket.send_json({**request, "transaction": transaction})
        async with asyncio.timeout(WAIT):
            while True:
                said: dict[str, Any] = await self._socket.receive_json()
                if said.get("transaction") != transaction or said["janus"] == "ack":
                    continue
                if said["janus"] == "error":
                    raise Refused(said["error"]["reason"])
                return said


def _told(said: dict[str, Any]) -> dict[str, Any]:
    """What the plugin itself says."""
    told: dict[str, Any] = said["plugindata"]["data"]
    return told


async def _connected(connection: RTCPeerConnection) -> RTCDtlsTransport:
    """The one transport of a bundled connection, once it stands. Raises TimeoutError."""
    async with asyncio.timeout(WAIT):
        while connection.connectionState != "connected":  # noqa: ASYNC110 - asked four times in a handshake
            await asyncio.sleep(0.05)
    return connection.getTransceivers()[0].receiver.transport
