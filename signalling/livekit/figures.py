"""`/figures`: how this engine does, as a whole. No name, no id and no address is in it."""

import os
import resource
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from math import ceil
from pathlib import Path
from typing import Final

from aiohttp import web

from media.peer import Peer
from media.route import Route
from media.source import Source
from signalling.livekit.errors import Refused
from signalling.livekit.rooms import House
from signalling.livekit.tokens import Tokens

USUAL_AND_WORST: Final = (0.5, 0.9, 1.0)
"""Shares of all people for whom a figure is no more than this."""
USUAL_AND_LEAST: Final = (0.5, 0.1, 0.0)
COUNTED: Final[Mapping[type, tuple[str, ...]]] = {
    Peer: ("packets_unsent", "packets_forged"),
    Source: ("packets_in", "bytes_in", "packets_missed"),
    Route: ("packets_out", "bytes_out"),
}
LOOK_EVERY: Final = 2.0
"""Seconds."""
RESIDENT: Final = Path("/proc/self/statm")


class Totals:
    """Counters of everything that ever flowed, though sources and routes come and go.

    Look every LOOK_EVERY: what flows after the last look at something that ends is not counted.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._seen: dict[Peer | Source | Route, tuple[int, ...]] = {}
        self.now = Counter(dict.fromkeys(chain(*COUNTED.values()), 0))

    def look(self) -> None:
        """Add what has flowed since the last look."""
        before, self._seen = self._seen, {}
        for peer in peers(self._house):
            routes = (route for _, route in peer.routes.values())
            counted: tuple[Peer | Source | Route, ...] = (peer, *peer.arrivals.sources.values(), *routes)
            for what in counted:
                told = self._seen[what] = _told(what)
                earlier = before.get(what, (0,) * len(told))
                for name, new, old in zip(COUNTED[type(what)], told, earlier, strict=True):
                    self.now[name] += new - old


class Figures:
    """The door to them; needs a token that may list rooms."""

    def __init__(self, house: House, tokens: Tokens) -> None:
        self._house = house
        self._tokens = tokens
        self.totals = Totals(house)

    async def show(self, request: web.Request) -> web.Response:
        """The figures as JSON."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            command = self._tokens.command(token if scheme == "Bearer" else "")
        except Refused as refused:
            return web.json_response({"error": refused.text}, status=refused.status)
        if not command.may_list:
            return web.json_response({"error": "permissions denied"}, status=403)
        return web.json_response(self.now())

    def now(self) -> dict[str, int | float | list[float]]:
        """Everything of this moment: times in seconds, rates in bits a second, loss as a share of 1.

        What differs from person to person is told as quantiles (`USUAL_AND_WORST`, `USUAL_AND_LEAST`).
        """
        self.totals.look()
        engine = self._house.engine
        known = list(peers(self._house))
        lines = [peer.line for peer in known if peer.line.known]
        return {
            "rooms": sum(bool(room.participants) for room in self._house.rooms.values()),
            "people": sum(len(room.participants) for room in self._house.rooms.values()),
            **self.totals.now,
            "packets_stray": engine.stray,
            "packets_shed": engine.shed,
            "faults": engine.faults,
            "loss_in": quantiles(_lost_on_the_way_in(known), USUAL_AND_WORST),
            "loss_out": quantiles((line.lost for line in lines), USUAL_AND_WORST),
            "round_trip": quantiles(
                (peer.line.round_trip for peer in known if peer.line.round_trip > 0), USUAL_AND_WORST
            ),
            "estimate": quantiles((float(line.estimate) for line in lines), USUAL_AND_LEAST),
            "cpu_seconds": time.process_time(),
            "memory_bytes": memory(),
        }


def peers(house: House) -> Iterator[Peer]:
    """Every connection of everybody, each once: somebody may send and receive over the same one."""
    for room in house.rooms.values():
        for participant in room.participants.values():
            yield from dict.fromkeys(participant.peers)


def quantiles(values: Iterable[float], shares: Iterable[float]) -> list[float]:
    """The value that this share of all does not exceed (nearest rank), for each share; none of nothing."""
    ordered = sorted(values)
    if not ordered:
        return []
    return [round(ordered[max(0, ceil(share * len(ordered)) - 1)], 6) for share in shares]


def memory() -> int:
    """Bytes that this process has in memory; where only that is told, the most it ever had."""
    try:
        return int(RESIDENT.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _told(what: Peer | Source | Route) -> tuple[int, ...]:
    match what:
        case Peer():
            return what.unsent, what.forged
        case Source():
            return what.received, what.bytes, what.missed
        case Route():
            return what.packets, what.bytes


def _lost_on_the_way_in(known: Iterable[Peer]) -> Iterator[float]:
    for peer in known:
        if peer.arrivals.sources:
            yield max(source.lost_fraction for source in peer.arrivals.sources.values())
