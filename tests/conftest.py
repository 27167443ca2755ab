"""What every test may use."""

import gc
import os
import secrets
import sys
from collections.abc import Iterator
from itertools import groupby

import pytest
from hypothesis import HealthCheck, settings

from tests.once import compile_once

# How long one try takes says how busy the machine is, and nothing about what is tried.
settings.register_profile("usual", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("usual")
# `dev.py test --long`: fifty times the usual tries for every parser, form and message.
settings.register_profile(
    "long", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """For those tests marked as long that can be made longer, or be tried again as they were."""
    parser.addoption("--minutes", type=float, default=10, help="how long each soak and fuzz lasts (10)")
    parser.addoption("--seed", type=int, default=None, help="what a soak or fuzz said its seed was")


@pytest.fixture
def minutes(request: pytest.FixtureRequest) -> float:
    """How long a soak or fuzz lasts."""
    return float(request.config.getoption("--minutes"))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """What everything that is left to chance follows from. Whoever uses it prints it."""
    given = request.config.getoption("--seed")
    return secrets.randbits(32) if given is None else int(given)


BUSY = "tests/journeys/"
QUICK = ("tests/media/", "tests/moderation/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spreads the journeys evenly among the other files, and puts the quick ones last.

    Files run side by side. Browsers take all the processor they get, while most other tests wait.
    """
    files = [(name, list(tests)) for name, tests in groupby(items, lambda item: item.nodeid.split("::")[0])]
    busy = [tests for name, tests in files if name.startswith(BUSY)]
    quick = [tests for name, tests in files if name.startswith(QUICK)]
    others = [tests for name, tests in files if not name.startswith((BUSY, *QUICK))]
    apart = len(others) / max(1, len(busy))
    placed = [(place, tests) for place, tests in enumerate(others)]
    placed += [(int(apart * number), tests) for number, tests in enumerate(busy)]
    ordered = [tests for _, tests in sorted(placed, key=lambda one: one[0])]
    items[:] = [test for tests in (*ordered, *quick) for test in tests]


def pytest_collection_finish() -> None:
    """What was imported and collected stays: no collector of garbage need go through it between tests."""
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends the process before LiveKit's SDK does: its threads abort it while the interpreter winds down."""
    status = getattr(config, "exit_status", None)
    if "livekit.rtc" in sys.modules and status is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remembers what the process is to end with."""
    session.config.exit_status = int(exitstatus)  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """No test compiles what another one has."""
    with pytest.MonkeyPatch.context() as patch:
        compile_once(patch)
        yield


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests say themselves how the platform is configured: nothing is taken from the shell they run in."""
    for name in [name for name in os.environ if name.startswith("HEARTH_")]:
        monkeypatch.delenv(name)
