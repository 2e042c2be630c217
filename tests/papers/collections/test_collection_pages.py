"""The pages of collections: who reads and finds them, what they show, editing, and adding from any row."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgs.models import Membership
from orgs.roles import Role
from papers.models import Collection, CollectionFollow, Item
from papers.models.collection import Visibility
from tests.factories import PaperFactory
from tests.papers.collections.shelf import order, shelf


@pytest.mark.parametrize("visibility", Visibility)
@pytest.mark.parametrize("of_lab", [True, False])
def test_who_reads_and_who_finds(alice, bob, carol, lab, four, signed_in, stranger, visibility, of_lab):
    Membership.objects.create(organisation=lab, user=carol, role=Role.ADMIN)
    collection = shelf(lab if of_lab else alice, papers=four, visibility=visibility, description="Secret plans")
    url, is_open = collection.get_absolute_url(), visibility != Visibility.PRIVATE
    readers = {"stranger": stranger} | {p.username: signed_in(p) for p in (alice, bob, carol)}
    insiders = {"alice", "bob", "carol"} if of_lab else {"alice"}
    editors = {"alice", "carol"} if of_lab else {"alice"}
    for name, reader in readers.items():
        may_read = is_open or name in insiders
        for path in (url, f"{url}?export=csv", f"{url}?q=paper"):
            assert reader.get(path).status_code == (200 if may_read else 404), (name, path)
        assert ("Secret plans" in reader.get(url).content.decode()) is may_read
        assert (collection.key in reader.get("/collections").content.decode()) is (visibility == Visibility.PUBLIC)
        expected = 200 if name in editors else 302 if name == "stranger" else 403 if may_read else 404
        assert reader.get(f"{url}/edit").status_code == expected, name
        assert reader.get(f"{url}/arrange").status_code == expected, name


def test_an_unlisted_one_is_kept_out_of_search_engines(alice, four, stranger):
    url = shelf(alice, papers=four, visibility=Visibility.UNLISTED).get_absolute_url()
    assert '<meta name="robots" content="noindex">' in stranger.get(url).content.decode()


def test_what_a_person_hides_is_in_no_list(alice, four, stranger):
    collection = shelf(alice, papers=four, visibility=Visibility.PUBLIC)
    assert collection.key in stranger.get("/collections").content.decode()
    alice.shows_collections = False
    alice.save()
    assert collection.key not in stranger.get("/collections").content.decode()


def test_the_page_is_a_list_with_notes_in_its_own_order(alice, four, stranger):
    collection = shelf(alice, papers=four, visibility=Visibility.PUBLIC)
    Item.objects.write_note(alice, collection, four[0].pk, "**Begin** <here>", "")
    page = stranger.get(collection.get_absolute_url()).content.decode()
    assert re.findall(r"<h2><a[^>]*>(.*?)</a>", page) == list("ABCD")
    assert "<strong>Begin</strong> &lt;here&gt;" in page
    filtered = stranger.get(f"{collection.get_absolute_url()}?min_votes=1").content.decode()
    assert 'class="card"' not in filtered


def test_a_change_of_a_note_changes_the_etag(alice, four, stranger):
    collection = shelf(alice, papers=four, visibility=Visibility.PUBLIC)
    before = stranger.get(collection.get_absolute_url()).headers["ETag"]
    Item.objects.write_note(alice, collection, four[0].pk, "New", "")
    assert stranger.get(collection.get_absolute_url()).headers["ETag"] != before


@pytest.mark.parametrize("form", ["bibtex", "ris", "csl", "csv"])
def test_files_have_the_notes_and_all_papers(alice, four, stranger, monkeypatch, form):
    monkeypatch.setattr("papers.lists.exports.BATCH", 2)
    collection = shelf(alice, papers=four, visibility=Visibility.PUBLIC)
    Item.objects.write_note(alice, collection, four[0].pk, "Read this first", "")
    text = stranger.get(f"{collection.get_absolute_url()}?export={form}").content.decode()
    assert text.count("Read this first") == 1
    assert all(paper.arxiv_id in text for paper in four)


def test_a_page_of_many(alice, signed_in, stranger):
    papers = [PaperFactory() for _ in range(33)]
    collection = shelf(alice, papers=papers, visibility=Visibility.PUBLIC)
    first = stranger.get(collection.get_absolute_url()).content.decode()
    older = re.search(r'href="([^"]*older=[^"]*)"', first)[1].replace("&amp;", "&")
    second = stranger.get(f"{collection.get_absolute_url()}{older}").content.decode()
    assert (first.count('class="card"'), second.count('class="card"')) == (30, 3)


def new(reader, **fields):
    return reader.act("/collections/new", {"name": "Autumn", "description": "", "visibility": "public"} | fields)


def test_a_new_one_by_the_form(alice, lab, signed_in):
    reader = signed_in(alice)
    assert new(reader, description="**Why**").url == Collection.objects.get(user=alice).get_absolute_url()
    assert new(reader, owner="lab").url == Collection.objects.get(organisation=lab).get_absolute_url()
    again = new(reader, name="AUTUMN", description="Typed")
    assert again.status_code == 400
    assert "A collection named" in again.content.decode()
    assert "Typed" in again.content.decode()


def test_only_for_organisations_that_one_may_keep_for(bob, lab, signed_in):
    answer = new(signed_in(bob), owner="lab")
    assert answer.status_code == 302  # the field is not his to fill
    assert Collection.objects.get().user == bob


def test_who_was_overtaken_is_told_and_loses_nothing(alice, signed_in):
    collection = shelf(alice)
    reader, url = signed_in(alice), f"{collection.get_absolute_url()}/edit"
    base = reader.get(url).context["form"]["base"].value()
    form = {"name": "Autumn", "visibility": "private", "base": base}
    assert reader.act(url, form | {"description": "First", "visibility": "unlisted"}).status_code == 302
    late = reader.act(url, form | {"description": "Second"})
    page = late.content.decode()
    assert late.status_code == 409
    assert page.count("This was changed to") == 1
    assert "This was changed to “First”" in page
    assert ">\nSecond</textarea>" in page
    base = late.context["form"].data["base"]
    assert reader.act(url, form | {"description": "Second", "base": base}).status_code == 302
    collection.refresh_from_db()
    assert (collection.description, collection.visibility) == ("Second", "unlisted")  # which was not touched here


def test_nobody_follows_what_becomes_private(alice, bob, signed_in):
    collection = shelf(alice, visibility=Visibility.PUBLIC)
    CollectionFollow.objects.make(bob, collection)
    form = {"name": "Autumn", "description": "", "visibility": "private", "base": ""}
    reader = signed_in(alice)
    form["base"] = reader.get(f"{collection.get_absolute_url()}/edit").context["form"]["base"].value()
    assert reader.act(f"{collection.get_absolute_url()}/edit", form).status_code == 302
    collection.refresh_from_db()
    assert (collection.is_private, collection.follower_count, CollectionFollow.objects.count()) == (True, 0, 0)


def test_a_new_logo_of_the_owner_changes_the_etag(alice, lab, four, stranger):
    collection = shelf(lab, papers=four, visibility=Visibility.PUBLIC)
    for path in (collection.get_absolute_url(), "/collections"):
        before = stranger.get(path).headers["ETag"]
        lab.save()
        assert stranger.get(path).headers["ETag"] != before


def test_a_note_that_somebody_else_changed_is_shown(alice, four, signed_in):
    collection = shelf(alice, papers=four)
    url = f"{collection.get_absolute_url()}/note/{four[0].arxiv_id}"
    reader = signed_in(alice)
    assert reader.act(url, {"note": "One\r\nmore", "was": ""}).url.endswith(f"#row-{four[0].pk}")
    assert reader.act(url, {"note": "One\nmore", "was": ""}).status_code == 302  # twice is once
    late = reader.act(url, {"note": "Mine", "was": ""})
    assert late.status_code == 409
    assert "This was changed to “One\nmore”" in late.content.decode()
    assert "Mine</textarea>" in late.content.decode()
    assert reader.act(url, {"note": "Mine", "was": "One\r\nmore"}).status_code == 302
    assert collection.items.get(paper=four[0]).note == "Mine"


def test_a_note_that_is_too_long_is_kept_in_the_form(alice, four, signed_in):
    collection = shelf(alice, papers=four)
    answer = signed_in(alice).act(
        f"{collection.get_absolute_url()}/note/{four[0].arxiv_id}", {"note": "n" * 2001, "was": ""}
    )
    assert answer.status_code == 400
    assert "n" * 2001 in answer.content.decode()
    assert "at most 2000 characters" in answer.content.decode()


def test_merging_and_deleting_through_the_page(alice, four, signed_in):
    source, target = shelf(alice, papers=four[:2]), shelf(alice, "Winter", papers=four[2:])
    reader = signed_in(alice)
    assert reader.act(f"{source.get_absolute_url()}/merge", {"into": source.key}).status_code == 400
    assert reader.act(f"{source.get_absolute_url()}/merge", {"into": target.key}).url == target.get_absolute_url()
    assert order(target) == list("CDAB")
    for _ in range(2):
        assert reader.act(f"{target.get_absolute_url()}/delete").url == "/collections/mine"
    assert Collection.objects.count() == 0


def test_nothing_moves_into_what_is_somebody_elses(alice, bob, four, signed_in):
    mine = shelf(alice, papers=four)
    theirs, secret = shelf(bob, "Open", visibility=Visibility.PUBLIC), shelf(bob, "Secret")
    reader = signed_in(alice)
    for verb in ("merge", "transfer"):
        data = {"paper": four[0].arxiv_id}
        assert reader.act(f"{mine.get_absolute_url()}/{verb}", data | {"into": theirs.key}).status_code == 403
        assert reader.act(f"{mine.get_absolute_url()}/{verb}", data | {"into": secret.key}).status_code == 404
    assert (order(mine), order(theirs), order(secret)) == (list("ABCD"), [], [])


def test_the_panel_of_a_row(alice, bob, lab, four, signed_in):
    inside, outside = shelf(alice, papers=four[:1]), shelf(lab, "Winter")
    shelf(bob, "Bob's")
    panel = signed_in(alice).get(f"/papers/{four[0].arxiv_id}/collections", headers={"hx-request": "true"})
    html = panel.content.decode()
    pressed = dict(re.findall(r'value="([^"]*)" formaction="[^"]*"[^>]*aria-pressed="(\w+)"', html))
    assert pressed == {inside.key: "true", outside.key: "false"}
    assert "<html" not in html
    assert "Bob&#x27;s" not in html


def test_a_paper_is_marked_for_those_who_may_take_it_out(alice, bob, lab, four, signed_in):
    removed = shelf(bob, papers=four[:1])
    Item.objects.remove(bob, removed, [four[0].pk])
    shelf(bob, "Winter", papers=four[1:2])
    shelf(lab, papers=four[2:3], visibility=Visibility.PUBLIC)
    for person, marked in ((alice, "C"), (bob, "B")):
        reader = signed_in(person)
        cards = re.findall(r'<li class="card".*?</li>', reader.get("/papers/trending").content.decode(), re.DOTALL)
        filled = {re.search("data-live[^>]*>([ABCD])<", card)[1] for card in cards if "In a collection" in card}
        assert (len(cards), filled) == (4, {marked})
        for paper in four:
            page = reader.get(paper.path).content.decode()
            assert ("In a collection" in page) is (paper.title == marked)


def test_the_same_as_a_page_leads_back(alice, four, signed_in):
    reader = signed_in(alice)
    came = {"referer": "http://127.0.0.1/papers/trending?has=code"}
    page = reader.get(f"/papers/{four[0].arxiv_id}/collections", headers=came).content.decode()
    assert 'name="next" value="/papers/trending?has=code"' in page
    answer = reader.act(f"/papers/{four[0].arxiv_id}/collections/begin", {"name": "New", "next": "/papers/trending"})
    assert answer.url == "/papers/trending"
    assert order(Collection.objects.get(name="New")) == ["A"]
    form = reader.get(f"/papers/{four[0].arxiv_id}/collections", headers={"referer": "https://evil.example/"})
    assert 'name="next" value="/papers"' in form.content.decode()


def test_a_stranger_is_led_to_sign_in_and_back_to_the_list(four, stranger):
    came = {"referer": "http://127.0.0.1/papers/trending"}
    url = f"/papers/{four[0].arxiv_id}/collections"
    assert stranger.get(url, headers=came).url == "/accounts/login/?next=/papers/trending"
    answer = stranger.get(url, headers=came | {"hx-request": "true"})
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=/papers/trending"


def test_arranging_page_by_page(alice, signed_in, monkeypatch):
    monkeypatch.setattr("papers.collections.views.items.ROWS", 3)
    papers = [PaperFactory() for _ in range(7)]
    collection = shelf(alice, papers=papers)
    shelf(alice, "Another with the same papers", papers=papers[::-1])
    reader, url = signed_in(alice), f"{collection.get_absolute_url()}/arrange"
    first = reader.get(url).content.decode()
    older = re.search(r'href="(\?older=[^"]*)"', first)[1]
    second = reader.get(url + older).content.decode()
    assert re.findall(r'data-paper="(.*?)"', second) == [paper.arxiv_id for paper in papers[3:6]]
    assert f'name="above" value="{papers[2].arxiv_id}"' in second
    assert f'name="below" value="{papers[6].arxiv_id}"' in second


@pytest.mark.parametrize(
    ("data", "after"), [({"above": ""}, "ABCD"), ({"below": ""}, "ABCD"), ({"to": "bottom"}, "BCDA")]
)
def test_what_stands_at_the_end_moves_no_further(alice, four, signed_in, data, after):
    collection = shelf(alice, papers=four)
    answer = signed_in(alice).act(f"{collection.get_absolute_url()}/move/{four[0].arxiv_id}", data)
    assert (answer.status_code, order(collection)) == (302, list(after))


def test_what_can_be_hidden_at_any_moment_is_asked_for_anew(alice, four, stranger):
    collection = shelf(alice, papers=four, visibility=Visibility.PUBLIC)
    for path in (collection.get_absolute_url(), "/people/alice", f"{collection.get_absolute_url()}?export=csv"):
        assert stranger.get(path).headers["Cache-Control"] == "public, no-cache"


def test_adding_by_id_in_place(alice, four, signed_in):
    collection = shelf(alice, papers=four[:1])
    reader, url = signed_in(alice), collection.get_absolute_url()
    for typed, says in (("nonsense", "is not an arXiv id"), ("2001.00001", "2001.00001 is not listed yet")):
        answer = reader.act(f"{url}/add", {"what": typed, "next": f"{url}/arrange"}, follow=True)
        assert says in answer.content.decode()
    for _ in range(2):
        reader.act(f"{url}/add", {"what": f"https://arxiv.org/abs/{four[1].arxiv_id}v2"})
    assert order(collection) == ["A", "B"]


@pytest.mark.parametrize("page", ["/arrange", ""])
def test_statements_do_not_grow(alice, signed_in, page):
    costs = []
    for rows in (1, 30):
        collection = shelf(alice, f"Of {rows}", papers=[PaperFactory() for _ in range(rows)])
        reader = signed_in(alice)
        reader.get(f"{collection.get_absolute_url()}{page}")
        with CaptureQueriesContext(connection) as statements:
            reader.get(f"{collection.get_absolute_url()}{page}")
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_moving_papers_to_where_they_are_says_nothing(alice, paper, signed_in):
    autumn, reader = shelf(alice, papers=[paper]), signed_in(alice)
    reader.act(f"/collections/{autumn.key}/transfer", {"into": autumn.key, "paper": paper.arxiv_id})
    assert "Moved to" not in reader.get("/collections/mine").content.decode()
