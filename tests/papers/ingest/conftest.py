import json
from pathlib import Path

import pytest
import stamina


@pytest.fixture
def write(tmp_path):
    """A function that writes a file of text, bytes, or what becomes JSON, and returns its path."""

    def write(name, content) -> Path:
        path = tmp_path / name
        data = content if isinstance(content, bytes | str) else json.dumps(content)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    return write


@pytest.fixture
def at_once():
    """Leave out stamina's pauses between attempts."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield
