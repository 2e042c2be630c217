"""A site in a process of its own that is watched: ids of requests, its log, and what a scrape says in a failure."""

import json
import re
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest

from lib import outage
from tests.cluster import wait_until
from tests.config.prometheus import RULES, scraped, series
from tests.inbox.letters.post_office import open_office
from tests.serving import fetch

TOKEN = "a-token-of-thirty-characters-xx"
PAPER = "/papers/2507.01663"
WORD, MAILBOX, SECRET = "zanzibarword", "zanzibar@mailbox.example", "zanzibar-secret"
MARKS = ("zanzibar", "mailbox.example", "203.0.113.77", "127.0.0.1", "2001:db8")


@pytest.fixture(scope="module")
def office():
    class Settings:
        MAILERS = None

    with open_office(Settings) as office:
        office.port = Settings.MAILERS["default"]["OPTIONS"]["port"]
        office.refuses[MAILBOX] = f"550 5.1.1 <{MAILBOX}> is unknown here"
        yield office


@pytest.fixture(scope="module")
def site(serve_demo, office):
    options = {"EMAIL_URL": f"smtp://127.0.0.1:{office.port}", "METRICS_TOKEN": TOKEN, "LOG_FORMAT": "json"}
    with serve_demo(WEB_CONCURRENCY="2", FRONT_DOOR="1", **options) as server:
        server.wait_until_ready()
        yield server


@pytest.fixture
def database(database_url):
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@contextmanager
def without(connection, table: str):
    """A block in which no statement finds this table, as after a migration that went wrong."""
    connection.execute(f"ALTER TABLE {table} RENAME TO gone")
    try:
        yield
    finally:
        connection.execute(f"ALTER TABLE gone RENAME TO {table}")


def ask(site, path, method="GET", form=None, **headers):
    body = urlencode(form) if form else None
    if form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    answer = fetch(site.port, method, path, body, headers)
    return answer.status, answer.headers, answer.text


def post(site, path, form):
    """Post a form of this page as a browser does, with its cookie and token; returns status, headers and body."""
    _, headers, page = ask(site, path)
    cookie = "; ".join(value.partition(";")[0] for value in headers.get_all("Set-Cookie", []))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    sent = {"Cookie": cookie, "Referer": f"{site.url}{path}", "X-Forwarded-For": "203.0.113.77"}
    return ask(site, path, "POST", form | {"csrfmiddlewaretoken": token}, **sent)


def lines(site) -> list[dict]:
    return [json.loads(line) for line in site.output.splitlines() if line.startswith("{")]


def scrape(site) -> dict[str, float]:
    return scraped(ask(site, "/metrics", Authorization=f"Bearer {TOKEN}")[2])


def test_each_answer_has_an_id_of_its_own_also_if_it_was_kept(site):
    for _ in range(20):  # until some of them meet one second
        answers = [ask(site, "/papers")[1] for _ in range(8)]
        if (found := {headers["X-Cache"] for headers in answers}) == {"hit", "miss"}:
            break
    assert found == {"hit", "miss"}
    ids = [headers["X-Request-ID"] for headers in answers]
    assert len(set(ids)) == 8
    assert all(re.fullmatch("[0-9a-f]{12}", identifier) for identifier in ids)
    assert len({(headers["ETag"], headers["Vary"]) for headers in answers}) == 1


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [("0aF9-0123", True), ("x" * 12, False), ("0" * 37, False), ("0" * 7, False), ("00000000 00", False)],
)
def test_the_id_of_a_proxy_is_taken_if_it_looks_like_one(site, given, is_taken):
    assert (ask(site, "/healthz", **{"X-Request-ID": given})[1]["X-Request-ID"] == given) == is_taken


def test_the_page_of_an_error_shows_the_id_which_the_log_has_with_the_place(site, database):
    with without(database, "papers_artefact"):
        status, headers, page = ask(site, f"{PAPER}?any={WORD}")
    assert status == 500
    identifier = headers["X-Request-ID"]
    assert f"<code>{identifier}</code>" in page
    [line] = [line for line in lines(site) if line.get("request") == identifier]
    assert (line["event"], line["page"], line["level"]) == ("Internal Server Error", "papers:paper", "error")
    assert '42P01 relation "papers_artefact" does not exist' in line["exception"]
    assert "statement.py" in line["exception"]


def test_a_slow_statement_is_named_with_its_page_and_without_its_values(site, database):
    with database.transaction():
        database.execute("LOCK TABLE papers_paper IN ACCESS EXCLUSIVE MODE")
        status, headers, page = ask(site, f"{PAPER}?any={WORD}")
    identifier = headers["X-Request-ID"]
    assert status == 503
    assert f"<code>{identifier}</code>" in page
    of_request = {line["event"]: line for line in lines(site) if line.get("request") == identifier}
    slow = of_request["Slow statement"]
    assert slow["page"] == of_request["Slow request"]["page"] == "papers:paper"
    assert slow["duration_ms"] >= 1_900
    assert "papers_paper" in slow["sql"]
    assert "2507.01663" not in slow["sql"]
    assert of_request["Slow request"]["status"] == 503


