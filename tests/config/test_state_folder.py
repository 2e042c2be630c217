"""The state folder: full, read-only, somebody else's, and under names that trip programs up."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.conf import settings

from lib.postgres_programs import BIN
from tests.config.test_postgres import User
from tests.serving import PATIENCE, ROOT, free_port, running

IS_ROOT = os.geteuid() == 0
# Spaces, quotes, what a shell reads between quotes, letters beyond ASCII, and a path too long for a socket.
ODD = """it's "ein Blatt" für 100% $HOME, `x`""" + 60 * "y"


def manage(folder: Path, *arguments: str, **own: str) -> tuple[int, str]:
    """Returns the exit code of this command, and what it printed as an error."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    run = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment | own | {"BROADSHEET_DATA": str(folder)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return run.returncode, run.stderr


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A disk of 80 MB. Only root can have one."""
    if not IS_ROOT:
        pytest.skip("only root can mount a small disk")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=80m", "small", tmp_path], check=True)
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def fill(disk: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        (disk / "ballast").write_bytes(bytes(shutil.disk_usage(disk).free + 1))


def test_a_full_disk_is_said_in_one_sentence(small_disk):
    full = f"The disk of the state folder {small_disk}/state is full: free at least 32 MB, "
    full += "or set BROADSHEET_DATA to another folder.\n"
    user = User(small_disk / "state")
    user.wait()
    fill(small_disk)
    assert manage(small_disk / "state", "prepare") == (1, full)  # the database runs, and finds no room
    backup = str(ROOT / "tests" / "releases" / "0.1.0")
    code, errors = manage(small_disk / "state", "restore", backup, SECRET_KEY="a key, so that no file is made for it")
    assert code == 1
    assert (
        errors == "Checked: 9 of 9\nCommandError: The disk of the database is full: free space, then restore again.\n"
    )
    user.process.communicate()
    assert manage(small_disk / "state", "prepare") == (1, full)  # the database does not run
    unreachable = f"postgresql://postgres@127.0.0.1:{free_port()}/postgres"
    code, errors = manage(small_disk / "state", "prepare", DATABASE_URL=unreachable)
    assert (code, errors.count(full)) == (1, 1)
    assert errors.startswith("connection failed")  # which the full disk has not caused
    (small_disk / "ballast").unlink()
    assert manage(small_disk / "state", "check") == (0, "")


def test_a_read_only_folder_is_said_in_one_sentence(tmp_path):
    folder = tmp_path / "state"
    folder.mkdir(mode=0o555)
    if IS_ROOT:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "read-only", folder], check=True)
    try:
        code, errors = manage(folder, "prepare")
    finally:
        if IS_ROOT:
            subprocess.run(["umount", folder], check=True)
    assert code == 1
    assert errors.startswith(f"{folder} cannot be written by ")
    assert errors.endswith(": make the state folder writable, or set BROADSHEET_DATA to another folder.\n")
    assert errors.count("\n") == 1


def test_a_file_in_place_of_the_folder_is_said_in_one_sentence(tmp_path):
    (tmp_path / "state").write_text("")
    code, errors = manage(tmp_path / "state", "check")
    assert (code, errors.count("\n")) == (1, 1)
    assert f"because {tmp_path}/state is a file: move it away" in errors


@pytest.mark.skipif(not IS_ROOT, reason="only root can give a folder to somebody else")
def test_a_database_that_belongs_to_root_is_said_in_one_sentence(tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    refusal = f"PostgreSQL does not run as root, to whom {tmp_path}/postgres belongs: "
    assert manage(tmp_path, "check") == (1, f"{refusal}chown -R embedded_postgres: {tmp_path}/postgres\n")


def make_venv(clone: Path) -> None:
    """Make a .venv as bin/run makes one, with the packages of this Python."""
    venv, python = clone / ".venv", Path(sys._base_executable)
    packages = venv / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    packages.parent.mkdir(parents=True)
    packages.symlink_to(sysconfig.get_path("purelib"))
    (venv / "pyvenv.cfg").write_text(f"home = {python.parent}\n")
    (venv / "bin").mkdir()
    (venv / "bin" / "python").symlink_to(python)
    with (clone / "requirements.lock").open() as lock:
        stamp = subprocess.run(["cksum"], stdin=lock, capture_output=True, check=True).stdout
    (venv / "installed-requirements.lock").write_bytes(stamp)


def test_a_clone_in_a_folder_with_an_odd_name_serves_pages(tmp_path):
    clone = tmp_path / ODD
    subprocess.run(["git", "clone", "--quiet", "--shared", ROOT, clone], check=True)
    packages = BIN.parents[2]
    for package in packages.glob("embedded_postgres*"):
        shutil.copytree(package, clone / "packages" / package.name)
    (clone / "var").mkdir()
    make_venv(clone)
    (clone / "var" / "static").symlink_to(settings.STATIC_ROOT)
    port = free_port()
    own = {"PORT": str(port), "PYTHONPATH": str(clone / "packages"), "EMBEDDING": "none", "BROADSHEET_DEMO": "1"}
    environment = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    with running([clone / "bin" / "run"], port, tmp_path / "log", **environment, **own) as site:
        site.wait_until_ready()
        assert urlopen(f"{site.url}/papers").read().decode().count('class="card"') == 7
    assert (clone / "var" / "postgres" / "PG_VERSION").exists()
