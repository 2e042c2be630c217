"""The content of feeds in all formats: valid, independent of the host, and safe with hostile texts."""

from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.contrib import admin
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from papers.admin import PaperAdmin
from papers.lists.query import feed_address
from papers.models import Author, Bookmark, Collection, Comment, Content, Item, Paper, Vote
from papers.paper.summary import summarise
from papers.syndication import feeds, formats
from tests.factories import NOON, OrganisationFactory, PaperFactory
from tests.papers.syndication.feeds import FORMS, read

LATER = NOON + timedelta(days=3)
HOSTILE = [
    "]]> and <![CDATA[",
    "<script>alert(1)</script>",
    "a < b & c > d &amp; &#0; &nbsp;",
    "bell \x07, escape \x1b, delete \x7f, next line \x85, no characters \ufffe\uffff",
    "\u202etxet desrever\u202c \u2066isolated\u2069 \u200b",
    "\"quoted\" 'twice' `thrice`",
    "😀 𝔸 é e\u0301 漢字",
    "$\\alpha_i^2$ and $\\frac{a}{b}$ and $$\\sum_i x_i$$ and \\emph{this}",
    "t" * 500,
    "]]>" * 166,
]


@pytest.fixture(params=FORMS)
def form(request):
    return request.param


@pytest.fixture
def paper(lab):
    """A paper with a value for every element of an entry, last changed at noon."""
    return PaperFactory(
        arxiv_id="2509.08721",
        title="On $\\alpha$-stars",
        abstract="We show that $x_i^2 < \\beta$ & more.\nIt is \\emph{not} easy.",
        organisation=lab,
        authors=[f"Author {n}" for n in range(13)],
        categories=["cs.CL"],
        keywords=["stars", "cs.CL"],
        code_url="https://example.org/code?a=1&b=2",
        changed_at=NOON,
    )


def feed_at(reader, path, form):
    answer = reader.get(path.replace("*", form))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"{FORMS[form]}; charset=utf-8"
    return read(answer.content, form)


def test_an_entry_tells_all_there_is(paper, stranger, form):
    feed = feed_at(stranger, "/papers.*", form)
    (entry,) = feed.entries
    assert feed.title == "Papers · Broadsheet"
    assert (entry.title, entry.id) == ("On α-stars", "https://arxiv.org/abs/2509.08721")
    assert entry.link == "http://127.0.0.1:8000/papers/2509.08721"
    assert entry.tags == ("cs.CL", "stars")
    text = unescape(entry.html)
    assert "Author 0, Author 1" in text
    assert "Author 9 and 3 more · The Lab" in text
    assert "We show that x_i^2 < β & more. It is not easy." in text
    for url in ("https://arxiv.org/abs/2509.08721", "https://arxiv.org/pdf/2509.08721", paper.code_url):
        assert f'href="{url}"' in text
    assert entry.published in {"2025-09-10T12:00:00Z", "Wed, 10 Sep 2025 12:00:00 GMT"}


def test_the_latest_first_and_fifty(db, stranger, form):
    for day in range(52):
        PaperFactory(title=f"Of day {day}", listed_at=NOON + timedelta(days=day))
    titles = [entry.title for entry in feed_at(stranger, "/papers.*", form).entries]
    assert titles == [f"Of day {day}" for day in range(51, 1, -1)]


@pytest.mark.parametrize("path", ["/papers", "/papers/week", "/papers/trending", "/orgs/lab", "/people/alice/upvoted"])
def test_an_empty_feed_is_one(lab, stranger, form, path):
    feed = feed_at(stranger, f"{path}.*", form)
    assert feed.entries == ()
    assert feed.title.endswith(" · Broadsheet")
    assert feed.updated in {"1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT", ""}


def test_a_note_stands_with_its_paper_and_maths_in_it_is_text(paper, alice, stranger, form):
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    Item.objects.add(alice, autumn, [paper.pk])
    Item.objects.write_note(
        alice, autumn, paper.pk, "Read **this** for $\\beta_i$ \x07 [here](https://example.org)", ""
    )
    (entry,) = feed_at(stranger, "/collections/autumn.*", form).entries
    text = entry.html
    assert "Read <strong>this</strong> for β_i" in text
    assert "<math" not in text


def test_a_withdrawn_paper_says_so(paper, stranger, form):
    Paper.objects.update(withdrawn_at=LATER)
    Paper.objects.update(changed_at=LATER)
    (entry,) = feed_at(stranger, "/papers.*", form).entries
    assert "This paper was withdrawn." in entry.html


def test_ids_are_the_same_whatever_the_host(paper, stranger, settings):
    before = feed_at(stranger, "/papers.*", "atom")
    settings.BASE_URL = "https://papers.example.org"
    after = feed_at(stranger, "/papers.*", "atom")
    assert after.entries[0].link == "https://papers.example.org/papers/2509.08721"
    assert (after.id, after.entries[0].id) == (before.id, before.entries[0].id)


def test_ids_tell_feeds_apart(paper, alice, bob, signed_in):
    reader = signed_in(alice)
    paths = ["/papers", "/papers?has=code", "/papers/trending", "/orgs/lab", "/bookmarks", "/papers/following"]
    ids = {feed_at(reader, feed_address(path, "atom"), "atom").id for path in paths}
    ids.add(feed_at(signed_in(bob), "/bookmarks.atom", "atom").id)
    assert len(ids) == len(paths) + 1


