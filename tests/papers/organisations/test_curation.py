"""Featured papers: chosen and arranged in the draft, shown above the list, and nowhere twice."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orgs.models import Membership, Organisation
from orgs.models.curated import MOST
from orgs.roles import EDIT, MAY, Role
from papers.models import Affiliation, Collection, Item, Paper
from tests.factories import PaperFactory

VERBS = {
    "publish": {"revision": 1},
    "discard": {"revision": 1},
    "undo": {"edition": 0},
    "featured/add": {"what": "2509.00003"},
    "featured/2509.00001/remove": {},
    "featured/2509.00001/move": {"place": 0},
}


@pytest.fixture
def papers(lab):
    return [PaperFactory(arxiv_id=f"2509.0000{n}", title=f"Number {n}.", organisation=lab) for n in range(4)]


@pytest.fixture
def drafted(lab, papers, alice):
    """With a draft that features two papers, and a change to undo."""
    for paper in papers[:2]:
        lab.put(alice, "featured", paper.pk, Paper.objects.all())
    Organisation.objects.filter(pk=lab.pk).update(revision=1, previous=lab.state())
    lab.refresh_from_db()
    return lab


def everything():
    return list(Organisation.objects.values())


def shown(page: str) -> list[str]:
    return re.findall(r"Number \d\.", page)


def order(lab, papers) -> list[int]:
    lab.refresh_from_db()
    return [[paper.pk for paper in papers].index(pk) for pk in lab.draft["featured"]]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", ["owner", "admin", "member", "former member", "moderator"])
def test_who_may(drafted, carol, signed_in, verb, who):
    if who in Role:
        Membership.objects.create(organisation=drafted, user=carol, role=who)
    carol.is_appointed_moderator = who == "moderator"
    carol.save()
    before = everything()
    answer = signed_in(carol).act(f"/orgs/lab/{verb}", VERBS[verb])
    may = who in Role and EDIT in MAY[who]
    assert (answer.status_code, everything() != before) == ((302, True) if may else (403, False))


@pytest.mark.parametrize("verb", VERBS)
def test_twice_is_once(drafted, alice, signed_in, verb):
    admin = signed_in(alice)
    admin.act(f"/orgs/lab/{verb}", VERBS[verb])
    once = everything()
    assert admin.act(f"/orgs/lab/{verb}", VERBS[verb]).status_code == 302
    assert everything() == once


@pytest.mark.parametrize("verb", VERBS)
def test_neither_get_nor_strangers_nor_a_missing_token_change_anything(drafted, alice, signed_in, stranger, verb):
    before, path = everything(), f"/orgs/lab/{verb}"
    assert signed_in(alice).get(path).status_code == 405
    assert stranger.post(path, VERBS[verb]).url.startswith("/accounts/login/")
    without = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
    without.force_login(alice)
    assert without.post(path, VERBS[verb]).status_code == 403
    assert everything() == before


def test_featured_papers_stand_above_the_list_and_not_in_it(lab, papers, stranger):
    lab.featured = [papers[2].pk, papers[0].pk]
    lab.save()
    page = stranger.get("/orgs/lab").content.decode()
    assert shown(page) == ["Number 2.", "Number 0.", "Number 3.", "Number 1."]
    assert page.index("Featured") < page.index("Number 2.") < page.index("More papers") < page.index("Number 3.")
    assert shown(stranger.get("/orgs/lab?min_votes=0").content.decode()).count("Number 2.") == 1
    assert '<h2 id="featured">' not in stranger.get("/orgs/lab?min_votes=0").content.decode()
    assert stranger.get("/orgs/lab?export=csv").content.decode().count("Number") == 4


def test_a_vote_for_a_featured_paper_changes_the_etag(lab, papers, stranger):
    lab.featured = [papers[0].pk]
    lab.save()
    before = stranger.get("/orgs/lab").headers["ETag"]
    papers[0].revision += 1
    papers[0].save()
    assert stranger.get("/orgs/lab").headers["ETag"] != before


def test_a_paper_that_is_no_longer_theirs_is_not_featured(lab, papers, alice, stranger):
    lab.featured = [papers[0].pk, papers[1].pk]
    lab.save()
    Affiliation.objects.refuse(alice, lab, papers[0])
    assert "Number 0." not in stranger.get("/orgs/lab").content.decode()


def test_they_are_arranged_in_the_draft(lab, papers, alice, signed_in, stranger):
    admin = signed_in(alice)
    for paper in papers[:3]:
        answer = admin.act("/orgs/lab/featured/add", {"what": f"https://arxiv.org/abs/{paper.arxiv_id}v1"})
        assert answer.url == "/orgs/lab/featured"
    assert order(lab, papers) == [0, 1, 2]
    for place, expected in ((0, [2, 0, 1]), (1, [0, 2, 1]), (12, [0, 1, 2]), (0, [2, 0, 1])):
        admin.act("/orgs/lab/featured/2509.00002/move", {"place": place})
        assert order(lab, papers) == expected
    admin.act("/orgs/lab/featured/2509.00000/remove")
    assert order(lab, papers) == [2, 1]
    assert "Featured" not in stranger.get("/orgs/lab").content.decode()
    preview = admin.get("/orgs/lab/preview").content.decode()
    assert shown(preview)[:2] == ["Number 2.", "Number 1."]


def test_what_cannot_be_featured_is_explained(lab, papers, alice, signed_in):
    admin = signed_in(alice)
    PaperFactory(arxiv_id="2509.11111")
    more = [PaperFactory(organisation=lab) for _ in range(MOST["featured"])]
    for paper in more:
        admin.act("/orgs/lab/featured/add", {"what": paper.arxiv_id})
    for typed, words in (
        ("2509.11111", "is not a paper of The Lab"),
        ("nonsense", "is not an arXiv id"),
        (papers[0].arxiv_id, "At most 12 fit here"),
    ):
        answer = admin.act("/orgs/lab/featured/add", {"what": typed}, follow=True)
        assert words in unescape(answer.content.decode())
    bad = admin.act(f"/orgs/lab/featured/{more[0].arxiv_id}/move", {"place": "-1"})
    assert bad.status_code == 400
    lab.refresh_from_db()
    assert lab.draft["featured"] == [paper.pk for paper in more]


def test_the_page_to_arrange_them_is_for_admins(drafted, alice, bob, signed_in, stranger):
    page = signed_in(alice).get("/orgs/lab/featured").content.decode()
    assert shown(page.split("Available")[0])[0] == "Number 0."
    assert "Number 3." in page.split("Available")[1]
    assert signed_in(bob).get("/orgs/lab/featured").status_code == 403
    assert stranger.get("/orgs/lab/featured").url.startswith("/accounts/login/")


def test_sections_are_collections_with_their_first_papers_and_notes(lab, papers, alice, signed_in, stranger):
    admin = signed_in(alice)
    for name, visibility in (("Reading list", "public"), ("Secret", "private")):
        collection = Collection.objects.begin(alice, lab, name, visibility=visibility)
        Item.objects.add(alice, collection, [paper.pk for paper in papers])
        admin.act("/orgs/lab/sections/add", {"what": collection.key})
    shown = Collection.objects.get(name="Reading list")
    Item.objects.write_note(alice, shown, papers[0].pk, "Begin *here*", "")
    assert "Reading list" not in stranger.get("/orgs/lab").content.decode()
    lab.refresh_from_db()
    assert lab.draft["sections"] == [shown.pk]  # what is private can be no section
    lab.publish(alice, lab.revision)
    page = stranger.get("/orgs/lab").content.decode()
    assert page.index("Reading list") < page.index("Begin <em>here</em>") < page.index("Number 3.")
    Collection.objects.filter(pk=shown.pk).update(visibility="unlisted")
    assert "Reading list" not in stranger.get("/orgs/lab").content.decode()


@pytest.mark.parametrize("papers_in_each", [1, 40])
def test_sections_cost_two_statements(lab, alice, stranger, papers_in_each, django_assert_num_queries):
    everything = [PaperFactory(organisation=lab).pk for _ in range(papers_in_each)]
    stranger.get("/orgs/lab")
    with CaptureQueriesContext(connection) as before:
        stranger.get("/orgs/lab")
    without = len(before)
    for n in range(MOST["sections"]):
        collection = Collection.objects.begin(alice, lab, f"Section {n}", visibility="public")
        Item.objects.add(alice, collection, everything)
    lab.sections = list(lab.collections.values_list("pk", flat=True))
    lab.save()
    stranger.get("/orgs/lab")
    with django_assert_num_queries(without + 2):
        assert stranger.get("/orgs/lab").content.decode().count('class="org-section"') == MOST["sections"]


def test_what_can_stand_there_no_more_takes_no_room(lab, papers, alice, signed_in):
    admin = signed_in(alice)
    for paper in papers[:3]:
        admin.act("/orgs/lab/featured/add", {"what": paper.arxiv_id})
    Affiliation.objects.refuse(alice, lab, papers[0])
    admin.act("/orgs/lab/featured/2509.00002/move", {"place": 0})
    assert order(lab, papers) == [2, 1]


def test_who_may_not_edit_learns_nothing_of_a_private_collection(lab, alice, carol, signed_in):
    secret = Collection.objects.begin(alice, alice, "Secret")
    reader = signed_in(carol)
    answers = {
        reader.act(f"/orgs/lab/sections/{key}/{verb}", {"place": place}).status_code
        for key in (secret.key, "no-such-key")
        for verb, place in (("remove", ""), ("move", "0"), ("move", "x"))
    }
    assert len(answers) == 1


def test_a_draft_cannot_be_subscribed_to(lab, alice, signed_in):
    PaperFactory(organisation=lab)
    reader = signed_in(alice)
    assert 'class="feed"' in reader.get("/orgs/lab").content.decode()
    preview = reader.get("/orgs/lab/preview").content.decode()
    assert [word for word in ('class="feed"', 'class="by-mail"', "application/atom+xml") if word in preview] == []
