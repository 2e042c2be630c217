"""Recorded answers of the Hub, imported, come back from `/api/daily_papers` for each of their days."""

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from papers.ingest import hub
from papers.ingest.save import save
from papers.sites import USERNAME

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "hub_daily"
MONTHS = ("2023-07", "2024-01", "2024-08", "2025-01", "2025-04", "2025-09")
FILES = [path for month in MONTHS if (path := FOLDER / f"daily_papers_{month}.json.gz").exists()]
FLOOR = 0.89  # of all values are the same to the letter; every summary has other blanks
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(len(FILES) < 5, reason="no ../shared/data/hub_daily"),
    pytest.mark.django_db,
]


def person(data: dict | None) -> tuple[str, str] | None:
    """The user name, which the Hub has under one of two names, and the full name; None for the site itself."""
    name = data and (data.get("user") or data["name"])
    return None if name in (None, USERNAME) else (name, data["fullname"])


# What is compared of a row, by the name of the field.
FIELDS = {
    "title": lambda row: row["title"],
    "summary": lambda row: row["paper"]["summary"],
    "authors": lambda row: [author["name"] for author in row["paper"]["authors"]],
    "organization": lambda row: tuple((row.get("organization") or {}).get(name) for name in ("name", "fullname")),
    "githubRepo": lambda row: row["paper"].get("githubRepo"),
    "githubRepoAddedBy": lambda row: row["paper"].get("githubRepo") and row["paper"].get("githubRepoAddedBy"),
    "githubStars": lambda row: row["paper"].get("githubStars"),
    "projectPage": lambda row: row["paper"].get("projectPage"),
    "mediaUrls": lambda row: row["paper"].get("mediaUrls"),
    "ai_summary": lambda row: row["paper"].get("ai_summary"),
    "ai_keywords": lambda row: row["paper"].get("ai_keywords"),
    "ai_summary_model": lambda row: row["paper"].get("ai_summary_model"),
    "upvotes": lambda row: row["paper"]["upvotes"],
    "numComments": lambda row: row["numComments"],
    "discussionId": lambda row: row["paper"]["discussionId"],
    "publishedAt": lambda row: row["paper"]["publishedAt"],
    "submittedOnDailyAt": lambda row: row["paper"]["submittedOnDailyAt"],
    "submitter": lambda row: person(row["paper"].get("submittedOnDailyBy") or row.get("submittedBy")),
}


def recorded() -> dict[str, list[dict]]:
    """The rows of the files by their days, each paper once."""
    days, seen = defaultdict(list), set()
    for path in FILES:
        for row in json.loads(gzip.decompress(path.read_bytes())):
            if row["paper"]["id"] not in seen:
                seen.add(row["paper"]["id"])
                days[row["paper"]["submittedOnDailyAt"][:10]].append(row)
    return days


def answered(client: Client, day: str) -> list[dict]:
    """All rows of the day."""
    rows, path = [], f"/api/daily_papers?date={day}&limit=100"
    while path:
        answer = client.get(path)
        assert answer.status_code == 200, answer.content
        rows += answer.json()
        link = re.fullmatch(r'<http://[^/]+(/[^>]+)>; rel="next"', answer.headers.get("Link", ""))
        path = link and link[1]
    return rows


def has_other_blanks(name: str, was, now) -> bool:
    """arXiv's mails break lines, which the import undoes."""
    return name in ("title", "summary") and was.split() == now.split()


def has_other_case(name: str, was, now) -> bool:
    """Names in addresses are in lower case here, and names have no blanks at their ends."""
    return name == "organization" and (was[0].lower(), was[1].strip()) == now


def is_from_the_abstract(name: str, was, now) -> bool:
    """The repository, which the Hub does not name, stands in the abstract."""
    return name in ("githubRepo", "githubRepoAddedBy") and was is None and now is not None


def has_repetitions(name: str, was, now) -> bool:
    """The Hub's keywords are empty in part, or the same twice."""
    return name == "ai_keywords" and now is not None and list(filter(None, dict.fromkeys(was))) == now


def has_no_text(name: str, was, now) -> bool:
    """There are keywords without a text by a model, which are not shown."""
    return name == "ai_keywords" and now is None


def is_tied(name: str, was, now) -> bool:
    """Two papers have as many upvotes."""
    return name == "order" and was[1] == now[1]


REASONS = (has_other_blanks, has_other_case, is_from_the_abstract, has_repetitions, has_no_text, is_tied)


def differences(rows: list[dict], found: list[dict]) -> Iterator[tuple[str, object, object]]:
    """Each field of the rows of a day, with what it was and what it is now; and which paper has which place."""
    by_id = {row["id"]: row for row in found}
    assert by_id.keys() == {row["paper"]["id"] for row in rows}
    for row, place in zip(rows, found, strict=True):
        yield "order", *((at["paper"]["id"], at["paper"]["upvotes"]) for at in (row, place))
        for name, read in FIELDS.items():
            yield name, read(row), read(by_id[row["paper"]["id"]])


def test_each_day_of_these_months_comes_back(client, settings, pytestconfig, capsys):
    settings.SHOW_AI_TEXT = True
    for path in FILES:
        save(list(hub.parse(gzip.decompress(path.read_bytes()), path.name)))
    days = recorded()
    counts, unexplained = defaultdict(Counter), []
    for day, rows in days.items():
        for name, was, now in differences(sorted(rows, key=votes, reverse=True), answered(client, day)):
            reason = next((reason.__name__ for reason in REASONS if was != now and reason(name, was, now)), "")
            counts[name][reason or was == now] += 1
            if was != now and not reason:
                unexplained.append((day, name, was, now))
    with capsys.disabled():
        report(pytestconfig.get_terminal_writer(), len(days), counts)
    assert unexplained == []
    same, everything = sum(count[True] for count in counts.values()), sum(map(Counter.total, counts.values()))
    assert same / everything > FLOOR
    assert len(days) > 130


def votes(row: dict) -> int:
    return row["paper"]["upvotes"]


def report(terminal, days: int, counts: dict[str, Counter]) -> None:
    """Print how many of how many values agree, and why the others don't."""
    terminal.line(f"\n{days} days of {len(FILES)} months")
    for name, count in counts.items():
        reasons = ", ".join(f"{number} {reason}" for reason, number in count.items() if isinstance(reason, str))
        terminal.line(f"{name:18} {count[True]:5} of {count.total():5}  {reasons}")
