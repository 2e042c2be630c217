"""The addresses of feeds, the statements of a request, and their caching."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from lxml import html

from orgs.models import FormerSlug
from papers.lists import catalogue
from papers.lists.query import feed_address
from papers.models import Collection, Item
from tests.factories import PaperFactory
from tests.papers.syndication.feeds import FORMS, read, statements_of_304

OPEN = [
    "/papers",
    "/papers/week",
    "/papers/month",
    "/papers/date/2025-09-10",
    "/papers/week/2025-W37",
    "/papers/month/2025-09",
    "/papers/trending",
    "/orgs/lab",
    "/people/alice",
    "/people/alice/submitted",
    "/people/alice/upvoted",
    "/people/alice/authored",
    "/collections/autumn",
]
OWN = ["/bookmarks", "/papers/following"]


def test_these_are_all_lists():
    names = {resolve(path).view_name for path in ("/", *OPEN, *OWN)}
    assert catalogue.names() - names == {"papers:similar", "papers:catch_up", "papers:dismissed"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", OPEN)
def test_a_feed_that_has_not_changed_costs_one_statement_and_no_template(everywhere, stranger, monkeypatch, path, form):
    """That of an organisation costs one more, by which its id is read, and the latest week's one for the latest day."""
    assert len(read(stranger.get(f"{path}.{form}").content, form).entries) == 1
    statements = statements_of_304(stranger, f"{path}.{form}", monkeypatch)
    assert len(statements) == (2 if path in {"/orgs/lab", "/papers/week", "/papers/month"} else 1), statements


def test_a_filter_is_counted_and_within_a_transaction_with_a_limit_on_time(everywhere, stranger, monkeypatch):
    statements = statements_of_304(stranger, "/papers.atom?min_votes=1&has=code", monkeypatch)
    assert [sql.split()[0] for sql in statements] == [
        *("INSERT", "SAVEPOINT", "SELECT", "SELECT", "WITH", "SELECT", "ROLLBACK", "RELEASE")
    ]


@pytest.mark.parametrize("rows", [1, 50])
def test_statements_do_not_grow_with_rows(lab, stranger, rows):
    for _ in range(rows):
        PaperFactory(organisation=lab)
    with CaptureQueriesContext(connection) as statements:
        assert len(read(stranger.get("/orgs/lab.atom").content, "atom").entries) == rows
    assert len(statements) == 5  # what there is; the organisation's id and name, the papers, their authors


@pytest.mark.parametrize("path", ["/orgs/lab", "/people/alice", "/collections/autumn"])
def test_another_name_is_another_feed(everywhere, lab, alice, stranger, path):
    before = stranger.get(f"{path}.atom")
    lab.name = alice.name = "Renamed"
    lab.save()
    alice.save()
    Collection.objects.update(name="Renamed")
    after = stranger.get(f"{path}.atom", headers={"if-none-match": before.headers["ETag"]})
    assert "Renamed" in read(after.content, "atom").title


def test_a_change_is_another_feed(everywhere, stranger):
    paths, seen = ["/papers.atom", "/collections/autumn.atom"], set()
    autumn = Collection.objects.get()
    everywhere.code_url = "https://example.org/new"
    for change in (
        lambda: None,
        everywhere.save,
        lambda: Item.objects.write_note(autumn.user, autumn, everywhere.pk, "A note", ""),
        lambda: Item.objects.add(autumn.user, autumn, [PaperFactory().pk]),
    ):
        change()
        seen |= {stranger.get(path).headers["ETag"] for path in paths}
    assert len(seen) == 2 + 2 + 1 + 2  # a note is in the collection alone


def test_filters_are_those_of_the_page(everywhere, stranger):
    other = PaperFactory(title="Zebras")
    for query, title in (
        ("org=lab", everywhere.title),
        ("q=zebras", other.title),
        ("before=2025-09-10&has=code", "Quanta"),
    ):
        feed = read(stranger.get(f"/papers.json?{query}").content, "json")
        assert [entry.title for entry in feed.entries] == [title]
        assert feed.link == f"http://127.0.0.1:8000/papers?{query}"
    assert feed.title == "Papers · Has: code · Listed until: 2025-09-10 · Broadsheet"


def test_an_address_that_is_not_normal_leads_to_the_one_that_is(everywhere, stranger):
    answer = stranger.get("/papers.atom?q=has:code&org=")
    assert (answer.status_code, answer.url) == (302, "/papers.atom?has=code")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("min_votes=many", "min_votes: Enter a number."),
        ("q=before:soon", "soon"),
        ("sort=best", "Unknown order “best”"),
        ("older=made-up", "damaged or out of date"),
    ],
)
def test_what_cannot_be_read_is_said(everywhere, stranger, query, message):
    answer = stranger.get(f"/papers.atom?{query}")
    assert answer.status_code == 400
    assert message in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    ["/papers/submit", "/nowhere", "/papers/2509.08721", "/orgs/none", "/people/none", "/collections/none", "/papers/",
     "/papers/date/2025-99-99", "/papers.atom", "/bookmarks", "/papers/following", "/feeds"],
)  # fmt: skip
@pytest.mark.parametrize("etag", ["", "*"])
def test_what_is_no_list_for_a_stranger_is_no_feed(everywhere, stranger, path, etag):
    answer = stranger.get(f"{path}.atom", headers={"if-none-match": etag})
    assert answer.status_code == 404
    assert "<feed" not in answer.content.decode()


