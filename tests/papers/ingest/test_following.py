"""Following another site: which lists are requested when, conditional requests, and whose votes and comments count."""

from datetime import date, timedelta

import httpx2
import pytest
from django.utils import timezone

from papers.ingest import following, hub, tasks
from papers.ingest.client import Client, FetchError, TemporaryError
from papers.ingest.save import ImportCounts, save
from papers.models import Fetched, Paper, SiteCount, Vote
from papers.models.fetched import dump_address
from papers.sites import HUB
from tests.factories import UserFactory
from tests.papers.ingest.followed import Site, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]
NOON = "2025-09-11T12:00:00Z"


@pytest.fixture
def site(time_machine):
    time_machine.move_to(NOON, tick=False)
    return Site()


def days(site) -> list[str]:
    """The days of the lists that were requested since the last call, and forgets them."""
    requested, site.requests = site.requests, []
    return [request.url.params["date"] for request in requested]


def test_a_first_run_fetches_thirty_days_the_latest_first(site):
    site.lists["2025-09-11"], site.lists["2025-08-13"] = [row("2509.00001")], [row("2508.00001")]
    site.lists["2025-08-12"] = [row("2508.00002")]
    assert site.follow() == ImportCounts(new=2)
    expected = [str(date(2025, 9, 11) - timedelta(days=age)) for age in range(30)]
    assert days(site) == expected


def test_younger_lists_are_fetched_more_often(site, time_machine):
    site.follow()
    days(site)
    site.follow()
    assert days(site) == ["2025-09-11", "2025-09-10"]
    time_machine.move_to("2025-09-12T12:00:00Z", tick=False)
    site.follow()
    assert days(site) == [
        "2025-09-12",
        "2025-09-11",
        "2025-09-10",
        "2025-09-09",
        "2025-09-08",
        "2025-09-07",
        "2025-09-06",
    ]
    time_machine.move_to("2025-09-18T12:00:00Z", tick=False)
    site.follow()
    assert days(site)[-1] == "2025-08-20"


def test_days_that_were_missed_are_made_up_for(site, time_machine):
    site.follow()
    days(site)
    site.lists["2025-09-15"] = [row("2509.00001")]
    time_machine.move_to("2025-09-20T12:00:00Z", tick=False)
    assert site.follow() == ImportCounts(new=1)
    assert {"2025-09-12", "2025-09-13", "2025-09-14", "2025-09-15"} <= set(days(site))


def test_what_has_not_changed_is_not_sent_again(site):
    site.lists["2025-09-11"] = [row("2509.00001", votes=1)]
    site.follow()
    assert not any("If-None-Match" in request.headers for request in site.requests)
    site.requests.clear()
    assert site.follow() == ImportCounts()
    assert [site.status(request) for request in site.requests] == [304, 304]
    site.lists["2025-09-11"] = [row("2509.00001", votes=5)]
    assert site.follow() == ImportCounts(changed=1)
    assert Paper.objects.get().vote_count == 5


def test_pages_after_one_that_has_not_changed_are_still_read(site):
    site.lists["2025-09-11"] = [row(f"2509.{n:05}") for n in range(1, 151)]
    assert site.follow() == ImportCounts(new=150)
    site.lists["2025-09-11"][120] = row("2509.00121", votes=3)
    assert site.follow() == ImportCounts(changed=1, unchanged=49)
    site.lists["2025-09-11"].append(row("2509.00999"))
    assert site.follow() == ImportCounts(new=1, unchanged=50)


def test_a_full_page_without_a_next_one_is_requested_as_a_whole(site):
    site.lists["2025-09-11"] = [row(f"2509.{n:05}") for n in range(1, 101)]
    site.follow()
    site.lists["2025-09-11"].append(row("2509.00999"))  # the first page stays what it was
    assert site.follow() == ImportCounts(new=1, unchanged=100)


def test_a_list_that_broke_off_is_requested_again_as_a_whole(site, time_machine):
    broken = "2025-09-05"
    site.lists[broken] = [row(f"2509.{n:05}") for n in range(1, 151)]
    site.failing = {(broken, "1"): 400}
    with pytest.raises(FetchError, match="400"):
        site.follow()
    assert Paper.objects.count() == 100
    assert not Fetched.objects.filter(address__contains=broken).exists()
    site.failing = {}
    assert site.follow() == ImportCounts(new=50, unchanged=100)


def test_one_unreadable_list_costs_no_other_but_a_busy_site_is_left_alone(site):
    site.lists["2025-09-09"] = [row("2509.00001")]
    site.failing = {("2025-09-10", "0"): 404}
    with pytest.raises(FetchError, match="date=2025-09-10"):
        site.follow()
    assert Paper.objects.count() == 1
    site.requests.clear()
    site.failing = {("2025-09-10", "0"): 429}
    with pytest.raises(TemporaryError):
        site.follow()
    assert set(days(site)) == {"2025-09-11", "2025-09-10"}


