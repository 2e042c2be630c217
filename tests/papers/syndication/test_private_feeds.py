"""Feeds of private lists: the key in their addresses, and the page and the OPML file with all of them."""

import pytest
from lxml import html

from papers.models import Collection, FeedKey, PersonFollow, SavedFilter, TopicFollow
from tests.papers.syndication.feeds import read, statements_of_304

OWN = {
    # path: statements, one of which reads the key and one the papers
    "/bookmarks": 2,
    "/papers/following": 8,  # papers are walked, then collected, in a transaction with a timeout
}


@pytest.mark.parametrize(("path", "number"), OWN.items())
def test_ones_own_costs_what_tells_whose_it_is_besides(everywhere, feed_key, stranger, monkeypatch, path, number):
    statements = statements_of_304(stranger, f"{path}.atom?key={feed_key}", monkeypatch)
    assert len(statements) == number, statements


def test_a_key_opens_what_its_owner_may_read_and_nothing_but_feeds(everywhere, feed_key, alice, bob, stranger):
    Collection.objects.update(visibility="private")
    for path in (*OWN, "/collections/autumn"):
        answer = stranger.get(f"{path}.atom?key={feed_key}")
        assert [entry.title for entry in read(answer.content, "atom").entries] == ["Quanta"]
        for wrong in ("nobody", FeedKey.objects.make(bob)):
            assert "Quanta" not in stranger.get(f"{path}.atom?key={wrong}").content.decode()
        assert stranger.get(f"{path}?key={feed_key}").status_code in (302, 404)
    assert stranger.get("/papers.atom?key=nobody").status_code == 404
    page = stranger.get(f"/papers.atom?key={feed_key}&sort=best").content.decode()
    assert "alice" not in page
    alice.is_active = False
    alice.save()
    assert stranger.get(f"/papers.atom?key={feed_key}").status_code == 404


def test_new_addresses_end_the_old_ones(everywhere, feed_key, alice, stranger, signed_in):
    reader = signed_in(alice)
    assert f"/bookmarks.atom?key={feed_key}" in reader.get("/feeds").content.decode()
    for _ in range(2):  # a second time it is not the key any more
        reader.act("/feeds/renew", {"key": feed_key})
        new = FeedKey.objects.of(alice)
        assert new != feed_key
    assert stranger.get(f"/bookmarks.atom?key={feed_key}").status_code == 404
    assert read(stranger.get(f"/bookmarks.atom?key={new}").content, "atom").entries
    assert f"/bookmarks.atom?key={new}" in reader.get("/feeds").content.decode()


def test_who_has_no_key_makes_one_with_a_button(everywhere, alice, signed_in):
    reader = signed_in(alice)
    page = reader.get("/feeds").content.decode()
    assert ("Generate addresses" in page, "broadsheet.opml" in page, "/bookmarks.atom" in page) == (True, False, False)
    assert "/collections/autumn.atom" in page  # which everybody may read
    assert reader.get("/feeds/mine.opml").url == "/feeds"
    assert not FeedKey.objects.exists()
    for _ in range(2):  # a second time it is there already
        reader.act("/feeds/renew", {"key": ""})
        key = FeedKey.objects.get().key
        assert f"/bookmarks.atom?key={key}" in reader.get("/feeds").content.decode()
    assert f"/bookmarks.atom?key={key}" in reader.get("/feeds/mine.opml").content.decode()


def test_a_key_goes_with_its_owner(feed_key, alice):
    alice.leave()
    assert not FeedKey.objects.exists()


def test_a_hidden_persons_own_feed_needs_the_key(everywhere, feed_key, alice, carol, stranger, signed_in):
    alice.shows_votes = False
    alice.save()
    path = "/people/alice/upvoted"
    assert read(stranger.get(f"{path}.atom").content, "atom").entries == ()
    assert f"{path}.atom?key={feed_key}" in signed_in(alice).get("/feeds").content.decode()
    links = [
        html.fromstring(reader.get(path).content).xpath("//a[@class='feed']/@href")
        for reader in (signed_in(alice), signed_in(carol), stranger)
    ]
    assert links == [["/feeds#yours"], [f"{path}.atom"], [f"{path}.atom"]]


@pytest.mark.parametrize("name", ["ada.atom", "ada.JSON", "ada.Rss"])
def test_nobody_is_called_like_a_feed(db, stranger, name):
    stranger.get("/accounts/signup/")
    form = {
        "username": name,
        "email": "ada@example.org",
        "password1": "a-long-secret-7",
        "password2": "a-long-secret-7",
    }
    answer = stranger.act("/accounts/signup/", form)
    assert (
        "A username has letters from a to z, digits, hyphens and underscores."
        in html.fromstring(answer.content).text_content()
    )


def test_opml_has_all_of_ones_own(everywhere, feed_key, alice, carol, lab, stranger, signed_in):
    secret = Collection.objects.create(key="secret", name="Secret & sealed", user=alice)
    SavedFilter.objects.save_as(alice, "With <code>", "has=code")
    SavedFilter.objects.save_as(alice, "Only for Alice", "seen=new")
    PersonFollow.objects.make(alice, carol)
    TopicFollow.objects.make(alice, "stars")
    reader = signed_in(alice)
    answer = reader.get("/feeds/mine.opml")
    assert answer.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    root = html.etree.fromstring(answer.content)
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "Broadsheet")
    assert all(outline.get("text") for outline in root.iter("outline"))
    found = {row.get("text"): row.get("xmlUrl") for row in root.iter("outline") if row.get("type") == "rss"}
    site = "http://127.0.0.1:8000"
    assert found == {
        "Following": f"{site}/papers/following.atom?key={feed_key}",
        "Bookmarks": f"{site}/bookmarks.atom?key={feed_key}",
        "With <code>": f"{site}/papers.atom?has=code",
        "Autumn": f"{site}/collections/autumn.atom",
        "Secret & sealed": f"{site}/collections/secret.atom?key={feed_key}",
        "The Lab": f"{site}/orgs/lab.atom",
        "Carol Cedar: submitted": f"{site}/people/carol/submitted.atom",
        "Carol Cedar: upvoted": f"{site}/people/carol/upvoted.atom",
        "Carol Cedar: authored": f"{site}/people/carol/authored.atom",
        "stars": f"{site}/papers.atom?topic=stars",
    }
    page = reader.get("/feeds").content.decode()
    for address in found.values():
        read(stranger.get(address.removeprefix(site)).content, "atom")
        assert f'href="{address}"' in page
    assert "Only for Alice" not in page
    assert str(secret) not in stranger.get("/feeds").content.decode()


def test_a_stranger_reads_how_feeds_work_and_has_none_of_their_own(db, stranger):
    answer = stranger.get("/feeds")
    assert "add <code>.atom</code> to its address" in answer.content.decode()
    assert answer.headers["Cache-Control"].startswith("public")
    assert stranger.get("/feeds/mine.opml").url == "/accounts/login/?next=/feeds/mine.opml"
    assert not FeedKey.objects.exists()
