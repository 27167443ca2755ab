"""What an engine tells of itself as a whole."""

import json

import aiohttp
import pytest
from livekit.protocol.models import DisconnectReason

from media.packets import Codec
from media.source import Source
from signalling.livekit import figures
from signalling.livekit.figures import Totals, quantiles
from tests.signalling.livekit.builders import Client, Lobby
from tests.signalling.livekit.process import engine


@pytest.fixture
def lobby() -> Lobby:
    return Lobby()


def flows(client: Client, ssrc: int) -> Source:
    """A source of this person, as if its packets had begun to come."""
    source = Source(ssrc, Codec.OPUS, 111, {})
    peer = client.participant.subscriber.peer
    peer.arrivals.sources[ssrc] = source
    return source


def test_what_flows_is_counted_once(lobby: Lobby) -> None:
    source, totals = flows(lobby.join("sam"), 1), Totals(lobby.house)
    source.received, source.bytes, source.missed = 10, 1000, 2
    totals.look()
    totals.look()
    assert (totals.now["packets_in"], totals.now["bytes_in"], totals.now["packets_missed"]) == (10, 1000, 2)
    source.received += 5
    totals.look()
    assert totals.now["packets_in"] == 15


def test_a_counter_never_falls_when_somebody_goes(lobby: Lobby) -> None:
    sam, totals = lobby.join("sam"), Totals(lobby.house)
    flows(sam, 1).received = 10
    totals.look()
    lobby.house.delete(lobby.house.rooms["room"], DisconnectReason.ROOM_CLOSED)
    totals.look()
    assert totals.now["packets_in"] == 10
    flows(lobby.join("sam"), 1).received = 3
    totals.look()
    assert totals.now["packets_in"] == 13


def test_nothing_that_has_gone_is_remembered(lobby: Lobby) -> None:
    flows(lobby.join("sam"), 1)
    totals = Totals(lobby.house)
    totals.look()
    assert totals._seen
    lobby.house.close()
    totals.look()
    assert not totals._seen


@pytest.mark.parametrize(
    ("values", "shares", "found"),
    [
        ([], (0.5, 1.0), []),
        ([0.3], (0.5, 0.9, 1.0), [0.3, 0.3, 0.3]),
        ([4, 1, 3, 2], (0.0, 0.5, 0.9, 1.0), [1, 2, 4, 4]),
        (list(range(1, 101)), (0.1, 0.5, 0.9), [10, 50, 90]),
    ],
)
def test_a_quantile_is_what_so_many_do_not_exceed(
    values: list[float], shares: tuple[float, ...], found: list[float]
) -> None:
    assert quantiles(values, shares) == found


def test_memory_is_told_where_only_the_most_is_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert figures.memory() > 1 << 20
    monkeypatch.setattr(figures, "RESIDENT", tmp_path_factory.mktemp("none") / "statm")
    assert figures.memory() > 1 << 20


async def test_the_platform_is_told_and_nobody_else() -> None:
    async with engine() as child, aiohttp.ClientSession() as http:
        socket = await http.ws_connect(f"{child.ws}/rtc?access_token={child.token('sam-the-secret')}")
        await socket.receive_bytes()
        url = f"{child.http}/figures"
        for headers, status in (
            ({}, 401),
            ({"Authorization": f"Bearer {child.token('sam')}"}, 403),
            (child.command(room_admin=True, room="room"), 403),
        ):
            async with http.get(url, headers=headers) as answer:
                assert answer.status == status
        async with http.get(url, headers=child.command(room_list=True)) as answer:
            told = await answer.json()
        assert (told["rooms"], told["people"], told["packets_in"], told["round_trip"]) == (1, 1, 0, [])
        assert told["cpu_seconds"] > 0
        assert "sam-the-secret" not in json.dumps(told)
        assert all(isinstance(value, int | float | list) for value in told.values())
        await socket.close()