def test_another_broadsheet_is_followed_by_its_own_clock(site, settings, time_machine):
    settings.HUB_URL = site.address = "https://papers.example.org"
    time_machine.move_to("2025-09-11T02:00:00Z", tick=False)  # at the Hub, the day has begun already
    site.follow()
    assert str(site.requests[0].url) == hub.list_url("https://papers.example.org", date(2025, 9, 11))
    settings.HUB_URL = HUB
    assert following.due(HUB, timezone.now())[0] == hub.list_url(HUB, date(2025, 9, 11))


def test_every_site_counts_once_and_own_votes_never_as_imported(site, settings):
    settings.HUB_URL = site.address = "https://papers.example.org"
    votes = {HUB: 10, "https://papers.example.org": 2, "https://other.example.org": 3, settings.BASE_URL: 40}
    comments = {HUB: 1, "https://papers.example.org": 1, settings.BASE_URL: 7}
    site.lists["2025-09-11"] = [row("2509.00001", votes=55, upvotesBySite=votes, commentsBySite=comments)]
    site.follow()
    paper = Paper.objects.get()
    assert (paper.imported_votes, paper.imported_comments) == (15, 2)
    assert dict(SiteCount.objects.values_list("site", "votes")) == {
        "https://papers.example.org": 2,
        "https://other.example.org": 3,
    }
    Vote.objects.make(UserFactory(), paper)
    site.lists["2025-09-11"] = [row("2509.00001", upvotesBySite=votes | {HUB: 4}, commentsBySite=comments)]
    site.follow()
    paper.refresh_from_db()
    assert (paper.imported_votes, paper.vote_count, paper.comment_count) == (9, 10, 2)


def test_a_site_that_does_not_say_whose_votes_they_are_is_a_mirror_of_the_hub(site, settings):
    save([hub.record(row("2509.00001", votes=5, numComments=1), HUB)])
    settings.HUB_URL = site.address = "https://mirror.example.org"
    site.lists["2025-09-11"] = [row("2509.00001", votes=6, numComments=2)]
    site.follow()
    paper = Paper.objects.get()
    assert (paper.imported_votes, paper.vote_count, paper.imported_comments) == (6, 6, 2)
    assert not SiteCount.objects.exists()


class Unusual(Site):
    """The list of the day in `next_pages` names these as its next pages, by the number of the page."""

    def _answer(self, request):
        response = super()._answer(request)
        day, name = self.next_pages
        if request.url.params["date"] == day:
            page = name(int(request.url.params.get("p", "0")))
            response.headers["Link"] = f'<{self.address}/api/daily_papers?date={day}&limit=100&p={page}>; rel="next"'
        return response


@pytest.mark.parametrize(
    ("name", "words", "requests"),
    [
        (lambda page: page + 1, f"{following.MAX_PAGES} pages of its list came before it", following.MAX_PAGES),
        (lambda page: f"1&cursor={'x' * 500}", "more than 500 characters", 1),
    ],
)
def test_a_list_without_end_or_with_an_endless_address_costs_no_other(time_machine, name, words, requests):
    time_machine.move_to(NOON, tick=False)
    site = Unusual()
    site.next_pages = "2025-09-10", name
    site.lists["2025-09-09"] = [row("2509.00001")]
    with pytest.raises(FetchError, match=words):
        site.follow()
    assert Paper.objects.count() == 1
    assert days(site).count("2025-09-10") == requests
    assert not Fetched.objects.filter(address__contains="2025-09-10").exists()


def test_pages_that_are_not_requested_any_more_are_forgotten_and_dumps_are_not(site, time_machine):
    once = f"{HUB}/api/daily_papers?date=2025-09-11&cursor=abc"
    dump = dump_address("https://papers.example.org", "2025-08")
    Fetched.objects.keep([Fetched(address=once), Fetched(address=dump)])
    time_machine.move_to("2025-11-09T12:00:00Z", tick=False)
    site.follow()
    assert Fetched.objects.filter(address=once).exists()
    time_machine.move_to("2025-11-11T12:00:00Z", tick=False)
    site.follow()
    left = set(Fetched.objects.values_list("address", flat=True))
    assert once not in left
    assert {dump, hub.list_url(HUB, date(2025, 11, 11)), hub.list_url(HUB, date(2025, 10, 11))} <= left


def test_the_site_that_is_followed_may_be_on_this_machine_at_a_port(site, settings):
    settings.HUB_URL = site.address = "http://127.0.0.1:8123"
    client = Client(httpx2.MockTransport(site.respond))
    assert client.get("http://127.0.0.1:8123/api/daily_papers?date=2025-09-11").body == b"[]"
    for url in ("http://127.0.0.1:8124/", "https://127.0.0.1:8123/", "http://127.0.0.1/", "http://localhost:8123/"):
        with pytest.raises(FetchError, match="is not fetched"):
            client.get(url)


def test_the_job_follows_the_site_of_the_settings(site, settings, monkeypatch, caplog):
    settings.HUB_URL = site.address = "https://papers.example.org"
    site.lists["2025-09-11"] = [row("2509.00001")]
    monkeypatch.setattr(tasks, "Client", lambda: site.client)
    tasks.import_hub(timestamp=0)
    assert "From https://papers.example.org: 1 new, 0 changed, 0 unchanged" in caplog.text
