"""The statistics of an organisation's papers: counts, charts, tables beneath them, and CSV files."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from papers.models import Affiliation, Vote
from tests.factories import OrganisationFactory, PaperFactory, UserFactory, admin_of
from tests.papers.search.reading import text

PAGE = "/orgs/lab/insights"


def on(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def sections(reader) -> dict[str, html.HtmlElement]:
    """The sections of the page by their headings' ids."""
    page = html.fromstring(reader.get(PAGE).content.decode())
    return {section.get("aria-labelledby"): section for section in page.iter("section")}


def figures(section) -> list[tuple[str, str]]:
    return [(row[0].text_content(), row[1].text_content()) for row in section.iter("tr")]


def rows(reader, key: str) -> list[list[str]]:
    answer = reader.get(f"{PAGE}/{key}.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="lab-{key}.csv"'
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture
def club(db):
    return OrganisationFactory(slug="club", name="=The Club")


@pytest.fixture
def papers(lab, club, alice, bob, time_machine):
    """Three papers of the lab, one of them the club's, too, and one that is only suggested to it."""
    time_machine.move_to("2025-10-15T12:00Z", tick=False)
    fields = {"organisation": lab, "categories": ["cs.CL"]}
    july = PaperFactory(title="July", listed_at=on("2025-07-31"), imported_votes=5, keywords=["Agents"], **fields)
    first = PaperFactory(title="First", listed_at=on("2025-09-01"), keywords=["agents"], **fields)
    second = PaperFactory(title="=Second", listed_at=on("2025-09-30"), imported_votes=2, keywords=["Agents"], **fields)
    Affiliation.objects.accept(admin_of(club), club, second)
    other = PaperFactory(title="Not ours", listed_at=on("2025-05-01"), imported_votes=99, keywords=["Other"])
    Affiliation.objects.suggest(bob, lab, other)
    for paper, day in ((first, "2025-09-02"), (first, "2025-10-01"), (july, "2025-10-02"), (other, "2025-10-02")):
        time_machine.move_to(f"{day}T12:00Z", tick=False)
        Vote.objects.make(UserFactory(), paper)
    time_machine.move_to("2025-10-15T13:00Z", tick=False)
    return {"july": july, "first": first, "second": second, "other": other}


def test_papers_count_by_the_month_of_their_listing(papers, stranger):
    section = sections(stranger)["papers"]
    assert section.find(".//figcaption").text == "3 papers, by month"
    assert figures(section) == [("July 2025", "1"), ("September 2025", "2")]
    assert rows(stranger, "papers") == [["month", "papers"], ["2025-07", "1"], ["2025-09", "2"]]


def test_upvotes_count_when_they_were_cast_and_imported_ones_when_the_paper_was_listed(papers, stranger):
    section = sections(stranger)["upvotes"]
    assert figures(section) == [("July 2025", "5"), ("September 2025", "3"), ("October 2025", "2")]
    assert "October 2025, so far" in section.text_content()
    assert "because the time of the vote is unknown" in section.text_content()
    assert rows(stranger, "upvotes")[1:] == [["2025-07", "5"], ["2025-09", "3"], ["2025-10", "2"]]


def test_the_most_upvoted_lead_to_their_pages(papers, stranger):
    section = sections(stranger)["most-upvoted"]
    assert figures(section) == [("July", "6"), ("=Second", "2"), ("First", "2")]
    assert next(section.iter("a")).get("href") == f"/papers/{papers['july'].arxiv_id}"
    assert [bar.get("width") for bar in section.iter("rect")] == ["100.0%", "33.3%", "33.3%"]
    assert rows(stranger, "most-upvoted")[2] == [papers["second"].arxiv_id, "'=Second", "2"]


def test_topics_are_counted_whatever_their_case_and_lead_to_lists(papers, stranger):
    section = sections(stranger)["topics"]
    assert figures(section) == [("Agents", "3"), ("cs.CL", "3")]
    link = next(section.iter("a")).get("href")
    assert link == "/papers?topic=Agents&org=lab"
    assert stranger.get(link).content.decode().count('class="card"') == 3
    assert rows(stranger, "topics") == [["topic", "papers"], ["Agents", "3"], ["cs.CL", "3"]]


def test_whom_papers_are_shared_with(papers, stranger):
    assert figures(sections(stranger)["organisations"]) == [("=The Club", "1")]
    assert rows(stranger, "organisations") == [["slug", "organisation", "papers"], ["club", "'=The Club", "1"]]


def test_what_is_untagged_is_gone_at_once(papers, lab, alice, stranger):
    assert "July" in text(stranger.get(PAGE))
    Affiliation.objects.refuse(alice, lab, papers["july"])
    page = text(stranger.get(PAGE))
    assert "July" not in page
    assert "2 papers, in September 2025." in page
    Affiliation.objects.accept(alice, lab, papers["other"])
    assert "Not ours" in text(stranger.get(PAGE))


def test_few_papers_are_told_in_words(lab, stranger):
    assert "No papers yet." in text(stranger.get(PAGE))
    assert rows(stranger, "papers") == [["month", "papers"]]
    PaperFactory(organisation=lab)
    page = text(stranger.get(PAGE))
    for summary in (
        "1 paper, in September 2025.",
        "No upvotes yet.",
        "No upvotes yet.",
        "No topics yet",
    ):
        assert summary in page
    assert "No papers with other organisations yet." in page
    assert "<figure" not in page


def test_long_lists_end(lab, stranger):
    for n in range(14):
        paper = PaperFactory(organisation=lab, imported_votes=n, keywords=[f"topic {n}", "common"])
        other = OrganisationFactory()
        Affiliation.objects.accept(admin_of(other), other, paper)
    by_key = sections(stranger)
    counts = {key: len(figures(section)) for key, section in by_key.items()}
    assert (counts["most-upvoted"], counts["topics"], counts["organisations"]) == (10, 12, 12)
    assert figures(by_key["topics"])[0] == ("common", "14")


def test_each_chart_is_told_in_words(papers, stranger):
    labels = {key: section.find(".//svg[@role='img']").get("aria-label") for key, section in sections(stranger).items()}
    assert labels["papers"] == "3 papers since July 2025; most in September 2025: 2"
    assert labels["topics"] == "Agents: 3; cs.CL: 3"


@pytest.mark.parametrize("count", [1, 30])
def test_statements_do_not_grow(lab, alice, stranger, count):
    for _ in range(count):
        Vote.objects.make(alice, PaperFactory(organisation=lab, keywords=["swarm"]))
    for expected in (8, 3):
        with CaptureQueriesContext(connection) as statements:
            stranger.get(PAGE)
        assert len(statements) == expected, [s["sql"] for s in statements]


def test_a_strangers_page_is_kept_by_its_etag(papers, stranger):
    etag = stranger.get(PAGE).headers["ETag"]
    assert stranger.get(PAGE, headers={"if-none-match": etag}).status_code == 304


@pytest.mark.parametrize("path", ["/orgs/none/insights", "/orgs/none/insights/papers.csv", f"{PAGE}/members.csv"])
def test_what_is_not_counted_is_404(lab, stranger, path):
    assert stranger.get(path).status_code == 404
