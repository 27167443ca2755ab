"""A session goes on while the platform is attacked: a short form of `dev.py bench siege`."""

from pathlib import Path

import pytest

from tests.bench.kit.figures import quantile
from tests.bench.siege import Size, besiege, town

A_LITTLE = Size(
    sign_ins=300,
    guesses=400,
    at_once=200,
    sockets=600,
    slow_bodies=50,
    bad_bodies=200,
    bad_requests=200,
    bad_frames=20,
    hold=3.0,
)
WITHIN = 10_000.0
"""Milliseconds: three test workers share two processors with the attack."""
GROWTH = 128 << 20


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_session_goes_on_under_attack_and_the_log_tells_of_nobody(tmp_path: Path) -> None:
    async with town(tmp_path) as besieged:
        found = await besiege(besieged, A_LITTLE, in_peace=3.0)
    assert found.failed() == []
    for name, took in found.under.items():
        assert took.actions, name
        assert quantile(took.actions, 0.99) < WITHIN, name
        assert took.memory - found.before.memory < GROWTH, name
    sign_ins, sockets = found.under["sign_ins"].answers, found.under["sockets"].answers
    assert sign_ins.keys() <= {"422", "429"}
    assert sign_ins["429"] > sign_ins.get("422", 0), "most guesses are not even looked at"
    assert sockets["429"] >= 200, "one address has no more than its share"
    assert found.under["guesses"].answers == {"404": A_LITTLE.guesses}
    assert found.betrayals() == []
    assert len(found.lines) < 1000
