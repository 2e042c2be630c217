"""Saving records: it is idempotent and independent of their order, and leaves the actions of readers as they are."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import permutations

import pytest
from django.db import transaction

from orgs.models import Organisation
from papers import audit
from papers.ingest.record import PaperRecord
from papers.ingest.save import ImportCounts, save
from papers.models import Affiliation, Author, Day, Paper, SearchEntry, Vote
from tests.factories import PaperFactory, UserFactory
from tests.race import race

pytestmark = pytest.mark.django_db


def record_of(**fields) -> PaperRecord:
    required = {"arxiv_id": "2509.08721", "title": "Sharing", "published_at": "2025-09-10T16:14:20Z"}
    return PaperRecord.from_source(**required | fields)


FULL = record_of(
    version=2,
    abstract="Nobody trains alone.",
    authors=["Ada Lovelace", "Núria Alone"],
    categories=["cs.LG"],
    keywords=["Swarm"],
    organisation=("thelab", "The Lab"),
    code_url="https://github.com/example/swarm",
    code_stars=9,
    project_url="https://example.org/",
    listed_at="2025-09-11",
    votes=611,
    comments=27,
)


def state() -> list:
    """Everything that an import can write, except counters of changes."""
    tables = Paper.objects.values(), Author.objects.values(), SearchEntry.objects.values(), Day.objects.values()
    excluded = {"id", "paper_id", "revision", "changed_at", "organisation_id"}
    rows = [{k: v for k, v in row.items() if k not in excluded} for table in tables for row in table.order_by("pk")]
    return rows + list(Organisation.objects.values("slug", "name", "verified"))


def test_a_new_paper_has_all_that_was_told():
    assert save([FULL]) == ImportCounts(new=1)
    paper = Paper.objects.get()
    for name in ("arxiv_id", "version", "title", "abstract", "code_url", "code_stars", "project_url", "published_at"):
        assert getattr(paper, name) == getattr(FULL, name)
    assert (paper.categories, paper.keywords) == (["cs.LG"], ["Swarm"])
    assert (paper.imported_votes, paper.vote_count, paper.imported_comments, paper.comment_count) == (611, 611, 27, 27)
    assert [author.name for author in paper.authors.all()] == ["Ada Lovelace", "Núria Alone"]
    assert (paper.author_count, paper.revision, paper.listed_at) == (2, 0, FULL.listed_at)
    assert (paper.entry.revision, paper.entry.topics) == (1, ["cs.lg", "swarm"])
    assert {"'ada':5C", "'nuria':8C"} <= set(paper.entry.words.split())
    assert (Day.objects.get().date, Day.objects.get().paper_count) == (date(2025, 9, 11), 1)
    assert audit.mismatches() == []


def test_an_organisation_comes_along_unverified():
    save([FULL])
    organisation = Paper.objects.get().organisation
    assert (organisation.slug, organisation.name, organisation.verified) == ("thelab", "The Lab", False)
    assert (organisation.initials, organisation.logo.name) == ("TL", "")


def test_an_organisation_that_is_here_is_left_as_it_is(lab):
    save([record_of(organisation=("lab", "Another Name"))])
    lab.refresh_from_db()
    assert (Affiliation.objects.get().organisation, lab.name) == (lab, "The Lab")


def test_a_second_time_changes_nothing():
    save([FULL])
    before, paper = state(), Paper.objects.values().get()
    assert save([FULL]) == ImportCounts(unchanged=1)
    assert save([FULL, FULL]) == ImportCounts(unchanged=2)
    assert state() == before
    assert Paper.objects.values().get() == paper


def test_what_is_not_told_stays():
    save([FULL])
    before = state()
    assert save([record_of(version=2)]) == ImportCounts(unchanged=1)
    assert state() == before


def test_a_paper_of_few_words_is_complete():
    save([record_of()])
    paper = Paper.objects.get()
    assert (paper.version, paper.author_count, paper.vote_count, paper.organisation) == (1, 0, 0, None)
    assert paper.listed_at == paper.published_at
    assert audit.mismatches() == []


def test_what_changed_is_written_and_counted():
    save([FULL])
    fields = {
        "version": 3,
        "title": "Sharing, again",
        "authors": ["Grace Hopper"],
        "code_stars": 3,
        "comments": 5,
        "listed_at": "2025-09-12",
        "organisation": ("other", "Other"),
    }
    assert save([record_of(**fields), record_of(**fields)]) == ImportCounts(changed=1, unchanged=1)
    paper = Paper.objects.get()
    assert (paper.version, paper.title, paper.abstract) == (3, "Sharing, again", "Nobody trains alone.")
    assert (paper.code_stars, paper.comment_count, paper.organisation.slug) == (3, 5, "other")
    assert (paper.author_count, paper.revision) == (1, 2)
    assert paper.entry.revision == 2
    assert "'grace'" in paper.entry.words
    assert "'ada'" not in paper.entry.words
    assert list(Day.objects.values_list("date", "paper_count")) == [(date(2025, 9, 12), 1)]
    assert audit.mismatches() == []


@pytest.mark.parametrize(
    ("fields", "moves"),
    [
        ({"version": 3}, True),
        ({"title": "Sharing, again"}, True),
        ({"abstract": "Nobody."}, True),
        ({"authors": ["Ada Lovelace"]}, True),
        ({"withdrawn": True}, True),
        ({"votes": 5, "comments": 9, "code_stars": 1}, False),
        ({"keywords": ["news"], "categories": ["cs.AI"], "organisation": ("other", "Other")}, False),
        ({"listed_at": "2025-09-12", "published_at": "2025-09-09", "code_url": "https://example.org/code"}, False),
    ],
)
def test_the_text_has_changed_when_it_did(fields, moves):
    save([FULL])
    before = Paper.objects.get()
    assert save([record_of(**{"version": 2} | fields)]) == ImportCounts(changed=1)
    after = Paper.objects.get()
    assert (after.changed_at > before.changed_at) is moves
    assert after.revision > before.revision


def test_votes_cast_here_are_kept_apart():
    save([FULL])
    paper = Paper.objects.get()
    for _ in range(3):
        Vote.objects.make(UserFactory(), paper)
    for votes in (700, 5):
        assert save([record_of(votes=votes)]) == ImportCounts(changed=1)
        paper.refresh_from_db()
        assert (paper.imported_votes, paper.vote_count) == (votes, votes + 3)
    assert audit.mismatches() == []


@pytest.mark.django_db(transaction=True)
def test_votes_cast_during_an_import_are_counted():
    save([FULL])
    paper = Paper.objects.get()
    readers = [UserFactory() for _ in range(20)]

    def run_imports():
        for votes in range(700, 720):
            save([record_of(votes=votes)])

    race(run_imports, *(partial(Vote.objects.make, reader, paper) for reader in readers))
    paper.refresh_from_db()
    assert (paper.imported_votes, paper.vote_count) == (719, 739)
    assert audit.mismatches() == []


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_the_same_papers_meet():
    records = [record_of(arxiv_id=f"2509.{n:05}", votes=n) for n in range(50)]
    counts = race(partial(save, records), partial(save, records[::-1]))
    assert sorted(counts, key=lambda count: count.new) == [ImportCounts(unchanged=50), ImportCounts(new=50)]
    assert audit.mismatches() == []


def test_a_paper_on_two_days_ends_on_the_later_one_whatever_the_order():
    first, second = record_of(listed_at="2025-09-11", votes=5), record_of(listed_at="2025-09-12", votes=7)
    ends = []
    for batches in ([[first], [second]], [[second], [first]], [[first, second]], [[second, first]]):
        with transaction.atomic():
            for batch in batches * 2:
                save(batch)
            ends.append(state())
            assert save([first, second]) == ImportCounts(unchanged=2)
            transaction.set_rollback(True)
    assert ends == [ends[0]] * 4
    assert ends[0][0]["listed_on"] == date(2025, 9, 12)
    assert ends[0][0]["vote_count"] == 7


def test_sources_may_come_in_any_order():
    hub = record_of(title="Sharing, at first", authors=["Ada"], listed_at="2025-09-10", votes=3, keywords=["swarm"])
    atom = record_of(version=2, title="Sharing", authors=["Ada", "Grace"], categories=["cs.LG"])
    dublin = record_of(title="Sharing, at first", authors=["Ada"], published_at="2025-09-10")
    ends = []
    for order in permutations([hub, atom, dublin]):
        with transaction.atomic():
            for record in order:
                save([record])
            ends.append(state())
            assert save(order) == ImportCounts(unchanged=3)
            transaction.set_rollback(True)
    assert ends == [ends[0]] * 6
    paper = ends[0][0]
    assert (paper["version"], paper["title"], paper["listed_on"]) == (2, "Sharing", date(2025, 9, 10))
    assert paper["published_at"] == datetime(2025, 9, 10, tzinfo=UTC)


def test_an_earlier_version_leaves_the_text_and_brings_the_rest():
    save([FULL])
    assert save([record_of(version=1, title="Draft", authors=["Ada"], code_stars=10)]) == ImportCounts(changed=1)
    paper = Paper.objects.get()
    assert (paper.version, paper.title, paper.author_count, paper.code_stars) == (2, "Sharing", 2, 10)


def test_arxiv_leaves_a_listing_as_it_is():
    save([FULL])
    save([record_of(version=3, title="Sharing, again")])
    assert Paper.objects.get().listed_at == FULL.listed_at


def test_three_thousand_authors():
    names = [f"Author {n}" for n in range(3303)]
    save([record_of(authors=names), record_of(arxiv_id="2509.00001", authors=["One"])])
    paper = Paper.objects.get(author_count=3303)
    assert list(paper.authors.values_list("name", flat=True)) == names
    assert save([record_of(authors=names)]) == ImportCounts(unchanged=1)
    save([record_of(authors=names[::-1])])
    assert paper.authors.get(position=0).name == "Author 3302"
    assert Author.objects.count() == 3304


def test_names_that_copy_could_misread():
    names = ["\\N", "Back\\snash", "'quote' \"double\"", "NULL", "Ünï 名前"]
    save([record_of(authors=names, keywords=names, abstract="\\.", title="\\N")])
    paper = Paper.objects.get()
    assert ([author.name for author in paper.authors.all()], paper.keywords) == (names, names)
    assert (paper.title, paper.abstract) == ("\\N", "\\.")


def test_a_dry_run_counts_and_writes_nothing():
    save([FULL])
    before = state()
    records = [
        record_of(votes=1),
        record_of(arxiv_id="2509.00001", organisation=("new", "New")),
        record_of(arxiv_id="2509.00001"),
    ]
    assert save(records, dry_run=True) == ImportCounts(new=1, changed=1, unchanged=1)
    assert state() == before


def test_records_of_one_batch_that_contradict_each_other_settle():
    first, last = record_of(title="One"), record_of(title="Other")
    assert save([first, last]) == ImportCounts(new=1, unchanged=1)
    assert save([first, last]) == ImportCounts(unchanged=2)
    assert (Paper.objects.get().title, Paper.objects.get().revision) == ("Other", 0)


def test_no_records_are_fine():
    assert save([]) == ImportCounts()


def test_a_re_import_of_votes_leaves_the_search_alone():
    save([FULL])
    save([record_of(votes=700)])
    assert SearchEntry.objects.get().revision == 1


def test_statements_do_not_grow_with_the_batch(django_assert_max_num_queries):
    with django_assert_max_num_queries(18):
        save([record_of(arxiv_id=f"2509.{n:05}", authors=["Ada", "Grace"], votes=n) for n in range(200)])
    with django_assert_max_num_queries(18):
        save([record_of(arxiv_id=f"2509.{n:05}", authors=["Grace"], votes=n + 1) for n in range(200)])


def test_other_papers_of_the_day_are_counted_too():
    PaperFactory(listed_at=FULL.listed_at + timedelta(hours=1))
    save([FULL])
    assert Day.objects.get(date=date(2025, 9, 11)).paper_count == 2
