"""What another Broadsheet says of a paper that both sites know changes here what is its own, once, and nothing else."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import override_settings

from api.rows.papers import daily_rows
from papers import audit
from papers.ingest import hub
from papers.ingest.save import ImportCounts, save
from papers.models import AiText, Artefact, Origin, Paper, SiteCount, Vote
from papers.sites import HUB
from tests.factories import UserFactory
from tests.papers.ingest.test_beside import FLAT, MODEL

pytestmark = pytest.mark.django_db
OTHER = "https://other.example.org"
OF_HUB = FLAT | {
    "numComments": 2,
    "organization": {"_id": "a" * 24, "name": "lab", "fullname": "The Lab"},
    "linkedSpaces": [MODEL | {"id": "lab/live", "url": "https://huggingface.co/lab/engine"}, {"id": "lab/show"}],
}
OLGA = {"_id": "b" * 24, "user": "olga", "fullname": "Olga Oak", "avatarUrl": f"{OTHER}/static/img/icon.png"}


def take(answer, site: str) -> ImportCounts:
    return save(list(hub.parse(json.dumps(answer).encode(), "a.json", site)))


def said_there(client, paper: Paper) -> tuple[list[dict], dict]:
    """A list with the paper, and the paper by itself, as the other site has both: it was submitted there by Olga."""
    with override_settings(BASE_URL=OTHER):
        rows = daily_rows([paper.pk], AnonymousUser())
        flat = client.get(f"/api/papers/{paper.arxiv_id}").json()
    theirs = {"submittedOnDailyBy": OLGA, "discussionId": "0" * 24, "githubRepoAddedBy": "user"}
    rows[0] |= theirs | {"submittedBy": OLGA, "paper": rows[0]["paper"] | theirs}
    return rows, flat | theirs


def known_of_the_hub() -> list:
    """All that the Hub has said of the only paper."""
    paper = Paper.objects.select_related("organisation").get()
    others = SiteCount.objects.by_paper([paper.pk]).get(paper.pk, {}).values()
    return [
        Origin.objects.get().values,
        list(AiText.objects.values_list("summary", "keywords", "model", "version")),
        list(Artefact.objects.order_by("url").values_list("kind", "url", "name", "likes", "downloads", "source")),
        (paper.model_count, paper.dataset_count, paper.demo_count),
        paper.imported_votes - sum(counts.votes for counts in others),
        paper.imported_comments - sum(counts.comments for counts in others),
        (paper.title, paper.abstract, paper.author_names(), paper.keywords, paper.media_urls, paper.organisation.slug),
        (paper.code_url, paper.code_source, paper.published_at, paper.listed_at, paper.is_listed),
    ]


def test_an_exchange_where_nothing_changed_changes_nothing(client, settings):
    settings.SHOW_AI_TEXT = True
    take(OF_HUB, HUB)
    paper, before = Paper.objects.get(), known_of_the_hub()
    Vote.objects.make(UserFactory(), paper)  # which the other site has as its own, too
    rows, flat = said_there(client, paper)
    assert (rows[0]["ai_summary"], len(flat["linkedModels"]), len(flat["linkedSpaces"])) == ("Sharing helps.", 2, 1)
    assert take(rows, OTHER) == ImportCounts(changed=1)
    assert take(flat, OTHER) == take(rows, OTHER) == take(OF_HUB, HUB) == ImportCounts(unchanged=1)
    assert known_of_the_hub() == before
    paper.refresh_from_db()
    assert (paper.imported_votes, paper.vote_count, paper.imported_comments) == (3 + 1, 3 + 1 + 1, 2)
    assert dict(SiteCount.objects.values_list("site", "votes")) == {OTHER: 1}
    assert audit.mismatches() == []
