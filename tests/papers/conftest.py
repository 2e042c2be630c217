from functools import cache

import pytest

from papers import query, search
from papers.embedding import bundled
from papers.ingest import submitting
from papers.models import Bookmark, Collection, FeedKey, Item, OrganisationFollow, Paper, Vote
from tests.factories import PaperFactory
from tests.papers import library as shelf
from tests.papers.played_arxiv import Arxiv

_embedded_once = cache(bundled._vector)


@pytest.fixture
def library(db, monkeypatch):
    """Six papers by name, with their words counted and their vectors made: see library.py."""
    monkeypatch.setattr(bundled, "_vector", _embedded_once)
    papers = shelf.fill()
    shelf.index()
    return papers


@pytest.fixture
def found(library):
    """`found("graphs -survey", by="words")`: hits by the names of their papers, best first."""
    names = {paper.pk: name for name, paper in library.items()}

    def found(words: str, **how) -> dict[str, search.Hit]:
        terms = query.terms(words)
        papers = search.without(Paper.objects.all(), terms)
        return {names[hit.pk]: hit for hit in search.find(papers, terms, **how).hits}

    return found


@pytest.fixture
def four(db):
    return [PaperFactory(title=title) for title in "ABCD"]


@pytest.fixture
def everywhere(lab, alice):
    """A paper that is in every list there is, as far as Alice's own are concerned."""
    alice.shows_votes = True
    alice.save()
    told = {"keywords": ["stars"], "code_url": "https://example.org"}
    paper = PaperFactory(title="Quanta", organisation=lab, submitted_by=alice, **told)
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    Item.objects.add(autumn, [paper.pk], alice)
    Vote.objects.cast(alice, paper)
    Bookmark.objects.make(alice, paper)
    OrganisationFollow.objects.make(alice, lab)
    return paper


@pytest.fixture
def feed_key(alice):
    return FeedKey.objects.of(alice)


@pytest.fixture
def arxiv(monkeypatch):
    """arXiv as submissions reach it."""
    site = Arxiv()
    monkeypatch.setattr(submitting, "_client", lambda: site.client)
    return site
