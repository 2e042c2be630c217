"""Papers as JSON: what the Hub's client reads of them, and what must not come out."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from huggingface_hub.hf_api import PaperInfo

from api.rows.papers import daily_rows
from papers.models import Bookmark, Comment, Paper, Vote
from tests.factories import NOON, AuthorClaimFactory, PaperFactory
from tests.papers.discussion.talk import post

NOBODY = AnonymousUser()


def row_of(paper: Paper, viewer=NOBODY) -> dict:
    (row,) = daily_rows([paper.pk], viewer)
    return row


def test_a_row_has_the_fields_of_the_hub_and_ours(full_paper: Paper, settings):
    row = row_of(full_paper)
    base = settings.BASE_URL
    alice = row["submittedBy"]
    assert (alice["user"], alice["name"], alice["fullname"], alice["type"]) == ("alice", "alice", "Alice Ash", "user")
    assert len(alice["_id"]) == 24
    assert alice["avatarUrl"].startswith(f"{base}/static/img/icon")
    organisation = row["organization"]
    assert (organisation["name"], organisation["fullname"]) == ("lab", "The Lab")
    assert organisation["avatar"] == organisation["avatarUrl"]
    nested = row["paper"]
    assert nested["organization"] == organisation
    assert nested["submittedOnDailyBy"] == alice
    authors = nested.pop("authors")
    assert [(author["name"], author["hidden"]) for author in authors] == [
        ("Ada Lovelace", False),
        ("Grace Hopper", False),
    ]
    assert "user" not in authors[0]
    assert authors[1]["user"]["user"] == "grace"
    assert (authors[1]["status"], authors[1]["statusLastChangedAt"]) == (
        "claimed_verified",
        "2025-09-10T12:00:00.000Z",
    )
    assert len({author["_id"] for author in authors}) == 2
    plain = {name: value for name, value in nested.items() if name not in ("organization", "submittedOnDailyBy")}
    assert plain == {
        "id": "2509.08721",
        "title": "Sharing $n$ is caring",
        "summary": full_paper.abstract,
        "publishedAt": "2025-09-08T17:30:01.005Z",
        "submittedOnDailyAt": "2025-09-10T12:00:00.000Z",
        "upvotes": 7,
        "numComments": 2,
        "discussionId": f"{full_paper.pk:024x}",
        "source": "arxiv",
        "mediaUrls": ["https://cdn.example.org/1.png"],
        "projectPage": "https://lab.example.org/caring",
        "githubRepo": "https://github.com/lab/caring",
        "githubRepoAddedBy": "auto",
        "githubStars": 12,
        "url": f"{base}/papers/2509.08721",
        "version": 2,
        "isListed": True,
        "categories": ["cs.AI"],
        "keywords": ["stars"],
        "codeUrl": "https://github.com/lab/caring",
        "codeState": "living",
        "codeLicence": "MIT",
        "reproductions": {"works": 0, "partly": 0, "fails": 0},
    }
    assert row["thumbnail"] == f"{base}/share/papers/2509.08721.png"
    assert row["publishedAt"] == "2025-09-10T12:00:00.000Z"
    assert row["isAuthorParticipating"] is False
    different = {"publishedAt", "thumbnail", "submittedBy", "isAuthorParticipating", "paper"}
    assert {name: value for name, value in row.items() if name not in different} == {
        name: value for name, value in nested.items() if name != "publishedAt"
    }


def test_the_client_reads_a_row_with_nothing_lost(full_paper: Paper):
    Paper.objects.filter(pk=full_paper.pk).update(imported_votes=0, vote_count=0)
    info = PaperInfo(**row_of(full_paper))
    assert (info.id, info.title, info.upvotes, info.comments) == ("2509.08721", full_paper.title, 0, 2)
    assert (info.published_at, info.submitted_at) == (full_paper.published_at, full_paper.listed_at)
    assert [author.name for author in info.authors] == ["Ada Lovelace", "Grace Hopper"]
    assert info.submitted_by.username == "alice"
    assert (info.organization.name, info.github_stars) == ("lab", 12)


def test_a_paper_with_little_has_the_required_fields_alone(paper: Paper):
    row = row_of(paper)
    optional = {"organization", "projectPage", "githubRepo", "githubStars", "mediaUrls", "withdrawnAt", "codeUrl"}
    assert not optional & {*row, *row["paper"]}
    assert not {"upvoted", "bookmarked", "submittedOnDailyBy"} & {*row, *row["paper"]}
    assert (row["submittedBy"]["user"], row["submittedBy"]["fullname"]) == ("broadsheet", "Broadsheet")


def test_rows_come_in_the_order_of_the_keys_without_those_that_are_gone(db):
    four = [PaperFactory(title=title) for title in "ABCD"]
    pks = [four[2].pk, four[0].pk, 10**9, four[1].pk]
    assert [row["title"] for row in daily_rows(pks, NOBODY)] == ["C", "A", "B"]


def test_a_submitter_who_hides_the_submissions_is_not_named(full_paper: Paper, alice):
    alice.shows_submissions = False
    alice.save()
    row = row_of(full_paper, alice)
    assert row["submittedBy"]["user"] == "broadsheet"
    assert "submittedOnDailyBy" not in row["paper"]


def test_nobody_who_is_suspended_is_named(full_paper: Paper, alice):
    for person in (alice, full_paper.author_claims.get().user):
        person.is_active = False
        person.save()
    text = str(row_of(full_paper))
    assert "alice" not in text
    assert "grace" not in text


def test_a_claim_that_is_not_granted_marks_nobody(paper: Paper):
    AuthorClaimFactory(paper=paper, state="waiting")
    assert "user" not in row_of(paper)["paper"]["authors"][0]


def test_an_author_takes_part_until_the_comment_is_retracted(full_paper: Paper):
    author = full_paper.author_claims.get().user
    comment = post(author, full_paper)
    assert row_of(full_paper)["isAuthorParticipating"] is True
    comment.retract(author)
    assert row_of(full_paper)["isAuthorParticipating"] is False
    assert Comment.objects.filter(by_author=True).exists()


def test_a_repository_elsewhere_is_ours_alone(paper: Paper):
    Paper.objects.filter(pk=paper.pk).update(code_url="https://gitlab.com/lab/caring", code_source="author")
    row = row_of(paper)
    assert row["codeUrl"] == "https://gitlab.com/lab/caring"
    assert "githubRepo" not in row


def test_a_repository_that_a_person_added_says_so(full_paper: Paper):
    Paper.objects.filter(pk=full_paper.pk).update(code_source="author")
    assert row_of(full_paper)["githubRepoAddedBy"] == "user"


def test_a_paper_that_is_on_no_list_has_the_time_at_arxiv(full_paper: Paper):
    Paper.objects.filter(pk=full_paper.pk).update(is_listed=False)
    row = row_of(full_paper)
    assert row["publishedAt"] == "2025-09-08T17:30:01.005Z"
    assert "submittedOnDailyAt" not in row["paper"]
    assert row["isListed"] is False


def test_a_withdrawn_paper_says_when(paper: Paper):
    Paper.objects.filter(pk=paper.pk).update(withdrawn_at=NOON)
    assert row_of(paper)["paper"]["withdrawnAt"] == "2025-09-10T12:00:00.000Z"


def test_a_person_reads_the_own_marks(paper: Paper, alice, bob):
    Vote.objects.make(alice, paper)
    Bookmark.objects.make(bob, paper)
    marks = {person.username: row_of(paper, person) for person in (alice, bob)}
    assert [(row["upvoted"], row["bookmarked"]) for row in marks.values()] == [(True, False), (False, True)]
    assert marks["alice"]["paper"]["upvoted"] is True


@pytest.mark.parametrize("count", [1, 4])
def test_any_number_of_rows_takes_as_many_statements(full_paper: Paper, alice, count):
    papers = [full_paper, *(PaperFactory() for _ in range(1, count))]
    with CaptureQueriesContext(
        connection,
    ) as statements:
        daily_rows([paper.pk for paper in papers], alice)
    assert len(statements) == 8
