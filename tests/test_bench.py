"""What benchmarks must not do to each other, and that those of operation start."""

import subprocess
import sys

import pytest

from bench import state
from tests.serving import ROOT


def test_two_benchmarks_do_not_share_a_folder(tmp_path, capsys):
    state.hold(tmp_path / "papers")
    state.hold(tmp_path / "crowd")
    with pytest.raises(SystemExit):
        state.hold(tmp_path / "papers")
    assert "Another benchmark uses" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("capacity", "--readers"),
        ("kills", "--only"),
        ("overload", "--seconds"),
        ("proxy_cache", "--requests"),
        ("watching", "--pairs"),
    ],
)
def test_it_starts_and_says_what_it_can_do(name, option):
    command = [sys.executable, f"bench/{name}.py", "--help"]
    assert option in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
