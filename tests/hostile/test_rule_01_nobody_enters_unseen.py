"""Nobody enters unseen: an invite, the agreement, an admission, in this order, looked at on the server."""

import asyncio
import base64
import json
import socket
from datetime import timedelta

import jwt
import psutil
import pytest
from livekit import api

from server import invites
from tests.hostile.doors import engine_says, events_say, gate_says
from tests.hostile.premises import Evening, Premises, evening
from tests.peers import Refused

A_SEAT = "f" * 24


# --- What it takes ---


async def test_without_an_invite_there_is_no_way_in(glass: Evening) -> None:
    await glass.host()
    stranger = glass.stranger()
    assert await gate_says(stranger.media()) == "no_seat"
    assert await events_say(stranger) == "no_seat"


async def test_a_link_that_was_never_issued_leads_nowhere(glass: Evening) -> None:
    stranger = glass.stranger()
    page = await stranger.visitor.open(f"/i/{'A' * 43}")
    assert "seat" not in stranger.cookies
    assert not [form for form in page.forms if form.action.startswith("/i/")]


async def test_a_mail_scanner_that_opens_the_link_uses_nothing_up(glass: Evening) -> None:
    link = glass.links[0]
    for _ in range(5):
        scanner = glass.stranger()
        assert (await scanner.visitor.open(link)).status == 200
        async with scanner.http.head(link) as answer:
            assert answer.status in (200, 405)
        assert "seat" not in scanner.cookies
    async with glass.premises.house() as house:
        found = await invites.look(house, link.rpartition("/")[2], opened=False)
        assert found is not None
        assert found.state in (invites.State.ISSUED, invites.State.OPENED)
    assert (await glass.waiting("Asha")).place == "waiting"


async def test_without_the_agreement_there_is_no_way_in(glass: Evening) -> None:
    host, _ = await glass.host()
    one = glass.stranger()
    page = await one.visitor.open(glass.links.pop(0))
    while page.path != "/agreement":
        names = dict.fromkeys(page.form().texts, "Asha")
        page = await one.visitor.submit(page, **names)
    assert "seat" in one.cookies
    assert await events_say(one) == "agreement_needed"
    assert await gate_says(one.media()) in ("not_here", "agreement_needed")
    assert (await one.visitor.open("/session")).path == "/agreement"
    assert not (await host.sees(lambda _: True))["waiting"]


async def test_without_an_admission_there_is_no_way_in(glass: Evening) -> None:
    early = await glass.waiting("Asha")
    assert await gate_says(early.media()) == "not_open"
    await glass.host()
    assert await gate_says(early.media()) == "not_admitted"
    assert await gate_says(early.media(), reconnect="1") == "not_admitted"


async def test_who_never_came_to_the_waiting_room_is_not_in_the_room(glass: Evening) -> None:
    await glass.host()
    assert await gate_says((await glass.parent("Asha")).media()) == "not_here"


async def test_admitting_one_lets_in_no_other(glass: Evening) -> None:
    host, _ = await glass.host()
    waits = await glass.waiting("Ben")
    (asha,) = await glass.admitted(host, "Asha")
    peer = await asha.joins()
    assert peer.joined is not None
    assert peer.joined.participant.identity == asha.seat
    assert await gate_says(waits.media()) == "not_admitted"


# --- Tokens ---


async def test_even_a_genuine_token_opens_nothing_at_the_gate(glass: Evening) -> None:
    """Leaked, old or refreshed: the gate looks at the seat and makes its own."""
    host, host_media = await glass.host()
    (asha,) = await glass.admitted(host, "Asha")
    waits = await glass.waiting("Ben")
    genuine = glass.engine.token(room_join=True, room=glass.meeting, identity=host.seat)
    assert await gate_says(glass.stranger().media(genuine)) == "no_seat"
    assert await gate_says(waits.media(genuine)) == "not_admitted"
    for name in ("access_token", "token", "join_request"):
        assert await gate_says(waits.media(genuine), **{name: genuine}) == "not_admitted"
    peer = asha.media(genuine)
    joined = await peer.join()
    assert joined.participant.identity == asha.seat
    assert host_media.left is None


