import pytest

from tests.media.place import Place


@pytest.fixture
def place() -> Place:
    return Place()
