"""The cast: Alice owns an organisation, Bob is a member of it, Carol knows nobody, and a stranger is not signed in.

Real PostgreSQL, real templates, real middleware; CSRF is enforced.
"""

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, settings
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.job_context import JobContext

from orgs.models import Membership
from orgs.roles import Role
from papers.search import results
from papers.search.embedding import embedder
from tests.factories import OrganisationFactory, PaperFactory, UserFactory
from tests.queue import clear

# These machines are shared: how long an example takes says nothing.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")


@pytest.fixture(autouse=True)
def _fresh_caches():
    for name in ("cards", "pages", "searches"):
        caches[name].clear()
    for known in (embedder, results._has_vectors, results._embedded):
        known.cache_clear()
    results._pause["until"] = 0.0


@pytest.fixture(autouse=True)
def _fresh_throttle(request):
    """What Django empties after a test that commits are the tables of models; the throttle has none."""
    yield
    mark = request.node.get_closest_marker("django_db")
    commits = {"live_server", "transactional_db"} & set(request.fixturenames)
    if commits or (mark and mark.kwargs.get("transaction")):
        with request.getfixturevalue("django_db_blocker").unblock(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM lib_throttle")


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
    """Nothing that an earlier test left; and no connection that the threads of a worker would leave."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    clear()
    yield
    clear()


@pytest.fixture
def stranger():
    return Reader()


@pytest.fixture
def signed_in():
    """Somebody's browser: `signed_in(alice).get("/papers")`."""
    return Reader


def sign_in(client: Client, user) -> None:
    """With the second factor, if the user has one."""
    client.force_login(user)
    if factor := user.authenticator_set.first():
        session = client.session
        session["second_factor"] = factor.pk
        session.save()


class Reader(Client):
    """A browser that knows its CSRF token once a page showed it, as a real one does."""

    def __init__(self, user=None):
        super().__init__(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
        if user:
            sign_in(self, user)

    def act(self, path, data=None, **extra):
        """POST with the token that the page carries."""
        if "csrftoken" not in self.cookies:
            self.get("/papers/submit")
        token = self.cookies["csrftoken"].value if "csrftoken" in self.cookies else ""
        return self.post(path, (data or {}) | {"csrfmiddlewaretoken": token}, **extra)
