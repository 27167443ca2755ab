#!/usr/bin/env python3
"""Hearth's one command: prepares whatever is missing, then does a job.

    python3 dev.py demo [--parents N]    try a whole session on http://localhost:8080
    python3 dev.py test [--long]         everything that must hold: check, then vitest, then pytest
    python3 dev.py check                 formatting, lint, types, import directions, licences, known holes
    python3 dev.py bench NAME            one measurement, as JSON lines
    python3 dev.py shots [--more]        a picture of every screen and state, at three widths, in shots/
    python3 dev.py serve                 the platform alone, configured by HEARTH_ variables
    python3 dev.py bundle                the pages' scripts and styles anew, in web/dist
    python3 dev.py bill                  what Hearth is made of, as bills of materials in bill/
    python3 dev.py words TAG             a language's catalogue, made or brought up to date

It needs only Python 3.11 with venv and Node 20. Each step of the preparation is stamped with the hash of
what went into it and remembers what came out of it, so it is repeated when, and only when, either changed.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import glob
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parent
WEB = ROOT / "web"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PIP_LOCK = "requirements-pip.lock"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
# Much of a test is waiting for a browser or a clock: three files at a time keep two processors at work.
# A file's tests stay together: they share its people.
SIDE_BY_SIDE = (
    "--numprocesses",
    str(max(3, (os.cpu_count() or 1) * 3 // 2)),
    "--dist",
    "loadfile",
    "--no-loadscope-reorder",
)
LONG = ("-m", "long or not long", "--hypothesis-profile", "long", "--timeout", "1800")
HEARTBEAT = 10.0  # seconds between "still at it" lines
GLANCE = 0.05  # seconds between looks at whether a child has ended
PATIENCE = 10.0  # seconds a child may take to end before it is killed

# What the tests need from Debian beyond Python and Node: the package, and where to find what it brings.
DEBIAN = {
    "chromium": "chromium",
    "firefox-esr": "firefox-esr",
    "redis-server": "redis-server",
    "coturn": "turnserver",
    "postgresql": "/usr/lib/postgresql/*/bin/initdb",
}

Task = tuple[str, Path, tuple[str, ...]]  # a title, the folder it runs in, the command

# The longest first, because they run side by side.
CHECKS: tuple[Task, ...] = (
    ("mypy", ROOT, (".venv/bin/mypy",)),
    ("eslint", WEB, ("node_modules/.bin/eslint", "--max-warnings", "0", ".")),
    ("tsc", WEB, ("node_modules/.bin/tsc", "--noEmit")),
    ("licences and known holes", ROOT, (".venv/bin/python", "-m", "tools.supply", "check")),
    ("import directions", ROOT, (".venv/bin/lint-imports",)),
    ("prettier", WEB, ("node_modules/.bin/prettier", "--check", ".")),
    ("ruff check", ROOT, (".venv/bin/ruff", "check", ".")),
    ("ruff format", ROOT, (".venv/bin/ruff", "format", "--check", ".")),
)
VITEST: Task = ("vitest", WEB, ("node_modules/.bin/vitest", "run"))


class Stop(Exception):
    """The job cannot go on. The message is one line that tells the reader what to do; exit status 2."""


class Failed(Exception):
    """A command ended with an error, which has been shown; exit status 1."""


def say(line: str) -> None:
    print(line, flush=True)


# --- Running other programs -------------------------------------------------------------------------------


def environment() -> dict[str, str]:
    """What children inherit: no other virtual environment, and no setting that makes npm leave tools out or
    every process compile everything anew."""
    misleading = {"PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "NODE_ENV", "VIRTUAL_ENV"}
    kept = {name: value for name, value in os.environ.items() if name not in misleading}
    return {**kept, "PYTHONUNBUFFERED": "1", "PATH": f"{VENV / 'bin'}:{kept.get('PATH', os.defpath)}"}


def end(child: subprocess.Popen[bytes]) -> None:
    """Ends a child and everything it started: politely, then firmly. A second Ctrl-C changes nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE if sign is not signal.SIGKILL else None)
            break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


