"""What whoever runs the server can look at: one health figure, and figures for Prometheus."""

import asyncio
import json
import math
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.caretaker import Caretaker, PortTaken
from server.data.store import Database, migrate
from server.embedded import Embedded, Settings
from server.figures import COUNTERS, GAUGES, SPREADS, Figures, Reading, as_text, numbers, read
from server.livekit import LiveKit
from server.workers import Workers
from tests.server.test_embedded import POLITE, child

TOLD = {
    **dict.fromkeys((*GAUGES, *COUNTERS), 1),
    **{name: [0.1, 0.2, 0.3] for name in SPREADS},
    "people": 7,
}


def lines(*readings: Reading, health: float = 1.0) -> list[str]:
    return as_text(Figures(health, readings)).decode().splitlines()


def test_each_engine_is_told_apart_by_its_number() -> None:
    told = numbers(json.dumps(TOLD).encode())
    found = lines(Reading(1, told), Reading(3, None), health=0.5)
    assert "hearth_health 0.5" in found
    assert 'hearth_media_people{engine="0"} 7.0' in found
    assert 'hearth_media_up{engine="0"} 1.0' in found
    assert 'hearth_media_up{engine="1"} 0.0' in found
    assert 'hearth_media_starts_total{engine="1"} 3.0' in found
    assert 'hearth_media_loss_out_ratio{engine="0",quantile="0.9"} 0.2' in found
    assert 'hearth_media_estimate_bits_per_second{engine="0",quantile="0"} 0.3' in found
    assert not any("people" in line and 'engine="1"' in line for line in found)


def test_what_the_platform_itself_takes_is_there() -> None:
    assert any(line.startswith("process_cpu_seconds_total") for line in lines())


def test_there_is_no_label_but_a_number_of_an_engine_and_a_quantile() -> None:
    told = numbers(json.dumps(TOLD).encode())
    labels = re.findall(r'(\w+)="([^"]*)"', "\n".join(lines(Reading(1, told))))
    assert {name for name, _ in labels} == {"engine", "quantile"}
    assert all(re.fullmatch(r"[0-9.]+", value) for _, value in labels)


@pytest.mark.parametrize("body", [b"", b"no", b"[]", b"\xff", b"[" * 10_000, b'"people"'])
def test_what_is_no_answer_is_none(body: bytes) -> None:
    assert numbers(body) is None


def test_of_an_answer_only_numbers_under_known_names_are_taken() -> None:
    hostile = b'{"people": ["Anna", 3, 1e400, 1' + b"0" * 400 + b'], "rooms": {"a": 1}, "names": ["Anna"]}'
    told = numbers(hostile)
    assert told is not None
    assert told["people"] == (3.0,)
    assert told["rooms"] == ()
    assert "names" not in told
    assert "Anna" not in str(lines(Reading(1, told)))


def test_an_engine_that_tells_nonsense_hides_nothing_of_the_others() -> None:
    nonsense = {name: ["Anna", None] for name in TOLD} | {"people": "Anna", "rooms": None}
    found = lines(*(Reading(1, numbers(json.dumps(one).encode())) for one in (nonsense, TOLD)))
    assert 'hearth_media_people{engine="1"} 7.0' in found
    assert "Anna" not in str(found)


@given(st.dictionaries(st.sampled_from(sorted(TOLD)), st.lists(st.none() | st.integers() | st.floats())))
def test_whatever_an_engine_tells_only_finite_numbers_are_taken(told: dict[str, object]) -> None:
    found = numbers(json.dumps(told).encode())
    assert found is not None
    assert all(math.isfinite(one) for values in found.values() for one in values)


# --- The address ---

HELPFUL = """
    import http.server, json, sys
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = {body!r}
            self.send_response(200 if self.path == "/figures" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        def log_message(self, *_): pass
    told = json.loads(sys.stdin.readline())
    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    import threading
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({{"signalling_port": server.server_port, "media_port": 7882}}), flush=True)
    sys.stdin.read()
"""


