"""The cast: Alice owns an organisation, Bob is a member of it, Carol knows nobody, and a stranger is not signed in.

Real PostgreSQL, real templates, real middleware; CSRF is enforced.
"""

from copy import deepcopy
from datetime import timedelta
from functools import cache

import hypothesis
import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import update_last_login
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.signals import setting_changed
from django.db import connection, transaction
from django.dispatch import receiver
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone
from django.utils.crypto import get_random_string
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.job_context import JobContext

from accounts.sessions import SessionStore
from orgs.models import Membership
from orgs.roles import Role
from tests.database import empty
from tests.factories import OrganisationFactory, PaperFactory, UserFactory

# These machines are shared: how long an example takes says nothing.
hypothesis.settings.register_profile("shared", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("shared")


def pytest_terminal_summary(terminalreporter):
    """Say how much of the OpenAPI document was tried, if any of it was (`tests/api/test_schemathesis.py`)."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    tried = [value for report in reports for name, value in report.user_properties if name == "tried"]
    if tried:
        requests, tokens = sum(sum(counts.values()) for counts in tried), min(map(len, tried))
        terminalreporter.write_line(f"OpenAPI: {len(tried)} operations × {tokens} tokens, {requests} requests in all.")


@pytest.fixture(autouse=True)
def _fresh_caches():
    for name in ("cards", "pages", "searches"):
        caches[name].clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The tables of the database, without what a run that was killed may have left in them."""
    with django_db_blocker.unblock():
        empty()


@pytest.fixture(scope="module")
def module_scene(request, django_db_setup, django_db_blocker):
    """What `build_scene()` of the module returns, in a transaction that is rolled back after the module's last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield request.module.build_scene()
        transaction.set_rollback(True)


@pytest.fixture
def scene(module_scene, db):
    """The rows that `build_scene()` of the module writes, and a copy of what it returns.

    They are written once a module. Each test is a savepoint in that transaction: what one changes, no other sees.
    All tests of such a module that read the database have to have the scene, or it would depend on their order
    whether they see its rows: `pytestmark = pytest.mark.usefixtures("scene")`.
    """
    return deepcopy(module_scene)


@pytest.fixture
def alice(db):
    return UserFactory(username="alice", name="Alice Ash")


@pytest.fixture
def bob(db):
    return UserFactory(username="bob", name="Bob Birch")


@pytest.fixture
def carol(db):
    return UserFactory(username="carol", name="Carol Cedar")


@pytest.fixture
def lab(alice, bob):
    """An organisation that Alice owns and Bob is a member of."""
    lab = OrganisationFactory(slug="lab", name="The Lab")
    Membership.objects.create(organisation=lab, user=alice, role=Role.OWNER)
    Membership.objects.create(organisation=lab, user=bob, role=Role.MEMBER)
    return lab


@pytest.fixture
def paper(db):
    return PaperFactory(arxiv_id="2509.08721")


@pytest.fixture
def without_pgvector(db):
    """A database as migrations leave it where pgvector is not to be had: here, since our role may not install it."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX embedding_near")
        cursor.execute("ALTER TABLE papers_embedding ALTER vector TYPE real[] USING NULL")
        cursor.execute("DROP EXTENSION vector")
        cursor.execute("CREATE ROLE ordinary")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO ordinary")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ordinary")
        cursor.execute("SET LOCAL ROLE ordinary")


@pytest.fixture
def locked(transactional_db):
    """`locked("papers_word")`: whoever reads it waits, as for a disk that does not answer."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        yield lambda table: cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        cursor.execute("ROLLBACK")
    other.close()


@pytest.fixture
def work(db):
    """The worker: `work()` does all jobs that wait, and what comes of them."""

    def work():
        while job := ProcrastinateJob.objects.filter(status="todo").order_by("id").first():
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.id])
            task = app.tasks[job.task_name]
            context = JobContext(app=app, job=job.procrastinate_job, start_timestamp=0, abort_reason=lambda: None)
            task(*([context] if task.pass_context else []), **job.args)

    return work


@pytest.fixture
def queue(transactional_db, monkeypatch):
    """Jobs are committed, and the threads of a worker leave no connection."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)


@pytest.fixture
def stranger():
    return Reader()


@pytest.fixture
def signed_in():
    """Somebody's browser: `signed_in(alice).get("/papers")`."""
    return Reader


def sign_in(client: Client, user) -> None:
    """With allauth's row of the sign-in, and with the second factor, if the user has one.

    These are the rows that Django and allauth leave, in four statements instead of sixteen: most tests sign in.
    """
    data = {SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0]}
    data[HASH_SESSION_KEY] = user.get_session_auth_hash()
    if factor := user.authenticator_set.first():
        data["second_factor"] = factor.pk
    key, expires_at = get_random_string(32), timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    Session.objects.create(session_key=key, session_data=SessionStore().encode(data), expire_date=expires_at)
    UserSession.objects.create(user=user, session_key=key, ip="127.0.0.1")
    update_last_login(None, user)
    client.cookies[settings.SESSION_COOKIE_NAME] = key


@cache
def middleware() -> ClientHandler:
    """The middleware of the site, made once, as in a server: WhiteNoise looks at every static file when it is made."""
    return ClientHandler(enforce_csrf_checks=True)


@receiver(setting_changed)
def _make_middleware_again(**kwargs):
    middleware.cache_clear()


class Reader(Client):
    """A browser. Its owner has seen a page with a form, so that it has the cookie that goes with CSRF tokens."""

    def __init__(self, user=None):
        super().__init__(HTTP_HOST="127.0.0.1")
        if user:
            sign_in(self, user)
            self.cookies[settings.CSRF_COOKIE_NAME] = get_random_string(32)

    def request(self, **request):
        self.handler = middleware()
        return super().request(**request)

    def __deepcopy__(self, memo):
        """Another browser with the same cookies, for the next test of a scene."""
        twin = Reader()
        twin.cookies = deepcopy(self.cookies, memo)
        return twin

    def act(self, path, data=None, **extra):
        """POST with the token that a page would carry, if this browser has seen one."""
        token = self.cookies.get(settings.CSRF_COOKIE_NAME)
        return self.post(path, (data or {}) | {"csrfmiddlewaretoken": token.value if token else ""}, **extra)
