"""The keeper of the engine's process, tried with small children that behave as the engine may."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from moderation.model import MeetingId
from server import embedded
from server.embedded import HOME, Embedded, EngineWillNotStart, Settings, binding
from server.livekit import LiveKit

# The engine's manners in a few lines: settings in, ports out, ends when its input closes.
POLITE = """
    import json, os, sys, time
    told = json.loads(sys.stdin.readline())
    print(json.dumps({"signalling_port": os.getpid(), "media_port": told["media_port"] or 7882}), flush=True)
    sys.stdin.read()
"""


def child(body: str) -> Sequence[str]:
    return (sys.executable, "-c", textwrap.dedent(body))


async def eventually(holds: Callable[[], bool], within: float = 8.0) -> None:
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0]
    return state != "Z"


@asynccontextmanager
async def running(body: str, settings: Settings = Settings()) -> AsyncIterator[Embedded]:  # noqa: B008
    async with Embedded(settings, child(body)) as engine:
        yield engine


async def test_the_engine_is_where_its_ready_line_says() -> None:
    async with running(POLITE) as engine:
        assert engine.ports is not None
        assert engine.endpoint() == f"ws://127.0.0.1:{engine.ports.signalling}"
        assert engine.ports.media == 7882


@pytest.mark.parametrize(
    ("address", "bound"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.9", "127.0.0.9"),
        ("::1", "::1"),
        ("203.0.113.77", "0.0.0.0"),
        ("2001:db8::77", "::"),
        ("", ""),
    ],
)
def test_media_answers_from_the_address_that_browsers_were_told_if_it_is_our_own(
    address: str, bound: str
) -> None:
    assert binding(address) == bound


async def test_the_engine_learns_its_settings_on_its_input_and_nothing_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HEARTH_KEY", "not for the engine")
    seen = tmp_path / "seen.json"
    nosy = f"""
        import json, os, sys
        told = json.loads(sys.stdin.readline())
        with open({str(seen)!r}, "w") as file:
            json.dump({{"told": told, "environment": dict(os.environ), "arguments": sys.argv}}, file)
        print('{{"signalling_port": 1, "media_port": 2}}', flush=True)
        sys.stdin.read()
    """
    settings = Settings(media_port=2, webhook_url="http://127.0.0.1:9/livekit/webhook", departure_timeout=7)
    async with running(nosy, settings) as engine:
        found = json.loads(seen.read_text())
        assert found["told"] == {
            "api_key": engine.key,
            "api_secret": engine.secret,
            "host": "127.0.0.1",
            "signalling_port": 0,
            "media_host": "127.0.0.1",
            "media_port": 2,
            "webhook_url": "http://127.0.0.1:9/livekit/webhook",
            "departure_timeout": 7,
        }
        assert "HEARTH_KEY" not in found["environment"]
        assert engine.secret not in str(found["environment"]) + str(found["arguments"])


async def test_closing_its_input_ends_the_engine() -> None:
    async with running(POLITE) as engine:
        assert engine.ports is not None
        pid = engine.ports.signalling
        assert is_alive(pid)
    assert not is_alive(pid)
    assert engine.endpoint() is None


async def test_an_engine_deaf_to_its_closed_input_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "ENDED_WITHIN", 0.2)
    async with running(POLITE.replace("sys.stdin.read()", "time.sleep(600)")) as engine:
        assert engine.ports is not None
        pid = engine.ports.signalling
    assert not is_alive(pid)


async def test_an_engine_that_dies_is_started_again_at_the_same_media_port() -> None:
    async with running(POLITE) as engine:
        first = engine.ports
        assert first is not None
        os.kill(first.signalling, signal.SIGKILL)
        await eventually(lambda: engine.ports is not None and engine.ports != first)
        assert engine.ports is not None
        assert engine.ports.media == first.media


async def test_while_the_engine_is_down_it_has_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "FIRST_PAUSE", 60.0)
    async with running(POLITE) as engine:
        assert engine.ports is not None
        os.kill(engine.ports.signalling, signal.SIGKILL)
        await eventually(lambda: engine.endpoint() is None)


async def test_an_engine_that_will_not_start_again_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(embedded, "FIRST_PAUSE", 0.02)
    counter = tmp_path / "starts"
    moody = f"""
        import json, os, sys
        with open({str(counter)!r}, "a+") as file:
            file.write("x")
            file.seek(0)
            starts = len(file.read())
        if starts in (2, 3):
            sys.exit("no luck today")
        print(json.dumps({{"signalling_port": os.getpid(), "media_port": 2}}), flush=True)
        sys.stdin.read()
    """
    async with running(moody) as engine:
        first = engine.ports
        assert first is not None
        os.kill(first.signalling, signal.SIGKILL)
        await eventually(lambda: engine.ports is not None and engine.ports != first)
        assert counter.read_text() == "xxxx"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("import sys; sys.exit('UDP port 7882 is taken')", "UDP port 7882 is taken"),
        ("print('hello')", "it ended without a word"),
        ("print('{}')", "it ended without a word"),
        ("import sys; sys.stderr.write('x' * 100_000 + '\\nno')", "no"),
    ],
)
async def test_an_engine_that_will_not_start_says_why_in_one_line(body: str, reason: str) -> None:
    with pytest.raises(EngineWillNotStart) as caught:
        async with running(body):
            pass
    assert caught.value.reason == reason


async def test_an_engine_that_keeps_silent_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "READY_WITHIN", 0.3)
    with pytest.raises(EngineWillNotStart, match="said nothing"):
        async with running("import sys; sys.stdin.read()"):
            pass


async def test_of_an_error_in_the_engine_the_log_keeps_the_place_and_not_the_message() -> None:
    faulty = """
        import sys
        def forward(packet):
            raise ValueError("sent by someone: " + packet)
        sys.stdin.readline()
        print('{"signalling_port": 1, "media_port": 2}', flush=True)
        import threading
        threading.Thread(target=forward, args=["a name"]).start()
        sys.stdin.read()
    """
    with capture_logs() as logged:
        async with running(faulty):
            await eventually(lambda: "ValueError" in str(logged))
    assert "threading.py:" in str(logged)
    assert "a name" not in str(logged)


PLATFORM = f"""
    import asyncio, sys
    from server.embedded import Embedded, Settings
    async def main():
        async with Embedded(Settings(), {child(POLITE)!r}) as engine:
            print(engine.ports.signalling, flush=True)
            await asyncio.sleep(600)
    asyncio.run(main())
