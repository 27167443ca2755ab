"""Credentials for a TURN server that shares a secret with us (draft-uberti-behave-turn-rest-00). Pure."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from livekit.protocol.rtc import ICEServer

VALID_FOR = 6 * 3600
"""Seconds. Longer than any session: the TURN server asks again at every new allocation."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A TURN server, as coturn's `use-auth-secret` serves it."""

    urls: tuple[str, ...]
    """Such as turn:host:3478?transport=udp and turns:host:5349?transport=tcp."""
    secret: str

    def server(self, identity: str, now: float) -> ICEServer:
        """What a client is told: a name that says until when it is good, signed as its password."""
        name = f"{int(now) + VALID_FOR}:{identity}"
        digest = hmac.digest(self.secret.encode(), name.encode(), hashlib.sha1)
        return ICEServer(urls=self.urls, username=name, credential=base64.b64encode(digest).decode())
