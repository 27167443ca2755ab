"""The adapter against a RoomService in memory, spoken to over HTTP as LiveKit's is. The truth about media is
tested in tests/conformance, against real engines."""

import base64
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace

import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from livekit import api
from livekit.protocol.models import ParticipantInfo, TrackInfo, TrackSource, TrackType

from moderation.grants import Grant, Room, Source
from moderation.model import MeetingId, SeatId
from server.livekit import ForgedWebhook, LiveKit, News, Notice, kind_fits, permission
from signalling.meeting.errors import MediaDown

KEY, SECRET = "key", "a secret of thirty-two characters"
MEETING = MeetingId("meeting")
ASIDE = "meeting-aside"
ANNA, BELA, HOST = SeatId("anna"), SeatId("bela"), SeatId("host")
PARENT = Grant(can_subscribe=True, sources=frozenset({Source.MICROPHONE, Source.CAMERA}))
IN_ASIDE = replace(PARENT, room=Room.ASIDE)
MUTED = Grant(can_subscribe=True, sources=frozenset({Source.CAMERA}))
SILENT = Grant(can_subscribe=True, sources=frozenset())
FROZEN = Grant(can_subscribe=False, sources=PARENT.sources)
MICROPHONE = TrackInfo(source=TrackSource.MICROPHONE, type=TrackType.AUDIO, mime_type="audio/opus")


