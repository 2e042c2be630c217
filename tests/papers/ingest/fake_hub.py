"""A fake of the Hub's answers with comments, and of the command that imports them."""

import copy
import gzip
import json
from io import StringIO

import httpx2
from django.core.management import CommandError, call_command

from papers.ingest.client import Client
from papers.management.commands import import_hub

ID = "2509.08721"


def comment(number, text, *replies, user="ada-l", fullname="Ada L.", day=11, **data) -> dict:
    """A comment of the Hub with the id `number` in 24 digits, written at noon of a day in September."""
    latest = {"raw": text, "html": "<p>not read</p>", "updatedAt": f"2025-09-{day + 1}T12:00:00.000Z"}
    return {
        "id": f"{number:024}",
        "author": {"_id": "0" * 24, "name": user, "fullname": fullname, "type": "user", "isPro": False},
        "createdAt": f"2025-09-{day}T12:00:00.000Z",
        "type": "comment",
        "data": {"edited": False, "hidden": False, "latest": latest, "reactions": [], "numEdits": 0} | data,
        "replies": list(replies),
    }


def answer(*comments, arxiv_id=ID) -> dict:
    return {"id": arxiv_id, "title": "T", "upvotes": 3, "comments": list(comments)}


def busy() -> dict:
    """An answer of five comments: two threads, the later one first, as deep as two replies."""
    return answer(
        comment(4, "Does it scale?\n\n* to two?", comment(5, "To $n$."), user="grace", fullname="", day=14),
        comment(1, "Is it shared?", comment(2, "Yes.", comment(3, "Thanks @alice.", day=13), day=12)),
    )


def changed(data, path, value) -> dict:
    """A copy of the answer with another value at this path of keys and positions."""
    data = copy.deepcopy(data)
    *parents, last = path
    place = data["comments"]
    for key in parents:
        place = place[key]
    place[last] = value
    return data


class Hub:
    """A fake of the Hub with answers by arXiv id: JSON, a status, or a response; and the command that asks it."""

    def __init__(self, tmp_path):
        self.answers, self.paths, self.sleeps, self.folder = {}, [], [], tmp_path

    def respond(self, request):
        assert request.url.params["field"] == "comments"
        arxiv_id = request.url.path.removeprefix("/api/papers/")
        self.paths.append(arxiv_id)
        found = self.answers.get(arxiv_id, 404)
        return httpx2.Response(found) if isinstance(found, int) else httpx2.Response(200, json=found)

    def run(self, *args) -> str:
        """The output of the command with these arguments, and of its errors."""
        command, out = import_hub.Command(), StringIO()
        command.client = Client(httpx2.MockTransport(self.respond), sleep=self.sleeps.append, clock=lambda: 0)
        try:
            call_command(command, "--comments", *map(str, args), stdout=out, stderr=out, skip_checks=True)
        except CommandError as error:
            out.write(str(error))
        return out.getvalue()

    def read(self, data) -> str:
        """The output of the import of a saved answer."""
        path = self.folder / "answer.json"
        path.write_bytes(gzip.compress(data if isinstance(data, bytes) else json.dumps(data).encode()))
        return self.run(path)
