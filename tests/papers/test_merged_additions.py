"""Artefacts and the AI text of a paper that is merged into another one."""

import pytest

from papers import audit
from papers.models import AiText, Artefact, Paper, RemovedPaper
from papers.models.aitext import ImportedText
from tests.factories import NOON, PaperFactory, UserFactory, appoint
from tests.papers.test_removed_papers import discussed_paper, rows


@pytest.fixture
def mo(db):
    return appoint(UserFactory(username="mo", name="Mo Moss"))


@pytest.fixture
def papers(alice, bob):
    """A paper with a model and an AI text, and another one without; both have the same demo."""
    old, into = discussed_paper(alice, bob), PaperFactory(arxiv_id="2509.00002")
    demo = {"kind": "demo", "name": "lab/live", "url": "https://huggingface.co/spaces/lab/live"}
    for paper, likes in ((old, 1), (into, 5)):
        Artefact.objects.create(paper=paper, likes=likes, **demo)
        Paper.objects.touch([paper.pk], demo_count=1)
    return old, into


@pytest.mark.parametrize("has_text", [False, True])
def test_what_the_other_paper_lacks_moves_and_comes_back(papers, mo, has_text):
    old, into = papers
    if has_text:
        AiText.objects.keep({into.pk: ImportedText("Its own.", (), "model-2", 1, NOON)})
    before = rows()
    removed = RemovedPaper.objects.merge(mo, old, into, "The same.")
    assert set(Artefact.objects.values_list("paper", "name", "likes")) == {
        (into.pk, "lab/engine", None),
        (into.pk, "lab/live", 5),
    }
    into.refresh_from_db()
    assert (into.model_count, into.demo_count) == (1, 1)
    assert into.ai_text.summary == ("Its own." if has_text else "Engines add.")
    assert audit.mismatches() == []
    removed.restore(mo)
    assert rows() == before
    assert audit.mismatches() == []


def test_a_model_that_was_removed_after_merging_stays_removed(papers, mo):
    removed = RemovedPaper.objects.merge(mo, *papers, "The same.")
    Artefact.objects.get(kind="model").remove(mo)
    removed.restore(mo)
    old, into = papers
    model = old.artefacts.get(kind="model")
    assert (model.source, bool(model.removed_at), old.artefacts.count()) == ("moderator", True, 2)
    assert into.artefacts.count() == 1
    assert audit.mismatches() == []
