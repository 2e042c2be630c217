"""A paper that is too old for a day's list is on the site and in search, and nowhere where days are listed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from inbox.letters import issue
from papers import audit
from papers.ingest import submitting
from papers.ingest.save import save
from papers.ingest.submitting import Additions
from papers.models import AuthorFollow, Collection, Day, DayDone, Item, Paper, Seen, Visit
from tests.factories import NOON, RECORD, PaperFactory, SubmissionFactory, SubscriptionFactory
from tests.orgs.conftest import confirm

OLD = datetime(2017, 6, 12, tzinfo=UTC)
OLD_RECORD = RECORD.as_json() | {"published_at": OLD.isoformat(), "categories": ["cs.CL"]}
TITLE = "Sharing is caring"
OF_DAYS = ["", "/date/2025-09-10", "/week", "/week/2025-W37", "/month", "/month/2025-09", "/trending"]
FEEDS = [f"/papers{path}.atom" for path in OF_DAYS]
FRAMES = [f"/embed/papers{path}" for path in OF_DAYS]
SEARCHES = ["?q=sharing", "?topic=cs.CL", "?author=Ada+Lovelace"]


@pytest.fixture(autouse=True)
def other(alice, time_machine):
    """Another paper that is listed today, after Alice has brought in an old one."""
    time_machine.move_to(NOON + timedelta(hours=1))
    look = SubmissionFactory(user=confirm(alice), state="fetched", record=OLD_RECORD)
    submitting.list_paper(alice, look, Additions())
    return PaperFactory(title="Another one")


@pytest.fixture
def old(other):
    return Paper.objects.get(arxiv_id="2509.08721")


@pytest.mark.parametrize("address", [*(f"/papers{path}" for path in OF_DAYS), *FEEDS, *FRAMES])
def test_lists_of_days_do_not_have_it(address, stranger):
    page = stranger.get(address).content.decode()
    assert ("Another one" in page, TITLE in page) == (True, False)


@pytest.mark.parametrize("query", SEARCHES)
def test_searches_have_it(query, stranger):
    assert 'href="/papers/2509.08721"' in stranger.get(f"/papers{query}").content.decode()
    assert TITLE in stranger.get(f"/papers.atom{query}").content.decode()


def test_a_search_by_the_day_of_listing_does_not_find_it(stranger):
    page = stranger.get("/papers?after=2025-09-10&before=2025-09-10").content.decode()
    assert ("Another one" in page, TITLE in page) == (True, False)


def test_its_page_says_so_and_gives_it_no_place(old, other, stranger):
    page = " ".join(stranger.get("/papers/2509.08721").content.decode().split())
    assert 'Added <time datetime="2025-09-10">10 September 2025</time>' in page
    assert "Not on a day’s list" in page
    assert "by upvotes on" not in page
    page = " ".join(stranger.get(other.get_absolute_url()).content.decode().split())
    assert "Number 1 of 1 by upvotes" in page


def test_who_submitted_it_and_who_collects_it_have_it(old, alice, signed_in, stranger):
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    Item.objects.add(alice, autumn, [old.pk])
    for address in ("/people/alice/submitted", "/collections/autumn"):
        assert TITLE in stranger.get(address).content.decode()


def test_days_neither_count_nor_finish_it(old, other, alice):
    assert list(Day.objects.values_list("date", "paper_count")) == [(NOON.date(), 1)]
    assert audit.mismatches() == []
    Visit.objects.create(user=alice, current_at=timezone.now(), previous_at=NOON - timedelta(days=1))
    assert Visit.objects.state(alice).new_count == 1
    DayDone.objects.make(alice, NOON.date())
    assert [row.pk for row in Paper.objects.order_by("pk").rows(alice) if row.seen] == [other.pk]
    assert list(Paper.objects.unseen_by(alice)) == [old]
    assert Visit.objects.state(alice).day_count == 0
    assert Seen.objects.unmake(alice, old) is False


def test_the_sitemap_has_its_page_and_does_not_change_the_day(old, stranger):
    Paper.objects.filter(pk=old.pk).update(changed_at=NOON + timedelta(days=300))
    sitemap = stranger.get("/sitemap-papers-0.xml").content.decode()
    assert "/papers/2509.08721<" in sitemap
    assert "2026-07" not in stranger.get("/sitemap-lists.xml").content.decode()


def test_the_letter_of_the_day_leaves_it_out_and_that_of_a_search_does_not(old, other):
    def letter(address):
        return issue.compose(SubscriptionFactory(address=address), NOON.date(), timezone.now())

    assert [entry.paper.arxiv_id for entry in letter("/papers").papers] == [other.arxiv_id]
    assert [entry.paper.arxiv_id for entry in letter("/papers?topic=cs.CL").papers] == [old.arxiv_id]


def test_followers_of_an_author_are_notified(bob, alice, signed_in, work, time_machine):
    AuthorFollow.objects.make(bob, AuthorFollow.find("Grace Hopper"))
    record = OLD_RECORD | {"arxiv_id": "1706.00001", "authors": ["Grace Hopper"], "title": "An old paper"}
    look = SubmissionFactory(user=alice, arxiv_id="1706.00001", state="fetched", record=record)
    submitting.list_paper(alice, look, Additions())
    work()
    assert "1 new paper from what you follow" in signed_in(bob).get("/notifications").content.decode()


def test_a_list_that_has_it_later_lists_it(old):
    import_of_arxiv = RECORD.from_json(OLD_RECORD | {"version": 2, "title": "Sharing is caring, revised"})
    save([import_of_arxiv])
    old.refresh_from_db()
    assert (old.is_listed, old.title) == (False, "Sharing is caring, revised")
    daily = RECORD.from_json(OLD_RECORD | {"listed_at": (NOON - timedelta(days=400)).isoformat()})
    assert (save([daily]).changed, save([daily]).changed) == (1, 0)
    old.refresh_from_db()
    assert (old.is_listed, old.listed_at) == (True, NOON - timedelta(days=400))
    assert Day.objects.get(date=old.listed_on).paper_count == 1
    assert audit.mismatches() == []
