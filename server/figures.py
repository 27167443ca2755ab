"""How the platform does, for Prometheus: whole figures of each media engine, never of a person or a room.

An engine is asked over its private door. It parses hostile bytes, so what it answers is not believed beyond
being numbers under the names that are known here.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import aiohttp
from livekit import api
from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from server.embedded import Embedded

ANSWER_WITHIN: Final = aiohttp.ClientTimeout(total=2)
LONGEST_ANSWER: Final = 16_384

GAUGES: Final[Mapping[str, tuple[str, str]]] = {
    "rooms": ("hearth_media_rooms", "Rooms with somebody in them."),
    "people": ("hearth_media_people", "People in rooms."),
    "memory_bytes": ("hearth_media_memory_bytes", "Memory of the engine's process."),
}
COUNTERS: Final[Mapping[str, tuple[str, str]]] = {
    "packets_in": ("hearth_media_packets_received", "Media packets that came from people."),
    "bytes_in": ("hearth_media_bytes_received", "Their bytes."),
    "packets_missed": ("hearth_media_packets_missed", "Packets that did not come in their turn."),
    "packets_out": ("hearth_media_packets_sent", "Media packets that went to people."),
    "bytes_out": ("hearth_media_bytes_sent", "Their bytes."),
    "packets_unsent": ("hearth_media_packets_unsent", "Packets that the network did not take."),
    "packets_forged": ("hearth_media_packets_forged", "Packets that nobody in a room has made."),
    "packets_stray": ("hearth_media_packets_stray", "Packets from nobody known."),
    "packets_shed": ("hearth_media_packets_shed", "Packets of pictures left out, to be in time for voices."),
    "faults": ("hearth_media_faults", "Defects of ours, each contained to one packet."),
    "cpu_seconds": ("hearth_media_cpu_seconds", "Processor time of the engine's process."),
}
WORST_LAST: Final = ("0.5", "0.9", "1")
WORST_FIRST: Final = ("0.5", "0.1", "0")
SPREADS: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    "loss_in": ("hearth_media_loss_in_ratio", "Share of packets lost on people's way to us.", WORST_LAST),
    "loss_out": ("hearth_media_loss_out_ratio", "Share of packets lost on our way to people.", WORST_LAST),
    "round_trip": ("hearth_media_round_trip_seconds", "There and back between us and people.", WORST_LAST),
    "estimate": (
        "hearth_media_estimate_bits_per_second",
        "What the lines to people are thought to carry.",
        WORST_FIRST,
    ),
}
"""What differs from person to person: over all people of an engine, as quantiles."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One engine at this moment. `told`: numbers by the names above; None where it does not answer."""

    starts: int
    told: Mapping[str, Sequence[float]] | None


async def read(engine: Embedded, http: aiohttp.ClientSession) -> Reading:
    """Ask one engine."""
    url = engine.endpoint()
    if url is None:
        return Reading(engine.starts, None)
    grants = api.VideoGrants(room_list=True)
    token = api.AccessToken(engine.key, engine.secret).with_grants(grants).to_jwt()
    address = url.replace("ws://", "http://", 1) + "/figures"
    try:
        async with http.get(
            address, headers={"Authorization": f"Bearer {token}"}, timeout=ANSWER_WITHIN
        ) as answer:
            fits = answer.status == 200 and (answer.content_length or LONGEST_ANSWER) < LONGEST_ANSWER
            return Reading(engine.starts, numbers(await answer.read()) if fits else None)
    except (aiohttp.ClientError, TimeoutError, OSError):
        return Reading(engine.starts, None)


def numbers(body: bytes) -> Mapping[str, Sequence[float]] | None:
    """The known names of an engine's answer, with their finite numbers; None of what is no such answer."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    known = {}
    for name in (*GAUGES, *COUNTERS, *SPREADS):
        value = told.get(name, [])
        values = value if isinstance(value, list) else [value]
        known[name] = tuple(float(one) for one in values if _is_number(one))
    return known


def _is_number(value: object) -> bool:
    """NaN is less than nothing."""
    return isinstance(value, int | float) and abs(value) < 2**63


@dataclass(frozen=True, slots=True, eq=False)
class Figures(Collector):
    """All of it, at one moment. `health` is 1 when all is well and 0 when nobody can meet."""

    health: float
    readings: Sequence[Reading]
    draining: bool = False
    """Whether the platform only waits for sessions under way to end."""

    def collect(self) -> Iterator[Metric]:
        """As Prometheus's client wants it."""
        yield GaugeMetricFamily("hearth_health", "1: all is well. 0: nobody can meet.", self.health)
        yield GaugeMetricFamily("hearth_draining", "1: about to stop, after these sessions.", self.draining)
        up = GaugeMetricFamily("hearth_media_up", "Whether the engine answers.", labels=["engine"])
        starts = CounterMetricFamily("hearth_media_starts", "Starts of the engine.", labels=["engine"])
        for at, reading in enumerate(self.readings):
            up.add_metric([str(at)], float(reading.told is not None))
            starts.add_metric([str(at)], reading.starts)
        yield from (up, starts)
        for told, (name, what) in GAUGES.items():
            yield self._each(GaugeMetricFamily(name, what, labels=["engine"]), told)
        for told, (name, what) in COUNTERS.items():
            yield self._each(CounterMetricFamily(name, what, labels=["engine"]), told)
        for told, (name, what, shares) in SPREADS.items():
            spread = GaugeMetricFamily(name, what, labels=["engine", "quantile"])
            for engine, values in self._values(told):
                for share, value in zip(shares, values, strict=False):
                    spread.add_metric([engine, share], value)
            yield spread

    def _each(
        self, family: GaugeMetricFamily | CounterMetricFamily, told: str
    ) -> GaugeMetricFamily | CounterMetricFamily:
        for engine, values in self._values(told):
            for value in values[:1]:
                family.add_metric([engine], value)
        return family

    def _values(self, told: str) -> Iterator[tuple[str, Sequence[float]]]:
        for at, reading in enumerate(self.readings):
            if reading.told is not None:
                yield str(at), reading.told[told]


def as_text(figures: Figures) -> bytes:
    """Prometheus's text format; the platform's own processor time and memory with it."""
    registry = CollectorRegistry()
    registry.register(figures)
    ProcessCollector(registry=registry)
    return generate_latest(registry)
