"""What an operator meets: health, the demo, preparing twice, headers."""

import os
import subprocess
import sys
from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.models import F, Q
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import User
from config import checks, demo
from lib.health import HealthMiddleware
from moderation.models import Case
from papers import audit
from papers.models import AuthorClaim, Comment, Paper, Vote, Word
from papers.period import today


def ids(found):
    return [message.id for message in found]


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


def test_a_site_goes_by_its_address_in_small_letters():
    code = "import lib.env; from django.conf import settings; print(settings.BASE_URL, *settings.CSRF_TRUSTED_ORIGINS)"
    environment = os.environ | {
        "BASE_URL": "HTTPS://Papers.Example.org:8443/",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["https://papers.example.org:8443"] * 2


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
    assert "dismissed the case about a comment" in stranger.get("/moderation/log").content.decode()
    assert "Version 2" in stranger.get("/papers/2411.15124/versions").content.decode()
    assert not AuthorClaim.objects.exists()  # by invented people, of papers with real authors
    assert (Case.objects.open().count(), User.objects.moderators().count()) == (1, 0)
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
    assert page.count('class="card"') == 12
    assert page.count('class="thumbnail"') == 1
    assert page.count('aria-pressed="true"') == 5
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