async def test_a_token_the_engine_refreshed_opens_nothing_after_the_removal(glass: Evening) -> None:
    host, _ = await glass.host()
    (asha,) = await glass.admitted(host, "Asha")
    peer = await asha.joins()
    await asyncio.sleep(0.2)
    refreshed = [said.refresh_token for said in peer.said if said.HasField("refresh_token")]
    await host.must("remove", person=asha.person, reason="other")
    for token in (*refreshed, "seat"):
        assert await gate_says(asha.media(token)) == "removed"


def _forged(engine_key: str, secret: str, **changed: object) -> str:
    claims = api.AccessToken(engine_key, secret).with_identity(A_SEAT).with_ttl(timedelta(minutes=5))
    made = claims.with_grants(api.VideoGrants(room_join=True, room="room")).to_jwt()
    plain = jwt.decode(made, options={"verify_signature": False})
    return jwt.encode({**plain, **changed}, secret, algorithm="HS256")


async def test_the_engine_takes_no_forged_token(glass: Evening) -> None:
    http, url = glass.stranger().http, glass.engine.url
    key, secret = glass.engine.key, glass.engine.secret
    good = _forged(key, secret)
    _, claims, signature = good.split(".")
    _, other_claims, _ = _forged(key, "another secret of the same length", sub="somebody else").split(".")
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    forged = {
        "no token": "",
        "another key": _forged(key, "another secret of the same length"),
        "another issuer": _forged("other", secret),
        "expired": _forged(key, secret, exp=1_700_000_000),
        "not yet": _forged(key, secret, nbf=4_000_000_000),
        "no algorithm": f"{head}.{claims}.",
        "no algorithm, signed": f"{head}.{claims}.{signature}",
        "other claims": f"{good.split('.')[0]}.{other_claims}.{signature}",
        "another algorithm": jwt.encode(
            jwt.decode(good, options={"verify_signature": False}), secret, "HS384"
        ),
    }
    for what, token in forged.items():
        status, reason = await engine_says(http, url, token)
        assert status == 401, what
        assert reason, what


@pytest.mark.parametrize(
    "asked",
    [{"hidden": True}, {"recorder": True}, {"agent": True}, {"room_admin": True}, {"room_record": True}],
    ids=lambda asked: next(iter(asked)),
)
async def test_nobody_is_hidden_or_records_or_commands(glass: Evening, asked: dict[str, bool]) -> None:
    token = glass.engine.token(room_join=True, room=glass.meeting, identity=A_SEAT, **asked)
    status, reason = await engine_says(glass.stranger().http, glass.engine.url, token)
    assert status == 403
    assert reason


@pytest.mark.parametrize("kind", ["agent", "egress", "ingress", "sip"])
async def test_nobody_is_a_machine(glass: Evening, kind: str) -> None:
    token = _forged(glass.engine.key, glass.engine.secret, kind=kind)
    status, reason = await engine_says(glass.stranger().http, glass.engine.url, token)
    assert status == 403
    assert reason


async def test_a_seats_own_token_commands_no_rooms(glass: Evening) -> None:
    token = glass.engine.token(room_join=True, room=glass.meeting, identity=A_SEAT)
    http = glass.stranger().http
    for method, asked in (
        ("ListRooms", api.ListRoomsRequest()),
        ("CreateRoom", api.CreateRoomRequest(name="another")),
        ("DeleteRoom", api.DeleteRoomRequest(room=glass.meeting)),
        ("ListParticipants", api.ListParticipantsRequest(room=glass.meeting)),
        ("UpdateParticipant", api.UpdateParticipantRequest(room=glass.meeting, identity=A_SEAT)),
        ("RemoveParticipant", api.RoomParticipantIdentity(room=glass.meeting, identity=A_SEAT)),
        ("MutePublishedTrack", api.MuteRoomTrackRequest(room=glass.meeting, identity=A_SEAT)),
    ):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/protobuf"}
        path, body = f"/twirp/livekit.RoomService/{method}", asked.SerializeToString()
        async with http.post(f"{glass.engine.url}{path}", headers=headers, data=body) as answer:
            assert answer.status in (401, 403), method
    async with http.get(f"{glass.engine.url}/stats", headers=headers) as answer:
        assert answer.status in (401, 403)


