"""Answers are what the OpenAPI document says of them."""

import pytest
from jsonschema import Draft202012Validator

from api.contract import api
from papers.models import AiText, Artefact, Correction, Origin, Paper, PaperVersion
from papers.models.artefact import ArtefactKind
from tests.factories import NOON, PaperFactory
from tests.papers.discussion.talk import post

ONE = "/api/papers/2509.08721"


@pytest.fixture
def scene(full_paper: Paper, alice, bob, settings) -> None:
    """A paper that has everything, with an AI text, artefacts, comments, versions and a correction; and a plain one."""
    settings.SHOW_AI_TEXT = True
    AiText.objects.create(paper=full_paper, summary="It shares.", keywords=["a"], model="Qwen", made_at=NOON)
    Origin.objects.create(paper=PaperFactory(withdrawn_at=NOON), submitter_username="ak", discussion_id="abc")
    for kind in ArtefactKind:
        url = f"https://huggingface.co/lab/{kind}"
        Artefact.objects.create(paper=full_paper, kind=kind, name=f"lab/{kind}", url=url, likes=3)
    first = post(alice, full_paper, outcome="works", ran="main")
    post(bob, full_paper, "Yes.", first)
    PaperVersion.objects.create(paper=full_paper, version=1, title="Old", abstract="", authors=["A"], replaced_at=NOON)
    Correction.objects.create(paper=full_paper, actor=alice, changes={"keywords": [["a"], ["b"]]})


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/api/daily_papers", "/api/daily_papers"),
        ("/api/papers", "/api/papers"),
        ("/api/papers/search?q=sharing", "/api/papers/search"),
        (ONE, "/api/papers/{ref}"),
        (f"{ONE}?field=comments", "/api/papers/{ref}"),
        (f"{ONE}/comments", "/api/papers/{ref}/comments"),
        (f"{ONE}/similar", "/api/papers/{ref}/similar"),
        (f"{ONE}/versions", "/api/papers/{ref}/versions"),
        ("/api/arxiv/2509.08721/repos", "/api/arxiv/{ref}/repos"),
    ],
)
def test_an_answer_has_its_schema_and_nothing_more(client, scene, path: str, operation: str):
    document = api.get_openapi_schema()
    schema = document["paths"][operation]["get"]["responses"][200]["content"]["application/json"]["schema"]
    closed = {name: part | {"additionalProperties": False} for name, part in document["components"]["schemas"].items()}
    validator = Draft202012Validator(schema | {"components": {"schemas": closed}})
    data = client.get(path).json()
    assert [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(data)] == []
    assert data or path.endswith("/similar")
