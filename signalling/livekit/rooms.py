"""Rooms: who is in them, what is published, who gets it, and what the world outside is told."""

import secrets
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from livekit.protocol.models import (
    Codec,
    DisconnectReason,
    ParticipantInfo,
    SpeakerInfo,
    TrackInfo,
)
from livekit.protocol.models import Room as RoomInfo
from livekit.protocol.rtc import ICEServer, JoinResponse, LeaveRequest, SpeakersChanged

from media.engine import Engine, EngineFull
from media.packets import Kind
from media.peer import Peer
from media.route import Route
from signalling.livekit.descriptions import Reach
from signalling.livekit.errors import Refused
from signalling.livekit.participant import SERVER_VERSION, Participant, State, Wire, news_of, server_info
from signalling.livekit.publications import Publication
from signalling.livekit.quality import tell_held_back, tell_publishers
from signalling.livekit.speakers import Speakers
from signalling.livekit.subscriptions import Offered, Subscription
from signalling.livekit.tokens import Admission
from signalling.livekit.turn import Turn

MAX_ROOMS = 200
MAX_PARTICIPANTS = 30
"""Two tracks of each are as many sections as one description should have."""
REMEMBERED_ROUTES = 2000
PING_INTERVAL, PING_TIMEOUT = 5, 15


@dataclass(frozen=True, slots=True)
class Settings:
    """Times in seconds."""

    departure_timeout: float = 15
    """How long a participant without a socket may come back."""
    empty_timeout: float = 300
    """How long a room waits for its first participant, unless CreateRoom says."""
    room_departure_timeout: float = 20
    """How long a room outlives its last participant, unless CreateRoom says."""
    connect_timeout: float = 30
    """How long a participant may take to connect its transport."""
    turn: Turn | None = None
    """For clients whose network lets nothing through to us."""


Tell = Callable[[str, RoomInfo, ParticipantInfo | None, TrackInfo | None], None]
"""Event name, room, participant, track → a webhook."""


@dataclass(frozen=True, slots=True)
class RouteRecord:
    """A route and whom it connects; kept after its withdrawal while the room lives."""

    publisher: str
    subscriber: str
    track_sid: str
    kind: Kind
    route: Route


class House:
    """Every room of this engine."""

    def __init__(
        self, engine: Engine, reach: Reach, settings: Settings, tell: Tell,
        clock: Callable[[], float], wall_clock: Callable[[], float],
        soon: Callable[[Callable[[], None]], object],
    ) -> None:  # fmt: skip
        """`clock` is monotonic, `wall_clock` is UTC; `soon` has something done in a moment."""
        self.engine = engine
        self.reach = reach
        self.settings = settings
        self.tell = tell
        self.clock, self.wall_clock = clock, wall_clock
        self.soon = soon
        self.rooms: dict[str, Room] = {}
        engine.listener = self

    def create(self, name: str) -> "Room":
        """The room of this name, made if need be. Raises: Refused when there are too many."""
        room = self.rooms.get(name)
        if room is None:
            if len(self.rooms) >= MAX_ROOMS:
                raise Refused(503, "there are too many rooms")
            room = self.rooms[name] = Room(self, name)
            self.tell("room_started", room.info(), None, None)
        return room

    def check_place(self, admission: Admission) -> None:
        """Whether there is room for one more. Raises: Refused."""
        room = self.rooms.get(admission.room)
        if room is None:
            if len(self.rooms) >= MAX_ROOMS:
                raise Refused(503, "there are too many rooms")
        elif admission.identity not in room.participants and len(room.participants) >= room.places:
            raise Refused(503, "this room is full")

    def join(
        self, admission: Admission, wire: Wire,
        *, auto_subscribe: bool, own_streams: bool, one_connection: bool = False,
    ) -> Participant:  # fmt: skip
        """A new participant; an older one of the same identity ends. Raises: Refused."""
        self.check_place(admission)
        room = self.create(admission.room)
        former = room.participants.get(admission.identity)
        if former is not None:
            room.leave(former, DisconnectReason.DUPLICATE_IDENTITY)
        try:
            participant = Participant(
                room, admission,
                auto_subscribe=auto_subscribe, own_streams=own_streams, one_connection=one_connection,
            )  # fmt: skip
        except EngineFull:
            raise Refused(503, "this server is full") from None
        participant.wire = wire
        room.enter(participant)
        return participant

    def resume(self, admission: Admission, sid: str, wire: Wire) -> Participant | None:
        """The participant that has come back on a new socket; None when it must join anew."""
        room = self.rooms.get(admission.room)
        participant = room.participants.get(admission.identity) if room else None
        if participant is None or (sid and participant.sid != sid):
            return None
        participant.resumed(wire)
        return participant

    def delete(self, room: "Room", reason: DisconnectReason) -> None:
        """End a room and everybody in it."""
        self.rooms.pop(room.name, None)
        for participant in list(room.participants.values()):
            room.leave(participant, reason)
        self.tell("room_finished", room.info(), None, None)

    def tick(self) -> None:
        """Farewells and speakers. Call it about three times a second."""
        now = self.clock()
        for room in list(self.rooms.values()):
            room.tick(now)
            if room.due_to_end(now):
                self.delete(room, DisconnectReason.ROOM_CLOSED)

    def close(self) -> None:
        """End everything at once."""
        for room in list(self.rooms.values()):
            self.delete(room, DisconnectReason.SERVER_SHUTDOWN)

    def peer_connected(self, peer: Peer) -> None:
        """From the engine."""
        for participant in self._everybody():
            if peer in participant.peers:
                participant.connected(peer)
                return

    def peer_ended(self, peer: Peer) -> None:
        """From the engine: the client closed its transport, or nothing came from it for too long."""
        for participant in self._everybody():
            if peer in participant.peers:
                participant.room.lost(participant)
                return

    def route_changed(self, peer: Peer, route: Route, flowing: bool) -> None:
        """From the engine: a line has become too narrow for a picture, or wide enough."""
        for participant in self._everybody():
            if peer in participant.peers:
                tell_held_back(participant, route, flowing=flowing)
                return

    def _everybody(self) -> Iterator[Participant]:
        for room in self.rooms.values():
            yield from list(room.participants.values())


