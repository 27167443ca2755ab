"""The MediaEngine port over LiveKit's own API: the embedded child or a cluster, no difference.

LiveKit judges a track by the source its sender *declares*, so this file also removes whoever sends a track of
another kind than that source has: sound labelled "camera" would otherwise walk around a held microphone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from types import TracebackType
from typing import Final, Self

import aiohttp
from livekit import api
from livekit.api.room_service import RoomService
from livekit.protocol.models import ParticipantInfo, TrackInfo, TrackSource, TrackType

from moderation.grants import Grant, Room, Source
from moderation.model import MeetingId, SeatId
from server.will import Will
from signalling.meeting.errors import MediaDown
from signalling.meeting.rooms import meeting_of, room_name

TOKEN_LIFE: Final = timedelta(seconds=60)
ANSWER_WITHIN: Final = aiohttp.ClientTimeout(total=3)
# A participant that leaves between being listed and being updated makes one round fail for no good reason.
ROUNDS: Final = 2

SOURCES: Final[Mapping[Source, TrackSource]] = {
    Source.MICROPHONE: TrackSource.MICROPHONE,
    Source.CAMERA: TrackSource.CAMERA,
    Source.SCREEN_SHARE: TrackSource.SCREEN_SHARE,
}
KINDS: Final[Mapping[int, tuple[TrackType, str]]] = {
    TrackSource.MICROPHONE: (TrackType.AUDIO, "audio/"),
    TrackSource.SCREEN_SHARE_AUDIO: (TrackType.AUDIO, "audio/"),
    TrackSource.CAMERA: (TrackType.VIDEO, "video/"),
    TrackSource.SCREEN_SHARE: (TrackType.VIDEO, "video/"),
}


class ForgedWebhook(Exception):
    """A webhook that the engine did not sign, or not this body."""


class News(Enum):
    """What the platform wants to hear from the engine."""

    JOINED = "participant_joined"
    LEFT = "participant_left"
    PUBLISHED = "track_published"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that happened to one seat's media, in either of the meeting's rooms.

    A room that belongs to no meeting counts as one of its own name.

    `session` is the engine's id of this stay: the same seat has another one when it comes again.
    """

    news: News
    meeting: MeetingId
    seat: SeatId
    session: str


