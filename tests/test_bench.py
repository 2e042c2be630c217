"""What benchmarks must not do to each other."""

import pytest

from bench import state


def test_two_benchmarks_do_not_share_a_folder(tmp_path, capsys):
    state.hold(tmp_path / "papers")
    state.hold(tmp_path / "crowd")
    with pytest.raises(SystemExit):
        state.hold(tmp_path / "papers")
    assert "Another benchmark uses" in capsys.readouterr().out