"""


async def test_a_platform_killed_outright_takes_the_engine_with_it() -> None:
    platform = await asyncio.create_subprocess_exec(
        *child(PLATFORM), stdout=subprocess.PIPE, cwd=HOME, process_group=0
    )
    assert platform.stdout is not None
    pid = int(await asyncio.wait_for(platform.stdout.readline(), 15))
    assert is_alive(pid)
    platform.kill()
    await platform.wait()
    await eventually(lambda: not is_alive(pid), within=2)


async def test_a_taken_media_port_is_named() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        with pytest.raises(EngineWillNotStart) as caught:
            async with Embedded(Settings(media_port=port)):
                pass
    assert str(port) in caught.value.reason
    assert "\n" not in caught.value.reason


async def test_the_real_engine_comes_back_after_dying_and_does_as_asked() -> None:
    async with Embedded(Settings()) as engine, LiveKit(engine.endpoint, engine.key, engine.secret) as livekit:
        first = engine.ports
        assert first is not None
        assert engine._child is not None
        engine._child._process.kill()
        await eventually(lambda: engine.endpoint() is None)
        await livekit.push(MeetingId("meeting"), {})
        await eventually(lambda: engine.endpoint() is not None)
        assert engine.ports is not None
        assert engine.ports.media == first.media
        await livekit.push(MeetingId("meeting"), {})
        await livekit.close(MeetingId("meeting"))
