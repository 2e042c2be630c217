from types import SimpleNamespace

import pytest
from django.db.models import Max

from lib.conflicts import digests
from moderation.decisions import DECISIONS
from moderation.models import Action, Answer, Case, Flag
from moderation.seen import Seen
from moderation.subjects import KINDS
from orgs.models import Membership
from orgs.roles import Role
from papers.models import Collection, Comment, Content, Paper, Vote
from tests.factories import AuthorClaimFactory, OrganisationFactory, PaperFactory, UserFactory, appoint

WORDS = {"code_url": "https://example.org/code", "project_url": "", "until": None}


@pytest.fixture
def mo(db):
    return appoint(UserFactory(username="mo", name="Mo Moss"))


@pytest.fixture
def ned(db):
    return appoint(UserFactory(username="ned", name="Ned Nettle"))


def subjects(author) -> dict:
    """One row of each kind, all of them this person's."""
    paper = PaperFactory(arxiv_id="2509.08721", title="Common paper", submitted_by=author)
    lab = OrganisationFactory(slug="lab", name="The Lab", description="Buy now")
    Membership.objects.create(organisation=lab, user=author, role=Role.OWNER)
    return {
        "paper": paper,
        "comment": Comment.objects.post(author, paper, Content("words-of-a-comment")),
        "collection": Collection.objects.create(key="shelf", name="Shelf", user=author, visibility="public"),
        "organisation": lab,
        "person": author,
        "authorclaim": AuthorClaimFactory(user=author, paper=paper, state="open", name="Ada Lovelace"),
    }


@pytest.fixture
def author(db):
    return UserFactory(username="author", name="Arthur Author", about="About me")


@pytest.fixture
def rows(author):
    return SimpleNamespace(**subjects(author))


def flag(user, row, reason="spam", words="words-of-a-flag") -> Case:
    """The case about the row, after this person has flagged it."""
    kind = next(kind for kind in KINDS.values() if isinstance(row, kind.all_rows().model))
    Flag.objects.make(user, kind, row.pk, reason, words)
    return Case.objects.open().about(kind, row.pk).get(question="flags")


FACTORS = {"together": 0.75, "new": 1.0, "network": 0.5, "devoted": 0.0, "burst": 0.25, "risk": 0.87}


def suspect(paper, number: int = 3, factors: dict = FACTORS) -> list:
    """So many new voters of the paper, whose votes are held as those of a ring."""
    voters = [UserFactory(name=f"Voter {paper.pk}-{n}") for n in range(number)]
    for voter in voters:
        Vote.objects.make(voter, paper)
    assert Vote.objects.hold(paper, [voter.pk for voter in voters], factors) == number
    return voters


def open_case(user, row, decision: str) -> Case:
    """A case about the row that this decision closes; a flag of this user if flags are what it is about."""
    kind = next(kind for kind in KINDS.values() if isinstance(row, kind.all_rows().model))
    if decision in {"count-votes", "refuse-votes"}:
        suspect(row)
        row.refresh_from_db()
    elif kind.key == "authorclaim":
        row.ask(row.user, "words-of-a-claim")
        if decision == "withdraw":
            row.grant(appoint(UserFactory()), "She wrote it.")
    else:
        flag(user, row)
    return Case.objects.about(kind, row.pk).latest("pk")


def other_paper() -> Paper:
    """The paper that another one is merged into."""
    return Paper.objects.filter(arxiv_id="2509.00002").first() or PaperFactory(arxiv_id="2509.00002")


def seen_by_now(kind, pk: int) -> Seen:
    """What somebody has seen who looks at the row of this kind now."""
    cases = Case.objects.about(kind, pk)
    rows = (Action.objects.about(kind, pk), Flag.objects.filter(case__in=cases), Answer.objects.filter(case__in=cases))
    return Seen(*(found.aggregate(last=Max("pk"))["last"] or 0 for found in rows))


def bases(paper) -> dict[str, str]:
    """What a form to correct the links of the paper begins with by now."""
    paper.refresh_from_db()
    return digests({"code_url": paper.code_url, "project_url": paper.project_url})


def take(actor, decision: str, row, reason="It is an advertisement.", seen=None, **values) -> Action:
    """The action of a moderator who has read everything about the row, or only what `seen` says."""
    kind = next(kind for kind in KINDS.values() if isinstance(row, kind.all_rows().model))
    last = seen_by_now(kind, row.pk) if seen is None else seen
    if decision == "merge":
        values["into"] = other_paper()
    if decision == "relink":
        values.setdefault("base", bases(row))
    return Action.objects.take(actor, DECISIONS[decision], row.pk, kind, WORDS | {"reason": reason} | values, last)
