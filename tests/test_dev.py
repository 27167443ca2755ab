"""The one command: what it says when it cannot go on, and when it does a step again."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

import dev
from tests.shots.__main__ import asked

SOURCE = Path(dev.__file__)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the command and nothing else in it."""
    shutil.copy(SOURCE, tmp_path / "dev.py")
    return tmp_path


def ask(folder: Path, *words: str, path: str = "", before: str = "") -> tuple[int, Sequence[str]]:
    """Runs the command there; its exit status and the lines it printed."""
    program = (
        f"{before}\nimport runpy, sys; sys.argv[0] = 'dev.py'; runpy.run_path('dev.py', run_name='__main__')"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=folder,
        env={**os.environ, **({"PATH": path} if path else {})},
        capture_output=True,
        text=True,
        timeout=30,
    )
    return answer.returncode, (answer.stdout + answer.stderr).splitlines()


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_taken_port_is_one_clear_line(clone: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        status, lines = ask(clone, "demo", "--port", str(number))
    assert (status, len(lines)) == (2, 1)
    assert f"Port {number} is taken" in lines[0]


def test_a_second_demo_is_one_clear_line_that_names_the_first(clone: Path) -> None:
    (clone / ".demo").mkdir()
    with (clone / ".demo" / "lock").open("w+") as held:
        held.write("4711")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        status, lines = ask(clone, "demo")
    assert (status, len(lines)) == (2, 1)
    assert "A demo is already running" in lines[0]
    assert "4711" in lines[0]


def test_a_missing_node_is_one_clear_line(clone: Path) -> None:
    status, lines = ask(clone, "check", path="/nonexistent")
    assert (status, len(lines)) == (2, 1)
    assert "Install Node 20" in lines[0]


def test_an_old_node_is_one_clear_line(clone: Path) -> None:
    for name in ("node", "npm"):
        (clone / name).write_text("#!/bin/sh\necho v18.20.4\n")
        (clone / name).chmod(0o755)
    status, lines = ask(clone, "check", path=str(clone))
    assert (status, len(lines)) == (2, 1)
    assert "Node v18.20.4 was found" in lines[0]


def test_a_missing_venv_is_one_clear_line(clone: Path, port: int) -> None:
    status, lines = ask(
        clone, "demo", "--port", str(port), before="import sys; sys.modules['ensurepip'] = None"
    )
    assert (status, len(lines)) == (2, 1)
    assert "apt-get install python3-venv" in lines[0]


def test_an_old_python_is_one_clear_line(clone: Path) -> None:
    status, lines = ask(clone, "check", before="import sys; sys.version_info = (3, 9, 2)")
    assert (status, len(lines)) == (2, 1)
    assert "Python 3.11 or newer is needed" in lines[0]


def test_an_unknown_bench_is_one_clear_line(clone: Path) -> None:
    status, lines = ask(clone, "bench", "nonsense")
    assert (status, len(lines)) == (2, 1)
    assert "There is no bench called nonsense" in lines[0]


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dev.Step:
    """A step that copies `wanted` to `made/result`."""
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    (tmp_path / "wanted").write_text("one")
    result = tmp_path / "made" / "result"

    def make() -> None:
        result.parent.mkdir(exist_ok=True)
        result.write_text((tmp_path / "wanted").read_text())

    return dev.Step("Copy", [tmp_path / "wanted"], "", tmp_path / "made" / "stamp", lambda: [result], make)


def test_a_step_is_not_done_twice(step: dev.Step, tmp_path: Path) -> None:
    step.ensure()
    (tmp_path / "made" / "result").write_text("ours")
    step.ensure()
    assert (tmp_path / "made" / "result").read_text() == "ours"


def test_a_step_is_done_again_when_what_goes_in_has_changed(step: dev.Step, tmp_path: Path) -> None:
    step.ensure()
    (tmp_path / "wanted").write_text("two")
    step.ensure()
    assert (tmp_path / "made" / "result").read_text() == "two"


def test_a_step_is_done_again_when_what_came_out_is_gone(step: dev.Step, tmp_path: Path) -> None:
    step.ensure()
    (tmp_path / "made" / "result").unlink()
    assert not step.done()
    step.ensure()
    assert (tmp_path / "made" / "result").exists()


def test_a_damaged_stamp_counts_for_nothing(step: dev.Step, tmp_path: Path) -> None:
    step.ensure()
    (tmp_path / "made" / "stamp").write_text("{")
    assert not step.done()


def test_a_command_that_is_ended_takes_its_children_along(tmp_path: Path) -> None:
    with dev.running(("sh", "-c", "sleep 60 & echo $! > child; wait"), tmp_path) as shell:
        while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text().strip():
            assert shell.poll() is None
    child = int((tmp_path / "child").read_text())
    while alive(child):  # killed already, but the kernel may not have come to it yet; pytest bounds the wait
        time.sleep(0.01)


def alive(process: int) -> bool:
    """Whether a process is neither gone nor a zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_pictures_are_taken_of_everything_unless_parts_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked([]).parts == asked(["--more"]).parts == ["pages", "room", "states"]
    assert asked(["room"]).parts == ["room"]
    with pytest.raises(SystemExit):
        asked(["rooms"])
    assert "'rooms' is none of pages, room, states" in capsys.readouterr().err
