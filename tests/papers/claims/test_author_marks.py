"""What follows from claims: marks of comments, on the paper, and when papers, names and people change."""

from papers import audit
from papers.ingest.save import save
from papers.models import AuthorClaim, Comment, Content, Paper, Proof
from tests.factories import AuthorClaimFactory, PaperFactory
from tests.papers.ingest.test_save import record_of

PROVEN = {Proof.ORCID: ""}


def marks(paper) -> list[tuple[str, bool]]:
    return list(paper.comments.order_by("pk").values_list("author__username", "by_author"))


def counted(paper) -> tuple[int, int, int]:
    paper.refresh_from_db()
    return paper.comment_count, paper.commenter_count, paper.works_count


def test_comments_are_marked_and_counted_as_the_claim_stands(paper, alice, bob, moderator):
    report = Comment.objects.post(alice, paper, Content("It trains.", "works", "v1.0"))
    Comment.objects.post(bob, paper, Content("Why?"))
    Comment.objects.post(alice, PaperFactory(), Content("Elsewhere."))
    claim = AuthorClaim.objects.make(alice, paper, 0)
    assert (marks(paper), counted(paper)) == ([("alice", False), ("bob", False)], (2, 2, 1))
    for change, is_author in (
        (lambda: claim.record(PROVEN), True),
        (lambda: claim.withdraw(moderator, "No."), False),
        (lambda: claim.grant(moderator, "Yes."), True),
        (lambda: claim.release(alice), False),
    ):
        revision = Comment.objects.get(pk=report.pk).revision
        change()
        assert marks(paper) == [("alice", is_author), ("bob", False)]
        assert counted(paper) == ((2, 1, 0) if is_author else (2, 2, 1))
        assert Comment.objects.get(pk=report.pk).revision > revision
        assert audit.mismatches() == []


def test_what_an_author_writes_later_is_marked_at_once(paper, alice, bob):
    AuthorClaimFactory(user=alice, paper=paper)
    AuthorClaimFactory(user=bob, paper=paper, state="waiting")
    for person in (alice, bob):
        Comment.objects.post(person, paper, Content(f"By {person}."))
    assert marks(paper) == [("alice", True), ("bob", False)]
    assert counted(paper) == (2, 1, 0)


def test_audit_finds_and_mends_a_wrong_mark(paper, alice):
    Comment.objects.post(alice, paper, Content("Thanks."))
    Comment.objects.update(by_author=True)
    assert [(found.counter, found.stored, found.expected) for found in audit.mismatches()][-1] == ("by_author", 1, 0)
    audit.repair()
    assert (marks(paper), counted(paper), audit.mismatches()) == ([("alice", False)], (1, 1, 0), [])


def test_who_leaves_takes_the_claim_along(paper, alice):
    Comment.objects.post(alice, paper, Content("Thanks."))
    AuthorClaimFactory(user=alice, paper=paper)
    Comment.objects.mark_authors([paper.pk])
    revision = Paper.objects.get().revision
    alice.leave()
    assert not AuthorClaim.objects.exists()
    assert Paper.objects.get().revision > revision
    assert (Comment.objects.get().by_author, audit.mismatches()) == (False, [])


def author_at(stranger, paper) -> list[tuple[str, str | None]]:
    """The names on the paper's page, and the profile that each leads to."""
    lines = stranger.get(paper.path).context["authors"]
    return [(line.name, line.claimant and line.claimant.username) for line in lines]


def test_the_mark_follows_the_name_through_new_versions(alice, bob, stranger):
    def new_version(version, *authors):
        save([record_of(arxiv_id="2509.08721", version=version, authors=authors, title=f"v{version}")])

    new_version(1, "Wei Wang", "Ada Lovelace", "Wei Wang")
    paper = Paper.objects.get()
    first, second = (AuthorClaim.objects.make(person, paper, at) for person, at in ((alice, 1), (bob, 2)))
    assert first.record(PROVEN)
    assert second.record(PROVEN)
    assert author_at(stranger, paper) == [("Wei Wang", None), ("Ada Lovelace", "alice"), ("Wei Wang", "bob")]
    new_version(2, "Ada Lovelace", "New Author", "Wei Wang", "Wei Wang")
    found = [("Ada Lovelace", "alice"), ("New Author", None), ("Wei Wang", None), ("Wei Wang", "bob")]
    assert author_at(stranger, paper) == found
    new_version(3, "Wei Wang", "A. Lovelace", "Wei Wang")
    assert author_at(stranger, paper) == [("Wei Wang", None), ("A. Lovelace", "alice"), ("Wei Wang", "bob")]
    new_version(4, "Wei Wang")
    page = stranger.get(paper.path)
    assert [line.claimant for line in page.context["authors"]] == [None]
    assert [claimant.username for claimant in page.context["former_authors"]] == ["alice", "bob"]
    assert page.content.decode().count("is named as an author in an") == 2
    assert first.paper.author_claims.demand(alice) == first


def test_who_is_deactivated_is_not_named(paper, alice, stranger):
    AuthorClaimFactory(user=alice, paper=paper)
    assert author_at(stranger, paper)[0] == ("Ada Lovelace", "alice")
    etag = stranger.get(paper.path).headers["ETag"]
    alice.is_active = False
    alice.save()
    assert author_at(stranger, paper)[0] == ("Ada Lovelace", None)
    page = stranger.get(paper.path)
    assert page.headers["ETag"] != etag
    assert "/people/alice" not in page.content.decode()
