"""Everything that the API can change, and a scene in which each operation changes something of Alice's."""

from dataclasses import dataclass, replace

from api.contract import api
from api.rows.values import object_id
from orgs.models import Membership
from orgs.roles import Role
from papers.models import Bookmark, Collection, Comment, CommentVote, Item, Vote
from tests.api.bearer import token_of
from tests.factories import (
    RECORD,
    AuthorClaimFactory,
    OrganisationFactory,
    PaperFactory,
    SubmissionFactory,
    UserFactory,
)

PAPER = "/api/papers/2509.08721"
OWN, OTHERS, UPVOTED = map(object_id, (9_000_007, 9_000_008, 9_000_009))  # comments
ITEM = {"item": {"id": "2509.08721", "type": "paper"}}


@dataclass(frozen=True)
class Operation:
    """`is_own` says that others cannot do the same: it is about what belongs to Alice."""

    path: str
    scope: str
    body: dict | None = None
    status: int = 200
    is_own: bool = False


EVERY = {
    operation.path: operation
    for operation in (
        Operation(f"{PAPER}/vote", "vote"),
        Operation("/api/papers/2509.00002/vote/withdraw", "vote"),
        Operation(f"{PAPER}/bookmark", "keep"),
        Operation("/api/papers/2509.00002/bookmark/remove", "keep"),
        Operation(f"{PAPER}/comment", "discuss", {"comment": "A new one."}, 201),
        Operation(f"{PAPER}/comment/{OTHERS}/reply", "discuss", {"comment": "I agree."}, 201),
        Operation(f"{PAPER}/comment/{OWN}/edit", "discuss", {"comment": "Better."}, is_own=True),
        Operation(f"{PAPER}/comment/{OWN}/retract", "discuss", is_own=True),
        Operation(f"{PAPER}/comment/{OTHERS}/vote", "vote"),
        Operation(f"{PAPER}/comment/{UPVOTED}/vote/withdraw", "vote"),
        Operation(f"{PAPER}/report", "discuss", {"outcome": "works", "ran": "v1.0"}),
        Operation("/api/collections", "keep", {"title": "New ones"}),
        Operation("/api/collections/autumn/items", "keep", ITEM | {"note": "Read this."}, is_own=True),
        Operation("/api/collections/autumn/items/remove", "keep", {"item": {"id": "2509.00002"}}, is_own=True),
        Operation(
            "/api/collections/autumn/items/note", "keep", {"item": {"id": "2509.00002"}, "note": "Mine"}, is_own=True
        ),
        Operation("/api/flags", "discuss", {"kind": "comment", "id": OTHERS, "reason": "spam"}),
        Operation("/api/papers/index", "submit", {"arxivId": "2509.77777"}, 202),
        Operation("/api/papers/submit", "submit", {"paper_id": "2509.08722"}, 201, is_own=True),
        Operation(
            "/api/papers/2509.00002/links", "submit", {"projectPage": "https://lab.example.org/page"}, is_own=True
        ),
        Operation("/api/settings/papers/claim", "submit", {"paperId": "2509.08721"}),
    )
}


def build_scene() -> dict[str, str]:
    """Returns a token of each of three people: Alice, a member of her organisation, and somebody who is in none."""
    alice, bob, carol = (UserFactory(username=name, name="Grace Hopper") for name in ("alice", "bob", "carol"))
    lab = OrganisationFactory(slug="lab")
    Membership.objects.create(organisation=lab, user=alice, role=Role.OWNER)
    Membership.objects.create(organisation=lab, user=bob, role=Role.MEMBER)
    paper = PaperFactory(arxiv_id="2509.08721")
    own = PaperFactory(arxiv_id="2509.00002", authors=["Alice Ash"])
    AuthorClaimFactory(user=alice, paper=own, name="Alice Ash")
    for person in (alice, bob, carol):
        Vote.objects.make(person, own)
        Bookmark.objects.make(person, own)
    other = UserFactory(username="other")
    Comment.objects.create(pk=9_000_007, paper=paper, author=alice, text="Good.")
    for pk in (9_000_008, 9_000_009):
        comment = Comment.objects.create(pk=pk, paper=paper, author=other, text="Bad.")
    for person in (alice, bob, carol):
        CommentVote.objects.make(person, comment)
    Comment.objects.recount([paper.pk])
    autumn = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    Item.objects.add(alice, autumn, [own.pk])
    SubmissionFactory(
        user=alice, arxiv_id="2509.08722", state="fetched", record=replace(RECORD, arxiv_id="2509.08722").as_json()
    )
    return {person.username: token_of(person) for person in (alice, bob, carol)}


def paths() -> set[str]:
    """The paths of all operations of the API that change something, as the OpenAPI document has them."""
    return {path for path, methods in api.get_openapi_schema()["paths"].items() if "post" in methods}
