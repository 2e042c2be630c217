"""What arXiv announces in a category: it is found, listed on the day it comes, and in that day's letters."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from inbox.letters.issue import compose
from papers import audit
from papers.ingest import arxiv, oai
from papers.ingest.client import Client, FetchError
from papers.ingest.draft import MAX_AGE
from papers.ingest.save import ImportCounts, save
from papers.models import Paper
from tests.factories import PaperFactory, SubscriptionFactory
from tests.papers.ingest.fake_arxiv import oai_answer, oai_error, raw_record
from tests.papers.ingest.test_command import arxiv as run_command
from tests.papers.ingest.test_save import record_of

TODAY = date(2026, 2, 28)
DELAYED = {f"2602.{day:05}": f"2026-02-{day:02}" for day in (27, 26, 22, 4)}


@pytest.fixture
def morning(db, time_machine):
    time_machine.move_to("2026-02-28T05:17:00Z")


def respond(text) -> httpx2.Response:
    return httpx2.Response(200, text=text)


def pages(*texts, since=TODAY) -> tuple[list, list]:
    """The items of a category whose pages these are, and the parameters of the requests."""
    answers, params = list(texts), []
    transport = httpx2.MockTransport(
        lambda request: (params.append(dict(request.url.params)), respond(answers.pop(0)))[1]
    )
    client = Client(transport, sleep=lambda seconds: None)
    return list(arxiv.announced("cs.CL", since, client)), params


@pytest.mark.usefixtures("morning")
def test_papers_that_moderators_held_back_are_listed_today():
    here = PaperFactory(arxiv_id="2602.11111", listed_at=datetime(2026, 2, 20, 12, tzinfo=UTC))
    records = [
        *(raw_record(arxiv_id, day, title=f"Of {day}") for arxiv_id, day in DELAYED.items()),
        raw_record("2602.11111", "2026-02-19", "2026-02-27", title="Here, and replaced"),
        raw_record("2508.00001", "2025-08-01", "2026-02-27", title="Old, and replaced"),
        raw_record("2508.00002", "2025-08-02", categories="cs.LG cs.CL", title="Old, and cross-listed"),
        raw_record("2602.22222", "2026-02-10", "2026-02-27", title="Announced before, and replaced"),
    ]
    run = run_command("--category", "cs.CL", "--days", 3, responses=[respond(oai_answer(*records))])
    assert (run.code, run.urls[0].params["from"], run.urls[0].params["set"]) == (0, "2026-02-25", "cs:cs:CL")
    assert "7 new, 1 changed, 0 unchanged, 0 bad" in run.out
    today = {paper.arxiv_id: f"{paper.published_at:%Y-%m-%d}" for paper in Paper.objects.filter(listed_on=TODAY)}
    assert today == DELAYED
    others = Paper.objects.exclude(listed_on=TODAY)
    assert sorted(f"{listed_on:%Y-%m-%d}" for listed_on in others.values_list("listed_on", flat=True)) == [
        "2025-08-01",
        "2025-08-02",
        "2026-02-10",
        f"{here.listed_on}",
    ]
    issue = compose(SubscriptionFactory(), TODAY, datetime(2026, 2, 28, 7, tzinfo=UTC))
    assert {entry.paper.arxiv_id for entry in issue.papers} == set(DELAYED)
    assert audit.mismatches() == []


@pytest.mark.usefixtures("morning")
def test_the_same_papers_stay_on_their_day(time_machine):
    records = oai_answer(*(raw_record(arxiv_id, day) for arxiv_id, day in DELAYED.items()))
    run_command("--category", "cs.CL", responses=[respond(records)])
    time_machine.move_to("2026-03-01T05:17:00Z")
    assert "Nothing changed." in run_command("--category", "cs.CL", responses=[respond(records)]).out
    assert Paper.objects.filter(listed_on=TODAY).count() == 4


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize(
    ("age", "version", "is_listed_today"), [(30, None, True), (30, 1, True), (31, 1, False), (3, 2, False)]
)
def test_only_recent_first_versions_are_listed_today(age, version, is_listed_today):
    published = datetime(2026, 2, 28, 12, tzinfo=UTC) - timedelta(days=age)
    save([record_of(published_at=published, version=version)])
    paper = Paper.objects.get()
    assert (paper.listed_on, paper.published_at) == (TODAY if is_listed_today else published.date(), published)


def test_the_document_states_the_age():
    document = (Path(__file__).parents[3] / "docs" / "import.md").read_text()
    assert f"a first version of at most {MAX_AGE.days} days" in document


@pytest.mark.usefixtures("morning")
def test_an_earlier_list_of_the_hub_adds_to_a_paper_that_arxiv_brought():
    save([record_of(published_at="2026-02-20", title="From arXiv")])
    for votes in (3, 9):
        hub = record_of(title="From the Hub", votes=votes, keywords=["swarm"], listed_at="2026-02-21")
        assert save([hub]) == ImportCounts(changed=1)
        assert save([hub]) == ImportCounts(unchanged=1)
    paper = Paper.objects.get()
    assert (paper.listed_on, paper.title) == (TODAY, "From arXiv")
    assert (paper.vote_count, paper.keywords) == (9, ["swarm"])


def test_pages_are_followed_to_the_last_one():
    token = "verb%3DListRecords%26skip%3D1"
    items, params = pages(
        oai_answer(raw_record("2602.00001", "2026-02-27"), token=token),
        oai_answer(raw_record("2602.00002", "2026-02-27")),
    )
    assert [item.arxiv_id for item in items] == ["2602.00001", "2602.00002"]
    first = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "set": "cs:cs:CL", "from": "2026-02-28"}
    assert params == [first, {"verb": "ListRecords", "resumptionToken": token}]


def test_pages_have_an_end(monkeypatch):
    monkeypatch.setattr(arxiv, "MAX_PAGES", 2)
    with pytest.raises(FetchError, match=r"more than 2 pages of papers in cs\.CL since 2026-02-28"):
        pages(*[oai_answer(token="again")] * 3)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "exit_code", "words"),
    [("noRecordsMatch", 0, ""), ("badArgument", 1, "arXiv answered badArgument: No"), ("badResumptionToken", 1, "No")],
)
def test_errors_of_the_protocol(code, exit_code, words):
    run = run_command("--category", "cs.CL", responses=[respond(oai_error(code))])
    assert (run.code, words in run.err) == (exit_code, True)


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("cs.CL", "cs:cs:CL"),
        ("q-bio.NC", "q-bio:q-bio:NC"),
        ("hep-th", "physics:hep-th"),
        ("astro-ph.GA", "physics:astro-ph:GA"),
        ("math-ph", "physics:math-ph"),
        ("physics.optics", "physics:physics:optics"),
        ("stat", "stat:stat"),
    ],
)
def test_a_category_is_a_set(category, expected):
    assert oai.set_of(category) == expected
