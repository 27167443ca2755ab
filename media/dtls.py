"""One side of a DTLS 1.2 association, without a socket (RFC 6347, RFC 5764, RFC 8827)."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from media.srtp import PROFILES, Profile

MTU = 1200
DTLS_1_2 = 0xFEFD
RECORD_HEADER = 13
MAX_RECORD = 16384 + 2048
VALIDITY = timedelta(days=30)
KEYING_LABEL = b"EXTRACTOR-dtls_srtp"
CIPHERS = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384"
DIGESTS = {"sha-256": hashlib.sha256, "sha-384": hashlib.sha384, "sha-512": hashlib.sha512}
"""The fingerprint algorithms worth believing (RFC 8122, 5 without its broken ones)."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A certificate's digest as `a=fingerprint` states it."""

    algorithm: str
    value: str


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """What the association agreed on, for what comes and for what leaves; keys are with their salt."""

    profile: Profile
    inbound: bytes
    outbound: bytes


class State(Enum):
    """How far the association has come; no SRTP key exists before CONNECTED."""

    HANDSHAKE = "handshake"
    UNVERIFIED = "unverified"
    """Finished, but the description with the other side's fingerprint has not come yet."""
    CONNECTED = "connected"
    CLOSED = "closed"


class Certificate:
    """This process's own certificate, made at start and never stored."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, secrets.token_hex(8))])
        now = datetime.now(tz=UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + VALIDITY)
            .sign(key, hashes.SHA256())
        )
        der = certificate.public_bytes(serialization.Encoding.DER)
        self.fingerprint = fingerprint(der, "sha-256")
        self.context = SSL.Context(SSL.DTLS_METHOD)
        self.context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION)
        self.context.set_min_proto_version(DTLS_1_2)
        self.context.set_max_proto_version(DTLS_1_2)
        self.context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        # Any certificate will do for OpenSSL: the fingerprint in the description is what is checked.
        self.context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        self.context.use_certificate(certificate)
        self.context.use_privatekey(key)
        self.context.set_cipher_list(CIPHERS)
        self.context.set_tlsext_use_srtp(b":".join(profile.name for profile in PROFILES))


def fingerprint(der: bytes, algorithm: str) -> Fingerprint:
    """The digest of a certificate in the notation of RFC 8122. Raises: KeyError for another algorithm."""
    return Fingerprint(algorithm, DIGESTS[algorithm](der).digest().hex(":").upper())


class Association:
    """One handshake and what follows it. Feed datagrams to `receive`; send what `outgoing` returns.

    We are the server, unless told to `lead`.
    """

    def __init__(self, certificate: Certificate) -> None:
        self.state = State.HANDSHAKE
        self.keys: SrtpKeys | None = None
        self._expected: tuple[Fingerprint, ...] = ()
        self._leads = self._begun = False
        self._connection = SSL.Connection(certificate.context)
        self._connection.set_accept_state()
        self._connection.set_ciphertext_mtu(MTU)

    def expect(self, fingerprints: tuple[Fingerprint, ...]) -> None:
        """Say which certificate the other side's description announced; checked when both are there."""
        if not self._expected:
            self._expected = fingerprints
        self._verify()

    def lead(self) -> None:
        """Be the client: the other side waits (RFC 5763, 5). Ignored once the handshake has begun."""
        if not self._begun:
            self._leads = True
            self._connection.set_connect_state()

    def begin(self) -> bool:
        """Say the first word, once there is a way; whether it was ours to say."""
        if not self._leads or self._begun or self.state is State.CLOSED:
            return False
        self._begun = True
        self._shake()
        return True

    @property
    def expected(self) -> tuple[Fingerprint, ...]:
        """The fingerprints announced first; a later description may not change them."""
        return self._expected

    def receive(self, datagram: bytes) -> list[bytes]:
        """Take one datagram; the decrypted application messages in it (SCTP packets).

        A datagram that makes no sense changes nothing; a fatal alert or a wrong certificate closes.
        """
        if self.state is State.CLOSED or not datagram:
            return []
        self._begun = True
        self._connection.bio_write(datagram)
        if self.state is State.HANDSHAKE:
            self._shake()
        return self._read()

    def send(self, message: bytes) -> None:
        """Encrypt one application message; it leaves with the next `outgoing`. Ignored unless connected."""
        if self.state is State.CONNECTED:
            try:
                self._connection.send(message)
            except SSL.Error:
                self.state = State.CLOSED

    def close(self) -> None:
        """Say goodbye (close_notify) and forget the keys."""
        if self.state is not State.CLOSED:
            self.state = State.CLOSED
            self.keys = None
            try:
                self._connection.shutdown()
            except SSL.Error:
                return

    def timeout(self) -> float | None:
        """Seconds until `handle_timeout` is due, while the handshake is waiting for an answer."""
        return self._connection.DTLSv1_get_timeout() if self.state is State.HANDSHAKE else None

    def handle_timeout(self) -> None:
        """Repeat the last flight."""
        try:
            self._connection.DTLSv1_handle_timeout()
        except SSL.Error:
            self.state = State.CLOSED

    def outgoing(self) -> list[bytes]:
        """The datagrams to send now, each of whole records and at most MTU bytes long."""
        try:
            flight = self._connection.bio_read(65536)
        except SSL.Error:
            return []
        return split_records(flight)

    def _shake(self) -> None:
        try:
            self._connection.do_handshake()
        except SSL.WantReadError:
            return
        except SSL.Error:
            self.state = State.CLOSED
            return
        self.state = State.UNVERIFIED
        self._verify()

    def _verify(self) -> None:
        if self.state is not State.UNVERIFIED or not self._expected:
            return
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        name = self._connection.get_selected_srtp_profile()
        profile = next((profile for profile in PROFILES if profile.name == name), None)
        if certificate is None or profile is None or not self._announced(certificate):
            self.close()
            return
        material = self._connection.export_keying_material(KEYING_LABEL, profile.material_length)
        client, server = profile.keys(material)
        inbound, outbound = (server, client) if self._leads else (client, server)
        self.keys = SrtpKeys(profile, inbound, outbound)
        self.state = State.CONNECTED

    def _announced(self, certificate: x509.Certificate) -> bool:
        """Every fingerprint of a known algorithm must fit, and there must be one (RFC 8122, 5)."""
        der = certificate.public_bytes(serialization.Encoding.DER)
        known = [stated for stated in self._expected if stated.algorithm.lower() in DIGESTS]
        return bool(known) and all(
            fingerprint(der, stated.algorithm.lower()).value == stated.value.upper() for stated in known
        )

    def _read(self) -> list[bytes]:
        messages: list[bytes] = []
        while self.state is State.CONNECTED:
            try:
                messages.append(self._connection.recv(MAX_RECORD))
            except SSL.WantReadError:
                break
            except SSL.Error:  # close_notify, a fatal alert
                self.state = State.CLOSED
        return messages


def split_records(flight: bytes) -> list[bytes]:
    """Cut concatenated DTLS records into datagrams of at most MTU bytes (a longer record travels alone)."""
    datagrams: list[bytes] = []
    current = b""
    position = 0
    while position + RECORD_HEADER <= len(flight):
        end = position + RECORD_HEADER + int.from_bytes(flight[position + 11 : position + 13], "big")
        record = flight[position:end]
        if current and len(current) + len(record) > MTU:
            datagrams.append(current)
            current = b""
        current += record
        position = end
    if current:
        datagrams.append(current)
    return datagrams
