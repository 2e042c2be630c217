"""The statement of a list's rows says what Django's QuerySets say: for each list, order, viewer and page."""

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import F
from django.http import Http404
from django.utils import timezone

from lib import keyset
from papers.lists import catalogue, matching
from papers.lists.filters import PaperFilter
from papers.models import Bookmark, Collection, DayDone, Dismissed, Item, OrganisationFollow, Paper, Seen, Vote
from papers.models.bits import bits
from tests.factories import NOON, AuthorClaimFactory, PaperFactory
from tests.papers import querysets
from tests.papers.lists.test_catalogue import OPEN, OWN

PATHS = [*OPEN, *OWN, "/papers/catch-up"]
QUERIES = ["", "has=code", "min_votes=1&topic=cs.CL", "seen=no"]


@pytest.fixture
def viewers(lab, alice, bob):
    """A stranger and two readers, each of whom has marked other papers of every list."""
    for user in (alice, bob):
        user.shows_votes = True
        user.save()
        OrganisationFollow.objects.make(user, lab)
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    papers = []
    for n in range(7):
        paper = PaperFactory(
            organisation=lab if n % 2 else None,
            submitted_by=alice,
            listed_at=(NOON if n < 5 else timezone.now()) - timedelta(seconds=n % 3),
            code_url="https://example.org" if n % 3 else "",
            categories=["cs.CL"],
        )
        Item.objects.add(alice, autumn, [paper.pk])
        papers.append(paper)
        AuthorClaimFactory(user=alice, paper=paper)
    Item.objects.filter(paper__in=papers[:3]).update(note="A note")
    for kind in (Vote, Bookmark, Seen):
        for paper in papers[:5]:
            kind.objects.make(alice, paper)
        for paper in papers[3:6]:
            kind.objects.make(bob, paper)
    Dismissed.objects.make(alice, papers[6])
    Dismissed.objects.make(bob, papers[0])
    DayDone.objects.make(bob, papers[2].listed_on)
    return [AnonymousUser(), alice, bob]


@pytest.mark.parametrize("path", PATHS)
def test_rows_are_those_of_the_queryset(viewers, path, monkeypatch):
    for viewer in viewers:
        try:
            list_ = catalogue.find(path)
            papers = list_.papers(viewer)
        except Http404:
            assert not viewer.is_authenticated
            continue
        for query in QUERIES:
            _compare(list_, _filtered(papers.undismissed_by(viewer), query, viewer), viewer)
    assert papers.exists(), "the last viewer's list has papers"
    found = _filtered(papers, "has=code", viewer)
    for tested, collected in (((100,), 0), ((1, 2), 100), ((1, 2), 0)):  # ways in which they are found
        monkeypatch.setattr(matching, "TESTED", tested)
        monkeypatch.setattr(matching, "MAX_COLLECTED", collected)
        _compare(list_, found, viewer, partial(matching.first, papers, found))


def test_an_order_may_have_parameters(viewers):
    papers = Paper.objects.annotate(weight=F("vote_count") * 2 + 1)
    for viewer in viewers:
        pks = list(papers.order_by("-weight", "-id").values_list("pk", flat=True))
        first = papers.rows(viewer, order=("weight", "id"), limit=3)
        after = (first[-1].weight, first[-1].pk)
        rest = papers.rows(viewer, order=("weight", "id"), after=after)
        assert [row.pk for row in [*first, *rest]] == pks


def _filtered(papers, query, viewer):
    params = dict(pair.split("=") for pair in query.split("&")) if query else {}
    if "seen" in params and not viewer.is_authenticated:
        return papers
    return PaperFilter(params, papers, viewer=viewer).qs


def _compare(list_, papers, viewer, read=None):
    """Compare two pages of each order, with the second page's cursor and the list's own columns."""
    read = read or papers.rows
    for order in list_.page_orders(has_words=False)[1].values():
        expected = querysets.seen_by(papers, viewer)
        cursor = ""
        for _ in range(3):
            page = keyset.page(expected, order.columns, cursor, 3)
            found = keyset.page_by(
                lambda after, limit, columns=order.columns: read(
                    viewer, ["changed_at"], order=columns, after=after, limit=limit
                ),
                order.columns,
                cursor,
                3,
            )
            names = ["pk", "cache_key", "note", "changed_at", *order.columns, *bits()]
            assert [[getattr(row, name) for name in names] for row in found.rows] == [
                [getattr(paper, name) for name in names] for paper in page.rows
            ]
            assert found.cursor == page.cursor
            cursor = page.cursor
            if not cursor:
                break
