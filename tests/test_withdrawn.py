"""Whatever shows a withdrawn paper says so: pages, feeds, frames, files, letters, and what other sites show of it."""

import re
from datetime import timedelta

import pytest
from django.core.cache import caches

from inbox.letters.issue import compose
from inbox.letters.render import render
from inbox.models import Subscription
from papers.models import Bookmark, Collection, Item, Paper
from papers.syndication import share_cards
from tests.conftest import Reader
from tests.factories import NOON, OrganisationFactory, PaperFactory, SubscriptionFactory, admin_of
from tests.papers.search import library

pytestmark = pytest.mark.usefixtures("scene")
DAY, PAGE = "/papers/date/2025-09-10", "/papers/2509.00001"
ALL = f"{DAY}?q=sampling&by=words"
# What stands in an answer if the paper is withdrawn and does not if it is not.
ADDRESSES = {
    DAY: '<strong class="withdrawn">Withdrawn</strong>',
    ALL: '<strong class="withdrawn">Withdrawn</strong>',
    "/collections/autumn": '<strong class="withdrawn">Withdrawn</strong>',
    "/collections/autumn/arrange": '<strong class="withdrawn">Withdrawn</strong>',
    "/bookmarks": '<strong class="withdrawn">Withdrawn</strong>',
    "/orgs/lab": '<strong class="withdrawn">Withdrawn</strong>',
    "/papers/2509.00002": '<strong class="withdrawn">Withdrawn</strong>',
    "/papers": r"5 upvotes · withdrawn</small>",
    PAGE: "This paper was withdrawn. The site learned of it on",
    f"{PAGE}/versions": "This paper was withdrawn.",
    f"{PAGE}/comments": '<strong class="withdrawn">Withdrawn</strong>',
    f"{PAGE}#description": '<meta name="description" content="This paper was withdrawn. A question and a method',
    f"{PAGE}#og": '<meta property="og:description" content="This paper was withdrawn. A question and a method',
    f"{DAY}.atom": r"<title>Withdrawn: Sampling tokens</title>[\s\S]*&lt;strong&gt;This paper was withdrawn.",
    f"{DAY}.rss": r"<title>Withdrawn: Sampling tokens</title>[\s\S]*&lt;strong&gt;This paper was withdrawn.",
    f"{DAY}.json": r'"title": "Withdrawn: Sampling tokens", "content_html": [^\n]*<strong>This paper was withdrawn.',
    f"/embed{DAY}": "<p>Withdrawn · Ada Lovelace",
    f"{DAY}?export=bibtex": r"  note = \{This paper was withdrawn.\}",
    f"{DAY}?export=ris": "N1  - This paper was withdrawn.",
    f"{DAY}?export=csl": r'"status": "withdrawn",\s+"note": "This paper was withdrawn."',
    f"{DAY}?export=csv": "Sampling tokens,[^\n]*,yes,",
}


def build_scene():
    """Two papers that are like each other; the first is in a section of an organisation's page, and bookmarked."""
    lab = OrganisationFactory(slug="lab")
    olga = admin_of(lab)
    paper, _ = (
        PaperFactory(arxiv_id=f"2509.0000{n}", title=title, abstract="A question and a method.", imported_votes=votes)
        for n, title, votes in ((1, "Sampling tokens", 5), (2, "Sampling tokens faster", 1))
    )
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=olga, visibility="public")
    section = Collection.objects.create(key="section", name="Section", organisation=lab, visibility="public")
    Item.objects.add(olga, autumn, [paper.pk])
    Item.objects.add(olga, section, [paper.pk])
    lab.sections = [section.pk]
    lab.save()
    Bookmark.objects.make(olga, paper)
    library.index()
    return Reader(olga)


def withdraw() -> None:
    """Withdraw the first paper, and let the minute pass for which the front page keeps the week's best papers."""
    caches["pages"].delete("rail")
    Paper.objects.touch(Paper.objects.filter(arxiv_id="2509.00001"), withdrawn_at=NOON)


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_shows_it_says_so(scene, address):
    path, pattern = address.partition("#")[0], ADDRESSES[address]
    assert not re.search(pattern, scene.get(path).content.decode())
    withdraw()
    assert re.search(pattern, scene.get(path).content.decode())


def test_letters_say_so_in_both_bodies():
    def bodies():
        issue = compose(Subscription.objects.get(), NOON.date(), NOON + timedelta(hours=7))
        return render(issue, "every day")

    SubscriptionFactory(address=DAY)
    assert "Withdrawn" not in bodies().html + bodies().text
    withdraw()
    assert "Withdrawn · Ada Lovelace" in bodies().html
    assert "Withdrawn · Ada Lovelace" in bodies().text


def test_the_share_card_says_so():
    assert share_cards.find(PAGE).kicker == "Wednesday, 10 September 2025"
    withdraw()
    assert share_cards.find(PAGE).kicker == "Withdrawn · Wednesday, 10 September 2025"
