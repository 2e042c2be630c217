"""bin/_python, which bin/run and bin/test use to install the packages, with a Python that only writes down its work."""

import os
import shutil
import signal
import subprocess

import pytest

from tests.serving import ROOT

PYTHON = """#!/bin/sh
case "$*" in
  *"-m venv"*) rm -rf .venv && mkdir -p .venv/bin && cp "$0" .venv/bin/python && echo venv >>work ;;
  *"pip install"*) echo install >>work; [ ! -e kill ] || kill -9 $PPID ;;
esac
"""


@pytest.fixture
def install(tmp_path):
    """Installs the lock file; returns the exit code, and what Python was called for."""
    for folder in ("bin", "path"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "bin" / "_python", tmp_path / "bin")
    python = tmp_path / "path" / "python3.14"
    python.write_text(PYTHON)
    python.chmod(0o755)
    (tmp_path / "requirements.lock").write_text("one version")

    def run() -> tuple[int, list[str]]:
        (tmp_path / "work").write_text("")
        script = "set -euo pipefail; source bin/_python; install requirements.lock"
        environment = {"PATH": f"{tmp_path / 'path'}:{os.environ['PATH']}"}
        code = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environment, check=False).returncode
        return code, (tmp_path / "work").read_text().split()

    return run


def test_packages_are_installed_once_for_each_lock_file(install, tmp_path):
    assert install() == (0, ["venv", "install"])
    assert install() == (0, [])
    (tmp_path / "requirements.lock").write_text("another version")
    assert install() == (0, ["install"])


def test_after_a_killed_installation_they_are_installed_anew(install, tmp_path):
    install()
    (tmp_path / "requirements.lock").write_text("another version")
    (tmp_path / "kill").touch()
    assert install() == (-signal.SIGKILL, ["install"])
    (tmp_path / "kill").unlink()
    assert install() == (0, ["venv", "install"])
    assert install() == (0, [])
