"""Peers whose packets come from elsewhere all at once: a phone has left its wifi, a router forgot it.

Browsers check their way every 2.5 s, and until then nothing would reach them. So where a packet from an
unknown address opens with the keys of a peer that has gone silent, we ask that peer there for a sign, by a
connectivity check. Only an answer signed with its own ICE password makes the address its own.
"""

import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from media import stun
from media.peer import Peer, Transmit
from media.stun import Address

SILENT_FOR = 0.15
"""Seconds that a peer has been silent where it was before it is looked for elsewhere."""
MAX_TRIALS = 4
"""Peers whose keys are tried for one packet."""
TRIES_EVERY = 0.05
"""Seconds between packets that are tried at all: strangers' floods cost next to nothing."""
ASK_EVERY = 0.2
"""Seconds between two checks to one address."""
ANSWER_WITHIN = 5.0
MAX_ASKED = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """A check of ours that awaits its answer."""

    peer: Peer
    address: Address
    transmit: Transmit
    at: float


class Moves:
    """What was asked, and how much may be tried."""

    def __init__(self) -> None:
        self._asked: OrderedDict[bytes, Asked] = OrderedDict()
        """By transaction, oldest first."""
        self._tried_at = -TRIES_EVERY

    def may_try(self, origin: Address, now: float) -> bool:
        """Whether a packet from there, where nobody is known to be, may be tried; asking counts."""
        if now - self._tried_at < TRIES_EVERY:
            return False
        self._tried_at = now
        return all(asked.address != origin or now - asked.at >= ASK_EVERY for asked in self._asked.values())

    def question(
        self, datagram: bytes, origin: Address, now: float, transmit: Transmit, peers: Iterable[Peer]
    ) -> bytes | None:
        """The check to send there, if the packet is of one of these who has gone silent."""
        silent = [peer for peer in peers if now - peer.last_sign >= SILENT_FOR and peer.remote is not None]
        silent.sort(key=lambda peer: peer.last_sign, reverse=True)
        peer = next((peer for peer in silent[:MAX_TRIALS] if peer.opens(datagram)), None)
        if peer is None or peer.remote is None:
            return None
        transaction = secrets.token_bytes(12)
        self._asked[transaction] = Asked(peer, origin, transmit, now)
        if len(self._asked) > MAX_ASKED:
            self._asked.popitem(last=False)
        username = f"{peer.remote.ufrag}:{peer.credentials.ufrag}"
        return stun.binding_request(transaction, username, peer.remote.password)

    def proven(self, datagram: bytes, transaction: bytes, origin: Address, now: float) -> Asked | None:
        """What an answer from there proves; None when nothing was asked, or not there, or it is forged."""
        asked = self._asked.get(transaction)
        if asked is None or asked.address != origin or now - asked.at > ANSWER_WITHIN:
            return None
        del self._asked[transaction]
        remote = asked.peer.remote
        try:
            proven = remote is not None and stun.is_signed_success(datagram, remote.password)
        except stun.MalformedStun:
            proven = False
        return asked if proven and asked.peer.ended is None else None
