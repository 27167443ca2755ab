"""One publication: its layers, who gets which, and what is asked of its publisher. Pure."""

from media.packets import Codec, Kind
from media.route import Route
from media.source import KEYFRAME_PATIENCE, Source

MAX_LEVELS = 200
KEYFRAME_TRIES = 5
STILL_ARRIVING = 1.5
"""Seconds after its last packet during which a layer counts as arriving."""


class Track:
    """A packet whose source has no track, or a closed one, or one without routes, goes nowhere."""

    __slots__ = (
        "closed",
        "codec",
        "keyframe_asked",
        "kind",
        "layers",
        "levels",
        "muted",
        "nominal",
        "routes",
        "screen",
    )

    def __init__(self, codec: Codec, *, screen: bool = False, nominal: tuple[int, ...] = ()) -> None:
        self.codec = codec
        self.kind = codec.kind
        self.screen = screen
        """A shared screen keeps its place for longer than a camera when a line is narrow."""
        self.nominal = nominal
        """What its layers are meant to cost, in bits a second, by rank, as far as it was said."""
        self.layers: list[Source] = []
        """The sources that feed it, the best last; of sound there is one."""
        self.routes: list[Route] = []
        self.muted = False
        """The publisher's own mute. What a host does is to close the track."""
        self.closed = False
        self.keyframe_asked = -KEYFRAME_PATIENCE
        self.levels: list[int] = []
        """Audio levels since the last look, in -dBov: 0 is loudest, 127 silence."""

    def attach(self, source: Source) -> None:
        """This source is one of its layers. Routes that follow nothing begin with it."""
        if self.closed or source in self.layers:
            return
        source.track = self
        self.layers = sorted([*self.layers, source], key=lambda layer: layer.rank)
        for route in self.routes:
            if route.wanted is None and route.limit >= 0:
                route.follow(source)

    def detach(self, source: Source) -> None:
        """This source feeds it no more."""
        source.track = None
        source.cache = []
        if source in self.layers:
            self.layers.remove(source)
            for route in self.routes:
                if route.wanted is source or route.current is source:
                    route.pause()
                    route.follow(self.layers[-1] if self.layers else None)

    def arriving(self, now: float) -> list[Source]:
        """The layers that come at present, the best last; when none does, all of them."""
        fresh = [layer for layer in self.layers if now - layer.last_seen < STILL_ARRIVING]
        return fresh or self.layers

    def is_of_use(self, layer: Source) -> bool:
        """Whether anybody gets this layer, or is about to."""
        return any(route.current is layer or route.wanted is layer for route in self.routes)

    def price(self, layer: Source) -> int:
        """What a layer costs in bits a second: a layer that begins gently will soon cost more."""
        nominal = self.nominal[layer.rank] if layer.rank < len(self.nominal) else 0
        return max(layer.rate, nominal * 3 // 4)

    def add(self, route: Route) -> None:
        """Let a subscriber have this track from the next keyframe (video) or packet (audio) on."""
        if not self.closed and route not in self.routes:
            self.routes.append(route)
            if self.layers and route.limit >= 0:
                route.follow(self.layers[0])

    def withdraw(self, route: Route) -> None:
        """The next packet does not find this route."""
        route.retire()
        if route in self.routes:
            self.routes.remove(route)

    def close(self) -> None:
        """End the publication: the next packet finds no route at all, and none can be added."""
        self.closed = True
        for route in list(self.routes):
            self.withdraw(route)
        for source in list(self.layers):
            self.detach(source)

    def set_muted(self, muted: bool) -> None:
        """The publisher's own wish; after a pause everybody starts again with a keyframe."""
        self.muted = muted
        self.levels.clear()
        for route in self.routes:
            route.pause()
            if route.wanted is not None:
                route.wanted.keyframe_wanted = not muted and self.kind is Kind.VIDEO

    def ask_keyframe(self, route: Route, now: float) -> None:
        """A subscriber cannot decode: want a keyframe, unless it has asked or one has come a moment ago."""
        source = route.wanted
        if source is not None and now - max(route.keyframe_asked, source.entry_at) >= KEYFRAME_PATIENCE:
            route.keyframe_asked = now
            source.keyframe_wanted = self.kind is Kind.VIDEO

    def keyframes_due(self, now: float) -> list[Source]:
        """The layers whose publisher is to be asked now; naming them counts as having asked.

        A request or what answers it may get lost: it is repeated until a keyframe comes, but not for ever.
        """
        if self.closed or self.muted or now - self.keyframe_asked < KEYFRAME_PATIENCE:
            return []
        due = [layer for layer in self.layers if layer.keyframe_wanted]
        for layer in due:
            self.keyframe_asked = now
            layer.keyframe_asked += 1
            if layer.keyframe_asked >= KEYFRAME_TRIES:
                layer.keyframe_wanted = False
                layer.keyframe_asked = 0
        return due
