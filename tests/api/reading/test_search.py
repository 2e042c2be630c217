"""GET /api/papers/search and GET /api/papers."""

import re
from contextlib import suppress

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from huggingface_hub.hf_api import PaperInfo

from lib.refusals import TooMany
from papers.lists.pages import limit_searches
from papers.models import Paper
from tests.factories import NOON, PaperFactory


@pytest.fixture
def graphs(db) -> Paper:
    return PaperFactory(title="Graphs & $n$ trees", abstract="We draw graphs.\n\nThey are <big>.")


def test_a_search_row_has_highlighted_texts(client: Client, graphs: Paper):
    PaperFactory(title="Poems")
    (row,) = client.get("/api/papers/search?q=graph&by=words").json()
    assert row["highlightedTitle"].startswith("<mark>Graphs</mark> &amp; <math")
    assert row["highlightedSummary"] == "<p>We draw <mark>graphs</mark>.</p>\n<p>They are &lt;big&gt;.</p>"
    assert (row["upvoted"], PaperInfo(**row).title) == (False, graphs.title)


def test_a_search_finds_what_no_list_has(client: Client, graphs: Paper):
    Paper.objects.update(is_listed=False)
    assert client.get("/api/papers/search?q=graph").json()[0]["isListed"] is False


def test_filters_among_the_words_count(client: Client, graphs: Paper):
    PaperFactory(title="Graphs again", authors=["Emmy Noether"])
    rows = client.get("/api/papers/search?q=graphs author:noether").json()
    assert [row["title"] for row in rows] == ["Graphs again"]


def test_a_filter_alone_highlights_nothing(client: Client, graphs: Paper):
    (row,) = client.get("/api/papers/search?q=author:lovelace").json()
    assert "<mark>" not in row["highlightedTitle"] + row["highlightedSummary"]


def test_the_best_come_first_and_the_link_leads_on(client: Client, graphs: Paper):
    for _ in range(4):
        PaperFactory(title="Graphs")
    path, found = "/api/papers/search?q=graphs&limit=2&by=words", []
    while path:
        answer = client.get(path)
        found += [row["id"] for row in answer.json()]
        link = re.fullmatch(r'<http://[^/]+(/[^>]+)>; rel="next"', answer.headers.get("Link", ""))
        path = link and link[1]
    assert (len(found), len(set(found))) == (5, 5)


def test_searches_are_limited_as_on_the_pages(client: Client, db, rf, time_machine):
    time_machine.move_to(NOON, tick=False)
    request = rf.get("/papers")
    request.user = AnonymousUser()
    with suppress(TooMany):
        for _ in range(1_000):
            limit_searches(request)
    answer = client.get("/api/papers/search?q=graphs")
    assert (answer.status_code, client.get("/api/papers").status_code) == (429, 200)
    assert int(answer.headers["Retry-After"]) > 0


def test_all_papers_are_flat_and_the_latest_comes_first(client: Client, db):
    for number, title in enumerate("ABC"):
        PaperFactory(title=title, listed_at=NOON.replace(hour=number), is_listed=title != "B")
    answer = client.get("/api/papers?limit=2")
    assert [(row["title"], "paper" in row) for row in answer.json()] == [("C", False), ("B", False)]
    path = re.fullmatch(r'<http://[^/]+(/[^>]+)>; rel="next"', answer.headers["Link"])[1]
    assert [row["title"] for row in client.get(path).json()] == ["A"]
