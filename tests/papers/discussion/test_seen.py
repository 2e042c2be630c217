"""What a reader has seen or dismissed: in which lists it still is, the filter, and for how long it is remembered."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from papers.discussion import tasks
from papers.models import Bookmark, DayDone, Dismissed, Paper, Seen, TopicFollow, Vote
from papers.models.seen import KEPT
from papers.people import takeout
from tests.factories import NOON, PaperFactory
from tests.papers.lists.test_lists import titles

HIDING = [
    "/papers",
    "/papers/week",
    "/papers/date/2025-09-10",
    "/papers/month/2025-09",
    "/papers/trending",
    "/papers?topic=stars",
    "/papers/following",
]
KEEPING = [
    "/papers?q=quanta",
    "/papers/dismissed",
    "/bookmarks",
    "/collections/autumn",
    "/orgs/lab",
    "/people/alice/upvoted",
    "/people/alice/submitted",
]


def text(answer) -> str:
    return " ".join(re.sub("<[^>]*>", " ", unescape(answer.content.decode())).split())


@pytest.fixture
def dismissed(everywhere, alice):
    """Alice's paper "Quanta", which is in every list, also in what she follows, and which she has dismissed."""
    TopicFollow.objects.make(alice, "stars")
    Dismissed.objects.make(alice, everywhere)
    return everywhere


@pytest.mark.parametrize("path", HIDING)
def test_what_is_dismissed_is_hidden_from_that_reader_only(dismissed, alice, bob, signed_in, stranger, path):
    TopicFollow.objects.make(bob, "stars")
    assert "Quanta" not in titles(signed_in(alice).get(path))
    assert "Quanta" in titles(signed_in(bob).get(path))
    assert path == "/papers/following" or "Quanta" in titles(stranger.get(path))
    Dismissed.objects.unmake(alice, dismissed)
    assert "Quanta" in titles(signed_in(alice).get(path))


@pytest.mark.parametrize("path", KEEPING)
def test_what_is_dismissed_stays_where_it_was_put_or_looked_for(dismissed, alice, signed_in, path):
    answer = signed_in(alice).get(path)
    assert titles(answer) == ["Quanta"]
    assert f'formaction="/papers/{dismissed.arxiv_id}/dismiss/undo"' in answer.content.decode()


def test_ones_own_feed_leaves_it_out(dismissed, feed_key, stranger):
    other = PaperFactory(title="Another", keywords=["stars"])
    feed = stranger.get(f"/papers/following.atom?key={feed_key}").content.decode()
    assert (other.title in feed, "Quanta" in feed) == (True, False)


def test_dismissing_by_htmx_leaves_a_line_with_undo_and_by_a_form_a_message(paper, alice, signed_in):
    reader = signed_in(alice)
    url = f"/papers/{paper.arxiv_id}/dismiss"
    line = reader.act(url, headers={"hx-request": "true"})
    assert text(line).startswith(f"Dismissed “ {paper.title} ”. Undo")
    card = reader.act(f"{url}/undo", headers={"hx-request": "true"}).content.decode()
    assert (f'hx-post="{url}"' in card, "Undo" in card) == (True, False)
    page = reader.get(reader.act(url, {"next": "/papers"}).url)
    assert f"Dismissed “{paper.title}”. You can undo this on the page of dismissed papers." in text(page)


def test_a_card_is_the_same_for_all_strangers_and_offers_to_dismiss_only_to_readers(paper, alice, signed_in, stranger):
    offers = re.compile(r'<ol class="papers[^"]*dismissable')
    assert not offers.search(stranger.get("/papers").content.decode())
    reader = signed_in(alice)
    assert offers.search(reader.get("/papers").content.decode())
    assert not offers.search(reader.get("/papers?q=paper").content.decode())


def test_a_paper_is_seen_once_its_page_has_posted_so(paper, alice, signed_in, stranger):
    reader, page = signed_in(alice), f"/papers/{paper.arxiv_id}"
    assert "Mark as seen" not in text(stranger.get(page))
    html = reader.get(page).content.decode()
    assert re.search(rf'hx-post="{page}/seen"[^>]*hx-trigger="load, click"', html)
    assert "data-seen" not in reader.get("/papers").content.decode()
    answer = reader.act(f"{page}/seen", headers={"hx-request": "true"})
    assert "Seen" in text(answer)
    assert 'hx-trigger="load' not in reader.get(page).content.decode()
    assert "data-seen" in reader.get("/papers").content.decode()
    again = reader.act(f"{page}/seen/forget", headers={"hx-request": "true"})
    assert "Mark as seen" in text(again)
    assert "hx-trigger" not in again.content.decode()  # or the page would mark it again


