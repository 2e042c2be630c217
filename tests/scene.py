"""A small site in which every name, key, date and id that an address or a page can show is fixed.

`people()` makes it, and returns who may look at it. It makes rows by their models, and all that has consequences by
the forms of the site: what stands in it does not depend on where code is, or on how functions are called.
"""

from datetime import timedelta
from hashlib import sha256

from accounts.models import User
from moderation.models import Action, Flag
from moderation.subjects import KINDS
from orgs.models import FormerSlug, Organisation
from orgs.roles import Role
from papers.models import (
    Affiliation,
    Bookmark,
    Collection,
    Comment,
    Content,
    FeedKey,
    Paper,
    PaperVersion,
    RemovedPaper,
    SavedFilter,
    directory,
)
from tests.conftest import Reader
from tests.factories import (
    NOON,
    AuthorClaimFactory,
    LetterFactory,
    NotificationFactory,
    OrganisationFactory,
    PaperFactory,
    SubmissionFactory,
    SubscriptionFactory,
    UserFactory,
    appoint,
)
from tests.orgs.conftest import confirm, join

NOW = NOON + timedelta(days=1)
SECRET_KEY = "a key for the cursors and tokens in recorded addresses"
PAPERS = 33  # three more than a page has
WORDS = ["Quantum", "Stellar", "Protein"]


def people() -> dict[str, User | None]:
    """Make the site, in which Olga owns The Lab, Rita reads, Mo moderates, and Hilda hides all that she can hide."""
    olga = confirm(UserFactory(username="olga", name="Olga Owner", shows_votes=True))
    rita = confirm(UserFactory(pk=9_000_001, username="rita", name="Rita Reader"))
    moderator = confirm(appoint(UserFactory(username="mo", name="Mo Moss", is_staff=True, is_superuser=True)))
    hidden = dict.fromkeys(["shows_submissions", "shows_votes", "shows_collections", "shows_memberships"], False)
    hilda = confirm(UserFactory(username="hilda", name="Hilda Hidden", **hidden))
    lab = OrganisationFactory(slug="lab", name="The Lab")
    OrganisationFactory(slug="free", name="Free House")
    FormerSlug.objects.create(slug="old-lab", organisation=lab)
    join(lab, Role.MEMBER, username="bob", name="Bob Birch")
    lab.memberships.create(user=olga, role=Role.OWNER)
    papers = [_paper(number, lab, olga, hilda) for number in range(1, PAPERS + 1)]
    PaperVersion.objects.keep({papers[1].pk: [(1, "{\\em Protein} draft 2", "A {\\em question}.", ["Emmy Noether"])]})
    Paper.objects.touch([papers[1].pk], version=2)
    _affiliate(lab, papers)
    _collect(olga, rita, hilda, lab)
    _submit_forms(Reader(olga), Reader(rita), Reader(hilda))
    _add_private_rows(olga, rita, lab, papers)
    _write_letters(rita, papers)
    _discuss(olga, rita, hilda, moderator, papers)
    AuthorClaimFactory(user=moderator, paper=papers[4], name="Grace Hopper")
    directory.recount()
    return {"stranger": None, "reader": rita, "owner": olga, "moderator": moderator}


