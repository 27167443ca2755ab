"""A publisher and a subscriber at the far ends of bad lines, with the whole engine between them.

There is one simulated clock: minutes pass in seconds, and one seed is one course of events. Both ends do what
libwebrtc does. The subscriber asks at once for what is missing and every 100 ms again, decodes in order, and
asks for a keyframe when nothing was decoded for a while.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random

from media import rtcp
from media.arrivals import Section
from media.engine import Engine
from media.packets import ONE_BYTE_PROFILE, Codec, Extension, extension_block, extensions, is_rtcp, parse
from media.route import EVERYTHING, OUTGOING_EXTENSIONS, Numbers
from media.stun import Address
from media.track import Track
from media.twcc import TransportNumbers
from tests.media.builders import DELTA, KEYFRAME, rtp
from tests.media.client import Browser, Wires
from tests.media.conditions import PERFECT, Conditions, Direction

RATE = 15
"""Pictures a second."""
KEYFRAME_PACKETS, PACKETS = 8, 4
SIZE = 1000
PICTURE, REPAIR = 7, 9
"""What the publisher sends under."""
TO_PICTURE, TO_REPAIR = 1000, 2000
"""What the subscriber gets it under."""
TRANSPORT = 6
HELD = 0.02
"""Seconds libwebrtc holds pictures on lines like these by itself: it leaves repeated ones out of account."""
SECTION = Section(
    "v", Codec.VP8, 96, {Extension.MID: 3, Extension.TRANSPORT_NUMBER: TRANSPORT}, frozenset({PICTURE}),
    repair_type=97, repairs={REPAIR: PICTURE},
)  # fmt: skip
NUMBERS = Numbers(TO_PICTURE, 96, TO_REPAIR, 97, holds=True)


class Clock:
    """What is to happen, in order."""

    def __init__(self) -> None:
        self.now = 10.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def at(self, when: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._due, (when, next(self._order), what))

    def every(self, seconds: float, what: Callable[[], None]) -> None:
        def again() -> None:
            what()
            self.at(self.now + seconds, again)

        self.at(self.now + seconds, again)

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self._due and self._due[0][0] <= end:
            self.now, _, what = heapq.heappop(self._due)
            what()
        self.now = end


class End:
    """One browser, its line, and its connectivity checks."""

    def __init__(self, call: "Meeting", port: int) -> None:
        self.call, self.clock = call, call.clock
        self.browser = Browser(call.engine, call.wires, call.engine.open(), ("127.0.0.1", port))
        self.browser.connect(self.clock.now)
        call.ends[self.address] = self
        self.up = Direction(PERFECT, Random(call.chance.random()))
        self.down = Direction(PERFECT, Random(call.chance.random()))
        self.answered_at = self.checked_at = self.clock.now
        self.clock.every(0.1, self._check)

    @property
    def address(self) -> Address:
        return self.browser.address

    def becomes(self, line: Conditions) -> None:
        self.up.conditions = self.down.conditions = line

    def move(self) -> None:
        """From now on its packets come from elsewhere, and what goes to where it was is lost."""
        self.call.ends.pop(self.address)
        self.browser.address = (self.address[0], self.address[1] + 100)
        self.call.ends[self.address] = self

    def say(self, packet: bytes) -> None:
        self.send(self.browser.protected(packet))

    def send(self, datagram: bytes) -> None:
        due = self.up.due(len(datagram), self.clock.now)
        if due is not None:
            origin = self.address
            self.clock.at(due, lambda: self.call.deliver(self.browser, datagram, origin))

    def comes(self, datagram: bytes) -> None:
        due = self.down.due(len(datagram), self.clock.now)
        if due is not None:
            self.clock.at(due, lambda: self._take(datagram))

    def hear(self, packet: bytes) -> None:
        """What came, in the clear."""

    def _take(self, datagram: bytes) -> None:
        if datagram[:2] == b"\x00\x01":
            self.send(self.browser.answer(datagram))
        elif datagram[0] < 4:
            self.answered_at = self.clock.now
        elif 128 <= datagram[0] <= 191:
            browser = self.browser
            assert browser.receiving is not None
            browser.inbox.bytes[: len(datagram)] = datagram
            open_ = browser.receiving.unprotect_rtcp if is_rtcp(datagram[1]) else browser.receiving.unprotect
            length = open_(len(datagram))
            if length:
                self.hear(bytes(browser.inbox.views[length]))

    def _check(self) -> None:
        """Every 2.5 s, and five times as often once an answer is overdue."""
        often = self.clock.now - self.answered_at > 3.0
        if self.clock.now - self.checked_at >= (0.48 if often else 2.5):
            self.checked_at = self.clock.now
            self.send(self.browser.check_request())


class Publisher(End):
    """Sends one picture after the other, and again what is asked for."""

    def __init__(self, call: "Meeting", port: int) -> None:
        super().__init__(call, port)
        self.track = Track(Codec.VP8)
        call.engine.bind(self.browser.peer, [SECTION], {"v": self.track})
        self.number = self.repaired = self.transport = 0
        self.wanted = True
        self.keyframes = 0
        self.sent: dict[int, tuple[bytes, int, bool]] = {}
        self.sent_at: dict[int, float] = {}
        self.asked = 0
        self.clock.every(1 / RATE, self._picture)
        self.clock.every(1.0, self._report)

    @property
    def timestamp(self) -> int:
        return int(self.clock.now * 90_000)

    def _picture(self) -> None:
        keyframe, self.wanted = self.wanted, False
        self.keyframes += keyframe
        packets = KEYFRAME_PACKETS if keyframe else PACKETS
        for place in range(packets):
            first = (KEYFRAME if keyframe else DELTA) if not place else b"\x00\x01"
            self.sent[self.number] = first + bytes(SIZE), self.timestamp, place == packets - 1
            payload, timestamp, marker = self.sent[self.number]
            self.say(rtp(
                self.number, payload, ssrc=PICTURE, timestamp=timestamp, marker=marker,
                extension=self._numbered(),
            ))  # fmt: skip
            self.sent_at[self.number] = self.clock.now
            self.sent.pop(self.number - 1000, None)
            self.number = self.number + 1 & 0xFFFF

    def _numbered(self) -> bytes:
        self.transport = self.transport + 1 & 0xFFFF
        return extension_block({TRANSPORT: self.transport.to_bytes(2, "big"), 3: b"v"})

    def _report(self) -> None:
        ntp = int(self.clock.now * 2**32)
        self.say(rtcp.sender_report(rtcp.SenderReport(PICTURE, ntp, self.timestamp, 1, 1)))

    def hear(self, packet: bytes) -> None:
        for report in rtcp.parse(packet) if is_rtcp(packet[1]) else []:
            if isinstance(report, rtcp.KeyframeRequest):
                self.wanted = True
            elif isinstance(report, rtcp.Nack):
                for number in report.lost:
                    self._again(number)

    def _again(self, number: int) -> None:
        """Not what was sent a round trip ago or less."""
        self.asked += 1
        if number in self.sent and self.clock.now - self.sent_at[number] > 0.09:
            self.sent_at[number] = self.clock.now
            payload, timestamp, marker = self.sent[number]
            self.repaired = self.repaired + 1 & 0xFFFF
            self.say(rtp(
                self.repaired, number.to_bytes(2, "big") + payload, ssrc=REPAIR, timestamp=timestamp,
                payload_type=97, marker=marker, extension=self._numbered(),
            ))  # fmt: skip


@dataclass
class Shown:
    """What stood on the subscriber's screen."""

    at: list[float] = field(default_factory=list)

    def freezes(self, since: float) -> list[float]:
        """How long each picture stood that stood too long, as W3C's webrtc-stats has it (freezeCount)."""
        found = []
        for place in range(31, len(self.at)):
            recent = [self.at[k] - self.at[k - 1] for k in range(place - 30, place)]
            average = sum(recent) / len(recent)
            lasted = self.at[place] - self.at[place - 1]
            if lasted >= max(3 * average, average + 0.15) and self.at[place] > since:
                found.append(lasted)
        return found