class LiveKit:
    """One LiveKit server or cluster, spoken to with one API key.

    `endpoint` gives the private signalling URL (`ws://…`) of this moment, or None while no engine is running.
    A server that outlives this process needs a `will`. Use it as an async context manager: it holds one HTTP
    connection pool, and the will's process.
    """

    def __init__(
        self, endpoint: Callable[[], str | None], key: str, secret: str, *, will: Will | None = None
    ) -> None:
        self._endpoint = endpoint
        self._key = key
        self._secret = secret
        self._will = will
        self._opened = AsyncExitStack()
        self._http: aiohttp.ClientSession | None = None
        self._pushed: dict[str, Mapping[SeatId, Grant]] = {}
        self._webhooks = api.WebhookReceiver(api.TokenVerifier(key, secret))

    async def __aenter__(self) -> Self:
        if self._will is not None:
            await self._opened.enter_async_context(self._will)
        self._http = await self._opened.enter_async_context(aiohttp.ClientSession(timeout=ANSWER_WITHIN))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    def signalling_url(self, room: str) -> str:
        """Where the gate connects to; private, one for all rooms. Raises MediaDown while no engine runs."""
        url = self._endpoint()
        if url is None:
            raise MediaDown("the media engine is not running")
        return url

    def token(self, room: str, identity: str, grant: Grant) -> str:
        """A token of 60 seconds for one upgrade through the gate, carrying exactly this grant."""
        if self._will is not None:
            self._will.name(room, identity)
        video = api.VideoGrants(
            room_join=True,
            room=room,
            can_subscribe=grant.can_subscribe,
            can_publish=bool(grant.sources),
            can_publish_sources=[source.value for source in _ordered(grant.sources)],
            can_publish_data=False,
            can_update_own_metadata=False,
            can_subscribe_metrics=False,
            hidden=False,
            recorder=False,
            agent=False,
        )
        token = api.AccessToken(self._key, self._secret).with_identity(identity).with_grants(video)
        return token.with_ttl(TOKEN_LIFE).to_jwt()

    async def push(self, meeting: MeetingId, grants: Mapping[SeatId, Grant]) -> None:
        """Make both rooms equal to the grants: update permissions, remove who is absent or mislabels a track.

        Idempotent. Without a running engine there is no room, and nothing to do. Raises MediaDown.
        """
        problems = await asyncio.gather(
            *(
                self._push(room_name(meeting, room), {s: g for s, g in grants.items() if g.room is room})
                for room in Room
            )
        )
        problem = next((problem for problem in problems if problem is not None), None)
        if problem is not None:
            raise MediaDown("the media engine did not do as asked") from problem

    async def holds(self, meeting: MeetingId, grants: Mapping[SeatId, Grant]) -> bool:
        """Whether these grants were the last ones pushed, and the rooms are still equal to them."""
        by_room = {
            room_name(meeting, room): {s: g for s, g in grants.items() if g.room is room} for room in Room
        }
        if any(self._pushed.get(name, {}) != granted for name, granted in by_room.items()):
            return False
        if (rooms := self._rooms()) is None:
            return True
        listed = await asyncio.gather(*(_listed_or_why(rooms, name) for name in by_room))
        return all(
            not isinstance(people, Exception) and _amiss(people, granted) == (set(), set())
            for people, granted in zip(listed, by_room.values(), strict=True)
        )

    async def _push(self, room: str, grants: Mapping[SeatId, Grant]) -> BaseException | None:
        """The same for one room. Returns what went wrong to the end."""
        problem: BaseException | None = None
        for _ in range(ROUNDS):
            problem = await self._equalise(room, grants)
            if problem is None:
                self._remember(room, grants)
                return None
        self._pushed.pop(room, None)
        return problem

    async def close(self, meeting: MeetingId) -> None:
        """End both rooms and every connection in them. Raises MediaDown."""
        names = [room_name(meeting, room) for room in Room]
        for name in names:
            self._pushed.pop(name, None)
        if (rooms := self._rooms()) is None:
            return
        ends = (_attempt(rooms.delete_room(api.DeleteRoomRequest(room=name))) for name in names)
        problem = next((problem for problem in await asyncio.gather(*ends) if problem is not None), None)
        if problem is not None:
            raise MediaDown("the media engine did not end the room") from problem
        if self._will is not None:
            for name in names:
                self._will.forget(name)

    async def silent(self, meeting: MeetingId) -> AbstractSet[SeatId]:
        """Those whose media is not connected, or whose packets have stopped. Raises MediaDown.

        The embedded engine shows someone as JOINED again after five seconds without a packet. A LiveKit
        server does not: it tells by `participant_left`, once it has given the transport up.
        """
        if (rooms := self._rooms()) is None:
            return frozenset()
        try:
            listed = await asyncio.gather(*(_listed(rooms, room_name(meeting, room)) for room in Room))
        except (aiohttp.ClientError, TimeoutError, api.ServerError) as problem:
            raise MediaDown("the media engine did not say who is there") from problem
        connected = {
            seat for people in listed for seat, info in people.items() if info.state == ParticipantInfo.ACTIVE
        }
        return frozenset(seat for people in listed for seat in people if seat not in connected)

    async def people(self) -> Mapping[str, int]:
        """How many are in each room, by its name. Raises MediaDown."""
        if (rooms := self._rooms()) is None:
            raise MediaDown("the media engine is not running")
        try:
            answer = await rooms.list_rooms(api.ListRoomsRequest())
        except (aiohttp.ClientError, TimeoutError, api.ServerError) as problem:
            raise MediaDown("the media engine did not list its rooms") from problem
        return {room.name: room.num_participants for room in answer.rooms}

    async def receive(self, body: bytes, authorization: str) -> Notice | None:
        """Verify a webhook and return its news, having removed the sender of a mislabelled track.

        None for events that nobody needs. Raises ForgedWebhook, MediaDown.
        """
        try:
            event = self._webhooks.receive(body.decode(), authorization)
        except Exception as problem:  # the receiver raises bare Exceptions and PyJWT's tree
            raise ForgedWebhook("the webhook's signature does not hold") from problem
        try:
            news = News(event.event)
        except ValueError:
            return None
        person = event.participant
        notice = Notice(news, meeting_of(event.room.name), SeatId(person.identity), person.sid)
        if news is News.PUBLISHED and not kind_fits(event.track):
            await self._remove(event.room.name, notice.seat)
        return notice

    async def _remove(self, room: str, seat: SeatId) -> None:
        if (rooms := self._rooms()) is None:
            return
        if problem := await _attempt(rooms.remove_participant(_identity(room, seat))):
            raise MediaDown("the media engine did not remove a participant") from problem

    async def _equalise(self, room: str, grants: Mapping[SeatId, Grant]) -> BaseException | None:
        """One round of `push`. Returns the first thing that went wrong.

        LiveKit lists from a store that can lag behind the room. So a grant that this process has not pushed
        before goes to its seat, listed or not; only a repetition trusts the list. What is new goes out while
        before the list is asked for: a restriction takes effect that much sooner.
        """
        if (rooms := self._commanding(room)) is None:
            return None
        before = self._pushed.get(room, {})
        fresh = {seat for seat, grant in grants.items() if before.get(seat) != grant}
        gone = before.keys() - grants.keys()
        problem, listed = await asyncio.gather(
            _make(rooms, room, removed=gone, changed=fresh, grants=grants), _listed_or_why(rooms, room)
        )
        if isinstance(listed, Exception):
            return listed
        if problem is not None:
            return problem
        removed, changed = _amiss(listed, grants)
        return await _make(rooms, room, removed=removed - gone, changed=changed - fresh, grants=grants)

    def _remember(self, room: str, grants: Mapping[SeatId, Grant]) -> None:
        if grants:
            self._pushed[room] = dict(grants)
        else:
            self._pushed.pop(room, None)

    def _rooms(self) -> RoomService | None:
        url = self._endpoint()
        if url is None or self._http is None:
            return None
        return RoomService(self._http, url, self._key, self._secret, failover=False)

    def _commanding(self, room: str) -> RoomService | None:
        """For many calls about one room at once: signing each would take longer than the calls."""
        url = self._endpoint()
        if url is None or self._http is None:
            return None
        may = api.VideoGrants(room_admin=True, room=room)
        token = api.AccessToken(self._key, self._secret).with_grants(may).with_ttl(TOKEN_LIFE).to_jwt()
        return api.LiveKitAPI.with_token(token, url, session=self._http, failover=False).room


