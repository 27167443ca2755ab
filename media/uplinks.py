"""What publishers are told of their packets: which came, when, and how many bits a second they may be."""

from collections.abc import Iterator
from dataclasses import dataclass

from media import rtcp
from media.bandwidth import UplinkEstimate
from media.packets import Kind
from media.peer import Peer

REPORT_EVERY = 1.0
ARRIVALS_EVERY = 0.1
"""Seconds between telling a publisher when its packets came."""


@dataclass(slots=True)
class _Uplink:
    """What is reported to one publisher, and on what grounds."""

    estimate: UplinkEstimate
    bytes: int = 0
    at: float = 0.0


class Uplinks:
    """Every publisher's; iterating gives the publishers."""

    def __init__(self) -> None:
        self._known: dict[Peer, _Uplink] = {}
        self._report_at = self._arrivals_at = 0.0

    def __iter__(self) -> Iterator[Peer]:
        return iter(self._known)

    def begin(self, peer: Peer) -> None:
        """This peer publishes, if it did not before."""
        self._known.setdefault(peer, _Uplink(UplinkEstimate()))

    def forget(self, peer: Peer) -> None:
        """This peer is gone."""
        self._known.pop(peer, None)

    def tick(self, now: float) -> None:
        """Tell what is due."""
        if now - self._arrivals_at >= ARRIVALS_EVERY:
            self._arrivals_at = now
            for peer in self._known:
                _tell_arrivals(peer)
        if now - self._report_at >= REPORT_EVERY:
            self._report_at = now
            for peer, uplink in self._known.items():
                if peer.connected and peer.arrivals.sources:
                    _report(peer, uplink, now)


def _tell_arrivals(peer: Peer) -> None:
    # Browsers heed only feedback that names one of their own SSRCs.
    media = next((ssrc for ssrc, source in peer.arrivals.sources.items() if source.transport), 0)
    for packet in peer.arrivals.transport.feedback(peer.feedback_ssrc, media):
        peer.send_rtcp(packet)


def _report(peer: Peer, uplink: _Uplink, now: float) -> None:
    """Reception reports and a bit rate to one publisher (RFC 3550, 6.4.2; REMB)."""
    recent = [
        source for source in peer.arrivals.sources.values() if now - source.last_seen < 5 * REPORT_EVERY
    ]
    blocks = [source.report_block(now) for source in recent]
    total = sum(source.bytes for source in recent)
    rate = 8 * max(0, total - uplink.bytes) / max(0.1, now - uplink.at)
    uplink.bytes, uplink.at = total, now
    bitrate = uplink.estimate.update(max((source.lost_fraction for source in recent), default=0.0), rate)
    pictures = [source.ssrc for source in recent if source.kind is Kind.VIDEO]
    compound = rtcp.receiver_report(peer.feedback_ssrc, blocks)
    compound += rtcp.source_description(peer.feedback_ssrc, f"{peer.feedback_ssrc:08x}")
    if pictures and not any(source.transport for source in recent):
        compound += rtcp.remb(peer.feedback_ssrc, bitrate, pictures)
    peer.send_rtcp(compound)
