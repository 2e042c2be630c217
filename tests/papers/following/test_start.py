"""The page after sign-up: what it suggests to follow."""

from lxml import html

from papers.models import OrganisationFollow, TopicFollow
from tests.factories import OrganisationFactory, PaperFactory

START = "/papers/following/start"


def rows(reader) -> list[str]:
    page = html.fromstring(reader.get(START).content)
    return [" ".join(row.text_content().split()) for row in page.xpath("//ul[@class='followed']/li")]


def test_it_suggests_twelve_topics_and_organisations_of_the_latest_papers(alice, bob, signed_in):
    lab, club = OrganisationFactory(name="The Lab"), OrganisationFactory(name="A Club")
    OrganisationFactory(name="Without papers")
    for number in range(13):
        PaperFactory(keywords=[f"topic {number}"], organisation=lab)
    PaperFactory(keywords=["Robotics", "Café"], organisation=club)
    PaperFactory(keywords=["robotics", "cafe", "Café"], organisation=lab)
    TopicFollow.objects.make(bob, "cafe")
    OrganisationFollow.objects.make(alice, lab)
    suggested = rows(signed_in(alice))
    assert {*suggested[:2]} == {"robotics Follow", "Café Follow 1 follower"}
    assert suggested[12:] == ["The Lab Following 1 follower, stop following", "A Club Follow"]


def test_its_buttons_follow_and_it_can_be_skipped(alice, signed_in):
    PaperFactory(keywords=["李 明 & C++"], categories=[])
    reader = signed_in(alice)
    page = html.fromstring(reader.get(START).content)
    (button,) = page.xpath("//button[contains(@class, 'follow')]")
    reader.act(button.get("formaction"), {"what": button.get("value"), "next": START})
    assert [str(row) for row in TopicFollow.objects.of(alice)] == ["李 明 & C++"]
    assert rows(reader) == ["李 明 & C++ Following 1 follower, stop following"]
    assert page.xpath("//main//a[text()='skip it']/@href") == ["/papers"]


def test_without_papers_there_is_nothing_to_choose(alice, signed_in):
    assert rows(signed_in(alice)) == []
