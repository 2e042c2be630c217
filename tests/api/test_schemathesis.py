"""The OpenAPI document against the operations: each answers requests as the document says, whatever they are.

schemathesis makes the requests, valid ones and invalid ones, and compares the answers by all of its checks. They go to
the site in this process, and change nothing but the transaction of the test.
"""

from urllib.parse import urlencode

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from django.http import QueryDict
from hypothesis import HealthCheck, settings
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig

from api.models import Scope
from lib.storable import is_storable
from moderation.models import Action
from orgs.roles import Role
from papers.lists.query import parse_query
from papers.models import directory
from tests.api.bearer import token_of
from tests.factories import NOON, AuthorClaimFactory, OrganisationFactory, PaperFactory, UserFactory
from tests.orgs.conftest import join
from tests.papers.collections.shelf import shelf
from tests.papers.discussion.talk import post

EXAMPLES = 3  # of each operation, beside those that schemathesis derives from the limits of its parameters
# schemathesis neither names an address of its own nor decompresses what it gets.
REQUEST = {"HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "203.0.113.7", "HTTP_ACCEPT_ENCODING": "identity"}
pytestmark = pytest.mark.usefixtures("scene", "one_connection")


def site(environ: dict, start_response):
    """The site, where no request counts for a limit: they all come from one network."""
    if connection.connection is not None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM lib_throttle")
    return get_wsgi_application()(environ | REQUEST, start_response)


def described():
    """The document, as schemathesis reads it. No text has a NUL, since no address of the site may have one."""
    project = ProjectConfig(generation=GenerationConfig(allow_x00=False))
    config = SchemathesisConfig(projects=ProjectsConfig(default=project))
    return schemathesis.openapi.from_wsgi("/api/openapi.json", site, config=config)


SCHEMA = described()


@pytest.fixture
def one_connection():
    """Let requests leave the connection alone, which has the transaction of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def build_scene() -> dict[str, str]:
    """A site with one of each thing, under the names in the examples of the document; and a token for each scope."""
    ada = UserFactory(username="ada")
    lab = OrganisationFactory(slug="openai")
    join(lab, Role.OWNER, username="mia")
    paper = PaperFactory(arxiv_id="2509.08721", keywords=["graphs"], submitted_by=ada, organisation=lab)
    PaperFactory(arxiv_id="hep-th/9901001", keywords=["graphs"])
    AuthorClaimFactory(user=ada, paper=paper)
    post(ada, paper, "What is the batch size?")
    shelf(ada, "Autumn", [paper], visibility="public")
    about = {"kind": "comment", "subject_id": 1, "label": "a comment", "data": {"cases": []}, "created_at": NOON}
    Action.objects.create(deed="hide", reason="Spam.", moderator_name="Mo", url="/comments/1", **about)
    directory.recount()
    return {"": ""} | {scope: token_of(ada, scope) for scope in Scope.values}


def make_sensible(query: dict, scope: str) -> None:
    """Take out of a valid query what is refused for reasons that types cannot say.

    Those are cursors that the site has not made, page numbers too high for long pages, what the token's person has seen
    if there is none, two periods at once and periods that are none, and words without a word in them.
    """
    periods = [name for name in ("date", "week", "month") if name in query]
    for name in ["cursor", "p", *([] if scope else ["seen"]), *periods]:
        query.pop(name, None)
    if "q" in query and (not is_storable(query["q"]) or parse_query(QueryDict(urlencode({"q": query["q"]}))).problems):
        query["q"] = "graphs"


@pytest.mark.parametrize("scope", ["", Scope.READ])
@SCHEMA.include(method="GET").parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
def test_each_operation_answers_as_the_document_says(case, scope, scene):
    if case.meta.generation.mode.is_positive:
        make_sensible(case.query, scope)
    case.call_and_validate(headers={"Authorization": f"Bearer {scene[scope]}"} if scope else None)
