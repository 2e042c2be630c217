"""What bench/capacity.py computes from costs, and what bench/day.py computes of a day."""

import json
import subprocess
import sys
from dataclasses import asdict, replace

import pytest

from bench import day
from bench.capacity import Assumptions, Figures, need
from bench.day import Visit
from tests.serving import ROOT

FIGURES = Figures(
    list_ms=20,
    paper_ms=10,
    member_ms=30,
    vote_ms=40,
    page_bytes=10_000,
    first_bytes=100_000,
    paper_disk=20_000,
    vote_disk=200,
    user_disk=2_000,
)
# A month of 2,592,000 seconds, so that at twice the mean rate 1,296,000 readers open a page each second.
ASSUMED = Assumptions(
    pages_per_reader=1,
    member_share=0.1,
    votes_per_member=1,
    new_reader_share=0.5,
    hit_percent=90,
    peak_factor=2,
    core_use=0.5,
    node_cores=4,
    node_spare=1,
    connections_per_process=4,
    papers_per_year=1_000,
    vector_bytes=4_000,
    picture_bytes=26_000,
    years=2,
)
READERS = 1_296_000_00


def test_what_a_hundred_pages_a_second_take():
    found = need(READERS, FIGURES, ASSUMED)
    # 90 pages of strangers, of which the cache answers 81; 10 of members; 10 votes
    assert found.pages_per_second == pytest.approx(100)
    assert found.site_per_second == pytest.approx(9 + 10 + 10)
    busy = 9 * 0.015 + 10 * 0.030 + 10 * 0.040
    assert found.cores == pytest.approx(busy / 0.5)
    assert (found.nodes, found.connections) == (1 + 1, 2 * 4 * 4)
    assert found.megabits == pytest.approx(8 * (100 * 10_000 + 50 * 100_000) / 1e6)
    papers, votes, users = 2_000 * 50_000, READERS * 0.1 * 24 * 200, READERS * 0.1 * 2_000
    assert found.disk_gb == pytest.approx((papers + votes + users) / 1e9)


def test_a_cache_that_keeps_nothing_makes_the_site_answer_all():
    without = need(READERS, FIGURES, replace(ASSUMED, hit_percent=0))
    assert without.site_per_second == pytest.approx(90 + 10 + 10)
    assert without.nodes == 1 + 2  # 4.1 cores


def test_figures_of_an_earlier_run_are_read_and_all_that_is_assumed_is_printed(tmp_path):
    file = tmp_path / "figures.json"
    file.write_text(json.dumps(asdict(FIGURES)))
    command = [sys.executable, "bench/capacity.py", "--figures", file, "--readers", "10000", "7000000"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line.split()[0] for line in printed.splitlines()[3:5]] == ["10,000", "7,000,000"]
    for value in asdict(Assumptions()).values():
        assert f"\n{value:>12,} " in printed


def test_without_data_benchmarks_end_with_two(tmp_path):
    for name in ("capacity", "proxy_cache"):
        command = [sys.executable, f"bench/{name}.py", "--data", tmp_path]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (run.returncode, "There are no *.json.gz" in run.stdout) == (2, True)


def visit(at: float, path: str = "/a", kind: str = "lists", member: int | None = None) -> Visit:
    return Visit(at, kind, path, member, False)


@pytest.mark.parametrize(
    ("visits", "ratio"),
    [
        ([visit(0), visit(59), visit(61), visit(120)], 3 / 4),
        ([visit(0), visit(659)], 1 / 2),
        ([visit(0), visit(660)], 0),
        ([visit(0), visit(600), visit(1_250)], 2 / 3),  # what was given at 600 was fetched anew
        ([visit(0), visit(0, "/b")], 0),
        ([visit(0), visit(1, member=3), visit(2)], 1 / 2),
        ([visit(0, kind="files"), visit(80_000, kind="files")], 1 / 2),
    ],
)
def test_the_ratio_on_paper_is_that_of_a_cache_by_the_rules(visits, ratio):
    assert day.ratio_on_paper(iter(visits)) == pytest.approx(ratio)


def test_a_day_has_its_requests_in_order_and_the_first_of_each_kind_are_requested_most():
    addresses = {kind: [f"/{kind}/{number}" for number in range(50)] for kind in day.MIX}
    found = list(day.visits(addresses, 86_400, (1_000, 11_000), members=2))
    assert len(found) == 10_000
    assert found == sorted(found, key=lambda visit: visit.at)
    assert 1_000 <= found[0].at <= found[-1].at <= 11_000
    assert {visit.member for visit in found} == {None, 0, 1}
    paths = [visit.path for visit in found]
    first, tenth = paths.count("/lists/0"), paths.count("/lists/9")
    assert first / tenth == pytest.approx(10**day.EXPONENT, rel=0.3)
    assert list(day.visits(addresses, 86_400, (1_000, 11_000), members=2)) == found
    assert all(visit.member is None for visit in day.visits(addresses, 10_000, (0, 1_000), members=0))
