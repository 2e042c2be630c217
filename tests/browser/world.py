"""A site with all that strains a page: long names without a space, a crowd of authors, wide maths, and gaps."""

import random
from datetime import timedelta

from accounts.models import User
from config.demo import PAPERS
from orgs.models import Membership, Organisation
from orgs.roles import Role
from papers.models import Bookmark, Paper, SavedFilter, Vote
from tests.factories import NOON, OrganisationFactory, PaperFactory, UserFactory

WIDE = "$$" + " + ".join(rf"\frac{{x_{{{n}}}^2}}{{\sqrt{{y_{{{n}}}}}}}" for n in range(20)) + "$$"
PROSE = "It says nothing, at some length, so that there is something to disclose. " * 8


def build() -> User:
    """The strained site; returns its member, an owner of the organisation who has voted and bookmarked."""
    member = UserFactory(username="m" * 39, name="N" * 120, shows_votes=True)
    org = OrganisationFactory(
        slug="o" * 96,
        name="O" * 120,
        website="https://example.org/" + "w" * 150,
        description=f"# Who we are\n\n{'d' * 200}\n\n{WIDE}\n\n- `{'c' * 200}`\n\n[{'l' * 100}](https://example.org)",
        verified=True,
        links=[{"label": "L" * 40, "url": "https://example.org/" + "w" * 150}] * 5,
        accent="#ffd700",
        announcement="A" * 100 + " [" + "l" * 60 + "](https://example.org)",
    )
    Membership.objects.create(organisation=org, user=member, role=Role.OWNER)
    heavy = _heavy_paper(org, member)
    org.featured = [heavy.pk]
    org.draft, org.previous = org.state(), org.state()
    org.save()
    PaperFactory(arxiv_id="2509.00002", title="Thirty", authors=[f"Author {n}" for n in range(30)], abstract=PROSE)
    PaperFactory(arxiv_id="2509.00003", title="Nothing known", authors=[], abstract="")
    PaperFactory(listed_at=NOON - timedelta(days=40))
    Vote.objects.cast(member, heavy)
    Bookmark.objects.make(member, heavy)
    for n in range(30):
        SavedFilter.objects.save_as(member, f"{n:W>40}", "has=code" if n == 29 else f"topic={n}")
    return member


def _heavy_paper(org: Organisation, member: User) -> Paper:
    return PaperFactory(
        arxiv_id="2509.00001",
        title="T" * 400,
        abstract=f"{'a' * 300} {WIDE} {PROSE}",
        authors=[f"Firstname{n} {'Lastname' * 8 if n == 1 else 'Lastname'}" for n in range(3_303)],
        organisation=org,
        code_url="https://example.org/code",
        code_stars=34_500,
        project_url="https://example.org/project",
        categories=["cs.CL", "stat.ML"],
        keywords=["k" * 120, "short"],
        imported_votes=1_234_567,
        comment_count=123_456,
        submitted_by=member,
    )


def abstracts(count: int, length: int = 1_300) -> list[str]:
    """Different texts that compress like real abstracts do: words as often as the demo's papers use them."""
    chance = random.Random(7)
    words = [word for paper in PAPERS for word in paper["abstract"].split()]
    return [" ".join(chance.choices(words, k=length // 4))[:length] for _ in range(count)]
