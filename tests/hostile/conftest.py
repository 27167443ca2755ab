"""One platform for each module of hostile tests, one evening for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.hostile.premises import Evening, Premises, evening, premises
from tests.hostile.scene import Scene, scene_of


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    """A platform with its embedded engine, as it is run."""
    with premises(tmp_path_factory.mktemp("platform"), glass=False) as running:
        yield running


@pytest.fixture(scope="module")
def glass_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    """A platform whose engine's key and counters the tests know: an insider's view, and a leaked key."""
    with premises(tmp_path_factory.mktemp("glass"), glass=True) as running:
        yield running


@pytest.fixture
async def tonight(platform: Premises) -> AsyncIterator[Evening]:
    """A session on the platform with its embedded engine."""
    async with evening(platform) as made:
        yield made


@pytest.fixture
async def glass(glass_platform: Premises) -> AsyncIterator[Evening]:
    """A session on the platform whose engine can be looked into."""
    async with evening(glass_platform) as made:
        yield made


@pytest.fixture
async def scene(tonight: Evening) -> Scene:
    """An evening under way."""
    return await scene_of(tonight)
