"""One participant's downward half: which tracks it gets, in which sections of a description.

In LiveKit's v0 dialect it has a connection of its own, on which we offer; see `sections` for the v1 dialect.
"""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from livekit.protocol.rtc import SessionDescription

from media.engine import Engine
from media.packets import Extension, Kind
from media.peer import Peer
from media.route import EVERYTHING, Numbers, Route
from signalling.livekit import descriptions, sdp
from signalling.livekit.publications import Publication

MAX_SLOTS = 60
MAX_LIMITS = 500


@dataclass(frozen=True, slots=True)
class Offered:
    """A publication and who publishes it."""

    publisher: str
    """Identity."""
    publisher_sid: str
    publication: Publication


@dataclass(slots=True)
class Subscription:
    """One publication on its way to this participant; without a route until the client has agreed."""

    offered: Offered
    slot: descriptions.Slot
    route: Route | None = None


class Subscriber(ABC):
    """What one participant gets, in either dialect."""

    def __init__(self, engine: Engine, peer: Peer, *, own_streams: bool) -> None:
        """`own_streams`: the client (Firefox) takes a track's id only from its stream's id."""
        self._engine = engine
        self._own_streams = own_streams
        self.peer = peer
        self.subscriptions: dict[str, Subscription] = {}
        """By track sid."""
        self.limits: dict[str, int] = {}
        """The best layer there is a use for, by track sid."""

    @abstractmethod
    def want(self, wanted: Iterable[Offered]) -> None:
        """Have exactly these publications: what is not wanted loses its route before this returns."""

    @abstractmethod
    def restart(self) -> None:
        """The client has come back on a new socket: whatever was under way is lost."""

    def answered(self, text: str, offer_id: int) -> list[Subscription]:
        """Take the client's answer; returns the subscriptions whose packets now flow.

        An answer nobody waits for is ignored. Raises: MalformedSdp.
        """
        return []

    def place(self, offer: sdp.Description) -> Mapping[str, descriptions.Slot]:
        """What we send in which sections of the client's offer, by mid."""
        return {}

    def begin(self) -> list[Subscription]:
        """The answer that says so is on its way; returns the subscriptions whose packets now flow."""
        return []

    def limit(self, sid: str, rank: int) -> None:
        """The best layer of a track this participant has a use for; -1: it does not look at it now."""
        if sid in self.limits or len(self.limits) < MAX_LIMITS:
            self.limits[sid] = rank
        subscription = self.subscriptions.get(sid)
        if subscription is not None and subscription.route is not None:
            self._engine.limit(self.peer, subscription.route, rank)

    def close(self) -> None:
        """End the connection and every route, before returning."""
        self._engine.close(self.peer)
        self.subscriptions.clear()

    def _fill(self, slot: descriptions.Slot, offered: Offered, *, stream: str = "") -> None:
        """Let a slot carry a publication, under SSRCs never used before."""
        slot.track = offered.publication.sid
        slot.stream = f"{offered.publisher_sid}|{stream or slot.track}"
        slot.ssrc = secrets.randbits(32) or 1
        slot.repair_ssrc = (secrets.randbits(32) or 1) if slot.kind is Kind.VIDEO else 0

    def _start(self, subscription: Subscription, section: sdp.MediaSection) -> bool:
        """Let packets flow as the client's section says; whether they do."""
        slot, track = subscription.slot, subscription.offered.publication.track
        numbers = agreed(slot, section)
        if numbers is None or track.closed or track.codec is not slot.codec:
            return False
        self.peer.numbering = numbers.element or self.peer.numbering
        limit = self.limits.get(slot.track, EVERYTHING)
        subscription.route = self._engine.subscribe(self.peer, track, numbers, limit)
        return True

    def _end(self, subscription: Subscription) -> None:
        if subscription.route is not None:
            self._engine.unsubscribe(self.peer, subscription.route)
        subscription.slot.track = subscription.slot.stream = ""