class View:
    """One picture as it comes: asks again for what is missing, decodes in order, begs for keyframes."""

    def __init__(self, end: End, ssrc: int) -> None:
        self.end, self.clock, self.ssrc = end, end.clock, ssrc
        self.shown = Shown()
        self.held = HELD
        self.highest = -1
        self.missing: dict[int, tuple[float, int]] = {}
        self.packets: dict[int, bytes] = {}
        self.next = -1
        """The number the next picture begins at; -1: only a keyframe will do."""
        self.decoded_at = self.came_at = self.begged_at = self.clock.now
        self.transit = 1e9
        self.repeated = self.asked = self.begged = 0
        self.clock.every(0.02, self._process)

    def take(self, ssrc: int, number: int, timestamp: int, marker: bool, payload: bytes) -> None:
        """What came under its SSRC, or in its repairing stream."""
        self.came_at = self.clock.now
        if ssrc != self.ssrc:
            if not payload:
                return
            self.repeated += 1
            number, payload = int.from_bytes(payload[:2], "big"), payload[2:]
        self._collect(number, timestamp, marker, payload)

    def _collect(self, number: int, timestamp: int, marker: bool, payload: bytes) -> None:
        extended = number if self.highest < 0 else (
            self.highest + ((number - self.highest + 0x8000) & 0xFFFF) - 0x8000
        )  # fmt: skip
        self.missing.pop(extended, None)
        if extended > self.highest:
            lost = range(self.highest + 1, extended) if self.highest >= 0 else range(0)
            self.highest = extended
            if len(self.missing) + len(lost) > 1000:
                self.missing.clear()
                self._beg()
            else:
                self.missing |= dict.fromkeys(lost, (self.clock.now, 1))
                self._ask(list(lost))
        if extended >= self.next:
            self.packets[extended] = bytes([marker]) + timestamp.to_bytes(4, "big") + payload
            self._decode()

    def _decode(self) -> None:
        while (begin := self._beginning()) is not None:
            number = begin
            while number in self.packets and not self.packets[number][0]:
                number += 1
            if number not in self.packets:
                return
            timestamp = int.from_bytes(self.packets[begin][1:5], "big")
            self.next = number + 1
            self.missing = {known: asked for known, asked in self.missing.items() if known > number}
            self.packets = {known: packet for known, packet in self.packets.items() if known > number}
            self._show(timestamp)

    def _beginning(self) -> int | None:
        """Where the next picture begins that can be decoded: a whole keyframe, or the one that is due."""
        for number in sorted(number for number in self.packets if number > self.next):
            if self.packets[number][5:7] == KEYFRAME and self._whole(number):
                return number
        return self.next if self.next >= 0 and self.next in self.packets else None

    def _whole(self, number: int) -> bool:
        while number in self.packets and not self.packets[number][0]:
            number += 1
        return number in self.packets

    def _show(self, timestamp: int) -> None:
        now = self.clock.now
        self.decoded_at = now
        moment = timestamp / 90_000
        self.transit = min(self.transit, now - moment)
        self.shown.at.append(max(now, moment + self.transit + self.held, *self.shown.at[-1:]))

    def _ask(self, lost: list[int]) -> None:
        if lost:
            self.asked += len(lost)
            self.end.say(rtcp.nack(1, self.ssrc, [number & 0xFFFF for number in lost]))

    def _beg(self) -> None:
        self.begged += 1
        self.begged_at = self.clock.now
        self.end.say(rtcp.picture_loss(1, self.ssrc))

    def _process(self) -> None:
        now = self.clock.now
        again = [number for number, (asked_at, _) in self.missing.items() if now - asked_at >= 0.1]
        for number in again:
            _, times = self.missing[number]
            self.missing[number] = now, times + 1
            if times >= 10:
                del self.missing[number]
        self._ask([number for number in again if number in self.missing])
        patience = 3.0 if self.next >= 0 else 0.2
        if now - max(self.decoded_at, self.begged_at) > patience and now - self.came_at < 5.0:
            self._beg()


