import time
from datetime import timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from livekit.api import AccessToken, VideoGrants
from livekit.protocol.models import ParticipantPermission, TrackSource

from signalling.livekit.errors import Refused
from signalling.livekit.tokens import Command, Permission, Tokens

KEY, SECRET = "key", "s" * 32
TOKENS = Tokens(KEY, SECRET)


def token(grants: VideoGrants, **claims: Any) -> str:
    made = AccessToken(KEY, SECRET).with_identity("sam").with_grants(grants).to_jwt()
    if claims:
        payload = jwt.decode(made, SECRET, algorithms=["HS256"]) | claims
        made = jwt.encode({k: v for k, v in payload.items() if v is not None}, SECRET, algorithm="HS256")
    return made


JOIN = VideoGrants(room_join=True, room="room")


def test_a_good_token_says_who_may_do_what_where() -> None:
    grants = VideoGrants(
        room_join=True, room="room", can_publish=True, can_publish_sources=["camera", "MICROPHONE"],
        can_publish_data=False, can_subscribe=False,
    )  # fmt: skip
    admission = TOKENS.admission(token(grants))
    assert (admission.room, admission.identity) == ("room", "sam")
    permission = admission.permission
    assert permission == Permission(False, True, frozenset({TrackSource.CAMERA, TrackSource.MICROPHONE}))
    assert permission.publishes(TrackSource.CAMERA)
    assert not permission.publishes(TrackSource.SCREEN_SHARE)


@pytest.mark.parametrize(
    ("grants", "word"),
    [
        (VideoGrants(room="room"), "joining"),
        (VideoGrants(room_join=True, room="room", hidden=True), "hidden"),
        (VideoGrants(room_join=True, room="room", recorder=True), "records"),
        (VideoGrants(room_join=True, room="room", agent=True), "machine"),
        (VideoGrants(room_join=True, room="room", room_admin=True), "commands"),
        (VideoGrants(room_join=True, room="room", room_record=True), "commands"),
    ],
)
def test_nobody_joins_unseen_or_in_command(grants: VideoGrants, word: str) -> None:
    with pytest.raises(Refused, match=word):
        TOKENS.admission(token(grants))


@pytest.mark.parametrize("kind", ["agent", "egress", "ingress", "sip"])
def test_no_machine_joins(kind: str) -> None:
    with pytest.raises(Refused, match="machine"):
        TOKENS.admission(token(JOIN, kind=kind))


@pytest.mark.parametrize(
    ("claims", "word"),
    [
        ({"exp": 1}, "expired"),
        ({"nbf": 2**40}, "not valid yet"),
        ({"exp": None}, "valid"),
        ({"iss": "x"}, "valid"),
    ],
)
def test_a_token_has_its_time_and_its_issuer(claims: dict[str, object], word: str) -> None:
    with pytest.raises(Refused, match=word) as refused:
        TOKENS.admission(token(JOIN, **claims))
    assert refused.value.status == 401


def test_a_token_that_commanded_before_ends_in_its_second_all_the_same() -> None:
    ends = int(time.time()) + 1
    given = token(VideoGrants(room_admin=True, room="room"), exp=ends)
    assert TOKENS.command(given) == TOKENS.command(given) == Command("room", False, False)
    time.sleep(ends - time.time())
    with pytest.raises(Refused, match="expired"):
        TOKENS.command(given)


def test_another_secret_or_no_signature_is_not_believed() -> None:
    claims = jwt.decode(token(JOIN), SECRET, algorithms=["HS256"])
    with pytest.raises(Refused):
        TOKENS.admission(jwt.encode(claims, "t" * 32, algorithm="HS256"))
    with pytest.raises(Refused):
        TOKENS.admission(jwt.encode(claims, "", algorithm="none"))
    with pytest.raises(Refused):
        TOKENS.admission(jwt.encode(claims, SECRET * 2, algorithm="HS512"))


def test_a_token_for_no_room_or_an_endless_one_is_refused() -> None:
    for room in ("", "x" * 129):
        with pytest.raises(Refused, match="room"):
            TOKENS.admission(token(JOIN, video={"roomJoin": True, "room": room}))


def test_an_empty_identity_or_a_long_one_is_refused() -> None:
    for identity in ("", "x" * 129):
        with pytest.raises(Refused):
            TOKENS.admission(token(JOIN, sub=identity))


@pytest.mark.parametrize(
    "video", [None, 5, "x", [], {"roomJoin": "yes", "room": 5}, {"canPublishSources": [1]}]
)
def test_signed_nonsense_is_refused(video: object) -> None:
    with pytest.raises(Refused):
        TOKENS.admission(token(JOIN, video=video))


def test_sources_nobody_knows_do_not_become_every_source() -> None:
    admission = TOKENS.admission(
        token(VideoGrants(room_join=True, room="r", can_publish_sources=["telepathy"]))
    )
    assert not admission.permission.publishes(TrackSource.CAMERA)
    asked = ParticipantPermission(can_publish=True)
    asked.can_publish_sources.append(77)  # type: ignore[arg-type]
    assert not Permission.from_proto(asked).publishes(TrackSource.CAMERA)


def test_no_sources_at_all_means_every_source_as_in_livekit() -> None:
    permission = TOKENS.admission(token(JOIN)).permission
    assert permission.publishes(TrackSource.SCREEN_SHARE)
    assert Permission.from_proto(permission.to_proto()) == permission


def test_a_command_is_for_one_room() -> None:
    command = TOKENS.command(token(VideoGrants(room_admin=True, room="room")))
    assert (command.admin_of, command.may_create, command.may_list) == ("room", False, False)
    assert TOKENS.command(token(VideoGrants(room_create=True, room_list=True))).may_create


@given(st.text(max_size=200))
def test_no_text_is_a_token(text: str) -> None:
    with pytest.raises(Refused):
        TOKENS.admission(text)


def test_a_token_that_outlives_its_hour_does_not_join() -> None:
    made = (
        AccessToken(KEY, SECRET)
        .with_identity("sam")
        .with_grants(JOIN)
        .with_ttl(timedelta(seconds=-1))
        .to_jwt()
    )
    with pytest.raises(Refused, match="expired"):
        TOKENS.admission(made)
