"""Saved searches: the canonical form of queries, names, limits, and the tabs of readers."""

import re
from functools import partial
from html import unescape

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from lib.refusals import BadInput
from papers.lists.query import parse_query
from papers.models import SavedFilter
from tests.factories import PaperFactory
from tests.race import race

SAVE = "/papers/filters/save"


def normal(address: str) -> str:
    return parse_query(QueryDict(address)).canonical()


def tabs(answer) -> dict[str, str]:
    """The names and addresses of the tabs, with a star after the name of the current one."""
    nav = re.search(r'<nav class="tabs".*?</nav>', answer.content.decode(), re.DOTALL)
    links = re.findall(r'<a href="([^"]*)"( aria-current="page")?>(.*?)</a>', nav[0] if nav else "")
    return {unescape(name) + "*" * bool(current): unescape(url) for url, current, name in links}


def saved_by(user) -> list[tuple[str, str]]:
    return list(user.saved_filters.values_list("name", "query"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("org=lab&q=agents", "q=agents&org=lab"),
        ("q=agents+org:lab", "q=agents&org=lab"),
        ("q=org:lab&org=other", "org=lab"),
        ("q=++agents++", "q=agents"),
        ("org=+lab+", "org=lab"),
        ("q=agents&older=cursor&utm_source=letter&page=2", "q=agents"),
        ("q=agents&sort=&by=&has=", "q=agents"),
        ("q=agents&sort=relevance", "q=agents"),
        ("q=agents&sort=votes&by=words", "q=agents&by=words&sort=votes"),
        ("q=agents&sort=best&by=heart", "q=agents"),
        ("has=code&sort=votes&by=words", "has=code"),
        ("sort=newest&has=code", "has=code&sort=newest"),
        ("q=agents+votes>=many", "q=agents"),
        ("q=-survey&sort=relevance", "q=-survey"),
        ("sort=newest", ""),
        ("q=...&by=words", ""),
        ("org=+", ""),
        ("", ""),
    ],
)
def test_addresses_of_one_list_have_one_normal_form(address, expected):
    assert normal(address) == expected


params = st.dictionaries(
    st.sampled_from(["q", "org", "author", "topic", "min_votes", "has", "after", "by", "sort", "older", "x"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
    | st.sampled_from(["words", "newest", "votes", "code", "org:x", "-survey", 'a OR "b c"']),
)


@given(params, st.randoms())
def test_a_normal_form_is_its_own_and_does_not_depend_on_order(params, chance):
    names = chance.sample(sorted(params), len(params))
    one, other = (QueryDict(mutable=True) for _ in range(2))
    one.update(params)
    other.update({name: params[name] for name in names})
    assert normal(one.urlencode()) == normal(other.urlencode()) == normal(normal(one.urlencode()))


def test_a_search_is_named_and_becomes_a_tab(db, alice, bob, signed_in, stranger):
    reader = signed_in(alice)
    form = reader.get("/papers?q=agents+has:code", follow=True).content.decode()
    assert 'name="query" value="q=agents&amp;has=code"' in form
    assert 'value="has:code agents" maxlength="40"' in form
    answer = reader.act(SAVE, {"name": " Agents\twith\ncode ", "query": "has=code&older=x&next=/evil&q=agents"})
    assert answer.url == "/papers?q=agents&has=code"
    page = reader.get(answer.url)
    assert "Saved as “Agents with code”." in page.content.decode()
    assert "Saved as “Agents with code”." in page.content.decode()
    assert "Save this search" not in page.content.decode()
    PaperFactory()
    for path in ("/", "/papers", "/papers?q=other"):
        assert tabs(reader.get(path)) == {"Agents with code": answer.url}
    assert tabs(reader.get("/papers?has=code&q=agents")) == {"Agents with code*": answer.url}
    assert tabs(reader.get("/papers/trending")) == tabs(reader.get("/papers/date/2025-09-10")) == {}
    assert tabs(signed_in(bob).get(answer.url)) == tabs(stranger.get(answer.url)) == {}


def test_a_name_means_one_search_and_a_search_may_have_two(alice, signed_in):
    reader = signed_in(alice)
    for name, query in [("A", "has=code"), ("A", "has=code"), ("B", "has=code"), ("a", "q=a")]:
        assert reader.act(SAVE, {"name": name, "query": query}).status_code == 302
    refused = reader.act(SAVE, {"name": "A", "query": "q=a"})
    assert refused.status_code == 400
    assert "You already have a saved search named “A”" in refused.content.decode()
    assert saved_by(alice) == [("A", "has=code"), ("B", "has=code"), ("a", "q=a")]
    html = reader.get("/papers?has=code").content.decode()
    assert re.findall("Saved as “(.*?)”", html) == ["A", "B"]


def test_thirty_are_as_many_as_there_can_be(alice, bob):
    for n in range(30):
        SavedFilter.objects.save_as(alice, f"No. {n}", "q=a")
    with pytest.raises(BadInput, match="30 saved searches"):
        SavedFilter.objects.save_as(alice, "No. 30", "q=a")
    assert SavedFilter.objects.save_as(alice, "No. 7", "q=a").name == "No. 7"
    assert SavedFilter.objects.save_as(bob, "No. 30", "q=a").user == bob
    assert alice.saved_filters.count() == 30


@pytest.mark.django_db(transaction=True)
def test_there_are_never_thirty_one(alice):
    for n in range(29):
        SavedFilter.objects.save_as(alice, f"No. {n}", "q=a")
    saved = race(*(partial(SavedFilter.objects.save_as, alice, f"Last {n}", "q=a") for n in range(4)))
    assert sorted(type(outcome).__name__ for outcome in saved) == ["BadInput"] * 3 + ["SavedFilter"]
    assert alice.saved_filters.count() == 30


@pytest.mark.parametrize("name", ["n" * 40, "📰" * 40, "🗞️ 語", "<b>&“"])
def test_names_of_every_kind(alice, signed_in, name):
    reader = signed_in(alice)
    page = reader.get(reader.act(SAVE, {"name": name, "query": "q=a"}).url)
    assert tabs(page) == {name + "*": "/papers?q=a"}


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": "n" * 41, "query": "q=a"}, "a name of 1 to 40 characters; this one has 41"),
        ({"name": "📰" * 41, "query": "q=a"}, "this one has 41"),
        ({"name": " \t\n ", "query": "q=a"}, "this one has 0"),
        ({"query": "q=a"}, "this one has 0"),
        ({"name": "n"}, "Nothing to save"),
        ({"name": "n", "query": "sort=newest"}, "Nothing to save"),
        ({"name": "n", "query": "q=..."}, "Nothing to save"),
        ({"name": "n", "query": "min_votes=many"}, "Nothing to save"),
        ({"name": "n", "query": "org=%00"}, "contains a character"),
        ({"name": "n", "query": "after=2025-09-10&before=2025-09-09"}, "Nothing to save"),
        ({"name": "n", "query": "org=lab&q=" + "𐐷" * 500}, "too long to save"),
    ],
)
def test_what_cannot_be_saved_is_said_in_words(alice, signed_in, form, words):
    answer = signed_in(alice).act(SAVE, form)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert saved_by(alice) == []


