"""The downward half of a participant whose client speaks LiveKit's v1 dialect.

There one connection carries both ways, and the client alone offers. It takes media in sections that only
receive; we answer which of them carry what, and ask it for another offer when it has to learn something new,
with as many sections more as are missing.
"""

from collections.abc import Callable, Iterable, Mapping

from livekit.protocol.rtc import MediaSectionsRequirement

from media.engine import Engine
from media.packets import Kind
from media.peer import Peer
from signalling.livekit import sdp
from signalling.livekit.descriptions import Slot
from signalling.livekit.subscriptions import MAX_SLOTS, Offered, Subscriber, Subscription

Ask = Callable[[MediaSectionsRequirement], None]


class AskingSubscriber(Subscriber):
    """What is wanted waits for a section. One asking is in flight at a time: its answer is an offer."""

    def __init__(self, engine: Engine, peer: Peer, ask: Ask, *, own_streams: bool) -> None:
        super().__init__(engine, peer, own_streams=own_streams)
        self._ask = ask
        self._asked = True
        """Whether an offer is to come; the first one comes unasked."""
        self._waiting: dict[str, Offered] = {}
        """What has no section yet, by track sid."""
        self._asked_for: set[str] = set()
        """What was waiting when an offer was last asked for."""
        self._refused: set[str] = set()
        """Tracks that the client has no codec for."""
        self._known: set[str] = set()
        """Mids of the last offer."""
        self._resting: dict[str, Kind] = {}
        """Mids of sections that the client knows to carry nothing: a receiver must have heard that before it
        believes that it now carries another track."""
        self._placed: list[tuple[Subscription, sdp.MediaSection]] = []
        """What begins with the answer to the offer that is being looked at."""
        self._changed = False
        """Whether that offer brought sections or took one away, or something found one: asking may help."""

    def want(self, wanted: Iterable[Offered]) -> None:
        """In sections of the client's next offer."""
        by_sid = {offered.publication.sid: offered for offered in wanted}
        ended = [self.subscriptions.pop(sid) for sid in list(self.subscriptions) if sid not in by_sid]
        for subscription in ended:
            self._end(subscription)
        before = self._waiting
        self._refused &= by_sid.keys()
        self._waiting = {
            sid: offered
            for sid, offered in by_sid.items()
            if sid not in self.subscriptions and sid not in self._refused
        }
        if ended or self._waiting.keys() - before.keys():
            self._require()

    def restart(self) -> None:
        """Nobody knows which of our answers has reached the client."""
        self._asked = False
        self._resting = {}
        if self._waiting:
            self._require()

    def place(self, offer: sdp.Description) -> Mapping[str, Slot]:
        """Give sections to whatever waits for one."""
        self._asked = False
        ours = {section.mid: section for section in offer.sections if section.only_receives}
        lost = [sid for sid, known in self.subscriptions.items() if known.slot.mid not in ours]
        for sid in lost:
            subscription = self.subscriptions.pop(sid)
            self._end(subscription)
            self._waiting[sid] = subscription.offered
        taken = {subscription.slot.mid for subscription in self.subscriptions.values()}
        fresh = ours.keys() - self._known
        free = [
            section
            for mid, section in ours.items()
            if mid not in taken and (mid in fresh or mid in self._resting)
        ]
        self._placed = [placed for sid in list(self._waiting) if (placed := self._take(sid, free))]
        self._changed = bool(fresh or lost or self._placed)
        slots = {each.slot.mid: each.slot for each in self.subscriptions.values()}
        self._known = {section.mid for section in offer.sections}
        self._resting = {
            mid: section.kind
            for mid, section in ours.items()
            if mid not in slots and section.kind is not None
        }
        return slots

    def _take(self, sid: str, free: list[sdp.MediaSection]) -> tuple[Subscription, sdp.MediaSection] | None:
        """The first free section of its kind carries this track from now on; None: there is none."""
        offered = self._waiting[sid]
        publication = offered.publication
        section = next((section for section in free if section.kind is publication.kind), None)
        if section is None:
            return None
        del self._waiting[sid]
        if section.payload_type(publication.track.codec) is None:
            self._refused.add(sid)
            return None
        free.remove(section)
        redundant = publication.kind is Kind.AUDIO and publication.accepted.redundant
        slot = Slot(section.mid, publication.track.codec, redundant)
        self._fill(slot, offered, stream="" if self._own_streams else publication.info.stream)
        self.subscriptions[sid] = Subscription(offered, slot)
        return self.subscriptions[sid], section

    def begin(self) -> list[Subscription]:
        """What has found no section is asked for, unless that has come to nothing already."""
        placed, self._placed = self._placed, []
        begun = [subscription for subscription, section in placed if self._start(subscription, section)]
        missing = {offered.publication.kind for offered in self._waiting.values()}
        hope = self._changed or self._waiting.keys() != self._asked_for
        if missing and (hope or missing & set(self._resting.values())):
            self._require()
        return begun

    def _require(self) -> None:
        """Ask for an offer, with as many sections more as are missing."""
        if self._asked:
            return
        self._asked = True
        self._asked_for = set(self._waiting)
        room = MAX_SLOTS - len(self.subscriptions) - len(self._resting)
        sounds = min(max(0, self._missing(Kind.AUDIO)), max(0, room))
        pictures = min(max(0, self._missing(Kind.VIDEO)), max(0, room - sounds))
        self._ask(MediaSectionsRequirement(num_audios=sounds, num_videos=pictures))

    def _missing(self, kind: Kind) -> int:
        waiting = sum(offered.publication.kind is kind for offered in self._waiting.values())
        return waiting - sum(resting is kind for resting in self._resting.values())
