"""What publishers are told of who looks at them, and subscribers of what their line does not carry."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from livekit.protocol.rtc import (
    StreamState,
    StreamStateInfo,
    StreamStateUpdate,
    SubscribedCodec,
    SubscribedQuality,
    SubscribedQualityUpdate,
)

from media.packets import Kind
from media.route import EVERYTHING, Route
from signalling.livekit.publications import MIME, QUALITIES, Publication

if TYPE_CHECKING:
    from signalling.livekit.participant import Participant

PATIENCE = 3.0
"""Seconds for which nobody must have a use for a layer before its publisher is told to stop it."""


def tell_publishers(participants: Iterable["Participant"], now: float) -> None:
    """Say which layers anybody has a use for, where that has changed: more at once, less after PATIENCE."""
    everybody = list(participants)
    limits: dict[str, int] = {}
    for subscriber in everybody:
        for sid, subscription in subscriber.subscriber.subscriptions.items():
            if subscription.route is not None:
                limit = subscriber.subscriber.limits.get(sid, EVERYTHING)
                limits[sid] = max(limit, limits.get(sid, -1))
    for publisher in everybody:
        for publication in publisher.publisher.published.values():
            if publication.kind is Kind.VIDEO:
                useful = min(limits.get(publication.sid, -1), len(QUALITIES) - 1)
                if _is_news(publication, useful, now):
                    publisher.tell(subscribed_quality_update=_update(publication, useful))


def _is_news(publication: Publication, useful: int, now: float) -> bool:
    if publication.told is None or useful > publication.told:
        publication.told, publication.lower_since = useful, None
        return True
    if useful == publication.told:
        publication.lower_since = None
        return False
    if publication.lower_since is None:
        publication.lower_since = now
    if now - publication.lower_since < PATIENCE:
        return False
    publication.told, publication.lower_since = useful, None
    return True


def _update(publication: Publication, useful: int) -> SubscribedQualityUpdate:
    qualities = [
        SubscribedQuality(quality=quality, enabled=rank <= useful) for rank, quality in enumerate(QUALITIES)
    ]
    codec = MIME[publication.track.codec].partition("/")[2].lower()
    return SubscribedQualityUpdate(
        track_sid=publication.sid,
        subscribed_qualities=qualities,
        subscribed_codecs=[SubscribedCodec(codec=codec, qualities=qualities)],
    )


def tell_held_back(subscriber: "Participant", route: Route, *, flowing: bool) -> None:
    """A picture is not sent to somebody because the line is too narrow for it, or it is sent again."""
    for sid, subscription in subscriber.subscriber.subscriptions.items():
        if subscription.route is route:
            state = StreamStateInfo(
                participant_sid=subscription.offered.publisher_sid,
                track_sid=sid,
                state=StreamState.ACTIVE if flowing else StreamState.PAUSED,
            )
            subscriber.tell(stream_state_update=StreamStateUpdate(stream_states=[state]))
