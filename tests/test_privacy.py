"""docs/privacy.md names every table, every job that deletes and every period, and what it promises is so."""

import re
from pkgutil import resolve_name

import pytest
from allauth.account.models import EmailConfirmation
from allauth.socialaccount import app_settings
from django.apps import apps
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app

from accounts.models import Suppression, User, securityevent, user
from accounts.models.suppression import Why
from api.models import delivery, storedanswer
from inbox import signed_links
from inbox.models import notification, subscription
from lib import images
from lib.jobs import KEPT_SECONDS
from orgs import succession
from orgs.models import invitation
from papers.models import dataexport, intake, removedpaper, seen, submission, votenetwork
from tests.accounts.entrance import link_in, send
from tests.test_house_rules import PYTHON, ROOT
from tests.test_walk import build_scene  # noqa: F401

DOCUMENT = (ROOT / "docs" / "privacy.md").read_text()
ROWS = [
    re.split(r" *\| *", line)[1:-1]
    for line in DOCUMENT.splitlines()
    if line.startswith("| ") and not line.startswith("| what ")
]
DAY = 24 * 3600
# The beginning of a row, and the days that it states, from the code.
PERIODS = [
    ("The same, if no address", user.CONFIRMED_WITHIN.days),
    ("`SecurityEvent`", securityevent.KEPT.days),
    ("`Session`", settings.SESSION_COOKIE_AGE // DAY),
    ("`VoteNetwork`", votenetwork.KEPT.days),
    ("`Seen`", seen.KEPT.days),
    ("`Submission`", submission.KEPT.days),
    ("`Notification`", notification.KEPT.days, notification.KEPT_UNREAD.days),
    ("`DataExport`", dataexport.KEPT.days),
    ("`Intake`", intake.KEPT.days),
    ("`Subscription` that nobody", signed_links.CONFIRM.max_age.days),
    ("`Subscription`: address", subscription.RESUMABLE.days),
    ("`Invitation`", invitation.LASTS.days, invitation.KEPT.days),
    ("`RemovedPaper`", removedpaper.RESTORABLE.days),
    ("`Delivery`", delivery.KEPT.days),
    ("`StoredAnswer`", storedanswer.KEPT.days),
    ("Pictures", 2 * images.KEPT_SECONDS // DAY),
    ("`ProcrastinateJob`", KEPT_SECONDS // DAY),
    ("`cache`: the error", KEPT_SECONDS // DAY),
]


def test_every_table_is_named(db):
    named = set(re.findall(r"`(\w+)`", DOCUMENT))
    assert {model._meta.object_name for model in apps.get_models()} - named == set()
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    of_models = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    unmanaged = {name for name in tables - of_models if not name.startswith(("django_migrations", "procrastinate_"))}
    assert unmanaged <= named


def test_every_job_that_deletes_is_named():
    nightly = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    deleting = {name for name in nightly if re.search(r"\.(?:clear|delete|forget)_\w+$", name)}
    named = set(re.findall(r"`(\w+(?:\.\w+)*\.tasks\.\w+)`", DOCUMENT))
    assert deleting <= named <= app.tasks.keys()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_row_says_what_deletes_it_and_names_its_tests(row):
    what, _, _, by, proofs = row
    tests = {name for path in PYTHON for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)}
    assert what
    assert all(resolve_name(name) for name in re.findall(r"`(\w+(?:\.\w+)+)`", by))
    assert set(re.findall(r"`(\w+)`", proofs)) <= tests
    assert re.fullmatch(r"`test_\w+`(?:, `test_\w+`)*", proofs)


@pytest.mark.parametrize(("beginning", "days"), [(row[0], list(row[1:])) for row in PERIODS])
def test_every_period_is_that_of_the_code(beginning, days):
    [stated] = [row[2] for row in ROWS if row[0].startswith(beginning)]
    assert [int(number) for number in re.findall(r"(\d+) days?\b", stated)] == days


def test_every_stated_period_is_compared():
    stated = [row[0] for row in ROWS if re.search(r"\d+ days?\b", row[2])]
    others = ("An `Item`", "`Letter` that")  # a month, which their own tests hold
    assert [what for what in stated if not what.startswith((*(row[0] for row in PERIODS), *others))] == []


def rows_with(words: str) -> dict[str, list[str]]:
    """The rows of all tables in which a word begins so, in any case, by the name of the table."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            statement = f'SELECT row::text FROM "{table}" row WHERE row::text ~* %s'  # noqa: S608
            cursor.execute(statement, [rf"\m{words}"])
            if rows := [text for (text,) in cursor.fetchall()]:
                found[table] = rows
    return found


def test_no_table_names_somebody_who_has_left(scene, django_capture_on_commit_callbacks):
    rita = User.objects.get(username="rita")
    assert rows_with("rita").keys() > {"accounts_user", "papers_collection", "papers_savedfilter"}
    with django_capture_on_commit_callbacks(execute=True):
        succession.leave(rita)
    assert rows_with("rita") == {}


def test_links_to_confirm_an_address_are_in_no_table(scene, stranger, mailoutbox):
    password = "correct horse battery"
    form = {"username": "nora", "email": "nora@example.org", "password1": password, "password2": password}
    send(stranger, "/accounts/signup/", form)
    key = link_in(mailoutbox[0]).rstrip("/").rpartition("/")[2]
    assert (rows_with(key), EmailConfirmation.objects.count()) == ({}, 0)


def test_no_token_of_another_site_is_stored():
    assert not app_settings.STORE_TOKENS


def test_an_address_to_which_nothing_is_sent_is_kept_as_a_hash(scene):
    Suppression.objects.add("sara.smith@example.org", Why.REFUSED)
    assert Suppression.objects.has("sara.smith@example.org")
    assert rows_with("sara.smith") == {}


def test_the_page_for_readers_states_the_same_periods(scene, stranger):
    page = " ".join(stranger.get("/privacy").content.decode().split())
    for words, days in [
        ("for {} days, to find accounts that", votenetwork.KEPT.days),
        ("Which papers you opened, for {} days", seen.KEPT.days),
        ("for {} days after it expired", invitation.KEPT.days),
    ]:
        assert words.format(days) in page
