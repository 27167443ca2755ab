"""A media client by hand that sends sound and a picture in two layers, and says in each when it was made.

Receivers map RTP timestamps to their sender's clock by its reports, as browsers do to keep lips and voice
together, and compare the outcome with what the packet itself says.
"""

import random
import re
import struct
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
from livekit.protocol.models import TrackSource, TrackType, VideoLayer, VideoQuality
from livekit.protocol.rtc import (
    AddTrackRequest,
    LeaveRequest,
    SignalRequest,
    SignalResponse,
    UpdateTrackSettings,
)

from media import rtcp
from media.packets import HEADER, Extension, extension_block, is_rtcp, parse
from tests.bench.kit.link import Certificate, Link, Take
from tests.bench.kit.voice import CLOCK, LATE, OPUS, Voice

VP8, REPAIR, PICTURE_CLOCK = 96, 97, 90_000
PICTURE_EVERY, KEYFRAME_EVERY, REPORT_EVERY = 0.2, 10, 1.0
"""Seconds, pictures, seconds."""
LAYERS = {"q": VideoQuality.LOW, "f": VideoQuality.HIGH}
NUMBERS = {
    Extension.AUDIO_LEVEL: 1, Extension.MID: 3, Extension.RID: 4, Extension.REPAIRED_RID: 5,
    Extension.TRANSPORT_NUMBER: 6, Extension.ORIENTATION: 7,
}  # fmt: skip
MADE = struct.Struct("!d")
DESCRIBED = 5
"""Bytes of VP8 that stand before it: a descriptor with a long PictureID, and the beginning of a picture."""
SINCE_1900 = 2_208_988_800
"""Seconds from the beginning of NTP's time to the beginning of Unix's."""
SKEWS_KEPT = 20_000
_PICTURES = re.compile(r"m=video(?:(?!\r\nm=).)*?a=msid:\S+ (\w+)", re.DOTALL)


def ntp(moment: float) -> int:
    """A moment since 1970 in the 64 bits of RFC 3550, section 4."""
    return int((moment + SINCE_1900) * 2**32)


@dataclass
class Stream:
    """One SSRC that is sent: its numbers begin anywhere, as RFC 3550 asks."""

    ssrc: int
    clock: int
    payload_type: int
    beginning: int
    number: int
    packets: int = 0
    octets: int = 0

    def stamp(self, moment: float) -> int:
        """The RTP timestamp of a moment."""
        return self.beginning + int(moment * self.clock) & 0xFFFFFFFF

    def packet(self, moment: float, payload: bytes, elements: dict[int, bytes]) -> bytes:
        """The next packet."""
        self.number = self.number + 1 & 0xFFFF
        self.packets += 1
        self.octets += len(payload)
        block = extension_block(elements)
        head = HEADER.pack(
            0x90 if block else 0x80, self.payload_type, self.number, self.stamp(moment), self.ssrc
        )
        return head + block + payload

    def report(self, moment: float) -> bytes:
        """What it tells its receivers of its clock."""
        told = rtcp.SenderReport(self.ssrc, ntp(moment), self.stamp(moment), self.packets, self.octets)
        return rtcp.sender_report(told) + rtcp.source_description(self.ssrc, "performer")


@dataclass
class Heard:
    """One SSRC that is received."""

    clock: int
    packets: int = 0
    last: float = 0.0
    longest_gap: float = 0.0
    """Seconds between two packets."""
    report: tuple[int, int] | None = None
    """NTP time and RTP timestamp of the newest sender report."""
    error: float | None = None
    """Seconds by which the newest packet seems to have been made too late."""


class Reading(Link):
    """A connection whose packets are decrypted."""

    def __init__(self, certificate: Certificate, take: Take, read: Callable[[bytes, float], None]) -> None:
        super().__init__(certificate, take)
        self._read_packet = read

    def _arrived(self, length: int, at: float) -> None:
        receiving, inbox = self._receiving, self._inbox
        if receiving is None:
            return
        unprotect = receiving.unprotect_rtcp if is_rtcp(inbox.bytes[1]) else receiving.unprotect
        if clear := unprotect(length):
            self._read_packet(bytes(inbox.views[clear]), at)


