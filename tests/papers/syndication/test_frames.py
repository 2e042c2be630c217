"""Frames: a stranger's view of a list, without script, form and cookie, in the only pages that may be framed."""

import html
import re
from urllib.parse import urlsplit

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml.html import document_fromstring

from orgs.models import FormerSlug
from papers.models import Collection, Item, OrganisationFollow, Paper, Vote
from tests.factories import PaperFactory

HOSTILE = '</title><script>alert(1)</script><img src=x onerror="a()"> & ]]> \u202egnol'


@pytest.fixture
def autumn(alice, lab):
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    Item.objects.add(alice, autumn, [PaperFactory(title="Quanta", organisation=lab, submitted_by=alice).pk])
    return autumn


def titles(answer) -> list[str]:
    return [heading.text_content() for heading in document_fromstring(answer.content).iter("h2")]


LISTS = {
    # path: (statements for a stranger, and for a 304)
    "/embed/papers": (3, 1),
    "/embed/papers/date/2025-09-10": (3, 1),
    "/embed/papers/trending?most=30": (3, 1),
    "/embed/papers?has=code": (11, 9),  # a rate limit, and a transaction of its own, with a limit on time
    "/embed/orgs/lab": (5, 3),
    "/embed/people/alice/upvoted": (4, 2),
    "/embed/collections/autumn": (4, 2),
}


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("rows", [1, 30])
def test_statements_do_not_grow_with_rows(lab, alice, stranger, path, rows):
    expected = (8, 6) if rows == 30 and "has=code" in path else LISTS[path]  # the first walk finds all rows among many
    alice.shows_votes = True
    alice.save()
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    for _ in range(rows):
        paper = PaperFactory(organisation=lab, code_url="https://example.org", submitted_by=alice)
        Item.objects.add(alice, autumn, [paper.pk])
        Vote.objects.make(alice, paper)
    stranger.get(path)
    caches["pages"].clear()
    with CaptureQueriesContext(connection) as statements:
        first = stranger.get(path)
    assert len(titles(first)) == min(rows, 30 if "most" in path else 10)
    assert len(statements) == expected[0], [s["sql"] for s in statements]
    with CaptureQueriesContext(connection) as statements:
        again = stranger.get(path, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert len(statements) == expected[1], [s["sql"] for s in statements]


@pytest.mark.parametrize("path", ["/embed/orgs/lab", "/embed/orgs/nobody", "/embed/papers?sort=best"])
def test_only_frames_may_be_framed(lab, alice, signed_in, path):
    headers = signed_in(alice).get(path).headers
    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "*",
    }
    assert "X-Frame-Options" not in headers


@pytest.mark.parametrize("path", ["/orgs/lab", "/about/embed", "/nowhere", "/embed/", "/sitemap.xml", "/robots.txt"])
def test_no_other_page_may_be_framed(lab, stranger, path):
    headers = stranger.get(path).headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"


def test_a_frame_has_no_script_form_or_cookie(autumn, alice, signed_in, stranger):
    for reader in (stranger, signed_in(alice)):
        answer = reader.get("/embed/orgs/lab")
        page = document_fromstring(answer.content)
        assert not [tag for name in ("script", "form", "input", "button", "style", "img") for tag in page.iter(name)]
        assert not [value for tag in page.iter() for name, value in tag.items() if name == "style" or name[:2] == "on"]
        assert answer.cookies == {}
        links = list(page.iter("a"))
        assert links
        assert {(link.get("target"), link.get("rel")) for link in links} == {("_blank", "noopener")}
        assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]


def test_it_is_drawn_as_for_a_stranger(autumn, alice, bob, signed_in, stranger):
    OrganisationFollow.objects.make(alice, autumn.items.get().paper.organisation)
    for path in ("/embed/papers", "/embed/orgs/lab", "/embed/collections/autumn"):
        assert signed_in(alice).get(path).content == stranger.get(path).content
        assert titles(stranger.get(path)) == ["Quanta"]


def test_what_is_hidden_is_not_there(autumn, alice, signed_in, stranger):
    for visibility, status in (("unlisted", 200), ("private", 404)):  # whoever has the link may read the first
        Collection.objects.update(visibility=visibility)
        for reader in (stranger, signed_in(alice)):
            answer = reader.get("/embed/collections/autumn")
            assert (answer.status_code, "Autumn" in answer.content.decode()) == (status, status == 200)
    alice.shows_submissions = False
    alice.save()
    for reader in (stranger, signed_in(alice)):
        assert titles(reader.get("/embed/people/alice/submitted")) == []
        for path in ("/embed/bookmarks", "/embed/papers/following", "/embed/papers/submit", "/embed/settings/data"):
            answer = reader.get(path)
            assert answer.status_code == 404
            assert "does not exist or is not public" in answer.content.decode()


def test_what_is_hidden_goes_at_once(autumn, stranger):
    assert stranger.get("/embed/collections/autumn").headers["Cache-Control"] == "public, no-cache"


def test_hostile_titles(lab, alice, stranger):
    lab.name = HOSTILE[:120]
    lab.save()
    lab.refresh_from_db()
    PaperFactory(title=HOSTILE + "x" * 400, organisation=lab, authors=[HOSTILE])
    page = document_fromstring(stranger.get("/embed/orgs/lab").content)
    assert not [tag for name in ("script", "img") for tag in page.iter(name)]
    assert page.findtext(".//title").startswith("</title><script>")
    assert [heading.text_content()[:17] for heading in page.iter("h2")] == ["</title><script>a"]
    code = snippet(stranger.get("/about/embed", {"list": "/orgs/lab"}))
    assert dict(document_fromstring(code).find(".//iframe").items())["title"] == lab.name


