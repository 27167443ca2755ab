"""Who may pass the gate, with which grants, and who is turned away why."""

from collections.abc import Awaitable, Callable

import pytest

from moderation import actions as a
from moderation.model import Actor, PersonId, RemovalReason, Role, SeatId
from signalling.meeting.ports import Connection, SeatHolder
from signalling.meeting.words import GATE
from tests.signalling.meeting.gate.site import Site
from tests.signalling.meeting.house import JO, KAZ, ORIGIN, SAM, TUESDAY, House, arriving, holder


async def test_someone_admitted_passes_with_the_grants_of_this_moment(in_session: Site) -> None:
    socket = await in_session.enter(SAM)
    assert in_session.engine.queries == [{"access_token": "tuesday/sam-phone:hear+camera+microphone"}]
    await socket.send_bytes(b"offer")
    assert await socket.receive_bytes() == b"echo offer"
    await socket.close()


async def test_a_browsers_own_token_and_unknown_parameters_go_nowhere(in_session: Site) -> None:
    query = "access_token=stolen&sdk=js&protocol=16&join_request=x&attributes=%7B%7D&os=" + "x" * 65
    socket = await in_session.enter(SAM, query=query)
    (asked,) = in_session.engine.queries
    assert asked == {
        "access_token": "tuesday/sam-phone:hear+camera+microphone",
        "sdk": "js",
        "protocol": "16",
    }
    await socket.close()


async def test_a_held_microphone_is_missing_from_the_token(in_session: Site) -> None:
    await in_session.house.done((JO, a.Mute(SAM.person)))
    socket = await in_session.enter(SAM)
    assert in_session.engine.queries[0]["access_token"] == "tuesday/sam-phone:hear+camera"
    await socket.close()


async def test_during_a_freeze_someone_present_may_come_and_hears_nothing(in_session: Site) -> None:
    await in_session.house.attendance.closed(TUESDAY, JO.seat, Connection.EVENTS, at_once=True)
    socket = await in_session.enter(SAM)
    assert ":deaf+" in in_session.engine.queries[0]["access_token"]
    await socket.close()


async def to_waiting(house: House) -> None:
    await house.opened()


async def to_scheduled(house: House) -> None:
    await house.done(arriving(SAM))


async def to_removed(house: House) -> None:
    await house.in_session()
    await house.done((JO, a.Remove(SAM.person, RemovalReason.OTHER)))


async def to_declined(house: House) -> None:
    await house.opened()
    await house.done((JO, a.Decline(SAM.person)))


async def to_returned(house: House) -> None:
    await house.in_session()
    await house.done((JO, a.ReturnToWaiting(SAM.person)))


async def to_left(house: House) -> None:
    await house.in_session()
    await house.done((SAM, a.Leave()))


async def to_ended(house: House) -> None:
    await house.in_session()
    await house.done((JO, a.End()))


async def to_new_agreement(house: House) -> None:
    await house.in_session()
    house.seats.holders["sam-phone"] = SeatHolder(SAM.seat, SAM.person, Role.PARENT, TUESDAY, 2)


async def to_another_person(house: House) -> None:
    await house.in_session()
    house.seats.holders["sam-phone"] = holder(Actor(Role.PARENT, PersonId("mo"), SAM.seat))


async def to_seat_ended(house: House) -> None:
    await house.in_session()
    house.seats.ended.add("sam-phone")


async def to_suspended(house: House) -> None:
    await house.in_session()
    house.seats.suspended.add(SAM.person)


async def to_no_seat(house: House) -> None:
    await house.in_session()
    del house.seats.holders["sam-phone"]


async def to_another_session(house: House) -> None:
    await house.in_session()
    house.seats.holders["sam-phone"] = SeatHolder(
        SAM.seat, SAM.person, Role.PARENT, type(TUESDAY)("friday"), 3
    )


async def to_admin(house: House) -> None:
    await house.in_session()
    admin = Actor(Role.ADMIN, PersonId("ada"), SeatId("ada-laptop"))
    house.seats.holders["sam-phone"] = holder(admin)


async def to_database_down(house: House) -> None:
    await house.in_session()
    house.journal.down = True


async def to_unenforced(house: House) -> None:
    await house.in_session()
    house.media.down = True
    await house.act(JO, a.Mute(KAZ.person))


REFUSALS = [
    (to_scheduled, 403, "not_open"),
    (to_waiting, 403, "not_admitted"),
    (to_removed, 403, "removed"),
    (to_declined, 403, "declined"),
    (to_returned, 403, "not_admitted"),
    (to_left, 403, "not_here"),
    (to_ended, 403, "ended"),
    (to_new_agreement, 403, "agreement_needed"),
    (to_another_person, 403, "not_here"),
    (to_admin, 403, "not_allowed"),
    (to_another_session, 403, "not_your_session"),
    (to_suspended, 403, "suspended"),
    (to_seat_ended, 401, "seat_ended"),
    (to_no_seat, 401, "no_seat"),
    (to_database_down, 503, "not_ready"),
    (to_unenforced, 503, "not_ready"),
]


@pytest.mark.parametrize(("arrange", "status", "reason"), REFUSALS)
async def test_everyone_else_is_turned_away_with_the_reason(
    site: Site,
    arrange: Callable[[House], Awaitable[None]],
    status: int,
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    await arrange(site.house)
    assert await site.refused(SAM) == (status, reason)
    assert [vars(one)["status"] for one in caplog.records if one.message == "turned away"] == [status]
    assert site.engine.queries == []
    cookie = {"Cookie": "seat=sam-phone"}
    assert await site.refused(SAM, path="tuesday/rtc/v1") == (status, reason)
    for dialect in ("", "/v1"):
        answer = await site.client.get(f"/media/tuesday/rtc{dialect}/validate", headers=cookie)
        assert answer.status == status
        assert await answer.text() == GATE[reason]


async def test_a_meeting_nobody_knows_is_not_yours(site: Site) -> None:
    site.house.seats.holders["sam-phone"] = holder(SAM, type(TUESDAY)("friday"))
    answer = await site.client.get("/media/friday/rtc/validate", headers={"Cookie": "seat=sam-phone"})
    assert (answer.status, answer.headers["Hearth-Refusal"]) == (403, "not_your_session")


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
async def test_another_origin_does_not_pass(in_session: Site, origin: str | None) -> None:
    assert await in_session.refused(SAM, origin=origin) == (403, "wrong_origin")


async def test_nobody_passes_before_the_gate_is_open(in_session: Site) -> None:
    in_session.gate._is_open = False
    assert await in_session.refused(SAM) == (503, "not_ready")


async def test_validating_says_success_to_whoever_may_pass(in_session: Site) -> None:
    answer = await in_session.client.get("/media/tuesday/rtc/validate", headers={"Cookie": "seat=sam-phone"})
    assert (answer.status, await answer.text()) == (200, "success")


async def test_a_plain_request_is_told_so(in_session: Site) -> None:
    headers = {"Cookie": "seat=sam-phone", "Origin": ORIGIN}
    answer = await in_session.client.get("/media/tuesday/rtc", headers=headers)
    assert (answer.status, answer.headers["Hearth-Refusal"]) == (400, "not_a_websocket")
