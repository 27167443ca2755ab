"""Keys: what is encrypted in the database, and what is signed for a browser.

One ring of master keys; everything else is derived from it for one purpose only. A blob is version (1 byte),
key id (4), nonce (12), AES-256-GCM ciphertext and tag. Table, column and row are bound to it as associated
data, so a blob that was moved to another row does not open.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
_KEY_ID = 4
_NONCE = 12


class Unreadable(Exception):
    """A blob which none of our keys opens at this place."""

    def __init__(self, place: "Place") -> None:
        super().__init__(f"{place.table}.{place.column}")
        self.place = place


@dataclass(frozen=True)
class Place:
    """Where an encrypted value lives."""

    table: str
    column: str
    row: str

    def bound(self) -> bytes:
        """The associated data: unambiguous, because table and column are our own identifiers."""
        return f"{self.table}/{self.column}/{self.row}".encode()


class KeyRing:
    """The master keys, the newest first: it encrypts; every one of them decrypts."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("a key ring needs a key")
        boxes = [(_derive(key, b"encryption"), AESGCM(_derive(key, b"encryption"))) for key in keys]
        self._boxes = {hashlib.sha256(secret).digest()[:_KEY_ID]: box for secret, box in boxes}
        self._newest = hashlib.sha256(boxes[0][0]).digest()[:_KEY_ID]
        self._lookup = tuple(_derive(key, b"lookup") for key in keys)
        self._browsers = tuple(_derive(key, b"browsers") for key in keys)
        self._checkpoints = tuple(_derive(key, b"checkpoints") for key in keys)
        self._forms = _derive(keys[0], b"forms")

    def seal(self, text: str, place: Place) -> bytes:
        """Encrypt a text for one place in the database."""
        nonce = os.urandom(_NONCE)
        box = self._boxes[self._newest]
        return _VERSION + self._newest + nonce + box.encrypt(nonce, text.encode(), place.bound())

    def open(self, blob: bytes, place: Place) -> str:
        """Decrypt what `seal` made for this place.

        Raises:
            Unreadable: another place, a key we do not hold, or a damaged blob.
        """
        head, nonce, body = blob[:5], blob[5 : 5 + _NONCE], blob[5 + _NONCE :]
        box = self._boxes.get(head[1:])
        if head[:1] != _VERSION or box is None or len(nonce) != _NONCE:
            raise Unreadable(place)
        try:
            return box.decrypt(nonce, body, place.bound()).decode()
        except InvalidTag:
            raise Unreadable(place) from None

    def lookups(self, text: str) -> tuple[str, ...]:
        """What to look for to find a text without storing it: one keyed hash a key, the newest first."""
        return _marks(self._lookup, text)

    def browser_marks(self, text: str) -> tuple[str, ...]:
        """What only we can have given a browser to be known again by: one a key, the newest first."""
        return _marks(self._browsers, text)

    def checkpoint_marks(self, text: str) -> tuple[str, ...]:
        """What only we can have written under a checkpoint of the journal: one a key, the newest first."""
        return _marks(self._checkpoints, text)

    def form_mark(self, holder: str) -> bytes:
        """32 bytes that only we can make for the holder of a cookie: the root of form tokens."""
        return hmac.new(self._forms, _bytes(holder), hashlib.sha256).digest()


def digest(secret: str) -> str:
    """How a random secret (128 bits or more) is stored: SHA-256, in hex."""
    return hashlib.sha256(_bytes(secret)).hexdigest()


def _marks(keys: Sequence[bytes], text: str) -> tuple[str, ...]:
    return tuple(hmac.new(key, _bytes(text), hashlib.sha256).hexdigest() for key in keys)


def _bytes(cookie: str) -> bytes:
    """What a browser sent, as it sent it: a cookie's value need not be text."""
    return cookie.encode(errors="surrogateescape")


def _derive(master: bytes, purpose: bytes) -> bytes:
    """A key for one purpose (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"hearth " + purpose).derive(master)
