"""Sites in processes of their own, begun with a database and static files that are there already."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings

from tests.releases.make import FOLDER
from tests.serving import Server, serve

PASSWORD = "a password of the demo"
DEMO = {"BROADSHEET_DEMO": "1", "BROADSHEET_DEMO_PASSWORD": PASSWORD}


@contextmanager
def _database(name: str, template: str = "template1") -> Iterator[str]:
    """The address of a database in the tests' own PostgreSQL, begun as a copy of another one; it goes at the end."""
    server = os.environ["DATABASE_URL"]
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
        connection.execute(drop)


@pytest.fixture(scope="session")
def state_folder(tmp_path_factory) -> Path:
    """The state folder of sites whose database is in the tests' own PostgreSQL, with the static files of the tests."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "static").symlink_to(settings.STATIC_ROOT)
    return folder


@pytest.fixture(scope="session")
def demo_database(worker_id, state_folder) -> Iterator[str]:
    """The name of a database with the demo, to be copied."""
    with _database(name := f"demo_{worker_id}") as url:
        with serve(state_folder, "--no-worker", DATABASE_URL=url, **DEMO) as server:
            server.wait_until_ready()
        yield name


@pytest.fixture(scope="module")
def database_url(worker_id, demo_database) -> Iterator[str]:
    """The address of a database with the demo that only the tests of one module change."""
    with _database(f"site_{worker_id}", demo_database) as url:
        yield url


@pytest.fixture(scope="module")
def serve_demo(database_url, state_folder) -> Callable[..., AbstractContextManager[Server]]:
    """`serve_demo(BASE_URL=…)`: a site without worker or front door, with the demo, whose people sign in with PASSWORD.

    No start compresses static files, since they are those of the tests.
    """
    return partial(serve, state_folder, "--no-worker", DATABASE_URL=database_url, FRONT_DOOR="0", **DEMO)


@pytest.fixture(scope="module")
def site(serve_demo) -> Iterator[Server]:
    """The site with its demo, for the tests of one module. A module whose site differs has a fixture of its own."""
    with serve_demo() as server:
        server.wait_until_ready()
        yield server


@pytest.fixture(scope="module")
def https_site(serve_demo) -> Iterator[Server]:
    """The site as it is behind a proxy that speaks https: its own address is https://papers.example.org."""
    with serve_demo(BASE_URL="https://papers.example.org") as server:
        server.wait_until_ready()
        yield server


@pytest.fixture
def copy_of_release(tmp_path) -> Path:
    """The backup of the release, to be damaged."""
    return Path(shutil.copytree(FOLDER / "0.1.0", tmp_path / "copy"))