class Subscriber(End):
    """Looks at so many pictures, and tells what came."""

    def __init__(self, call: "Meeting", port: int, views: int = 1) -> None:
        super().__init__(call, port)
        self.browser.peer.numbering = NUMBERS.element
        self.arrivals = TransportNumbers()
        self.views = [View(self, TO_PICTURE + place) for place in range(views)]
        self.report: tuple[int, float] | None = None
        self.clock.every(0.1, self._tell_arrivals)
        self.clock.every(1.0, self._tell_reception)

    @property
    def view(self) -> View:
        """The first."""
        return self.views[0]

    def hear(self, packet: bytes) -> None:
        if is_rtcp(packet[1]):
            for report in rtcp.parse(packet):
                if isinstance(report, rtcp.SenderReport):
                    self.report = report.ntp >> 16 & 0xFFFFFFFF, self.clock.now
            return
        header = parse(packet)
        assert header.extension_profile == ONE_BYTE_PROFILE
        found = extensions(packet, header)
        self.arrivals.note(found.get(OUTGOING_EXTENSIONS[Extension.TRANSPORT_NUMBER]), self.clock.now)
        view = self.views[header.ssrc % (TO_REPAIR - TO_PICTURE)]
        told = found.get(OUTGOING_EXTENSIONS[Extension.PLAYOUT_DELAY])
        if told:
            view.held = max(HELD, (int.from_bytes(told, "big") >> 12) / 100)
        payload = packet[header.payload_start : header.payload_end]
        view.take(header.ssrc, header.sequence, header.timestamp, bool(header.marker), payload)

    def _tell_arrivals(self) -> None:
        for packet in self.arrivals.feedback(1, TO_PICTURE):
            self.say(packet)

    def _tell_reception(self) -> None:
        if self.report is not None:
            name, came = self.report
            delay = int((self.clock.now - came) * 65536)
            block = rtcp.ReportBlock(TO_PICTURE, 0, 0, max(0, self.view.highest), 0, name, delay)
            self.say(rtcp.receiver_report(1, [block]))


