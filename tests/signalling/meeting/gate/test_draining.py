"""A platform that is about to stop: sessions under way go on, no other one begins."""

from tests.signalling.meeting.gate.site import Site
from tests.signalling.meeting.house import KAZ, ORIGIN, SAM


async def test_people_of_a_session_under_way_may_come_and_come_back(in_session: Site) -> None:
    first = await in_session.enter(SAM)
    in_session.gate.drain()
    others = [await in_session.enter(KAZ), await in_session.enter(SAM)]
    for socket in (first, *others):
        await socket.close()


async def test_a_session_without_media_gets_none_any_more(in_session: Site) -> None:
    in_session.gate.drain()
    assert await in_session.refused(SAM) == (503, "not_ready")
    assert in_session.gate.under_way() == frozenset()


async def test_no_phone_is_checked_any_more(in_session: Site) -> None:
    headers = {"Cookie": "seat=sam-phone", "Origin": ORIGIN}
    in_session.gate.drain()
    answer = await in_session.client.get("/media/check/rtc/validate", headers=headers)
    assert (answer.status, answer.headers["Hearth-Refusal"]) == (503, "not_ready")
