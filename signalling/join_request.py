"""What a client of LiveKit's v1 dialect says of itself in the address it opens: a JoinRequest. Pure.

It stands in the query parameter `join_request`, in base64 with the alphabet for addresses (RFC 4648, section
5), as a protobuf around another that may be compressed with gzip (RFC 1952).
"""

import base64
import binascii
import gzip
import zlib

from google.protobuf.message import DecodeError
from livekit.protocol.rtc import JoinRequest, WrappedJoinRequest

PARAMETER = "join_request"
LONGEST = 8 * 1024
"""Characters: about what fits into the first line of a request."""
LARGEST = 64 * 1024
"""Bytes, once it is unpacked: the offer in it is a description of a few sections."""
GZIP = 31
"""For zlib: with gzip's header, and the largest window."""


class MalformedJoinRequest(ValueError):
    """It cannot be understood, or is too large."""


def read(text: str) -> JoinRequest:
    """What it says. Raises: MalformedJoinRequest."""
    if not 0 < len(text) <= LONGEST:
        raise MalformedJoinRequest("missing, or too long")
    try:
        wrapped = WrappedJoinRequest.FromString(
            base64.b64decode(_padded(text), altchars=b"-_", validate=True)
        )
        packed = wrapped.join_request
        if wrapped.compression == WrappedJoinRequest.GZIP:
            packed = _unpacked(packed)
        return JoinRequest.FromString(packed)
    except (DecodeError, binascii.Error, ValueError, zlib.error):
        raise MalformedJoinRequest("not a join request") from None


def write(request: JoinRequest) -> str:
    """The reverse of `read`."""
    packed = gzip.compress(request.SerializeToString(), mtime=0)
    wrapped = WrappedJoinRequest(compression=WrappedJoinRequest.GZIP, join_request=packed)
    return base64.urlsafe_b64encode(wrapped.SerializeToString()).decode()


def _padded(text: str) -> bytes:
    """Some leave out the padding. Raises: ValueError for what is not ASCII."""
    return (text + "=" * (-len(text) % 4)).encode("ascii")


def _unpacked(packed: bytes) -> bytes:
    """Whatever it says, no more than LARGEST is made of it. Raises: zlib.error, MalformedJoinRequest."""
    unpacking = zlib.decompressobj(wbits=GZIP)
    unpacked = unpacking.decompress(packed, LARGEST)
    if not unpacking.eof:
        raise MalformedJoinRequest("too large, or cut off")
    return unpacked