@dataclass
class Rooms:
    """A RoomService whose rooms are dictionaries. `calls` is what changed something, `broken` answers 500."""

    people: dict[str, dict[str, api.ParticipantInfo]] = field(default_factory=dict)
    listed: dict[str, api.ParticipantInfo] | None = None
    calls: list[tuple[str, str]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def add(
        self,
        seat: SeatId,
        grant: Grant,
        *tracks: TrackInfo,
        room: str = MEETING,
        state: ParticipantInfo.State = ParticipantInfo.ACTIVE,
    ) -> None:
        info = api.ParticipantInfo(identity=seat, permission=permission(grant), tracks=tracks, state=state)
        self.people.setdefault(room, {})[seat] = info

    def grants(self) -> Mapping[str, api.ParticipantPermission]:
        return {seat: info.permission for seat, info in self.people.get(MEETING, {}).items()}

    def places(self) -> dict[str, set[str]]:
        return {room: set(people) for room, people in self.people.items()}

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        claims = jwt.decode(request.headers["authorization"].removeprefix("Bearer "), SECRET, ["HS256"])
        assert claims["iss"] == KEY
        if method in self.broken:
            return web.json_response({"code": "internal", "msg": "broken"}, status=500)
        body = await request.read()
        answer = getattr(self, method)(body)
        if answer is None:
            return web.json_response({"code": "not_found", "msg": "not there"}, status=404)
        assert isinstance(answer, Message)
        return web.Response(body=answer.SerializeToString(), content_type="application/protobuf")

    def ListParticipants(self, body: bytes) -> Message | None:
        room = self.people.get(api.ListParticipantsRequest.FromString(body).room)
        if room is None:
            return None
        seen = room if self.listed is None else self.listed
        return api.ListParticipantsResponse(participants=seen.values())

    def UpdateParticipant(self, body: bytes) -> Message | None:
        asked = api.UpdateParticipantRequest.FromString(body)
        self.calls.append(("update", asked.identity))
        info = self.people.get(asked.room, {}).get(asked.identity)
        if info is not None:
            info.permission.CopyFrom(asked.permission)
        return info

    def RemoveParticipant(self, body: bytes) -> Message | None:
        asked = api.RoomParticipantIdentity.FromString(body)
        self.calls.append(("remove", asked.identity))
        info = self.people.get(asked.room, {}).pop(asked.identity, None)
        return None if info is None else api.RemoveParticipantResponse()

    def DeleteRoom(self, body: bytes) -> Message | None:
        room = self.people.pop(api.DeleteRoomRequest.FromString(body).room, None)
        return None if room is None else api.DeleteRoomResponse()


@pytest.fixture
def rooms() -> Rooms:
    return Rooms()


@pytest.fixture
async def engine(rooms: Rooms) -> AsyncIterator[LiveKit]:
    app = web.Application()
    app.router.add_post("/twirp/livekit.RoomService/{method}", rooms.answer)
    async with (
        TestServer(app) as server,
        LiveKit(lambda: f"ws://127.0.0.1:{server.port}", KEY, SECRET) as livekit,
    ):
        yield livekit


@pytest.fixture
async def dead() -> AsyncIterator[LiveKit]:
    async with LiveKit(lambda: None, KEY, SECRET) as livekit:
        yield livekit


async def test_a_push_makes_the_room_equal_to_the_grants(engine: LiveKit, rooms: Rooms) -> None:
    rooms.add(ANNA, PARENT)
    rooms.add(BELA, PARENT)
    rooms.add(HOST, PARENT)
    await engine.push(MEETING, {ANNA: MUTED, HOST: PARENT})
    assert rooms.grants() == {ANNA: permission(MUTED), HOST: permission(PARENT)}


async def test_a_repeated_push_changes_nothing(engine: LiveKit, rooms: Rooms) -> None:
    rooms.add(ANNA, PARENT)
    await engine.push(MEETING, {ANNA: MUTED})
    rooms.calls.clear()
    await engine.push(MEETING, {ANNA: MUTED})
    assert rooms.calls == []


async def test_a_repeated_push_mends_what_drifted(engine: LiveKit, rooms: Rooms) -> None:
    rooms.add(ANNA, PARENT)
    await engine.push(MEETING, {ANNA: MUTED})
    rooms.add(ANNA, PARENT)
    rooms.add(BELA, PARENT)
    await engine.push(MEETING, {ANNA: MUTED})
    assert rooms.grants() == {ANNA: permission(MUTED)}


async def test_a_new_restriction_does_not_trust_a_list_that_lags_behind(
    engine: LiveKit, rooms: Rooms
) -> None:
    rooms.add(ANNA, PARENT)
    rooms.add(BELA, PARENT)
    rooms.listed = {ANNA: api.ParticipantInfo(identity=ANNA, permission=permission(MUTED))}
    await engine.push(MEETING, {ANNA: MUTED, BELA: MUTED})
    assert rooms.grants() == {ANNA: permission(MUTED), BELA: permission(MUTED)}


async def test_a_new_restriction_troubles_nobody_whom_it_does_not_touch(
    engine: LiveKit, rooms: Rooms
) -> None:
    rooms.add(ANNA, PARENT)
    rooms.add(BELA, PARENT)
    await engine.push(MEETING, {ANNA: PARENT, BELA: PARENT})
    rooms.calls.clear()
    await engine.push(MEETING, {ANNA: MUTED, BELA: PARENT})
    assert rooms.calls == [("update", ANNA)]
    assert rooms.grants() == {ANNA: permission(MUTED), BELA: permission(PARENT)}


async def test_it_is_known_whether_the_rooms_are_as_they_were_pushed(engine: LiveKit, rooms: Rooms) -> None:
    rooms.add(ANNA, PARENT)
    assert not await engine.holds(MEETING, {ANNA: MUTED}), "nothing was pushed yet"
    await engine.push(MEETING, {ANNA: MUTED})
    assert await engine.holds(MEETING, {ANNA: MUTED})
    assert not await engine.holds(MEETING, {ANNA: PARENT})
    assert not await engine.holds(MEETING, {ANNA: replace(MUTED, room=Room.ASIDE)})
    rooms.add(ANNA, PARENT)
    assert not await engine.holds(MEETING, {ANNA: MUTED}), "somebody has drifted"
    rooms.add(ANNA, MUTED)
    rooms.add(BELA, PARENT, room=ASIDE)
    assert not await engine.holds(MEETING, {ANNA: MUTED}), "somebody is there who should not be"
    rooms.broken.add("ListParticipants")
    assert not await engine.holds(MEETING, {ANNA: MUTED})


async def test_a_new_restriction_does_not_wait_for_any_list(engine: LiveKit, rooms: Rooms) -> None:
    rooms.add(ANNA, PARENT)
    rooms.add(BELA, PARENT)
    await engine.push(MEETING, {ANNA: PARENT, BELA: PARENT})
    rooms.broken.add("ListParticipants")
    with pytest.raises(MediaDown):
        await engine.push(MEETING, {ANNA: MUTED})
    assert rooms.grants() == {ANNA: permission(MUTED)}


async def test_each_is_in_the_room_that_the_grant_names_and_in_no_other(
    engine: LiveKit, rooms: Rooms
) -> None:
    for seat in (ANNA, BELA, HOST):
        rooms.add(seat, PARENT)
        rooms.add(seat, PARENT, room=ASIDE)
    await engine.push(MEETING, {ANNA: IN_ASIDE, BELA: PARENT, HOST: IN_ASIDE})
    assert rooms.places() == {MEETING: {BELA}, ASIDE: {ANNA, HOST}}
    await engine.push(MEETING, {ANNA: PARENT, BELA: PARENT, HOST: PARENT})
    assert rooms.places() == {MEETING: {BELA}, ASIDE: set()}


async def test_a_mute_holds_in_the_side_room_too(engine: LiveKit, rooms: Rooms) -> None:
    rooms.add(ANNA, PARENT, room=ASIDE)
    await engine.push(MEETING, {ANNA: replace(MUTED, room=Room.ASIDE)})
    assert rooms.people[ASIDE][ANNA].permission == permission(MUTED)


async def test_a_stranger_in_the_side_room_is_removed_though_nobody_is_meant_to_be_there(
    engine: LiveKit, rooms: Rooms
) -> None:
    rooms.add(BELA, PARENT, room=ASIDE)
    await engine.push(MEETING, {ANNA: PARENT})
    assert rooms.places() == {ASIDE: set()}


async def test_whoever_has_no_connected_media_is_silent(engine: LiveKit, rooms: Rooms) -> None:
    rooms.add(ANNA, PARENT)
    rooms.add(BELA, PARENT, state=ParticipantInfo.JOINED)
    rooms.add(HOST, PARENT, state=ParticipantInfo.JOINED)
    rooms.add(HOST, PARENT, room=ASIDE)
    assert await engine.silent(MEETING) == {BELA}


async def test_an_engine_that_does_not_answer_says_of_nobody_that_they_are_silent(
    engine: LiveKit, rooms: Rooms, dead: LiveKit
) -> None:
    assert await dead.silent(MEETING) == frozenset()
    rooms.broken.add("ListParticipants")
    with pytest.raises(MediaDown):
        await engine.silent(MEETING)


async def test_a_room_that_does_not_exist_is_not_created(engine: LiveKit, rooms: Rooms) -> None:
    await engine.push(MEETING, {ANNA: PARENT})
    await engine.close(MEETING)
    assert rooms.people == {}


async def test_closing_ends_the_room(engine: LiveKit, rooms: Rooms) -> None:
    rooms.add(ANNA, PARENT)
    rooms.add(BELA, PARENT, room=ASIDE)
    await engine.close(MEETING)
    assert rooms.people == {}


@pytest.mark.parametrize("method", ["ListParticipants", "UpdateParticipant", "RemoveParticipant"])
async def test_an_engine_that_does_not_obey_is_down(engine: LiveKit, rooms: Rooms, method: str) -> None:
    rooms.add(ANNA, PARENT)
    rooms.add(BELA, PARENT)
    rooms.broken.add(method)
    with pytest.raises(MediaDown):
        await engine.push(MEETING, {ANNA: MUTED})


async def test_one_that_fails_keeps_no_other_from_being_restricted(engine: LiveKit, rooms: Rooms) -> None:
    rooms.add(ANNA, PARENT)
    rooms.add(BELA, PARENT)
    rooms.broken.add("RemoveParticipant")
    with pytest.raises(MediaDown):
        await engine.push(MEETING, {ANNA: MUTED})
    assert rooms.grants()[ANNA] == permission(MUTED)


async def test_an_engine_nobody_listens_for_is_down() -> None:
    async with LiveKit(lambda: "ws://127.0.0.1:1", KEY, SECRET) as engine:
        with pytest.raises(MediaDown):
            await engine.push(MEETING, {})
        with pytest.raises(MediaDown):
            await engine.close(MEETING)


async def test_where_no_engine_runs_there_is_no_media_to_restrict(dead: LiveKit) -> None:
    await dead.push(MEETING, {ANNA: MUTED})
    await dead.close(MEETING)
    with pytest.raises(MediaDown):
        dead.signalling_url("room")


@pytest.mark.parametrize(
    ("grant", "may_publish", "sources"),
    [
        (PARENT, True, ["camera", "microphone"]),
        (MUTED, True, ["camera"]),
        (SILENT, False, []),
        (FROZEN, True, ["camera", "microphone"]),
    ],
)
def test_a_token_carries_the_grant_and_no_privilege(
    grant: Grant, may_publish: bool, sources: list[str]
) -> None:
    livekit = LiveKit(lambda: None, KEY, SECRET)
    claims = jwt.decode(livekit.token("room", "seat", grant), SECRET, ["HS256"])
    assert claims["sub"] == "seat"
    assert claims["exp"] - claims["nbf"] == 60
    video = claims["video"]
    assert video.pop("room") == "room"
    assert video.pop("canPublishSources") == sources
    assert {name for name, value in video.items() if value} == (
        {"roomJoin"}
        | ({"canPublish"} if may_publish else set())
        | ({"canSubscribe"} if grant.can_subscribe else set())
    )
    assert {"canPublish", "canSubscribe", "canPublishData"} <= video.keys(), "LiveKit takes absence for yes"


def test_no_sources_means_nothing_and_not_everything() -> None:
    assert not permission(SILENT).can_publish
    assert not permission(SILENT).can_publish_sources


def track(source: TrackSource, kind: TrackType, mime: str = "") -> TrackInfo:
    return TrackInfo(source=source, type=kind, mime_type=mime)


SOUND, PICTURE = TrackType.AUDIO, TrackType.VIDEO


@pytest.mark.parametrize(
    ("seen", "fits"),
    [
        (track(TrackSource.MICROPHONE, SOUND, "audio/opus"), True),
        (track(TrackSource.MICROPHONE, SOUND, "audio/red"), True),
        (track(TrackSource.MICROPHONE, SOUND), True),
        (track(TrackSource.CAMERA, PICTURE, "video/VP8"), True),
        (track(TrackSource.SCREEN_SHARE, PICTURE, "video/VP8"), True),
        (track(TrackSource.SCREEN_SHARE_AUDIO, SOUND, "audio/opus"), True),
        (track(TrackSource.CAMERA, SOUND, "audio/opus"), False),
        (track(TrackSource.CAMERA, PICTURE, "audio/opus"), False),
        (track(TrackSource.SCREEN_SHARE, SOUND, "audio/opus"), False),
        (track(TrackSource.MICROPHONE, PICTURE, "video/VP8"), False),
        (track(TrackSource.UNKNOWN, SOUND, "audio/opus"), False),
        (track(TrackSource.CAMERA, TrackType.DATA), False),
    ],
)
def test_a_source_has_one_kind(seen: TrackInfo, fits: bool) -> None:
    assert kind_fits(seen) is fits


async def test_a_push_removes_who_sends_sound_as_a_picture(engine: LiveKit, rooms: Rooms) -> None:
    rooms.add(ANNA, MUTED, track(TrackSource.CAMERA, SOUND, "audio/opus"))
    rooms.add(BELA, PARENT, MICROPHONE)
    await engine.push(MEETING, {ANNA: MUTED, BELA: PARENT})
    assert rooms.grants().keys() == {BELA}


def webhook(
    name: str, *tracks: TrackInfo, secret: str = SECRET, seat: str = ANNA, room: str = MEETING
) -> tuple[bytes, str]:
    event = api.WebhookEvent(event=name)
    event.room.name = room
    event.participant.identity = seat
    event.participant.sid = "PA_1"
    for published in tracks:
        event.track.CopyFrom(published)
    body = MessageToJson(event)
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    return body.encode(), api.AccessToken(KEY, secret).with_sha256(digest).to_jwt()


@pytest.mark.parametrize("name", ["participant_joined", "participant_left"])
async def test_a_webhook_tells_who_came_and_went(engine: LiveKit, name: str) -> None:
    assert await engine.receive(*webhook(name)) == Notice(News(name), MEETING, ANNA, "PA_1")


async def test_the_side_room_is_the_same_meeting(engine: LiveKit, rooms: Rooms) -> None:
    assert await engine.receive(*webhook("participant_joined", room=ASIDE)) == Notice(
        News.JOINED, MEETING, ANNA, "PA_1"
    )
    rooms.add(ANNA, MUTED, room=ASIDE)
    lie = track(TrackSource.CAMERA, SOUND, "audio/opus")
    await engine.receive(*webhook("track_published", lie, room=ASIDE))
    assert rooms.places() == {ASIDE: set()}


async def test_a_webhook_that_nobody_needs_is_nothing(engine: LiveKit) -> None:
    assert await engine.receive(*webhook("room_started")) is None


async def test_a_webhook_about_mislabelled_sound_removes_its_sender(engine: LiveKit, rooms: Rooms) -> None:
    rooms.add(ANNA, MUTED)
    rooms.add(BELA, PARENT)
    await engine.receive(*webhook("track_published", track(TrackSource.CAMERA, SOUND, "audio/opus")))
    await engine.receive(*webhook("track_published", MICROPHONE, seat=BELA))
    assert rooms.grants().keys() == {BELA}


async def test_a_webhook_signed_by_another_key_is_forged(engine: LiveKit) -> None:
    with pytest.raises(ForgedWebhook):
        await engine.receive(*webhook("participant_joined", secret="some other secret, equally long!"))


@pytest.mark.parametrize("token", ["", "x", "Bearer x"])
async def test_a_webhook_without_a_signature_is_forged(engine: LiveKit, token: str) -> None:
    body, _ = webhook("participant_joined")
    with pytest.raises(ForgedWebhook):
        await engine.receive(body, token)


async def test_a_webhook_changed_on_its_way_is_forged(engine: LiveKit) -> None:
    body, token = webhook("participant_joined")
    for changed in (body.replace(b"anna", b"bela"), b"\xff", b""):
        with pytest.raises(ForgedWebhook):
            await engine.receive(changed, token)