class Meeting:
    """An engine, whoever is connected to it, and their clock."""

    def __init__(self, seed: int = 1) -> None:
        self.chance = Random(seed)
        self.clock = Clock()
        self.wires = Wires()
        self.engine = Engine(self.wires.transmit)
        self.ends: dict[Address, End] = {}
        self._tick()

    def run(self, seconds: float) -> None:
        self.clock.run(seconds)

    def deliver(self, browser: Browser, datagram: bytes, origin: Address) -> None:
        browser.deliver(datagram, self.clock.now, origin)
        self.engine.flush(self.clock.now)
        self._carry()

    def _tick(self) -> None:
        self.clock.at(self.clock.now + self.engine.tick(self.clock.now), self._tick)
        self._carry()

    def _carry(self) -> None:
        sent, self.wires.sent = self.wires.sent, []
        for datagram, destination in sent:
            end = self.ends.get(destination)
            if end is not None:
                end.comes(datagram)


class Call(Meeting):
    """Somebody shows a picture to somebody."""

    def __init__(self, seed: int = 1) -> None:
        super().__init__(seed)
        self.publisher, self.subscriber = Publisher(self, 40000), Subscriber(self, 41000)
        self.route = self.engine.subscribe(
            self.subscriber.browser.peer, self.publisher.track, NUMBERS, EVERYTHING
        )