@pytest.fixture
def four_papers(alice):
    """One that Alice opened, one of a day that she is done with, one that came to that day later, and a new one."""
    papers = {
        "opened": PaperFactory(title="opened"),
        "of the day": PaperFactory(title="of the day", listed_at=NOON - timedelta(days=1)),
        "later": PaperFactory(title="later", listed_at=NOON - timedelta(hours=20)),
        "unseen": PaperFactory(title="unseen"),
    }
    Seen.objects.make(alice, papers["opened"])
    DayDone.objects.create(user=alice, date=papers["later"].listed_on, done_at=NOON - timedelta(hours=22))
    return papers


@pytest.mark.parametrize("path", ["/papers/month/2025-09?seen=no", "/papers/trending?seen=no", "/papers?q=seen:no"])
def test_hiding_what_one_has_seen(four_papers, alice, bob, signed_in, path):
    reader = signed_in(alice)
    assert set(titles(reader.get(path, follow=True))) == {"later", "unseen"}
    assert len(titles(signed_in(bob).get(path, follow=True))) == 4
    html = reader.get("/papers/month/2025-09").content.decode()
    assert html.count("data-seen") == 2
    assert "Seen: not yet" in text(reader.get(path, follow=True))


def test_a_paper_of_a_done_day_cannot_be_forgotten_alone(four_papers, alice, signed_in):
    reader = signed_in(alice)
    answer = reader.act(f"/papers/{four_papers['of the day'].arxiv_id}/seen/forget")
    assert answer.status_code == 409
    assert "You marked this paper’s day as done" in text(answer)
    assert reader.act(f"/papers/{four_papers['opened'].arxiv_id}/seen/forget").status_code == 302
    assert Seen.objects.count() == 0


def test_a_filter_of_seen_papers_needs_a_reader(four_papers, alice, signed_in, stranger):
    field = 'name="seen"'
    assert field in signed_in(alice).get("/papers").content.decode()
    assert field not in stranger.get("/papers").content.decode()
    for value in ("no", "new"):
        page = stranger.get(f"/papers?seen={value}")
        assert (page.status_code, titles(page)) == (400, [])
        assert field in page.content.decode()
        assert "Sign in to filter by what you have seen." in text(page)
    for path in ("/papers.atom", "/embed/papers"):
        answer = stranger.get(f"{path}?seen=no")
        assert answer.status_code == 400
        assert "seen: Sign in" in text(answer)
    assert stranger.get("/papers?seen=all").status_code == 400
    letter = signed_in(alice).get("/subscribe?list=/papers/trending%3Fseen%3Dno")
    assert "with the filter “Seen” can't be subscribed to" in text(letter)


def test_ones_own_feed_knows_what_one_has_seen(four_papers, feed_key, stranger):
    feed = stranger.get(f"/papers/trending.atom?seen=no&key={feed_key}").content.decode()
    assert ["unseen" in feed, "later" in feed, "opened" in feed, "of the day" in feed] == [True, True, False, False]


def test_marks_change_no_counter_and_no_revision(paper, alice):
    before = Paper.objects.values().get()
    for kind in (Seen, Dismissed):
        kind.objects.make(alice, paper)
        kind.objects.unmake(alice, paper)
    assert Paper.objects.values().get() == before


def test_the_night_forgets_what_was_seen_long_ago_and_nothing_else(alice):
    for age in (KEPT + timedelta(hours=1), KEPT - timedelta(hours=1)):
        paper = PaperFactory(title=str(age))
        for kind in (Seen, Dismissed, Bookmark, Vote):
            kind.objects.make(alice, paper)
            kind.objects.filter(paper=paper).update(created_at=timezone.now() - age)
    tasks.forget_seen(0)
    assert [row.paper.title for row in Seen.objects.select_related("paper")] == [str(KEPT - timedelta(hours=1))]
    assert [kind.objects.count() for kind in (Dismissed, Bookmark, Vote)] == [2, 2, 2]


def test_all_of_it_is_in_the_export_and_goes_with_the_reader(four_papers, alice):
    Dismissed.objects.make(alice, four_papers["unseen"])
    rows = {name: list(takeout.FILES[name](alice)) for name in ("seen", "dismissed", "done_days")}
    assert [row["title"] for row in rows["seen"] + rows["dismissed"]] == ["opened", "unseen"]
    assert [row["date"] for row in rows["done_days"]] == [four_papers["later"].listed_on]
    alice.delete()
    assert [kind.objects.count() for kind in (Seen, Dismissed, DayDone)] == [0, 0, 0]
