"""Nobody is unseen, nobody records, nobody administers, whatever they ask for."""

import asyncio

import pytest
from livekit.protocol.rtc import SignalRequest, UpdateParticipantMetadata

from server.livekit import permission
from signalling.meeting.gate import CHECK_GRANT
from tests.conformance.session import ANNA, BELA, Session

pytestmark = pytest.mark.asyncio(loop_scope="session")

WISHES = {
    "hidden": "1",
    "recorder": "1",
    "agent": "1",
    "publish": "screen",
    "metadata": "mine",
    "attributes": "e30=",
    "name": "Someone else",
    "identity": "someone-else",
    "room": "another",
    "auto_subscribe": "1",
    "join_request": "AAAA",
}


async def test_a_token_of_ones_own_making_gives_no_more_than_was_granted(session: Session) -> None:
    for token in session.forged_tokens(ANNA):
        anna = await session.raw(ANNA, token)
        joined = await anna.join()
        assert joined.participant.identity == ANNA
        assert joined.room.name == session.meeting
        assert (await session.people())[ANNA].permission == permission(CHECK_GRANT)
        await anna.leave()
        await session.until_gone(ANNA)


async def test_wishes_in_the_query_are_not_heard(session: Session) -> None:
    anna = await session.raw(ANNA)
    await anna.join(**WISHES)
    people = await session.people()
    assert people.keys() == {ANNA}
    assert people[ANNA].permission == permission(CHECK_GRANT)
    assert not people[ANNA].metadata
    assert not people[ANNA].attributes
    assert people[ANNA].name == ""


async def test_nobody_changes_what_others_see_of_them(session: Session) -> None:
    anna = await session.raw(ANNA)
    await anna.join()
    change = UpdateParticipantMetadata(name="Someone else", metadata="mine", attributes={"host": "yes"})
    await anna.send(SignalRequest(update_metadata=change))
    await asyncio.sleep(0.5)
    seen = (await session.people())[ANNA]
    assert (seen.name, seen.metadata, dict(seen.attributes)) == ("", "", {})


async def test_data_messages_reach_nobody(session: Session) -> None:
    anna, bela = await session.sdk(ANNA), await session.sdk(BELA)
    got: list[bytes] = []
    bela.room.on("data_received", lambda packet: got.append(packet.data))
    for reliable in (True, False):
        await anna.room.local_participant.publish_data(b"psst", reliable=reliable)
    await asyncio.sleep(1)
    assert got == []
