"""Clients of the LiveKit protocol without sockets or media: they say what a test tells them to."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from livekit.protocol.models import ParticipantInfo, Room, TrackInfo, TrackSource, TrackType
from livekit.protocol.rtc import (
    AddTrackRequest,
    LeaveRequest,
    MuteTrackRequest,
    SessionDescription,
    SignalRequest,
    SignalResponse,
)

from media.engine import Engine
from signalling.livekit.descriptions import Reach
from signalling.livekit.participant import Participant
from signalling.livekit.rooms import House, Settings
from signalling.livekit.tokens import Admission, Permission
from tests.media.client import Wires

EVERYTHING = Permission(can_subscribe=True, can_publish=True)
FINGERPRINT = "a=fingerprint:sha-256 " + ":".join(["AB"] * 32)
MICROPHONE, CAMERA = TrackSource.MICROPHONE, TrackSource.CAMERA


@dataclass(frozen=True)
class Event:
    """One webhook."""

    name: str
    room: str
    identity: str
    track: str


class Memory:
    """A wire that remembers."""

    def __init__(self) -> None:
        self.messages: list[SignalResponse] = []
        self.finished = False

    def send(self, message: bytes) -> None:
        self.messages.append(SignalResponse.FromString(message))

    def finish(self) -> None:
        self.finished = True


class Lobby:
    """A house with a clock that a test moves."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.wires = Wires()
        self.engine = Engine(self.wires.transmit)
        self.now = 1000.0
        self.events: list[Event] = []
        self.soon: list[Callable[[], None]] = []
        self.house = House(
            self.engine,
            Reach(("127.0.0.1",), 7882),
            settings or Settings(),
            self._tell,
            lambda: self.now,
            lambda: 1.7e9,
            self.soon.append,
        )

    def _tell(self, name: str, room: Room, who: ParticipantInfo | None, track: TrackInfo | None) -> None:
        event = Event(name, room.name, who.identity if who else "", track.sid if track else "")
        self.events.append(event)

    def join(
        self, identity: str, permission: Permission = EVERYTHING, room: str = "room", *, single: bool = False
    ) -> "Client":
        """`single`: in the v1 dialect, with one connection."""
        return Client(self, Admission(room, identity, "", permission), single=single)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.settle()
        self.house.tick()

    def settle(self) -> None:
        """The moment is over that some things wait for."""
        while self.soon:
            self.soon.pop(0)()

    def told(self) -> list[str]:
        return [event.name for event in self.events]


@dataclass
class Part:
    """One media section of a client's offer."""

    kind: str
    cid: str = ""
    direction: str = "sendonly"
    extra: tuple[str, ...] = ()
    ssrc: int = field(default_factory=lambda: secrets.randbits(31))
    formats: str = ""


def offer_text(*parts: Part, setup: str = "actpass", ufrag: str = "clnt") -> str:
    """A publisher's offer, like a browser's but short."""
    lines = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]
    lines.append("a=group:BUNDLE " + " ".join(str(mid) for mid in range(len(parts))))
    for mid, part in enumerate(parts):
        number, codec = ("111", "opus/48000/2") if part.kind == "audio" else ("96", "VP8/90000")
        lines += [
            f"m={part.kind} 9 UDP/TLS/RTP/SAVPF {part.formats or number}",
            f"a=mid:{mid}",
            f"a=ice-ufrag:{ufrag}",
            "a=ice-pwd:0123456789012345678901",
            FINGERPRINT,
            f"a=setup:{setup}",
            f"a=rtpmap:{number} {codec}",
            f"a={part.direction}",
            *([f"a=msid:stream {part.cid}"] if part.cid else []),
            f"a=ssrc:{part.ssrc} cname:x",
            *part.extra,
        ]
    return "\r\n".join(lines) + "\r\n"


def answer_text(offer: str) -> str:
    """What a browser answers to our offer: everything, received."""
    text = offer.replace("a=sendonly", "a=recvonly").replace("a=setup:actpass", "a=setup:active")
    kept = [line for line in text.split("\r\n") if not line.startswith(("a=ssrc", "a=msid", "a=fingerprint"))]
    return "\r\n".join(line + ("\r\n" + FINGERPRINT if line.startswith("a=mid") else "") for line in kept)


