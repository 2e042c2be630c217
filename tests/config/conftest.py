"""Sites in processes of their own, begun with a database and static files that are there already."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings

from tests.releases.make import FOLDER
from tests.serving import Server, serve

PASSWORD = "a password of the demo"


@pytest.fixture(scope="session")
def database_url(worker_id) -> Iterator[str]:
    """The address of a database in the tests' own PostgreSQL, empty at first; it goes at the end of the tests."""
    name, server = f"site_{worker_id}", os.environ["DATABASE_URL"]
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(f"CREATE DATABASE {name}")
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
        connection.execute(drop)


@pytest.fixture(scope="session")
def serve_demo(database_url, tmp_path_factory) -> Callable[..., AbstractContextManager[Server]]:
    """`serve_demo(BASE_URL=…)`: a site without worker or front door, with the demo, whose people sign in with PASSWORD.

    Its first start migrates the database and loads the demo; no start compresses static files, since they are those
    of the tests.
    """
    folder = tmp_path_factory.mktemp("site")
    (folder / "static").symlink_to(settings.STATIC_ROOT)
    demo = {"BROADSHEET_DEMO": "1", "BROADSHEET_DEMO_PASSWORD": PASSWORD}
    return partial(serve, folder, "--no-worker", DATABASE_URL=database_url, FRONT_DOOR="0", **demo)


@pytest.fixture(scope="module")
def site(serve_demo) -> Iterator[Server]:
    """The site with its demo, for the tests of one module. A module whose site differs has a fixture of its own."""
    with serve_demo() as server:
        server.wait_until_ready()
        yield server


@pytest.fixture(scope="session")
def https_site(serve_demo) -> Iterator[Server]:
    """The site as it is behind a proxy that speaks https: its own address is https://papers.example.org."""
    with serve_demo(BASE_URL="https://papers.example.org") as server:
        server.wait_until_ready()
        yield server


@pytest.fixture
def copy_of_release(tmp_path) -> Path:
    """The backup of the release, to be damaged."""
    return Path(shutil.copytree(FOLDER / "0.1.0", tmp_path / "copy"))
