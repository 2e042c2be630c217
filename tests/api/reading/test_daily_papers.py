"""GET /api/daily_papers: which papers in which order, a page at a time."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.contract import api
from papers.lists.filters import PaperFilter
from papers.models import Paper
from tests.factories import OrganisationFactory, PaperFactory, UserFactory

PATH = "/api/daily_papers"
NEXT = re.compile(r'<(http://[^>]+)>; rel="next"')
pytestmark = pytest.mark.usefixtures("scene")


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2025, 9, day, hour, tzinfo=UTC)


def build_scene() -> None:
    """Seven papers of three days, one that no list has, and their submitters."""
    open_, hidden = UserFactory(username="olga"), UserFactory(username="hilda", shows_submissions=False)
    PaperFactory(title="A", listed_at=at(10, 1), imported_votes=3, submitted_by=open_, categories=["cs.CL"])
    PaperFactory(title="B", listed_at=at(10, 2), imported_votes=9, submitted_by=hidden)
    PaperFactory(title="C", listed_at=at(10, 3), imported_votes=3, imported_comments=5)
    PaperFactory(title="D", listed_at=at(11, 1), imported_votes=1, organisation=OrganisationFactory(slug="lab"))
    PaperFactory(title="E", listed_at=at(11, 2), code_url="https://github.com/lab/e")
    PaperFactory(title="F", listed_at=at(19), submitted_by=open_)
    PaperFactory(title="G", listed_at=datetime(2025, 10, 1, 12, tzinfo=UTC))
    PaperFactory(title="Unlisted", listed_at=at(10, 4), is_listed=False, categories=["cs.CL"])


def titles(answer) -> str:
    """The titles of the rows, as one word."""
    assert answer.headers["Content-Type"] == "application/json", answer.content
    assert answer.status_code == 200, answer.content
    return "".join(row["title"] for row in answer.json())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "GFEDCBA"),
        ("?date=2025-09-10", "BCA"),
        ("?date=2025-09-12", ""),
        ("?week=2025-W37", "BCADE"),
        ("?month=2025-09", "BCADFE"),
        ("?month=2025-10", "G"),
        ("?date=2025-09-10&sort=publishedAt", "CBA"),
        ("?date=2025-09-10&sort=newest", "CBA"),
        ("?date=2025-09-10&sort=votes", "BCA"),
        ("?date=2025-09-10&sort=discussed", "CBA"),
        ("?date=2025-09-10&sort=trending", "BCA"),
        ("?date=2025-09-10&sort=hot", "BCA"),
        ("?submitter=olga", "FA"),
        ("?submitter=olga&date=2025-09-10", "A"),
        ("?submitter=hilda", ""),
        ("?submitter=nobody", ""),
        ("?org=lab", "D"),
        ("?has=code", "E"),
        ("?min_votes=3", "CBA"),
        ("?after=2025-09-11&before=2025-09-20", "FED"),
        ("?topic=cs.CL", "UnlistedA"),
        ("?topic=cs.CL&date=2025-09-10", "A"),
        ("?q=org:lab", "D"),
        ("?limit=2", "GF"),
        ("?limit=2&p=1", "ED"),
        ("?limit=2&p=3", "A"),
        ("?limit=2&p=9", ""),
        ("?date=2025-09-10&limit=1&p=2", "A"),
        ("?no_such_parameter=1&date=2025-09-10", "BCA"),
    ],
)
def test_these_papers_come_in_this_order(client, query: str, expected: str):
    assert titles(client.get(PATH + query)) == expected


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("date=2025-13-40", "date: 2025-13-40 is not a date. Write it as 2025-09-10."),
        ("date=today", "is not a date"),
        ("week=2025-37", "Write it as 2025-W37."),
        ("month=2025-9", "Write it as 2025-09."),
        ("date=1990-01-01", "No papers before 1991."),
        ("date=2025-09-10&week=2025-W37", "Give only one of date, week."),
        ("cursor=forged", "damaged"),
        ("after=2025-09-11&before=2025-09-10", "before the first day"),
        ("q=%21%21%21", "contains no words"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(client, query: str, words: str):
    answer = client.get(f"{PATH}?{query}")
    assert (answer.status_code, words in answer.json()["error"]) == (400, True), answer.json()


@pytest.mark.parametrize("query", ["seen=no", "q=seen:new", "q=graphs&seen=no"])
def test_what_somebody_has_seen_takes_a_token(client, query: str):
    answer = client.get(f"{PATH}?{query}")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "What you have seen" in answer.json()["error"]


def test_page_numbers_lead_no_further_than_the_answer_says(client):
    assert client.get(f"{PATH}?limit=100&p=99").json() == []
    answer = client.get(f"{PATH}?limit=100&p=100")
    assert (answer.status_code, "follow the header Link" in answer.json()["error"]) == (404, True)


@pytest.mark.parametrize("period", ["date=2025-09-12", "week=2025-W38", "month=2025-10"])
def test_a_period_in_the_future_is_refused_until_it_begins(client, period: str):
    with time_machine.travel(at(11), tick=False):
        answer = client.get(f"{PATH}?{period}")
        assert (answer.status_code, "is in the future" in answer.json()["error"]) == (400, True)
    with time_machine.travel(datetime(2025, 10, 1, 0, 1, tzinfo=UTC), tick=False):
        assert client.get(f"{PATH}?{period}").status_code == 200


def test_a_cursor_of_another_order_is_refused(client):
    link = NEXT.match(client.get(f"{PATH}?limit=2").headers["Link"])[1]
    assert client.get(f"{link}&sort=votes").status_code == 400


@pytest.mark.parametrize("query", ["", "sort=trending", "sort=votes&min_votes=0", "month=2025-09", "submitter=olga"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_following_the_links_gives_each_paper_once(client, settings, query: str, limit: int):
    everything = titles(client.get(f"{PATH}?{query}"))
    url, pages = f"{settings.BASE_URL}{PATH}?{query}&limit={limit}", []
    while url:
        target = urlsplit(url)
        assert f"{target.scheme}://{target.netloc}" == settings.BASE_URL
        answer = client.get(f"{target.path}?{target.query}")
        pages.append(titles(answer))
        link = NEXT.fullmatch(answer.headers.get("Link", ""))
        url = link and link[1]
    assert "".join(pages) == everything
    assert all(pages)


def test_a_page_by_number_has_a_link_to_the_page_after_it(client):
    answer = client.get(f"{PATH}?limit=2&p=1")
    target = urlsplit(NEXT.fullmatch(answer.headers["Link"])[1])
    assert "p=" not in target.query
    assert titles(client.get(f"{target.path}?{target.query}")) == "CB"


def test_an_answer_has_an_etag_that_saves_the_rows(client):
    first = client.get(PATH)
    assert first.headers["Cache-Control"].startswith("public, max-age=60")
    with CaptureQueriesContext(connection) as statements:
        again = client.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert not [row for row in statements.captured_queries if "abstract" in row["sql"]]
    Paper.objects.touch(Paper.objects.filter(title="A").values_list("pk", flat=True))
    assert client.get(PATH, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_the_etag_changes_when_a_person_hides_the_submissions(client):
    first = client.get(PATH)
    olga = Paper.objects.get(title="A").submitted_by
    olga.shows_submissions = False
    olga.save()
    again = client.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "olga" not in again.content.decode()


def test_the_papers_of_a_person_are_not_kept_by_shared_caches(client):
    answer = client.get(f"{PATH}?submitter=olga")
    assert "no-cache" in answer.headers["Cache-Control"]


def test_an_answer_is_compressed(client):
    answer = client.get(PATH, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("limit", [2, 7])
def test_a_list_takes_as_many_statements_for_any_number_of_rows(client, limit: int):
    with CaptureQueriesContext(connection) as statements:
        assert len(client.get(f"{PATH}?limit={limit}").json()) == limit
    assert len(statements) == 10


def test_every_filter_of_the_pages_is_a_parameter():
    operation = api.get_openapi_schema()["paths"][PATH]["get"]
    assert PaperFilter.base_filters.keys() <= {parameter["name"] for parameter in operation["parameters"]}