def test_whose_a_paper_is(lab, stranger):
    PaperFactory(title="A", authors=["Ada", "Grace", "Emmy", "Lise", "Marie"], organisation=lab)
    PaperFactory(title="B", authors=[], published_at="2024-01-02T00:00:00Z")
    lines = [
        " ".join(p.text_content().split()) for p in document_fromstring(stranger.get("/embed/papers").content).iter("p")
    ]
    assert lines[:2] == ["2 Jan 2024", "The Lab · Ada, Grace, Emmy and 2 more · 10 Sep 2025"]
    own = document_fromstring(stranger.get("/embed/orgs/lab").content).findtext(".//li/p")
    assert own == "Ada, Grace, Emmy and 2 more\xa0· "


def test_filters_orders_and_sizes(lab, stranger):
    for votes in range(12):
        PaperFactory(title=f"V{votes}", imported_votes=votes, code_url="https://example.org" if votes < 3 else "")
    assert titles(stranger.get("/embed/papers?sort=votes&most=2")) == ["V11", "V10"]
    assert titles(stranger.get("/embed/papers?has=code&sort=votes&older=x&export=csv")) == ["V2", "V1", "V0"]
    assert len(titles(stranger.get("/embed/papers"))) == 10
    page = document_fromstring(stranger.get("/embed/papers?q=has:code&look=dark&most=1").content)
    assert page.get("data-theme") == "dark"
    assert page.find(".//h1/a").get("href") == "/papers?has=code"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("most=31", "1 to 30"),
        ("most=x", "1 to 30"),
        ("look=pink", "look=dark"),
        ("sort=best", "Unknown order"),
        ("min_votes=x", "filter"),
    ],
)
def test_what_cannot_be_read_is_said_in_the_frame(paper, stranger, query, message):
    answer = stranger.get(f"/embed/papers?{query}")
    assert answer.status_code == 400
    assert message in answer.content.decode()


def test_a_frame_of_a_merged_organisation_shows_the_present_one(lab, stranger):
    FormerSlug.objects.create(slug="old-lab", organisation=lab)
    PaperFactory(title="Quanta", organisation=lab)
    assert "Quanta" in stranger.get("/embed/orgs/old-lab?most=3").content.decode()


def test_one_with_a_slash_behind_leads_to_the_frame(lab, stranger):
    assert stranger.get("/embed/orgs/lab/").headers["Location"] == "/embed/orgs/lab"


def snippet(answer) -> str:
    """The HTML that the page offers to copy."""
    return html.unescape(re.search(r'<pre[^>]*id="snippet"[^>]*>(.*?)</pre>', answer.content.decode(), re.DOTALL)[1])


def test_the_line_to_copy_frames_the_list_that_was_asked_for(lab, stranger):
    PaperFactory(title="With", organisation=lab, code_url="https://example.org")
    PaperFactory(title="Without", organisation=lab)
    link = document_fromstring(stranger.get("/orgs/lab?has=code").content).xpath("//a[text()='Embed this list']/@href")[
        0
    ]
    page = stranger.get(f"{link}&most=3&look=light")
    frame = document_fromstring(snippet(page)).find(".//iframe")
    assert frame.get("src") == "http://127.0.0.1:8000/embed/orgs/lab?has=code&most=3&look=light"
    assert frame.get("title") == "The Lab"
    assert titles(stranger.get(frame.get("src").removeprefix("http://127.0.0.1:8000"))) == ["With"]
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    example = document_fromstring(page.content).find(".//iframe").get("src")
    assert example == urlsplit(frame.get("src"))._replace(scheme="", netloc="").geturl()


@pytest.mark.parametrize("typed", ["/", "/papers", "http://127.0.0.1:8000/papers?look=dark"])
def test_a_list_is_named_by_any_form_of_its_address(paper, stranger, typed):
    assert 'src="http://127.0.0.1:8000/embed/papers"' in snippet(
        stranger.get("/about/embed", {"list": typed, "most": ""})
    )


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("/bookmarks", "No public list has this address"),
        ("/collections/autumn", "No public list has this address"),
        ("http://[", "No public list has this address"),
        ("", "required"),
        ("/papers?sort=best", "Unknown order"),
    ],
)
def test_what_is_no_list_for_everybody_is_said(autumn, alice, signed_in, typed, message):
    Collection.objects.update(visibility="private")
    answer = signed_in(alice).get("/about/embed", {"list": typed})
    assert (answer.status_code, message in answer.content.decode()) == (400, True)
    assert "<iframe" not in answer.content.decode()


def test_private_lists_do_not_offer_a_frame(autumn, alice, signed_in):
    reader = signed_in(alice)
    assert "Embed this list" in reader.get("/collections/autumn").content.decode()
    Collection.objects.update(visibility="private")
    assert "Embed this list" not in reader.get("/collections/autumn").content.decode()
    assert "Embed this list" not in reader.get("/orgs/lab/preview").content.decode()


def test_a_paper_that_changes_changes_the_etag(autumn, stranger):
    before = stranger.get("/embed/orgs/lab").headers["ETag"]
    Paper.objects.update(title="Another", revision=1)
    after = stranger.get("/embed/orgs/lab")
    assert (after.headers["ETag"] != before, titles(after)) == (True, ["Another"])
