"""Lists by their addresses, each one statement, with nothing that the viewer may not read."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import Http404, QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs.models import FormerSlug
from papers.collections.lists import collection
from papers.lists import catalogue
from papers.lists.list import Privacy
from papers.lists.listing import for_feed
from papers.lists.query import parse_query
from papers.models import Bookmark, Collection, Dismissed, Item, OrganisationFollow, Vote
from papers.organisations.lists import organisation
from papers.people.lists import authored, submitted, upvoted
from papers.urls import urlpatterns
from tests.factories import AuthorClaimFactory, PaperFactory


@pytest.fixture
def scene(lab, alice):
    alice.shows_votes = True
    alice.save()
    paper = PaperFactory(title="Quanta", organisation=lab, submitted_by=alice)
    Dismissed.objects.make(alice, PaperFactory(title="Another's"))
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    Item.objects.add(alice, autumn, [paper.pk])
    Vote.objects.make(alice, paper)
    Bookmark.objects.make(alice, paper)
    AuthorClaimFactory(user=alice, paper=paper)
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
    "/people/alice/authored": "Papers of Alice Ash",
    "/people/alice/upvoted": "Alice Ash: upvoted",
    "/collections/autumn": "Autumn",
}
OWN = {
    "/papers/following": "Following",
    "/papers/dismissed": "Dismissed",
    "/bookmarks": "Bookmarks",
}
READ_FIRST = {"/orgs/lab", "/papers/week"}  # the id of an organisation, and the latest day
ALL_PAPERS = {"/", "/papers", "/papers/week", "/papers/date/2025-09-10", "/papers/month/2025-09", "/papers/trending"}


def read(path, viewer, query=""):
    return {paper.pk for paper in listing_of(path, viewer, query).papers}


def listing_of(path, viewer, query="", **options):
    return for_feed(catalogue.find(path), parse_query(QueryDict(query)), viewer, 10, **options)


@pytest.mark.parametrize(("path", "title"), OPEN.items())
def test_what_everybody_may_read(scene, path, title):
    list_ = catalogue.find(path)
    with CaptureQueriesContext(connection) as statements:
        papers = listing_of(path, AnonymousUser()).papers
    assert len(papers) == (2 if path in ALL_PAPERS else 1)
    assert len(statements) == (2 if path in READ_FIRST else 1)
    assert list_.title_for(AnonymousUser()) == title
    assert list_.privacy is not Privacy.PRIVATE


@pytest.mark.parametrize(("path", "title"), OWN.items())
def test_what_is_ones_own(scene, alice, carol, path, title):
    list_ = catalogue.find(path)
    assert (list_.title_for(alice), len(read(path, alice)), list_.privacy) == (title, 1, Privacy.PRIVATE)
    assert read(path, carol) == set()
    with pytest.raises(Http404):
        list_.title_for(AnonymousUser())
    with pytest.raises(Http404):
        read(path, AnonymousUser())


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
        catalogue.find(path)


def test_an_organisation_by_its_former_slug(scene, lab):
    FormerSlug.objects.create(slug="the-old-lab", organisation=lab)
    FormerSlug.objects.create(slug="the-oldest-lab", organisation=lab)
    assert read("/orgs/the-old-lab", AnonymousUser()) == read("/orgs/lab", AnonymousUser()) != set()
    assert catalogue.find("/orgs/lab").title_for(AnonymousUser()) == "The Lab"
    assert catalogue.find("/orgs/the-old-lab").title_for(AnonymousUser()) == "The Lab"


def test_filters_and_orders(scene):
    assert len(read("/papers", AnonymousUser(), "org=lab")) == 1
    assert len(read("/papers", AnonymousUser(), "min_votes=1")) == 1
    assert listing_of("/papers/trending", AnonymousUser()).order == "hot"
    words = listing_of("/papers", AnonymousUser(), "q=quanta", order="votes")
    assert (words.order, [paper.pk for paper in words.papers]) == ("votes", list(read("/orgs/lab", AnonymousUser())))


ARGUMENTS = {"slug": "lab", "username": "alice", "key": "autumn", "ref": "2509.08721", "text": "2025-09-10"}
TEXTS = {"papers:week": "2025-W37", "papers:month": "2025-09"}


def address_of(name: str) -> str:
    """The address of the list that is entered in the catalogue under this name."""
    (pattern,) = (pattern for pattern in urlpatterns if f"papers:{pattern.name}" == name)
    wanted = set(pattern.pattern.converters) - set(pattern.default_args)
    values = ARGUMENTS | ({"text": TEXTS[name]} if name in TEXTS else {})
    return reverse(name, kwargs={argument: values[argument] for argument in wanted})


@pytest.mark.parametrize("name", sorted(catalogue.names()))
def test_every_list_has_a_page_a_feed_and_letters_or_says_why_not(scene, alice, signed_in, name):
    PaperFactory(arxiv_id="2509.08721")
    path, reader = address_of(name), signed_in(alice)
    page = reader.get(path)
    assert page.context["list"].key == catalogue.find(path).key
    assert isinstance(page.context["title"], str)
    feed, letter = reader.get(f"{path}.atom" if path != "/" else "/papers.atom"), reader.get(f"/subscribe?list={path}")
    list_ = catalogue.find(path)
    assert ("xml" in feed.headers["Content-Type"]) is not bool(list_.no_feed)
    assert ('name="cadence"' in letter.content.decode()) is not bool(list_.no_letter)


@pytest.mark.parametrize("name", ["alice", "carol", "stranger"])
def test_a_list_has_the_same_papers_whether_its_row_was_read_or_not(scene, alice, carol, lab, name):
    alice.shows_submissions = False
    alice.save()
    viewer = {"alice": alice, "carol": carol, "stranger": AnonymousUser()}[name]
    autumn = Collection.objects.get(key="autumn")
    pairs = [
        (organisation("lab"), organisation("lab", lab)),
        (collection("autumn"), collection("autumn", autumn)),
        (authored("alice"), authored("alice", owner=alice)),
        (submitted("alice"), submitted("alice", owner=alice)),
        (upvoted("alice"), upvoted("alice", owner=alice)),
    ]
    for by_name, by_row in pairs:
        assert set(by_name.papers(viewer)) == set(by_row.papers(viewer))
    assert [bool(by_row.papers(viewer)) for _, by_row in pairs] == [True, True, True, name == "alice", True]
