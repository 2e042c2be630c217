"""What an import of the Hub's answers keeps beside a paper: AI text, media, where it came from, and its artefacts."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lib.conflicts import digests
from papers import audit
from papers.ingest import hub
from papers.ingest.problem import Note
from papers.ingest.record import PaperRecord
from papers.ingest.save import ImportCounts, save
from papers.models import AiText, Artefact, Correction, Origin, Paper
from papers.models.aitext import ImportedText
from tests.factories import NOON, AuthorClaimFactory

pytestmark = pytest.mark.django_db
ROW = {
    "paper": {
        "id": "2509.08721",
        "title": "Sharing is caring",
        "summary": "Nobody trains alone.",
        "authors": [{"name": "Ada Lovelace"}],
        "publishedAt": "2025-09-10T16:14:20.000Z",
        "submittedOnDailyAt": "2025-09-11T00:00:00.000Z",
        "submittedOnDailyBy": {"user": "ada-l", "name": "ada-l", "fullname": "Ada L.", "avatarUrl": "/avatars/1.svg"},
        "discussionId": "64f0c0ffee00000000000001",
        "githubRepo": "https://github.com/lab/engine",
        "githubRepoAddedBy": "auto",
        "mediaUrls": ["https://example.org/film.mp4", "https://example.org/figure.png"],
        "ai_summary": "Sharing\nhelps.",
        "ai_keywords": ["swarm", "Post-Training"],
        "ai_summary_model": "lab/model-1",
        "upvotes": 3,
    }
}
MODEL = {"id": "lab/engine", "author": "lab", "likes": 5, "downloads": 70}
FLAT = ROW["paper"] | {
    "linkedModels": [MODEL, {"id": "lab/gear", "likes": 1}],
    "numTotalModels": 2,
    "linkedDatasets": [{"id": "lab/steam", "likes": 2, "downloads": 3}],
    "linkedSpaces": [],
}


def take(*answers) -> ImportCounts:
    """Save the records of these rows or flat papers, of which none has a problem or a note."""
    records = [item for answer in answers for item in hub.parse(json.dumps(answer).encode(), "a.json")]
    assert all(isinstance(record, PaperRecord) for record in records)
    return save(records)


def row(**values) -> list[dict]:
    return [{"paper": ROW["paper"] | values}]


def artefacts() -> dict[str, tuple]:
    return {a.url.removeprefix("https://"): (a.kind, a.source, a.likes, a.downloads) for a in Artefact.objects.all()}


def test_a_row_keeps_all_that_it_says():
    assert take([ROW]) == ImportCounts(new=1)
    paper = Paper.objects.select_related("ai_text", "origin").get()
    text = paper.ai_text
    assert (text.summary, text.keywords, text.model) == ("Sharing helps.", ["swarm", "Post-Training"], "lab/model-1")
    assert (text.version, text.source, text.hidden_at) == (1, "import", None)
    assert paper.keywords == ["swarm", "Post-Training"]
    assert paper.media_urls == ["https://example.org/film.mp4", "https://example.org/figure.png"]
    assert paper.origin.values == ("64f0c0ffee00000000000001", "ada-l", "Ada L.", "/avatars/1.svg", "auto")
    assert not Artefact.objects.exists()


@pytest.mark.parametrize("answer", [[ROW], FLAT, [FLAT]])
def test_the_same_again_changes_nothing(answer):
    take(answer)
    before = [list(model.objects.values()) for model in (Paper, AiText, Origin, Artefact)]
    assert take(answer) == ImportCounts(unchanged=1)
    assert [list(model.objects.values()) for model in (Paper, AiText, Origin, Artefact)] == before


def test_a_flat_paper_has_its_artefacts():
    take(FLAT)
    assert artefacts() == {
        "huggingface.co/lab/engine": ("model", "import", 5, 70),
        "huggingface.co/lab/gear": ("model", "import", 1, None),
        "huggingface.co/datasets/lab/steam": ("dataset", "import", 2, 3),
    }
    paper = Paper.objects.get()
    assert (paper.model_count, paper.dataset_count, paper.demo_count) == (2, 1, 0)
    assert audit.mismatches() == []


def test_imported_artefacts_of_a_kind_are_those_of_the_latest_answer_that_lists_any():
    take(FLAT)
    take([ROW])  # lists none of any kind
    assert Paper.objects.get().model_count == 2
    revision = Paper.objects.get().revision
    assert take(FLAT | {"linkedModels": [MODEL | {"likes": 6}]}) == ImportCounts(changed=1)
    assert artefacts() == {
        "huggingface.co/lab/engine": ("model", "import", 6, 70),
        "huggingface.co/datasets/lab/steam": ("dataset", "import", 2, 3),
    }
    paper = Paper.objects.get()
    assert (paper.model_count, paper.dataset_count, paper.revision) == (1, 1, revision + 1)
    take(FLAT | {"linkedModels": [], "linkedDatasets": []})
    assert not Artefact.objects.exists()
    assert audit.mismatches() == []


def test_no_import_brings_back_what_a_person_removed_or_drops_what_a_person_added(alice):
    take(FLAT)
    paper = Paper.objects.get()
    AuthorClaimFactory(user=alice, paper=paper)
    Artefact.objects.get(url__endswith="/gear").remove(alice)
    added = Artefact.objects.add(alice, paper, "demo", "https://example.org/live")
    Artefact.objects.add(alice, paper, "model", "https://huggingface.co/lab/engine")
    assert take(FLAT) == ImportCounts(unchanged=1)
    take(FLAT | {"linkedModels": [MODEL | {"likes": 9}, {"id": "lab/gear", "likes": 8}]})
    engine, gear = (Artefact.objects.get(url__endswith=name) for name in ("/engine", "/gear"))
    assert (engine.source, engine.likes, engine.added_by) == ("author", 9, alice)
    assert (gear.source, gear.likes, bool(gear.removed_at)) == ("author", 8, True)
    take(FLAT | {"linkedModels": []})
    assert set(Artefact.objects.kept().filter(source="author")) == {engine, added}
    paper.refresh_from_db()
    assert (paper.model_count, paper.demo_count) == (1, 1)
    assert audit.mismatches() == []


def test_an_address_in_two_lists_is_of_the_first_kind_and_the_same_again_changes_nothing():
    twice = FLAT | {"linkedSpaces": [MODEL | {"url": "https://huggingface.co/lab/engine"}, {"id": "lab/live"}]}
    assert take(twice) == ImportCounts(new=1)
    paper = Paper.objects.get()
    assert artefacts()["huggingface.co/lab/engine"][0] == "model"
    assert (paper.model_count, paper.dataset_count, paper.demo_count) == (2, 1, 1)
    assert take(twice, twice) == ImportCounts(unchanged=2)
    assert audit.mismatches() == []


def test_an_address_that_another_kind_lists_by_now_changes_its_kind():
    take(FLAT)
    steam = {"id": "lab/steam", "url": "https://huggingface.co/datasets/lab/steam"}
    rest = {name: value for name, value in FLAT.items() if name != "linkedDatasets"}
    assert take(rest | {"linkedModels": [MODEL, steam]}) == ImportCounts(changed=1)
    assert artefacts()["huggingface.co/datasets/lab/steam"][0] == "model"
    paper = Paper.objects.get()
    assert (paper.model_count, paper.dataset_count) == (2, 0)
    assert audit.mismatches() == []


def test_what_a_person_added_as_one_kind_is_no_other_in_any_import(alice):
    take([ROW])
    paper = Paper.objects.get()
    AuthorClaimFactory(user=alice, paper=paper)
    Artefact.objects.add(alice, paper, "demo", "https://example.org/live")
    listed = FLAT | {
        "linkedModels": [{"id": "live", "url": "https://example.org/live", "likes": 4}],
        "linkedSpaces": [],
    }
    assert take(listed) == ImportCounts(changed=1)
    assert artefacts()["example.org/live"] == ("demo", "author", 4, None)
    paper.refresh_from_db()
    assert (paper.model_count, paper.demo_count) == (0, 1)
    assert take(listed) == ImportCounts(unchanged=1)
    assert audit.mismatches() == []


def test_a_record_of_an_earlier_day_adds_artefacts_of_the_kinds_that_the_paper_lacks():
    take(FLAT | {"linkedDatasets": []})
    early = {"submittedOnDailyAt": "2025-09-10T00:00:00.000Z", "linkedModels": [{"id": "lab/old"}]}
    assert take(FLAT | early) == ImportCounts(changed=1)
    assert {row[0]: 0 for row in artefacts().values()} == {"model": 0, "dataset": 0}
    assert "huggingface.co/lab/old" not in artefacts()
    assert audit.mismatches() == []


def test_what_cannot_be_used_is_noted_and_the_rest_comes():
    bad = [{"id": "a b"}, {"likes": 2}, "lab/x", {"id": "lab/y", "likes": -1}, {"id": "x", "url": "javascript:x"}]
    answer = FLAT | {"linkedModels": bad, "submittedOnDailyBy": {"fullname": "No username"}, "ai_summary": 5}
    *notes, record = hub.parse(json.dumps(answer).encode(), "a.json")
    assert [type(note) for note in notes] == [Note] * 6
    assert [artefact[1:] for artefact in record.models] == [("lab/y", None, None)]
    assert (record.submitter, record.ai_summary, record.ai_keywords) == (None, None, ("swarm", "Post-Training"))


def test_a_paper_keeps_at_most_so_many_of_a_kind():
    models = [{"id": f"lab/model-{n}"} for n in range(150)]
    note, record = hub.parse(json.dumps(FLAT | {"linkedModels": models}).encode(), "a.json")
    assert str(note) == "a.json, record 1: models: 150 were cut to 100"
    assert len(record.models) == 100


def test_another_site_like_this_one_says_more():
    more = {
        "version": 2,
        "categories": ["cs.LG"],
        "keywords": ["Sharing"],
        "withdrawnAt": "2025-10-01T00:00:00.000Z",
        "ai_summary_version": 1,
        "ai_summary_at": "2025-09-12T08:00:00.000Z",
        "linkedSpaces": [{"id": "example.org/live", "url": "https://example.org/live?x=1", "likes": None}],
    }
    take(FLAT | more)
    paper = Paper.objects.select_related("ai_text").get()
    assert (paper.version, paper.categories, paper.keywords) == (2, ["cs.LG"], ["Sharing"])
    assert paper.withdrawn_at
    assert (paper.ai_text.version, paper.ai_text.made_at.isoformat()) == (1, "2025-09-12T08:00:00+00:00")
    assert paper.ai_text.keywords == ["swarm", "Post-Training"]
    demo = Artefact.objects.get(kind="demo")
    assert (demo.name, demo.url) == ("example.org/live", "https://example.org/live?x=1")


def test_an_ai_text_is_of_the_version_whose_abstract_came_with_it():
    take([ROW])
    fields = {"arxiv_id": "2509.08721", "title": "Sharing is caring", "published_at": NOON}
    save([PaperRecord.from_source(**fields, version=2, abstract="We train together.")])
    text = AiText.objects.get()
    assert (Paper.objects.get().version, text.version) == (2, 1)
    take(row(ai_summary="Still of the first."))
    assert AiText.objects.get().version == 1
    take(row(ai_summary="Of the second.", summary="We train together."))
    text = AiText.objects.get()
    assert (text.summary, text.version) == ("Of the second.", 2)
    assert take(row(ai_summary="Still of the first.")) == ImportCounts(unchanged=1)
    assert AiText.objects.get().summary == "Of the second."


def test_a_changed_ai_text_touches_the_paper_and_what_a_record_lacks_stays():
    take([ROW])
    revision = Paper.objects.get().revision
    assert take(row(ai_summary="Better.", ai_keywords=None, discussionId=None)) == ImportCounts(changed=1)
    text, origin = AiText.objects.get(), Origin.objects.get()
    assert (text.summary, text.keywords, Paper.objects.get().revision) == (
        "Better.",
        ["swarm", "Post-Training"],
        revision + 1,
    )
    assert origin.discussion_id == "64f0c0ffee00000000000001"


def test_an_import_changes_neither_what_an_author_wrote_nor_that_it_is_hidden(alice, settings):
    settings.SHOW_AI_TEXT = True
    take([ROW])
    AuthorClaimFactory(user=alice, paper=Paper.objects.get())
    text = AiText.objects.get()
    text.replace(alice, "Mine.", digests({"summary": text.summary}))
    text.hide(alice)
    assert take([ROW]) == ImportCounts(unchanged=1)
    take(row(ai_summary="Newer."))
    text = AiText.objects.get()
    assert (text.summary, text.source, bool(text.hidden_at)) == ("Mine.", "author", True)
    assert text.import_text[:4] == ("Newer.", ("swarm", "Post-Training"), "lab/model-1", 1)
    text.restore(alice)
    text.show(alice)
    text = AiText.objects.shown().get()
    assert (text.summary, text.model, text.source) == ("Newer.", "lab/model-1", "import")
    assert Correction.objects.count() == 4


def test_a_dry_run_writes_none_of_it():
    [record] = hub.parse(json.dumps(FLAT).encode(), "a.json")
    assert save([record], dry_run=True) == ImportCounts(new=1)
    assert not any(model.objects.exists() for model in (Paper, AiText, Origin, Artefact))


def test_a_record_as_json_is_the_same_record():
    answer = FLAT | {"linkedSpaces": [MODEL], "ai_summary_at": "2025-09-12T08:00:00.000Z"}
    [record] = hub.parse(json.dumps(answer).encode(), "a.json")
    assert PaperRecord.from_json(json.loads(json.dumps(record.as_json()))) == record


def test_many_papers_take_no_more_statements_than_two():
    def statements(number: int) -> int:
        answers = [FLAT | {"id": f"2509.{number:02}{n:03}"} for n in range(number)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            take(answers)
        return len(queries)

    assert statements(2) == statements(40)


@pytest.mark.parametrize(
    ("values", "is_shown"),
    [
        ({}, True),
        ({"hidden_at": NOON, "hidden_source": "author"}, False),
        ({"summary": ""}, False),
        ({"model": ""}, False),
        ({"model": "", "source": "author", "imported": {}}, True),
    ],
)
def test_what_is_shown(paper, settings, values, is_shown):
    AiText.objects.keep({paper.pk: ImportedText("Sharing helps.", (), "lab/model-1", 1, NOON)})
    AiText.objects.update(**values)
    for setting in (False, True):
        settings.SHOW_AI_TEXT = setting
        assert AiText.objects.shown().exists() == AiText.objects.get().is_shown == (is_shown and setting)
