"""A browser's transport by hand: STUN by aioice, DTLS by OpenSSL, SRTP by libsrtp; no socket, no clock."""

import struct
from datetime import UTC, datetime, timedelta

from aioice import stun
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from media import dtls
from media.engine import Engine
from media.peer import Credentials, Peer
from media.srtp import PROFILES, Direction, PacketBuffer, Profile
from media.stun import Address


class Wires:
    """What an engine sends, by destination."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, Address]] = []

    def transmit(self, datagram: memoryview | bytes, destination: Address) -> int:
        self.sent.append((bytes(datagram), destination))
        return len(datagram)

    def take(self, destination: Address) -> list[bytes]:
        mine = [datagram for datagram, to in self.sent if to == destination]
        self.sent = [(datagram, to) for datagram, to in self.sent if to != destination]
        return mine


class Browser:
    """One peer connection's far end."""

    def __init__(
        self,
        engine: Engine,
        wires: Wires,
        peer: Peer,
        address: Address,
        profiles: tuple[Profile, ...] = PROFILES,
        *,
        waits: bool = False,
    ) -> None:
        """`waits`: it is the server of DTLS, and leaves the first word to the engine."""
        self.waits = waits
        self.engine, self.wires, self.peer, self.address = engine, wires, peer, address
        peer.remote = Credentials("browser", "a-password-of-the-browser")
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = _certificate(self.key)
        context = SSL.Context(SSL.DTLS_METHOD)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
        context.use_certificate(self.certificate)
        context.use_privatekey(self.key)
        context.set_tlsext_use_srtp(b":".join(profile.name for profile in profiles))
        self.tls = SSL.Connection(context)
        if waits:
            peer.lead()
            self.tls.set_accept_state()
        else:
            self.tls.set_connect_state()
        self.outbox, self.inbox = PacketBuffer(2048), PacketBuffer(2048)
        self.sending: Direction | None = None
        self.receiving: Direction | None = None
        self.profile = b""

    @property
    def fingerprint(self) -> dtls.Fingerprint:
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        return dtls.fingerprint(der, "sha-256")

    def deliver(self, datagram: bytes, now: float, origin: Address | None = None) -> None:
        self.engine.inbox.bytes[: len(datagram)] = datagram
        self.engine.receive(len(datagram), origin or self.address, now)

    def check(
        self, now: float, *, password: str = "", origin: Address | None = None, nominate: bool = True
    ) -> bool:
        """One connectivity check; whether it was answered with success."""
        self.deliver(self.check_request(password=password, nominate=nominate), now, origin)
        replies = [datagram for datagram in self.wires.take(origin or self.address) if datagram[0] < 4]
        return any(stun.parse_message(reply).message_class is stun.Class.RESPONSE for reply in replies)

    def check_request(self, *, password: str = "", nominate: bool = True) -> bytes:
        """One connectivity check, to be sent."""
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        message.attributes["USERNAME"] = f"{self.peer.credentials.ufrag}:browser"
        message.attributes["ICE-CONTROLLING"] = 1
        if nominate:
            message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity((password or self.peer.credentials.password).encode())
        return bytes(message)

    def answer(self, request: bytes, password: str = "") -> bytes:
        """What a browser says to a check of the other side's."""
        message = stun.Message(
            stun.Method.BINDING, stun.Class.RESPONSE, stun.parse_message(request).transaction_id
        )
        message.attributes["XOR-MAPPED-ADDRESS"] = ("127.0.0.1", 7882)
        assert self.peer.remote is not None
        message.add_message_integrity((password or self.peer.remote.password).encode())
        message.add_fingerprint()
        return bytes(message)

    def shake_hands(self, now: float) -> bool:
        """The DTLS handshake, as far as it goes; whether it finished on this side."""
        done = False
        for _ in range(10):
            try:
                self.tls.do_handshake()
                done = True
            except SSL.WantReadError:
                done = False
            except SSL.Error:
                return False
            self._flush(now)
            arrived = [datagram for datagram in self.wires.take(self.address) if 20 <= datagram[0] <= 63]
            for datagram in arrived:
                self.tls.bio_write(datagram)
            if done and not arrived:
                break
        self.profile = self.tls.get_selected_srtp_profile()
        return done

    def take_keys(self) -> None:
        profile = next(profile for profile in PROFILES if profile.name == self.profile)
        material = self.tls.export_keying_material(dtls.KEYING_LABEL, profile.material_length)
        client, server = profile.keys(material)
        ours, theirs = (server, client) if self.waits else (client, server)
        self.sending = Direction(profile, ours, self.outbox, inbound=False)
        self.receiving = Direction(profile, theirs, self.inbox, inbound=True)

    def connect(self, now: float, *, announced: dtls.Fingerprint | None = None) -> None:
        """Everything a browser does until media flows."""
        self.peer.expect((announced or self.fingerprint,))
        assert self.check(now)
        if self.waits:
            self.engine.tick(now)
        assert self.shake_hands(now)
        self.take_keys()

    def protected(self, packet: bytes) -> bytes:
        assert self.sending is not None
        self.outbox.bytes[: len(packet)] = packet
        protect = self.sending.protect_rtcp if 192 <= packet[1] <= 223 else self.sending.protect
        return bytes(self.outbox.views[protect(len(packet))])

    def send(self, packet: bytes, now: float) -> None:
        self.deliver(self.protected(packet), now)

    def received(self) -> list[bytes]:
        """The RTP and RTCP that came since the last call, decrypted."""
        assert self.receiving is not None
        clear = []
        for datagram in self.wires.take(self.address):
            if not 128 <= datagram[0] <= 191:
                continue
            self.inbox.bytes[: len(datagram)] = datagram
            rtcp = 192 <= datagram[1] <= 223
            length = (self.receiving.unprotect_rtcp if rtcp else self.receiving.unprotect)(len(datagram))
            assert length
            clear.append(bytes(self.inbox.views[length]))
        return clear

    def say(self, message: bytes, now: float) -> None:
        """Through DTLS, as SCTP goes."""
        self.tls.send(message)
        self._flush(now)

    def _flush(self, now: float) -> None:
        try:
            flight = self.tls.bio_read(65536)
        except SSL.Error:
            return
        for datagram in dtls.split_records(flight):
            self.deliver(datagram, now)


def ssrc_of(packet: bytes) -> int:
    return int(struct.unpack_from("!I", packet, 8)[0])


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "browser")])
    now = datetime.now(tz=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
