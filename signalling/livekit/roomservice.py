"""LiveKit's RoomService over Twirp: how the platform commands the engine."""

from collections.abc import Callable
from typing import Any

from aiohttp import web
from google.protobuf.message import DecodeError, Message
from livekit.protocol.models import DisconnectReason, ParticipantInfo
from livekit.protocol.models import Room as RoomInfo
from livekit.protocol.room import (
    CreateRoomRequest,
    DeleteRoomRequest,
    DeleteRoomResponse,
    ListParticipantsRequest,
    ListParticipantsResponse,
    ListRoomsRequest,
    ListRoomsResponse,
    MuteRoomTrackRequest,
    MuteRoomTrackResponse,
    RemoveParticipantResponse,
    RoomParticipantIdentity,
    UpdateParticipantRequest,
    UpdateSubscriptionsRequest,
    UpdateSubscriptionsResponse,
)
from livekit.protocol.rtc import MuteTrackRequest

from signalling.livekit.errors import Refused, TwirpError
from signalling.livekit.participant import Participant
from signalling.livekit.rooms import House, Room
from signalling.livekit.tokens import MAX_NAME, Command, Permission, Tokens

MAX_BODY = 64 * 1024


class RoomService:
    """One handler for every method; each has taken effect when its answer is sent."""

    def __init__(self, house: House, tokens: Tokens) -> None:
        self._house = house
        self._tokens = tokens
        self._methods: dict[str, tuple[type[Message], Callable[[Any, Command], Message]]] = {
            "CreateRoom": (CreateRoomRequest, self._create_room),
            "ListRooms": (ListRoomsRequest, self._list_rooms),
            "DeleteRoom": (DeleteRoomRequest, self._delete_room),
            "ListParticipants": (ListParticipantsRequest, self._list_participants),
            "GetParticipant": (RoomParticipantIdentity, self._get_participant),
            "RemoveParticipant": (RoomParticipantIdentity, self._remove_participant),
            "MutePublishedTrack": (MuteRoomTrackRequest, self._mute_published_track),
            "UpdateParticipant": (UpdateParticipantRequest, self._update_participant),
            "UpdateSubscriptions": (UpdateSubscriptionsRequest, self._update_subscriptions),
        }

    async def call(self, request: web.Request) -> web.Response:
        """Answer one Twirp call: protobuf in, protobuf out, errors as Twirp's JSON."""
        try:
            return web.Response(body=await self._answer(request), content_type="application/protobuf")
        except TwirpError as error:
            return web.json_response({"code": error.code, "msg": error.text}, status=error.status)

    async def _answer(self, request: web.Request) -> bytes:
        method = self._methods.get(request.match_info["method"])
        if method is None:
            raise TwirpError("bad_route", "no such method")
        command = self._command(request)
        if request.content_type != "application/protobuf":
            raise TwirpError("bad_route", "application/protobuf is spoken here")
        body = await request.content.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            raise TwirpError("malformed", "too long")
        message = method[0]()
        try:
            message.ParseFromString(body)
        except DecodeError:
            raise TwirpError("malformed", "not such a request") from None
        return method[1](message, command).SerializeToString()

    def _command(self, request: web.Request) -> Command:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            return self._tokens.command(token if scheme == "Bearer" else "")
        except Refused as refused:
            raise TwirpError("unauthenticated", refused.text) from None

    # -- rooms

    def _create_room(self, request: CreateRoomRequest, command: Command) -> RoomInfo:
        _require(command.may_create)
        if not request.name or len(request.name) > MAX_NAME:
            raise TwirpError("invalid_argument", "no usable room name")
        if request.HasField("egress"):
            raise TwirpError("permission_denied", "nothing is recorded here")
        try:
            room = self._house.create(request.name)
        except Refused as refused:
            raise TwirpError("resource_exhausted", refused.text) from None
        room.set_timeouts(
            request.empty_timeout or room.empty_timeout, request.departure_timeout or room.departure_timeout
        )
        room.max_participants = request.max_participants or room.max_participants
        return room.info()

    def _list_rooms(self, request: ListRoomsRequest, command: Command) -> ListRoomsResponse:
        _require(command.may_list)
        names = set(request.names)
        rooms = [room for room in self._house.rooms.values() if not names or room.name in names]
        return ListRoomsResponse(rooms=[room.info() for room in rooms])

    def _delete_room(self, request: DeleteRoomRequest, command: Command) -> DeleteRoomResponse:
        _require(command.may_create)
        room = self._house.rooms.get(request.room)
        if room is None:
            raise TwirpError("not_found", "requested room does not exist")
        self._house.delete(room, DisconnectReason.ROOM_DELETED)
        return DeleteRoomResponse()

    # -- participants

    def _list_participants(
        self, request: ListParticipantsRequest, command: Command
    ) -> ListParticipantsResponse:
        _require(command.admin_of == request.room)
        room = self._house.rooms.get(request.room)
        everybody = room.participants.values() if room else ()
        return ListParticipantsResponse(participants=[participant.info() for participant in everybody])

    def _get_participant(self, request: RoomParticipantIdentity, command: Command) -> ParticipantInfo:
        return self._participant(request.room, request.identity, command).info()

    def _remove_participant(
        self, request: RoomParticipantIdentity, command: Command
    ) -> RemoveParticipantResponse:
        participant = self._participant(request.room, request.identity, command)
        participant.room.leave(participant, DisconnectReason.PARTICIPANT_REMOVED)
        return RemoveParticipantResponse()

    def _update_participant(self, request: UpdateParticipantRequest, command: Command) -> ParticipantInfo:
        participant = self._participant(request.room, request.identity, command)
        if request.HasField("permission"):
            wanted = request.permission
            if wanted.hidden or wanted.recorder or wanted.agent:
                raise TwirpError("permission_denied", "nobody is hidden, records or is a machine here")
            participant.permit(Permission.from_proto(wanted))
        if request.name:
            participant.name = request.name[:MAX_NAME]
            participant.room.changed(participant)
        return participant.info()

    def _mute_published_track(self, request: MuteRoomTrackRequest, command: Command) -> MuteRoomTrackResponse:
        """Mutes only: an unmute from here would open a person's microphone."""
        participant = self._participant(request.room, request.identity, command)
        publication = participant.publisher.published.get(request.track_sid)
        if publication is None:
            raise TwirpError("not_found", "track is not found")
        if not request.muted:
            raise TwirpError("failed_precondition", "remote unmute not enabled")
        participant.set_muted(publication, muted=True)
        participant.tell(mute=MuteTrackRequest(sid=publication.sid, muted=True))
        return MuteRoomTrackResponse(track=publication.info)

    def _update_subscriptions(
        self, request: UpdateSubscriptionsRequest, command: Command
    ) -> UpdateSubscriptionsResponse:
        participant = self._participant(request.room, request.identity, command)
        named = (sid for tracks in request.participant_tracks for sid in tracks.track_sids)
        participant.choose([*request.track_sids, *named], request.subscribe)
        return UpdateSubscriptionsResponse()

    def _participant(self, room_name: str, identity: str, command: Command) -> Participant:
        _require(command.admin_of == room_name)
        room: Room | None = self._house.rooms.get(room_name)
        participant = room.participants.get(identity) if room else None
        if participant is None:
            raise TwirpError("not_found", "participant does not exist")
        return participant


def _require(allowed: bool) -> None:
    if not allowed:
        raise TwirpError("permission_denied", "permissions denied")
