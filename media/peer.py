"""One browser's connection: ICE-lite, DTLS and SRTP, without a socket or a clock.

`receive_*` take a datagram; what they cause to be sent goes to `transmit`, a socket's `sendto` or a list.
An address counts only after a connectivity check that was signed with our password.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from struct import Struct

from media import rtcp, sctp, stun
from media.arrivals import Arrivals
from media.downlink import Line, Pacer
from media.dtls import Association, Certificate, Fingerprint, State
from media.packets import is_rtcp
from media.route import ELEMENT_AT, Route
from media.srtp import TRAILER, Direction, PacketBuffer
from media.stun import Address
from media.track import Track

MAX_ADDRESSES = 16
MAX_SSRCS = 64
"""How many SSRCs libsrtp may remember for one peer: each costs it memory."""
MAX_DATAGRAM = 1500
SILENCE = 1.5
"""Seconds without any authentic packet, while ours go unanswered, after which there is an outage."""
CONSENT = 30.0
"""Seconds without an authentic check after which the other side is gone (RFC 7675, 5.1)."""
Transmit = Callable[[memoryview | bytes, Address], object]


class Ending(Enum):
    """Why a peer is of no more use."""

    CLOSED = "closed"
    CONSENT_LOST = "consent lost"


@dataclass(frozen=True, slots=True)
class Credentials:
    """ICE user fragment and password (RFC 8445, 5.3)."""

    ufrag: str
    password: str


def new_credentials() -> Credentials:
    """Fresh ones, with 48 and 144 bits of randomness."""
    return Credentials(secrets.token_hex(6), secrets.token_hex(18))


NUMBER = Struct("!BH")


class Peer:
    """The packets of one peer connection, in either direction."""

    def __init__(
        self, certificate: Certificate, inbox: PacketBuffer, outbox: PacketBuffer, transmit: Transmit
    ) -> None:
        self.credentials = new_credentials()
        self.remote: Credentials | None = None
        """The other side's, as its last description has them."""
        self.former: Credentials | None = None
        """Still good until the first nomination with the new ones (an ICE restart)."""
        self._checked = False
        """Whether a check with the current credentials has come."""
        self.address: Address | None = None
        self.addresses: dict[Address, float] = {}
        """Every address an authentic check came from, and when last."""
        self._ways: dict[Address, Transmit] = {}
        """How packets go to each of them."""
        self.heard_at = 0.0
        """When the last authentic check came: consent depends on nothing else."""
        self._told_at = 0.0
        """When the last packet inside DTLS or authentic RTCP came."""
        self.ended: Ending | None = None
        self.arrivals = Arrivals()
        self.line = Line()
        self.numbering = 0
        """What stands before transport-wide numbers (`Numbers.element`); 0: the other side wants none."""
        self.hushed = False
        """Whether no pictures are sent because of an outage."""
        self.routes: dict[int, tuple[Track, Route]] = {}
        """What this peer receives, by our SSRC."""
        self.feedback_ssrc = secrets.randbits(32) or 1
        self.unsent = self.forged = self.malformed = 0
        self.downlink = 0
        """The other side's own estimate of what reaches it, in bits a second (REMB); 0 before it says."""
        self._inbox, self._outbox = inbox, outbox
        self._transmit = transmit
        self._pacer = Pacer()
        self._dtls = Association(certificate)
        self._sctp = sctp.Association(secrets.token_bytes(40))
        self._heard: dict[int, None] = {}
        """Every SSRC that authentic packets came under, oldest first."""
        self._inbound: Direction | None = None
        self._outbound: Direction | None = None

    @property
    def connected(self) -> bool:
        """Whether SRTP flows: DTLS finished and the certificate was the announced one."""
        return self._outbound is not None and self.ended is None

    @property
    def last_sign(self) -> float:
        """When the last authentic packet of any kind came, in the time of `receive`; 0.0 before the first."""
        packets = (source.last_seen for source in self.arrivals.sources.values())
        return max(self.heard_at, self._told_at, *packets)

    def is_out(self, now: float) -> bool:
        """Whether an outage has begun: what leaves comes to nothing."""
        return (
            not self.hushed
            and self.numbering > 0
            and self.line.unanswered(now) > SILENCE
            and now - self.last_sign > SILENCE
        )

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """What the first description announced."""
        return self._dtls.expected

    def expect(self, fingerprints: tuple[Fingerprint, ...]) -> None:
        """The other side's description has come; may finish a handshake that was waiting for it."""
        self._dtls.expect(fingerprints)
        self._take_keys()
        self._flush_dtls(self.address)
        if self._dtls.state is State.CLOSED:  # it was another certificate
            self.ended = self.ended or Ending.CLOSED

    def lead(self) -> None:
        """The other side leaves the first word of DTLS to us; said with the next `tick` that has a way."""
        self._dtls.lead()

    def restart(self) -> Credentials:
        """An ICE restart: new credentials, the old ones live until the new are used."""
        if self._checked:
            self.former = self.credentials
        self.former = self.former or self.credentials
        self.credentials = new_credentials()
        self._checked = False
        return self.credentials

    def receive_check(
        self, request: stun.BindingRequest, origin: Address, now: float, transmit: Transmit
    ) -> bytes | None:
        """Answer a connectivity check; None for one that is not authentic."""
        credentials = next(
            (
                known
                for known in (self.credentials, self.former)
                if known and known.ufrag == request.local_ufrag and request.authentic(known.password)
            ),
            None,
        )
        if credentials is None or self.ended:
            self.forged += 1
            return None
        if request.unknown:
            return stun.binding_error(request, 420, credentials.password)
        if request.controlled:
            return stun.binding_error(request, 487, credentials.password)
        self._note_address(origin, now, transmit)
        self._checked = self._checked or credentials is self.credentials
        if request.nominated:
            self._use(origin)
            if credentials is self.credentials:
                self.former = None
        return stun.binding_success(request.transaction, origin, credentials.password)

    def _note_address(self, origin: Address, now: float, transmit: Transmit) -> None:
        self.heard_at = now
        self.addresses[origin] = now
        self._ways[origin] = transmit
        if self.address is None:
            self._use(origin)

    def _use(self, address: Address) -> None:
        """Send everything there from now on."""
        self.address = address
        self._transmit = self._ways[address]

    def adopt(self, address: Address, now: float, transmit: Transmit) -> None:
        """It has answered there, signed with its own password."""
        self._note_address(address, now, transmit)
        self._use(address)

    def opens(self, datagram: bytes) -> bool:
        """Whether a packet of no known address is an authentic one of this peer, and not seen before."""
        inbound = self._inbound
        is_report = is_rtcp(datagram[1])
        ssrc = int.from_bytes(datagram[4:8] if is_report else datagram[8:12], "big")
        if inbound is None or ssrc not in self._heard:
            return False
        self._inbox.bytes[: len(datagram)] = datagram
        return bool((inbound.unprotect_rtcp if is_report else inbound.unprotect)(len(datagram)))

    def surplus_address(self) -> Address | None:
        """Forget and return the address silent for longest, if there are more than MAX_ADDRESSES."""
        if len(self.addresses) <= MAX_ADDRESSES:
            return None
        oldest = min(
            (known for known in self.addresses if known != self.address), key=self.addresses.__getitem__
        )
        del self.addresses[oldest], self._ways[oldest]
        return oldest

    def forget_address(self, origin: Address) -> None:
        """Another peer has shown this address to be its own."""
        self.addresses.pop(origin, None)
        self._ways.pop(origin, None)
        if self.address == origin:
            self.address = None
            if self.addresses:
                self._use(max(self.addresses, key=self.addresses.__getitem__))

    def receive_dtls(self, datagram: bytes, origin: Address, now: float) -> None:
        """Take a DTLS datagram from an address this peer has shown to be its own."""
        for message in self._dtls.receive(datagram):
            self._told_at = now
            self._sctp.receive(message, now)
        self._take_keys()
        self._flush_data()
        self._flush_dtls(origin)
        if self._dtls.state is State.CLOSED and self.ended is None:
            self.ended = Ending.CLOSED

    def receive_rtp(self, length: int) -> bytes | None:
        """Decrypt the RTP packet in the inbox; None for a forgery or before there are keys."""
        inbound = self._inbound
        if inbound is None:
            return None
        clear = inbound.unprotect(length)
        if not clear:
            self.forged += 1
            return None
        ssrc = int.from_bytes(self._inbox.bytes[8:12], "big")
        if ssrc not in self._heard:
            self._remember(ssrc, inbound)
        return bytes(self._inbox.views[clear])

    def receive_rtcp(self, length: int, now: float) -> list[rtcp.Report]:
        """Decrypt and read the RTCP packet in the inbox; nothing for a forgery or nonsense."""
        if self._inbound is None:
            return []
        clear = self._inbound.unprotect_rtcp(length)
        if not clear:
            self.forged += 1
            return []
        self._told_at = now
        ssrc = int.from_bytes(self._inbox.bytes[4:8], "big")
        if ssrc not in self._heard:
            self._remember(ssrc, self._inbound)
        try:
            return rtcp.parse(bytes(self._inbox.views[clear]))
        except rtcp.MalformedRtcp:
            self.malformed += 1
            return []

    def _remember(self, ssrc: int, inbound: Direction) -> None:
        self._heard[ssrc] = None
        if len(self._heard) > MAX_SSRCS:
            oldest = next(
                known for known in self._heard if known not in self.arrivals.sources and known != ssrc
            )
            del self._heard[oldest]
            inbound.forget(oldest)

    def send_sound(self, length: int, now: float) -> None:
        """Protect and send the packet in the outbox; a full socket drops it. This is a route's `send`."""
        outbound, address = self._outbound, self.address
        if outbound is None or address is None:
            self.unsent += 1
            return
        protected = outbound.protect(length)
        if not protected:
            self.unsent += 1
            return
        try:
            self._transmit(self._outbox.views[protected], address)
        except OSError:
            self.unsent += 1

    def send_picture(self, length: int, now: float) -> None:
        """As `send_sound`, numbered for whoever tells us of arrivals, and paced on a narrow line."""
        element, buffer = self.numbering, self._outbox
        if not element or buffer.bytes[ELEMENT_AT] != element:
            self.send_sound(length, now)
            return
        outbound, address, line = self._outbound, self.address, self.line
        if outbound is None or address is None:
            self.unsent += 1
            return
        line.number = number = line.number + 1 & 0xFFFF
        NUMBER.pack_into(buffer.bytes, ELEMENT_AT, element, number)
        protected = outbound.protect(length)
        if not protected:
            self.unsent += 1
        elif self._pacer.admit(protected, line.pace, now):
            line.sent(number, protected, now)
            try:
                self._transmit(buffer.views[protected], address)
            except OSError:
                self.unsent += 1
        else:
            self._pacer.hold(bytes(buffer.views[protected]), number)

    def send_padding(self, length: int, now: float) -> None:
        """As `send_picture`, at once: it is to find out how much the line carries."""
        if self.numbering:
            self.line.padded(length)
            self._leave(self._outbox.views[self._numbered(length)], self.line.number, now)

    def _numbered(self, length: int) -> int:
        if self._outbound is None or self.address is None:
            return 0
        line = self.line
        line.number = line.number + 1 & 0xFFFF
        NUMBER.pack_into(self._outbox.bytes, ELEMENT_AT, self.numbering, line.number)
        return self._outbound.protect(length)

    def _leave(self, packet: memoryview | bytes, number: int, now: float) -> None:
        if self.address is None or not packet:
            self.unsent += 1
            return
        self.line.sent(number, len(packet), now)
        try:
            self._transmit(packet, self.address)
        except OSError:
            self.unsent += 1

    def pace(self, now: float) -> None:
        """Send what was held back and may leave now."""
        for packet, number in self._pacer.due(self.line.pace, now):
            self._leave(packet, number, now)

    @property
    def backlog(self) -> float:
        """Seconds until what is held back now has left."""
        return self._pacer.backlog(self.line.pace)

    def holds(self, ssrc: int, timestamp: int) -> bool:
        """Whether some of this picture, by its RTP timestamp, is held back."""
        return self._pacer.holds(ssrc, timestamp)

    def discard(self, ssrc: int) -> None:
        """Nothing that was held back under this SSRC leaves any more."""
        self._pacer.discard(ssrc)

    @property
    def pacing(self) -> bool:
        """Whether `pace` has something to do before the next tick."""
        return self._pacer.waiting or self.line.probing

    def send_rtcp(self, compound: bytes) -> None:
        """Protect and send RTCP."""
        outbound, address = self._outbound, self.address
        if outbound is None or address is None or len(compound) > MAX_DATAGRAM - TRAILER:
            return
        self._outbox.bytes[: len(compound)] = compound
        protected = outbound.protect_rtcp(len(compound))
        try:
            if protected:
                self._transmit(self._outbox.views[protected], address)
        except OSError:
            self.unsent += 1

    def retire(self, ssrc: int) -> None:
        """Nothing will be sent under this SSRC again."""
        if self._outbound is not None:
            self._outbound.forget(ssrc)

    def tick(self, now: float) -> None:
        """DTLS and SCTP repeat themselves, consent runs out. Call it about 20 times a second."""
        if self.ended:
            return
        if self.address is not None and self._dtls.begin():
            self._flush_dtls(self.address)
        remaining = self._dtls.timeout()
        if remaining is not None and remaining <= 0:
            self._dtls.handle_timeout()
            self._flush_dtls(self.address)
        if self.connected:
            self._sctp.tick(now)
            self._flush_data()
            self._flush_dtls(self.address)
        if self.heard_at and now - self.heard_at > CONSENT:
            self.ended = Ending.CONSENT_LOST

    def close(self) -> None:
        """End at once: the keys are gone before this returns, and nothing more is sent or believed."""
        self._inbound = self._outbound = None
        self._pacer.clear()
        self._dtls.close()
        self._flush_dtls(self.address)
        self.ended = self.ended or Ending.CLOSED
        self.arrivals.sections = {}

    def _take_keys(self) -> None:
        keys = self._dtls.keys
        if keys is not None and self._outbound is None:
            self._inbound = Direction(keys.profile, keys.inbound, self._inbox, inbound=True)
            self._outbound = Direction(keys.profile, keys.outbound, self._outbox, inbound=False)

    def _flush_data(self) -> None:
        for packet in self._sctp.outgoing():
            self._dtls.send(packet)

    def _flush_dtls(self, destination: Address | None) -> None:
        for datagram in self._dtls.outgoing():
            if destination is None:
                continue
            try:
                self._ways.get(destination, self._transmit)(datagram, destination)
            except OSError:
                self.unsent += 1