class Room:
    """One room."""

    def __init__(self, house: House, name: str) -> None:
        self.house = house
        self.name = name
        self.sid = f"RM_{secrets.token_hex(6)}"
        self.created_at = house.wall_clock()
        self.empty_timeout = house.settings.empty_timeout
        self.departure_timeout = house.settings.room_departure_timeout
        self.max_participants = 0
        self.participants: dict[str, Participant] = {}
        """By identity."""
        self.routes: deque[RouteRecord] = deque(maxlen=REMEMBERED_ROUTES)
        self._ends_at: float | None = house.clock() + self.empty_timeout
        self._speakers = Speakers()

    def info(self) -> RoomInfo:
        """As clients and RoomService see it."""
        publishers = sum(bool(other.publisher.published) for other in self.participants.values())
        return RoomInfo(
            sid=self.sid,
            name=self.name,
            empty_timeout=int(self.empty_timeout),
            departure_timeout=int(self.departure_timeout),
            max_participants=self.max_participants,
            creation_time=int(self.created_at),
            creation_time_ms=int(self.created_at * 1000),
            enabled_codecs=codecs(),
            num_participants=len(self.participants),
            num_publishers=publishers,
        )

    @property
    def places(self) -> int:
        """How many participants it holds."""
        return min(self.max_participants or MAX_PARTICIPANTS, MAX_PARTICIPANTS)

    def set_timeouts(self, empty: float, departure: float) -> None:
        """As CreateRoom asks."""
        self.empty_timeout, self.departure_timeout = empty, departure
        if not self.participants:
            self._ends_at = self.house.clock() + empty

    # -- coming and going

    def enter(self, participant: Participant) -> None:
        """Greet a newcomer, offer what there is, tell the others."""
        others = list(self.participants.values())
        self.participants[participant.identity] = participant
        self._ends_at = None
        participant.tell(
            join=JoinResponse(
                room=self.info(),
                participant=participant.info(),
                other_participants=[other.info() for other in others],
                server_version=SERVER_VERSION,
                server_info=server_info(),
                subscriber_primary=not participant.one_connection,
                ping_interval=PING_INTERVAL,
                ping_timeout=PING_TIMEOUT,
                enabled_publish_codecs=codecs(),
                ice_servers=self.ice_servers(participant),
            )
        )
        participant.reconcile()
        news = news_of([participant])
        for other in others:
            other.tell_serialized(news)

    def ice_servers(self, participant: Participant) -> list[ICEServer]:
        """What a client is told of other ways to us."""
        turn = self.house.settings.turn
        return [turn.server(participant.sid, self.house.wall_clock())] if turn else []

    def active(self, participant: Participant) -> None:
        """Its transport is connected."""
        participant.announced = True
        self.changed(participant)
        self._webhook("participant_joined", participant)

    def leave(
        self,
        participant: Participant,
        reason: DisconnectReason,
        action: LeaveRequest.Action = LeaveRequest.DISCONNECT,
    ) -> None:
        """End a participant at once: its media is dead when this returns."""
        if self.participants.get(participant.identity) is not participant:
            return
        del self.participants[participant.identity]
        unpublished = list(participant.publisher.published.values())
        participant.end(reason, action)
        participant.version += 1
        for publication in unpublished:
            self._webhook("track_unpublished", participant, publication)
        news = news_of([participant])
        for other in self.participants.values():
            other.reconcile()
            other.tell_serialized(news)
        self._webhook(
            "participant_left" if participant.announced else "participant_connection_aborted", participant
        )
        if not self.participants:
            self._ends_at = self.house.clock() + self.departure_timeout

    def lost(self, participant: Participant) -> None:
        """A transport is gone for good: the client must join anew."""
        self.leave(participant, DisconnectReason.CONNECTION_TIMEOUT, LeaveRequest.RECONNECT)

    def disconnected(self, participant: Participant, wire: Wire) -> None:
        """This socket is closed; unless another has taken its place the participant may come back."""
        if participant.wire is wire:
            participant.wire = None
            participant.absent_since = self.house.clock()

    # -- what is published

    def published(self, participant: Participant, publication: Publication) -> None:
        """A publication has been negotiated: everybody who may have it is offered it."""
        self.changed(participant)
        for other in self.participants.values():
            if other is not participant:
                other.reconcile()
        self._webhook("track_published", participant, publication)

    def unpublished(self, participant: Participant, publication: Publication) -> None:
        """A publication has ended; its routes are gone already."""
        if not publication.mid:
            return
        for other in self.participants.values():
            if other is not participant:
                other.reconcile()
        self.changed(participant)
        self._webhook("track_unpublished", participant, publication)

    def changed(self, participant: Participant) -> None:
        """Tell everybody, itself included, what it is now."""
        participant.version += 1
        news = news_of([participant])
        for other in self.participants.values():
            other.tell_serialized(news)

    def offered_to(self, subscriber: Participant) -> list[Offered]:
        """Everything others publish."""
        return [
            Offered(other.identity, other.sid, publication)
            for other in self.participants.values()
            if other is not subscriber
            for publication in other.publisher.published.values()
        ]

    def record(self, subscriber: Participant, subscription: Subscription) -> None:
        """Packets flow on a new route: keep its counters for as long as the room lives."""
        offered, route = subscription.offered, subscription.route
        if route is not None:
            publication = offered.publication
            self.routes.append(
                RouteRecord(offered.publisher, subscriber.identity, publication.sid, publication.kind, route)
            )
            self.look()

    def look(self) -> None:
        """Tell publishers whose layers are of use now."""
        tell_publishers(self.participants.values(), self.house.clock())

    # -- what time brings

    def tick(self, now: float) -> None:
        """Participants that did not connect or come back; who is speaking."""
        for participant in list(self.participants.values()):
            absent = participant.absent_since
            if absent is not None and now - absent >= self.house.settings.departure_timeout:
                self.leave(participant, DisconnectReason.SIGNAL_CLOSE)
            elif participant.state is State.JOINED and now >= participant.connect_by:
                self.leave(participant, DisconnectReason.JOIN_FAILURE)
        self.look()
        changed = self._speakers.update(self._levels(), now)
        if changed:
            speakers = [SpeakerInfo(sid=sid, level=level, active=level > 0) for sid, level in changed.items()]
            for participant in self.participants.values():
                if participant.permission.can_subscribe:
                    participant.tell(speakers_changed=SpeakersChanged(speakers=speakers))

    def due_to_end(self, now: float) -> bool:
        """Whether nobody has been here for long enough."""
        return not self.participants and self._ends_at is not None and now >= self._ends_at

    def _levels(self) -> dict[str, list[int]]:
        levels: dict[str, list[int]] = {}
        for participant in self.participants.values():
            for publication in participant.publisher.published.values():
                if publication.kind is Kind.AUDIO:
                    levels.setdefault(participant.sid, []).extend(publication.track.levels)
                    publication.track.levels.clear()
        return levels

    def _webhook(self, event: str, participant: Participant, publication: Publication | None = None) -> None:
        self.house.tell(event, self.info(), participant.info(), publication.info if publication else None)


def codecs() -> list[Codec]:
    """What can be published."""
    return [Codec(mime=mime) for mime in ("audio/opus", "audio/red", "video/VP8", "video/H264")]