def permission(grant: Grant) -> api.ParticipantPermission:
    """A grant in LiveKit's fields. An empty source list means *everything* there, hence `can_publish`."""
    return api.ParticipantPermission(
        can_subscribe=grant.can_subscribe,
        can_publish=bool(grant.sources),
        can_publish_sources=[SOURCES[source] for source in _ordered(grant.sources)],
        can_publish_data=False,
        can_update_metadata=False,
        can_subscribe_metrics=False,
        hidden=False,
        recorder=False,
        agent=False,
    )


def kind_fits(track: TrackInfo) -> bool:
    """Whether a track is of the kind its source must have, by what was declared and by the codecs.

    LiveKit takes `type` from the sender's word and the MIME type from the SDP, so at first there is none.
    """
    if track.source not in KINDS:
        return False
    kind, prefix = KINDS[track.source]
    codecs = [track.mime_type, *(codec.mime_type for codec in track.codecs)]
    return track.type == kind and all(mime.lower().startswith(prefix) for mime in codecs if mime)


def mislabels(participant: api.ParticipantInfo) -> bool:
    """Whether someone sends anything of another kind than its source has."""
    return not all(kind_fits(track) for track in participant.tracks)


def _amiss(
    listed: Mapping[SeatId, api.ParticipantInfo], grants: Mapping[SeatId, Grant]
) -> tuple[set[SeatId], set[SeatId]]:
    """Who, as listed, must be removed, and who has other permissions than these."""
    removed = {seat for seat, person in listed.items() if seat not in grants or mislabels(person)}
    changed = {seat for seat in listed.keys() - removed if not _has(listed[seat].permission, grants[seat])}
    return removed, changed


def _has(held: api.ParticipantPermission, grant: Grant) -> bool:
    wanted = permission(grant)
    sources = set(held.can_publish_sources) == set(wanted.can_publish_sources)
    rest = api.ParticipantPermission()
    rest.CopyFrom(held)
    del rest.can_publish_sources[:]
    del wanted.can_publish_sources[:]
    return sources and rest == wanted


def _ordered(sources: Iterable[Source]) -> list[Source]:
    return sorted(sources, key=lambda source: source.value)


def _identity(room: str, seat: SeatId) -> api.RoomParticipantIdentity:
    return api.RoomParticipantIdentity(room=room, identity=seat)


def _update(room: str, seat: SeatId, grant: Grant) -> api.UpdateParticipantRequest:
    return api.UpdateParticipantRequest(room=room, identity=seat, permission=permission(grant))


async def _listed(rooms: RoomService, room: str) -> Mapping[SeatId, api.ParticipantInfo]:
    try:
        answer = await rooms.list_participants(api.ListParticipantsRequest(room=room))
    except api.ServerError as problem:
        if problem.code == api.ServerErrorCode.NOT_FOUND:
            return {}
        raise
    return {SeatId(person.identity): person for person in answer.participants}


async def _listed_or_why(rooms: RoomService, room: str) -> Mapping[SeatId, api.ParticipantInfo] | Exception:
    try:
        return await _listed(rooms, room)
    except (aiohttp.ClientError, TimeoutError, api.ServerError) as problem:
        return problem


def _make(
    rooms: RoomService,
    room: str,
    *,
    removed: AbstractSet[SeatId],
    changed: AbstractSet[SeatId],
    grants: Mapping[SeatId, Grant],
) -> Awaitable[BaseException | None]:
    """Remove and update these, all at the same time, from this moment on.

    Returns the first thing that went wrong.
    """
    changes = asyncio.gather(
        *(_attempt(rooms.remove_participant(_identity(room, seat))) for seat in removed),
        *(_attempt(rooms.update_participant(_update(room, seat, grants[seat]))) for seat in changed),
    )
    return _first_problem(changes)


async def _first_problem(changes: Awaitable[Iterable[BaseException | None]]) -> BaseException | None:
    return next((problem for problem in await changes if problem is not None), None)


async def _attempt(call: Awaitable[object]) -> BaseException | None:
    """Await a call. Whoever is not there needs nothing done to them; any other problem is returned."""
    try:
        await call
    except api.ServerError as problem:
        return None if problem.code == api.ServerErrorCode.NOT_FOUND else problem
    except (aiohttp.ClientError, TimeoutError) as problem:
        return problem
    return None
