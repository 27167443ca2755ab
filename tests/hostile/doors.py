"""Knocking at a door that must stay shut, and what it says."""

import aiohttp
import pytest

from signalling.meeting.words import GATE
from tests.hostile.people import Person
from tests.hostile.wire import NotLetIn
from tests.peers import Peer, Refused

_IDENTIFIERS = {sentence: identifier for identifier, sentence in GATE.items()}


async def gate_says(peer: Peer, **query: str) -> str:
    """The identifier of the gate's refusal, which has to come."""
    with pytest.raises(Refused) as refused:
        await peer.join(**query)
    assert refused.value.status in (401, 403)
    return _IDENTIFIERS[refused.value.reason]


async def events_say(person: Person, **headers: str) -> str:
    """The identifier of the event connection's refusal, which has to come."""
    with pytest.raises(NotLetIn) as refused:
        await person.listen(headers)
    return refused.value.error


async def engine_says(http: aiohttp.ClientSession, engine_url: str, token: str) -> tuple[int, str]:
    """The engine's own refusal, for whoever reaches its private port: status and words."""
    peer = Peer(http, engine_url, token)
    with pytest.raises(Refused) as refused:
        await peer.join()
    await peer.close()
    return refused.value.status, refused.value.reason