def test_saving_is_offered_where_something_is_filtered(paper, alice, signed_in, stranger):
    reader = signed_in(alice)
    offer = "Save this search"
    for path in ("/papers?has=code", "/papers?q=paper", "/?topic=cs.CL&sort=newest"):
        assert offer in reader.get(path).content.decode()
    for path in ("/papers", "/papers?sort=newest", "/papers/month/2025-09?has=code", "/papers/trending?has=code"):
        assert offer not in reader.get(path).content.decode()
    assert offer not in reader.get("/papers?min_votes=many").content.decode()
    seen = stranger.get("/papers?q=paper").content.decode()
    assert 'href="/accounts/login/?next=/papers%3Fq%3Dpaper">Sign in to save this search' in seen
    assert offer not in seen


def test_removing_leads_back_and_leaves_others_alone(alice, bob, signed_in):
    mine, other = (SavedFilter.objects.save_as(alice, name, "q=a") for name in ("Mine", "Other"))
    remove = f"/papers/filters/{mine.pk}/remove"
    assert signed_in(bob).act(remove, {"next": mine.get_absolute_url()}).url == "/papers?q=a"
    assert saved_by(alice) == [("Mine", "q=a"), ("Other", "q=a")]
    for _ in range(2):
        assert signed_in(alice).act(remove, {"next": "/papers?q=a"}).url == "/papers?q=a"
        assert list(alice.saved_filters.all()) == [other]
    assert signed_in(alice).act(f"/papers/filters/{10**30}/remove").url == "/papers"


def test_they_go_with_the_reader(alice, bob):
    for reader in (alice, bob):
        SavedFilter.objects.save_as(reader, "A", "q=a")
    alice.delete()
    assert list(SavedFilter.objects.values_list("user__username", flat=True)) == ["bob"]


def test_thirty_tabs_cost_what_one_costs_and_nothing_where_none_is_drawn(alice, signed_in):
    PaperFactory.create_batch(31)
    reader, counts = signed_in(alice), []
    for names in (1, 30):
        for n in range(names):
            SavedFilter.objects.save_as(alice, f"No. {n}", f"has=code&min_votes={n}")
        with CaptureQueriesContext(connection) as statements:
            assert len(tabs(reader.get("/papers?min_votes=0"))) == names
        counts.append(sum("papers_savedfilter" in statement["sql"] for statement in statements))
    assert counts == [1, 1]
    older = re.search(r'hx-get="(.*?)"', reader.get("/papers?min_votes=0").content.decode().split("<ol")[1])[1]
    with CaptureQueriesContext(connection) as statements:
        reader.get(f"/papers{unescape(older)}", headers={"hx-request": "true"})
    assert not any("papers_savedfilter" in statement["sql"] for statement in statements)