def _paper(number: int, lab: Organisation, olga: User, hilda: User) -> Paper:
    """The first five are listed on the tenth of September, two on each day before it; every second one has code."""
    return PaperFactory(
        pk=9_000_000 + number,
        arxiv_id=f"2509.{number:05}",
        title=f"{{\\em {WORDS[number % 3]}}} paper {number}",
        abstract="A {\\em question}, a method and a result.",
        authors=["Ada Lovelace", "Grace Hopper"] if number % 2 else ["Emmy Noether"],
        categories=["cs.LG"],
        keywords=[WORDS[number % 3].lower()],
        listed_at=NOON - timedelta(days=max(0, number - 4) // 2, minutes=number),
        imported_votes=number * 7 % 34,
        code_url="" if number % 2 else "https://example.org/code",
        organisation=lab if number <= 3 else None,
        submitted_by={4: olga, 5: hilda}.get(number),
    )


def _affiliate(lab: Organisation, papers: list[Paper]) -> None:
    Affiliation.objects.create(paper=papers[5], organisation=lab, state="suggested", reason="It is theirs.")
    Affiliation.objects.create(paper=papers[6], organisation=lab, state="refused")


def _collect(olga: User, rita: User, hilda: User, lab: Organisation) -> None:
    """Empty collections, whose names are made of their keys: three of people and two of The Lab."""
    for key, owner, visibility in (
        ("autumn", {"user": olga}, "public"),
        ("by-link", {"user": hilda}, "unlisted"),
        ("own", {"user": rita}, "private"),
        ("roadmap", {"organisation": lab}, "private"),
        ("section", {"organisation": lab}, "public"),
    ):
        Collection.objects.create(key=key, name=f"Collection {key}", visibility=visibility, **owner)


def _submit_forms(olga: Reader, rita: Reader, hilda: Reader) -> None:
    for reader, key, numbers in (
        (olga, "autumn", [8, 3, 12]),
        (hilda, "by-link", [9]),
        (rita, "own", [1, 10]),
        (olga, "roadmap", [2, 11]),
        (olga, "section", [3, 1]),
    ):
        for number in numbers:
            _send(reader, f"/collections/{key}/add", what=f"2509.{number:05}")
    _send(olga, "/collections/autumn/note/2509.00003", note="Read this one.", was="")
    for reader, numbers in ((olga, [6, 2]), (rita, [13, 14]), (hilda, [15])):
        for number in numbers:
            _send(reader, f"/papers/2509.{number:05}/vote")
    for kind, what in (
        ("organisations", "lab"),
        ("people", "olga"),
        ("collections", "autumn"),
        ("discussions", "2509.00001"),
        ("topics", "protein"),
        ("authors", "Emmy Noether"),
    ):
        _send(rita, f"/papers/following/{kind}/follow", what=what)
    _send(olga, "/orgs/lab/featured/add", what="2509.00002")
    _send(olga, "/orgs/lab/sections/add", what="section")
    _send(olga, "/orgs/lab/publish", revision="2")
    _send(rita, "/orgs/free/claim", reason="I work there.")
    for number, verb in ((1, "seen"), (3, "seen"), (19, "dismiss"), (20, "dismiss")):
        _send(rita, f"/papers/2509.{number:05}/{verb}")
    _send(rita, "/papers/date/2025-09-08/done")


def _add_private_rows(olga: User, rita: User, lab: Organisation, papers: list[Paper]) -> None:
    for paper in papers[15:18]:
        Bookmark.objects.make(rita, paper)
    for user in (olga, rita):
        FeedKey.objects.create(user=user, key=f"feeds-of-{user.username}")
        SavedFilter.objects.create(user=user, name="With code", query="has=code")
    SubmissionFactory(key="failed", user=rita, state="failed", problem="arXiv has no such paper.")
    SubmissionFactory(key="fetched", user=rita, state="fetched")
    SubmissionFactory(key="listed", user=rita, arxiv_id="2509.00004", state="listed", paper=papers[3])
    lab.invitations.create(
        inviter=olga,
        invited="rita",
        email=rita.email,
        digest=sha256(b"invitation-token").hexdigest(),
        role="member",
        expires_at=NOW + timedelta(days=1),
    )
    NotificationFactory(pk=9_000_001, user=rita)


def _send(reader: Reader, path: str, **data: str) -> None:
    """Submit a form, which must succeed: the answer leads on to another page."""
    assert reader.act(path, data).status_code == 302, path


def _discuss(olga: User, rita: User, hilda: User, moderator: User, papers: list[Paper]) -> None:
    """Comments on two papers, of every kind: edited, answered, retracted with an answer, hidden, a report, imported."""
    first, second = papers[6], papers[7]
    rows = [
        {"pk": 9_000_001, "paper": first, "author": rita, "text": "What is the batch size?", "reply_count": 1},
        {"pk": 9_000_002, "paper": first, "author": olga, "text": "Two hundred.", "parent_id": 9_000_001, "depth": 1},
        {"pk": 9_000_003, "paper": first, "author": hilda, "text": "Taken back.", "reply_count": 1},
        {"pk": 9_000_004, "paper": first, "author": rita, "text": "Why?", "parent_id": 9_000_003, "depth": 1},
        {"pk": 9_000_005, "paper": second, "author": olga, "text": "Buy my course."},
        {"pk": 9_000_006, "paper": second, "author": rita, "text": "It trains.", "outcome": "works", "ran": "v1.0"},
        {"pk": 9_000_007, "paper": second, "source_id": "1", "source_name": "Ida", "text": "From elsewhere."},
    ]
    for row in rows:
        Comment.objects.create(created_at=NOW, **row)
    Comment.objects.recount([first.pk, second.pk])
    Comment.objects.get(pk=9_000_002).edit(olga, Content("Two hundred and fifty-six."), 0)
    Comment.objects.get(pk=9_000_003).retract(hilda)
    Comment.objects.get(pk=9_000_005).hide(moderator, "An advertisement.")
    _moderate(olga, rita, moderator)


def _moderate(olga: User, rita: User, moderator: User) -> None:
    """A flag that waits, and the line of the log about the hidden comment."""
    Flag.objects.make(rita, KINDS["comment"], 9_000_007, "spam", "Look at this.")
    about = {"kind": "comment", "subject_id": 9_000_005, "label": "a comment", "url": "/comments/9000005"}
    about["data"] = {"cases": []}
    reason = {"decision": "hide", "reason": "An advertisement.", "created_at": NOW}
    action = Action.objects.create(pk=9_000_001, moderator=moderator, moderator_name=str(moderator), **reason, **about)
    action.people.set([olga])
    RemovedPaper.objects.create(arxiv_id="2509.00099", paper_key=99, reason="A hoax.", removed_at=NOW)


def _write_letters(rita: User, papers: list[Paper]) -> None:
    """A letter of a public list and one of a private list, both sent to Rita's address."""
    front = SubscriptionFactory(key="front", email=rita.email)
    own = SubscriptionFactory(key="own", email=rita.email, user=rita, address="/papers/following", title="Following")
    for row in (front, own):
        LetterFactory(key=f"letter-{row.key}", subscription=row, papers=[papers[0].pk, papers[1].pk])
