"""One participant: what its client says, and what it is told. No sockets: a `Wire` carries the messages."""

import secrets
from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from livekit.protocol.models import DisconnectReason, ParticipantInfo, ServerInfo
from livekit.protocol.rtc import (
    AddTrackRequest,
    LeaveRequest,
    MediaSectionsRequirement,
    MuteTrackRequest,
    ParticipantUpdate,
    Pong,
    ReconnectResponse,
    RequestResponse,
    SessionDescription,
    SignalRequest,
    SignalResponse,
    TrackPublishedResponse,
    TrackUnpublishedResponse,
    UpdateSubscription,
    UpdateTrackSettings,
)

from media.packets import Kind
from media.peer import Peer
from signalling.livekit.publications import NotAllowed, Publication, Publisher, TooMany, Unsupported
from signalling.livekit.sections import AskingSubscriber
from signalling.livekit.subscriptions import Offered, OfferingSubscriber, Subscriber, Subscription
from signalling.livekit.tokens import Admission, Permission

if TYPE_CHECKING:
    from signalling.livekit.rooms import Room

MAX_CHOICES = 500
SILENT_AFTER = 5.0
"""Seconds without any authentic packet."""
SERVER_VERSION = "1.13.5"
"""Of the protocol's reference server: clients ask for it to know what they may use."""
PROTOCOL = 16


class Wire(Protocol):
    """One WebSocket. Neither method blocks or raises."""

    def send(self, message: bytes) -> None:
        """Queue one message."""

    def finish(self) -> None:
        """Close once what is queued has been sent."""


class State(Enum):
    """As LiveKit counts them: ACTIVE means that the downward transport is connected.

    To others somebody is shown as JOINED again whose packets have stopped, until they come again.
    """

    JOINED = ParticipantInfo.JOINED
    ACTIVE = ParticipantInfo.ACTIVE
    GONE = ParticipantInfo.DISCONNECTED


