"""An engine, its wires, and browsers at addresses of their own."""

from media.arrivals import Section
from media.engine import Engine
from media.packets import Codec, Extension, is_rtcp
from media.peer import Peer
from media.route import Route
from media.srtp import AEAD_AES_128_GCM, AES_CM_128_HMAC_SHA1_80, Profile
from media.track import Track
from tests.media.client import Browser, Wires

VIDEO = Section("v", Codec.VP8, 96, {Extension.MID: 3, Extension.RID: 4}, frozenset({7}))
AUDIO = Section("a", Codec.OPUS, 111, {Extension.MID: 3, Extension.AUDIO_LEVEL: 1}, frozenset({8}))


class Events:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.connected: list[Peer] = []
        self.ended: list[Peer] = []
        self.changes: list[tuple[Peer, bool]] = []

    def peer_connected(self, peer: Peer) -> None:
        self.connected.append(peer)

    def peer_ended(self, peer: Peer) -> None:
        self.ended.append(peer)

    def route_changed(self, peer: Peer, route: Route, flowing: bool) -> None:
        self.changes.append((peer, flowing))


class Place:
    """An engine, its wires, and browsers at addresses of their own."""

    def __init__(self) -> None:
        self.wires = Wires()
        self.engine = Engine(self.wires.transmit)
        self.events = Events()
        self.engine.listener = self.events
        self.ports = iter(range(40000, 50000))

    def browser(self, profiles: tuple[Profile, ...] = (AEAD_AES_128_GCM, AES_CM_128_HMAC_SHA1_80)) -> Browser:
        peer = self.engine.open()
        return Browser(self.engine, self.wires, peer, ("127.0.0.1", next(self.ports)), profiles)

    def connected(self) -> Browser:
        browser = self.browser()
        browser.connect(1.0)
        return browser

    def publisher(self, section: Section = VIDEO) -> tuple[Browser, Track]:
        browser = self.connected()
        track = Track(section.codec)
        self.engine.bind(browser.peer, [section], {section.mid: track})
        return browser, track


def media_of(receiver: Browser) -> list[bytes]:
    """What has come to somebody, RTCP aside."""
    return [packet for packet in receiver.received() if not is_rtcp(packet[1])]