@pytest.mark.parametrize("what", ["Vote", "Bookmark"])
def test_a_vote_moves_nothing(paper, alice, stranger, form, what):
    before = stranger.get(f"/papers.{form}")
    {"Vote": Vote.objects.make, "Bookmark": Bookmark.objects.make}[what](alice, paper)
    after = stranger.get(f"/papers.{form}")
    assert (after.content, after.headers["ETag"]) == (before.content, before.headers["ETag"])


@pytest.mark.parametrize("outcome", ["works", "fails"])
def test_a_report_of_reproduction_is_said_and_makes_nothing_newer(paper, alice, stranger, form, outcome):
    before = stranger.get(f"/papers.{form}")
    report = Comment.objects.post(alice, paper, Content("I ran it.", "partly"))
    assert "<p>Partly reproduced by 1</p>" in feed_at(stranger, "/papers.*", form).entries[0].html
    report.edit(alice, Content("I ran it.", outcome), 0)
    after = stranger.get(f"/papers.{form}", headers={"if-none-match": before.headers["ETag"]})
    entry = read(after.content, form).entries[0]
    assert {"works": "<p>Reproduced by 1</p>", "fails": "<p>Reproduction failed for 1</p>"}[outcome] in entry.html
    assert entry.updated == read(before.content, form).entries[0].updated


def test_updated_is_when_something_was(paper, stranger):
    assert feed_at(stranger, "/papers.*", "atom").updated == "2025-09-10T12:00:00Z"
    Paper.objects.update(changed_at=LATER)
    feed = feed_at(stranger, "/papers.*", "atom")
    assert (feed.entries[0].published, feed.entries[0].updated) == ("2025-09-10T12:00:00Z", "2025-09-13T12:00:00Z")
    assert feed.updated == "2025-09-13T12:00:00Z"
    PaperFactory(changed_at=NOON, listed_at=NOON + timedelta(days=1))
    assert feed_at(stranger, "/papers.*", "atom").updated == "2025-09-13T12:00:00Z"


def test_text_that_is_mended_by_hand_is_feed_at(paper, alice, stranger, rf):
    before = stranger.get("/papers.atom").headers["ETag"]
    request = rf.post("/admin/papers/paper/")
    request.user = alice
    site = PaperAdmin(Paper, admin.site)
    form = site.get_form(request, paper)({"title": "Mended"}, instance=paper)
    paper.title = "Mended"
    form.changed_data = ["title"]
    site.save_model(request, paper, form, change=True)
    answer = stranger.get("/papers.atom", headers={"if-none-match": before})
    (entry,) = read(answer.content, "atom").entries
    assert entry.title == "Mended"
    assert entry.updated > entry.published


def test_what_comes_into_a_list_is_as_new_as_that(paper, alice, stranger, time_machine):
    alice.shows_votes = True
    alice.save()
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    time_machine.move_to(LATER, tick=False)
    Item.objects.add(alice, autumn, [paper.pk])
    Vote.objects.make(alice, paper)
    time_machine.move_to(LATER + timedelta(days=1), tick=False)
    newer = PaperFactory(listed_at=NOON - timedelta(days=30), changed_at=NOON)
    Item.objects.add(alice, autumn, [newer.pk])
    Vote.objects.make(alice, newer)
    for path in ("/collections/autumn", "/people/alice/upvoted"):
        entries = feed_at(stranger, f"{path}.*", "atom").entries
        assert [entry.updated for entry in entries] == ["2025-09-14T12:00:00Z", "2025-09-13T12:00:00Z"], path
        assert [entry.published for entry in entries] == [entry.updated for entry in entries]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_hostile_breaks_nothing(text, alice, stranger, form):
    organisation = OrganisationFactory(slug="hostile", name=text[:120])
    paper = PaperFactory(
        title=text,
        abstract=(text * 5_000)[:5_000],
        organisation=organisation,
        authors=[text[:200]],
        keywords=[text[:120]],
        code_url="https://example.org/?a=1&b=]]>",
    )
    collection = Collection.objects.create(key="shelf", name=text[:120], user=alice, visibility="public")
    Item.objects.add(alice, collection, [paper.pk])
    Item.objects.write_note(alice, collection, paper.pk, text, "")
    for path in ("/papers", "/orgs/hostile", "/collections/shelf"):
        (entry,) = feed_at(stranger, f"{path}.*", form).entries
        assert entry.title
        assert not {"script", "math"} & {element.tag for element in html.fragment_fromstring(entry.html, "div").iter()}
        assert not set("\u202e\u2066\x07\x1b") & set(entry.title)


@given(title=st.text(max_size=500), abstract=st.text(max_size=500), note=st.text(max_size=100), name=st.text())
def test_any_text_makes_a_feed(title, abstract, note, name):
    paper = Paper(arxiv_id="2509.08721", title=title, abstract=abstract, keywords=[name], changed_at=NOON)
    entry = feeds.entry_of(replace(summarise(paper, [Author(name=name)]), note=note), NOON)
    feed = formats.Feed(
        "urn:uuid:0", "Papers", "http://x.example/papers", "http://x.example/papers.atom", [entry], "Papers."
    )
    for form in FORMS:
        assert len(read(formats.FORMATS[form].write(feed), form).entries) == 1
