"""Large import files: another process reads them, which no report and no row shows, and which may end at any time."""

import multiprocessing
import re

import pytest

from papers import audit
from papers.ingest import files
from papers.models import Paper
from papers.signals import papers_listed
from tests.papers.ingest.test_command import hub, rows
from tests.papers.ingest.test_save import state

pytestmark = pytest.mark.django_db


def large_rows(count: int) -> list[dict]:
    filling = {"ignored": "-" * (files.FEW_BYTES // count), "githubRepo": f"https://example.org/{'code' * 100}"}
    return [row | filling for row in rows(*(f"2508.{n:05}" for n in range(count)))]


def test_they_bring_the_same_papers_and_reports_as_small_ones(write, monkeypatch):
    first, second = large_rows(30), rows(*(f"2509.{n:05}" for n in range(3)))
    first[1]["paper"] |= {"id": "2513.00001"}
    first[2]["paper"] |= {
        "authors": [{"name": None}, {"name": "Ada"}],
        "summary": r"A $\beta$-VAE of 1.5 GB, e.g. C++.",
    }
    second[1]["paper"] |= {"id": first[2]["paper"]["id"], "summary": "It has another abstract."}
    paths = write("first.json", first), write("broken.json", "["), write("second.json", second)
    large, rows_of_large = hub(*paths), state()
    Paper.objects.all().delete()
    monkeypatch.setattr(files, "FEW_BYTES", 10**9)
    small, rows_of_small = hub(*paths), state()
    times = r"in [\d.]+ s .*"
    assert (large.code, large.err, re.sub(times, "", large.out)) == (1, small.err, re.sub(times, "", small.out))
    assert "31 new, 0 changed, 1 unchanged, 2 bad, 1 note" in large.out
    assert rows_of_large == rows_of_small
    assert audit.mismatches() == []


def test_what_is_saved_stays_if_that_process_is_killed(write):
    def kill(**_):
        for process in multiprocessing.active_children():
            process.kill()

    path = write("a.json", large_rows(1200))
    papers_listed.connect(kill)
    try:
        run = hub(path)
    finally:
        papers_listed.disconnect(kill)
    assert run.err.startswith(f"{path}: the process that reads the files has ended, so the rest of this file and later")
    assert "500 new, 0 changed, 0 unchanged, 1 bad" in run.out
    assert (run.code, Paper.objects.count(), audit.mismatches()) == (1, 500, [])


def test_that_process_ends_with_the_import(write):
    assert "4 new" in hub(write("a.json", large_rows(30)), "--limit", 4).out
    assert multiprocessing.active_children() == []
