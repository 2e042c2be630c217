import pytest

from tests.papers import library as shelf


@pytest.fixture
def library(db):
    """Papers by name: see library.py."""
    return shelf.build()
