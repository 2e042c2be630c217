"""Lists by their addresses, each one statement, with nothing that the viewer may not read."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import Http404, QueryDict
from django.test.utils import CaptureQueriesContext

from orgs.models import FormerSlug
from papers.lists import catalogue
from papers.models import Bookmark, Collection, Item, OrganisationFollow, Vote
from tests.factories import PaperFactory


@pytest.fixture
def scene(lab, alice):
    alice.shows_votes = True
    alice.save()
    paper = PaperFactory(title="Quanta", organisation=lab, submitted_by=alice)
    PaperFactory(title="Another's")
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    Item.objects.add(autumn, [paper.pk], alice)
    Vote.objects.cast(alice, paper)
    Bookmark.objects.make(alice, paper)
    OrganisationFollow.objects.make(alice, lab)


OPEN = {
    "/": "Papers",
    "/papers": "Papers",
    "/papers/week": "The latest week",
    "/papers/date/2025-09-10": "Wednesday, 10 September 2025",
    "/papers/month/2025-09": "September 2025",
    "/papers/trending": "Trending",
    "/orgs/lab": "The Lab",
    "/people/alice": "Alice Ash: submitted",
    "/people/alice/upvoted": "Alice Ash: upvoted",
    "/collections/autumn": "Autumn",
}
OWN = {"/papers/following": "Following", "/bookmarks": "Bookmarks"}
ALL_PAPERS = {"/", "/papers", "/papers/week", "/papers/date/2025-09-10", "/papers/month/2025-09", "/papers/trending"}


def read(path, viewer, query=""):
    listing = catalogue.find(path, viewer).read(QueryDict(query), viewer, 10)
    return {paper.pk for paper in listing.papers}


@pytest.mark.parametrize(("path", "title"), OPEN.items())
def test_what_everybody_may_read(scene, path, title):
    source = catalogue.find(path, AnonymousUser())
    with CaptureQueriesContext(connection) as statements:
        papers = source.read(QueryDict(), AnonymousUser(), 10).papers
    assert (len(papers), len(statements)) == (2 if path in ALL_PAPERS else 1, 1)
    assert source.title() == title
    assert not source.is_private


@pytest.mark.parametrize(("path", "title"), OWN.items())
def test_what_is_ones_own(scene, alice, carol, path, title):
    source = catalogue.find(path, alice)
    assert (source.title(), len(read(path, alice)), source.is_private) == (title, 1, True)
    assert read(path, carol) == set()
    with pytest.raises(Http404):
        catalogue.find(path, AnonymousUser())


@pytest.mark.parametrize("path", ["/collections/autumn", "/people/alice/upvoted", "/people/alice"])
def test_what_is_hidden_is_to_others_not_there(scene, alice, path):
    alice.shows_votes = alice.shows_submissions = False
    alice.save()
    Collection.objects.update(visibility="private")
    assert read(path, AnonymousUser()) == set()
    assert len(read(path, alice)) == 1


@pytest.mark.parametrize("path", ["/papers/submit", "/nowhere", "/papers/2509.08721", "/papers/date/2025-99-99"])
def test_what_is_no_list(db, path):
    with pytest.raises(Http404):
        catalogue.find(path, AnonymousUser())


def test_an_organisation_by_its_former_slug(scene, lab):
    FormerSlug.objects.create(slug="the-old-lab", organisation=lab)
    FormerSlug.objects.create(slug="the-oldest-lab", organisation=lab)
    assert read("/orgs/the-old-lab", AnonymousUser()) == read("/orgs/lab", AnonymousUser()) != set()
    assert catalogue.find("/orgs/lab", AnonymousUser()).title() == "The Lab"
    assert catalogue.find("/orgs/the-old-lab", AnonymousUser()).title() == "The Lab"


def test_filters_and_orders(scene):
    assert len(read("/papers", AnonymousUser(), "org=lab")) == 1
    assert len(read("/papers", AnonymousUser(), "min_votes=1")) == 1
    assert catalogue.find("/papers/trending", AnonymousUser()).read(QueryDict(), AnonymousUser(), 5).order == "hot"
    words = catalogue.find("/papers", AnonymousUser()).read(QueryDict("q=quanta"), AnonymousUser(), 5, sort="votes")
    assert (words.order, [paper.pk for paper in words.papers]) == ("votes", list(read("/orgs/lab", AnonymousUser())))
