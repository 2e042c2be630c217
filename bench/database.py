"""The papers that are measured, and a reader who is signed in. Django must have been set up."""

import gzip
import json
import os
import re
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import urlencode

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from bench import index
from bench.load import CARD, CLIENTS, ROWS, Request
from bench.servers import HOST
from papers.models import Bookmark, Day, Paper

DEEP = 100  # how many times "Older papers" is followed to come to the deep page
COLD = 100  # how many pages after that are kept for the line of cold cards
OLDER = re.compile(r'<li class="older"><a href="([^"]+)"')
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Pages:
    """The requests that are measured. `votable` are addresses of papers that no other measured page shows."""

    lists: dict[str, Request]
    papers: dict[str, Request]
    one_row: Request
    cold: list[Request]
    votable: list[str]


def fill(files: list[Path]) -> float | None:
    """All records of the files, with their vectors; the import's own rate in records/s, None if all were there."""
    call_command("prepare")
    lift_limits()
    rate = _import(files)
    index.complete()
    return rate


def _import(files: list[Path]) -> float | None:
    ids = {row["paper"]["id"] for file in files for row in json.loads(gzip.decompress(file.read_bytes()))}
    if Paper.objects.count() >= len(ids):
        return None
    output, started = StringIO(), sum(os.times()[:4])
    try:
        call_command("import_hub", *map(str, files), stdout=output)
    except CommandError as error:
        print(error)
    seconds = sum(os.times()[:4]) - started  # also of the process that reads
    print(f"The import took {seconds:.1f} s of CPU time, PostgreSQL's not counted.")
    print(rate := next(line for line in output.getvalue().splitlines() if "records/s" in line))
    return float(re.search(r"\(([\d,]+) records/s\)", rate)[1].replace(",", ""))


def lift_limits() -> None:
    """Let the throttle forget each use at once, so that a benchmark may go on; a use costs a little more that way."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)


_FORGET = """
    CREATE OR REPLACE FUNCTION forget_use() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN DELETE FROM lib_throttle WHERE key = NEW.key; RETURN NULL; END $$;
    CREATE OR REPLACE TRIGGER forget_use AFTER INSERT OR UPDATE ON lib_throttle
    FOR EACH ROW EXECUTE FUNCTION forget_use();
"""


def leave() -> None:
    """Give back the connections: what follows happens in other processes."""
    connection.close()
    connection.close()


def stranger() -> Client:
    return Client(headers={"host": HOST})


def reader() -> tuple[Client, dict[str, str]]:
    """Somebody signed in who saved 40 papers; also as headers of a request: the cookies and the CSRF token."""
    joined = timezone.now() - timedelta(days=90)  # so that votes count at once
    user, is_new = get_user_model().objects.get_or_create(username="bench", defaults={"date_joined": joined})
    if is_new:
        EmailAddress.objects.create(user=user, email="bench@example.org", verified=True, primary=True)
        user.set_password(secrets.token_urlsafe())
        user.save()
    for paper in _latest()[:40]:
        Bookmark.objects.make(user, paper)
    return signed_in(user)


def signed_in(user) -> tuple[Client, dict[str, str]]:
    """A client of this user; also as headers of a request: the cookies and the CSRF token."""
    client = stranger()
    client.force_login(user)
    UserSession.objects.create(user=user, session_key=client.session.session_key, ip=HOST)
    token = _TOKEN.search(client.get("/papers").content.decode())[1]
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    return client, {"Cookie": cookies, "X-CSRFToken": token}


def pages() -> Pages:
    deep, *cold = walk("/papers/trending", DEEP + COLD)[DEEP - 1 :]
    lists = {
        "latest day": "/papers",
        "month": f"/papers/month/{Day.objects.latest_date():%Y-%m}",
        "code, votes, topic": "/papers?" + urlencode({"has": "code", "min_votes": 10, "topic": _common_topic()}),
        "words": "/papers?q=language+model",
        "trending": "/papers/trending",
        f"trending, {DEEP} pages on": deep,
    }
    papers = {
        "paper": _latest()[0],
        "paper with most authors": Paper.objects.order_by("-author_count", "id")[0],
    }
    return Pages(
        lists={name: _list(path) for name, path in lists.items()},
        papers={name: Request(paper.get_absolute_url(), holds=b"bibtex") for name, paper in papers.items()},
        one_row=_list("/papers?" + urlencode({"q": _longest_title()})),
        cold=[Request(path, rows=ROWS) for path in cold],
        votable=[paper.get_absolute_url() for paper in Paper.objects.order_by("hot", "id")[:CLIENTS]],
    )


def _list(path: str) -> Request:
    """With as many rows as Django itself answers here and now."""
    return Request(path, rows=stranger().get(path).content.count(CARD))


def _latest():
    last = Day.objects.latest_date()
    return Paper.objects.filter(listed_on__gte=last.replace(day=1)).order_by("-vote_count", "-id")


def _common_topic() -> str:
    popular = Paper.objects.exclude(code_url="").filter(vote_count__gte=10)
    topics = Counter(topic for topics in popular.values_list("keywords", flat=True) for topic in topics)
    return topics.most_common(1)[0][0]


def _longest_title() -> str:
    titles = Paper.objects.order_by("id").values_list("title", flat=True)
    return max((title for title in titles if len(title) < 200), key=len)


def walk(path: str, steps: int) -> list[str]:
    """Returns the addresses to which the link "Older papers" leads, from the first page on, for this many steps."""
    client, addresses, address = stranger(), [], path
    for _ in range(steps):
        older = OLDER.search(client.get(address).content.decode())
        address = path + older[1].replace("&amp;", "&")
        addresses.append(address)
    return addresses
