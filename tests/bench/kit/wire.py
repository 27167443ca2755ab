"""A peer's own socket, taken over from aiortc once it has connected, for packets by the ten thousand."""

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Any, Literal

from aiortc import MediaStreamTrack, RTCPeerConnection, rtcdtlstransport
from aiortc.rtcdtlstransport import RTCDtlsTransport
from pylibsrtp import Session

DRAIN = 128
"""Datagrams taken in one wake-up."""
BUFFER = 16 << 20
SO_RCVBUFFORCE, SO_SNDBUFFORCE = 33, 32
GCM = b"SRTP_AEAD_AES_128_GCM"


def offer_only_gcm() -> None:
    """Let every aiortc connection of this process propose AEAD_AES_128_GCM and nothing else."""
    profiles = rtcdtlstransport.SRTP_PROFILES
    profiles[:] = [profile for profile in profiles if profile.openssl_profile == GCM]


class Unsent(MediaStreamTrack):
    """A track to negotiate with: aiortc itself never gets anything to send from it."""

    def __init__(self, kind: Literal["audio", "video"]) -> None:
        super().__init__()
        self.kind = kind

    async def recv(self) -> Any:
        await asyncio.Event().wait()


def payload_type(connection: RTCPeerConnection, codec: str) -> int:
    """Under which number a connection that has one section sends this codec."""
    codecs = connection.getTransceivers()[0]._codecs
    number = next(one.payloadType for one in codecs if one.mimeType == codec)
    assert number is not None
    return int(number)


class Wire:
    """Reads and writes the socket of a connected transport directly; STUN and DTLS still go to aiortc."""

    def __init__(self, transport: RTCDtlsTransport) -> None:
        pair = transport.transport._connection._nominated[1]
        self._protocol = pair.protocol
        self.remote: tuple[str, int] = pair.remote_addr
        assert transport._ssl is not None, "the transport is connected"
        self.profile: str = transport._ssl.get_selected_srtp_profile().decode()
        self.protect: Callable[[bytes], bytes] = _session(transport._tx_srtp).protect
        self.unprotect: Callable[[bytes], bytes] = _session(transport._rx_srtp).unprotect
        # A descriptor of our own: the event loop guards the one that its transport reads.
        self._theirs: int = self._protocol.transport.get_extra_info("socket").fileno()
        self.socket = socket.socket(fileno=os.dup(self._theirs))
        self.socket.setblocking(False)
        for forced, plain in ((SO_RCVBUFFORCE, socket.SO_RCVBUF), (SO_SNDBUFFORCE, socket.SO_SNDBUF)):
            try:
                self.socket.setsockopt(socket.SOL_SOCKET, forced, BUFFER)
            except PermissionError:
                self.socket.setsockopt(socket.SOL_SOCKET, plain, BUFFER)

    def read(self, take: Callable[[memoryview], None]) -> None:
        """Call `take` with every RTP packet, still encrypted, from now on. It must not keep the view."""
        loop = asyncio.get_running_loop()
        loop._remove_reader(self._theirs)  # type: ignore[attr-defined]
        space = bytearray(2048)
        view = memoryview(space)
        receive, hand_back = self.socket.recvfrom_into, self._protocol.datagram_received

        def readable() -> None:
            for _ in range(DRAIN):
                try:
                    length, origin = receive(space)
                except BlockingIOError:
                    return
                if space[0] >= 128 and not 192 <= space[1] <= 223:
                    take(view[:length])
                else:
                    hand_back(bytes(view[:length]), origin)

        loop.add_reader(self.socket.fileno(), readable)

    def close(self) -> None:
        """Read no more."""
        asyncio.get_running_loop().remove_reader(self.socket.fileno())
        self.socket.close()


def _session(session: Session | None) -> Session:
    assert session is not None, "the transport is connected"
    return session
