"""STUN binding, as the controlled side of ICE-lite needs it (RFC 8489, RFC 8445). Pure."""

import hmac
import ipaddress
import struct
import zlib
from dataclasses import dataclass
from hashlib import sha1

Address = tuple[str, int] | tuple[str, int, str]
"""Host and port; a third part, "tcp", where packets do not come as datagrams."""

COOKIE = 0x2112A442
HEADER = struct.Struct("!HHI12s")
ATTRIBUTE = struct.Struct("!HH")
BINDING_REQUEST = 0x0001
BINDING_SUCCESS = 0x0101
BINDING_ERROR = 0x0111
USERNAME = 0x0006
MESSAGE_INTEGRITY = 0x0008
ERROR_CODE = 0x0009
UNKNOWN_ATTRIBUTES = 0x000A
XOR_MAPPED_ADDRESS = 0x0020
PRIORITY = 0x0024
USE_CANDIDATE = 0x0025
FINGERPRINT = 0x8028
ICE_CONTROLLED = 0x8029
ICE_CONTROLLING = 0x802A
FINGERPRINT_XOR = 0x5354554E
COMPREHENSION_REQUIRED = 0x8000
UNDERSTOOD = frozenset({USERNAME, MESSAGE_INTEGRITY, PRIORITY, USE_CANDIDATE})
MAX_ATTRIBUTES = 32
PEER_REFLEXIVE = (110 << 24) + (65535 << 8) + 255
"""The priority of an address that the other side would learn from our check (RFC 8445, 5.1.2.1)."""


class MalformedStun(ValueError):
    """The datagram is not a well-formed STUN message."""


@dataclass(frozen=True, slots=True)
class BindingRequest:
    """A connectivity check, parsed but not yet believed: call `authentic` before acting on it."""

    transaction: bytes
    local_ufrag: str
    """The half of USERNAME that names the receiver (RFC 8445, 7.2.2)."""
    remote_ufrag: str
    nominated: bool
    controlled: bool
    """The sender believes that it is the controlled side: a role conflict with a lite agent."""
    unknown: tuple[int, ...]
    signed: bytes
    """The bytes covered by MESSAGE-INTEGRITY, with the length already as RFC 8489 14.5 wants it."""
    signature: bytes

    def authentic(self, password: str) -> bool:
        """Whether the sender knows the receiver's ICE password."""
        expected = hmac.digest(password.encode(), self.signed, "sha1")
        return hmac.compare_digest(expected, self.signature)


def parse_binding_request(data: bytes) -> BindingRequest:
    """Read one binding request.

    Raises: MalformedStun for anything else, an unsigned request included.
    """
    attributes = _attributes(data, BINDING_REQUEST)
    transaction = data[8:20]
    found: dict[int, bytes] = {}
    integrity_at = 0
    unknown: list[int] = []
    for offset, kind, value in attributes:
        if integrity_at and kind != FINGERPRINT:
            continue  # RFC 8489 14.5: whatever follows MESSAGE-INTEGRITY is ignored
        if kind == FINGERPRINT:
            _check_fingerprint(data, offset, value)
        elif kind == MESSAGE_INTEGRITY:
            integrity_at = offset
        elif kind < COMPREHENSION_REQUIRED and kind not in UNDERSTOOD:
            unknown.append(kind)
        found.setdefault(kind, value)
    signature = found.get(MESSAGE_INTEGRITY, b"")
    if len(signature) != 20:
        raise MalformedStun("no message integrity")
    local, separator, remote = _text(found.get(USERNAME, b"")).partition(":")
    if not separator or not local:
        raise MalformedStun("no username")
    covered = struct.pack("!H", integrity_at + 24 - HEADER.size)
    return BindingRequest(
        transaction=transaction,
        local_ufrag=local,
        remote_ufrag=remote,
        nominated=USE_CANDIDATE in found,
        controlled=ICE_CONTROLLED in found,
        unknown=tuple(unknown),
        signed=data[:2] + covered + data[4:integrity_at],
        signature=signature,
    )


def binding_success(transaction: bytes, address: Address, password: str) -> bytes:
    """The answer to an authentic check: where the request came from, signed with our password."""
    mapped = _xor_address(address, transaction)
    return _signed(BINDING_SUCCESS, transaction, [(XOR_MAPPED_ADDRESS, mapped)], password)