class Client:
    """One participant's client."""

    def __init__(self, lobby: Lobby, admission: Admission, *, single: bool = False) -> None:
        self.lobby = lobby
        self.admission = admission
        self.wire = Memory()
        self.single = single
        self.participant: Participant = lobby.house.join(
            admission, self.wire, auto_subscribe=True, own_streams=False, one_connection=single
        )
        self.parts: list[Part] = []
        self.answered = 0

    def back(self, sid: str = "") -> Participant | None:
        """The socket was lost; here is a new one."""
        self.participant.room.disconnected(self.participant, self.wire)
        self.wire = Memory()
        self.answered = 0
        return self.lobby.house.resume(self.admission, sid, self.wire)

    def said(self, kind: str) -> list[SignalResponse]:
        return [message for message in self.wire.messages if message.WhichOneof("message") == kind]

    def hear(self, **message: object) -> None:
        self.participant.hear(SignalRequest(**message))  # type: ignore[arg-type]

    def answer(self) -> None:
        """Answer every offer that comes; in the newer dialect, make every one that was asked for."""
        self.lobby.settle()
        asked = self.said("media_sections_requirement")
        while self.answered < len(asked):
            required = asked[self.answered].media_sections_requirement
            self.answered += 1
            self.receive_in(required.num_audios, required.num_videos)
            asked = self.said("media_sections_requirement")
        if self.single:
            return
        offers = self.said("offer")
        while self.answered < len(offers):
            offer = offers[self.answered].offer
            self.answered += 1
            self.hear(answer=SessionDescription(type="answer", sdp=answer_text(offer.sdp), id=offer.id))
            offers = self.said("offer")

    def announce(self, source: TrackSource, kind: TrackType | None = None, cid: str = "") -> str:
        """Ask to publish; the track's sid, or "" when refused."""
        kind = kind if kind is not None else (TrackType.AUDIO if source == MICROPHONE else TrackType.VIDEO)
        cid = cid or secrets.token_hex(8)
        before = len(self.said("track_published"))
        self.hear(add_track=AddTrackRequest(cid=cid, source=source, type=kind))
        published = self.said("track_published")
        self.cid = cid
        return published[-1].track_published.track.sid if len(published) > before else ""

    def offer(self, *parts: Part, **how: str) -> str:
        """Offer these sections; the answer."""
        self.hear(offer=SessionDescription(type="offer", sdp=offer_text(*parts, **how), id=1))
        answers = self.said("answer")
        return answers[-1].answer.sdp if answers else ""

    def receive_in(self, sounds: int, pictures: int) -> str:
        """Offer so many sections more in which it only receives; the answer."""
        self.parts += [Part("audio", direction="recvonly") for _ in range(sounds)]
        self.parts += [Part("video", direction="recvonly") for _ in range(pictures)]
        return self.offer(*self.parts)

    def publish(self, source: TrackSource) -> str:
        """Announce and negotiate one more track; its sid."""
        sid = self.announce(source)
        self.parts.append(Part("audio" if source == MICROPHONE else "video", self.cid))
        self.offer(*self.parts)
        return sid

    def mute(self, sid: str, muted: bool = True) -> None:
        self.hear(mute=MuteTrackRequest(sid=sid, muted=muted))

    @property
    def receives(self) -> set[str]:
        """The tracks with a live route to this client."""
        subscriptions = self.participant.subscriber.subscriptions
        return {sid for sid, one in subscriptions.items() if one.route and not one.route.withdrawn}

    @property
    def left(self) -> LeaveRequest | None:
        told = self.said("leave")
        return told[-1].leave if told else None

    def last_info(self, identity: str) -> ParticipantInfo | None:
        """What this client was last told of somebody."""
        infos = [info for message in self.said("update") for info in message.update.participants]
        return next((info for info in reversed(infos) if info.identity == identity), None)
