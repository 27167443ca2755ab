"""What every test may use."""

import os
import sys

import pytest
from hypothesis import HealthCheck, settings

# How long one try takes says how busy the machine is, and nothing about what is tried.
settings.register_profile("usual", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("usual")
# `dev.py test --long`: fifty times the usual tries for every parser, form and message.
settings.register_profile(
    "long", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


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


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests say themselves how the platform is configured: nothing is taken from the shell they run in."""
    for name in [name for name in os.environ if name.startswith("HEARTH_")]:
        monkeypatch.delenv(name)
