from functools import cache

import httpx2
import pytest
import stamina

from papers.ingest import tasks
from papers.ingest.client import REQUEST_INTERVALS
from papers.models import Bookmark, Collection, FeedKey, Item, OrganisationFollow, Paper, Vote
from papers.search import results, syntax
from papers.search.embedding import bundled
from tests.factories import AuthorClaimFactory, PaperFactory
from tests.papers.ingest.fake_arxiv import FakeArxiv
from tests.papers.search import library as sample_papers

_embedded_once = cache(bundled._vector)


@pytest.fixture
def library(db, monkeypatch):
    """The six sample papers by name, with counted words and vectors."""
    monkeypatch.setattr(bundled, "_vector", _embedded_once)
    papers = sample_papers.fill()
    sample_papers.index()
    return papers


@pytest.fixture
def found(library):
    """`found("graphs -survey", by="words")`: hits by the names of their papers, best first."""
    names = {paper.pk: name for name, paper in library.items()}

    def found(words: str, **options) -> dict[str, results.Hit]:
        terms = syntax.terms(words)
        papers = results.excluding(Paper.objects.all(), terms)
        return {names[hit.pk]: hit for hit in results.search(papers, terms, **options).hits}

    return found


@pytest.fixture
def four(db):
    return [PaperFactory(title=title) for title in "ABCD"]


@pytest.fixture
def everywhere(lab, alice):
    """A paper that is in every list there is, as far as Alice's own are concerned."""
    alice.shows_votes = True
    alice.save()
    paper = PaperFactory(
        title="Quanta", organisation=lab, submitted_by=alice, keywords=["stars"], code_url="https://example.org"
    )
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    Item.objects.add(alice, autumn, [paper.pk])
    Vote.objects.make(alice, paper)
    Bookmark.objects.make(alice, paper)
    OrganisationFollow.objects.make(alice, lab)
    AuthorClaimFactory(user=alice, paper=paper)
    return paper


@pytest.fixture
def feed_key(alice):
    return FeedKey.objects.make(alice)


@pytest.fixture
def arxiv(monkeypatch):
    """arXiv as the worker reaches it: nothing goes out, and neither a pause nor another try has to be waited for."""
    site = FakeArxiv()
    monkeypatch.setattr(httpx2.HTTPTransport, "handle_request", lambda transport, request: site.respond(request))
    monkeypatch.setitem(REQUEST_INTERVALS, "arxiv.org", 0)
    stamina.set_testing(True)
    tasks._client.cache_clear()
    yield site
    tasks._client.cache_clear()
    stamina.set_testing(False)
