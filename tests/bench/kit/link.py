"""One peer connection's transport by hand: a socket, STUN, DTLS and SRTP. What arrives stays encrypted."""

import asyncio
import contextlib
import secrets
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

from aioice import stun
from aiortc.rtcdtlstransport import SRTP_PROFILES, RTCCertificate
from OpenSSL import SSL

from media.dtls import KEYING_LABEL, MAX_RECORD, split_records
from media.packets import is_rtcp
from media.srtp import AEAD_AES_128_GCM as GCM
from media.srtp import Direction, PacketBuffer

SO_TIMESTAMPNS = 35
TIMESPEC = struct.Struct("qq")
CONNECTED_WITHIN = 30.0
ASKED_AGAIN = 0.2
DRAIN = 64
RECEIVED = 4 << 20
"""Bytes that may wait for this process: whoever reads late still reads when the packet came."""

Take = Callable[[bytes, float], None]
"""SSRC and when the kernel had the packet, in seconds since 1970."""


@dataclass(frozen=True)
class Remote:
    """The other end, as its description has it."""

    ufrag: str
    password: str
    address: tuple[str, int]


class Certificate:
    """What every connection of this process shows."""

    def __init__(self) -> None:
        made = RTCCertificate.generateCertificate()
        self.context = made._create_ssl_context(
            [one for one in SRTP_PROFILES if one.openssl_profile == GCM.name]
        )
        self.fingerprint = next(one.value for one in made.getFingerprints() if one.algorithm == "sha-256")


class Link:
    """Connects to an ICE-lite server, then sends RTP and calls `take` for each packet that comes."""

    def __init__(self, certificate: Certificate, take: Take) -> None:
        self._take = take
        self._remote: Remote | None = None
        self._tls = SSL.Connection(certificate.context)
        self._tls.set_connect_state()
        self._tls.set_ciphertext_mtu(1200)
        self._news = asyncio.Event()
        self._connecting: asyncio.Task[None] | None = None
        self._reached = False
        self._sending: Direction | None = None
        self._receiving: Direction | None = None
        self._outbox = PacketBuffer(2048)
        self._inbox = PacketBuffer(2048)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED)

    @property
    def stands(self) -> bool:
        """Whether packets can be sent."""
        return self._sending is not None

    def begin(self, remote: Remote) -> None:
        """Connect. A later description of the same connection changes nothing about it."""
        if self._connecting is None and self._socket.fileno() >= 0:
            self._remote = remote
            self._socket.connect(remote.address)
            self._connecting = asyncio.create_task(self._connect())

    async def _connect(self) -> None:
        """Check the way, then shake hands. Raises: TimeoutError"""
        asyncio.get_running_loop().add_reader(self._socket, self._read)
        async with asyncio.timeout(CONNECTED_WITHIN):
            while not self._reached:
                self.check()
                await self._wait()
            while not self._shake():
                await self._wait()
        material = self._tls.export_keying_material(KEYING_LABEL, GCM.material_length)
        ours, theirs = GCM.keys(material)
        self._receiving = Direction(GCM, theirs, self._inbox, inbound=True)
        self._sending = Direction(GCM, ours, self._outbox, inbound=False)

    def check(self) -> None:
        """Ask whether the other end is there, which tells it that this one is."""
        if self._remote is None:
            return
        asked = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        asked.attributes["USERNAME"] = f"{self._remote.ufrag}:bench"
        asked.attributes["PRIORITY"] = 1
        asked.attributes["ICE-CONTROLLING"] = secrets.randbits(63)
        asked.attributes["USE-CANDIDATE"] = None
        asked.add_message_integrity(self._remote.password.encode())
        self._send(bytes(asked))

    def send(self, packet: bytes) -> None:
        """Send one RTP or RTCP packet, once the connection stands. What libsrtp does not take is not sent."""
        if self._sending is not None:
            self._outbox.bytes[: len(packet)] = packet
            protect = self._sending.protect_rtcp if is_rtcp(packet[1]) else self._sending.protect
            if length := protect(len(packet)):
                self._send(self._outbox.views[length])

    def say(self, message: bytes) -> None:
        """Send what goes inside DTLS, once the connection stands."""
        if self._sending is not None:
            self._tls.send(message)
            self._flush()

    def close(self) -> None:
        """Without a word: the server has other ways to know. Closing again changes nothing."""
        if self._connecting is not None:
            self._connecting.cancel()
        if self._socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        self._sending = self._receiving = None

    def _send(self, datagram: bytes | memoryview) -> None:
        with contextlib.suppress(OSError):  # full, refused or closed: packets get lost
            self._socket.send(datagram)

    async def _wait(self) -> None:
        self._news.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), ASKED_AGAIN)

    def _shake(self) -> bool:
        done = True
        try:
            self._tls.DTLSv1_handle_timeout()
            self._tls.do_handshake()
        except SSL.WantReadError:
            done = False
        self._flush()
        return done

    def heard(self) -> list[bytes]:
        """What has come inside DTLS since the last look."""
        messages: list[bytes] = []
        with contextlib.suppress(SSL.Error):
            while self.stands:
                messages.append(self._tls.recv(MAX_RECORD))
        return messages

    def _flush(self) -> None:
        with contextlib.suppress(SSL.WantReadError):
            for datagram in split_records(self._tls.bio_read(65536)):
                self._send(datagram)

    def _read(self) -> None:
        space = self._inbox.bytes
        for _ in range(DRAIN):
            try:
                length, extra, _, _ = self._socket.recvmsg_into([space], 64)
            except (BlockingIOError, ConnectionRefusedError):
                return
            first = space[0]
            if first >= 128:
                seconds, nanoseconds = TIMESPEC.unpack_from(extra[0][2])
                self._arrived(length, seconds + nanoseconds / 1e9)
            elif first >= 20:
                self._tls.bio_write(bytes(space[:length]))
                self._news.set()
            else:
                self._reached = True
                self._news.set()

    def _arrived(self, length: int, at: float) -> None:
        """An RTP or RTCP packet is in the inbox."""
        if not is_rtcp(self._inbox.bytes[1]):
            self._take(bytes(self._inbox.bytes[8:12]), at)
