"""The scheduled imports of the Hub and of arXiv, with fake responses."""

from datetime import UTC, date, datetime
from itertools import count

import httpx2
import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from papers.ingest import daily, hub, successes, tasks
from papers.ingest.client import Client, FetchError
from papers.ingest.save import ImportCounts
from papers.ingest.successes import Import
from papers.models import Paper
from tests.papers.ingest.fake_arxiv import oai_answer, oai_error, raw_record

pytestmark = pytest.mark.django_db


class FakeServer:
    """A server that responds by URL, or else with an empty list of a day, or 404; `urls` are those of requests."""

    def __init__(self, responses):
        self.responses, self.urls = responses, []
        every_minute = count(0, 60).__next__  # so that no request has to wait for the one before it
        self.client = Client(httpx2.MockTransport(self.respond), max_wait=2, clock=every_minute)

    def respond(self, request):
        self.urls.append(str(request.url))
        default = httpx2.Response(200, json=[]) if request.url.path == "/api/daily_papers" else 404
        response = self.responses.get(str(request.url), default)
        return httpx2.Response(response) if isinstance(response, int) else response


def day(text) -> str:
    return f"https://huggingface.co/api/daily_papers?date={text}&limit=100"


def rows(*ids, votes=0, **headers) -> httpx2.Response:
    paper = {"title": "T", "publishedAt": "2025-09-10T00:00:00.000Z", "upvotes": votes}
    return httpx2.Response(200, json=[{"paper": {"id": i} | paper} for i in ids], headers=headers)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2025-09-10T12:00:00", "2025-09-10"),
        ("2025-09-11T01:29:00", "2025-09-10"),  # 21:29 in New York, in summer
        ("2025-09-11T01:30:00", "2025-09-11"),
        ("2025-12-11T02:29:00", "2025-12-10"),
        ("2025-12-11T02:30:00", "2025-12-11"),
    ],
)
def test_the_hub_has_a_clock_of_its_own(moment, expected):
    assert hub.today(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == date.fromisoformat(expected)


def test_the_hubs_lists_of_yesterday_and_today(time_machine):
    time_machine.move_to("2025-09-11T12:00:00Z")
    more = "https://huggingface.co/api/daily_papers?date=2025-09-11&limit=100&p=1"
    server = FakeServer(
        {
            day("2025-09-10"): rows("2509.00001"),
            day("2025-09-11"): rows("2509.00002", Link=f'<{more}>; rel="next"'),
            more: rows("2509.00003"),
        }
    )
    assert daily.import_hub(server.client) == ImportCounts(new=3)
    assert server.urls[:3] == [day("2025-09-11"), more, day("2025-09-10")]
    server.responses[day("2025-09-10")] = rows("2509.00001", votes=7)
    assert daily.import_hub(server.client) == ImportCounts(changed=1, unchanged=2)
    assert Paper.objects.get(arxiv_id="2509.00001").vote_count == 7


def test_a_bad_record_is_told_and_fails_nothing(time_machine, caplog):
    time_machine.move_to("2025-09-11T12:00:00Z")
    lists = rows("2509.00001", "abc", "2509.00002"), rows("2509.00003", votes="many")
    server = FakeServer(dict(zip(map(day, ("2025-09-10", "2025-09-11")), lists, strict=True)))
    assert daily.import_hub(server.client) == ImportCounts(new=3)
    assert "record 2: arxiv_id: “abc” is not an arXiv id" in caplog.text
    assert "record 1: votes: a whole number from 0 to 10,000,000 was expected, not many (left out)" in caplog.text


@pytest.mark.parametrize(
    "response", [httpx2.Response(200, text="<html>"), httpx2.Response(200, json={"error": "No"}), 400]
)
def test_what_is_no_list_fails_and_costs_no_other_list(time_machine, response):
    time_machine.move_to("2025-09-11T12:00:00Z")
    server = FakeServer({day("2025-09-10"): rows("2509.00001"), day("2025-09-11"): response})
    with pytest.raises(FetchError, match="date=2025-09-11"):
        daily.import_hub(server.client)
    assert Paper.objects.count() == 1


def announced(category, since) -> str:
    return f"https://oaipmh.arxiv.org/oai?verb=ListRecords&metadataPrefix=arXivRaw&set={category}&from={since}"


def test_arxivs_categories_of_three_days(time_machine):
    time_machine.move_to("2025-09-12T00:00:00Z")
    records = raw_record("2509.00001", "2025-09-11"), raw_record("2509.00002", "2025-08-20")
    answers = {
        announced("cs%3Acs%3ACL", "2025-09-09"): httpx2.Response(200, text=oai_answer(*records)),
        announced("physics%3Ahep-th", "2025-09-09"): httpx2.Response(200, text=oai_answer(records[0])),
        announced("cs%3Acs%3ACL", "2025-09-11"): httpx2.Response(200, text=oai_error("noRecordsMatch")),
    }
    client = Client(httpx2.MockTransport(FakeServer(answers).respond), sleep=lambda seconds: None)
    assert daily.import_arxiv("cs.CL", client) == ImportCounts(new=2)
    assert daily.import_arxiv("hep-th", client) == ImportCounts(unchanged=1)
    time_machine.move_to("2025-09-14T00:00:00Z")
    assert daily.import_arxiv("cs.CL", client) == ImportCounts()


def test_each_category_of_the_settings_is_a_job(work, time_machine, settings, monkeypatch, caplog):
    time_machine.move_to("2025-09-11T12:00:00Z")
    settings.IMPORT_ARXIV_CATEGORIES = ["cs.CL", "cs.LG"]
    server = FakeServer({day("2025-09-10"): rows("2509.00001"), day("2025-09-11"): rows()})
    monkeypatch.setattr(tasks, "Client", lambda: server.client)
    tasks.import_hub(timestamp=0)
    assert "From https://huggingface.co: 1 new, 0 changed, 0 unchanged" in caplog.text
    tasks.import_arxiv(timestamp=0)
    jobs = ProcrastinateJob.objects.filter(task_name="papers.ingest.tasks.import_category").order_by("pk")
    assert [job.args for job in jobs] == [{"category": "cs.CL"}, {"category": "cs.LG"}]
    with pytest.raises(FetchError, match="cs%3Acs%3ACL"):
        work()


def test_the_success_of_an_import_is_recorded_for_its_category_alone(time_machine, monkeypatch):
    time_machine.move_to("2025-09-14T00:00:00Z")
    nothing = httpx2.Response(200, text=oai_error("noRecordsMatch"))
    server = FakeServer({announced("cs%3Acs%3ACL", "2025-09-11"): nothing})
    monkeypatch.setattr(tasks, "Client", lambda: server.client)
    tasks.import_category("cs.CL")
    with pytest.raises(FetchError, match="hep-th"):
        tasks.import_category("hep-th")
    imports = [Import(successes.ARXIV, "cs.CL"), Import(successes.ARXIV, "hep-th"), Import(successes.HUB)]
    at = datetime(2025, 9, 14, tzinfo=UTC).timestamp()
    assert list(successes.last(imports).values()) == [pytest.approx(at, abs=60), 0, 0]
