"""Access tokens: who may join which room, with which permissions; and who may command it."""

import time
from dataclasses import dataclass
from datetime import timedelta

import jwt
from livekit.api import TokenVerifier, VideoGrants
from livekit.api.access_token import Claims
from livekit.protocol.models import ParticipantPermission, TrackSource

from signalling.livekit.errors import Refused

MAX_NAME = 128
MAX_COMMANDING = 100
"""Tokens whose meaning is remembered."""
UNSEEN_KINDS = frozenset({"agent", "egress", "ingress", "sip", "connector", "bridge"})
SOURCES = {
    "camera": TrackSource.CAMERA,
    "microphone": TrackSource.MICROPHONE,
    "screen_share": TrackSource.SCREEN_SHARE,
    "screen_share_audio": TrackSource.SCREEN_SHARE_AUDIO,
}
ANY_SOURCE = frozenset(int(source) for source in TrackSource.values())


@dataclass(frozen=True, slots=True)
class Permission:
    """What a participant may do now."""

    can_subscribe: bool
    can_publish: bool
    sources: frozenset[int] = frozenset()
    """Of TrackSource; empty means every source, as in LiveKit."""
    can_publish_data: bool = False

    def publishes(self, source: int) -> bool:
        """Whether a track of this source may be published."""
        return self.can_publish and (not self.sources or source in self.sources)

    def to_proto(self) -> ParticipantPermission:
        """As clients and RoomService see it."""
        return ParticipantPermission(
            can_subscribe=self.can_subscribe,
            can_publish=self.can_publish,
            can_publish_sources=[TrackSource.Name(source) for source in sorted(self.sources)],
            can_publish_data=self.can_publish_data,
        )

    @staticmethod
    def from_proto(permission: ParticipantPermission) -> "Permission":
        """What RoomService asks for; hidden, recorder and metadata rights are not granted to anybody."""
        sources = frozenset(int(source) for source in permission.can_publish_sources) & ANY_SOURCE
        return Permission(
            can_subscribe=permission.can_subscribe,
            # Sources that are all unknown must not read as "every source".
            can_publish=permission.can_publish and (bool(sources) or not permission.can_publish_sources),
            sources=sources,
            can_publish_data=permission.can_publish_data,
        )


@dataclass(frozen=True, slots=True)
class Admission:
    """A valid token's say on joining."""

    room: str
    identity: str
    name: str
    permission: Permission


@dataclass(frozen=True, slots=True)
class Command:
    """A valid token's say on RoomService."""

    admin_of: str | None
    may_create: bool
    may_list: bool


class Tokens:
    """Checks tokens against one API key (HS256; `exp` must be there, `nbf` is heeded, no leeway)."""

    def __init__(self, key: str, secret: str) -> None:
        self._verifier = TokenVerifier(key, secret, leeway=timedelta(0))
        self._commanding: dict[str, tuple[Command, float]] = {}
        """Tokens found good before, and until when each of them is."""

    def admission(self, token: str) -> Admission:
        """May the holder join, and where? Raises: Refused with a plain reason."""
        claims, video = self._claims(token)
        if not video.room_join:
            raise Refused(403, "this token does not allow joining a room")
        if video.hidden or video.recorder or video.agent or claims.kind in UNSEEN_KINDS:
            raise Refused(403, "nobody is hidden, records or is a machine here")
        if video.room_admin or video.room_create or video.room_list or video.room_record:
            raise Refused(403, "a token that commands rooms does not join them")
        stated: tuple[tuple[object, str], ...] = ((video.room, "room"), (claims.identity, "identity"))
        for value, what in stated:
            if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME:
                raise Refused(400, f"this token names no usable {what}")
        return Admission(video.room, claims.identity, str(claims.name)[:MAX_NAME], _permission(video))

    def command(self, token: str) -> Command:
        """What the holder may ask of RoomService. Raises: Refused.

        One token comes with many calls at once, as when everybody is silenced, and is taken apart once.
        """
        known, until = self._commanding.get(token, (None, 0.0))
        if known is not None and time.time() < until:
            return known
        _, video = self._claims(token)
        command = Command(
            video.room if video.room_admin else None, bool(video.room_create), bool(video.room_list)
        )
        if len(self._commanding) >= MAX_COMMANDING:
            self._commanding.clear()
        until = float(jwt.decode(token, options={"verify_signature": False})["exp"])
        self._commanding[token] = command, until
        return command

    def _claims(self, token: str) -> tuple[Claims, VideoGrants]:
        if not token:
            raise Refused(401, "no token")
        try:
            claims = self._verifier.verify(token)
        except jwt.ExpiredSignatureError:
            raise Refused(401, "this token has expired") from None
        except jwt.ImmatureSignatureError:
            raise Refused(401, "this token is not valid yet") from None
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            raise Refused(401, "this token is not valid here") from None
        return claims, claims.video or VideoGrants()


def _permission(video: VideoGrants) -> Permission:
    named = video.can_publish_sources or []
    sources = frozenset(SOURCES[name] for name in (str(name).lower() for name in named) if name in SOURCES)
    return Permission(
        can_subscribe=bool(video.can_subscribe),
        # Sources that are all unknown must not read as "every source".
        can_publish=bool(video.can_publish) and (bool(sources) or not named),
        sources=sources,
        can_publish_data=bool(video.can_publish_data),
    )
