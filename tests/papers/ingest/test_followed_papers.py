"""Following another site: the papers of its lists, which are requested one by one for their artefacts."""

import pytest

from papers.ingest import hub_papers
from papers.ingest.client import FetchError, TemporaryError
from papers.ingest.save import ImportCounts
from papers.models import Fetched, Paper
from tests.factories import PaperFactory
from tests.papers.ingest.followed import Site, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]
NOON = "2025-09-11T12:00:00Z"
TODAY = "2025-09-11T00:00:00.000Z"


@pytest.fixture
def site(time_machine):
    time_machine.move_to(NOON, tick=False)
    return Site()


def publish(site, arxiv_id, day="2025-09-11", **fields) -> None:
    """Put a paper on the list of a day, and answer with it and these fields when it is requested by itself."""
    listed = row(arxiv_id, submittedOnDailyAt=f"{day}T00:00:00.000Z", discussionId="66e1" + arxiv_id[-5:])
    site.lists.setdefault(day, []).append(listed)
    site.papers[arxiv_id] = listed["paper"] | {"linkedModels": [], "linkedDatasets": [], "linkedSpaces": []} | fields


def requested(site) -> list[str]:
    """The ids of the papers that were requested since the last call, and forgets them."""
    requests, site.paper_requests = site.paper_requests, []
    return [request.url.path.removeprefix("/api/papers/") for request in requests]


def test_a_new_paper_comes_with_its_artefacts(site):
    publish(site, "2509.00001", linkedModels=[{"id": "lab/engine", "likes": 3}])
    publish(site, "2508.00001", "2025-08-20", linkedSpaces=[{"id": "lab/live"}])
    assert site.follow() == ImportCounts(new=2, changed=2)
    assert requested(site) == ["2509.00001", "2508.00001"]
    counts = Paper.objects.order_by("arxiv_id").values_list("model_count", "demo_count")
    assert list(counts) == [(0, 1), (1, 0)]


def test_papers_of_three_days_are_requested_again_after_a_pause_and_older_ones_never(site, time_machine):
    for number, day in enumerate(("2025-09-08", "2025-09-09", "2025-09-11"), 1):
        publish(site, f"2509.0000{number}", day)
    site.follow()
    assert requested(site) == ["2509.00003", "2509.00002", "2509.00001"]
    site.follow()
    assert requested(site) == []
    time_machine.move_to("2025-09-11T18:00:00Z", tick=False)
    site.papers["2509.00003"]["linkedModels"] = [{"id": "lab/engine"}]
    assert site.follow() == ImportCounts(changed=1)  # the other one answers 304
    assert {request.headers.get("If-None-Match", "")[:3] for request in site.paper_requests} == {'W/"'}
    assert sorted(requested(site)) == ["2509.00002", "2509.00003"]
    assert Paper.objects.get(arxiv_id="2509.00003").model_count == 1


def test_a_run_requests_so_many_papers_and_the_next_one_goes_on(site, monkeypatch):
    monkeypatch.setattr(hub_papers, "MAX_A_RUN", 2)
    for number in range(1, 6):
        publish(site, f"2509.0000{number}")
    runs = [(site.follow(), requested(site))[1] for _ in range(4)]
    assert [len(run) for run in runs] == [2, 2, 1, 0]
    assert {arxiv_id for run in runs for arxiv_id in run} == site.papers.keys()


def test_a_paper_that_the_site_lacks_is_not_requested_in_each_run(site, settings, time_machine):
    PaperFactory(arxiv_id="2509.00009")
    site.follow()
    assert requested(site) == []  # nothing says that it is at the Hub
    settings.HUB_URL = site.address = "https://papers.example.org"
    for expected in (["2509.00009"], []):
        assert site.follow() == ImportCounts()
        assert requested(site) == expected
    assert Fetched.objects.get(address="https://papers.example.org/api/papers/2509.00009").etag == ""


def test_one_paper_that_cannot_be_read_costs_no_other_but_a_busy_site_is_left_alone(site):
    for number in (1, 2, 3):
        publish(site, f"2509.0000{number}", linkedModels=[{"id": "lab/engine"}])
    site.failing = {"2509.00002": 400}
    with pytest.raises(FetchError, match=r"papers/2509\.00002 answered 400"):
        site.follow()
    assert set(Paper.objects.filter(model_count=1).values_list("arxiv_id", flat=True)) == {"2509.00001", "2509.00003"}
    Fetched.objects.filter(address__contains="/api/papers/").delete()
    requested(site)
    site.failing = dict.fromkeys(site.papers, 429)
    with pytest.raises(TemporaryError):
        site.follow()
    assert len(set(requested(site))) == 1
