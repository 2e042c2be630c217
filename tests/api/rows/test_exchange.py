"""Two sites that import each other's rows: where nothing has changed, an exchange changes nothing."""

import json
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from api.rows.papers import daily_rows, linked, repositories
from papers.ingest import hub
from papers.ingest.save import ImportCounts, save
from papers.models import AiText, Artefact, Author, Origin, Paper, Vote
from papers.models.aitext import ImportedText
from papers.models.origin import OriginValues
from papers.sites import HUB
from tests.database import empty
from tests.factories import OrganisationFactory, PaperFactory, UserFactory

pytestmark = pytest.mark.django_db
ONE, OTHER = "https://one.example.org", "https://other.example.org"
EXACT = datetime(2025, 9, 11, 12, 0, 0, 123456, tzinfo=UTC)  # more than the milliseconds of a row
CODE = "https://github.com/lab/engine"


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.BASE_URL, settings.SHOW_AI_TEXT = ONE, True


@pytest.fixture
def papers(alice) -> dict[str, Paper]:
    """Papers of this site of every origin, by what is special about them."""
    times = {"listed_at": EXACT, "published_at": EXACT}
    found = {
        "plain": PaperFactory(**times),
        "submitted": PaperFactory(submitted_by=alice, **times),
        "imported": PaperFactory(code_url=CODE, code_stars=7, organisation=OrganisationFactory(), imported_votes=3),
        "linked": PaperFactory(code_url=CODE, code_source="author", project_url="https://lab.example.org"),
        "found": PaperFactory(
            abstract=f"Our code is at {CODE} for all.", code_url=CODE, code_source="automatic", code_stars=2
        ),
        "withdrawn": PaperFactory(withdrawn_at=EXACT, version=3, categories=["cs.LG"], keywords=["Engines"]),
        "described": PaperFactory(),
        "rewritten": PaperFactory(),
    }
    origin = OriginValues("64f0c0ffee00000000000001", "ada-l", "Ada L.", "/avatars/1.svg", "user")
    Origin.objects.keep({found["imported"].pk: origin})
    Author.objects.filter(paper=found["imported"], position=0).update(family="Lovelace", given="Ada")
    text = ImportedText("Engines add.", ("engines",), "lab/model-1", 1, EXACT)
    AiText.objects.keep({found[name].pk: text for name in ("described", "rewritten")})
    rewritten = AiText.objects.get(paper=found["rewritten"])
    rewritten.write("Mine.", 1, EXACT)
    rewritten.save()
    for source in ("import", "author"):
        url = f"https://huggingface.co/lab/{source}"
        Artefact.objects.create(paper=found["linked"], kind="model", name=f"lab/{source}", url=url, source=source)
    Paper.objects.filter(pk=found["linked"].pk).update(model_count=2)
    Vote.objects.make(UserFactory(), found["plain"])
    return found


def answers() -> list[dict]:
    """The rows of all papers here."""
    pks = list(Paper.objects.order_by("arxiv_id").values_list("pk", flat=True))
    found, rows = repositories(pks), daily_rows(pks, AnonymousUser())
    return json.loads(json.dumps([row | linked(found[pk]) for pk, row in zip(pks, rows, strict=True)]))


def take(rows: list[dict], site: str) -> ImportCounts:
    """Import these rows, which the site with this address has answered."""
    return save([hub.record(row, site) for row in rows])


class OtherSite:
    """Within it, the database is that of the other site, which begins empty; afterwards all is as it was."""

    def __init__(self, settings):
        self.settings, self.atomic = settings, transaction.atomic()

    def __enter__(self):
        self.atomic.__enter__()
        empty()
        self.settings.BASE_URL = OTHER

    def __exit__(self, *error):
        transaction.set_rollback(True)
        self.settings.BASE_URL = ONE
        self.atomic.__exit__(*error)


def test_what_comes_back_changes_nothing(papers, settings):
    sent, number = answers(), len(papers)
    before = [list(model.objects.order_by("pk").values()) for model in (Paper, Origin, AiText, Artefact, Author)]
    with OtherSite(settings):
        assert take(sent, ONE) == ImportCounts(new=number)
        assert take(sent, ONE) == ImportCounts(unchanged=number)
        returned = answers()
        assert not Origin.objects.exists()
    changed = [name for name, row in zip(papers, returned, strict=True) if take([row], OTHER).changed]
    assert changed == []
    assert [list(m.objects.order_by("pk").values()) for m in (Paper, Origin, AiText, Artefact, Author)] == before
    again = answers()
    with OtherSite(settings):
        take(sent, ONE)
        assert take(again, ONE) == ImportCounts(unchanged=number)


def test_the_name_of_an_account_that_was_deleted_does_not_come_back(papers, settings, alice):
    sent = answers()
    with OtherSite(settings):
        take(sent, ONE)
        returned = answers()
    alice.leave()
    take(returned, OTHER)
    assert not Origin.objects.filter(submitter_username="alice").exists()


def test_a_later_answer_of_the_hub_replaces_what_it_said_and_one_of_another_site_does_not(papers):
    pk, values = papers["imported"].arxiv_id, {"discussionId": "65" + "0" * 22, "githubRepoAddedBy": "paper"}
    paper = {"id": pk, "title": papers["imported"].title, "publishedAt": "2025-09-11T12:00:00.000Z"} | values
    take([{"paper": paper | {"upvotesBySite": {OTHER: 0}, "commentsBySite": {OTHER: 0}}}], OTHER)
    assert Origin.objects.get(paper__arxiv_id=pk).discussion_id == "64f0c0ffee00000000000001"
    take([{"paper": paper}], HUB)
    origin = Origin.objects.get(paper__arxiv_id=pk)
    assert (origin.discussion_id, origin.code_added_by) == ("65" + "0" * 22, "paper")