def test_caches_keep_what_strangers_get_and_not_what_can_be_hidden(everywhere, feed_key, alice, stranger, signed_in):
    def cache_control(reader, path):
        answer = reader.get(path)
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.cookies == {}
        return answer.headers["Cache-Control"]

    assert (
        cache_control(stranger, "/papers.atom") == "public, max-age=60, stale-while-revalidate=600, stale-if-error=600"
    )
    for path in ("/people/alice/upvoted.atom", "/collections/autumn.json"):
        assert cache_control(stranger, path) == "public, no-cache"
    for path in (f"/bookmarks.rss?key={feed_key}", f"/papers.atom?key={feed_key}"):
        assert cache_control(stranger, path) == "private, no-cache"
    assert cache_control(signed_in(alice), "/papers.atom") == "private, no-cache"


@pytest.mark.parametrize("query", ["", "?min_votes=1", "?q=quanta&by=words", "?sort=newest"])
@pytest.mark.parametrize("path", ["/", *OPEN])
def test_the_page_leads_to_its_feeds(everywhere, alice, signed_in, path, query):
    reader = signed_in(alice)
    head = html.fromstring(reader.get(path + query).content).find("head")
    links = {link.get("type"): link.get("href") for link in head.xpath("link[@rel='alternate']")}
    assert set(links) == {FORMS["atom"], FORMS["json"]}
    path = {"/": "/papers", "/people/alice": "/people/alice/submitted"}.get(path, path)
    assert links[FORMS["atom"]] == f"{path}.atom{query}"
    for form in ("atom", "json"):
        assert len(read(reader.get(links[FORMS[form]]).content, form).entries) == 1


@pytest.mark.parametrize("path", OWN)
def test_a_page_of_ones_own_offers_no_address_that_readers_could_not_open(everywhere, alice, signed_in, path):
    page = html.fromstring(signed_in(alice).get(path).content)
    assert page.xpath("//link[@rel='alternate']") == []
    assert page.xpath("//a[@class='feed']/@href") == ["/feeds#yours"]


def test_what_only_looks_at_a_list_is_none_of_its_feed(everywhere, stranger):
    feed = stranger.get("/papers.json?utm_source=x&export=csv&min_votes=1").json()
    assert feed["home_page_url"].endswith("/papers?min_votes=1")


def test_a_feed_of_words_has_every_one_of_them(everywhere, stranger):
    PaperFactory(title="Protein folding")
    PaperFactory(title="Protein shakes")
    assert [item["title"] for item in stranger.get("/papers.json?q=protein+folding").json()["items"]] == [
        "Protein folding"
    ]
    assert stranger.get("/papers.json?q=quantum+chromodynamics").json()["items"] == []


def test_a_page_of_older_papers_leads_to_the_same_feed(everywhere, stranger):
    for _ in range(30):
        PaperFactory()
    page = html.fromstring(stranger.get("/papers/trending").content)
    (older,) = page.xpath("//li[@class='older']/a/@href")
    (feed,) = html.fromstring(stranger.get(f"/papers/trending{older}").content).xpath("//a[@class='feed']/@href")
    assert feed == "/papers/trending.atom"


def test_an_order_of_the_pages_own_is_left_out():
    assert feed_address("/bookmarks?sort=saved&has=code", "json") == "/bookmarks.json?has=code"
    assert feed_address("/papers?sort=discussed&older=x&export=csv", "rss") == "/papers.rss?sort=discussed"
    assert feed_address("/", "atom", "k") == "/papers.atom?key=k"


def test_a_former_slug_is_the_present_list(everywhere, lab, stranger):
    FormerSlug.objects.create(slug="old", organisation=lab)
    old, present = (stranger.get(f"/orgs/{slug}.json").json() for slug in ("old", "lab"))
    assert (old["title"], old["items"]) == (present["title"], present["items"])
    assert old["items"] != []


def test_no_address_leads_to_another_site(paper, stranger):
    answer = stranger.get("http://127.0.0.1//evil.example/papers.atom?q=%20")
    assert (answer.status_code, answer.headers.get("Location", "")) == (404, "")


def test_a_feed_leads_to_the_page_that_it_was_found_at(alice, stranger):
    PaperFactory(submitted_by=alice)
    for path in ("/people/alice", "/people/alice/submitted"):
        assert json.loads(stranger.get(f"{path}.json").content)["home_page_url"].endswith(path)