class Performer(Voice):
    """One stay in a room."""

    def __init__(
        self, http: aiohttp.ClientSession, url: str, certificate: Certificate, token: str,
        chance: random.Random,
    ) -> None:  # fmt: skip
        super().__init__(http, url, certificate, token)
        self.chance = chance
        self.heard: dict[int, Heard] = {}
        self.pictures: list[str] = []
        """The tracks with pictures of others that it was last offered."""
        self.skews: deque[float] = deque(maxlen=SKEWS_KEPT)
        """Seconds by which a picture was placed later than the sound of the same moment and sender."""
        self.picture_every = PICTURE_EVERY
        self.longest_pause = 0.0
        """Seconds between two rounds of `talk`: the machine's fault, not the engine's."""
        self._camera = f"camera-{chance.randrange(1 << 40):x}"
        self._sound = self._stream(CLOCK, OPUS)
        self._ssrc = self._sound.ssrc
        self._layers = {rid: self._stream(PICTURE_CLOCK, VP8) for rid in LAYERS}
        self._transport = 0
        self._picture_due = self._report_due = self._talked = 0.0
        self._picture = 0
        self._keyframe_wanted = True

    def _stream(self, clock: int, payload_type: int) -> Stream:
        ssrc, beginning = self.chance.randrange(1, 1 << 32), self.chance.randrange(1 << 32)
        return Stream(ssrc, clock, payload_type, beginning, self.chance.randrange(1 << 16))

    def _links(self, certificate: Certificate) -> tuple[Link, Link]:
        def nothing(ssrc: bytes, at: float) -> None:
            """Neither connection is asked for undecrypted packets."""

        return Reading(certificate, nothing, self._read_upwards), Reading(certificate, nothing, self._read)

    # --- What it sends ---

    async def speak(self) -> None:
        """Declare sound and picture, once."""
        if not self._joined or self._asked or self.is_held:
            return
        self._asked = True
        sound = AddTrackRequest(cid=self._cid, type=TrackType.AUDIO, source=TrackSource.MICROPHONE)
        camera = AddTrackRequest(cid=self._camera, type=TrackType.VIDEO, source=TrackSource.CAMERA)
        camera.layers.extend(VideoLayer(quality=quality) for quality in LAYERS.values())
        for wanted in (sound, camera):
            await self._say(SignalRequest(add_track=wanted))

    @property
    def sounds(self) -> int:
        """Packets of sound sent so far."""
        return self._sound.packets

    @property
    def sounds_heard(self) -> int:
        """Packets of sound received so far, of everybody."""
        return sum(heard.packets for heard in self.heard.values() if heard.clock == CLOCK)

    def talk(self, now: float) -> None:
        """Send what is due at this moment of the monotonic clock."""
        if not self._up.stands:
            return
        if self._talked:
            self.longest_pause = max(self.longest_pause, now - self._talked)
        self._talked = now
        moment = time.time()
        if now - self._due > LATE:
            self._due = now
        while self._due <= now:
            made = moment - (now - self._due)
            self._due += self.every
            self._perform(self._sound.packet(made, MADE.pack(made) + bytes(53), {1: b"\x1e"}))
        if now >= self._picture_due:
            self._picture_due = now + self.picture_every
            self._show(moment)
        if now >= self._report_due:
            self._report_due = now + REPORT_EVERY
            for stream in (self._sound, *self._layers.values()):
                self._perform(stream.report(moment))

    def _show(self, moment: float) -> None:
        self._picture += 1
        is_key = self._keyframe_wanted or self._picture % KEYFRAME_EVERY == 0
        self._keyframe_wanted = False
        for rid, stream in self._layers.items():
            self._transport = self._transport + 1 & 0xFFFF
            number = 0x8000 | self._picture & 0x7FFF
            described = bytes([0x90, 0x80]) + number.to_bytes(2, "big") + (b"\x00" if is_key else b"\x01")
            elements = {
                NUMBERS[Extension.MID]: b"1",
                NUMBERS[Extension.RID]: rid.encode(),
                NUMBERS[Extension.TRANSPORT_NUMBER]: self._transport.to_bytes(2, "big"),
            }
            self._perform(stream.packet(moment, described + MADE.pack(moment) + bytes(300), elements))

    def _perform(self, packet: bytes) -> None:
        """Every packet leaves here."""
        self._up.send(packet)

    async def look(self, track: str, quality: VideoQuality, *, disabled: bool = False) -> None:
        """Say how well a picture should be seen."""
        setting = UpdateTrackSettings(track_sids=[track], quality=quality, disabled=disabled)
        await self._say(SignalRequest(track_setting=setting))

    async def leave(self) -> None:
        """Go with a word."""
        await self._say(SignalRequest(leave=LeaveRequest()))
        await self.close()

    # --- What it hears ---

    async def _take(self, said: SignalResponse) -> None:
        if said.HasField("offer"):
            self.pictures = _PICTURES.findall(said.offer.sdp)
        await super()._take(said)

    def _read_upwards(self, packet: bytes, at: float) -> None:
        if is_rtcp(packet[1]):
            reports = rtcp.parse(packet)
            self._keyframe_wanted |= any(isinstance(report, rtcp.KeyframeRequest) for report in reports)

    def _read(self, packet: bytes, at: float) -> None:
        if is_rtcp(packet[1]):
            for report in rtcp.parse(packet):
                if isinstance(report, rtcp.SenderReport) and (known := self.heard.get(report.ssrc)):
                    known.report = report.ntp, report.timestamp
            return
        header = parse(packet)
        is_sound = header.payload_type == OPUS
        if not is_sound and header.payload_type != VP8:
            return
        heard = self.heard.setdefault(header.ssrc, Heard(CLOCK if is_sound else PICTURE_CLOCK))
        heard.longest_gap = max(heard.longest_gap, at - heard.last if heard.packets else 0.0)
        heard.packets += 1
        heard.last = at
        said_at = header.payload_start + (0 if is_sound else DESCRIBED)
        if said_at + MADE.size <= header.payload_end:
            (made,) = MADE.unpack_from(packet, said_at)
            self._place(header.ssrc, heard, header.timestamp, made)

    def _place(self, ssrc: int, heard: Heard, timestamp: int, made: float) -> None:
        """When, on its sender's clock, this packet seems to have been made; and the sound of that moment."""
        if heard.report is None:
            return
        reported, stamp = heard.report
        ticks = (timestamp - stamp + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        heard.error = reported / 2**32 - SINCE_1900 + ticks / heard.clock - made
        if heard.clock == PICTURE_CLOCK:
            sender = self.sources.get(ssrc.to_bytes(4, "big"))
            for other, sound in self.heard.items():
                if (
                    sound.clock == CLOCK
                    and sound.error is not None
                    and sender is not None
                    and self.sources.get(other.to_bytes(4, "big")) == sender
                ):
                    self.skews.append(heard.error - sound.error)

    # --- Descriptions ---

    def _offer(self) -> str:
        extensions = [f"a=extmap:{number} {extension.value}" for extension, number in NUMBERS.items()]
        lines = [
            f"m=video 9 UDP/TLS/RTP/SAVPF {VP8} {REPAIR}",
            "a=mid:1",
            "a=ice-ufrag:bench",
            "a=ice-pwd:0123456789012345678901",
            f"a=fingerprint:sha-256 {self._fingerprint}",
            "a=setup:active",
            f"a=rtpmap:{VP8} VP8/90000",
            f"a=rtcp-fb:{VP8} transport-cc",
            f"a=rtcp-fb:{VP8} nack pli",
            f"a=rtpmap:{REPAIR} rtx/90000",
            f"a=fmtp:{REPAIR} apt={VP8}",
            *extensions[1:],
            "a=sendonly",
            f"a=msid:bench {self._camera}",
            *(f"a=rid:{rid} send" for rid in LAYERS),
            "a=simulcast:send " + ";".join(LAYERS),
        ]
        sound = super()._offer().replace("a=group:BUNDLE 0\r\n", "a=group:BUNDLE 0 1\r\n")
        return sound + f"{extensions[0]}\r\n" + "\r\n".join(lines) + "\r\n"