# --- Cookies ---


async def test_forged_and_borrowed_cookies_open_nothing(glass: Evening) -> None:
    host, _ = await glass.host()
    (asha,) = await glass.admitted(host, "Asha")
    for forged in ("x", "A" * 43, A_SEAT, asha.seat, asha.person, "' OR 1=1 --", '"; seat=1'):
        for name in ("seat", "staff"):
            thief = glass.stranger()
            thief.steal({name: forged})
            assert await gate_says(thief.media()) == "no_seat"
            assert await events_say(thief) == "no_seat"


async def test_a_seat_of_another_group_opens_nothing_here(glass: Evening) -> None:
    async with evening(glass.premises) as elsewhere:
        other = await elsewhere.waiting("Asha")
        await glass.host()
        assert await gate_says(other.media(meeting=glass.meeting)) == "not_your_session"
        other.meeting = glass.meeting
        assert await events_say(other) == "not_your_session"


@pytest.mark.parametrize("who", ["stranger", "admin"])
async def test_staff_who_do_not_host_the_group_do_not_enter(glass: Evening, who: str) -> None:
    await glass.host()
    one = await glass.staff(who)
    assert await gate_says(one.media()) in ("not_your_session", "not_allowed")
    assert await events_say(one) in ("not_your_session", "not_allowed")
    page = await one.visitor.open(f"/staff/sessions/{glass.meeting}")
    assert page.status in (403, 404)
    assert "data-meeting" not in page.data


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1", ""])
async def test_another_origins_page_cannot_use_a_persons_cookies(glass: Evening, origin: str) -> None:
    host, _ = await glass.host()
    (asha,) = await glass.admitted(host, "Asha")
    thief = glass.stranger()
    thief.steal(asha.cookies)
    with pytest.raises(Refused) as refusal:
        await thief.media(headers={"Origin": origin}).join()
    assert refusal.value.status == 403
    assert await events_say(thief, Origin=origin)


# --- Devices ---


async def test_a_second_device_waits_for_an_admission_of_its_own(glass: Evening) -> None:
    host, _ = await glass.host()
    link = glass.links[0]
    (first,) = await glass.admitted(host, "Asha")
    first_media = await first.joins()
    second = await glass.waiting("Asha", link)
    assert second.seat != first.seat
    assert await gate_says(second.media()) == "not_admitted"
    listed = (await host.sees(lambda view: bool(view["waiting"])))["waiting"]
    assert [(one["seat"], one["second_device"]) for one in listed] == [(second.seat, True)]
    await host.must("admit_all")
    assert await gate_says(second.media()) == "not_admitted"

    await host.must("admit", seat=second.seat)
    await second.sees_itself("present")
    await second.joins()
    await first.sees_itself("outside")
    assert await gate_says(first.media()) == "not_here"
    assert await first_media.ended()


async def test_a_revoked_link_ends_every_device_at_once(glass: Evening) -> None:
    host, host_media = await glass.host()
    link = glass.links[0]
    (asha,) = await glass.admitted(host, "Asha")
    media = await asha.joins()
    admin = await glass.staff("admin")
    async with glass.premises.house() as house:
        invite = await invites.look(house, link.rpartition("/")[2], opened=False)
    assert invite is not None
    page = await admin.visitor.open(f"/staff/invites/{invite.id}/revoke")
    await admin.visitor.submit(page)
    assert await asha.wire.ended()
    assert await gate_says(asha.media()) == "seat_ended"
    assert await events_say(asha) == "seat_ended"
    assert await media.ended()
    again = glass.stranger()
    page = await again.visitor.open(link)
    assert not [form for form in page.forms if form.action.startswith("/i/")]
    assert host_media.is_connected


# --- Side doors ---


