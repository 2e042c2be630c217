"""The OpenAPI document against the operations: each answers requests as the document says, whatever they are.

schemathesis makes the requests, valid ones and invalid ones, and compares the answers by all of its checks. They go to
the site in this process: with a token of all scopes; the first valid one also without a token and with one of each
scope, and then these take turns, at every valid request and at every fourth invalid one, since what a token may not do
is refused before the rest is read. Each is undone before the next one, so that all meet the same site.
"""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlencode

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, transaction
from django.http import QueryDict
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Response
from schemathesis.checks import negative_data_rejection
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig

from api.models import Scope
from lib.bodies import body_limit
from moderation.models import Action
from orgs.models import Membership
from orgs.roles import Role
from papers import identifiers
from papers.lists.query import parse_query
from papers.models import Collection, Comment, Item, Paper, RemovedPaper, directory
from tests.api.bearer import token_of
from tests.factories import (
    NOON,
    AuthorClaimFactory,
    OrganisationFactory,
    PaperFactory,
    SubmissionFactory,
    UserFactory,
    appoint,
)

EXAMPLES = 3  # of each operation, beside those that schemathesis derives from the limits of its parameters
PK = 9_000_007  # of the comment, the organisation and the paper in the examples of the document
EVERYTHING = "everything"
OTHERS = ["", *Scope.values]  # besides that of all scopes
# schemathesis neither names an address of its own nor decompresses what it gets.
REQUEST = {"HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "203.0.113.7", "HTTP_ACCEPT_ENCODING": "identity"}
PERIODS = ("date", "week", "month")
pytestmark = pytest.mark.usefixtures("scene", "one_connection")


@dataclass
class Tried:
    """How many requests were made with a token, by its scope, and how many cases were valid ones."""

    requests: dict[str, int] = field(default_factory=lambda: dict.fromkeys([EVERYTHING, *OTHERS], 0))
    valid_cases: int = 0


@cache
def middleware():
    """The middleware of the site, made once, as in a server: WhiteNoise looks at every static file when it is made."""
    return get_wsgi_application()


def site(environ: dict, start_response):
    """The site, where no request counts for a limit: they all come from one network and one person."""
    if connection.connection is not None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM lib_throttle")
    return middleware()(environ | REQUEST, start_response)


def described():
    """The document, as schemathesis reads it.

    No text has a NUL: PostgreSQL stores none, so the site takes none anywhere, and each text would have to say so.
    """
    project = ProjectConfig(generation=GenerationConfig(allow_x00=False))
    config = SchemathesisConfig(projects=ProjectsConfig(default=project))
    return schemathesis.openapi.from_wsgi("/api/openapi.json", site, config=config)


SCHEMA = described()
OF_PAPERS = [path for path, row in SCHEMA.raw_schema["paths"].items() if "{ref}" in path and "get" in row]


@pytest.fixture
def one_connection():
    """Let requests leave the connection alone, which has the transaction of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def tried(request) -> Tried:
    """What was tried of this operation, which the summary of the run adds up."""
    tried = Tried()
    request.node.user_properties.append(("tried", tried.requests))
    return tried


def build_scene() -> dict[str, str]:
    """A site with what the examples of the document name, most of it Ada's; and tokens of hers for each scope."""
    ada, other = UserFactory(username="ada"), UserFactory()
    lab = OrganisationFactory(pk=PK, slug="openai")
    Membership.objects.create(organisation=lab, user=ada, role=Role.OWNER)
    paper = PaperFactory(pk=PK, arxiv_id="2509.08721", keywords=["graphs"], submitted_by=ada, organisation=lab)
    PaperFactory(arxiv_id="hep-th/9901001", keywords=["graphs"])
    AuthorClaimFactory(user=ada, paper=paper)
    question = Comment.objects.create(pk=PK, paper=paper, author=ada, text="What is the batch size?")
    Comment.objects.create(paper=paper, author=other, parent=question, depth=1, text="It is 64.")
    Comment.objects.recount([paper.pk])
    autumn = Collection.objects.create(key="autumn-5bsj8kcezu85", name="Autumn", user=ada, visibility="public")
    Item.objects.add(ada, autumn, [paper.pk])
    SubmissionFactory(user=ada, arxiv_id="2509.08722")
    about = {"kind": "comment", "subject_id": 1, "label": "a comment", "data": {"cases": []}, "created_at": NOON}
    Action.objects.create(decision="hide", reason="Spam.", moderator_name="Mo", url="/comments/1", **about)
    directory.recount()
    return {"": "", EVERYTHING: token_of(ada)} | {scope: token_of(ada, scope) for scope in Scope.values}


def make_sensible(case) -> None:
    """Change what a valid request has that is refused for reasons which no schema can give."""
    query = case.query
    query.pop("cursor", None)  # is signed by the site
    for name in [name for name in PERIODS if query.get(name)][1:]:
        query.pop(name)  # is one of three parameters, of which a request has one
    for name in PERIODS:
        if query.get(name):  # is not in the future; and of all years, 2020 has a 29th of February and a 53rd week
            query[name] = f"2020{query[name][4:]}"
    if "after" in query and "before" in query:  # is not before the first day
        query["after"], query["before"] = sorted([query["after"], query["before"]])
    if "q" in query and parse_query(QueryDict(urlencode({"q": query["q"]}))).problems:
        query["q"] = "graphs"  # is in the language of the search box


def names_a_paper(body) -> bool:
    """Whether a body that the document does not allow may be read all the same, since a text in it names a paper.

    The document has the ids alone, but operations read all that `papers.identifiers` does: no pattern says what.
    """
    match body:
        case str():
            with suppress(ValueError):
                return bool(identifiers.parse(body))
            return False
        case dict():
            return any(map(names_a_paper, body.values()))
        case _:
            return False


def is_too_long(case) -> bool:
    """Whether the body is refused for its length alone, with 413, which the check of invalid data does not know."""
    return len(json.dumps(case.body, default=str)) > body_limit(case.operation.path)


def _others(tried: Tried, *, is_positive: bool) -> list[str]:
    """The scopes of the other tokens with which this case is tried, too."""
    if is_positive and tried.valid_cases == 1:
        return OTHERS
    number = tried.requests[EVERYTHING]
    return [OTHERS[number // 4 % len(OTHERS)]] if is_positive or number % 4 == 0 else []


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_each_operation_answers_as_the_document_says(case, scene, tried):
    is_positive = case.meta.generation.mode.is_positive
    if is_positive:
        make_sensible(case)
    may_be_taken = names_a_paper(case.body) or is_too_long(case)
    excluded = [negative_data_rejection] if may_be_taken and not is_positive else []
    tried.valid_cases += is_positive
    for scope in [EVERYTHING, *_others(tried, is_positive=is_positive)]:
        tried.requests[scope] += 1
        headers = {"Authorization": f"Bearer {scene[scope]}"} if scope else None
        with transaction.atomic():
            case.call_and_validate(headers=headers, excluded_checks=excluded)
            transaction.set_rollback(True)


def calls(case, scope: str, scene) -> Response:
    """The answer to a case of the operation, whose status and body are those that the document has."""
    response = case.call(headers={"Authorization": f"Bearer {scene[scope]}"} if scope else None)
    case.validate_response(response)
    return response


@pytest.mark.parametrize("path", OF_PAPERS)
def test_a_removed_paper_and_a_merged_one_are_documented(path: str, scene):
    moderator = appoint(UserFactory())
    for id in ("2509.00001", "2509.00002"):
        PaperFactory(arxiv_id=id)
    RemovedPaper.objects.remove(moderator, Paper.objects.get(arxiv_id="2509.00001"), "It was submitted twice.")
    RemovedPaper.objects.merge(moderator, Paper.objects.get(arxiv_id="2509.00002"), Paper.objects.get(pk=PK), "Twice.")
    statuses = [
        calls(SCHEMA[path]["GET"].Case(path_parameters={"ref": id}), "", scene).status_code
        for id in ("2509.00001", "2509.00002")
    ]
    assert statuses == [410, 301]