@contextlib.contextmanager
def running(command: Sequence[str], cwd: Path, out: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A child in a process group of its own, which does not outlive this block."""
    env, none = environment(), subprocess.DEVNULL
    child = subprocess.Popen(
        command, stdin=none, stdout=out, stderr=out, cwd=cwd, env=env, start_new_session=True
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            end(child)


def run(command: Sequence[str], cwd: Path = ROOT) -> int:
    """Runs a command whose output is for the reader; its exit status."""
    with running(command, cwd) as child:
        return child.wait()


@dataclass(frozen=True)
class Printed:
    """How a quiet command ended: its exit status, what it printed, and the seconds it took."""

    status: int
    text: str
    seconds: float


def capture(title: str, command: tuple[str, ...], cwd: Path = ROOT) -> Printed:
    """Runs a command quietly, with a line now and then while it works."""
    [(_, printed)] = capture_all([(title, cwd, command)])
    return printed


def capture_all(tasks: Sequence[Task]) -> Iterator[tuple[Task, Printed]]:
    """Runs commands quietly, as many at a time as there are processors; yields each as it ends."""
    waiting, begun = list(reversed(tasks)), time.monotonic()
    at_work: dict[Task, tuple[subprocess.Popen[bytes], IO[bytes], float]] = {}
    told = begun
    with contextlib.ExitStack() as stack:
        while waiting or at_work:
            while waiting and len(at_work) < (os.cpu_count() or 1):
                task = waiting.pop()
                log = stack.enter_context(tempfile.TemporaryFile())
                child = stack.enter_context(running(task[2], task[1], log.fileno()))
                at_work[task] = (child, log, time.monotonic())
            time.sleep(GLANCE)
            for task, (child, output, since) in list(at_work.items()):
                status = child.poll()
                if status is not None:
                    del at_work[task]
                    output.seek(0)
                    text = output.read().decode(errors="replace")
                    yield task, Printed(status, text, time.monotonic() - since)
            if at_work and time.monotonic() - told > HEARTBEAT:
                told = time.monotonic()
                say(f"    {', '.join(title for title, _, _ in at_work)}: still at it, {told - begun:.0f} s")


# --- Steps of the preparation -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A part of the preparation.

    `inputs` are the files that decide the result, `facts` whatever else does; `stamp` lies inside the
    result, so that it goes when the result goes; `outputs` lists what must be there for the stamp to count.
    """

    title: str
    inputs: Sequence[Path]
    facts: str
    stamp: Path
    outputs: Callable[[], list[Path]]
    make: Callable[[], None]

    def fingerprint(self) -> str:
        digest = hashlib.sha256(self.facts.encode())
        for path in self.inputs:
            digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def done(self) -> bool:
        try:
            stamped = json.loads(self.stamp.read_text())
            whole = all((ROOT / path).exists() for path in stamped["outputs"])
            return bool(stamped["fingerprint"] == self.fingerprint() and whole)
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def ensure(self) -> None:
        if self.done():
            return
        say(f"  {self.title} …")
        fingerprint, begun = self.fingerprint(), time.monotonic()
        self.stamp.unlink(missing_ok=True)
        self.make()
        outputs = self.outputs()
        if not outputs:
            raise Stop(f"{self.title}: nothing came out of it.")
        written = {"fingerprint": fingerprint, "outputs": [str(path.relative_to(ROOT)) for path in outputs]}
        self.stamp.write_text(json.dumps(written))
        say(f"  {self.title}: done in {time.monotonic() - begun:.0f} s")


def must(title: str, command: Sequence[str], cwd: Path = ROOT) -> None:
    """Runs a step's command. Raises: Failed, having shown what it printed."""
    printed = capture(title, tuple(command), cwd)
    if printed.status:
        say(printed.text.rstrip())
        raise Failed(f"{title} failed: {' '.join(command)}")


def python_step(lock: str) -> Step:
    """The virtual environment with what a hash-pinned lock names. The development lock holds the other."""
    version = ".".join(map(str, sys.version_info[:2]))

    def make() -> None:
        told = [str(PYTHON), "-c", "import pip, sys; print('%d.%d' % sys.version_info[:2])"]
        if (
            not PYTHON.exists()
            or subprocess.run(told, capture_output=True, text=True).stdout.strip() != version
        ):
            must("Virtual environment", (sys.executable, "-m", "venv", "--clear", str(VENV)))
        pip = (str(PYTHON), "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check")
        # The lock names everything, so nothing is to be resolved; what is used is compiled when it is used.
        install = ("install", "--require-hashes", "--no-deps", "--no-compile", "--requirement")
        must("Python packages", (*pip, *install, PIP_LOCK))  # twice as fast as what Python brings
        must("Python packages", (*pip, *install, lock))
        must("Python packages", (*pip, "check"))

    def outputs() -> list[Path]:
        return [PYTHON, *sorted(VENV.glob("lib/python*/site-packages/*.dist-info/METADATA"))]

    inputs = [ROOT / PIP_LOCK, ROOT / lock]
    return Step("Python packages", inputs, version, VENV / f"{lock}.stamp", outputs, make)


def node_step(node: int) -> Step:
    modules = WEB / "node_modules"

    def make() -> None:
        must("Browser packages", ("npm", "ci", "--include=dev", "--no-audit", "--no-fund"), WEB)

    def outputs() -> list[Path]:
        installed = json.loads((modules / ".package-lock.json").read_text())["packages"]
        return [WEB / path / "package.json" for path, package in installed.items() if not package.get("link")]

    inputs = [WEB / name for name in ("package.json", "package-lock.json", ".npmrc") if (WEB / name).exists()]
    return Step("Browser packages", inputs, str(node), modules / ".stamp", outputs, make)


def bundle_step(node: int) -> Step:
    dist = WEB / "dist"

    def make() -> None:
        must("Browser bundle", ("npm", "run", "build"), WEB)

    def outputs() -> list[Path]:
        return [path for path in sorted(dist.rglob("*")) if path.is_file()]

    made = ("node_modules", "dist", ".vite")
    sources = [
        path
        for top in WEB.iterdir()
        if top.name not in made
        for path in ([top] if top.is_file() else top.rglob("*"))
    ]
    inputs = sorted(path for path in sources if path.is_file())
    return Step("Browser bundle", inputs, str(node), dist / ".vite" / "stamp", outputs, make)


def node_version() -> int:
    """Node's major version. Raises: Stop when it is missing or too old."""
    wanted = f"Install Node {OLDEST_NODE} or newer (with npm) and start again."
    if not shutil.which("node") or not shutil.which("npm"):
        raise Stop(f"Node or npm is missing. {wanted}")
    told = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    major = re.match(r"v(\d+)\.", told)
    if not major or int(major[1]) < OLDEST_NODE:
        raise Stop(f"Node {told or 'that works'} was found. {wanted}")
    return int(major[1])


def check_python() -> None:
    """Raises: Stop when this Python cannot make the virtual environment."""
    if sys.version_info < OLDEST_PYTHON:
        raise Stop(
            f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Try: python3.11 dev.py …"
        )
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise Stop("Python's venv is missing. On Debian: apt-get install python3-venv")


@contextlib.contextmanager
def alone_with(file: Path) -> Iterator[None]:
    """One at a time in a folder: whoever comes second waits, and says so."""
    with file.open() as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("  Waiting for another dev.py that is preparing this folder …")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def prepare(*, for_tests: bool) -> None:
    """Makes the environment and the bundle what the locks and sources say, both side by side."""
    check_python()
    node_version()
    with running((sys.executable, __file__, "bundle"), ROOT) as web:
        with alone_with(ROOT / "requirements.lock"):
            complete = python_step("requirements-dev.lock")
            if for_tests:
                complete.ensure()
            elif not complete.done():
                python_step("requirements.lock").ensure()
        if web.wait():
            raise Failed("There is no bundle for browsers: see above.")


def find_debian_packages() -> list[str]:
    """The Debian packages of which this machine has no trace."""
    return [
        name for name, mark in DEBIAN.items() if not (glob.glob(mark) if "/" in mark else shutil.which(mark))
    ]


def install_debian_packages() -> None:
    """Installs what the tests need and this machine lacks. Raises: Stop where only the reader can."""
    missing = find_debian_packages()
    if not missing:
        return
    line = f"apt-get install --yes --no-install-recommends {' '.join(missing)}"
    if not shutil.which("apt-get"):
        raise Stop(f"The tests need these programs (named as in Debian): {', '.join(missing)}. Install them.")
    if os.geteuid() != 0:
        raise Stop(f"The tests need some more programs. Run: sudo {line}")
    say(f"  Debian packages: {', '.join(missing)} …")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    must("Debian's package lists", ("apt-get", "update"))
    must("Debian packages", line.split())
    still = find_debian_packages()
    if still:
        raise Stop(f"Debian installed its packages, but these are still not found: {', '.join(still)}")


# --- Jobs -------------------------------------------------------------------------------------------------


def become(*command: str) -> NoReturn:
    """Turns this process into the job, so that signals and the exit status are the job's own."""
    os.chdir(ROOT)
    os.execve(command[0], command, environment())


def check_port(port: int, option: str) -> None:
    """Raises: Stop when something else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Stop(f"Port {port} is taken. Stop what uses it, or choose another with {option}.") from None


def hold_demo_folder() -> None:
    """Makes this process the only demo of this folder until it ends. Raises: Stop if there is one already."""
    folder = ROOT / ".demo"
    folder.mkdir(exist_ok=True)
    held = os.open(folder / "lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.read(held, 20).decode() or "unknown"
        raise Stop(f"A demo is already running in this folder (process {owner}). Stop it first.") from None
    os.ftruncate(held, 0)
    os.pwrite(held, str(os.getpid()).encode(), 0)
    os.set_inheritable(held, True)


def demo(options: argparse.Namespace) -> int:
    check_python()
    hold_demo_folder()
    check_port(options.port, "--port")
    prepare(for_tests=options.parents > 0)
    become(str(PYTHON), "-m", "tools.demo", "--port", str(options.port), "--parents", str(options.parents))


def bundle(_options: argparse.Namespace) -> int:
    node = node_version()
    with alone_with(WEB / "package.json"):
        for step in (node_step, bundle_step):
            step(node).ensure()
    return 0


def serve(_options: argparse.Namespace) -> int:
    prepare(for_tests=False)
    become(str(PYTHON), "-m", "tools.serve")


def shots(options: argparse.Namespace) -> int:
    prepare(for_tests=True)
    become(str(PYTHON), "-m", "tests.shots", *(("--more",) if options.more else ()), *options.parts)


def bill(_options: argparse.Namespace) -> int:
    prepare(for_tests=True)
    become(str(PYTHON), "-m", "tools.supply", "bill")


def words(options: argparse.Namespace) -> int:
    prepare(for_tests=False)
    become(str(PYTHON), "-m", "server.words", options.tag)


def bench(options: argparse.Namespace) -> int:
    names = sorted(path.stem for path in (ROOT / "tests" / "bench").glob("[a-z]*.py"))
    if options.name not in names:
        raise Stop(f"There is no bench called {options.name}. There are: {', '.join(names) or 'none'}.")
    prepare(for_tests=True)
    become(str(PYTHON), "-m", f"tests.bench.{options.name}", *options.arguments)


def run_checks(checks: Sequence[Task]) -> bool:
    """Runs every check, a line each, then shows the first failure whole. True when all hold."""
    shown = ""
    for (title, cwd, command), printed in capture_all(checks):
        say(f"  {title}: {'ok' if printed.status == 0 else 'FAILED'} ({printed.seconds:.1f} s)")
        for note in re.findall(r"^NOTE: (.+)$", printed.text, re.MULTILINE):
            say(f"    {note}")
        if printed.status and not shown:
            repeat = f"cd {cwd.name} && {' '.join(command)}"
            shown = f"\n{title} says:\n{printed.text.rstrip()}\n\nTo repeat it: {repeat}\n"
    if shown:
        say(shown)
    return not shown


def check(_options: argparse.Namespace) -> int:
    prepare(for_tests=True)
    return 0 if run_checks(CHECKS) else 1


@contextlib.contextmanager
def building_livekit() -> Iterator[None]:
    """Builds the LiveKit server beside the block, where Go is found. If it cannot be, the tests say so."""
    command = (sys.executable, "-m", "tests.conformance.livekit_server")
    with running(command, ROOT, subprocess.DEVNULL) as child:
        yield
        if child.poll() is None:
            say("  LiveKit server: still being built …")
            child.wait()


def test(options: argparse.Namespace) -> int:
    """Everything, whatever fails on the way. pytest comes last, so its closing line closes the output."""
    install_debian_packages()
    with building_livekit():
        prepare(for_tests=True)
        well = run_checks((*CHECKS, VITEST))
    if not well:
        say("\nFAILED before pytest: see above.\n")
    status = run([str(PYTHON), "-m", "pytest", *SIDE_BY_SIDE, *(LONG if options.long else ())])
    return status or (0 if well else 1)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    summary = (__doc__ or "").strip()
    parser = argparse.ArgumentParser(
        prog="dev.py", description=summary, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    jobs = parser.add_subparsers(dest="job", required=True, metavar="JOB")
    for job in (demo, test, check, bench, shots, serve, bundle, bill, words):
        jobs.add_parser(job.__name__).set_defaults(run=job)
    jobs.choices["demo"].add_argument(
        "--parents", type=int, default=0, metavar="N", help="synthetic parents who join in"
    )
    jobs.choices["demo"].add_argument("--port", type=int, default=8080)
    jobs.choices["test"].add_argument("--long", action="store_true", help="fuzzing and long runs as well")
    jobs.choices["shots"].add_argument(
        "--more", action="store_true", help="from right to left, with long words and names, with large text"
    )
    jobs.choices["shots"].add_argument("parts", nargs="*", help="pages, room or states alone")
    jobs.choices["words"].add_argument("tag", help="the language's short name, such as pl")
    jobs.choices["bench"].add_argument("name", help="docs/measurements.md has the names")
    jobs.choices["bench"].add_argument("arguments", nargs=argparse.REMAINDER)
    return parser.parse_args(arguments)


def interrupted(_sign: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def main(arguments: Sequence[str]) -> int:
    for sign in (signal.SIGINT, signal.SIGTERM):  # a shell's background job begins with SIGINT ignored
        signal.signal(sign, interrupted)
    options = parse(arguments)
    try:
        return int(options.run(options))
    except Stop as stop:
        print(f"dev.py: {stop}", file=sys.stderr)
        return 2
    except Failed as failed:
        print(f"dev.py: {failed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("dev.py: stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
