"""Which layer of each picture a subscriber gets: by what it has a use for, and what its line carries."""

from collections.abc import Callable, Sequence

from media.layers import OFF, Wish, least_price, next_price, price, share
from media.packets import Kind
from media.peer import Peer
from media.route import Route
from media.source import Source

TWICE = 2.2
"""What sending everything twice costs, of what it costs once."""
UNLIMITED = 1 << 60
RouteChanged = Callable[[Peer, Route, bool], None]
"""A picture is held back because the line is too narrow for it, or comes again (True)."""


class Allotment:
    """Every subscriber's."""

    def __init__(self, tell: RouteChanged) -> None:
        self._tell = tell
        self._starved: set[Route] = set()
        """Routes whose pictures are held back."""

    def settle(self, peer: Peer, now: float) -> None:
        """Choose, for everything this peer receives, the layer it has a use for and its line carries."""
        if peer.hushed:
            return
        pictures: list[tuple[Route, list[Source]]] = []
        wishes: list[Wish] = []
        for track, route in peer.routes.values():
            layers = track.arriving(now)
            if track.kind is Kind.AUDIO:
                if layers and route.wanted not in layers:
                    route.follow(layers[-1])
                continue
            useful = [place for place, layer in enumerate(layers) if layer.rank <= route.limit]
            limit = OFF if route.limit < 0 or not layers else max(useful, default=0)
            present = layers.index(route.wanted) if route.wanted in layers else OFF
            pictures.append((route, layers))
            wishes.append(Wish(tuple(track.price(layer) for layer in layers), limit, present, track.screen))
        if not pictures:
            return
        chosen = share(_budget(peer, wishes), wishes)
        for (route, layers), wish, place in zip(pictures, wishes, chosen, strict=True):
            route.follow(layers[place] if place >= 0 else None)
            route.hold(peer.line.lost, peer.line.round_trip, now)
            self._note_starving(peer, route, starving=place < 0 <= wish.limit)
        if peer.numbering:
            twice = int(TWICE * price(wishes, chosen)) if peer.line.terrible else 0
            doubled = 0 < twice <= peer.line.estimate
            for route, _ in pictures:
                route.doubled = doubled and route.repair_type >= 0
            peer.line.want(max(twice, next_price(wishes, chosen)), now)

    def forget(self, route: Route) -> None:
        """This route is withdrawn."""
        self._starved.discard(route)

    def _note_starving(self, peer: Peer, route: Route, *, starving: bool) -> None:
        if starving != (route in self._starved):
            (self._starved.add if starving else self._starved.discard)(route)
            self._tell(peer, route, not starving)


def _budget(peer: Peer, wishes: Sequence[Wish]) -> int:
    """Until something has filled the line, the smallest size of everything at least: so it gets known."""
    if not peer.numbering:
        return peer.downlink or UNLIMITED
    return max(peer.line.estimate, least_price(wishes) if peer.line.never_full else 0)
