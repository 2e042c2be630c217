"""docs/api.md: its examples for curl do what they say."""

import json
import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command

from api.mcp import tools
from api.models import Scope
from papers.models import Collection, Comment, Vote
from tests.api.bearer import Program, token_of
from tests.factories import PaperFactory

DOCUMENT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
COMMANDS = re.findall(
    r"^curl (?:.|\n(?! *curl))*", "\n".join(re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL)), re.MULTILINE
)
# What the answer to the command with this in it begins with or contains.
ANSWERS = {
    "whoami": '"name":"alice"',
    "/vote/withdraw": "}",
    "/vote ": "}",
    "/comment ": "What is the batch size?",
    "/collections ": '"title": "To read"',
    "2509.08721.md": "Title: ",
    "/papers/trending": "# Trending",
    "/orgs ": "# Organisations",
    "/mcp": "Title: ",
    "/dump/index.json": '"format"',
}


def run(command: str, token: str):
    """The answer to what curl would send."""
    words = iter(shlex.split(command.replace("$TOKEN", token).replace("\\\n", " "))[1:])
    path, headers, method, body = "", {}, "", ""
    for word in words:
        match word:
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-X":
                method = next(words)
            case "-d":
                body = next(words)
            case _:
                path = urlsplit(word)._replace(scheme="", netloc="").geturl()
    send = {"content_type": headers.pop("Content-Type", "application/x-www-form-urlencoded"), "headers": headers}
    return Program().generic(method or ("POST" if body else "GET"), path, body, **send)


@pytest.fixture
def token(alice, settings, tmp_path):
    settings.DUMP_ROOT = tmp_path
    PaperFactory(arxiv_id="2509.08721", code_url="https://github.com/a/b")
    call_command("dump")
    return token_of(alice)


@pytest.mark.parametrize("command", COMMANDS)
def test_an_example_does_what_it_says(command, token):
    answer = run(command, token)
    [shown] = [text for part, text in ANSWERS.items() if part in command.replace("\n", " ")][:1]
    assert (answer.status_code // 100, shown in b"".join(answer).decode()) == (2, True), answer.content


def test_the_examples_that_write_write_once(token, alice):
    for command in COMMANDS * 2:
        run(command, token)
    found = Comment.objects.count(), Collection.objects.count(), Vote.objects.count()
    assert found == (1, 1, 0)


def test_every_scope_and_every_tool_is_described():
    assert re.findall(r"^\| `(\w+)` \| ", DOCUMENT, re.MULTILINE) == Scope.values
    tools_named = set(re.findall(r"`(\w+)`", DOCUMENT.split("## MCP")[1].split("```")[0]))
    assert {tool.__name__ for tool in tools.TOOLS} <= tools_named


def test_the_configuration_of_a_client_is_json():
    [configuration] = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    assert urlsplit(json.loads(configuration)["mcpServers"]["papers"]["url"]).path == "/mcp"