class OfferingSubscriber(Subscriber):
    """Of the v0 dialect: we offer. One offer is in flight at a time; changes wait."""

    def __init__(
        self,
        engine: Engine,
        reach: descriptions.Reach,
        send: Callable[[SessionDescription], None],
        soon: Callable[[Callable[[], None]], object],
        *,
        own_streams: bool,
    ) -> None:
        """`soon` has something done in a moment, once what comes now has been dealt with."""
        super().__init__(engine, engine.open(), own_streams=own_streams)
        self._reach = reach
        self._send = send
        self._soon = soon
        self._slots: list[descriptions.Slot] = []
        self._carried: dict[str, str] = {}
        """Mid → the track its receiver was made for; browsers never change a receiver's track id."""
        self._resting: set[str] = set()
        """Mids of sections the client knows to be inactive: only these are used again."""
        self._offer_id = 0
        self._in_flight: dict[str, int] | None = None
        """Mid → SSRC of the active sections of the offer that awaits its answer."""
        self._stale = False

    def want(self, wanted: Iterable[Offered]) -> None:
        """In sections that rest, or further ones.

        What has only ended is offered in a moment: nothing of it flows any more, and where thirty people lose
        thirty tracks at once, no long offer is to be written before the last of them is silent.
        """
        by_sid = {offered.publication.sid: offered for offered in wanted}
        ended = [self.subscriptions.pop(sid) for sid in list(self.subscriptions) if sid not in by_sid]
        for subscription in ended:
            self._end(subscription)
        begun = False
        for sid, offered in by_sid.items():
            if sid not in self.subscriptions and (slot := self._free_slot(offered)) is not None:
                self.subscriptions[sid] = Subscription(offered, slot)
                begun = True
        if begun or not self._offer_id:
            self.offer()
        elif ended and not self._stale:
            self._stale = True
            self._soon(self._offer_if_stale)

    def _offer_if_stale(self) -> None:
        if self._stale:
            self.offer()

    def offer(self) -> None:
        """Send the sections as they are now, or as soon as the offer in flight is answered."""
        if self._in_flight is not None:
            self._stale = True
            return
        self._stale = False
        self._offer_id += 1
        self._in_flight = {slot.mid: slot.ssrc for slot in self._slots if slot.active}
        self._resting = set()
        transport = descriptions.Transport(self.peer.credentials, self._engine.fingerprint, self._reach)
        text = descriptions.offer(self._slots, transport, self._offer_id)
        tracks = {slot.mid: slot.track for slot in self._slots if slot.active}
        self._send(SessionDescription(type="offer", sdp=text, id=self._offer_id, mid_to_track_id=tracks))

    def restart(self) -> None:
        """An ICE restart, whatever became of the last offer."""
        self._engine.restart(self.peer)
        self._in_flight = None
        self.offer()

    def answered(self, text: str, offer_id: int) -> list[Subscription]:
        """Raises: MalformedSdp."""
        if self._in_flight is None or offer_id not in (0, self._offer_id):
            return []
        answer = sdp.parse(text)
        if len(answer.setups) > 1 or answer.setups - {"active", "passive"}:
            raise sdp.MalformedSdp("DTLS has one client and one server")
        if self.peer.fingerprints and self.peer.fingerprints != answer.fingerprints:
            raise sdp.MalformedSdp("the certificate may not change")
        self.peer.remote = answer.credentials
        if answer.setups == {"passive"}:
            self.peer.lead()
        self.peer.expect(answer.fingerprints)
        receiving = {section.mid: section for section in answer.sections if section.receives}
        offered, self._in_flight = self._in_flight, None
        begun = [
            subscription
            for subscription in self.subscriptions.values()
            if self._begin(subscription, offered, receiving.get(subscription.slot.mid))
        ]
        self._resting = {slot.mid for slot in self._slots if slot.mid not in offered}
        self._offer_if_stale()
        return begun

    def _begin(
        self, subscription: Subscription, offered: dict[str, int], section: sdp.MediaSection | None
    ) -> bool:
        slot = subscription.slot
        if section is None or subscription.route is not None or offered.get(slot.mid) != slot.ssrc:
            return False
        return self._start(subscription, section)

    def _free_slot(self, offered: Offered) -> descriptions.Slot | None:
        publication = offered.publication
        codec, redundant = publication.accepted.codec, publication.accepted.redundant
        redundant = redundant and publication.kind is Kind.AUDIO
        free = [
            slot
            for slot in self._slots
            if slot.mid in self._resting
            and not slot.active
            and (slot.codec, slot.redundant) == (codec, redundant)
        ]
        slot = next(
            (slot for slot in free if self._carried[slot.mid] == publication.sid), free[0] if free else None
        )
        if slot is None:
            if len(self._slots) >= MAX_SLOTS:
                return None
            slot = descriptions.Slot(str(len(self._slots) + 1), codec, redundant)
            self._slots.append(slot)
            self._carried[slot.mid] = publication.sid
        same = self._carried[slot.mid] == publication.sid and not self._own_streams
        self._fill(slot, offered, stream=publication.info.stream if same else "")
        return slot


def agreed(slot: descriptions.Slot, section: sdp.MediaSection) -> Numbers | None:
    """What the client has agreed to receive this slot under; None when it lacks the codec."""
    number = section.payload_type(slot.codec)
    if number is None:
        return None
    repair = section.repair_type(number) if slot.repair_ssrc else -1
    redundancy = section.redundancy_type(number) if slot.redundant else -1
    extensions = {
        extension: section.extensions[extension.value]
        for extension in descriptions.OFFERED_EXTENSIONS[slot.kind]
        if extension.value in section.extensions
    }
    if not section.numbers_arrivals:
        extensions.pop(Extension.TRANSPORT_NUMBER, None)
    return Numbers(
        slot.ssrc,
        number,
        slot.repair_ssrc if repair >= 0 else 0,
        repair,
        redundancy,
        Extension.PLAYOUT_DELAY in extensions,
        extensions,
    )
