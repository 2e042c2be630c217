"""Whom papers credit here, as everybody may see it: those who are marked as authors, and who submitted them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.models import User
from accounts.models.user import shows_everybody
from papers import names
from papers.models import AuthorClaim, Comment
from papers.paper.summary import Summary


@dataclass
class Credit:
    """The people of a paper.

    * `claims`: the granted claims of people whose accounts are active, by the author's position, counted from 0. Those
      to names that only earlier versions have are left out.
    * `submitter`: who submitted the paper here, if that person's profile shows it to everybody.
    * `has_author_comment`: whether an author has commented on the paper.
    """

    claims: dict[int, AuthorClaim] = field(default_factory=dict)
    submitter: User | None = None
    has_author_comment: bool = False


def credits_of(papers: Mapping[int, Summary]) -> dict[int, Credit]:
    """The credit of each of these papers, which have all their authors, by their keys. Three statements."""
    claims = defaultdict(list)
    for claim in AuthorClaim.objects.granted().filter(paper__in=papers, user__is_active=True).select_related("user"):
        claims[claim.paper_id].append(claim)
    submitter_ids = {paper.submitter_id for paper in papers.values()} - {None}
    submitters = User.objects.filter(shows_everybody("submissions")).in_bulk(submitter_ids)
    by_authors = Comment.objects.local().standing().filter(paper__in=papers, by_author=True)
    with_author_comment = set(by_authors.values_list("paper", flat=True))
    return {
        pk: Credit(_placed(claims[pk], paper), submitters.get(paper.submitter_id), pk in with_author_comment)
        for pk, paper in papers.items()
    }


def _placed(claims: list[AuthorClaim], paper: Summary) -> dict[int, AuthorClaim]:
    positions = names.placed([(claim.name, claim.namesake) for claim in claims], list(paper.authors))
    return {position: claim for position, claim in zip(positions, claims, strict=True) if position is not None}