async def test_resuming_is_looked_at_like_joining(glass: Evening) -> None:
    host, host_media = await glass.host()
    (asha,) = await glass.admitted(host, "Asha")
    waits = await glass.waiting("Ben")
    for sid in (host_media.sid, "PA_000000000000"):
        assert await gate_says(waits.media(), reconnect="1", sid=sid) == "not_admitted"
        assert await gate_says(glass.stranger().media(), reconnect="1", sid=sid) == "no_seat"
    as_host = asha.media()
    as_host.joined = host_media.joined
    answer = await as_host.resume()
    assert answer.WhichOneof("message") == "leave"
    await asyncio.sleep(0.2)
    assert host_media.left is None
    assert host_media.is_connected


async def test_there_is_no_other_path(glass: Evening) -> None:
    host, _ = await glass.host()
    (asha,) = await glass.admitted(host, "Asha")
    token = glass.engine.token(room_join=True, room=glass.meeting, identity=asha.seat)
    for path in (
        f"/media/{glass.meeting}/rtc/v2",
        f"/media/{glass.meeting}/rtc/v1/v1",
        "/rtc",
        "/rtc/v1",
        "/rtc/validate",
        "/twirp/livekit.RoomService/ListRooms",
        f"/media/{glass.meeting}/twirp/livekit.RoomService/ListRooms",
        f"/media/{glass.meeting}/stats",
        "/stats",
    ):
        for person in (asha, glass.stranger()):
            async with person.http.get(f"{person.origin}{path}", params={"access_token": token}) as answer:
                assert answer.status == 404, path


async def test_the_readiness_check_reaches_no_room_but_its_own(glass: Evening) -> None:
    host, host_media = await glass.host()
    waits = await glass.waiting("Ben")
    check = waits.media(glass.engine.token(room_join=True, room=glass.meeting), meeting="check")
    joined = await check.join(room=glass.meeting, sid=host_media.sid)
    assert joined.room.name == f"check-{waits.seat}"
    assert not joined.other_participants
    for way in (
        f"check-{waits.seat}",
        f"check%2F..%2F{glass.meeting}",
        f"..%2F{glass.meeting}",
        f"check-{host.seat}",
    ):
        with pytest.raises(Refused):
            await waits.media(meeting=way).join()
    assert await gate_says(glass.stranger().media(meeting="check")) == "no_seat"
    await asyncio.sleep(0.2)
    assert not [said for said in host_media.said if waits.seat.encode() in said.SerializeToString()]


async def test_one_meetings_admission_opens_no_other_meeting(glass: Evening) -> None:
    async with evening(glass.premises) as elsewhere:
        await elsewhere.host()
        host, _ = await glass.host()
        (asha,) = await glass.admitted(host, "Asha")
        assert await gate_says(asha.media(meeting=elsewhere.meeting)) == "not_your_session"
        assert await gate_says(asha.media(meeting="0" * 24)) == "not_your_session"


async def test_a_facilitator_of_two_groups_is_in_the_room_they_opened_only(glass: Evening) -> None:
    async with evening(glass.premises) as elsewhere:
        _, here = await glass.host()
        host, there = await elsewhere.host()
        assert here.joined is not None
        assert there.joined is not None
        assert (here.joined.room.name, there.joined.room.name) == (glass.meeting, elsewhere.meeting)
        assert here.is_connected
        assert host.view["phase"] == "open"


def test_the_engines_own_port_is_for_this_machine_only(platform: Premises) -> None:
    process = platform.platform.process
    assert process is not None
    children = psutil.Process(process.pid).children(recursive=True)
    assert children, "the engine is a child of the platform"
    listening = [one for child in children for one in child.net_connections("inet")]
    assert [one for one in listening if one.status == psutil.CONN_LISTEN]
    for one in listening:
        assert one.laddr.ip == "127.0.0.1", f"bound to {one.laddr.ip}"
    assert {one.type for one in listening} <= {socket.SOCK_STREAM, socket.SOCK_DGRAM}


async def test_a_person_is_never_two_people_in_the_room(glass: Evening) -> None:
    """A seat that joins twice is once in the room: the newer connection ends the older."""
    host, host_media = await glass.host()
    (asha,) = await glass.admitted(host, "Asha")
    older = await asha.joins()
    newer = await asha.joins()
    assert await older.ended()
    assert newer.is_connected
    assert host_media.is_connected
