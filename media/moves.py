"""Peers whose packets come from elsewhere all at once: a phone has left its wifi, a router forgot it. Pure.

Browsers check their way every 2.5 s, and until then nothing would reach them. So where a packet from an
unknown address opens with the keys of a peer that has gone silent, we ask that peer there for a sign, by a
connectivity check. Only an answer signed with its own ICE password makes the address its own.
"""

from collections import OrderedDict
from dataclasses import dataclass

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

    def may_try(self, now: float) -> bool:
        """Whether one more packet from nowhere may be tried; asking counts."""
        if now - self._tried_at < TRIES_EVERY:
            return False
        self._tried_at = now
        return True

    def may_ask(self, address: Address, now: float) -> bool:
        """Whether a check may go there: not if one has gone a moment ago."""
        return all(asked.address != address or now - asked.at >= ASK_EVERY for asked in self._asked.values())

    def note(self, transaction: bytes, asked: Asked) -> None:
        """This check leaves now."""
        self._asked[transaction] = asked
        if len(self._asked) > MAX_ASKED:
            self._asked.popitem(last=False)

    def answered(self, transaction: bytes, address: Address, now: float) -> Asked | None:
        """What an answer from there is about; None when nothing was asked, or not there, or long ago."""
        asked = self._asked.get(transaction)
        if asked is None or asked.address != address or now - asked.at > ANSWER_WITHIN:
            return None
        return self._asked.pop(transaction)
