"""SRTP and SRTCP in place (RFC 3711, RFC 7714): libsrtp called on one pinned buffer, nothing copied."""

from dataclasses import dataclass
from typing import Any

from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]

TRAILER = 32
"""What protecting adds at most with the profiles below: a tag of 16 bytes and an SRTCP index of 4."""
_PROTECT = lib.srtp_protect
REPLAY_WINDOW = 1024
"""Packets. How late a packet may come and still be believed new."""


class SrtpError(Exception):
    """libsrtp refused keys or ran out of memory; `status` is its error number."""

    def __init__(self, status: int) -> None:
        super().__init__(f"libsrtp status {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Profile:
    """One DTLS-SRTP protection profile (RFC 5764, 4.1.2; RFC 7714, 14.2)."""

    name: bytes
    """As OpenSSL spells it."""
    number: int
    """As libsrtp numbers it."""
    key_length: int
    salt_length: int

    @property
    def material_length(self) -> int:
        """How many bytes to export from DTLS for both directions."""
        return 2 * (self.key_length + self.salt_length)

    def keys(self, material: bytes) -> tuple[bytes, bytes]:
        """The client's and the server's write key with salt (RFC 5764, 4.2)."""
        key, salt = self.key_length, self.salt_length
        client = material[:key] + material[2 * key : 2 * key + salt]
        server = material[key : 2 * key] + material[2 * key + salt :]
        return client, server


AEAD_AES_128_GCM = Profile(b"SRTP_AEAD_AES_128_GCM", lib.srtp_profile_aead_aes_128_gcm, 16, 12)
AES_CM_128_HMAC_SHA1_80 = Profile(b"SRTP_AES128_CM_SHA1_80", lib.srtp_profile_aes128_cm_sha1_80, 16, 14)
PROFILES = (AEAD_AES_128_GCM, AES_CM_128_HMAC_SHA1_80)
"""In order of preference."""


class PacketBuffer:
    """A fixed piece of memory in which packets are received, rewritten, protected and sent."""

    __slots__ = ("bytes", "cdata", "length", "views")

    def __init__(self, capacity: int) -> None:
        self.bytes = bytearray(capacity)
        self.cdata = ffi.from_buffer(self.bytes)
        self.length = ffi.new("int *")
        whole = memoryview(self.bytes)
        self.views = [whole[:end] for end in range(capacity + 1)]
        """`views[n]` is the first n bytes, made once so that sending makes nothing."""


class Direction:
    """One direction of one peer's SRTP: its keys, rollover counters and replay windows.

    A packet that leaves less than TRAILER bytes of the buffer free is refused.
    """

    __slots__ = ("_cdata", "_handle", "_key", "_length", "_limit", "_policy", "session")

    def __init__(self, profile: Profile, key: bytes, buffer: PacketBuffer, *, inbound: bool) -> None:
        self._cdata, self._length = buffer.cdata, buffer.length
        self._limit = len(buffer.bytes) - TRAILER
        self._key = ffi.new("unsigned char[]", key)
        self._policy = policy = ffi.new("srtp_policy_t *")
        _require(
            lib.srtp_crypto_policy_set_from_profile_for_rtp(ffi.addressof(policy, "rtp"), profile.number)
        )
        _require(
            lib.srtp_crypto_policy_set_from_profile_for_rtcp(ffi.addressof(policy, "rtcp"), profile.number)
        )
        policy.key = self._key
        policy.ssrc.type = lib.ssrc_any_inbound if inbound else lib.ssrc_any_outbound
        policy.window_size = REPLAY_WINDOW
        policy.allow_repeat_tx = 1  # a retransmission is the same packet, byte for byte
        handle = ffi.new("srtp_t *")
        _require(lib.srtp_create(handle, policy))
        self.session: Any = ffi.gc(handle, _free)
        self._handle = handle[0]

    def protect(self, length: int) -> int:
        """Protect the RTP packet at the start of the buffer; its new length, or 0 when libsrtp refuses."""
        if length > self._limit:  # as `_apply`: a call less for each packet and subscriber
            return 0
        size = self._length
        size[0] = length
        if _PROTECT(self._handle, self._cdata, size):
            return 0
        protected: int = size[0]
        return protected

    def protect_rtcp(self, length: int) -> int:
        """As `protect`, for a compound RTCP packet."""
        return self._apply(lib.srtp_protect_rtcp, length)

    def unprotect(self, length: int) -> int:
        """Check and decrypt the RTP packet at the start of the buffer; its new length, or 0 for a forgery."""
        return self._apply(lib.srtp_unprotect, length)

    def unprotect_rtcp(self, length: int) -> int:
        """As `unprotect`, for a compound RTCP packet."""
        return self._apply(lib.srtp_unprotect_rtcp, length)

    def forget(self, ssrc: int) -> None:
        """Give back the memory of a stream that will never be heard of again."""
        lib.srtp_remove_stream(self._handle, int.from_bytes(ssrc.to_bytes(4, "big"), "little"))

    def _apply(self, function: Any, length: int) -> int:
        if length > self._limit:  # libsrtp would write its trailer behind the end of the buffer
            return 0
        size = self._length
        size[0] = length
        if function(self._handle, self._cdata, size):
            return 0
        return int(size[0])


def _free(owned: Any, deallocate: Any = lib.srtp_dealloc) -> None:
    deallocate(owned[0])  # bound as a default: at the interpreter's end modules go before their objects


def _require(status: int) -> None:
    if status != lib.srtp_err_status_ok:
        raise SrtpError(status)


lib.srtp_init()