def binding_error(request: BindingRequest, code: int, password: str) -> bytes:
    """An error response: 420 for attributes we do not understand, 487 for a role conflict."""
    attributes = [(ERROR_CODE, struct.pack("!HBB", 0, code // 100, code % 100))]
    if code == 420:
        attributes.append((UNKNOWN_ATTRIBUTES, struct.pack(f"!{len(request.unknown)}H", *request.unknown)))
    return _signed(BINDING_ERROR, request.transaction, attributes, password)


def binding_request(transaction: bytes, username: str, password: str) -> bytes:
    """A check of our own, signed with the other side's password; `username`: its ufrag, a colon, ours."""
    attributes = [
        (USERNAME, username.encode("ascii")),
        (PRIORITY, struct.pack("!I", PEER_REFLEXIVE)),
        (ICE_CONTROLLED, transaction[:8]),
    ]
    return _signed(BINDING_REQUEST, transaction, attributes, password)


def transaction_of(data: bytes) -> bytes | None:
    """Which request this answers with success, not to be believed yet; None when it is something else."""
    is_success = len(data) >= HEADER.size and data[:2] == BINDING_SUCCESS.to_bytes(2, "big")
    return data[8:20] if is_success else None


def is_signed_success(data: bytes, password: str) -> bool:
    """Whether a success response was signed with this password. Raises: MalformedStun."""
    for offset, kind, value in _attributes(data, BINDING_SUCCESS):
        if kind == MESSAGE_INTEGRITY:
            covered = struct.pack("!H", offset + 24 - HEADER.size)
            expected = hmac.digest(password.encode(), data[:2] + covered + data[4:offset], "sha1")
            return hmac.compare_digest(expected, value)
    return False


def _attributes(data: bytes, wanted: int) -> list[tuple[int, int, bytes]]:
    if len(data) < HEADER.size:
        raise MalformedStun("too short")
    kind, length, cookie, _ = HEADER.unpack_from(data)
    if kind != wanted or cookie != COOKIE:
        raise MalformedStun("not what was to come")
    if length != len(data) - HEADER.size or length % 4:
        raise MalformedStun("wrong length")
    attributes: list[tuple[int, int, bytes]] = []
    position = HEADER.size
    while position < len(data):
        name, size = ATTRIBUTE.unpack_from(data, position)
        start = position + ATTRIBUTE.size
        if start + size > len(data) or len(attributes) == MAX_ATTRIBUTES:
            raise MalformedStun("attributes do not fit")
        attributes.append((position, name, data[start : start + size]))
        position = start + size + (-size % 4)
    return attributes


def _check_fingerprint(data: bytes, offset: int, value: bytes) -> None:
    if len(value) != 4 or offset + 8 != len(data):
        raise MalformedStun("misplaced fingerprint")
    if zlib.crc32(data[:offset]) ^ FINGERPRINT_XOR != int.from_bytes(value, "big"):
        raise MalformedStun("wrong fingerprint")


def _text(value: bytes) -> str:
    try:
        return value.decode("ascii")
    except UnicodeDecodeError:
        raise MalformedStun("username is not ASCII") from None


def _xor_address(address: Address, transaction: bytes) -> bytes:
    host = ipaddress.ip_address(address[0])
    mask = struct.pack("!I", COOKIE) + transaction
    family = 1 if host.version == 4 else 2
    packed = bytes(a ^ b for a, b in zip(host.packed, mask, strict=False))
    return struct.pack("!BBH", 0, family, address[1] ^ (COOKIE >> 16)) + packed


def _signed(kind: int, transaction: bytes, attributes: list[tuple[int, bytes]], password: str) -> bytes:
    body = b"".join(
        ATTRIBUTE.pack(name, len(value)) + value + bytes(-len(value) % 4) for name, value in attributes
    )
    covered = HEADER.pack(kind, len(body) + 24, COOKIE, transaction) + body
    signature = hmac.new(password.encode(), covered, sha1).digest()
    body += ATTRIBUTE.pack(MESSAGE_INTEGRITY, 20) + signature
    whole = HEADER.pack(kind, len(body) + 8, COOKIE, transaction) + body
    checksum = zlib.crc32(whole) ^ FINGERPRINT_XOR
    return whole + ATTRIBUTE.pack(FINGERPRINT, 4) + struct.pack("!I", checksum)
