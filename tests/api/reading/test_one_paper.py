"""The operations about one paper."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from huggingface_hub.hf_api import PaperInfo

from papers.models import Correction, Paper, PaperVersion, RemovedPaper
from tests.factories import NOON, AuthorClaimFactory, PaperFactory, appoint
from tests.papers.discussion.talk import post, synthetic

URL = "/api/papers/2509.08721"


def test_a_paper_is_flat_and_the_client_reads_it(client, full_paper: Paper):
    answer = client.get(URL)
    data = answer.json()
    assert (data["numTotalModels"], data["linkedModels"], data["linkedSpaces"]) == (0, [], [])
    assert "comments" not in data
    info = PaperInfo(**data)
    assert (info.id, info.title, info.summary) == ("2509.08721", full_paper.title, full_paper.abstract)
    assert (info.published_at, info.submitted_at) == (full_paper.published_at, full_paper.listed_at)
    assert (info.upvotes, info.comments, info.github_stars) == (7, 2, 12)
    assert (info.organization.name, info.submitted_by.username) == ("lab", "alice")


@pytest.mark.parametrize("ref", ["2509.08721v2", "2509.08721"])
def test_a_version_in_the_id_finds_the_paper(client, paper, ref: str):
    assert client.get(f"/api/papers/{ref}").json()["id"] == "2509.08721"


@pytest.mark.parametrize("below", ["", "/comments", "/versions", "/similar"])
def test_an_old_id_has_all_addresses(client, db, below: str):
    PaperFactory(arxiv_id="hep-th/9901001")
    assert client.get(f"/api/papers/hep-th/9901001{below}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [URL, f"{URL}/comments", f"{URL}/versions", f"{URL}/similar", "/api/arxiv/2509.08721/repos", "/api/papers/x"],
)
def test_an_unknown_paper_is_not_found(client, db, path: str):
    answer = client.get(f"/api/{path}")
    assert answer.status_code == 404
    assert answer.json()["error"]


@pytest.mark.parametrize("below", ["", "/comments", "/versions", "/similar"])
def test_a_removed_paper_says_why_and_a_merged_one_leads_on(client, paper, alice, below: str):
    other = PaperFactory(arxiv_id="2509.00002")
    RemovedPaper.objects.merge(appoint(alice), other, paper, "the same")
    answer = client.get(f"/api/papers/2509.00002{below}?limit=3")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{URL}{below}?limit=3")
    RemovedPaper.objects.all().delete()
    RemovedPaper.objects.remove(alice, paper, "stolen")
    answer = client.get(URL + below)
    assert (answer.status_code, answer.json()["error"]) == (410, "Moderators have removed this paper: stolen")


def test_the_etag_of_a_paper_saves_its_body_until_it_changes(client, full_paper: Paper):
    etag = client.get(URL).headers["ETag"]
    assert client.get(URL, headers={"If-None-Match": etag}).status_code == 304
    claimant = full_paper.author_claims.get().user
    claimant.name = "Grace B. Hopper"
    claimant.save()
    answer = client.get(URL, headers={"If-None-Match": etag})
    assert answer.json()["authors"][1]["user"]["fullname"] == "Grace B. Hopper"


def comments_of(client: Client, query: str = "") -> list[dict]:
    answer = client.get(f"{URL}/comments{query}")
    assert answer.status_code == 200, answer.content
    assert "no-cache" in answer.headers["Cache-Control"]
    return answer.json()


def test_comments_have_the_shape_of_the_hub(client, paper, alice, bob, settings):
    first = post(alice, paper, "It **works**.")
    reply = post(bob, paper, "Thanks.", first)
    (row,) = comments_of(client)
    assert (row["id"], row["type"], row["url"]) == (
        f"{first.pk:024x}",
        "comment",
        f"{settings.BASE_URL}{first.get_absolute_url()}",
    )
    assert (row["author"]["user"], row["author"]["fullname"]) == ("alice", "Alice Ash")
    assert row["createdAt"].endswith("Z")
    data = row["data"]
    assert (data["latest"]["raw"], data["latest"]["html"]) == (
        "It **works**.",
        "<p>It <strong>works</strong>.</p>\n",
    )
    assert (data["edited"], data["hidden"], data["numEdits"], data["reactions"]) == (False, False, 0, [])
    (answer,) = row["replies"]
    assert (answer["id"], answer["data"]["parentCommentId"]) == (f"{reply.pk:024x}", row["id"])
    assert client.get(f"{URL}?field=comments").json()["comments"] == [row]


def test_a_deleted_or_hidden_comment_has_no_text(client, paper, alice, bob, carol):
    deleted, hidden = post(alice, paper, "Secret."), post(bob, paper, "Private.")
    for comment in (deleted, hidden):
        post(carol, paper, f"An answer to {comment}.", comment)
    deleted.retract(alice)
    hidden.hide(appoint(carol), "spam")
    text = client.get(f"{URL}/comments").content.decode()
    assert "Secret" not in text
    assert "Private" not in text
    rows = {row["id"]: row["data"] for row in comments_of(client)}
    assert {data["hidden"] for data in rows.values()} == {True}
    assert rows[f"{hidden.pk:024x}"]["hiddenReason"] == "spam"
    assert "hiddenReason" not in rows[f"{deleted.pk:024x}"]


def test_a_comment_of_a_deactivated_account_names_nobody(client, paper, alice):
    post(alice, paper)
    etag = client.get(f"{URL}/comments").headers["ETag"]
    alice.is_active = False
    alice.save()
    answer = client.get(f"{URL}/comments", headers={"If-None-Match": etag})
    assert "alice" not in answer.content.decode()
    assert answer.json()[0]["author"]["fullname"] == "A deactivated account"


def test_an_imported_comment_names_its_author_at_the_source(client, paper):
    paper.comments.create(
        text="Nice.", source_id="abc", source_name="Ada", source_url="https://huggingface.co/ada", author=None
    )
    assert comments_of(client)[0]["author"]["user"] == "ada"


def test_a_mention_is_an_absolute_link(client, paper, alice, bob, settings):
    post(alice, paper, "Thank you @bob!")
    assert f'<a href="{settings.BASE_URL}/people/bob" ' in comments_of(client)[0]["data"]["latest"]["html"]


def test_a_report_says_what_came_out(client, paper, alice):
    post(alice, paper, "Fine.", outcome="works", ran="main", hardware="A100", duration="1 h")
    assert comments_of(client)[0]["reproduction"] == {
        "outcome": "works",
        "ran": "main",
        "hardware": "A100",
        "duration": "1 h",
    }


@pytest.mark.parametrize("sort", ["best", "newest", "oldest"])
def test_following_the_links_gives_each_comment_once(client, paper, alice, sort: str):
    written = {f"{comment.pk:024x}" for comment in synthetic(alice, paper, 201)}
    path, ids = f"{URL}/comments?sort={sort}", []
    while path:
        answer = client.get(path)
        ids += [row["id"] for row in answer.json()]
        link = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        target = link and urlsplit(link[1])
        path = target and f"{target.path}?{target.query}"
    assert (len(ids), set(ids)) == (201, written)


def test_the_replies_to_a_comment_can_be_read_on(client, paper, alice):
    parent = post(alice, paper)
    synthetic(alice, paper, 21, parent)
    (row,) = comments_of(client)
    assert (len(row["replies"]), row["hasMoreReplies"]) == (20, True)
    assert len(comments_of(client, f"?parent={row['id']}")) == 21
    assert client.get(f"{URL}/comments?parent={2**80:024x}").status_code == 404


def test_versions_have_the_texts_and_the_corrections(client, paper, alice):
    AuthorClaimFactory(user=alice, paper=paper)
    Paper.objects.filter(pk=paper.pk).update(version=2, title="The new title")
    PaperVersion.objects.create(
        paper=paper, version=1, title="The old title", abstract="Old.", authors=["Ada"], replaced_at=NOON
    )
    Correction.objects.create(paper=paper, actor=alice, changes={"keywords": [["a"], ["b"]]}, created_at=NOON)
    data = client.get(f"{URL}/versions").json()
    assert [(row["version"], row["title"], row["authors"]) for row in data["versions"]] == [
        (2, "The new title", ["Ada Lovelace", "Grace Hopper"]),
        (1, "The old title", ["Ada"]),
    ]
    assert "replacedAt" not in data["versions"][0]
    assert data["versions"][1]["replacedAt"] == "2025-09-10T12:00:00.000Z"
    (correction,) = data["corrections"]
    assert (correction["by"]["user"], correction["changes"]) == ("alice", {"keywords": [["a"], ["b"]]})


def test_repositories_are_grouped_as_arxiv_reads_them(client, paper):
    assert client.get("/api/arxiv/2509.08721/repos").json() == {"models": [], "datasets": [], "spaces": []}
