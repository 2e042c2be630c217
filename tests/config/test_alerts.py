"""The rules for Prometheus: when each alert fires, and that the runbook has a section for it."""

import re
import subprocess

import pytest

from tests.config.prometheus import ROOT, RULES, check, needs_promtool, series

RUNBOOK = ROOT / "docs" / "runbook.md"
REQUESTS = "broadsheet_request_duration_seconds"
PAGE = {"page": "papers:paper"}


def mails(sent: str, refused: str = "0x90", unreachable: str = "0x90") -> dict[str, str]:
    values = {"sent": sent, "refused": refused, "unreachable": unreachable}
    return {series("broadsheet_mails_total", outcome=name): f"0+{value}" for name, value in values.items()}


def requests(good: int, bad: int) -> dict[str, str]:
    """So many requests a minute that are answered, and that fail."""
    return {
        series(f"{REQUESTS}_count", status="2xx", **PAGE): f"0+{good}x90",
        series(f"{REQUESTS}_count", status="5xx", **PAGE): f"0+{bad}x90",
    }


def durations(fast: int, slow: int) -> dict[str, str]:
    """So many requests a minute that take less than a second, and up to 2.5 seconds."""
    buckets = {"1.0": fast, "2.5": fast + slow, "+Inf": fast + slow}
    counts = {series(f"{REQUESTS}_bucket", le=le, status="2xx", **PAGE): f"0+{n}x90" for le, n in buckets.items()}
    return counts | {series(f"{REQUESTS}_count", status="2xx", **PAGE): f"0+{fast + slow}x90"}


def gauge(name: str, value: float, **labels: str) -> dict[str, str]:
    return {series(f"broadsheet_{name}", **labels): f"{value}+0x9000"}


def category(name: str, at: int) -> dict[str, str]:
    """The last import of this category was at this second."""
    return gauge("import_last_success_timestamp_seconds", at, source="arxiv", category=name)


def failed(before: int, after: int) -> dict[str, str]:
    return {series("broadsheet_jobs", state="failed"): f"{before}+0x40 {after}+0x50"}


CONNECTIONS = gauge("database_connections_allowed", 100)
# What happens, when it is looked at, and the alert that then fires; None if nothing is wrong.
CASES = [
    ({series("up"): "0+0x90"}, "60m", "SiteDown"),
    ({series("up"): "1+0x90"}, "60m", None),
    (gauge("database_up", 0), "60m", "DatabaseDown"),
    (gauge("database_up", 1), "60m", None),
    (gauge("database_up", 1) | gauge("metrics_missing", 1, group="jobs"), "60m", "MetricsMissing"),
    (gauge("database_up", 1) | gauge("metrics_missing", 0, group="jobs"), "60m", None),
    (gauge("database_up", 0) | gauge("metrics_missing", 1, group="jobs"), "60m", "DatabaseDown"),
    (requests(20, 2), "60m", "Errors"),
    (requests(200, 1), "60m", None),
    (durations(90, 10), "60m", "SlowPages"),
    (durations(99, 1), "60m", None),
    ({series("broadsheet_refused_total", kind="strangers"): "0+20x90"}, "60m", "Overload"),
    ({series("broadsheet_refused_total", kind="strangers"): "0+1x90"}, "60m", None),
    (CONNECTIONS | gauge("database_connections", 81, state="idle"), "60m", "ConnectionsRunOut"),
    (CONNECTIONS | gauge("database_connections", 79, state="idle"), "60m", None),
    (gauge("replica_lag_seconds", 31, replica="replica1"), "60m", "ReplicaLate"),
    (gauge("replica_lag_seconds", 29, replica="replica1"), "60m", None),
    (gauge("workers", 0), "60m", "WorkerStopped"),
    (gauge("workers", 0) | {series("broadsheet_workers", instance="other"): "1+0x90"}, "60m", None),
    (gauge("oldest_job_age_seconds", 1_900), "60m", "JobsLate"),
    (gauge("oldest_job_age_seconds", 1_700), "60m", None),
    (failed(3, 4), "60m", "JobsFailed"),
    (failed(4, 4), "60m", None),
    (gauge("oldest_letter_age_seconds", 1_000), "60m", "LettersLate"),
    (gauge("oldest_letter_age_seconds", 800), "60m", None),
    (mails("1x90", unreachable="1x90"), "60m", "MailServerUnreachable"),
    (mails("9x90", "2x90"), "70m", "MailRefused"),
    (mails("99x90", "1x90"), "70m", None),
    (gauge("import_last_success_timestamp_seconds", 0, source="hub"), "98h", "ImportLate"),
    (gauge("import_last_success_timestamp_seconds", 0, source="hub"), "90h", None),
    (category("cs.CL", 360_000) | category("hep-th", 0), "98h", "ImportLate"),
    (category("cs.CL", 360_000) | category("hep-th", 360_000), "98h", None),
    (gauge("papers_without_vector", 2_500), "70m", "SearchBehind"),
    (gauge("papers_without_vector", 1_900), "70m", None),
    (gauge("oldest_held_vote_age_seconds", 200_000), "60m", "VotesWait"),
    (gauge("oldest_held_vote_age_seconds", 100_000), "60m", None),
    ({series("broadsheet_throttled_total", limit="passwords account"): "0+200x90"}, "60m", "ManyRefusals"),
    ({series("broadsheet_throttled_total", limit="passwords account"): "0+20x90"}, "60m", None),
]


def alerts() -> list[str]:
    return re.findall(r"^ +- alert: (\w+)$", RULES.read_text(), re.MULTILINE)


def test_each_alert_has_a_section_in_the_runbook_and_each_section_an_alert():
    section = RUNBOOK.read_text().split("\n## Alerts\n")[1]
    assert re.findall(r"^### (\w+)$", section, re.MULTILINE) == alerts()
    for text in section.split("\n### ")[1:]:
        assert re.findall(r"^\*\*([\w ]+):\*\*", text, re.MULTILINE) == ["Means", "Look at", "Do"], text


def test_each_alert_has_a_case_in_which_it_fires():
    assert {alert for _, _, alert in CASES} - {None} == set(alerts())


@needs_promtool
def test_prometheus_accepts_the_rules():
    run = subprocess.run(["promtool", "check", "rules", RULES], capture_output=True, text=True, check=False)
    assert f"SUCCESS: {len(alerts())} rules found" in run.stdout, run.stderr


@needs_promtool
@pytest.mark.parametrize("alert", [*alerts(), None])
def test_an_alert_fires_if_something_is_wrong_and_no_other_one_does(tmp_path, alert):
    cases = [(numbers, at, {alert} - {None}) for numbers, at, fires in CASES if fires == alert]
    assert check(tmp_path, *cases) == ""
