"""Whom papers credit here, as everybody may see it: those who are marked as authors, and who submitted them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from accounts.models import User
from accounts.models.user import shows_everybody
from lib import statements
from papers import names
from papers.models import AuthorClaim, Comment, Origin
from papers.paper.summary import Summary


@dataclass
class Credit:
    """The people of a paper.

    * `claims`: the granted claims of people whose accounts are active, by the author's position, counted from 0. Those
      to names that only earlier versions have are left out.
    * `submitter`: who submitted the paper here, if that person's profile shows it to everybody.
    * `origin`: what an import says of the paper, such as who submitted it at its source.
    * `has_author_comment`: whether an author has commented on the paper.
    """

    claims: dict[int, AuthorClaim] = field(default_factory=dict)
    submitter: User | None = None
    origin: Origin | None = None
    has_author_comment: bool = False


def credits_of(papers: Mapping[int, Summary]) -> dict[int, Credit]:
    """The credit of each of these papers, which have all their authors, by their keys. Four statements at most."""
    claims = defaultdict(list)
    for claim in AuthorClaim.objects.granted().filter(paper__in=papers, user__is_active=True).select_related("user"):
        claims[claim.paper_id].append(claim)
    submitter_ids = {paper.submitter_id for paper in papers.values()} - {None}
    submitters = User.objects.filter(shows_everybody("submissions")).in_bulk(submitter_ids)
    by_authors = Comment.objects.local().standing().filter(paper__in=papers, by_author=True)
    with_author_comment = set(by_authors.values_list("paper", flat=True))
    origins = Origin.objects.in_bulk(papers)
    return {
        pk: Credit(
            _placed(claims[pk], paper), submitters.get(paper.submitter_id), origins.get(pk), pk in with_author_comment
        )
        for pk, paper in papers.items()
    }


def people(pks: Collection[int]) -> dict[int, list[tuple]]:
    """What the credit of these papers shows of people, by the papers' keys, for cache keys and ETags. One statement.

    All the rest of the credit raises the paper's revision when it changes.
    """
    found = defaultdict(list)
    for pk, *person in statements.rows(_PEOPLE, {"pks": list(pks)}):
        found[pk].append(tuple(person))
    return dict(found)


def _placed(claims: list[AuthorClaim], paper: Summary) -> dict[int, AuthorClaim]:
    positions = names.placed([(claim.name, claim.namesake) for claim in claims], list(paper.authors))
    return {position: claim for position, claim in zip(positions, claims, strict=True) if position is not None}


_PEOPLE = """
    SELECT paper_id, person.id, username, name, portrait, is_active, shows_submissions
    FROM (
        SELECT id AS paper_id, submitted_by_id AS person_id FROM papers_paper WHERE id = ANY(%(pks)s)
        UNION
        SELECT paper_id, user_id FROM papers_authorclaim WHERE paper_id = ANY(%(pks)s) AND state = 'granted'
    ) named JOIN accounts_user person ON person.id = person_id
    ORDER BY paper_id, person.id
"""
