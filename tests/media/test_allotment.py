from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from media import rtcp
from media.arrivals import Section
from media.packets import Codec, Extension, extension_block, parse
from media.route import EVERYTHING, Numbers
from tests.media.builders import DELTA, KEYFRAME, rtp
from tests.media.place import Place, media_of

LAYERED = Section("v", Codec.VP8, 96, {Extension.MID: 3, Extension.RID: 4}, rids=("q", "h", "f"))


class Layers:
    """A publisher of three layers: 16, 40 and 120 kB in a second."""

    SIZES: ClassVar = {21: (b"q", 160), 22: (b"h", 400), 23: (b"f", 1200)}

    def __init__(self, place: Place) -> None:
        self.place = place
        self.sender, self.track = place.publisher(LAYERED)
        self.sequence = 0
        self.now = 2.0

    def run(self, seconds: float, *, keyframes: bool = True, layers: Sequence[int] = (21, 22, 23)) -> None:
        """Send a hundred packets a second in each layer, tick, answer keyframe requests."""
        end = self.now + seconds
        wanted: set[int] = set(layers) if keyframes else set()
        while self.now < end:
            self.now += 0.01
            self.sequence += 1
            for ssrc in layers:
                rid, size = self.SIZES[ssrc]
                start = KEYFRAME if ssrc in wanted else DELTA
                block = extension_block({3: b"v", 4: rid})
                self.sender.send(
                    rtp(self.sequence, start + bytes(size), ssrc=ssrc, extension=block), self.now
                )
            wanted.clear()
            if not self.sequence % 5:
                self.place.engine.tick(self.now)
            for packet in self.sender.received():
                for report in rtcp.parse(packet):
                    if isinstance(report, rtcp.KeyframeRequest) and keyframes:
                        wanted.add(report.media)


def layer_of(packet: bytes) -> int:
    return min(Layers.SIZES, key=lambda ssrc: abs(Layers.SIZES[ssrc][1] - len(packet)))


def test_the_best_layer_a_subscriber_has_a_use_for_is_forwarded(place: Place) -> None:
    layers = Layers(place)
    receiver, modest = place.connected(), place.connected()
    place.engine.subscribe(receiver.peer, layers.track, Numbers(1000, 96), EVERYTHING)
    route = place.engine.subscribe(modest.peer, layers.track, Numbers(1000, 96), 0)
    layers.run(1.0)
    assert layer_of(media_of(receiver)[-1]) == 23
    assert layer_of(media_of(modest)[-1]) == 21
    place.engine.limit(modest.peer, route, 1)
    layers.run(0.5)
    assert layer_of(media_of(modest)[-1]) == 22
    place.engine.limit(modest.peer, route, -1)
    layers.run(0.1)
    modest.received()
    layers.run(0.5)
    assert media_of(modest) == []


def test_a_change_of_layers_waits_for_a_keyframe_and_leaves_no_gap(place: Place) -> None:
    layers = Layers(place)
    receiver = place.connected()
    route = place.engine.subscribe(receiver.peer, layers.track, Numbers(1000, 96), 0)
    layers.run(1.0)
    place.engine.limit(receiver.peer, route, 2)
    layers.run(0.3, keyframes=False)
    got = media_of(receiver)
    assert {layer_of(packet) for packet in got[-20:]} == {21}
    layers.run(0.7)
    got += media_of(receiver)
    assert layer_of(got[-1]) == 23
    numbers = [parse(packet).sequence for packet in got]
    assert [b - a & 0xFFFF for a, b in pairwise(numbers)] == [1] * (len(got) - 1)
    first = next(packet for packet in got if layer_of(packet) == 23)
    assert first[parse(first).payload_start :].startswith(KEYFRAME)


def test_a_layer_that_stops_coming_is_replaced_by_one_that_comes(place: Place) -> None:
    layers = Layers(place)
    receiver = place.connected()
    place.engine.subscribe(receiver.peer, layers.track, Numbers(1000, 96), EVERYTHING)
    layers.run(1.0)
    layers.run(3.0, layers=(21,))
    assert layer_of(media_of(receiver)[-1]) == 21


def test_pictures_flow_on_a_line_that_nothing_is_known_of_yet(place: Place) -> None:
    """It becomes known by what arrives: held back until it is, a picture would never be shown."""
    layers = Layers(place)
    receiver = place.connected()
    receiver.peer.numbering = Numbers(1000, 96, 1001, 97).element
    place.engine.subscribe(receiver.peer, layers.track, Numbers(1000, 96, 1001, 97), EVERYTHING)
    layers.run(1.0, layers=(23,))
    receiver.received()
    layers.run(1.0, layers=(23,))
    assert not receiver.peer.line.known
    assert {layer_of(packet) for packet in media_of(receiver)} == {23}
