"""What a letter says: which papers, in which order, what of them, and at what price."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from inbox.letters.issue import EXCERPT, SPANS, compose, excerpt, issue_of
from inbox.models import Cadence, Subscription
from lib.refusals import BadInput
from lib.text import cut
from papers.models import Collection, Item, OrganisationFollow, Vote
from tests.factories import NOON, LetterFactory, PaperFactory, SubscriptionFactory

NOW = NOON + timedelta(hours=19)
ISSUE = NOW.date()


def of(**fields):
    return compose(SubscriptionFactory(**fields), ISSUE, NOW)


def titles(found):
    return [entry.paper.plain_title for entry in found.papers]


def test_the_most_upvoted_come_first(db):
    for title, votes in (("Second", 3), ("First", 9), ("Third", 1)):
        PaperFactory(title=title, imported_votes=votes)
    found = of(most=2)
    assert titles(found) == ["First", "Second"]
    assert (found.title, found.day, found.url) == ("Papers", ISSUE, "http://127.0.0.1:8000/papers")


def test_the_order_of_the_list_counts(db):
    PaperFactory(title="Old", imported_votes=9, listed_at=NOON - timedelta(days=2))
    PaperFactory(title="New", imported_votes=5)
    assert titles(of()) == ["Old", "New"]
    assert titles(of(address="/papers?sort=newest")) == ["New", "Old"]
    assert titles(of(address="/papers/trending")) == ["New", "Old"]


@pytest.mark.parametrize("cadence", Cadence)
def test_a_letter_looks_back_for_its_span(db, cadence):
    PaperFactory(title="Just within", listed_at=NOW - SPANS[cadence] + timedelta(seconds=1), imported_votes=1)
    PaperFactory(title="Before", listed_at=NOW - SPANS[cadence])
    PaperFactory(title="Now", listed_at=NOW)
    PaperFactory(title="To come", listed_at=NOW + timedelta(seconds=1))
    assert titles(of(cadence=cadence)) == ["Just within", "Now"]


def test_nothing_comes_twice(db):
    subscription, papers = SubscriptionFactory(), [PaperFactory(title=str(n)) for n in range(4)]
    LetterFactory(subscription=subscription, day=NOON.replace(year=2024), papers=[papers[0].pk])
    LetterFactory(subscription=subscription, day=NOON, papers=[papers[1].pk, papers[2].pk])
    LetterFactory(papers=[papers[3].pk])  # somebody else's
    assert titles(compose(subscription, ISSUE, NOW)) == ["3"]
    LetterFactory(subscription=subscription, day=NOON - timedelta(days=1), papers=[papers[3].pk])
    assert compose(subscription, ISSUE, NOW) is None


def test_a_subscription_that_is_not_saved_has_a_letter_to_look_at(db):
    paper = PaperFactory()
    LetterFactory(papers=[paper.pk])
    assert titles(compose(Subscription(email="a@example.org"), ISSUE, NOW)) == [paper.title]


def test_filters_are_in_the_title(db, lab):
    PaperFactory(title="Agents plan", imported_votes=20, organisation=lab)
    PaperFactory(title="Agents wait", imported_votes=2)
    found = of(address="/papers?q=agents&org=lab&min_votes=10")
    assert titles(found) == ["Agents plan"]
    assert found.title == "Papers · Words: agents · Organisation: The Lab · Minimum upvotes: 10"
    assert found.url.endswith("/papers?q=agents&org=lab&min_votes=10")


def test_words_choose_and_votes_order(db):
    PaperFactory(title="Agents agents agents", abstract="Agents.")
    PaperFactory(title="On agents", imported_votes=3)
    PaperFactory(title="Something else", imported_votes=30)
    assert titles(of(address="/papers?q=agents&by=words")) == ["On agents", "Agents agents agents"]


def test_a_title_is_no_longer_than_a_letter_keeps(db):
    PaperFactory(title="word " * 90)
    assert len(of(address="/papers?q=" + "+".join(["word"] * 90)).title) <= 300


def test_a_collection_brings_what_was_added_lately(db, alice):
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    old, older = (PaperFactory(title=title, listed_at=NOON - timedelta(days=400)) for title in ("Old", "Older"))
    Item.objects.add(alice, autumn, [old.pk, older.pk])
    Item.objects.filter(paper=old).update(added_at=NOON)
    Item.objects.filter(paper=older).update(added_at=NOON - timedelta(days=90))
    found = of(address="/collections/autumn")
    assert (found.title, titles(found)) == ("Autumn", ["Old"])


def test_what_one_follows(db, alice, lab):
    OrganisationFollow.objects.make(alice, lab)
    PaperFactory(title="Theirs", organisation=lab)
    PaperFactory(title="Not theirs")
    assert titles(of(address="/papers/following", user=alice)) == ["Theirs"]
    alice.is_active = False
    alice.save()
    with pytest.raises(Http404):
        of(address="/papers/following", user=alice)


@pytest.mark.parametrize(
    "address", ["/papers/following", "/nowhere", "/orgs/gone", "/collections/hush", "/people/nobody"]
)
def test_a_list_that_is_not_there_or_not_for_the_subscriber(db, alice, address):
    Collection.objects.create(key="hush", name="Hush", user=alice, visibility="private")
    with pytest.raises(Http404):
        of(address=address)


def test_what_a_person_hides_is_as_if_it_were_not(db, bob):
    PaperFactory(submitted_by=bob)
    assert len(of(address="/people/bob").papers) == 1
    bob.shows_submissions = False
    bob.save()
    assert of(address="/people/bob") is None


def test_filters_that_can_not_be_read(db):
    PaperFactory()
    assert of(address="/papers?min_votes=many") is None
    with pytest.raises(BadInput, match="order"):
        of(address="/papers?sort=best")


def test_what_is_said_of_a_paper(db, lab):
    authors = ["Ada Lovelace", "Grace Hopper", "Mary Somerville", *["N. N."] * 3_000]
    PaperFactory(
        arxiv_id="2509.00001",
        title=r"On $\alpha$-stable \emph{things}",
        abstract=r"We bound $x^2 \leq \beta$.",
        authors=authors,
        organisation=lab,
        imported_votes=1_234,
        works_count=3,
        fails_count=1,
        code_url="https://example.org/code",
    )
    (entry,) = of().papers
    paper = entry.paper
    assert paper.plain_title == "On α-stable things"
    assert entry.excerpt == "We bound x^2 ≤ β."
    assert entry.facts == (
        "Ada Lovelace, Grace Hopper, Mary Somerville and 3,000 more · The Lab · 1,234 upvotes · "
        "Reproduced by 3, failed for 1"
    )
    assert paper.url == "http://127.0.0.1:8000/papers/2509.00001"
    assert paper.links == {
        "arXiv": "https://arxiv.org/abs/2509.00001",
        "PDF": "https://arxiv.org/pdf/2509.00001",
        "Code": "https://example.org/code",
    }


@pytest.mark.parametrize(
    ("authors", "votes", "facts"),
    [
        ([], 0, ""),
        (["Ada"], 1, "Ada · 1 upvote"),
        (["Ada", "Grace"], 2, "Ada and Grace · 2 upvotes"),
        (["Ada", "Grace", "Mary"], 0, "Ada, Grace and Mary"),
        (["Ada", "Grace", "Mary", "N"], 0, "Ada, Grace, Mary and 1 more"),
    ],
)
def test_authors_and_votes(db, authors, votes, facts):
    PaperFactory(authors=authors, imported_votes=votes, abstract="")
    (entry,) = of().papers
    assert (entry.facts, entry.excerpt) == (facts, "")


def test_a_vote_is_counted_in_the_next_letter(db, alice):
    paper = PaperFactory()
    assert of().papers[0].paper.vote_count == 0
    Vote.objects.make(alice, paper)
    assert of().papers[0].paper.vote_count == 1


def test_an_excerpt_ends_with_a_sentence_or_a_word():
    short = "As it is, e.g. by A. Author et al. No more."
    assert excerpt(short) == short
    sentence = "word " * 50 + "is the end. And " + "more " * 50
    assert excerpt(sentence) == "word " * 50 + "is the end."
    for text in ("word " * 100, "i.e. et al. Fig. J. Doe vs. Roe " * 50, "w" * 900, "字" * 900, "Early. " + "w" * 900):
        assert EXCERPT // 2 < len(excerpt(text)) <= EXCERPT
        assert excerpt(text).endswith("…")


def test_cutting():
    assert cut("As it is", 8) == "As it is"
    assert cut("One, two, three", 12) == "One, two…"
    assert cut("t" * 20, 10) == "t" * 9 + "…"


LISTS = {
    # address: statements for one paper and for thirty, once search knows whether it has vectors
    "/papers": (3, 3),
    "/papers?has=code": (9, 10),  # a transaction of its own, with a limit on time; one walk or two; few are collected
    "/orgs/lab": (5, 5),
    "/collections/autumn": (10, 11),  # the same, since its order is not the collection's own
    "/people/alice": (4, 4),
    "/papers/following": (9, 10),  # the same
}


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("rows", [1, 30])
def test_statements_do_not_grow_with_papers(db, alice, lab, address, rows):
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    OrganisationFollow.objects.make(alice, lab)
    for _ in range(rows):
        paper = PaperFactory(organisation=lab, code_url="https://example.org", submitted_by=alice)
        Item.objects.add(alice, autumn, [paper.pk])
    Item.objects.update(added_at=NOON)
    subscription = SubscriptionFactory(address=address, user=alice, most=50)
    compose(subscription, ISSUE, NOW)
    caches["cards"].clear()
    number = LISTS[address][rows > 1]
    for expected in (number, number - 2):  # what is read of papers is kept
        with CaptureQueriesContext(connection) as statements:
            assert len(compose(subscription, ISSUE, NOW).papers) == rows
        assert len(statements) == expected, [s["sql"] for s in statements]


def test_a_kept_letter_says_the_same_without_what_is_gone(db):
    papers = [PaperFactory(title=title) for title in ("One", "Two", "Three")]
    letter = LetterFactory(papers=[paper.pk for paper in papers], subscription__address="/papers?min_votes=1")
    papers[1].delete()
    found = issue_of(letter)
    assert titles(found) == ["One", "Three"]
    assert (found.title, found.day, found.url) == ("Papers", letter.day, "http://127.0.0.1:8000/papers?min_votes=1")
