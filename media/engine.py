"""What signalling calls: peers, publications, subscriptions, and the counters of them all.

One engine is one process's media. It owns no socket and no clock: `udp` brings datagrams and the time.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Protocol

from media import rtcp, stun, twcc
from media.allotment import Allotment
from media.arrivals import Section
from media.dtls import Certificate, Fingerprint
from media.moves import Moves
from media.packets import Kind, MalformedRtp, is_rtcp
from media.peer import MAX_DATAGRAM, Credentials, Peer, Transmit
from media.route import Numbers, Route
from media.router import Router, translated_report
from media.source import Source
from media.srtp import PacketBuffer
from media.stun import Address
from media.track import Track
from media.uplinks import Uplinks

CAPACITY = 2048
SETTLE_EVERY = 0.5
"""Seconds between choosing layers; a line that becomes narrower does not wait for it."""
TICK, PACE = 0.05, 0.008
"""Seconds until the next `tick`: usually, and while something is held back or tried."""
TAKEOVER_AFTER = 5.0
"""Seconds of silence after which another peer may prove that an address is now its own."""
MAX_PEERS = 2000


class EngineFull(Exception):
    """There are MAX_PEERS connections already."""


class Listener(Protocol):
    """Who wants to know how peers fare."""

    def peer_connected(self, peer: Peer) -> None:
        """DTLS is done and the certificate was the right one."""

    def peer_ended(self, peer: Peer) -> None:
        """The other side said goodbye or has been silent too long; it is closed already."""

    def route_changed(self, peer: Peer, route: Route, flowing: bool) -> None:
        """A picture is held back because the line is too narrow for it, or comes again."""


class Engine:
    """The peers of this process and the routes between them."""

    def __init__(self, transmit: Transmit) -> None:
        self.inbox = PacketBuffer(CAPACITY)
        """Where `udp` puts a datagram before it calls `receive`."""
        self._outbox = PacketBuffer(CAPACITY)
        self._router = Router(self._outbox.bytes)
        self._certificate = Certificate()
        self._transmit = transmit
        self._known: set[Peer] = set()
        self._peers: dict[str, Peer] = {}
        """By ufrag; twice during an ICE restart."""
        self._by_address: dict[Address, Peer] = {}
        self._uplinks = Uplinks()
        self._allotment = Allotment(self._tell_of)
        self._connected: set[Peer] = set()
        self._moves = Moves()
        self._restless: set[tuple[Peer, Source]] = set()
        self._wanting: set[tuple[Peer, Track]] = set()
        self._settle_at = 0.0
        self._now = 0.0
        """Of the last thing that happened."""
        self.listener: Listener | None = None
        self.late = False
        """Whether what is received now has waited so long that pictures are left out of it."""
        self.shed = 0
        """Packets of pictures that were left out for that."""
        self.stray = 0
        """Datagrams from addresses nobody has shown to be theirs, or of no known kind."""
        self.faults = 0
        """Datagrams and ticks whose handling raised: a defect, contained to the datagram."""

    @property
    def fingerprint(self) -> Fingerprint:
        """This process's certificate, for descriptions."""
        return self._certificate.fingerprint

    # -- what signalling asks for

    def open(self) -> Peer:
        """A new connection that waits for its first connectivity check. Raises: EngineFull."""
        if len(self._known) >= MAX_PEERS:
            raise EngineFull
        peer = Peer(self._certificate, self.inbox, self._outbox, self._transmit)
        self._known.add(peer)
        self._peers[peer.credentials.ufrag] = peer
        return peer

    def restart(self, peer: Peer) -> Credentials:
        """Begin an ICE restart of this peer."""
        fresh = peer.restart()
        self._peers = {ufrag: known for ufrag, known in self._peers.items() if known is not peer}
        self._peers |= {known.ufrag: peer for known in (peer.former, fresh) if known is not None}
        return fresh

    def close(self, peer: Peer) -> None:
        """End a connection and everything that ran over it, before returning."""
        self._known.discard(peer)
        for track in list(peer.arrivals.tracks.values()):
            self.unpublish(peer, track)
        for route in [route for _, route in peer.routes.values()]:
            self.unsubscribe(peer, route)
        peer.close()
        self._peers = {ufrag: known for ufrag, known in self._peers.items() if known is not peer}
        self._by_address = {
            address: known for address, known in self._by_address.items() if known is not peer
        }
        self._uplinks.forget(peer)
        self._connected.discard(peer)
        self._restless = {(known, source) for known, source in self._restless if known is not peer}

    def bind(self, peer: Peer, sections: Sequence[Section], tracks: Mapping[str, Track]) -> None:
        """What this publisher has negotiated, and which of its sections (by mid) feed which track."""
        peer.arrivals.bind(sections, tracks)
        self._uplinks.begin(peer)

    def unpublish(self, peer: Peer, track: Track) -> None:
        """No packet of this track is forwarded from now on; what still arrives is dropped and counted."""
        track.close()
        peer.arrivals.unbind(track)

    def subscribe(self, peer: Peer, track: Track, numbers: Numbers, limit: int) -> Route:
        """Let this peer have a track from now on, under SSRCs never used before; `limit` as in `limit`."""
        route = Route(track.kind, peer, numbers, secrets.randbits(15))
        route.limit = limit
        peer.routes[route.ssrc] = (track, route)
        track.add(route)
        self._allotment.settle(peer, self._now)
        return route

    def limit(self, peer: Peer, route: Route, limit: int) -> None:
        """The best layer this peer has a use for, by rank; -1: none at present."""
        if route.limit != limit:
            route.limit = limit
            self._allotment.settle(peer, self._now)

    def unsubscribe(self, peer: Peer, route: Route) -> None:
        """The next packet does not find this route."""
        track, _ = peer.routes.pop(route.ssrc, (None, None))
        if track is not None:
            track.withdraw(route)
        peer.retire(route.ssrc)
        if route.repair_ssrc:
            peer.retire(route.repair_ssrc)
        self._allotment.forget(route)

    # -- what the socket brings

    def knows(self, origin: Address) -> bool:
        """Whether a peer has shown that this address is its own."""
        return origin in self._by_address

    def forget(self, origin: Address) -> None:
        """Nothing can come from or go to this address any more: its connection is closed."""
        peer = self._by_address.pop(origin, None)
        if peer is not None:
            peer.forget_address(origin)

    def receive(self, length: int, origin: Address, now: float, transmit: Transmit | None = None) -> int:
        """Take the datagram of `length` bytes in the inbox. Nothing in it can raise.

        `transmit` sends to where it came from; by default what the engine was made with. Returns how many
        people it may have gone to.
        """
        self._now = now
        first = self.inbox.bytes[0] if 0 < length <= MAX_DATAGRAM else 255
        if 128 <= first <= 191:
            peer = self._by_address.get(origin)
            if peer is None or length < 12:
                self.stray += 1
                self._look_for(length, origin, now, transmit or self._transmit)
            elif is_rtcp(self.inbox.bytes[1]):
                self._take_reports(peer, peer.receive_rtcp(length, now), now)
            else:
                return self._take_packet(peer, length, now)
        elif first < 4:
            self._take_check(bytes(self.inbox.views[length]), origin, now, transmit or self._transmit)
        elif 20 <= first <= 63:
            self._take_dtls(bytes(self.inbox.views[length]), origin, now)
        else:
            self.stray += 1
        return 0

    def _take_packet(self, peer: Peer, length: int, now: float) -> int:
        if self.late and self._is_of_a_picture(peer):
            self.shed += 1
            return 0
        packet = peer.receive_rtp(length)
        if packet is None:
            return 0
        try:
            arrivals = peer.arrivals
            source = arrivals.sources.get(int.from_bytes(packet[8:12], "big")) or arrivals.learn(packet)
            if source is None:
                return 0
            self._router.forward(source, packet, now)
        except MalformedRtp:
            peer.malformed += 1
            return 0
        track = source.track
        if source.missing:
            self._restless.add((peer, source))
        if track is None:
            return 0
        if source.keyframe_wanted:
            self._wanting.add((peer, track))
        return len(track.routes)

    def _is_of_a_picture(self, peer: Peer) -> bool:
        """Whether the RTP packet in the inbox says so of itself; nothing is believed of it but that."""
        source = peer.arrivals.sources.get(int.from_bytes(self.inbox.bytes[8:12], "big"))
        return source is not None and source.kind is Kind.VIDEO

    def _take_check(self, datagram: bytes, origin: Address, now: float, transmit: Transmit) -> None:
        transaction = stun.transaction_of(datagram)
        if transaction is not None:
            self._take_proof(datagram, transaction, origin, now)
            return
        try:
            request = stun.parse_binding_request(datagram)
        except stun.MalformedStun:
            self.stray += 1
            return
        peer = self._peers.get(request.local_ufrag)
        if peer is None:
            self.stray += 1
            return
        owner = self._by_address.get(origin)
        if (
            owner is not None
            and owner is not peer
            and now - owner.addresses.get(origin, -1e9) < TAKEOVER_AFTER
        ):
            return
        reply = peer.receive_check(request, origin, now, transmit)
        if reply is None:
            return
        if peer.hushed:
            self._welcome(peer, now)
        try:
            transmit(reply, origin)
        except OSError:
            self.stray += 1
        self._give_address(origin, peer)

    def _give_address(self, address: Address, peer: Peer) -> None:
        """The address is this peer's, if it has shown so, and nobody else's any more."""
        owner = self._by_address.get(address)
        if owner is peer or address not in peer.addresses:
            return
        if owner is not None:
            owner.forget_address(address)
        self._by_address[address] = peer
        if (oldest := peer.surplus_address()) is not None:
            del self._by_address[oldest]

    def _look_for(self, length: int, origin: Address, now: float, transmit: Transmit) -> None:
        """A packet from nowhere: if it is of somebody who has gone silent, ask them there for a sign."""
        if length < 12 or not self._moves.may_try(origin, now):
            return
        datagram = bytes(self.inbox.views[length])
        question = self._moves.question(datagram, origin, now, transmit, self._connected)
        if question is not None:
            try:
                transmit(question, origin)
            except OSError:
                self.stray += 1

    def _take_proof(self, datagram: bytes, transaction: bytes, origin: Address, now: float) -> None:
        """An answer to a check of ours: what it proves is believed at once."""
        asked = self._moves.proven(datagram, transaction, origin, now)
        if asked is None or origin in self._by_address:
            self.stray += 1
            return
        asked.peer.adopt(origin, now, asked.transmit)
        self._give_address(origin, asked.peer)
        if asked.peer.hushed:
            self._welcome(asked.peer, now)

    def _take_dtls(self, datagram: bytes, origin: Address, now: float) -> None:
        peer = self._by_address.get(origin)
        if peer is None:
            self.stray += 1
            return
        peer.receive_dtls(datagram, origin, now)
        self._notice(peer)

    def _take_reports(self, peer: Peer, reports: list[rtcp.Report], now: float) -> None:
        if peer.hushed and reports:
            self._welcome(peer, now)
        for report in reports:
            match report:
                case rtcp.SenderReport():
                    self._pass_on(peer, report, now)
                case rtcp.ReceiverReport():
                    _note_round_trip(peer, report.blocks, now)
                case rtcp.Nack() if found := peer.routes.get(report.media):
                    line = peer.line
                    answered = line.round_trip + peer.backlog
                    self._router.repair(found[1], report.lost, now, answered, lossy=line.lossy)
                case rtcp.KeyframeRequest() if found := peer.routes.get(report.media):
                    track, route = found
                    if not peer.holds(route.ssrc, route.entry_stamp):  # else it is on its way
                        track.ask_keyframe(route, now)
                case rtcp.Remb():
                    peer.downlink = report.bitrate
                case twcc.Feedback() if peer.numbering:
                    self._take_arrivals(peer, report, now)
                case _:
                    pass

    def _take_arrivals(self, peer: Peer, feedback: twcc.Feedback, now: float) -> None:
        known, before = peer.line.known, peer.line.estimate
        peer.line.hear(feedback, now)
        if peer.line.estimate < before or not known:
            self._allotment.settle(peer, now)

    def _pass_on(self, peer: Peer, report: rtcp.SenderReport, now: float) -> None:
        source = peer.arrivals.sources.get(report.ssrc)
        if source is None:
            return
        source.heard_report(report, now)
        if source.track is None or source.track.muted:
            return
        for route in source.track.routes:
            translated = translated_report(route, report)
            if translated is not None:
                route.reported.append((report.ntp >> 16 & 0xFFFFFFFF, now))
                name = rtcp.source_description(route.ssrc, f"{route.ssrc:08x}")
                route.sink.send_rtcp(rtcp.sender_report(translated) + name)

    # -- what time brings

    def flush(self, now: float) -> None:
        """Ask publishers for what was found missing while the socket was drained."""
        if self._restless:
            self._ask_again(now)
        for peer, track in self._wanting:
            self._ask_keyframes(peer, track, now)
        self._wanting.clear()

    def tick(self, now: float) -> float:
        """Repetitions, keyframe requests, reports, layers, farewells; returns seconds until the next call."""
        self._now = now
        for peer in list(self._known):
            peer.tick(now)
            if peer.is_out(now):
                self._hush(peer)
            for track in peer.arrivals.tracks.values():
                self._ask_keyframes(peer, track, now)
            self._notice(peer)
        self.flush(now)
        if now - self._settle_at >= SETTLE_EVERY:
            self._settle_at = now
            for peer in self._known:
                for source in peer.arrivals.sources.values():
                    source.measure(now)
            for peer in self._known:
                self._allotment.settle(peer, now)
        self._uplinks.tick(now)
        return self._pace(now)

    def _pace(self, now: float) -> float:
        """What was held back, and padding where a line is tried."""
        busy = False
        for peer in self._known:
            if not peer.pacing:
                continue
            peer.pace(now)
            due = peer.line.padding_due(now)
            routes = [route for _, route in peer.routes.values() if route.repair_type >= 0]
            while routes and due > 0 and (length := self._router.pad(routes[0])):
                peer.send_padding(length, now)
                due -= length
            busy = True
        return PACE if busy else TICK

    def _ask_again(self, now: float) -> None:
        for peer, source in list(self._restless):
            if source.track is None or not source.track.is_of_use(source):
                source.missing.clear()
            due = source.due_nacks(now)
            if source.keyframe_wanted and source.track is not None:
                self._wanting.add((peer, source.track))
            if due:
                peer.send_rtcp(rtcp.nack(peer.feedback_ssrc, source.ssrc, due))
            if not source.missing:
                self._restless.discard((peer, source))

    def _ask_keyframes(self, peer: Peer, track: Track, now: float) -> None:
        for source in track.keyframes_due(now):
            peer.send_rtcp(rtcp.picture_loss(peer.feedback_ssrc, source.ssrc))

    # -- outages

    def _hush(self, peer: Peer) -> None:
        """Nothing comes back: send no pictures, which would only be asked for again, all of them."""
        peer.hushed = True
        peer.line.rest()
        for track, route in peer.routes.values():
            if track.kind is Kind.VIDEO:
                route.follow(None)
                peer.discard(route.ssrc)
                peer.discard(route.repair_ssrc)

    def _welcome(self, peer: Peer, now: float) -> None:
        """The first sign after an outage: pictures begin anew, and their keyframes are asked for at once."""
        peer.hushed = False
        self._allotment.settle(peer, now)
        for publisher in self._uplinks:
            for track in publisher.arrivals.tracks.values():
                self._ask_keyframes(publisher, track, now)

    def _tell_of(self, peer: Peer, route: Route, flowing: bool) -> None:
        if self.listener is not None:
            self.listener.route_changed(peer, route, flowing)

    def _notice(self, peer: Peer) -> None:
        if peer.ended is not None:
            if peer in self._known:
                self.close(peer)
                if self.listener is not None:
                    self.listener.peer_ended(peer)
        elif peer.connected and peer not in self._connected:
            self._connected.add(peer)
            if self.listener is not None:
                self.listener.peer_connected(peer)


def _note_round_trip(peer: Peer, blocks: Sequence[rtcp.ReportBlock], now: float) -> None:
    for block in blocks:
        _, route = peer.routes.get(block.ssrc, (None, None))
        seconds = route.round_trip(block, now) if route is not None else None
        if seconds is not None:
            peer.line.note_round_trip(seconds)
