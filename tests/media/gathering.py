"""People who show themselves in three sizes, and one who comes to them; the clock is that of `distant`."""

from media import rtcp
from media.arrivals import LAYERS, Section
from media.packets import Codec, Extension, extension_block, is_rtcp
from media.route import EVERYTHING, Numbers
from media.track import Track
from tests.media.builders import DELTA, KEYFRAME, rtp
from tests.media.conditions import Conditions
from tests.media.distant import SIZE, TO_PICTURE, TO_REPAIR, End, Meeting, Subscriber

RATE = 20
"""Pictures a second."""
RATES = (108_000, 360_000, 900_000)
"""Of the three sizes, in bits a second."""
KEYFRAME_TIMES = 6
"""What a keyframe takes, of what another picture does."""
SIZES = {21: 0, 22: 1, 23: 2}
"""By SSRC."""
SECTION = Section("v", Codec.VP8, 96, {Extension.MID: 3, Extension.RID: 4}, rids=LAYERS)
TOLD_AFTER = 0.15
"""Seconds until a page has said what size it has a use for."""
SOUND = 120
"""Bytes of a packet of sound, every 20 ms."""


class Person(End):
    """Sends all three sizes all the time."""

    def __init__(self, meeting: Meeting, port: int) -> None:
        super().__init__(meeting, port)
        self.track = Track(Codec.VP8, nominal=RATES)
        meeting.engine.bind(self.browser.peer, [SECTION], {"v": self.track})
        self.numbers = dict.fromkeys(SIZES, 0)
        self.wanted = set(SIZES)
        first = self.clock.now + meeting.chance.random() / RATE
        self.clock.at(first, lambda: self.clock.every(1 / RATE, self._picture))

    def _picture(self) -> None:
        for ssrc, rank in SIZES.items():
            keyframe = ssrc in self.wanted
            size = RATES[rank] // (8 * RATE) * (KEYFRAME_TIMES if keyframe else 1)
            packets = -(-size // SIZE)
            block = extension_block({3: b"v", 4: LAYERS[rank].encode()})
            for place in range(packets):
                start = (KEYFRAME if keyframe else DELTA) if not place else b"\x00\x01"
                self.numbers[ssrc] = self.numbers[ssrc] + 1 & 0xFFFF
                self.say(rtp(
                    self.numbers[ssrc], start + bytes(size // packets), ssrc=ssrc,
                    timestamp=int(self.clock.now * 90_000), marker=place == packets - 1, extension=block,
                ))  # fmt: skip
        self.wanted.clear()

    def hear(self, packet: bytes) -> None:
        for report in rtcp.parse(packet) if is_rtcp(packet[1]) else []:
            if isinstance(report, rtcp.KeyframeRequest):
                self.wanted.add(report.media)


class Gathering(Meeting):
    """So many people are there already; a newcomer looks at all of them, and hears one."""

    def __init__(self, people: int, line: Conditions, limit: int, seed: int = 1) -> None:
        """`limit`: the best size the newcomer's page has a use for."""
        super().__init__(seed)
        self.people = [Person(self, 40000 + place) for place in range(people)]
        self.run(4.0)
        self.since = self.clock.now
        self.newcomer = Subscriber(self, 50000, people)
        self.newcomer.becomes(line)
        self.waits: list[float | None] = []
        """Seconds that each packet of sound stood in the line's queue; None for those it lost."""
        peer = self.newcomer.browser.peer
        self.routes = [
            self.engine.subscribe(
                peer, person.track, Numbers(TO_PICTURE + place, 96, TO_REPAIR + place, 97), EVERYTHING
            )
            for place, person in enumerate(self.people)
        ]
        self.clock.every(0.02, self._speak)
        self.clock.at(self.since + TOLD_AFTER, lambda: self._tell_size(limit))

    def firsts(self) -> list[float]:
        """Seconds until each picture was there for the first time, of those that were."""
        return sorted(view.shown.at[0] - self.since for view in self.newcomer.views if view.shown.at)

    def ranks(self) -> list[int]:
        """The sizes that are wanted for the newcomer now; -1 for none."""
        return [-1 if route.wanted is None else route.wanted.rank for route in self.routes]

    def _tell_size(self, limit: int) -> None:
        for route in self.routes:
            self.engine.limit(self.newcomer.browser.peer, route, limit)

    def _speak(self) -> None:
        line = self.newcomer.down
        due = line.due(SOUND, self.clock.now)
        self.waits.append(None if due is None else due - self.clock.now - line.conditions.delay)
