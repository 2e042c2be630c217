"""The filter's field for an organisation, the chip that names it, and how many papers match."""

import re
from html import unescape

import pytest
from django.utils import timezone

from orgs.models import Organisation
from papers.lists import listing
from papers.models import Word, directory
from tests.conftest import Reader
from tests.factories import OrganisationFactory, PaperFactory

pytestmark = pytest.mark.usefixtures("scene")


def build_scene():
    """An organisation with three papers, of which two have code, and many with names that are alike."""
    lab = OrganisationFactory(slug="open-lab", name="The Opén Lab", verified=True)
    OrganisationFactory.create_batch(30)
    for number in range(3):
        code_url = "https://example.org" if number else ""
        PaperFactory(organisation=lab, code_url=code_url, keywords=["Robotics"], authors=["Grace Hopper"])
    Word.objects.recount()
    directory.recount()
    return Reader()


def options(answer) -> list[tuple[str, str]]:
    return re.findall(r'<option value="([^"]*)">(.*?)</option>', answer.content.decode())


def test_organisations_are_looked_up_while_one_types(scene):
    find = "/papers/filters/organisations"
    assert options(scene.get(find, {"org": "OPEN"})) == [("open-lab", "The Opén Lab")]
    assert options(scene.get(find, {"org": "opén"})) == [("open-lab", "The Opén Lab")]
    assert len(options(scene.get(find, {"org": "org"}))) == 20
    assert options(scene.get(find)) == options(scene.get(find, {"org": "nobody"})) == []


@pytest.mark.parametrize("org", ["open-lab", "The Opén Lab"])
def test_the_chip_and_the_heading_have_the_name(scene, org):
    html = scene.get("/papers", {"org": org}).content.decode()
    assert "Organisation: The Opén Lab" in re.search(r'<ul class="chips".*?</ul>', html, re.DOTALL)[0]
    assert "<h1>Organisation: The Opén Lab</h1>" in html


def test_a_new_name_is_shown_at_once(scene):
    scene.get("/papers/trending?org=open-lab")
    Organisation.objects.filter(slug="open-lab").update(name="The Closed Lab", updated_at=timezone.now())
    assert "Organisation: The Closed Lab" in scene.get("/papers/trending?org=open-lab").content.decode()


def text(html: str) -> str:
    return " ".join(unescape(re.sub("</?(?!a)[^>]*>", " ", re.sub("</?a[^>]*>", "", html))).split())


@pytest.mark.parametrize(
    ("params", "hints"),
    [
        ({"org": "opne lab"}, ["No organisation is called “opne lab”. Did you mean The Opén Lab?"]),
        ({"org": "<b>"}, ["No organisation is called “<b>”."]),
        ({"topic": "robotcis", "sort": "newest"}, ["No topic is called “robotcis”. Did you mean Robotics?"]),
        ({"author": "Grace Hoper"}, ["No author is called “Grace Hoper”. Did you mean Grace hopper?"]),
        ({"author": "xqzkwv"}, ["No author is called “xqzkwv”."]),
        (
            {"q": "paper", "org": "xqzkwv", "topic": "zwx"},
            ["No organisation is called “xqzkwv”.", "No topic is called “zwx”."],
        ),
        ({"org": "open-lab", "min_votes": "1"}, []),  # there is one
    ],
)
def test_a_name_that_nothing_has_is_told_at_its_field_and_in_place_of_the_papers(scene, params, hints):
    html = scene.get("/papers", params).content.decode()
    assert [text(hint) for hint in re.findall(r'<ul class="errorlist".*?</ul>', html, re.DOTALL)] == hints
    shown = text(re.search(r'<div class="empty">(.*?)</div>', html, re.DOTALL)[1])
    assert shown.startswith(" ".join(hints) or "No papers match all of these filters.")
    if link := re.search(r'Did you mean <a href="([^"]*)"', html):
        page = scene.get(f"/papers{unescape(link[1])}").content.decode()
        assert page.count('class="card"') == 3
        assert ("sort=newest" in link[1]) == ("sort" in params)


def test_what_is_no_organisation_leads_to_the_directory(scene):
    html = " ".join(scene.get("/papers", {"org": "open lab"}).content.decode().split())
    assert '<a href="/orgs?q=open%20lab">Find organisations</a>' in html


def test_parameters_that_no_list_has_change_nothing(scene):
    page = scene.get("/papers/trending?min_vote=3&utm_source=x").content.decode()
    assert page.count('class="card"') == 3
    assert 'aria-label="Active filters"' not in page


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/papers?org=open-lab", "3 papers match"),
        ("/papers?org=open-lab&has=code&sort=newest", "2 papers match"),
        ("/papers/month/2025-09?has=code", "2 papers match"),
        ("/papers?org=open-lab&min_votes=1", None),
        ("/papers/trending", None),
        ("/papers?q=paper&org=open-lab", None),  # the line above a search says it
    ],
)
def test_a_filtered_list_says_how_many_match(scene, path, line):
    found = re.search(r'class="count">([^<]*match)<', scene.get(path).content.decode())
    assert (found and found[1]) == line


def test_nobody_counts_beyond_the_limit(scene, monkeypatch):
    monkeypatch.setattr(listing, "MAX_COUNT", 2)
    assert "2+ papers match" in scene.get("/papers?org=open-lab").content.decode()
    assert "2+ papers match" in scene.get("/papers?org=open-lab&sort=newest").content.decode()