def test_all_metrics_of_the_rules_are_scraped_and_processes_count_together(site):
    for _ in range(7):
        post(site, "/accounts/login/", {"login": "carol", "password": SECRET})
    count = series("broadsheet_request_duration_seconds_count", page="papers:trending", status="2xx")
    before = scrape(site).get(count, 0)
    for _ in range(12):
        ask(site, "/papers/trending")
    wait_until(lambda: scrape(site).get(count, 0) >= before + 12)  # both processes have written what they noted
    after = scrape(site)
    assert after[count] == before + 12
    names = {name.partition("{")[0] for name in after}
    of_rules = set(re.findall(r"\bbroadsheet_\w+", RULES.read_text()))
    without_import_and_replica = {"broadsheet_import_last_success_timestamp_seconds", "broadsheet_replica_lag_seconds"}
    assert of_rules - names == without_import_and_replica
    assert after[series("broadsheet_throttled_total", limit="passwords account")] >= 1
    assert after[series("broadsheet_workers")] == 0


def test_a_scrape_says_which_metrics_the_database_took_too_long_for(site, database):
    with database.transaction():
        database.execute("LOCK TABLE inbox_letter IN ACCESS EXCLUSIVE MODE")
        found = scrape(site)
    missing = {name: value for name, value in found.items() if name.startswith("broadsheet_metrics_missing")}
    assert {name for name, value in missing.items() if value} == {series("broadsheet_metrics_missing", group="letters")}
    assert len(missing) == 8
    assert found[series("broadsheet_database_up")] == 1
    assert series("broadsheet_letters_due") not in found
    assert series("broadsheet_votes_held") in found


def test_a_scrape_ends_in_time_if_the_database_takes_too_long_for_everything(site, database):
    tables = "procrastinate_jobs", "procrastinate_workers", "inbox_letter", "papers_heldvote", "cache"
    with database.transaction():
        database.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
        begun = time.monotonic()
        found = scrape(site)
        took = time.monotonic() - begun
    assert took < 9.5  # Prometheus gives up after 10 seconds
    assert found[series("broadsheet_metrics_missing", group="imports")] == 1


def test_while_the_database_is_down_a_scrape_has_what_processes_counted(site, database_url):
    name = urlsplit(database_url).path[1:]
    with psycopg.connect(urlsplit(database_url)._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            down = scrape(site)
        finally:
            server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert down[series("broadsheet_database_up")] == 0
    assert down[series("broadsheet_metrics_missing", group="jobs")] == 1
    assert any(name.startswith("broadsheet_request_duration_seconds_count") for name in down)
    time.sleep(outage.PAUSE_SECONDS)  # until each process tries again
    assert scrape(site)[series("broadsheet_database_up")] == 1


def test_nothing_of_a_person_is_in_the_log(site, office, database):
    """Whatever is sent is marked, and all that can go wrong does."""
    post(site, "/accounts/login/", {"login": MAILBOX, "password": SECRET})
    post(site, "/accounts/login/", {"login": "alice", "password": SECRET})
    sign_up = {"username": "zanzibar", "email": MAILBOX, "password1": SECRET, "password2": SECRET}
    refused = post(site, "/accounts/signup/", sign_up)
    for path in (
        f"/papers?q={WORD}",
        f"/letters/2025-01-01/{SECRET}",
        f"/nowhere/{SECRET}",
        f"/papers?older={SECRET}",
    ):
        for headers in ({"Authorization": f"Bearer {SECRET}"}, {"Authorization": SECRET}, {"Host": "zanzibar.example"}):
            ask(site, path, **{"X-Forwarded-For": "2001:db8::7", "User-Agent": MAILBOX} | headers)
    ask(site, f"/api/papers/search?q={WORD}", Authorization=f"Bearer {SECRET}")
    with without(database, "papers_searchentry"):
        assert ask(site, f"/papers?q={WORD}+else")[0] == 500
        assert ask(site, f"/api/papers/search?q={WORD}+else")[0] == 500
    with without(database, "accounts_user"):
        assert post(site, "/accounts/password/reset/", {"email": MAILBOX})[0] == 500
    with database.transaction():
        database.execute("LOCK TABLE papers_searchentry IN ACCESS EXCLUSIVE MODE")
        assert ask(site, f"/papers?q={WORD}+other")[0] == 503
    connection = HTTPConnection("127.0.0.1", site.port)
    connection.request("GET", f"/{WORD}", headers={"Content-Length": SECRET})
    connection.getresponse().read()
    connection.close()
    events = {line["event"] for line in lines(site)}
    assert {"sign_in_failed", "Internal Server Error", "Slow statement", "A search took more than 1000 ms."} <= events
    assert (refused[0], "The mail could not be sent." in refused[2]) == (503, True)
    for line in site.output.splitlines():
        if line.startswith("Broadsheet is at "):
            continue
        assert not [mark for mark in MARKS if mark in line], line
    accounts = {line["account"] for line in lines(site) if line["event"] == "sign_in_failed"}
    assert None in accounts
    assert all(isinstance(account, int) for account in accounts - {None})
    assert len(accounts) > 1
    assert [line for line in site.output.splitlines() if '"level"' in line and not line.startswith("{")] == []
