"""The site is killed with its worker and its database, at random moments, and started again at once."""

import random
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from django.conf import settings

from tests.config.test_postgres import User
from tests.serving import Server, free_port, serve

FIRST = 2  # how many first starts are killed; bench/campaign/ kills later ones
# One port for all, so that a start finds what the one before has left; and no vectors, which take long.
ENVIRONMENT = {"PORT": str(free_port()), "EMBEDDING": "none", "BROADSHEET_DEMO": "1"}


@pytest.fixture
def chance() -> random.Random:
    seed = random.randrange(10**6)
    sys.stdout.write(f"The seed is {seed}.\n")  # pytest shows it if the test fails
    return random.Random(seed)


@pytest.fixture
def folder_of(tmp_path) -> Iterator[Callable[[int], Path]]:
    """Makes a state folder with static files. At the end, databases whose users were killed are stopped."""

    def make(number: int) -> Path:
        shutil.copytree(settings.STATIC_ROOT, tmp_path / str(number) / "static")
        return tmp_path / str(number)

    yield make
    for folder in tmp_path.iterdir():
        while (folder / "postgres" / "postmaster.pid").exists():  # a worker of the killed site may still use it
            user = User(folder)
            user.wait()
            user.end()


def check_page(site: Server) -> None:
    site.wait_until_ready()
    page = urlopen(f"{site.url}/papers").read().decode()
    assert page.count('class="card"') == 7
    style = re.search(r'href="(/static/css/site\.[0-9a-f]+\.css)"', page)[1]
    assert urlopen(site.url + style).read().rstrip().endswith(b"}")


def half_collect(static: Path) -> None:
    """Leave the static files as a site leaves them that is killed while it collects them."""
    (static / "collected").unlink()
    for sheet in (static / "css").iterdir():
        sheet.write_bytes(b"")


def kill_database(site: Server, folder: Path) -> None:
    psutil.Process(int((folder / "postgres" / "postmaster.pid").read_text().split("\n")[0])).kill()


def kill_main_process(site: Server, folder: Path) -> None:
    site.end(signal.SIGKILL)


def kill_everything(site: Server, folder: Path) -> None:
    site.kill()


def kill_and_start_again(folder: Path, chance: random.Random, longest: float) -> float:
    """Kill a start at a random moment, and let the next one serve a page. Returns the seconds of both."""
    began, moment = time.monotonic(), chance.uniform(0, longest)
    sys.stdout.write(f"Killed {moment:.2f} s after the start.\n")
    with serve(folder, **ENVIRONMENT) as site:
        time.sleep(moment)
        site.kill()
    with serve(folder, **ENVIRONMENT) as site:
        check_page(site)
        seconds = time.monotonic() - began
        chance.choice([kill_database, kill_main_process, kill_everything])(site, folder)
    return seconds


def test_a_site_that_is_killed_at_any_moment_starts_again_at_once(chance, folder_of):
    seconds = 4.0
    for number in range(FIRST):
        folder = folder_of(number)
        seconds = kill_and_start_again(folder, chance, seconds)
    half_collect(folder / "static")
    kill_and_start_again(folder, chance, seconds / 2)
