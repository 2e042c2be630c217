"""What has exactly the name that is searched for stands above the results."""

import re
from html import unescape

import pytest

from accounts.models import User
from papers.models import Paper, SearchEntry, Vote, directory
from papers.search import exact
from papers.search.syntax import terms
from tests.conftest import Reader
from tests.factories import OrganisationFactory, PaperFactory, UserFactory

pytestmark = pytest.mark.usefixtures("scene")


def build_scene():
    lab = OrganisationFactory(slug="openlab", name="Open Lab")
    for names in (["Yann LeCun", "Wei Wang"], ["Yann LeCun", "Éva Tardos"], ["Jean Yann LeCun"], ["李华"]):
        PaperFactory(organisation=lab, authors=names, categories=["cs.CL"], keywords=["scaling laws"])
    ada = UserFactory(username="ada", name="Ada Lovelace", shows_votes=True)
    Vote.objects.make(ada, Paper.objects.first())
    directory.recount()
    return Reader()


def matches(answer) -> list[tuple[str, str, str]]:
    """The address, the name and the line of each card above the results."""
    html = answer.content.decode().partition('class="matches"')[2].partition("</ul>")[0]
    found = re.findall(r'<a href="([^"]+)"><b>(.*?)</b>\s*<span>(.*?)</span>', html, re.DOTALL)
    return [(unescape(url), name, " ".join(line.split())) for url, name, line in found]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("OPEN lab", ("/orgs/openlab", "Open Lab", "Organisation · 4 papers")),
        ("openlab", ("/orgs/openlab", "Open Lab", "Organisation · 4 papers")),
        ("scaling laws", ("/papers?topic=scaling+laws", "scaling laws", "Topic · 4 papers")),
        ("cs.cl", ("/papers?topic=cs.CL", "Computation and Language (cs.CL)", "Topic · 4 papers")),
        ('"computation and language"', ("/papers?topic=cs.CL", "Computation and Language (cs.CL)", "Topic · 4 papers")),
        ("yann lecun", ("/papers?author=Yann+LeCun", "Yann LeCun", "Author · 3 papers")),
        ("eva tardos", ("/papers?author=%C3%89va+Tardos", "Éva Tardos", "Author · 1 paper")),
        ("李华", ("/papers?author=%E6%9D%8E%E5%8D%8E", "李华", "Author · 1 paper")),
        ("ada lovelace", ("/people/ada", "Ada Lovelace", "Person")),
        ("ada", ("/people/ada", "Ada Lovelace", "Person")),
    ],
)
def test_a_whole_name_leads_to_its_page(scene, words, expected):
    assert matches(scene.get("/papers", {"q": words})) == [expected]
    assert scene.get(expected[0]).status_code == 200


@pytest.mark.parametrize(
    "words", ["open", "lecun", "lecun yann", "scaling", "paper", "-openlab paper", "ada OR openlab"]
)
def test_a_part_of_a_name_leads_nowhere(scene, words):
    assert matches(scene.get("/papers", {"q": words})) == []


def test_only_the_first_page_of_a_search_by_words_alone_has_them(scene):
    assert matches(scene.get("/papers?q=openlab&has=code")) == []
    assert matches(scene.get("/papers?q=openlab&sort=newest")) != []
    assert matches(scene.get("/papers/trending?q=openlab")) == []


def test_a_person_who_hides_all_has_no_card(scene):
    User.objects.update(shows_votes=False)
    assert matches(scene.get("/papers?q=ada+lovelace")) == []


def test_what_many_have_is_bounded(scene, monkeypatch):
    monkeypatch.setattr(exact, "MAX_CANDIDATES", 2)
    assert [(m.papers, m.is_more) for m in exact.matches(terms("yann lecun"))] == [(2, True)]
    UserFactory.create_batch(5, name="Namesake", shows_votes=True)
    for person in User.objects.filter(name="Namesake"):
        person.votes.create(paper=Paper.objects.first())
    directory.recount()
    assert len(exact.matches(terms("namesake"))) == exact.MAX_MATCHES


def test_an_author_is_not_looked_for_in_titles(scene):
    paper = PaperFactory(title="Machine learning by hand", authors=["A. Nonymous"])
    SearchEntry.objects.refresh([paper], {paper.pk: ["A. Nonymous"]})
    assert matches(scene.get("/papers?q=machine+learning")) == []