class Participant:
    """Somebody in a room. Everything here happens at once; nothing waits."""

    def __init__(
        self, room: "Room", admission: Admission,
        *, auto_subscribe: bool, own_streams: bool, one_connection: bool,
    ) -> None:  # fmt: skip
        """`one_connection`: it carries both ways, and the client makes all offers (LiveKit's v1 dialect)."""
        self.room = room
        self.sid = f"PA_{secrets.token_hex(6)}"
        self.identity = admission.identity
        self.name = admission.name
        self.permission = admission.permission
        self.state = State.JOINED
        self.joined_at = room.house.wall_clock()
        self.version = 1
        self.wire: Wire | None = None
        self.absent_since: float | None = None
        """When the socket was lost; None while there is one."""
        self.connect_by = room.house.clock() + room.house.settings.connect_timeout
        self.announced = False
        """Whether participant_joined was told."""
        self._auto_subscribe = auto_subscribe
        self._unpublished_meanwhile: list[str] = []
        """Track sids the client lost while it had no socket."""
        self._choices: dict[str, bool] = {}
        """What the client said of single tracks (UpdateSubscription)."""
        self.one_connection = one_connection
        engine, reach = room.house.engine, room.house.reach
        self.subscriber: Subscriber
        if one_connection:
            peer = engine.open()
            self.publisher = Publisher(engine, reach, peer)
            self.subscriber = AskingSubscriber(engine, peer, self._ask_sections, own_streams=own_streams)
        else:
            self.publisher = Publisher(engine, reach)
            self.subscriber = OfferingSubscriber(
                engine, reach, self._send_offer, room.house.soon, own_streams=own_streams
            )

    # -- what others see of it

    def info(self) -> ParticipantInfo:
        """As every client and RoomService sees it."""
        return ParticipantInfo(
            sid=self.sid,
            identity=self.identity,
            name=self.name,
            state=(State.JOINED if self._is_silent else self.state).value,
            joined_at=int(self.joined_at),
            joined_at_ms=int(self.joined_at * 1000),
            version=self.version,
            permission=self.permission.to_proto(),
            is_publisher=bool(self.publisher.published),
            tracks=[publication.info for publication in self.publisher.published.values()],
        )

    @property
    def _is_silent(self) -> bool:
        """Whether its media was connected, and nothing at all has come from it for SILENT_AFTER."""
        last_sign = max(peer.last_sign for peer in self.peers)
        now = self.room.house.clock()
        return self.state is State.ACTIVE and last_sign > 0 and now - last_sign >= SILENT_AFTER

    @property
    def peers(self) -> list[Peer]:
        """Its one or two connections."""
        upward = self.publisher.peer
        return [self.subscriber.peer, *([upward] if upward and not self.one_connection else [])]

    # -- what it is told

    def tell(self, **message: object) -> None:
        """Send one SignalResponse, if there is a socket now."""
        self.tell_serialized(SignalResponse(**message).SerializeToString())  # type: ignore[arg-type]

    def tell_serialized(self, message: bytes) -> None:
        """The same of one that goes to several."""
        if self.wire is not None:
            self.wire.send(message)

    def tell_of(self, participants: Iterable["Participant"]) -> None:
        """Send what these participants are now."""
        self.tell_serialized(news_of(participants))

    def _tell_unpublished(self, sid: str) -> None:
        if self.wire is None:
            self._unpublished_meanwhile.append(sid)
        self.tell(track_unpublished=TrackUnpublishedResponse(track_sid=sid))

    def resumed(self, wire: Wire) -> None:
        """Its client is back on a new socket: say what it missed, and restart the downward transport."""
        if self.wire is not None:
            self.wire.finish()
        self.wire = wire
        self.absent_since = None
        self.tell(
            reconnect=ReconnectResponse(server_info=server_info(), ice_servers=self.room.ice_servers(self))
        )
        self.tell_of(self.room.participants.values())
        while self._unpublished_meanwhile:
            self._tell_unpublished(self._unpublished_meanwhile.pop(0))
        self.subscriber.restart()
        self.reconcile()

    def _send_offer(self, offer: SessionDescription) -> None:
        self.tell(offer=offer)

    def _ask_sections(self, requirement: MediaSectionsRequirement) -> None:
        self.tell(media_sections_requirement=requirement)

    # -- what its client says

    def hear(self, request: SignalRequest) -> None:
        """Act on one message. Raises: MalformedSdp, Offence, EngineFull."""
        match request.WhichOneof("message"):
            case "offer":
                self._hear_offer(request.offer)
            case "answer":
                self._hear_answer(request.answer)
            case "add_track":
                self._hear_add_track(request.add_track)
            case "mute":
                self._hear_mute(request.mute)
            case "subscription":
                self._hear_subscription(request.subscription)
            case "track_setting":
                self._hear_setting(request.track_setting)
            case "leave":
                self.room.leave(self, DisconnectReason.CLIENT_INITIATED)
            case "ping":
                self.tell(pong=request.ping)
            case "ping_req":
                now = int(self.room.house.wall_clock() * 1000)
                self.tell(pong_resp=Pong(last_ping_timestamp=request.ping_req.timestamp, timestamp=now))
            case "update_metadata":
                self._refuse(RequestResponse.NOT_ALLOWED, request_id=request.update_metadata.request_id)
            case _:
                pass  # trickled candidates and sync_state change nothing here

    def _hear_offer(self, offer: SessionDescription) -> None:
        negotiated = self.publisher.negotiate(offer.sdp, self.subscriber.place)
        carried = {mid: slot.track for mid, slot in negotiated.slots.items()}
        self.tell(
            answer=SessionDescription(
                type="answer", sdp=negotiated.answer, id=offer.id, mid_to_track_id=carried
            )
        )
        for subscription in self.subscriber.begin():
            self.room.record(self, subscription)
        for publication in negotiated.ended:
            self.room.unpublished(self, publication)
        for publication in negotiated.begun:
            self.room.published(self, publication)

    def _hear_answer(self, answer: SessionDescription) -> None:
        for subscription in self.subscriber.answered(answer.sdp, answer.id):
            self.room.record(self, subscription)

    def _hear_add_track(self, request: AddTrackRequest) -> None:
        try:
            publication = self.publisher.announce(request, self.permission)
        except NotAllowed:
            self._refuse(RequestResponse.NOT_ALLOWED, add_track=request)
        except TooMany:
            self._refuse(RequestResponse.LIMIT_EXCEEDED, add_track=request)
        except Unsupported:
            self._refuse(RequestResponse.UNSUPPORTED_TYPE, add_track=request)
        else:
            self.tell(track_published=TrackPublishedResponse(cid=request.cid, track=publication.info))

    def _hear_mute(self, request: MuteTrackRequest) -> None:
        """The participant's own mute: a flag beside what a host decides."""
        publication = self.publisher.find(request.sid)
        if publication is None:
            self._refuse(RequestResponse.NOT_FOUND, mute=request)
        elif publication.info.muted != request.muted:
            self.set_muted(publication, request.muted)

    def _hear_subscription(self, request: UpdateSubscription) -> None:
        self.choose(
            [
                *request.track_sids,
                *(sid for tracks in request.participant_tracks for sid in tracks.track_sids),
            ],
            request.subscribe,
        )

    def _hear_setting(self, wish: UpdateTrackSettings) -> None:
        """How large it shows tracks of others, or that it does not."""
        for offered in self.room.offered_to(self):
            publication = offered.publication
            if publication.sid in wish.track_sids and publication.kind is Kind.VIDEO:
                self.subscriber.limit(publication.sid, publication.limit(wish))
        self.room.look()

    def _refuse(self, reason: RequestResponse.Reason, **what: object) -> None:
        self.tell(request_response=RequestResponse(reason=reason, **what))  # type: ignore[arg-type]

    # -- what happens to it

    def choose(self, sids: Iterable[str], subscribe: bool) -> None:
        """Have, or not have, single tracks of others, as far as it may have any."""
        for sid in sids:
            if sid in self._choices or len(self._choices) < MAX_CHOICES:
                self._choices[sid] = subscribe
        self.reconcile()

    def set_muted(self, publication: Publication, muted: bool) -> None:
        """The flag in TrackInfo and in forwarding."""
        publication.info.muted = muted
        publication.track.set_muted(muted)
        if publication.sid in self.publisher.published:
            self.room.changed(self)

    def permit(self, permission: Permission) -> None:
        """What it may do from this moment; what it may not do has ended when this returns."""
        if permission == self.permission:
            return
        self.permission = permission
        for publication in self.publisher.everything():
            if not permission.publishes(publication.info.source):
                self.publisher.withdraw(publication)
                self._tell_unpublished(publication.sid)
                self.room.unpublished(self, publication)
        self.reconcile()
        # What somebody may do is for their own client to know: with thirty people, telling all of them would
        # be nine hundred messages whenever everything is paused, before the last of them is frozen.
        self.version += 1
        self.tell_of([self])

    def reconcile(self) -> None:
        """Have everything it may have and wants, and nothing else."""
        if self.state is State.GONE:
            return
        wanted = self.room.offered_to(self) if self.permission.can_subscribe else []
        self.subscriber.want(offered for offered in wanted if self._wants(offered))

    def _wants(self, offered: Offered) -> bool:
        return self._choices.get(offered.publication.sid, self._auto_subscribe)

    def connected(self, peer: Peer) -> None:
        """One of its transports is connected."""
        if peer is self.subscriber.peer and self.state is State.JOINED:
            self.state = State.ACTIVE
            self.room.active(self)

    def end(
        self, reason: DisconnectReason, action: LeaveRequest.Action = LeaveRequest.DISCONNECT
    ) -> list[Subscription]:
        """Its media is dead when this returns; its client is told and its socket closes."""
        self.state = State.GONE
        ended = list(self.subscriber.subscriptions.values())
        self.publisher.close()
        self.subscriber.close()
        if self.wire is not None:
            if reason != DisconnectReason.CLIENT_INITIATED:
                self.tell(leave=LeaveRequest(reason=reason, action=action))
            self.wire.finish()
            self.wire = None
        return ended


def news_of(participants: Iterable[Participant]) -> bytes:
    """What these are now, as everybody is told."""
    update = ParticipantUpdate(participants=[participant.info() for participant in participants])
    return SignalResponse(update=update).SerializeToString()


def server_info() -> ServerInfo:
    """What clients want to know of a server."""
    return ServerInfo(edition=ServerInfo.Standard, version=SERVER_VERSION, protocol=PROTOCOL)