def answering(told: object) -> str:
    """A child that has the engine's manners and these figures."""
    return HELPFUL.format(body=json.dumps(told).encode())


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('figures') / 'hearth.db'}"
    migrate(url)
    return url


@asynccontextmanager
async def caretaker(url: str, *bodies: str, cluster: LiveKit | None = None) -> AsyncIterator[str]:
    """Where one is to be found who looks after such engines."""
    async with AsyncExitStack() as stack:
        engines = [await stack.enter_async_context(Embedded(Settings(), child(body))) for body in bodies]
        database = Database(url)
        stack.push_async_callback(database.close)
        found = await stack.enter_async_context(Caretaker(0, database, engines, cluster))
        yield f"http://127.0.0.1:{found.port}"


async def asked(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status, await answer.text()


async def health(address: str, expected: float) -> tuple[int, dict[str, object]]:
    """The answer once it is as expected: on a machine that is out of breath that may take a moment."""
    async with asyncio.timeout(30):
        while True:
            status, text = await asked(f"{address}/health")
            told: dict[str, object] = json.loads(text)
            if told["health"] == expected:
                return status, told


async def test_all_is_well(database_url: str) -> None:
    async with caretaker(database_url, answering(TOLD), answering(TOLD)) as address:
        status, told = await health(address, 1.0)
        assert status == 200
        assert told == {"health": 1.0, "engines": 2, "answering": 2, "draining": False}
        status, text = await asked(f"{address}/metrics")
        assert status == 200
        assert 'hearth_media_people{engine="1"} 7.0' in text


async def test_an_engine_that_does_not_answer_is_half_of_two(database_url: str) -> None:
    async with caretaker(database_url, answering(TOLD), POLITE) as address:
        assert (await health(address, 0.5))[0] == 200


@pytest.mark.parametrize("body", [POLITE, answering([1] * 10_000), answering("no figures")])
async def test_where_no_engine_gives_an_answer_nobody_can_meet(database_url: str, body: str) -> None:
    async with caretaker(database_url, body) as address:
        status, told = await asked(f"{address}/health")
        assert (status, json.loads(told)["health"]) == (503, 0.0)


async def test_without_a_database_nobody_can_meet(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'nowhere' / 'hearth.db'}"
    async with caretaker(url, answering(TOLD)) as address:
        assert (await asked(f"{address}/health"))[0] == 503
        assert "hearth_health 0.0" in (await asked(f"{address}/metrics"))[1]


async def test_a_cluster_that_does_not_answer_is_nobody_to_meet_at(database_url: str) -> None:
    async with (
        LiveKit(lambda: "ws://127.0.0.1:1", "key", "s" * 32) as cluster,
        caretaker(database_url, cluster=cluster) as address,
    ):
        assert (await asked(f"{address}/health"))[0] == 503


async def test_nothing_else_is_there_and_nothing_can_be_done(database_url: str) -> None:
    async with caretaker(database_url) as address, aiohttp.ClientSession() as http:
        assert (await asked(f"{address}/"))[0] == 404
        async with http.post(f"{address}/metrics") as answer:
            assert answer.status == 405


async def test_only_this_machine_finds_it(database_url: str) -> None:
    async with caretaker(database_url) as address:
        port = int(address.rsplit(":", 1)[1])
        with socket.socket() as stranger, pytest.raises(ConnectionRefusedError):
            stranger.connect(("127.0.0.2", port))


async def test_a_taken_port_is_named(database_url: str) -> None:
    async with caretaker(database_url) as address:
        port = int(address.rsplit(":", 1)[1])
        with pytest.raises(PortTaken, match=f"HEARTH_FIGURES_PORT.*{port}"):
            async with Caretaker(port, Database(database_url), ()):
                pass


async def test_the_real_engine_tells_what_is_asked_for() -> None:
    async with Workers([Settings()]) as workers:
        async with aiohttp.ClientSession() as http:
            found = lines(await read(workers.engines[0], http))
        names = [name for name, _ in GAUGES.values()] + [f"{name}_total" for name, _ in COUNTERS.values()]
        for name in names:
            assert any(line.startswith(f'{name}{{engine="0"}} ') for line in found), name
